/* SPDX-License-Identifier: Apache-2.0
 *
 * arch_aarch64.c - registers of arm64 programs. Compiles; it could not be run where it was written.
 *
 * x0 is the first argument at entry and the result at exit, so arguments are right in entry and event
 * stops only.
 */
#include "capture/arch.h"

#include <elf.h>
#include <errno.h>
#include <linux/audit.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

struct frame {
	uint64_t x[31];
	uint64_t sp, pc, pstate;
};

static int get_frame(pid_t tid, struct frame *f)
{
	struct iovec io = { .iov_base = f, .iov_len = sizeof(*f) };

	return ptrace(PTRACE_GETREGSET, tid, (void *)NT_PRSTATUS, &io) < 0 ? -errno : 0;
}

int arch_read(pid_t tid, struct arch_call *ret)
{
	struct frame f;
	int r = get_frame(tid, &f);

	if (r < 0) {
		return r;
	}
	ret->nr = (int32_t)f.x[8];
	ret->audit = AUDIT_ARCH_AARCH64;
	ret->wide = true;
	ret->sp = f.sp;
	ret->result = (int64_t)f.x[0];
	for (unsigned i = 0; i < 6; i++) {
		ret->args[i] = f.x[i];
	}
	return 0;
}

int arch_result(pid_t tid, int64_t *ret)
{
	struct frame f;
	int r = get_frame(tid, &f);

	if (r == 0) {
		*ret = (int64_t)f.x[0];
	}
	return r;
}

int arch_set_result(pid_t tid, int64_t value)
{
	struct frame f;
	struct iovec io = { .iov_base = &f, .iov_len = sizeof(f) };
	int r = get_frame(tid, &f);

	if (r < 0) {
		return r;
	}
	f.x[0] = (uint64_t)value;
	return ptrace(PTRACE_SETREGSET, tid, (void *)NT_PRSTATUS, &io) < 0 ? -errno : 0;
}

enum outcome_after_signal arch_after_signal(pid_t tid)
{
	(void)tid;
	return OUTCOME_UNKNOWN;
}
