/* SPDX-License-Identifier: Apache-2.0
 *
 * state.c - the world a trace describes: takes one event after the other and says what the current one
 * is about. What single system calls mean is in state_calls.c, state_fd.c and state_sock.c.
 */
#include "formats/model/state.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/cleanup.h"
#include "formats/model/state_int.h"

int htr_state_new(struct htr_state **ret, const struct htr_facts *facts, struct htr_err *err)
{
	struct htr_state *st = calloc(1, sizeof(*st));

	if (st == NULL) {
		return htr_err_set(err, -ENOMEM, "no memory for the state");
	}
	st->temp = fd_ent_new(-1);
	if (st->temp == NULL) {
		free(st);
		return htr_err_set(err, -ENOMEM, "no memory for the state");
	}
	st->facts = facts;
	st->cur.fd_num = HTR_UNKNOWN;
	calls_init(st);
	*ret = st;
	return 0;
}

void htr_state_free(struct htr_state *st)
{
	if (st == NULL) {
		return;
	}
	if (st->pending.table != NULL) {
		fdtable_drop(st->pending.table);
	}
	proc_free_all(st);
	fd_ent_drop(st->temp);
	htr_buf_fini(&st->path_buf[0]);
	htr_buf_fini(&st->path_buf[1]);
	htr_buf_fini(&st->scratch);
	free(st->sorted);
	free(st);
}

/* ---- what the previous event took away ---------------------------------------------------------------- */

static void run_pending(struct htr_state *st)
{
	struct pending pd = st->pending;

	if (pd.kind == PENDING_NONE) {
		return;
	}
	st->pending = (struct pending){ .kind = PENDING_NONE };
	switch (pd.kind) {
	case PENDING_NONE:
		break;
	case PENDING_CLOSE:
		fdtable_remove_range(pd.table, pd.lo, pd.hi);
		break;
	case PENDING_CLOEXEC:
		fdtable_cloexec(pd.table);
		break;
	case PENDING_EXIT:
		proc_gone(st, &pd);
		break;
	}
	fdtable_drop(pd.table);
}

/* ---- path arguments ------------------------------------------------------------------------------------ */

/* The directory that a relative path argument starts from. */
static struct htr_text path_base(const struct call_ctx *c, int dirfd_arg, unsigned key)
{
	const struct htr_val *v = ev_bytes(c->ev, key);
	struct htr_text base = { NULL, 0 };

	if (v != NULL) {
		base.data = (const char *)v->data;
		base.len = v->len;
		return base;
	}
	if (dirfd_arg >= 0 && (int32_t)c->ev->args[dirfd_arg] != AT_FDCWD) {
		const struct fd_ent *e = fdtable_get(c->proc->fds, (int32_t)c->ev->args[dirfd_arg]);

		return e != NULL && e->pub.type <= HTR_FD_DIR ? e->pub.path : base;
	}
	return c->proc->pub.cwd;
}

static void resolve_paths(struct htr_state *st, const struct call_ctx *c)
{
	struct htr_text *const out[2] = { &st->cur.path, &st->cur.path2 };
	unsigned n_dirfds = 0;

	for (unsigned i = 0; i < 2 && c->info->path_arg[i] >= 0; i++) {
		unsigned arg = (unsigned)c->info->path_arg[i];
		int dirfd = c->desc->args[arg].link;
		const struct htr_val *v = ctx_arg(c, arg);
		struct htr_buf *b = &st->path_buf[i];
		struct htr_text base = { NULL, 0 };
		unsigned key = HTR_K_CWD;

		if (dirfd >= (int)c->desc->n_args || dirfd >= HTR_ARGS_MAX) {
			dirfd = -1;
		}
		if (dirfd >= 0) {
			key = n_dirfds++ == 0 ? HTR_K_AT_PATH : HTR_K_AT_PATH2;
		}
		if (v == NULL) {
			continue;
		}
		if (v->len == 0 || v->data[0] != '/') {
			base = path_base(c, dirfd, key);
		}
		htr_buf_reset(b);
		htr_path_join(b, base.data, base.len, (const char *)v->data, v->len);
		if (b->failed) {
			st->oom = true;
			return;
		}
		out[i]->data = htr_buf_str(b);
		out[i]->len = (uint32_t)b->len;
	}
}

/* ---- one event ------------------------------------------------------------------------------------------ */

static void on_syscall(struct htr_state *st, struct call_ctx *c)
{
	if (c->info != NULL) {
		c->info->fn(st, c);
	}
}

static void on_loss(struct htr_state *st, struct call_ctx *c)
{
	(void)c;
	proc_taint_all(st);
}

static void on_exec(struct htr_state *st, struct call_ctx *c)
{
	proc_on_exec(st, c);
	if (c->info != NULL && c->info->fd_arg >= 0) {
		state_cur_fd(st, c->proc, c->fd);
	}
}

/* By enum htr_event_kind; NULL: the event changes nothing. */
static const struct kind_row {
	call_fn fn;
	bool needs_thread; /* made when unknown */
} KINDS[HTR_EV_KIND_MAX] = {
	[HTR_EV_SYSCALL] = { on_syscall, true },   [HTR_EV_SPAWN] = { proc_on_spawn, true },
	[HTR_EV_EXEC] = { on_exec, true },         [HTR_EV_EXIT] = { proc_on_exit, true },
	[HTR_EV_SIGNAL] = { NULL, true },          [HTR_EV_PROC] = { proc_on_snapshot, true },
	[HTR_EV_FD] = { state_fd_snapshot, true }, [HTR_EV_LOSS] = { on_loss, false },
};

static void prepare_call(struct htr_state *st, struct call_ctx *c)
{
	const struct htr_event *ev = c->ev;

	c->fd = -1;
	c->known = htr_event_has_result(ev);
	c->ok = c->known && !(ev->result < 0 && ev->result >= -4095);
	c->desc = ev->nr >= 0 ? htr_syscall_lookup(ev->arch, ev->nr) : NULL;
	if (c->desc == NULL || c->desc->id >= st->n_calls) {
		c->desc = NULL;
		return;
	}
	c->info = &st->calls[c->desc->id];
	if (c->info->fd_arg >= 0) {
		c->fd = (int32_t)ev->args[c->info->fd_arg];
	}
}

int htr_state_apply(struct htr_state *st, const struct htr_event *ev, struct htr_err *err)
{
	struct call_ctx c = { .ev = ev, .fd = -1 };
	const struct kind_row *row;

	st->oom = false;
	run_pending(st);
	st->cur = (struct htr_current){ .ev = ev, .fd_num = HTR_UNKNOWN };
	if (ev->kind >= HTR_EV_KIND_MAX) {
		return 0;
	}
	row = &KINDS[ev->kind];
	if (row->needs_thread) {
		c.thr = proc_thread(st, ev);
	} else {
		c.thr = thread_find(st, ev->tid);
	}
	if (c.thr != NULL) {
		c.proc = (struct proc *)(void *)c.thr->pub.proc;
		st->cur.thread = &c.thr->pub;
		st->cur.proc = &c.proc->pub;
	}
	if (row->fn != NULL && (c.thr != NULL || !row->needs_thread)) {
		if (ev->kind <= HTR_EV_EXEC) {
			prepare_call(st, &c);
		}
		if (c.info != NULL && c.info->path_arg[0] >= 0) {
			resolve_paths(st, &c);
		}
		row->fn(st, &c);
	}
	if (st->oom) {
		return htr_err_set(err, -ENOMEM, "no memory for the state at event %llu",
				   (unsigned long long)ev->seq);
	}
	return 0;
}
