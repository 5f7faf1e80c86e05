/* SPDX-License-Identifier: Apache-2.0
 *
 * life.c - spawn, exec, exit and signal records, and the introduction of tasks nobody announced.
 */
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "capture/recorder.h"
#include "capture/snapshot.h"
#include "capture/tracer.h"
#include "formats/core/clock.h"

static struct rec *begin(struct recorder *rc, const struct tracee *t, enum htr_event_kind kind)
{
	struct rec *r = rec_get(&rc->pool, kind);

	if (r) {
		r->b.ev.nr = -1;
		r->b.ev.arch = (uint8_t)htr_arch_native();
		r->b.ev.tid = t ? t->tid : 0;
		r->b.ev.pid = t ? t->proc->pid : 0;
		r->b.ev.flags = rc->ptrace_calls ? HTR_EVF_PTRACE : 0;
	} else {
		rc->n_lost++;
	}
	return r;
}

void life_note(struct recorder *rc, const struct tracee *t, const char *fmt, ...)
{
	struct rec *r = begin(rc, t, HTR_EV_NOTE);
	char text[256];
	va_list ap;

	if (!r) {
		return;
	}
	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);

	va_end(ap);
	rec_bytes(r, HTR_K_TEXT, text, n < (int)sizeof(text) ? (size_t)n : sizeof(text) - 1, 0);
	call_emit(rc, r, recorder_now(rc));
}

void life_clock(struct recorder *rc)
{
	struct rec *r = begin(rc, NULL, HTR_EV_CLOCK);

	if (r) {
		r->b.ev.args[0] = (uint64_t)htr_clock_ns(CLOCK_REALTIME);
		r->b.ev.args[1] = (uint64_t)htr_clock_ns(CLOCK_BOOTTIME);
		r->b.ev.n_args = 2;
		call_emit(rc, r, recorder_now(rc));
	}
}

void life_loss(struct recorder *rc, pid_t tid, uint64_t count, int why)
{
	struct rec *r = begin(rc, tracees_get(&rc->tracees, tid), HTR_EV_LOSS);

	rc->n_lost += count;
	if (r) {
		r->b.ev.args[0] = count;
		r->b.ev.args[1] = (uint64_t)why;
		r->b.ev.n_args = 2;
		call_emit(rc, r, recorder_now(rc));
	}
}

void life_introduce(struct recorder *rc, struct tracee *t, bool image)
{
	struct rec *r = begin(rc, t, HTR_EV_PROC);
	int64_t now = recorder_now(rc);
	struct htr_event like;

	if (!r) {
		return;
	}
	t->proc->shown = true;
	t->proc->nested = snapshot_nested(&rc->dec, t->proc);
	snapshot_ids(&rc->dec, t, r, rc->start_boot_ns);
	if (image) {
		snapshot_image(&rc->dec, t, r, 0, true);
	}
	like = r->b.ev;
	like.time_ns = now;
	call_emit(rc, r, now);
	snapshot_fds(&rc->dec, t, &rc->pool, rc->sink, &like,
		     t->proc->pid == rc->root && !t->proc->exec_done && !image && !rc->seize);
}

struct tracee *life_adopt(struct recorder *rc, pid_t tid)
{
	pid_t pid;
	pid_t ppid;

	if (snapshot_tgid(tid, &pid, &ppid) < 0) {
		return NULL;
	}
	struct process *known = tracees_process(&rc->tracees, pid);
	bool fresh = !known || !known->shown;
	struct tracee *t = tracees_add(&rc->tracees, tid, pid);

	if (!t) {
		life_loss(rc, 0, 1, HTR_LOSS_QUEUE);
		return NULL;
	}
	t->state = TRACEE_ASIDE;
	aside_return(rc, t);
	if (!t->seized) {
		aside_watch(rc, t);
	}
	if (fresh) {
		/* the program's own process before its exec still shows the recorder's image */
		life_introduce(rc, t, pid != rc->root);
		return t;
	}
	struct rec *r = begin(rc, t, HTR_EV_PROC); /* one more thread of a known process */

	if (r) {
		rec_int(r, HTR_K_VTID, tid);
		call_emit(rc, r, recorder_now(rc));
	}
	return t;
}

/* ---- spawn ------------------------------------------------------------------------------------------- */

