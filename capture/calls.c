/* SPDX-License-Identifier: Apache-2.0
 *
 * calls.c - records of system calls, from entry to result; see recorder.h.
 */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <time.h>

#include "capture/recorder.h"
#include "capture/tracer.h"
#include "formats/core/clock.h"

/* newer than the headers of Debian 12's C library */
#ifndef CLONE_CLEAR_SIGHAND
#define CLONE_CLEAR_SIGHAND 0x100000000ULL
#endif

int64_t recorder_now(const struct recorder *rc)
{
	return htr_clock_ns(CLOCK_MONOTONIC) - rc->start_mono_ns;
}

struct rec *call_begin(struct recorder *rc, struct tracee *t, enum htr_arch arch, int32_t nr,
		       const uint64_t args[6])
{
	struct rec *r = rec_get(&rc->pool, HTR_EV_SYSCALL);

	if (!r) {
		life_loss(rc, t->tid, 1, HTR_LOSS_QUEUE);
		return NULL;
	}
	struct htr_event *ev = &r->b.ev;

	ev->tid = t->tid;
	ev->pid = t->proc->pid;
	ev->nr = nr;
	ev->arch = (uint8_t)arch;
	ev->n_args = 6;
	memcpy(ev->args, args, sizeof(ev->args));
	r->entry_ns = recorder_now(rc);
	r->desc = htr_syscall_lookup(arch, nr);
	if (r->desc && arch == HTR_ARCH_I386 && strcmp(r->desc->name, "socketcall") == 0) {
		args_socketcall(t, r);
	}
	r->how = plan_how(rc->plan, r->desc);
	r->named = r->desc && rc->plan->named[r->desc->id];
	if (r->how == HOW_NOT || !plan_cond_holds(rc->plan, r->desc, ev->args)) {
		rec_put(&rc->pool, r);
		return NULL;
	}
	ev->n_args = r->desc->n_args;
	for (unsigned i = ev->n_args; i < HTR_ARGS_MAX; i++) {
		ev->args[i] = 0;
	}
	if (!t->seized && !rc->ptrace_calls && r->how != HOW_PTRACE) {
		r->how = HOW_ENTRY;
	}
	args_entry(&rc->dec, t, r);
	if (r->skip) {
		rec_put(&rc->pool, r);
		return NULL;
	}
	return r;
}

void call_emit(struct recorder *rc, struct rec *r, int64_t now_ns)
{
	struct htr_event *ev = &r->b.ev;

	ev->time_ns = now_ns;
	if (ev->nr >= 0 && !(ev->flags & (HTR_EVF_ENTRY_ONLY | HTR_EVF_UNFINISHED)) &&
	    now_ns > r->entry_ns && r->entry_ns > 0) {
		ev->dur_ns = (uint64_t)(now_ns - r->entry_ns);
	}
	sink_put(rc->sink, htr_builder_done(&r->b));
	rec_put(&rc->pool, r);
}

static bool is_exec(const struct rec *r)
{
	return r->desc && (r->desc->classes & HTR_C_EXEC);
}

void call_finished(struct recorder *rc, struct tracee *t, int64_t result)
{
	struct rec *r = t->rec;
	int64_t now = recorder_now(rc);

	t->rec = NULL;
	if (!r) {
		return;
	}
	r->b.ev.result = result;
	if (is_exec(r) && result < 0) {
		args_failed_exec(&rc->dec, t, r);
	}
	if (plan_default_how(r->desc) == HOW_SPAWN && result > 0) {
		/* no event came: CLONE_UNTRACED. The child shows itself at its first notification. */
		if (rc->ptrace_calls) {
			life_note(rc, t, "child made by CLONE_UNTRACED: it is not recorded");
			life_loss(rc, t->tid, 0, HTR_LOSS_UNSPEC);
		}
		r->b.ev.kind = HTR_EV_SPAWN;
		if (!(r->b.ev.args[0] & CLONE_THREAD)) {
			r->b.ev.flags |= HTR_EVF_LAST;
		}
	}
	args_result(&rc->dec, t, r);
	bool uring = result >= 0 && !t->proc->uring && strcmp(r->desc->name, "io_uring_setup") == 0;

	call_emit(rc, r, now);
	if (uring) {
		t->proc->uring = true;
		life_note(rc, t,
			  "io_uring in use: operations submitted through it make no system calls");
	}
}

