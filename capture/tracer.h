/* SPDX-License-Identifier: Apache-2.0
 *
 * tracer.h - the ptrace requests that are used, one function each. Only the thread that seized may call
 * them.
 *
 * All return 0 or -errno; -ESRCH is normal (killed meanwhile) and may be ignored by callers: a wait
 * status will tell.
 */
#ifndef CAPTURE_TRACER_H
#define CAPTURE_TRACER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "capture/arch.h"

enum resume {
	RESUME_FREELY = 0, /* until the next event */
	RESUME_TO_CALL,    /* until the next entry or exit of a call */
};

int tracer_seize(pid_t tid);
int tracer_interrupt(pid_t tid);
int tracer_resume(pid_t tid, enum resume how, int sig);
int tracer_listen(pid_t tid);
int tracer_detach(pid_t tid, int sig);
/* tracer_message - PTRACE_GETEVENTMSG; 0 when it cannot be had. */
unsigned long tracer_message(pid_t tid);
/* tracer_signal - si_pid and si_code of the signal that is about to be delivered. */
int tracer_signal(pid_t tid, pid_t *ret_from, int *ret_code);

enum call_edge {
	EDGE_NONE = 0, /* not in a call stop */
	EDGE_ENTRY,
	EDGE_EXIT,
};

/* tracer_edge - which stop of a call this is; entry: nr, args, audit of ret are set, exit: result. Needs
 * Linux 5.3, else -EIO and the caller alternates. */
int tracer_edge(pid_t tid, enum call_edge *ret_edge, struct arch_call *ret);

#endif
