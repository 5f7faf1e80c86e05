/* SPDX-License-Identifier: Apache-2.0
 *
 * tracee.h - the threads under recording, what each is doing, and what a stop of it asks for.
 *
 * The transition table is pure and unit-tested. The kernel is input too: an impossible pair of state and
 * stop gives ACT_ODD, which is counted and resumed, never an assertion.
 */
#ifndef CAPTURE_TRACEE_H
#define CAPTURE_TRACEE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "capture/waitstatus.h"
#include "formats/core/map.h"

struct rec;

enum tracee_state {
	TRACEE_NEW =
		0, /* first stop came before its parent's event: held until that tells who it is */
	TRACEE_OUTSIDE,  /* runs; nothing is pending */
	TRACEE_ENTERED,  /* a call of the fork family was let through; its event tells the rest */
	TRACEE_ARMED,    /* a call runs with an interrupt pending: the next stop has its result */
	TRACEE_BEFORE,   /* a call was sent back to restart with an interrupt pending */
	TRACEE_FOLLOWED, /* runs under PTRACE_SYSCALL until the exit stop of its call */
	TRACEE_HANDLER, /* a signal hit a call: stops once before the first instruction of its handler */
	TRACEE_LEAVING, /* to be detached at its next stop */
	TRACEE_ASIDE,   /* not seized by us: entries only */
	TRACEE_STATE_MAX
};

enum action {
	ACT_RESUME = 0, /* nothing to learn */
	ACT_HOLD,       /* stay stopped until the parent's event */
	ACT_RESULT,     /* the return register holds the result of the pending call */
	ACT_BEGIN,      /* the call was sent back: follow it from here */
	ACT_HANDLER,    /* did the signal end the call, or will it be restarted? */
	ACT_CALL,       /* entry or exit of a call */
	ACT_SPAWN,      /* new child */
	ACT_EXEC,       /* new image */
	ACT_SIGNAL,     /* signal to deliver */
	ACT_GROUP,      /* group stop: listen */
	ACT_LEAVE,      /* detach */
	ACT_END,        /* the thread is gone */
	ACT_IGNORE,     /* not ours or no stop */
	ACT_ODD,        /* impossible: count it and resume */
	ACT_MAX
};

/* tracee_action - what to do at a stop. Pure. */
enum action tracee_action(enum tracee_state state, enum stop stop);

const char *tracee_state_name(enum tracee_state state);

/* A process: what its threads share. */
struct process {
	pid_t pid;
	unsigned n_threads;
	int dir_fd; /* O_PATH of /proc/PID, -1: not open */
	int fds_fd; /* O_PATH of /proc/PID/fd */
	int pid_fd;
	int watch_fd;       /* pidfd in the watch of processes that are not seized */
	uint64_t exec_mark; /* not seized: where its image lay when it called execve, 0 none */
	bool nested; /* lives in another PID namespace than the recorder: its ids differ from ours */
	bool shown;  /* a PROC, SPAWN or EXEC record introduced it */
	bool uring;  /* uses io_uring: said once */
	bool exec_done; /* main program: its first exec was seen */
};

struct tracee {
	pid_t tid;
	struct process *proc;
	uint8_t state; /* enum tracee_state */
	bool seized;
	bool group;             /* in a group stop, listening */
	bool inside;            /* ptrace channel: between entry and exit stop */
	struct rec *rec;        /* pending call, owned; NULL none */
	struct rec *restarting; /* call that ended with a restart code and may come again, owned */
	int64_t left_ns;        /* ASIDE: when we let go of it, 0 never had it */
};

/* All tracees by thread id, all processes by pid. */
struct tracees {
	struct htr_map threads;
	struct htr_map processes;
	unsigned n_cached; /* processes with open descriptors */
};

void tracees_fini(struct tracees *ts);

struct tracee *tracees_get(const struct tracees *ts, pid_t tid);
/* tracees_add - a thread of process pid (made when unknown). NULL: out of memory. */
struct tracee *tracees_add(struct tracees *ts, pid_t tid, pid_t pid);
/* tracees_del - forget a thread; its process goes with its last one. Returns true when it did. */
bool tracees_del(struct tracees *ts, struct tracee *t);
/* tracees_rename - exec by a non-leader: the thread takes the id of its process. */
void tracees_rename(struct tracees *ts, struct tracee *t, pid_t tid);

struct process *tracees_process(const struct tracees *ts, pid_t pid);

/* process_dir / _fds / _pidfd - descriptor of /proc/PID, of /proc/PID/fd, of the process; opened at the
 * first use, at most a few hundred at a time. -1: not available. */
int process_dir(struct tracees *ts, struct process *p);
int process_fds(struct tracees *ts, struct process *p);
int process_pidfd(struct tracees *ts, struct process *p);
/* process_release - close them again. */
void process_release(struct tracees *ts, struct process *p);

#endif
