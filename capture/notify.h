/* SPDX-License-Identifier: Apache-2.0
 *
 * notify.h - the listener of the seccomp filter: receive calls, let them go on.
 *
 * struct listener is all there is to own: who holds it can answer. It is kept apart from everything else so
 * that another process may hold a copy and answer when the recorder is gone.
 *
 * Source: seccomp_unotify(2); Linux 5.0 (listener), 5.5 (CONTINUE), 5.19 (WAIT_KILLABLE_RECV), 6.6
 *         (SYNC_WAKE_UP).
 */
#ifndef CAPTURE_NOTIFY_H
#define CAPTURE_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "formats/core/err.h"

/* Error that makes the kernel restart the call without the program noticing (include/linux/errno.h). */
#define KERNEL_ERESTARTSYS           512
#define KERNEL_ERESTARTNOINTR        513
#define KERNEL_ERESTARTNOHAND        514
#define KERNEL_ERESTART_RESTARTBLOCK 516

static inline bool is_restart_code(int64_t result)
{
	return result <= -KERNEL_ERESTARTSYS && result >= -KERNEL_ERESTART_RESTARTBLOCK;
}

struct listener {
	int fd;        /* -1: none */
	bool killable; /* a received call is not interrupted by signals, so that it may be held */
	bool sync;     /* the wake-up flag is set now */
	bool can_sync;
};

/* One received call. */
struct notification {
	uint64_t id;
	pid_t tid; /* 0: the task is not visible in our PID namespace */
	int32_t nr;
	uint32_t audit; /* AUDIT_ARCH_* */
	uint64_t args[6];
};

/* listener_init - take over a listener descriptor and switch on what the kernel offers. */
void listener_init(struct listener *l, int fd_take, bool killable, bool allow_sync);
void listener_fini(struct listener *l);

/*
 * listener_receive - the next call; blocks unless poll(2) said POLLIN
 *
 * Returns: 1; 0 nothing (the call vanished meanwhile, or a signal came); < 0 error.
 */
int listener_receive(struct listener *l, struct notification *ret) HTR_MUST_CHECK;

/* listener_continue - let the call run. Returns 0, or -ENOENT: the call is gone (killed or interrupted),
 * what was read for it must not be believed. */
int listener_continue(struct listener *l, uint64_t id);

/* listener_restart - do not run it now: the kernel will issue it again on its way back to the program. */
int listener_restart(struct listener *l, uint64_t id);

/* listener_set_sync - wake-ups on the caller's CPU (true) or spread by the scheduler. */
void listener_set_sync(struct listener *l, bool on);

#endif
