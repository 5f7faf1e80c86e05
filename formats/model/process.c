/* SPDX-License-Identifier: Apache-2.0
 *
 * process.c - processes and threads: who lives, who is whose child, what image runs. Descriptors are
 * the business of state_fd.c and fdtable.c.
 */
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/cleanup.h"
#include "formats/model/state_int.h"

/* comm of the kernel: TASK_COMM_LEN without its NUL */
#define COMM_MAX 15

/* Walks over ancestors end here; the kernel's own depth is bounded by pid_max, a trace's by nothing. */
#define ANCESTORS_MAX 4096

/* Fields of a process that are one int value each, by key. */
static const struct id_field {
	uint16_t key;
	uint16_t off;
} ID_FIELDS[] = {
	{ HTR_K_PGID, offsetof(struct htr_proc, pgid) },
	{ HTR_K_SID, offsetof(struct htr_proc, sid) },
	{ HTR_K_TTY, offsetof(struct htr_proc, tty) },
	{ HTR_K_UID, offsetof(struct htr_proc, uid) },
	{ HTR_K_EUID, offsetof(struct htr_proc, euid) },
	{ HTR_K_SUID, offsetof(struct htr_proc, suid) },
	{ HTR_K_FSUID, offsetof(struct htr_proc, fsuid) },
	{ HTR_K_GID, offsetof(struct htr_proc, gid) },
	{ HTR_K_EGID, offsetof(struct htr_proc, egid) },
	{ HTR_K_SGID, offsetof(struct htr_proc, sgid) },
	{ HTR_K_FSGID, offsetof(struct htr_proc, fsgid) },
	{ HTR_K_LOGINUID, offsetof(struct htr_proc, loginuid) },
	{ HTR_K_CAP_INH, offsetof(struct htr_proc, cap_inh) },
	{ HTR_K_CAP_PRM, offsetof(struct htr_proc, cap_prm) },
	{ HTR_K_CAP_EFF, offsetof(struct htr_proc, cap_eff) },
	{ HTR_K_CAP_BND, offsetof(struct htr_proc, cap_bnd) },
	{ HTR_K_CAP_AMB, offsetof(struct htr_proc, cap_amb) },
	{ HTR_K_VPID, offsetof(struct htr_proc, vpid) },
	{ HTR_K_VPGID, offsetof(struct htr_proc, vpgid) },
	{ HTR_K_VSID, offsetof(struct htr_proc, vsid) },
};

static const struct id_field EXE_FIELDS[] = {
	{ HTR_K_EXE_DEV, offsetof(struct htr_image, exe_dev) },
	{ HTR_K_EXE_INO, offsetof(struct htr_image, exe_ino) },
	{ HTR_K_EXE_MODE, offsetof(struct htr_image, exe_mode) },
	{ HTR_K_EXE_CTIME, offsetof(struct htr_image, exe_ctime) },
	{ HTR_K_EXE_MTIME, offsetof(struct htr_image, exe_mtime) },
	{ HTR_K_EXE_UID, offsetof(struct htr_image, exe_uid) },
};

static int64_t *field_at(void *base, uint16_t off)
{
	return (int64_t *)(void *)((char *)base + off);
}

static void ids_unknown(struct htr_proc *p)
{
	for (size_t i = 0; i < HTR_ARRAY_LEN(ID_FIELDS); i++) {
		*field_at(p, ID_FIELDS[i].off) = HTR_UNKNOWN;
	}
	for (size_t i = 0; i < HTR_ARRAY_LEN(EXE_FIELDS); i++) {
		*field_at(&p->image, EXE_FIELDS[i].off) = HTR_UNKNOWN;
	}
	p->start_ns = HTR_UNKNOWN;
	p->image.start_ns = HTR_UNKNOWN;
}

void state_text(struct htr_state *st, struct htr_text *t, const void *data, size_t len)
{
	if (!text_set(t, data, len)) {
		st->oom = true;
	}
}

void proc_texts_changed(struct proc *p)
{
	text_drop(&p->args);
	text_drop(&p->cmdline);
}

/* ---- records -------------------------------------------------------------------------------------- */

