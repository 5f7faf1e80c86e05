/* SPDX-License-Identifier: Apache-2.0
 * Wait statuses of seized tracees, as ptrace(2) builds them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/ptrace.h>
#include <signal.h>
#include <stdlib.h>

#include "capture/waitstatus.h"
#include "formats/core/cleanup.h"

#define STOPPED(sig, event) ((int)(((unsigned)(event) << 16) | ((unsigned)(sig) << 8) | 0x7f))

static void kinds(void **state)
{
	static const struct {
		int status;
		enum stop stop;
		int sig;
	} rows[] = {
		{ 0, STOP_EXITED, 0 },
		{ 7 << 8, STOP_EXITED, 7 },
		{ 255 << 8, STOP_EXITED, 255 },
		{ SIGKILL, STOP_KILLED, SIGKILL },
		{ SIGSEGV | 0x80, STOP_KILLED, SIGSEGV }, /* with a core file */
		{ STOPPED(SIGTRAP | 0x80, 0), STOP_SYSCALL, 0 },
		{ STOPPED(SIGTRAP, PTRACE_EVENT_STOP), STOP_TRAP, 0 },
		{ STOPPED(SIGSTOP, PTRACE_EVENT_STOP), STOP_GROUP, SIGSTOP },
		{ STOPPED(SIGTSTP, PTRACE_EVENT_STOP), STOP_GROUP, SIGTSTP },
		{ STOPPED(SIGTTIN, PTRACE_EVENT_STOP), STOP_GROUP, SIGTTIN },
		{ STOPPED(SIGTRAP, PTRACE_EVENT_FORK), STOP_FORK, 0 },
		{ STOPPED(SIGTRAP, PTRACE_EVENT_VFORK), STOP_VFORK, 0 },
		{ STOPPED(SIGTRAP, PTRACE_EVENT_CLONE), STOP_CLONE, 0 },
		{ STOPPED(SIGTRAP, PTRACE_EVENT_EXEC), STOP_EXEC, 0 },
		{ STOPPED(SIGTRAP, PTRACE_EVENT_EXIT), STOP_OTHER, 0 },
		{ STOPPED(SIGTRAP, PTRACE_EVENT_SECCOMP), STOP_OTHER, 0 },
		{ STOPPED(SIGTRAP, 0), STOP_SIGNAL, SIGTRAP }, /* a real one: int3 */
		{ STOPPED(SIGSTOP, 0), STOP_SIGNAL, SIGSTOP },
		{ STOPPED(SIGUSR1, 0), STOP_SIGNAL, SIGUSR1 },
		{ STOPPED(64, 0), STOP_SIGNAL, 64 },
		{ 0xffff, STOP_NOISE, 0 }, /* continued */
	};

	(void)state;
	for (size_t i = 0; i < HTR_ARRAY_LEN(rows); i++) {
		int sig = -1;

		assert_int_equal(waitstatus_classify(rows[i].status, &sig), rows[i].stop);
		assert_int_equal(sig, rows[i].sig);
	}
}

static void any_status(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 1u << 24; i += 7) {
		int sig;

		assert_in_range(waitstatus_classify((int)i, &sig), 0, STOP_MAX - 1);
		assert_in_range(sig, 0, 255);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds),
		cmocka_unit_test(any_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
