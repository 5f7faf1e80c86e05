/* SPDX-License-Identifier: Apache-2.0
 *
 * waitstatus.c - classify wait statuses; see waitstatus.h.
 */
#include "capture/waitstatus.h"

#include <linux/ptrace.h>
#include <signal.h>
#include <sys/wait.h>

#include "formats/core/cleanup.h"

#define SYSGOOD 0x80 /* PTRACE_O_TRACESYSGOOD sets it in the signal of call stops */

static enum stop classify_event(int event, int sig, int *ret_sig)
{
	switch (event) {
	case PTRACE_EVENT_STOP:
		if (sig == SIGTRAP) {
			return STOP_TRAP;
		}
		*ret_sig = sig;
		return STOP_GROUP;
	case PTRACE_EVENT_FORK:
		return STOP_FORK;
	case PTRACE_EVENT_VFORK:
		return STOP_VFORK;
	case PTRACE_EVENT_CLONE:
		return STOP_CLONE;
	case PTRACE_EVENT_EXEC:
		return STOP_EXEC;
	default:
		return STOP_OTHER;
	}
}

enum stop waitstatus_classify(int status, int *ret_sig)
{
	*ret_sig = 0;
	if (WIFEXITED(status)) {
		*ret_sig = WEXITSTATUS(status);
		return STOP_EXITED;
	}
	if (WIFSIGNALED(status)) {
		*ret_sig = WTERMSIG(status);
		return STOP_KILLED;
	}
	if (!WIFSTOPPED(status)) {
		return STOP_NOISE;
	}
	int event = (int)((unsigned)status >> 16);
	int sig = (status >> 8) & 0xff;

	if (event) {
		return classify_event(event, sig, ret_sig);
	}
	if (sig == (SIGTRAP | SYSGOOD)) {
		return STOP_SYSCALL;
	}
	*ret_sig = sig;
	return STOP_SIGNAL;
}

const char *stop_name(enum stop stop)
{
	static const char *const names[STOP_MAX] = {
		"exited", "killed", "syscall", "trap",  "group",  "fork",
		"vfork",  "clone",  "exec",    "other", "signal", "noise",
	};

	return (unsigned)stop < HTR_ARRAY_LEN(names) ? names[stop] : "?";
}