void call_unfinished(struct recorder *rc, struct tracee *t, unsigned flag)
{
	struct rec *r = t->rec;

	t->rec = NULL;
	if (r) {
		r->b.ev.flags |= (uint16_t)flag;
		call_emit(rc, r, r->entry_ns);
	}
	call_interrupted(rc, t);
}

void call_interrupted(struct recorder *rc, struct tracee *t)
{
	struct rec *r = t->restarting;

	t->restarting = NULL;
	if (r) {
		call_emit(rc, r, recorder_now(rc));
	}
}

/* Is this the call that ended with a restart code a moment ago? Then it is one call, begun back then. Other
 * calls in between are those of a signal handler. */
static void join_restart(struct recorder *rc, struct tracee *t, struct rec *r)
{
	struct rec *old = t->restarting;

	if (old && old->b.ev.nr == r->b.ev.nr &&
	    memcmp(old->b.ev.args, r->b.ev.args, sizeof(r->b.ev.args)) == 0) {
		r->entry_ns = old->entry_ns;
		t->restarting = NULL;
		rec_put(&rc->pool, old);
	}
}

static void answer_entry(struct recorder *rc, struct rec *r, uint64_t id)
{
	if (listener_continue(&rc->listener, id) < 0) {
		rec_put(&rc->pool, r); /* it never ran */
		return;
	}
	r->b.ev.flags |= HTR_EVF_ENTRY_ONLY;
	call_emit(rc, r, r->entry_ns);
}

/* Let a fork-family call run; its event stop will find the record. */
static void answer_spawn(struct recorder *rc, struct tracee *t, struct rec *r, uint64_t id)
{
	t->rec = r;
	t->state = TRACEE_ENTERED;
	if (listener_continue(&rc->listener, id) < 0) {
		t->rec = NULL;
		t->state = TRACEE_OUTSIDE;
		rec_put(&rc->pool, r);
	}
}

/* The order matters: interrupt first, then the answer, so that the stop cannot come before the result. */
static void answer_result(struct recorder *rc, struct tracee *t, struct rec *r, uint64_t id,
			  bool restart)
{
	if (tracer_interrupt(t->tid) < 0) {
		answer_entry(rc, r, id);
		return;
	}
	t->rec = r;
	t->state = restart ? TRACEE_BEFORE : TRACEE_ARMED;
	int sent = restart ? listener_restart(&rc->listener, id)
			   : listener_continue(&rc->listener, id);

	if (sent < 0 && !restart) {
		t->rec = NULL;
		t->state = TRACEE_OUTSIDE;
		rec_put(&rc->pool, r);
		return;
	}
	/* without WAIT_KILLABLE_RECV the interrupt itself ended the wait: the stop comes all the same */
	stop_wait(rc, t->tid);
}

/* Calls of the fork family that will make their event, unless memory or a limit is short. All others
 * (namespaces may be refused, CLONE_UNTRACED makes no event, some flags contradict each other) are
 * followed to their result. */
static bool spawn_is_usual(const struct rec *r)
{
	const uint64_t usual = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_VFORK |
			       CLONE_PARENT | CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS |
			       CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID |
			       CLONE_DETACHED | CLONE_IO | CLONE_CLEAR_SIGHAND;
	uint64_t flags = r->b.ev.args[0] & ~(uint64_t)0xff;

	if (strcmp(r->desc->name, "clone3") == 0) {
		const struct htr_val *v = r->b.ev.n_vals ? &r->b.vals[0] : NULL;

		if (!v || v->key != HTR_K_ARG0 || v->type != HTR_VT_BYTES || v->len < 64) {
			return false;
		}
		memcpy(&flags, v->data, sizeof(flags));
	} else if (strcmp(r->desc->name, "clone") != 0) {
		return true;
	}
	return !(flags & ~usual) && !((flags & CLONE_THREAD) && !(flags & CLONE_SIGHAND)) &&
	       !((flags & CLONE_SIGHAND) && !(flags & CLONE_VM)) &&
	       !((flags & CLONE_SIGHAND) && (flags & CLONE_CLEAR_SIGHAND));
}

