/* SPDX-License-Identifier: Apache-2.0
 *
 * state_calls.c - which system call means what for the state: the table, and the calls about processes
 * (directory, identity, session). Descriptors: state_fd.c; sockets: state_sock.c.
 */
#include <errno.h>
#include <linux/close_range.h>
#include <string.h>
#include <sys/prctl.h>

#include "formats/core/cleanup.h"
#include "formats/model/state_int.h"

/* ---- directory ------------------------------------------------------------------------------------- */

static void set_dir(struct htr_state *st, struct call_ctx *c, struct htr_text *dir,
		    struct htr_text path)
{
	const struct htr_val *v = ev_bytes(c->ev, HTR_K_CWD);

	if (v != NULL && dir == &c->proc->pub.cwd) {
		state_text(st, dir, v->data, v->len);
	} else if (!c->known) {
		text_drop(dir); /* it may have changed: unknown from here on */
	} else if (c->ok && path.data != NULL) {
		state_text(st, dir, path.data, path.len);
	} else if (c->ok) {
		text_drop(dir);
	}
}

static void do_chdir(struct htr_state *st, struct call_ctx *c)
{
	set_dir(st, c, &c->proc->pub.cwd, st->cur.path);
}

static void do_chroot(struct htr_state *st, struct call_ctx *c)
{
	set_dir(st, c, &c->proc->pub.root, st->cur.path);
}

static void do_fchdir(struct htr_state *st, struct call_ctx *c)
{
	struct htr_text path = { NULL, 0 };

	fd_do_use(st, c);
	if (st->cur.fd != NULL && st->cur.fd->type <= HTR_FD_DIR) {
		path = st->cur.fd->path;
	}
	set_dir(st, c, &c->proc->pub.cwd, path);
}

/* ---- identity -------------------------------------------------------------------------------------- */

struct ids {
	int64_t *real, *eff, *saved, *fs;
};

static struct ids ids_of(struct proc *p, bool group)
{
	struct htr_proc *q = &p->pub;

	return group ? (struct ids){ &q->gid, &q->egid, &q->sgid, &q->fsgid }
		     : (struct ids){ &q->uid, &q->euid, &q->suid, &q->fsuid };
}

/* What the kernel does to capabilities when user ids change (capabilities(7), "Effect of user ID
 * changes"), without securebits. */
static void caps_after_uids(struct proc *p, int64_t r, int64_t e, int64_t s)
{
	struct htr_proc *q = &p->pub;
	bool had_root = r == 0 || e == 0 || s == 0;
	bool has_root = q->uid == 0 || q->euid == 0 || q->suid == 0;

	if (q->cap_eff == HTR_UNKNOWN || q->cap_prm == HTR_UNKNOWN) {
		return;
	}
	if (had_root && !has_root) {
		if (!p->keepcaps) {
			q->cap_prm = 0;
			q->cap_eff = 0;
		}
		if (q->cap_amb != HTR_UNKNOWN) {
			q->cap_amb = 0;
		}
	}
	if (e == 0 && q->euid != 0) {
		q->cap_eff = 0;
	} else if (e != 0 && e != HTR_UNKNOWN && q->euid == 0) {
		q->cap_eff = q->cap_prm;
	}
}

enum { SET_ONE, SET_RE, SET_RES, SET_FS, SET_GROUP = 8 };

static void do_setid(struct htr_state *st, struct call_ctx *c)
{
	bool group = (c->info->aux & SET_GROUP) != 0;
	struct ids id = ids_of(c->proc, group);
	int64_t r = *id.real;
	int64_t e = *id.eff;
	int64_t s = *id.saved;
	bool root = c->proc->pub.euid == 0;
	uint32_t a[3] = { (uint32_t)c->ev->args[0], (uint32_t)c->ev->args[1],
			  (uint32_t)c->ev->args[2] };
	const uint32_t keep = UINT32_MAX;

	(void)st;
	if (!c->ok) {
		return;
	}
	switch (c->info->aux & ~SET_GROUP) {
	case SET_ONE:
		*id.eff = a[0];
		if (root || e == HTR_UNKNOWN) {
			*id.real = a[0];
			*id.saved = a[0];
		}
		break;
	case SET_RE:
		*id.real = a[0] != keep ? a[0] : r;
		*id.eff = a[1] != keep ? a[1] : e;
		if (a[0] != keep || (a[1] != keep && a[1] != r)) {
			*id.saved = *id.eff;
		}
		break;
	case SET_RES:
		*id.real = a[0] != keep ? a[0] : r;
		*id.eff = a[1] != keep ? a[1] : e;
		*id.saved = a[2] != keep ? a[2] : s;
		break;
	default: /* setfsuid does not say whether it worked */
		if (root || a[0] == r || a[0] == e || a[0] == s) {
			*id.fs = a[0];
		}
		return;
	}
	*id.fs = *id.eff;
	if (!group) {
		caps_after_uids(c->proc, r, e, s);
	}
}

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* struct __user_cap_data_struct { effective, permitted, inheritable } [2] */
static void do_capset(struct htr_state *st, struct call_ctx *c)
{
	const struct htr_val *v = ctx_arg(c, 1);
	uint64_t cap[3] = { 0, 0, 0 };

	(void)st;
	if (!c->ok || v == NULL || v->len < 12) {
		return;
	}
	for (unsigned i = 0; i < 3; i++) {
		cap[i] = le32(v->data + 4 * (size_t)i);
		if (v->len >= 24) {
			cap[i] |= (uint64_t)le32(v->data + 12 + 4 * (size_t)i) << 32;
		}
	}
	c->proc->pub.cap_eff = (int64_t)cap[0];
	c->proc->pub.cap_prm = (int64_t)cap[1];
	c->proc->pub.cap_inh = (int64_t)cap[2];
}

