/* SPDX-License-Identifier: Apache-2.0
 *
 * recorder.h - the tracing thread's world: who is traced, by which channel, where events go.
 *
 * Everything here belongs to one thread, which makes all ptrace calls. Files: calls.c (records of calls),
 * life.c (spawn, exec, exit, signals), aside.c (making room for other tracers, tasks that are not
 * seized), stops.c (what a stop asks for), loop.c (the one place that blocks).
 */
#ifndef CAPTURE_RECORDER_H
#define CAPTURE_RECORDER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "capture/arch.h"
#include "capture/args.h"
#include "capture/notify.h"
#include "capture/plan.h"
#include "capture/rec.h"
#include "capture/sink.h"
#include "capture/tracee.h"

/* A new child that stopped before its parent's event said who it is. */
struct held {
	pid_t tid;
	int status;
	int64_t since_ns;
};

/* A ptrace attach of the task that waits until we let go of its target. */
struct waiting {
	pid_t tid, target;
	uint64_t id;     /* of the notification that is not yet answered, 0: an entry stop */
	struct rec *rec; /* owned */
	int64_t since_ns;
};

#define HELD_MAX    4096
#define WAITING_MAX 64
#define EXECS_MAX   64

/* An execve whose outcome is not known yet. */
struct exec_due {
	pid_t tid;
	int64_t since_ns;
};

struct recorder {
	const struct plan *plan;
	struct sink *sink; /* borrowed */
	struct listener listener;
	struct tracees tracees;
	struct rec_pool pool;
	bool seize;        /* ptrace works: threads are seized */
	bool ptrace_calls; /* calls are seen by PTRACE_SYSCALL, there is no filter */
	int exits_fd;      /* epoll of pidfds of processes that are not seized */

	pid_t root;
	int root_status;
	bool root_ended;
	bool root_stopped;
	bool child_signals; /* a SIGCHLD may be pending for stops that were waited for already */
	int64_t start_mono_ns, start_boot_ns;

	struct held held[HELD_MAX];
	unsigned n_held;
	struct waiting waiting[WAITING_MAX];
	unsigned n_waiting;
	struct exec_due execs[EXECS_MAX];
	unsigned n_execs;
	bool unwatched; /* some process ends without our being told */

	/* last signal the program itself got: a signal to the group reaches both of us */
	int root_signal;
	pid_t root_signal_from;
	int64_t root_signal_ns;

	uint64_t n_odd, n_unseen, n_lost, n_stops, n_notified, n_restarts;
	struct decoder dec;
};

int64_t recorder_now(const struct recorder *rc);

/* ---- calls.c ---- */

/* call_notified - a call waits at the listener: read it, decide, answer, record. */
void call_notified(struct recorder *rc, const struct notification *n);
/* call_entered - the same for an entry stop of the ptrace channel. */
void call_entered(struct recorder *rc, struct tracee *t, const struct arch_call *c);
/* call_finished - the result is known: emit and forget the pending record. */
void call_finished(struct recorder *rc, struct tracee *t, int64_t result);
/* call_unfinished - emit what is pending as unfinished (or entry-only). */
void call_unfinished(struct recorder *rc, struct tracee *t, unsigned flag);
/* call_interrupted - a signal hit a call that may restart: its record says so with the kernel's code. */
void call_interrupted(struct recorder *rc, struct tracee *t);
/* call_begin - record of a call at its entry; NULL: not wanted or out of memory. */
struct rec *call_begin(struct recorder *rc, struct tracee *t, enum htr_arch arch, int32_t nr,
		       const uint64_t args[6]);
/* call_answer_result - let a waiting call run and take its result; entry only for a thread that is not ours. */
void call_answer_result(struct recorder *rc, struct tracee *t, struct rec *r_take, uint64_t id);
/* call_emit - stamp and hand over to the sink, then give back. */
void call_emit(struct recorder *rc, struct rec *r, int64_t now_ns);

/* ---- life.c ---- */

void life_spawn(struct recorder *rc, struct tracee *t);
void life_exec(struct recorder *rc, struct tracee *t);
/* life_exec_unseized - the same, found out after the fact. */
void life_exec_unseized(struct recorder *rc, struct tracee *t);
void life_exit(struct recorder *rc, struct tracee *t, bool known, int status);
void life_signal(struct recorder *rc, struct tracee *t, int sig);
/* life_adopt - a thread nobody announced (CLONE_UNTRACED, child of a task that is not seized). NULL: it is
 * gone or memory is out. */
struct tracee *life_adopt(struct recorder *rc, pid_t tid);
/* life_introduce - PROC and FD records of a process. */
void life_introduce(struct recorder *rc, struct tracee *t, bool image);
void life_note(struct recorder *rc, const struct tracee *t, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* life_clock - how the clocks stand to each other now: they are set and drift. */
void life_clock(struct recorder *rc);
void life_loss(struct recorder *rc, pid_t tid, uint64_t count, int why);

/* ---- aside.c ---- */

/* aside_ptrace - the task calls ptrace(2). Returns true when the notification is taken care of. */
bool aside_ptrace(struct recorder *rc, struct tracee *t, const struct notification *n,
		  struct rec *r_take);
/* aside_left - a thread was let go: who waited for that may go on. */
void aside_left(struct recorder *rc, pid_t tid);
/* aside_check - answer those that waited too long. */
void aside_check(struct recorder *rc);
/* aside_return - seize a thread again that is free. true: it is ours now. */
bool aside_return(struct recorder *rc, struct tracee *t);
/* aside_watch - learn of the end of a process that is not seized. */
void aside_watch(struct recorder *rc, struct tracee *t);
/* aside_ended - read the watch: emit exits. */
void aside_ended(struct recorder *rc);
/* aside_look - processes that could not be watched: are they still there? */
void aside_look(struct recorder *rc);
/* aside_exec - execve of a thread that is not seized: let it run, keep its record until it is known whether
 * the image changed. */
void aside_exec(struct recorder *rc, struct tracee *t, struct rec *r_take, uint64_t id);
/* aside_exec_seen - did it? Emits the EXEC record then. */
bool aside_exec_seen(struct recorder *rc, struct tracee *t);
void aside_execs_due(struct recorder *rc);

/* ---- stops.c ---- */

/* stop_handle - a wait status: do what the transition table says. */
void stop_handle(struct recorder *rc, pid_t tid, int status);
/* stop_wait - wait for the next stop of one thread, but no longer than a tick. */
void stop_wait(struct recorder *rc, pid_t tid);
/* stop_drain - all stops that are there now. Returns how many. */
unsigned stop_drain(struct recorder *rc);
/* stop_release_held - children whose parent never told of them. */
void stop_release_held(struct recorder *rc, bool all);
bool stop_take_held(struct recorder *rc, pid_t tid, int *ret_status);

/* ---- loop.c ---- */

/* loop_run - until the last task has ended. */
void loop_run(struct recorder *rc, int signal_fd);

#endif
