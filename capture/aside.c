/* SPDX-License-Identifier: Apache-2.0
 *
 * aside.c - making room for tracers inside the task, and what can be seen of tasks that are not ours.
 *
 * A thread has one tracer. When the task calls PTRACE_TRACEME, ATTACH or SEIZE, the recorder lets go of the
 * thread in question before the call runs, so that strace and gdb work. Its calls are still notified
 * (without results), its end is seen through a pidfd, and it is seized again once it is free.
 */
#include <errno.h>
#include <linux/ptrace.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/recorder.h"
#include "capture/snapshot.h"
#include "capture/tracer.h"

#define REQ_TRACEME 0
#define REQ_ATTACH  16

#define PATIENCE_NS 200000000LL  /* an attach waits no longer for a target that does not stop */
#define EXEC_NS     100000000LL  /* an exec that has not changed the image by then has failed */
#define GRACE_NS    1000000000LL /* after letting go: time for the other tracer to come */

static void go_on(struct recorder *rc, const struct waiting *w)
{
	struct tracee *t = tracees_get(&rc->tracees, w->tid);

	if (!t) { /* killed while it waited */
		rec_put(&rc->pool, w->rec);
	} else if (w->id) {
		call_answer_result(rc, t, w->rec, w->id);
	} else {
		t->rec = w->rec;
		(void)tracer_resume(w->tid, RESUME_TO_CALL, 0);
	}
}

void aside_left(struct recorder *rc, pid_t tid)
{
	for (unsigned i = 0; i < rc->n_waiting;) {
		struct waiting w = rc->waiting[i];

		if (w.target == tid) {
			rc->waiting[i] = rc->waiting[--rc->n_waiting];
			go_on(rc, &w);
		} else {
			i++;
		}
	}
}

void aside_check(struct recorder *rc)
{
	int64_t now = recorder_now(rc);

	for (unsigned i = 0; i < rc->n_waiting;) {
		struct waiting w = rc->waiting[i];

		if (now - w.since_ns > PATIENCE_NS) {
			rc->waiting[i] = rc->waiting[--rc->n_waiting];
			life_note(rc, tracees_get(&rc->tracees, w.tid),
				  "ptrace: could not let go of thread %d in time", (int)w.target);
			go_on(rc, &w);
		} else {
			i++;
		}
	}
}

static void emit_entry(struct recorder *rc, struct rec *r)
{
	r->b.ev.flags |= HTR_EVF_ENTRY_ONLY;
	call_emit(rc, r, r->entry_ns);
}

static bool traceme(struct recorder *rc, struct tracee *t, const struct notification *n,
		    struct rec *r_take)
{
	if (!t->seized) {
		return false;
	}
	life_note(rc, t, "stepping aside: the task has this thread traced itself");
	if (!n) { /* ptrace channel: at the entry stop */
		emit_entry(rc, r_take);
		aside_watch(rc, t);
		(void)tracer_detach(t->tid, 0);
		t->seized = false;
		t->inside = false;
		t->state = TRACEE_ASIDE;
		t->left_ns = recorder_now(rc);
		return true;
	}
	rec_put(&rc->pool,
		r_take); /* it comes again when the thread is free, and is recorded then */
	if (tracer_interrupt(t->tid) < 0) {
		(void)listener_continue(&rc->listener, n->id);
		return true;
	}
	t->state = TRACEE_LEAVING;
	(void)listener_restart(&rc->listener, n->id);
	stop_wait(rc, t->tid);
	return true;
}

static bool attach(struct recorder *rc, struct tracee *t, const struct notification *n,
		   struct rec *r_take)
{
	struct tracee *x = tracees_get(&rc->tracees, (pid_t)r_take->b.ev.args[1]);

	if (!x || !x->seized || x == t || rc->n_waiting == WAITING_MAX) {
		return false;
	}
	if (x->state != TRACEE_LEAVING) {
		if (tracer_interrupt(x->tid) < 0) {
			return false;
		}
		life_note(rc, x, "stepping aside: thread %d of the task attaches", (int)t->tid);
		x->state = TRACEE_LEAVING;
	}
	rc->waiting[rc->n_waiting++] = (struct waiting){
		.tid = t->tid,
		.target = x->tid,
		.id = n ? n->id : 0,
		.rec = r_take,
		.since_ns = recorder_now(rc),
	};
	return true;
}

bool aside_ptrace(struct recorder *rc, struct tracee *t, const struct notification *n,
		  struct rec *r_take)
{
	uint64_t request = r_take->b.ev.args[0];

	if (request == REQ_TRACEME) {
		return traceme(rc, t, n, r_take);
	}
	if (request == REQ_ATTACH || request == PTRACE_SEIZE) {
		return attach(rc, t, n, r_take);
	}
	return false;
}