static void do_prctl(struct htr_state *st, struct call_ctx *c)
{
	const struct htr_val *v;

	if (!c->ok) {
		return;
	}
	switch ((int32_t)c->ev->args[0]) {
	case PR_SET_NAME:
		v = ctx_arg(c, 1);
		if (v == NULL) {
			v = ev_bytes(c->ev, HTR_K_COMM);
		}
		if (v != NULL) {
			size_t len = strnlen((const char *)v->data, v->len < 15 ? v->len : 15);
			struct proc *p = c->proc;

			if (c->thr->pub.tid == p->pub.pid) {
				state_text(st, &p->pub.comm, v->data, len);
				proc_texts_changed(p);
			} else {
				state_text(st, &c->thr->pub.comm, v->data, len);
			}
		}
		break;
	case PR_SET_CHILD_SUBREAPER:
		c->proc->subreaper = c->ev->args[1] != 0;
		break;
	case PR_SET_KEEPCAPS:
		c->proc->keepcaps = c->ev->args[1] != 0;
		break;
	default:
		break;
	}
}

/* ---- session ---------------------------------------------------------------------------------------- */

static void do_setsid(struct htr_state *st, struct call_ctx *c)
{
	struct htr_proc *p = &c->proc->pub;

	(void)st;
	if (c->ok) {
		p->sid = p->pid;
		p->pgid = p->pid;
		p->vsid = p->vpid;
		p->vpgid = p->vpid;
		p->tty = 0;
	}
}

/* Numbers in the arguments are of the caller's PID namespace. */
static struct proc *by_vpid(struct proc *self, int32_t vpid)
{
	if (vpid == 0 || vpid == self->pub.vpid ||
	    (self->pub.vpid == HTR_UNKNOWN && vpid == self->pub.pid)) {
		return self;
	}
	for (struct proc *p = self->child; p != NULL; p = p->sib_next) {
		if (p->pub.vpid == vpid || (p->pub.vpid == HTR_UNKNOWN && p->pub.pid == vpid)) {
			return p;
		}
	}
	return NULL;
}

static void do_setpgid(struct htr_state *st, struct call_ctx *c)
{
	struct proc *p = by_vpid(c->proc, (int32_t)c->ev->args[0]);
	int32_t pgid = (int32_t)c->ev->args[1];

	(void)st;
	if (!c->ok || p == NULL || pgid < 0) {
		return;
	}
	if (pgid == 0 || pgid == p->pub.vpid) {
		p->pub.pgid = p->pub.pid;
		p->pub.vpgid = p->pub.vpid;
		return;
	}
	p->pub.vpgid = pgid;
	/* without a PID namespace in between, both numberings are the same */
	p->pub.pgid = c->proc->pub.vpid == c->proc->pub.pid ? pgid : HTR_UNKNOWN;
}

/* ---- the table ---------------------------------------------------------------------------------------- */

