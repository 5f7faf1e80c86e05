/* SPDX-License-Identifier: Apache-2.0
 *
 * arch.h - registers of a stopped tracee, one small file per architecture behind this page.
 *
 * Everything here needs a tracee in a ptrace stop and must be called by the thread that seized it.
 */
#ifndef CAPTURE_ARCH_H
#define CAPTURE_ARCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A system call as the registers show it. */
struct arch_call {
	int32_t nr;       /* with the x32 bit where the program set it; -1 none */
	uint32_t audit;   /* AUDIT_ARCH_* */
	uint64_t args[6]; /* zero-extended for 32-bit programs */
	int64_t result;   /* return register, sign-extended for 32-bit programs */
	uint64_t sp;
	bool wide; /* 64-bit program: pointers have 8 bytes */
};

/* arch_read - all of it. Returns 0 or -errno (-ESRCH: not stopped any more, killed). */
int arch_read(pid_t tid, struct arch_call *ret) __attribute__((warn_unused_result));

/* arch_result - the return register alone, the cheap way. Returns 0 or -errno. */
int arch_result(pid_t tid, int64_t *ret) __attribute__((warn_unused_result));

enum outcome_after_signal {
	OUTCOME_UNKNOWN = 0, /* not an architecture or calling convention we can look into */
	OUTCOME_EINTR,       /* the handler's caller gets -EINTR */
	OUTCOME_RESTARTS,    /* the call is issued again after the handler, or at once */
};

/*
 * arch_after_signal - at the stop before a handler's first instruction: what becomes of the call that the
 * signal hit
 *
 * Source: the kernel has already decided and put it into the frame on the stack: struct rt_sigframe in
 *         arch/x86/include/asm/sigframe.h.
 */
enum outcome_after_signal arch_after_signal(pid_t tid);

/* arch_set_result - change the return register. Returns 0 or -errno. */
int arch_set_result(pid_t tid, int64_t value);

#endif
