/* SPDX-License-Identifier: Apache-2.0
 *
 * arch_x86_64.c - registers of x86-64, i386 and x32 programs under an x86-64 kernel.
 *
 * PTRACE_GETREGS from a 64-bit tracer always gives the 64-bit frame, also for a 32-bit program (unlike
 * PTRACE_GETREGSET, which gives the 32-bit one), so one layout is enough.
 */
#include "capture/arch.h"

#include <errno.h>
#include <linux/audit.h>
#include <stddef.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>

#include "capture/mem.h"

/* Segment selectors of user code, arch/x86/include/asm/segment.h; x32 runs in the 64-bit one. */
#define USER32_CS 0x23

static void *const rax_at = (void *)offsetof(struct user_regs_struct, rax);

int arch_read(pid_t tid, struct arch_call *ret)
{
	struct user_regs_struct r;

	if (ptrace(PTRACE_GETREGS, tid, NULL, &r) < 0) {
		return -errno;
	}
	ret->nr = (int32_t)r.orig_rax;
	ret->sp = r.rsp;
	if (r.cs == USER32_CS) {
		ret->audit = AUDIT_ARCH_I386;
		ret->wide = false;
		ret->result = (int32_t)r.rax;
		ret->args[0] = (uint32_t)r.rbx;
		ret->args[1] = (uint32_t)r.rcx;
		ret->args[2] = (uint32_t)r.rdx;
		ret->args[3] = (uint32_t)r.rsi;
		ret->args[4] = (uint32_t)r.rdi;
		ret->args[5] = (uint32_t)r.rbp;
	} else {
		ret->audit = AUDIT_ARCH_X86_64;
		ret->wide = true;
		ret->result = (int64_t)r.rax;
		ret->args[0] = r.rdi;
		ret->args[1] = r.rsi;
		ret->args[2] = r.rdx;
		ret->args[3] = r.r10;
		ret->args[4] = r.r8;
		ret->args[5] = r.r9;
	}
	return 0;
}

int arch_result(pid_t tid, int64_t *ret)
{
	errno = 0;
	long v = ptrace(PTRACE_PEEKUSER, tid, rax_at, NULL);

	if (errno) {
		return -errno;
	}
	*ret = v;
	return 0;
}

int arch_set_result(pid_t tid, int64_t value)
{
	return ptrace(PTRACE_POKEUSER, tid, rax_at, (void *)value) < 0 ? -errno : 0;
}

/* Offsets in the frame a handler starts on: return address, ucontext (flags, link, stack), sigcontext. */
#define FRAME_RAX (8 + 40 + 13 * 8)
#define FRAME_LEN (8 + 40 + 17 * 8)

enum outcome_after_signal arch_after_signal(pid_t tid)
{
	struct user_regs_struct r;
	uint8_t frame[FRAME_LEN];
	int64_t saved;

	if (ptrace(PTRACE_GETREGS, tid, NULL, &r) < 0) {
		return OUTCOME_UNKNOWN;
	}
	if ((int64_t)r.rax <= -512 && (int64_t)r.rax >= -516) {
		return OUTCOME_RESTARTS; /* no handler ran: the signal was ignored */
	}
	if (r.cs == USER32_CS || mem_read(tid, r.rsp, frame, sizeof(frame)) != sizeof(frame)) {
		return OUTCOME_UNKNOWN;
	}
	memcpy(&saved, frame + FRAME_RAX, sizeof(saved));
	return saved == -EINTR ? OUTCOME_EINTR : OUTCOME_RESTARTS;
}