static void answer(struct recorder *rc, struct tracee *t, struct rec *r,
		   const struct notification *n)
{
	switch (r->how) {
	case HOW_RESULT:
	case HOW_EXEC:
		answer_result(rc, t, r, n->id, !rc->listener.killable);
		break;
	case HOW_RESTART:
		answer_result(rc, t, r, n->id, true);
		break;
	case HOW_SPAWN:
		if (spawn_is_usual(r)) {
			answer_spawn(rc, t, r, n->id);
		} else {
			answer_result(rc, t, r, n->id, true);
		}
		break;
	case HOW_PTRACE:
		if (aside_ptrace(rc, t, n, r)) {
			break;
		}
		call_answer_result(rc, t, r, n->id);
		break;
	case HOW_NOT:
	case HOW_ENTRY:
		answer_entry(rc, r, n->id);
		break;
	}
}

void call_answer_result(struct recorder *rc, struct tracee *t, struct rec *r_take, uint64_t id)
{
	if (t->seized) {
		answer_result(rc, t, r_take, id, !rc->listener.killable);
	} else {
		answer_entry(rc, r_take, id);
	}
}

static void let_go(struct recorder *rc, const struct notification *n)
{
	(void)listener_continue(&rc->listener, n->id);
}

void call_notified(struct recorder *rc, const struct notification *n)
{
	struct tracee *t = tracees_get(&rc->tracees, n->tid);

	rc->n_notified++;
	if (n->tid == 0) {
		rc->n_unseen++;
		let_go(rc, n);
		life_loss(rc, 0, 1, HTR_LOSS_UNSPEC);
		return;
	}
	if (!t) {
		t = life_adopt(rc, n->tid);
	}
	if (!t) {
		let_go(rc, n);
		return;
	}
	if (t->state == TRACEE_FOLLOWED) {
		let_go(rc, n); /* a restart of the call that is being followed */
		return;
	}
	if (t->state == TRACEE_ASIDE) {
		(void)aside_exec_seen(rc, t);
		t->proc->exec_mark = 0;
		aside_return(rc, t);
	}
	if (t->rec) {
		/* a fork that made no event failed; why is not known */
		call_unfinished(rc, t, HTR_EVF_ENTRY_ONLY);
	}
	if (t->state != TRACEE_ASIDE && t->state != TRACEE_LEAVING) {
		t->state = TRACEE_OUTSIDE;
	}
	struct rec *r = call_begin(rc, t, htr_arch_from_audit(n->audit, n->nr), n->nr, n->args);

	if (!r) {
		let_go(rc, n);
		return;
	}
	join_restart(rc, t, r);
	if (is_exec(r) && t->state == TRACEE_ASIDE) {
		aside_exec(rc, t, r, n->id);
		return;
	}
	if (t->state == TRACEE_LEAVING) {
		answer_entry(rc, r, n->id); /* the interrupt that is to stop it is spoken for */
		return;
	}
	answer(rc, t, r, n);
}

void call_entered(struct recorder *rc, struct tracee *t, const struct arch_call *c)
{
	static const uint64_t none[6];
	enum htr_arch arch = htr_arch_from_audit(c->audit, c->nr);
	const struct htr_syscall_desc *desc = htr_syscall_lookup(arch, c->nr);

	if (desc && strcmp(desc->name, "restart_syscall") == 0 && t->restarting) {
		/* the kernel goes on with the interrupted sleep: the same call */
		t->rec = t->restarting;
		t->restarting = NULL;
		return;
	}
	if (plan_how(rc->plan, desc) == HOW_NOT && arch != HTR_ARCH_I386) {
		return;
	}
	t->rec = call_begin(rc, t, arch, c->nr, c->nr >= 0 ? c->args : none);
	if (t->rec) {
		join_restart(rc, t, t->rec);
		t->rec->b.ev.flags |= HTR_EVF_PTRACE;
	}
}
