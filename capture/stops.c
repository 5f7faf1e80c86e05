/* SPDX-License-Identifier: Apache-2.0
 *
 * stops.c - from wait statuses to actions; see recorder.h. The table is in tracee.c.
 */
#include <errno.h>
#include <sys/wait.h>

#include "capture/recorder.h"
#include "capture/tracer.h"

#define HOLD_NS 20000000LL /* a parent that has not told of its child by then was killed */

static void resume(struct recorder *rc, struct tracee *t, int sig)
{
	bool to_call = rc->ptrace_calls || t->state == TRACEE_FOLLOWED;

	t->group = false;
	(void)tracer_resume(t->tid, to_call ? RESUME_TO_CALL : RESUME_FREELY, sig);
}

/* ---- pending results ----------------------------------------------------------------------------------- */

/* The one stop on the way out of a call that ran with our interrupt pending. */
static void take_result(struct recorder *rc, struct tracee *t)
{
	int64_t result;

	t->state = TRACEE_OUTSIDE;
	if (arch_result(t->tid, &result) < 0) {
		return; /* killed: its exit comes next */
	}
	if (result == -EINTR) {
		/* our doing: without a real signal the kernel shall issue the call again */
		arch_set_result(t->tid, -KERNEL_ERESTARTNOHAND);
	}
	if (result == -EINTR || is_restart_code(result)) {
		rc->n_restarts++;
		t->state = TRACEE_FOLLOWED;
		return;
	}
	call_finished(rc, t, result);
}

/* The call was sent back (or, on old kernels, cut by our interrupt): from here it runs for good. */
static void begin_followed(struct tracee *t)
{
	int64_t result;

	if (arch_result(t->tid, &result) == 0 && result == -KERNEL_ERESTARTSYS) {
		arch_set_result(t->tid, -KERNEL_ERESTARTNOINTR);
	}
	t->state = TRACEE_FOLLOWED;
}

/* ---- call stops ---------------------------------------------------------------------------------------- */

static void exit_of_call(struct recorder *rc, struct tracee *t, int64_t result)
{
	if (!t->rec) {
		t->state = t->state == TRACEE_FOLLOWED ? TRACEE_OUTSIDE : t->state;
		return;
	}
	if (t->state == TRACEE_FOLLOWED || t->state == TRACEE_ENTERED) {
		t->state = TRACEE_OUTSIDE;
	}
	if (is_restart_code(result)) {
		/* it may come again, or a signal handler comes first: see call_notified, on_signal */
		call_interrupted(rc, t);
		t->restarting = t->rec;
		t->rec = NULL;
		t->restarting->b.ev.result = result;
		return;
	}
	call_finished(rc, t, result);
}

/* PTRACE_TRACEME and attaching on the ptrace channel: get out of the way at the entry stop. */
static bool entry_aside(struct recorder *rc, struct tracee *t)
{
	struct rec *r = t->rec;

	if (!r || r->how != HOW_PTRACE) {
		return false;
	}
	t->rec = NULL;
	if (aside_ptrace(rc, t, NULL, r)) {
		return true;
	}
	t->rec = r;
	return false;
}

static void on_call(struct recorder *rc, struct tracee *t)
{
	struct arch_call c = { .nr = -1 };
	enum call_edge edge = EDGE_NONE;
	int r = tracer_edge(t->tid, &edge, &c);

	if (r == -EIO || r == -EINVAL) { /* before Linux 5.3 */
		if (arch_read(t->tid, &c) < 0) {
			return;
		}
		edge = t->inside ? EDGE_EXIT : EDGE_ENTRY;
	} else if (r < 0) {
		return;
	}
	t->inside = edge == EDGE_ENTRY;
	if (edge == EDGE_EXIT) {
		exit_of_call(rc, t, c.result);
	} else if (edge == EDGE_ENTRY && rc->ptrace_calls) {
		call_entered(rc, t, &c);
		if (entry_aside(rc, t)) {
			return;
		}
	}
	resume(rc, t, 0);
}

/* ---- signals ------------------------------------------------------------------------------------------- */

/* A signal that came while the call still waited at the listener gives -ERESTARTSYS, which a handler
 * without SA_RESTART turns into EINTR, also for calls that never give it. Natively the signal would
 * have come just before the call: let the handler run and the call begin after it. */
static void undo_cut_wait(struct recorder *rc, struct tracee *t)
{
	struct arch_call c;

	if (rc->ptrace_calls || rc->listener.fd < 0 || t->restarting || arch_read(t->tid, &c) < 0 ||
	    c.nr < 0 || c.result != -KERNEL_ERESTARTSYS) {
		return;
	}
	const struct htr_syscall_desc *d =
		htr_syscall_lookup(htr_arch_from_audit(c.audit, c.nr), c.nr);

	if (plan_how(rc->plan, d) != HOW_NOT && plan_how(rc->plan, d) != HOW_ENTRY) {
		arch_set_result(t->tid, -KERNEL_ERESTARTNOINTR);
	}
}

