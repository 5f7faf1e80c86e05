/* SPDX-License-Identifier: Apache-2.0
 *
 * waitstatus.h - what a wait status of a seized tracee means. Pure: no system calls, no state.
 *
 * Source: ptrace(2), "Stopped states" and "PTRACE_EVENT stops".
 */
#ifndef CAPTURE_WAITSTATUS_H
#define CAPTURE_WAITSTATUS_H

/* In brackets: what a tracer may do to end the stop. */
enum stop {
	STOP_EXITED = 0, /* thread ended by exit [nothing: it is gone] */
	STOP_KILLED,     /* thread ended by a signal [nothing] */
	STOP_SYSCALL,    /* entry or exit of a call, after PTRACE_SYSCALL [resume, detach] */
	STOP_TRAP, /* PTRACE_INTERRUPT, first stop of a new child, or end of a group stop [resume, detach] */
	STOP_GROUP,  /* group stop begins [listen, resume, detach] */
	STOP_FORK,   /* [resume] the new thread's id is the event message */
	STOP_VFORK,  /* [resume] */
	STOP_CLONE,  /* [resume] */
	STOP_EXEC,   /* [resume] new image; the event message is the former thread id */
	STOP_OTHER,  /* an event nobody asked for [resume] */
	STOP_SIGNAL, /* signal on its way [resume with the signal, detach with it] */
	STOP_NOISE,  /* not a stop of a tracee at all (continued, unknown) [nothing] */
	STOP_MAX
};

/*
 * waitstatus_classify - the kind of stop, and in *ret_sig the signal that belongs to it
 *
 * @ret_sig: [out] EXITED: exit code; KILLED, SIGNAL, GROUP: signal number; else 0
 */
enum stop waitstatus_classify(int status, int *ret_sig);

/* stop_name - "syscall", "group"...; for logs. */
const char *stop_name(enum stop stop);

#endif
