/* SPDX-License-Identifier: Apache-2.0
 *
 * launch.h - start the program under recording: fork, seize, filter, listener, exec.
 *
 * The child shares the descriptor table until it calls execve (which unshares it), so the listener is in
 * our table the moment it exists: no message has to be passed by a child whose calls are filtered already.
 */
#ifndef CAPTURE_LAUNCH_H
#define CAPTURE_LAUNCH_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "capture/bpf.h"
#include "capture/probe.h"
#include "capture/target.h"
#include "formats/core/err.h"

struct launch_page;

struct launch {
	pid_t pid;
	int listener_fd; /* -1: no filter; owned by whoever takes it */
	bool seized;
	struct launch_page *page; /* shared with the child until it execs */
};

struct launch_opts {
	const struct target *target;
	const struct bpf_prog *filter; /* NULL: none wanted */
	bool filter_or_fail;           /* do not start without the filter */
	const sigset_t *mask;          /* signal mask for the program */
};

/*
 * launch_start - fork the child and seize it; it waits
 *
 * @f: [inout] ptrace is cleared when seizing is refused
 * Returns: 0 or -errno.
 */
int launch_start(struct launch *l, const struct launch_opts *o, struct features *f,
		 struct htr_err *err) HTR_MUST_CHECK;

/*
 * launch_filter - let the child install the filter; takes the listener out of the shared table
 *
 * @f: [inout] killable, nnp_set are set to what happened
 * Returns: 0; -errno of seccomp(2): the child still waits and can run without a filter.
 */
int launch_filter(struct launch *l, struct features *f, struct htr_err *err) HTR_MUST_CHECK;

/* launch_follow_calls - bring the waiting child to run under PTRACE_SYSCALL from here on. */
int launch_follow_calls(struct launch *l, struct htr_err *err) HTR_MUST_CHECK;

/* launch_go - let the child exec. */
void launch_go(struct launch *l);

/* launch_cancel - the child must not run: end and reap it. */
void launch_cancel(struct launch *l);

/* launch_exec_error - errno of the child's failed execve, 0 none (so far). */
int launch_exec_error(const struct launch *l);

/* launch_plain - run the program in place of the recorder, unrecorded. Returns only on failure, with the exit
 * code. */
int launch_plain(const struct target *t, const sigset_t *mask);

void launch_fini(struct launch *l);

#endif