/* What a signal finds of a pending call. Calls that are over or have not begun are settled here; of one
 * that was interrupted the record goes to t->restarting. */
static void settle_before_signal(struct recorder *rc, struct tracee *t)
{
	int64_t result = 0;

	if (!t->rec || (rc->ptrace_calls && t->inside) || arch_result(t->tid, &result) < 0) {
		return;
	}
	if (t->state == TRACEE_BEFORE || result == -KERNEL_ERESTARTNOINTR) {
		/* has not begun; it will be issued again after the handler */
		if (result == -KERNEL_ERESTARTSYS) {
			arch_set_result(t->tid, -KERNEL_ERESTARTNOINTR);
		}
		rec_put(&rc->pool, t->rec);
		t->rec = NULL;
	} else if (is_restart_code(result)) {
		call_interrupted(rc, t);
		t->restarting = t->rec;
		t->restarting->b.ev.result = result;
		t->rec = NULL;
	} else {
		call_finished(rc, t, result);
	}
}

static void on_signal(struct recorder *rc, struct tracee *t, int sig)
{
	if (t->rec) {
		settle_before_signal(rc, t);
	} else {
		undo_cut_wait(rc, t);
	}
	t->state = TRACEE_OUTSIDE;
	life_signal(rc, t, sig);
	if (t->restarting && tracer_interrupt(t->tid) == 0) {
		t->state = TRACEE_HANDLER;
	}
	resume(rc, t, sig);
}

/* The handler's frame tells what the kernel made of the interrupted call. */
static void on_handler(struct recorder *rc, struct tracee *t)
{
	struct rec *r = t->restarting;

	t->state = TRACEE_OUTSIDE;
	if (!r) {
		return;
	}
	switch (arch_after_signal(t->tid)) {
	case OUTCOME_EINTR:
		r->b.ev.result = -EINTR;
		call_interrupted(rc, t);
		break;
	case OUTCOME_RESTARTS:
		break; /* joined when it comes again */
	case OUTCOME_UNKNOWN:
		call_interrupted(rc, t);
		break;
	}
}

/* ---- the rest -------------------------------------------------------------------------------------------- */

static void on_group(struct recorder *rc, struct tracee *t)
{
	t->group = true;
	if (t->tid == rc->root) {
		rc->root_stopped = true;
	}
	if (tracer_listen(t->tid) < 0) {
		resume(rc, t, 0);
	}
}

static void on_trap(struct recorder *rc, struct tracee *t)
{
	if (t->group && t->tid == rc->root) {
		rc->root_stopped = false;
	}
	resume(rc, t, 0);
}

/* The stop that carried a result may be the beginning of a group stop as well. */
static void after_stop(struct recorder *rc, struct tracee *t, enum stop stop)
{
	if (stop == STOP_GROUP) {
		on_group(rc, t);
	} else {
		on_trap(rc, t);
	}
}

/* What becomes of a pending call of a thread that is let go. */
static void settle_call(struct recorder *rc, struct tracee *t, enum stop stop)
{
	struct arch_call c = { .nr = -1 };
	enum call_edge edge = EDGE_NONE;
	int64_t result = 0;

	if (stop == STOP_SYSCALL && tracer_edge(t->tid, &edge, &c) < 0) {
		edge = EDGE_NONE;
	}
	if (arch_result(t->tid, &result) < 0) {
		result = 0;
	}
	if (!t->rec) {
		/* sent back, or cut while it waited at the listener: let it come again unseen */
		if (result == -KERNEL_ERESTARTSYS && edge == EDGE_NONE) {
			arch_set_result(t->tid, -KERNEL_ERESTARTNOINTR);
		}
	} else if (edge == EDGE_ENTRY || is_restart_code(result)) {
		rec_put(&rc->pool, t->rec); /* it is notified again and recorded then */
		t->rec = NULL;
	} else {
		call_finished(rc, t, result);
	}
	call_interrupted(rc, t);
}

static void leave(struct recorder *rc, struct tracee *t, enum stop stop, int sig)
{
	if (stop == STOP_SIGNAL) {
		life_signal(rc, t, sig);
	} else {
		sig = 0;
	}
	settle_call(rc, t, stop);
	aside_watch(rc, t); /* before it can end and be reaped */
	(void)tracer_detach(t->tid, sig);
	t->seized = false;
	t->group = false;
	t->inside = false;
	t->state = TRACEE_ASIDE;
	t->left_ns = recorder_now(rc);
	aside_left(rc, t->tid);
}