struct proc *proc_find(const struct htr_state *st, int32_t pid)
{
	return pid > 0 ? htr_map_get(&st->procs, (uint64_t)pid) : NULL;
}

struct thread *thread_find(const struct htr_state *st, int32_t tid)
{
	return tid > 0 ? htr_map_get(&st->threads, (uint64_t)tid) : NULL;
}

static void link_child(struct proc *parent, struct proc *p)
{
	p->parent = parent;
	p->sib_next = parent->child;
	if (p->sib_next != NULL) {
		p->sib_next->sib_link = &p->sib_next;
	}
	p->sib_link = &parent->child;
	parent->child = p;
}

static void unlink_child(struct proc *p)
{
	if (p->sib_link != NULL) {
		*p->sib_link = p->sib_next;
		if (p->sib_next != NULL) {
			p->sib_next->sib_link = p->sib_link;
		}
	}
	p->sib_next = NULL;
	p->sib_link = NULL;
	p->parent = NULL;
}

/* Is `up` p itself or above it? Bounded: a lineage deeper than that counts as a cycle. */
static bool is_above(const struct proc *up, const struct proc *p)
{
	for (unsigned i = 0; p != NULL; p = p->parent, i++) {
		if (p == up || i >= ANCESTORS_MAX) {
			return true;
		}
	}
	return false;
}

void proc_set_parent(struct htr_state *st, struct proc *p, int32_t ppid)
{
	struct proc *parent = proc_find(st, ppid);

	if (p->parent != NULL && p->parent == parent) {
		return;
	}
	unlink_child(p);
	p->pub.ppid = ppid > 0 ? ppid : 0;
	/* a process above itself is a lie of the trace: keep the number, not the link */
	if (parent != NULL && parent != p && (p->child == NULL || !is_above(p, parent))) {
		link_child(parent, p);
	}
}

static void clean_add(struct htr_state *st, struct proc *p)
{
	p->clean_next = st->clean;
	if (p->clean_next != NULL) {
		p->clean_next->clean_link = &p->clean_next;
	}
	p->clean_link = &st->clean;
	st->clean = p;
}

static void clean_del(struct proc *p)
{
	if (p->clean_link != NULL) {
		*p->clean_link = p->clean_next;
		if (p->clean_next != NULL) {
			p->clean_next->clean_link = p->clean_link;
		}
	}
	p->clean_link = NULL;
	p->clean_next = NULL;
}

void proc_taint_all(struct htr_state *st)
{
	while (st->clean != NULL) {
		struct proc *p = st->clean;

		clean_del(p);
		p->pub.tainted = true;
	}
}

struct proc *proc_new(struct htr_state *st, int32_t pid, uint64_t seq)
{
	struct proc *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		st->oom = true;
		return NULL;
	}
	p->pub.pid = pid;
	p->pub.first_seq = seq;
	p->pub.image.seq = seq;
	ids_unknown(&p->pub);
	p->fds = fdtable_new();
	if (p->fds == NULL || htr_map_put(&st->procs, (uint64_t)pid, p) < 0) {
		fdtable_drop(p->fds);
		free(p);
		st->oom = true;
		return NULL;
	}
	if (pid == 1) {
		st->init = p;
	}
	clean_add(st, p);
	st->procs_changed = true;
	return p;
}

struct thread *thread_new(struct htr_state *st, struct proc *p, int32_t tid)
{
	struct thread *t = calloc(1, sizeof(*t));

	if (t == NULL || htr_map_put(&st->threads, (uint64_t)tid, t) < 0) {
		free(t);
		st->oom = true;
		return NULL;
	}
	t->pub.tid = tid;
	t->pub.proc = &p->pub;
	t->pub.vtid = HTR_UNKNOWN;
	t->next = p->threads;
	if (t->next != NULL) {
		t->next->link = &t->next;
	}
	t->link = &p->threads;
	p->threads = t;
	p->pub.n_threads++;
	return t;
}

static struct proc *proc_of(const struct thread *t)
{
	return (struct proc *)(void *)t->pub.proc;
}

