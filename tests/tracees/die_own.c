/* SPDX-License-Identifier: Apache-2.0
 *
 * die_own - Ends by the signal given: the recorder must end by the same. No core file is written.
 *
 * run: HUP
 * run: INT
 * run: QUIT
 * run: ABRT
 * run: BUS
 * run: FPE
 * run: KILL
 * run: SEGV
 * run: ILL
 * run: USR1
 * run: PIPE
 * run: ALRM
 * run: TERM
 * run: SYS
 * run: TRAP
 * run: XCPU
 * run: RTMIN
 */
#include <sys/resource.h>

#include "tests/tracees/tracee.h"

static int by_name(const char *name)
{
	for (int s = 1; s < 32; s++) {
		if (!strcmp(name, sigabbrev_np(s))) {
			return s;
		}
	}
	return SIGRTMIN;
}

int main(int argc, char **argv)
{
	struct rlimit none = { 0, 0 };
	int s = by_name(argc > 1 ? argv[1] : "TERM");

	setrlimit(RLIMIT_CORE, &none);
	signal(s, SIG_DFL);
	expect_exit(getpid(), s);
	say("dies by signal %d", s);
	if (s == SIGSEGV) {
		*(volatile int *)(uintptr_t)(argc > 100 ? 1 : 16) = 1;
	} else if (s == SIGILL) {
		__asm__ volatile("ud2");
	} else {
		kill(getpid(), s);
	}
	pause_ms(500);
	return 1;
}