static void on_event(struct recorder *rc, struct tracee *t, enum stop stop)
{
	bool leaving = t->state == TRACEE_LEAVING;
	pid_t tid = t->tid;

	if (stop == STOP_EXEC) {
		life_exec(rc, t);
		t = tracees_get(&rc->tracees, tid); /* another thread may have taken its place */
	} else {
		life_spawn(rc, t);
	}
	if (!t) {
		return;
	}
	if (leaving) {
		leave(rc, t, stop, 0); /* this stop has used up the interrupt */
	} else {
		resume(rc, t, 0);
	}
}

static void end(struct recorder *rc, struct tracee *t, int status)
{
	bool root = t->tid == rc->root;

	pid_t tid = t->tid;

	life_exit(rc, t, true, status);
	aside_left(rc, tid);
	if (root) {
		rc->root_ended = true;
		rc->root_status = status;
	}
}

static void hold(struct recorder *rc, pid_t tid, int status)
{
	if (rc->n_held == HELD_MAX) {
		stop_release_held(rc, true);
	}
	rc->held[rc->n_held++] = (struct held){ tid, status, recorder_now(rc) };
}

bool stop_take_held(struct recorder *rc, pid_t tid, int *ret_status)
{
	for (unsigned i = 0; i < rc->n_held; i++) {
		if (rc->held[i].tid == tid) {
			*ret_status = rc->held[i].status;
			rc->held[i] = rc->held[--rc->n_held];
			return true;
		}
	}
	return false;
}

void stop_release_held(struct recorder *rc, bool all)
{
	int64_t now = recorder_now(rc);

	for (unsigned i = 0; i < rc->n_held;) {
		struct held h = rc->held[i];

		if (!all && now - h.since_ns < HOLD_NS) {
			i++;
			continue;
		}
		rc->held[i] = rc->held[--rc->n_held];
		struct tracee *t = life_adopt(rc, h.tid);

		if (t) {
			t->seized = true;
			t->state = TRACEE_OUTSIDE;
			stop_handle(rc, h.tid, h.status);
		} else {
			(void)tracer_resume(h.tid, RESUME_FREELY, 0);
		}
	}
}

/* A thread that is in no table: a new child ahead of its parent's event, or an orphan we reap. */
static void stranger(struct recorder *rc, pid_t tid, enum stop stop, int status)
{
	int old;

	switch (tracee_action(TRACEE_NEW, stop)) {
	case ACT_HOLD:
		hold(rc, tid, status);
		break;
	case ACT_END:
		(void)stop_take_held(rc, tid, &old);
		if (tid == rc->root) {
			rc->root_ended = true;
			rc->root_status = status;
		}
		break;
	default:
		break;
	}
}

void stop_handle(struct recorder *rc, pid_t tid, int status)
{
	int sig;
	enum stop stop = waitstatus_classify(status, &sig);
	struct tracee *t = tracees_get(&rc->tracees, tid);

	rc->n_stops++;
	if (!t) {
		stranger(rc, tid, stop, status);
		return;
	}
	switch (tracee_action((enum tracee_state)t->state, stop)) {
	case ACT_RESUME:
		on_trap(rc, t);
		break;
	case ACT_RESULT:
		take_result(rc, t);
		after_stop(rc, t, stop);
		break;
	case ACT_BEGIN:
		begin_followed(t);
		after_stop(rc, t, stop);
		break;
	case ACT_HANDLER:
		on_handler(rc, t);
		after_stop(rc, t, stop);
		break;
	case ACT_CALL:
		on_call(rc, t);
		break;
	case ACT_SPAWN:
	case ACT_EXEC:
		on_event(rc, t, stop);
		break;
	case ACT_SIGNAL:
		on_signal(rc, t, sig);
		break;
	case ACT_GROUP:
		on_group(rc, t);
		break;
	case ACT_LEAVE:
		leave(rc, t, stop, sig);
		break;
	case ACT_END:
		end(rc, t, status);
		break;
	case ACT_ODD:
		rc->n_odd++;
		life_note(rc, t, "unexpected stop %s in state %s", stop_name(stop),
			  tracee_state_name((enum tracee_state)t->state));
		resume(rc, t, stop == STOP_SIGNAL ? sig : 0);
		break;
	case ACT_HOLD:
	case ACT_IGNORE:
	case ACT_MAX:
		break;
	}
}

void stop_wait(struct recorder *rc, pid_t tid)
{
	int status;
	pid_t got = wait4(tid, &status, __WALL, NULL);

	if (got > 0) {
		rc->child_signals = true;
		stop_handle(rc, got, status);
	}
}

unsigned stop_drain(struct recorder *rc)
{
	unsigned n = 0;
	int status;
	pid_t got;

	while ((got = wait4(-1, &status, __WALL | WNOHANG, NULL)) > 0) {
		stop_handle(rc, got, status);
		n++;
	}
	return n;
}