static uint64_t spawn_flags(const struct tracee *t, const struct arch_call *c,
			    const struct htr_syscall_desc *desc)
{
	uint64_t flags = 0;

	if (!desc) {
		return 0;
	}
	if (strcmp(desc->name, "clone") == 0) {
		return c->args[0];
	}
	if (strcmp(desc->name, "clone3") == 0) {
		if (mem_read(t->tid, c->args[0], &flags, sizeof(flags)) != (ssize_t)sizeof(flags)) {
			return 0;
		}
		return flags;
	}
	return strcmp(desc->name, "vfork") == 0 ? CLONE_VFORK | CLONE_VM : 0;
}

/* The record of the call that makes the child: as it was read at entry, else made up from the registers. */
static struct rec *spawn_record(struct recorder *rc, struct tracee *t, uint64_t *ret_flags)
{
	struct rec *r = t->rec;
	struct arch_call c = { .nr = -1 };

	t->rec = NULL;
	if (r) {
		memcpy(c.args, r->b.ev.args, sizeof(c.args));
		*ret_flags = spawn_flags(t, &c, r->desc);
		return r;
	}
	if (arch_read(t->tid, &c) < 0) {
		c.nr = -1;
	}
	r = begin(rc, t, HTR_EV_SYSCALL);
	if (!r) {
		return NULL;
	}
	if (c.nr >= 0) {
		r->b.ev.arch = (uint8_t)htr_arch_from_audit(c.audit, c.nr);
		r->b.ev.nr = c.nr;
		r->desc = htr_syscall_lookup(r->b.ev.arch, c.nr);
		r->b.ev.n_args = r->desc ? r->desc->n_args : 6;
		memcpy(r->b.ev.args, c.args, r->b.ev.n_args * sizeof(c.args[0]));
		args_entry(&rc->dec, t, r);
	}
	*ret_flags = spawn_flags(t, &c, r->desc);
	return r;
}

/* The id the parent gets: another one than ours inside a PID namespace. Threads keep ours, because all
 * their records carry it. */
static int64_t as_parent_sees(struct recorder *rc, const struct tracee *t, pid_t child, bool thread)
{
	struct process p = {
		.pid = child, .dir_fd = -1, .fds_fd = -1, .pid_fd = -1, .watch_fd = -1
	};

	if (!t->proc->nested || thread) {
		return child;
	}
	int64_t seen = snapshot_inner_pid(&rc->dec, &p);

	process_release(&rc->tracees, &p);
	return seen > 0 ? seen : child;
}

void life_spawn(struct recorder *rc, struct tracee *t)
{
	pid_t child = (pid_t)tracer_message(t->tid);
	uint64_t flags = 0;
	struct rec *r = spawn_record(rc, t, &flags);
	bool thread = flags & CLONE_THREAD;
	struct tracee *c = NULL;
	int status;

	t->state = TRACEE_OUTSIDE;
	if (child > 0) {
		struct tracee *old = tracees_get(&rc->tracees, child);

		if (old) {
			life_exit(rc, old, false,
				  0); /* its end was not seen: the id is in use again */
		}
		c = tracees_add(&rc->tracees, child, thread ? t->proc->pid : child);
	}
	if (c) {
		c->seized = true;
		c->state = TRACEE_OUTSIDE;
		c->proc->shown = true;
		c->proc->nested = t->proc->nested || (flags & CLONE_NEWPID);
	}
	if (r) {
		r->b.ev.kind = HTR_EV_SPAWN;
		r->b.ev.result = as_parent_sees(rc, t, child, thread);
		r->b.ev.flags |= thread ? 0 : HTR_EVF_LAST;
		rec_int(r, HTR_K_CHILD_PID, thread ? t->proc->pid : child);
		rec_int(r, HTR_K_CLONE_FLAGS, (int64_t)flags);
		if ((flags & CLONE_PARENT) && !thread) {
			pid_t pid;
			pid_t ppid;

			if (snapshot_tgid(child, &pid, &ppid) == 0) {
				rec_int(r, HTR_K_CHILD_PPID, ppid);
			}
		}
		call_emit(rc, r, recorder_now(rc));
	}
	if (c && stop_take_held(rc, child, &status)) {
		stop_handle(rc, child, status);
	}
}

/* ---- exec -------------------------------------------------------------------------------------------- */

/* A thread that is not the leader takes over the leader's id; the leader's own end is never told. */
static struct tracee *exec_thread(struct recorder *rc, struct tracee *t, pid_t former)
{
	struct tracee *caller =
		former > 0 && former != t->tid ? tracees_get(&rc->tracees, former) : NULL;
	pid_t tid = t->tid;