void thread_free(struct htr_state *st, struct thread *t)
{
	proc_of(t)->pub.n_threads--;
	*t->link = t->next;
	if (t->next != NULL) {
		t->next->link = t->link;
	}
	htr_map_del(&st->threads, (uint64_t)t->pub.tid);
	if (st->last == t) {
		st->last = NULL;
	}
	text_drop(&t->pub.comm);
	free(t);
}

static void image_drop(struct htr_image *im)
{
	text_drop(&im->exe);
	text_drop(&im->argv);
	text_drop(&im->env_names);
	text_drop(&im->env);
	text_drop(&im->path);
}

static void proc_release(struct proc *p)
{
	image_drop(&p->pub.image);
	text_drop(&p->pub.cwd);
	text_drop(&p->pub.root);
	text_drop(&p->pub.cgroup);
	text_drop(&p->pub.comm);
	text_drop(&p->args);
	text_drop(&p->cmdline);
	fdtable_drop(p->fds);
	free(p);
}

/* Who inherits the children of a dead process: find_new_reaper() of the kernel, as far as it is told. */
static int32_t reaper_for(const struct htr_state *st, const struct proc *dead)
{
	const struct proc *p = dead->parent;

	for (unsigned i = 0; p != NULL && i < ANCESTORS_MAX; p = p->parent, i++) {
		if (p->subreaper && p != dead) {
			return p->pub.pid;
		}
	}
	if (st->reaper_pid > 0 && st->reaper_pid != dead->pub.pid) {
		return st->reaper_pid;
	}
	return st->init != NULL && st->init != dead ? 1 : 0;
}

void proc_free(struct htr_state *st, struct proc *p)
{
	if (p->child != NULL) {
		int32_t reaper = reaper_for(st, p);

		while (p->child != NULL) {
			struct proc *c = p->child;

			unlink_child(c);
			proc_set_parent(st, c, reaper);
		}
	}
	while (p->threads != NULL) {
		thread_free(st, p->threads);
	}
	unlink_child(p);
	clean_del(p);
	htr_map_del(&st->procs, (uint64_t)p->pub.pid);
	if (st->init == p) {
		st->init = NULL;
	}
	st->procs_changed = true;
	proc_release(p);
}

void proc_free_all(struct htr_state *st)
{
	size_t pos = 0;
	uint64_t key;
	void *val;

	while (htr_map_next(&st->threads, &pos, &key, &val)) {
		struct thread *t = val;

		text_drop(&t->pub.comm);
		free(t);
	}
	pos = 0;
	while (htr_map_next(&st->procs, &pos, &key, &val)) {
		proc_release(val);
	}
	htr_map_fini(&st->threads);
	htr_map_fini(&st->procs);
}

struct thread *proc_thread(struct htr_state *st, const struct htr_event *ev)
{
	struct thread *t = st->last;
	struct proc *p;
	int32_t pid = ev->pid > 0 ? ev->pid : ev->tid;

	if (ev->tid <= 0) {
		return NULL;
	}
	if (t == NULL || t->pub.tid != ev->tid) {
		t = thread_find(st, ev->tid);
	}
	if (t != NULL && t->pub.proc->pid == pid) {
		st->last = t;
		return t;
	}
	if (t != NULL) {
		/* the number lives on in another process: the old thread ended unseen */
		p = proc_of(t);
		thread_free(st, t);
		if (p->pub.n_threads == 0) {
			proc_free(st, p);
		}
	}
	p = proc_find(st, pid);
	if (p == NULL) {
		p = proc_new(st, pid, ev->seq);
		if (p == NULL) {
			return NULL;
		}
		p->implicit = true;
		p->pub.outside = (ev->flags & HTR_EVF_OUTSIDE) != 0;
	}
	t = thread_new(st, p, ev->tid);
	st->last = t;
	return t;
}

/* ---- values of events --------------------------------------------------------------------------------- */

static void take_text(struct htr_state *st, struct htr_text *t, const struct htr_event *ev,
		      unsigned key)
{
	const struct htr_val *v = ev_bytes(ev, key);

	if (v != NULL) {
		state_text(st, t, v->data, v->len);
	}
}

