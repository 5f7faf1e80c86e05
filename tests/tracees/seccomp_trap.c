/* SPDX-License-Identifier: Apache-2.0
 *
 * seccomp_trap - The program's own filter gives SIGSYS, which a handler answers.
 */
#include <stddef.h>
#include <ucontext.h>

#include "tests/tracees/filter.h"

static volatile int calls, number;

static void handler(int s, siginfo_t *si, void *ctx)
{
	ucontext_t *uc = ctx;

	calls++;
	number = si->si_syscall;
	uc->uc_mcontext.gregs[REG_RAX] = 1234;
}

int main(void)
{
	struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };

	need(sigaction(SIGSYS, &sa, NULL) == 0);
	say("filter: %s", outcome(filter_one(SYS_rmdir, SECCOMP_RET_TRAP, 0)));
	for (int i = 0; i < 3; i++) {
		say("rmdir: %ld", sys(SYS_rmdir, "dir"));
	}
	say("%d calls of %s", calls, number == SYS_rmdir ? "rmdir" : "another");
	return 0;
}
