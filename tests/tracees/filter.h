/* SPDX-License-Identifier: Apache-2.0
 *
 * filter.h - small seccomp filters that a tracee puts on itself.
 */
#ifndef TRACEE_FILTER_H
#define TRACEE_FILTER_H

#include <linux/filter.h>
#include <linux/seccomp.h>

#include "tests/tracees/tracee.h"

/* One call gets `action`, all others pass. Returns what seccomp(2) does. */
UNUSED static long filter_one(int nr, unsigned action, unsigned flags)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { sizeof(code) / sizeof(*code), code };
	long r;

	need(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	r = sys(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog);
	expect("'type':'seccomp','res_if_known':%ld", r);
	return r;
}

#endif