static const struct call_row {
	const char *name;
	call_fn fn;
	uint8_t aux;
} ROWS[] = {
	/* open family; aux: index of the flags argument, or OPEN_* of state_int.h */
	{ "open", fd_do_open, 1 },
	{ "openat", fd_do_open, 2 },
	{ "openat2", fd_do_open, OPEN_HOW },
	{ "creat", fd_do_open, OPEN_CREAT },
	{ "open_by_handle_at", fd_do_open, 2 },

	/* calls that make a descriptor of one type */
	{ "eventfd", fd_do_new, HTR_FD_EVENT },
	{ "eventfd2", fd_do_new, HTR_FD_EVENT },
	{ "signalfd", fd_do_new, HTR_FD_SIGNAL },
	{ "signalfd4", fd_do_new, HTR_FD_SIGNAL },
	{ "epoll_create", fd_do_new, HTR_FD_EPOLL },
	{ "epoll_create1", fd_do_new, HTR_FD_EPOLL },
	{ "inotify_init", fd_do_new, HTR_FD_INOTIFY },
	{ "inotify_init1", fd_do_new, HTR_FD_INOTIFY },
	{ "timerfd_create", fd_do_new, HTR_FD_TIMER },
	{ "userfaultfd", fd_do_new, HTR_FD_USERFAULT },
	{ "io_uring_setup", fd_do_new, HTR_FD_IOURING },
	{ "pidfd_open", fd_do_new, HTR_FD_PIDFD },
	{ "pidfd_getfd", fd_do_new, HTR_FD_UNKNOWN },
	{ "memfd_create", fd_do_memfd, HTR_FD_MEMFD },
	{ "memfd_secret", fd_do_new, HTR_FD_MEMFD },
	{ "bpf", fd_do_bpf, HTR_FD_BPF },
	{ "pipe", fd_do_pair, HTR_FD_PIPE },
	{ "pipe2", fd_do_pair, HTR_FD_PIPE },
	{ "socketpair", fd_do_pair, HTR_FD_UNIX },

	{ "dup", fd_do_dup, 0 },
	{ "dup2", fd_do_dup, 0 },
	{ "dup3", fd_do_dup, 2 },
	{ "fcntl", fd_do_fcntl, 0 },
	{ "fcntl64", fd_do_fcntl, 0 },
	{ "close", fd_do_close, 0 },
	{ "close_range", fd_do_close_range, 0 },

	{ "socket", sock_do_socket, 0 },
	{ "connect", sock_do_connect, 0 },
	{ "accept", sock_do_accept, 0 },
	{ "accept4", sock_do_accept, 3 },
	{ "bind", sock_do_bind, 0 },
	{ "listen", sock_do_listen, 0 },
	{ "sendto", sock_do_transfer, 1 },
	{ "sendmsg", sock_do_transfer, 1 },
	{ "sendmmsg", sock_do_transfer, 1 },
	{ "recvfrom", sock_do_transfer, 0 },
	{ "recvmsg", sock_do_transfer, 0 },
	{ "recvmmsg", sock_do_transfer, 0 },

	{ "chdir", do_chdir, 0 },
	{ "fchdir", do_fchdir, 0 },
	{ "chroot", do_chroot, 0 },
	{ "setuid", do_setid, SET_ONE },
	{ "setreuid", do_setid, SET_RE },
	{ "setresuid", do_setid, SET_RES },
	{ "setfsuid", do_setid, SET_FS },
	{ "setgid", do_setid, SET_ONE | SET_GROUP },
	{ "setregid", do_setid, SET_RE | SET_GROUP },
	{ "setresgid", do_setid, SET_RES | SET_GROUP },
	{ "setfsgid", do_setid, SET_FS | SET_GROUP },
	{ "setuid32", do_setid, SET_ONE },
	{ "setreuid32", do_setid, SET_RE },
	{ "setresuid32", do_setid, SET_RES },
	{ "setgid32", do_setid, SET_ONE | SET_GROUP },
	{ "setregid32", do_setid, SET_RE | SET_GROUP },
	{ "setresgid32", do_setid, SET_RES | SET_GROUP },
	{ "capset", do_capset, 0 },
	{ "prctl", do_prctl, 0 },
	{ "setsid", do_setsid, 0 },
	{ "setpgid", do_setpgid, 0 },
};

/* A call without a row: which argument is its descriptor, which are its paths. */
static void describe(struct call_info *ci, const struct htr_syscall_desc *d)
{
	unsigned n_paths = 0;

	*ci = (struct call_info){ .fd_arg = -1, .addr_arg = -1, .path_arg = { -1, -1 } };
	ci->fdnew = d->ret == HTR_R_FD;
	ci->fn = ci->fdnew ? fd_do_new : fd_do_use;
	for (unsigned i = 0; i < d->n_args && i < HTR_ARGS_MAX; i++) {
		switch (d->args[i].kind) {
		case HTR_A_FD:
			if (ci->fd_arg < 0) {
				ci->fd_arg = (int8_t)i;
			}
			break;
		case HTR_A_PATH:
			if (n_paths < 2 && d->args[i].dir == HTR_DIR_IN) {
				ci->path_arg[n_paths++] = (int8_t)i;
			}
			break;
		case HTR_A_SOCKADDR:
			if (ci->addr_arg < 0) {
				ci->addr_arg = (int8_t)i;
			}
			break;
		default:
			break;
		}
	}
}

void calls_init(struct htr_state *st)
{
	unsigned n = htr_syscall_count();

	st->n_calls = n < CALLS_MAX ? n : CALLS_MAX;
	for (unsigned i = 0; i < st->n_calls; i++) {
		const struct htr_syscall_desc *d = htr_syscall_at(i);

		if (d != NULL && d->id < CALLS_MAX) {
			describe(&st->calls[d->id], d);
		}
	}
	for (size_t i = 0; i < HTR_ARRAY_LEN(ROWS); i++) {
		const struct htr_syscall_desc *d = htr_syscall_by_name(ROWS[i].name);

		if (d != NULL && d->id < CALLS_MAX) {
			st->calls[d->id].fn = ROWS[i].fn;
			st->calls[d->id].aux = ROWS[i].aux;
		}
	}
}