static void take_ints(void *base, const struct id_field *f, size_t n, const struct htr_event *ev)
{
	for (size_t i = 0; i < n; i++) {
		const struct htr_val *v = htr_event_val(ev, f[i].key);

		if (v != NULL && v->type == HTR_VT_INT) {
			*field_at(base, f[i].off) = v->num;
		}
	}
}

void proc_apply_ids(struct htr_state *st, struct proc *p, const struct htr_event *ev)
{
	int64_t ppid = htr_event_int(ev, HTR_K_PPID, HTR_UNKNOWN);

	take_ints(&p->pub, ID_FIELDS, HTR_ARRAY_LEN(ID_FIELDS), ev);
	if (ppid >= 0 && ppid <= INT32_MAX) {
		proc_set_parent(st, p, (int32_t)ppid);
	}
	if (p->pub.start_ns ==
	    HTR_UNKNOWN) { /* a spawn that was seen is exacter than clock ticks */
		p->pub.start_ns = htr_event_int(ev, HTR_K_START, HTR_UNKNOWN);
	}
	take_text(st, &p->pub.cwd, ev, HTR_K_CWD);
	take_text(st, &p->pub.root, ev, HTR_K_ROOT);
	take_text(st, &p->pub.cgroup, ev, HTR_K_CGROUP);
}

static void take_image(struct htr_state *st, struct proc *p, const struct htr_event *ev)
{
	struct htr_image *im = &p->pub.image;

	take_text(st, &im->exe, ev, HTR_K_EXE);
	take_text(st, &im->argv, ev, HTR_K_ARGV);
	take_text(st, &im->env_names, ev, HTR_K_ENV_NAMES);
	take_text(st, &im->env, ev, HTR_K_ENV);
	take_ints(im, EXE_FIELDS, HTR_ARRAY_LEN(EXE_FIELDS), ev);
}

/* Fields that a process has from its parent until something else is told. */
static void inherit(struct htr_state *st, struct proc *p, const struct proc *from)
{
	struct htr_text *const to[] = { &p->pub.cwd,       &p->pub.root,
					&p->pub.cgroup,    &p->pub.comm,
					&p->pub.image.exe, &p->pub.image.argv,
					&p->pub.image.env, &p->pub.image.env_names,
					&p->pub.image.path };
	const struct htr_text *const src[] = { &from->pub.cwd,       &from->pub.root,
					       &from->pub.cgroup,    &from->pub.comm,
					       &from->pub.image.exe, &from->pub.image.argv,
					       &from->pub.image.env, &from->pub.image.env_names,
					       &from->pub.image.path };

	(void)st;
	for (size_t i = 0; i < HTR_ARRAY_LEN(to); i++) {
		if (to[i]->data == NULL) {
			text_share(to[i], src[i]);
		}
	}
	for (size_t i = 0; i < HTR_ARRAY_LEN(ID_FIELDS); i++) {
		int64_t *v = field_at(&p->pub, ID_FIELDS[i].off);
		uint16_t key = ID_FIELDS[i].key;

		if (*v == HTR_UNKNOWN && key != HTR_K_VPID) {
			*v = *field_at((void *)(uintptr_t)&from->pub, ID_FIELDS[i].off);
		}
	}
	for (size_t i = 0; i < HTR_ARRAY_LEN(EXE_FIELDS); i++) {
		int64_t *v = field_at(&p->pub.image, EXE_FIELDS[i].off);

		if (*v == HTR_UNKNOWN) {
			*v = *field_at((void *)(uintptr_t)&from->pub.image, EXE_FIELDS[i].off);
		}
	}
	proc_texts_changed(p);
}

/* ---- spawn, exec, exit, snapshot ----------------------------------------------------------------------- */