	if (!caller || caller->proc != t->proc) {
		return t;
	}
	call_unfinished(rc, t, HTR_EVF_UNFINISHED);
	caller->proc->n_threads++; /* the process must outlive the exchange */
	tracees_del(&rc->tracees, t);
	caller->proc->n_threads--;
	tracees_rename(&rc->tracees, caller, tid);
	return caller;
}

void life_exec(struct recorder *rc, struct tracee *t)
{
	pid_t former = (pid_t)tracer_message(t->tid);
	struct arch_call c = { .nr = -1, .wide = true };
	bool renamed = former > 0 && former != t->tid;

	t = exec_thread(rc, t, former);
	if (t->proc->pid == rc->root && !t->proc->exec_done) {
		life_introduce(rc, t, false);
	}
	t->proc->exec_done = true;
	struct rec *r = t->rec ? t->rec : begin(rc, t, HTR_EV_EXEC);

	t->rec = NULL;
	if (t->state != TRACEE_LEAVING) {
		t->state = TRACEE_OUTSIDE;
	}
	if (!r) {
		return;
	}
	int got = arch_read(t->tid, &c);

	if (r->b.ev.nr < 0 && got == 0 && c.nr >= 0) {
		r->b.ev.nr = c.nr;
		r->b.ev.arch = (uint8_t)htr_arch_from_audit(c.audit, c.nr);
	}
	r->b.ev.kind = HTR_EV_EXEC;
	r->b.ev.tid = t->tid;
	r->b.ev.result = 0;
	if (renamed) {
		rec_int(r, HTR_K_OLD_TID, former);
	}
	t->proc->nested = snapshot_nested(&rc->dec, t->proc);
	snapshot_image(&rc->dec, t, r, got == 0 ? c.sp : 0, c.wide);
	snapshot_ids(&rc->dec, t, r, rc->start_boot_ns);
	t->proc->shown = true;
	call_emit(rc, r, recorder_now(rc));
}

void life_exec_unseized(struct recorder *rc, struct tracee *t)
{
	struct rec *r = t->rec ? t->rec : begin(rc, t, HTR_EV_EXEC);

	t->rec = NULL;
	t->proc->exec_done = true;
	if (r) {
		r->b.ev.kind = HTR_EV_EXEC;
		r->b.ev.result = 0;
		snapshot_image(&rc->dec, t, r, 0, true);
		snapshot_ids(&rc->dec, t, r, rc->start_boot_ns);
		call_emit(rc, r, recorder_now(rc));
	}
}

/* ---- exit and signals ---------------------------------------------------------------------------------- */

void life_exit(struct recorder *rc, struct tracee *t, bool known, int status)
{
	/* a fork without its event has failed before the thread went on to its end; an exec of a thread that
	 * is not seized most probably has */
	bool failed = t->state == TRACEE_ENTERED || t->proc->exec_mark;
	struct rec *r;

	call_unfinished(rc, t, failed ? HTR_EVF_ENTRY_ONLY : HTR_EVF_UNFINISHED);
	r = begin(rc, t, HTR_EV_EXIT);
	if (r) {
		if (t->proc->n_threads == 1) {
			r->b.ev.flags |= HTR_EVF_LAST;
		}
		if (known) {
			rec_int(r, HTR_K_EXIT_STATUS, status);
		}
		call_emit(rc, r, recorder_now(rc));
	}
	tracees_del(&rc->tracees, t);
}

void life_signal(struct recorder *rc, struct tracee *t, int sig)
{
	struct rec *r = begin(rc, t, HTR_EV_SIGNAL);
	pid_t from = 0;
	int code = 0;

	if (!r) {
		return;
	}
	if (tracer_signal(t->tid, &from, &code) < 0) {
		from = 0;
	}
	r->b.ev.args[0] = (uint64_t)sig;
	r->b.ev.args[1] = (uint64_t)from;
	r->b.ev.args[2] = (uint64_t)(int64_t)code;
	if (t->proc->pid == rc->root) {
		rc->root_signal = sig;
		rc->root_signal_from = from;
		rc->root_signal_ns = recorder_now(rc);
	}
	r->b.ev.n_args = 3;
	call_emit(rc, r, recorder_now(rc));
}
