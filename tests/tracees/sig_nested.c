/* SPDX-License-Identifier: Apache-2.0
 *
 * sig_nested - Nested handlers, an alternate stack, and a handler that leaves by siglongjmp.
 */
#include <setjmp.h>

#include "tests/tracees/tracee.h"

static sigjmp_buf back;
static char stack[65536];
static volatile int depth, deepest, on_stack;

static void nested(int s)
{
	char here_mark = 0;

	depth++;
	deepest = depth > deepest ? depth : deepest;
	on_stack = &here_mark >= stack && &here_mark < stack + sizeof(stack);
	if (s == SIGUSR1) {
		raise(SIGUSR2);
	} else {
		close((int)syscall(SYS_openat, AT_FDCWD, "/etc/hostname", O_RDONLY, 0));
	}
	depth--;
}

static void leave(int s)
{
	siglongjmp(back, s);
}

int main(void)
{
	stack_t ss = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction sa = { .sa_handler = nested, .sa_flags = SA_ONSTACK };
	volatile int caught = 0;

	need(sigaltstack(&ss, NULL) == 0);
	need(sigaction(SIGUSR1, &sa, NULL) == 0 && sigaction(SIGUSR2, &sa, NULL) == 0);
	for (int i = 0; i < 20; i++) {
		raise(SIGUSR1);
	}
	say("deepest %d, on the alternate stack %d", deepest, on_stack);
	expect_any(
		"'type':'openat','args':{'pathname':'/etc/hostname','flags':'O_RDONLY'},'count':20");
	signal(SIGSEGV, leave);
	for (int i = 0; i < 20; i++) {
		if (sigsetjmp(back, 1) == 0) {
			*(volatile char *)(uintptr_t)(i + 1) = 1;
		} else {
			caught++;
		}
	}
	say("caught %d faults", caught);
	return 0;
}