static void spawn_process(struct htr_state *st, struct call_ctx *c, int32_t pid, int64_t flags)
{
	const struct htr_event *ev = c->ev;
	struct proc *p = proc_find(st, pid);
	int64_t ppid = htr_event_int(ev, HTR_K_CHILD_PPID, HTR_UNKNOWN);

	if (p == c->proc) {
		return;
	}
	if (p != NULL && !p->implicit) {
		proc_free(st, p); /* the number is in use again: its exit was not seen */
		p = NULL;
	}
	if (p == NULL) {
		p = proc_new(st, pid, ev->seq);
		if (p == NULL) {
			return;
		}
		if (flags & CLONE_FILES) {
			fdtable_drop(p->fds);
			p->fds = c->proc->fds;
			p->fds->refs++;
		} else if (c->proc->fds->n_pages > 0) {
			struct fdtable *copy = fdtable_copy(c->proc->fds);

			if (copy == NULL) {
				st->oom = true;
			} else {
				fdtable_drop(p->fds);
				p->fds = copy;
			}
		}
	}
	p->implicit = false;
	inherit(st, p, c->proc);
	p->pub.outside = c->proc->pub.outside;
	p->pub.start_ns = ev->time_ns;
	p->pub.image.start_ns = c->proc->pub.image.start_ns;
	if (ppid < 0 || ppid > INT32_MAX) {
		ppid = flags & CLONE_PARENT ? c->proc->pub.ppid : c->proc->pub.pid;
	}
	proc_set_parent(st, p, (int32_t)ppid);
	if (thread_find(st, pid) == NULL) {
		(void)thread_new(st, p, pid);
	}
	if (c->thr->pub.comm.data != NULL) {
		/* fork by a thread with a name of its own: the child's main thread has that name */
		text_share(&p->pub.comm, &c->thr->pub.comm);
	}
}

void proc_on_spawn(struct htr_state *st, struct call_ctx *c)
{
	const struct htr_event *ev = c->ev;
	int64_t flags = htr_event_int(ev, HTR_K_CLONE_FLAGS, 0);
	int64_t tid = ev->result;
	int64_t pid = htr_event_int(ev, HTR_K_CHILD_PID, HTR_UNKNOWN);
	int64_t vpid = htr_event_int(ev, HTR_K_VPID, HTR_UNKNOWN);
	struct thread *t;

	if (tid <= 0 || tid > INT32_MAX) {
		return;
	}
	if (pid <= 0 || pid > INT32_MAX) {
		bool same = (flags & CLONE_THREAD) && !(ev->flags & HTR_EVF_LAST);

		pid = same ? c->proc->pub.pid : tid;
	}
	if (pid != c->proc->pub.pid) {
		struct proc *p;

		spawn_process(st, c, (int32_t)pid, flags);
		p = proc_find(st, (int32_t)pid);
		if (p != NULL && vpid != HTR_UNKNOWN) {
			p->pub.vpid = vpid;
		} else if (p != NULL && p->pub.vpid == HTR_UNKNOWN && !(flags & CLONE_NEWPID) &&
			   c->proc->pub.vpid == c->proc->pub.pid) {
			p->pub.vpid = pid; /* no PID namespace between the recorder and the task */
		}
		return;
	}
	t = thread_find(st, (int32_t)tid);
	if (t != NULL && t->pub.proc == &c->proc->pub) {
		return;
	}
	if (t != NULL) {
		struct proc *old = proc_of(t);

		thread_free(st, t);
		if (old->pub.n_threads == 0) {
			proc_free(st, old);
		}
	}
	t = thread_new(st, c->proc, (int32_t)tid);
	if (t != NULL && c->thr->pub.comm.data != NULL) {
		text_share(&t->pub.comm, &c->thr->pub.comm);
	}
}

static void set_comm(struct htr_state *st, struct proc *p, const struct htr_event *ev)
{
	const struct htr_val *v = ev_bytes(ev, HTR_K_COMM);

	if (v != NULL) {
		state_text(st, &p->pub.comm, v->data, v->len < COMM_MAX ? v->len : COMM_MAX);
	} else if (ev->kind == HTR_EV_EXEC && p->pub.image.path.data != NULL) {
		/* what begin_new_exec() does: last component of the path that was passed */
		const struct htr_text *path = &p->pub.image.path;
		const char *slash = memrchr(path->data, '/', path->len);
		size_t skip = slash != NULL ? (size_t)(slash - path->data) + 1 : 0;
		size_t len = path->len - skip;

		state_text(st, &p->pub.comm, path->data + skip, len < COMM_MAX ? len : COMM_MAX);
	}
}

