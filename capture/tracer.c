/* SPDX-License-Identifier: Apache-2.0
 *
 * tracer.c - ptrace requests; see tracer.h.
 */
#include "capture/tracer.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ptrace.h>

/* No EXITKILL: when the recorder dies its tracees go on. No TRACEEXIT: a wait status tells enough. */
#define OPTIONS                                                                                  \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | \
	 PTRACE_O_TRACECLONE)

static int status_of(long r)
{
	return r < 0 ? -errno : 0;
}

static void *as_data(long v)
{
	return (void *)v;
}

int tracer_seize(pid_t tid)
{
	return status_of(ptrace(PTRACE_SEIZE, tid, NULL, as_data(OPTIONS)));
}

int tracer_interrupt(pid_t tid)
{
	return status_of(ptrace(PTRACE_INTERRUPT, tid, NULL, NULL));
}

int tracer_resume(pid_t tid, enum resume how, int sig)
{
	return status_of(how == RESUME_TO_CALL ? ptrace(PTRACE_SYSCALL, tid, NULL, as_data(sig))
					       : ptrace(PTRACE_CONT, tid, NULL, as_data(sig)));
}

int tracer_listen(pid_t tid)
{
	return status_of(ptrace(PTRACE_LISTEN, tid, NULL, NULL));
}

int tracer_detach(pid_t tid, int sig)
{
	return status_of(ptrace(PTRACE_DETACH, tid, NULL, as_data(sig)));
}

unsigned long tracer_message(pid_t tid)
{
	unsigned long msg = 0;

	return ptrace(PTRACE_GETEVENTMSG, tid, NULL, &msg) < 0 ? 0 : msg;
}

int tracer_signal(pid_t tid, pid_t *ret_from, int *ret_code)
{
	siginfo_t si;

	if (ptrace(PTRACE_GETSIGINFO, tid, NULL, &si) < 0) {
		return -errno;
	}
	*ret_code = si.si_code;
	/* the sender stands in the same place for kill, sigqueue and SIGCHLD only */
	*ret_from = si.si_code <= 0 || si.si_signo == SIGCHLD ? si.si_pid : 0;
	return 0;
}

int tracer_edge(pid_t tid, enum call_edge *ret_edge, struct arch_call *ret)
{
	struct __ptrace_syscall_info si = { 0 };

	if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, as_data((long)sizeof(si)), &si) < 0) {
		return -errno;
	}
	*ret_edge = EDGE_NONE;
	ret->audit = si.arch;
	ret->sp = si.stack_pointer;
	if (si.op == PTRACE_SYSCALL_INFO_ENTRY) {
		*ret_edge = EDGE_ENTRY;
		ret->nr = (int32_t)si.entry.nr;
		for (unsigned i = 0; i < 6; i++) {
			ret->args[i] = si.entry.args[i];
		}
	} else if (si.op == PTRACE_SYSCALL_INFO_EXIT) {
		*ret_edge = EDGE_EXIT;
		ret->result = si.exit.rval;
	}
	return 0;
}