bool aside_return(struct recorder *rc, struct tracee *t)
{
	if (!rc->seize || t->seized || (t->left_ns && recorder_now(rc) - t->left_ns < GRACE_NS) ||
	    tracer_seize(t->tid) < 0) {
		return false;
	}
	t->seized = true;
	t->state = TRACEE_OUTSIDE;
	t->left_ns = 0;
	return true;
}

/* ---- tasks that are not seized ----------------------------------------------------------------------- */

void aside_watch(struct recorder *rc, struct tracee *t)
{
	struct process *p = t->proc;
	struct epoll_event e = { .events = EPOLLIN, .data.u64 = (uint64_t)p->pid };

	if (p->watch_fd >= 0 || rc->exits_fd < 0) {
		return;
	}
	p->watch_fd = (int)syscall(SYS_pidfd_open, p->pid, 0);
	if (p->watch_fd >= 0 && epoll_ctl(rc->exits_fd, EPOLL_CTL_ADD, p->watch_fd, &e) < 0) {
		close(p->watch_fd);
		p->watch_fd = -1;
	}
	rc->unwatched |= p->watch_fd < 0;
}

/* All threads of a process that is gone; those we seized tell their own end. */
static void end_process(struct recorder *rc, pid_t pid)
{
	struct process *p = tracees_process(&rc->tracees, pid);
	int status;

	if (!p) {
		return;
	}
	(void)epoll_ctl(rc->exits_fd, EPOLL_CTL_DEL, p->watch_fd, NULL);
	if (wait4(pid, &status, __WALL | WNOHANG, NULL) == pid) {
		stop_handle(rc, pid, status); /* our own child: with its status */
	}
	for (;;) {
		struct tracee *found = NULL;
		size_t pos = 0;
		uint64_t tid;
		void *val;

		while (!found && htr_map_next(&rc->tracees.threads, &pos, &tid, &val)) {
			struct tracee *t = val;

			found = t->proc->pid == pid && !t->seized ? t : NULL;
		}
		if (!found) {
			return;
		}
		life_exit(rc, found, false, 0);
	}
}

void aside_ended(struct recorder *rc)
{
	struct epoll_event e[16];
	int n = epoll_wait(rc->exits_fd, e, 16, 0);

	for (int i = 0; i < n; i++) {
		end_process(rc, (pid_t)e[i].data.u64);
	}
}

void aside_look(struct recorder *rc)
{
	size_t pos = 0;
	uint64_t pid;
	void *val;

	rc->unwatched = false;
	while (htr_map_next(&rc->tracees.processes, &pos, &pid, &val)) {
		struct process *p = val;

		if (p->watch_fd >= 0) {
			continue;
		}
		rc->unwatched = true;
		if (kill(p->pid, 0) < 0 && errno == ESRCH) {
			end_process(rc, p->pid);
			return; /* the map has changed; the next turn looks on */
		}
	}
}

/* ---- exec by a thread that is not seized ------------------------------------------------------------- */

void aside_exec(struct recorder *rc, struct tracee *t, struct rec *r_take, uint64_t id)
{
	t->proc->exec_mark = snapshot_mark(&rc->dec, t->proc);
	if (listener_continue(&rc->listener, id) < 0) {
		rec_put(&rc->pool, r_take);
		return;
	}
	t->rec = r_take;
	if (rc->n_execs < EXECS_MAX) {
		rc->execs[rc->n_execs++] = (struct exec_due){ t->tid, recorder_now(rc) };
	}
}

bool aside_exec_seen(struct recorder *rc, struct tracee *t)
{
	uint64_t before = t->proc->exec_mark;
	uint64_t now = before ? snapshot_mark(&rc->dec, t->proc) : 0;

	if (!now || now == before) {
		return false;
	}
	t->proc->exec_mark = 0;
	life_exec_unseized(rc, t);
	return true;
}

void aside_execs_due(struct recorder *rc)
{
	int64_t now = recorder_now(rc);

	for (unsigned i = 0; i < rc->n_execs;) {
		struct exec_due d = rc->execs[i];
		struct tracee *t = tracees_get(&rc->tracees, d.tid);
		bool open = t && t->rec && t->proc->exec_mark && !aside_exec_seen(rc, t);

		if (open && now - d.since_ns < EXEC_NS) {
			i++;
			continue;
		}
		rc->execs[i] = rc->execs[--rc->n_execs];
		if (open) { /* the old image is still there: it failed */
			t->proc->exec_mark = 0;
			call_unfinished(rc, t, HTR_EVF_ENTRY_ONLY);
		}
	}
}