void proc_on_exec(struct htr_state *st, struct call_ctx *c)
{
	const struct htr_event *ev = c->ev;
	struct proc *p = c->proc;
	struct htr_image *im = &p->pub.image;
	int path_arg = c->info != NULL ? c->info->path_arg[0] : -1;
	const struct htr_val *path = path_arg >= 0 ? ctx_arg(c, (unsigned)path_arg) : NULL;

	/* the other threads are gone, whatever their number; the caller has the leader's number now */
	for (struct thread *t = p->threads, *next; t != NULL; t = next) {
		next = t->next;
		if (t != c->thr) {
			thread_free(st, t);
		}
	}
	text_drop(&c->thr->pub.comm);
	image_drop(im);
	for (size_t i = 0; i < HTR_ARRAY_LEN(EXE_FIELDS); i++) {
		*field_at(im, EXE_FIELDS[i].off) = HTR_UNKNOWN;
	}
	im->seq = ev->seq;
	im->start_ns = ev->time_ns;
	if (path != NULL) {
		state_text(st, &im->path, path->data, path->len);
	}
	take_image(st, p, ev);
	for (unsigned i = 0; c->desc != NULL && i < c->desc->n_args && i < HTR_ARGS_MAX; i++) {
		const struct htr_val *v = ctx_arg(c, i);

		if (v != NULL && c->desc->args[i].kind == HTR_A_ARGV && im->argv.data == NULL) {
			state_text(st, &im->argv, v->data, v->len);
		}
	}
	proc_apply_ids(st, p, ev);
	set_comm(st, p, ev);
	proc_texts_changed(p);
	p->implicit = false;
	p->keepcaps = false;
	if (p->fds->refs > 1) { /* exec undoes CLONE_FILES */
		struct fdtable *mine = fdtable_copy(p->fds);

		if (mine == NULL) {
			st->oom = true;
			return;
		}
		fdtable_drop(p->fds);
		p->fds = mine;
	}
	st->pending = (struct pending){ .kind = PENDING_CLOEXEC, .table = p->fds };
	p->fds->refs++;
}

void proc_on_exit(struct htr_state *st, struct call_ctx *c)
{
	bool last = (c->ev->flags & HTR_EVF_LAST) != 0 || c->proc->pub.n_threads <= 1;

	c->proc->pub.dead = last;
	st->pending = (struct pending){
		.kind = PENDING_EXIT, .tid = c->thr->pub.tid, .pid = c->proc->pub.pid, .last = last
	};
}

void proc_gone(struct htr_state *st, const struct pending *pd)
{
	struct thread *t = thread_find(st, pd->tid);
	struct proc *p = proc_find(st, pd->pid);

	if (t != NULL && p != NULL && t->pub.proc == &p->pub) {
		thread_free(st, t);
	}
	if (p != NULL && pd->last) {
		proc_free(st, p);
	}
}

void proc_on_snapshot(struct htr_state *st, struct call_ctx *c)
{
	const struct htr_event *ev = c->ev;
	struct proc *p = c->proc;
	int64_t vtid = htr_event_int(ev, HTR_K_VTID, HTR_UNKNOWN);

	if (vtid != HTR_UNKNOWN) {
		c->thr->pub.vtid = vtid;
	}
	p->implicit = false;
	take_image(st, p, ev);
	proc_apply_ids(st, p, ev);
	p->pub.outside = (ev->flags & HTR_EVF_OUTSIDE) != 0;
	if (ev->tid == p->pub.pid || p->pub.comm.data == NULL) {
		set_comm(st, p, ev);
	} else {
		const struct htr_val *v = ev_bytes(ev, HTR_K_COMM);

		if (v != NULL && !text_eq(&p->pub.comm, v->data, v->len)) {
			state_text(st, &c->thr->pub.comm, v->data, v->len);
		}
	}
	proc_texts_changed(p);
	if (st->facts != NULL && st->facts->root_pid > 0 && p->pub.pid == st->facts->root_pid &&
	    p->pub.ppid > 0) {
		/* the recorder is the subreaper of what it started */
		st->reaper_pid = p->pub.ppid;
	}
}
