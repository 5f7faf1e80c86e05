/* SPDX-License-Identifier: Apache-2.0
 *
 * sleep_stopped - A sleep that is stopped and continued goes on (restart_syscall) and is not cut short.
 */
#include <poll.h>

#include "tests/tracees/tracee.h"

static long sleep_ms(int how)
{
	struct timespec a, b, ts = { 0, 200000000 };
	long r;

	clock_gettime(CLOCK_MONOTONIC, &a);
	r = how == 0   ? sys(SYS_nanosleep, &ts, NULL)
	    : how == 1 ? sys(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &ts, NULL)
		       : sys(SYS_poll, NULL, 0, 200);
	clock_gettime(CLOCK_MONOTONIC, &b);
	if (r < 0) {
		return r;
	}
	return (b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000;
}

int main(void)
{
	static const char *const names[] = { "nanosleep", "clock_nanosleep", "poll" };

	for (int how = 0; how < 3; how++) {
		pid_t child = fork();
		int status;

		if (child == 0) {
			long ms = sleep_ms(how);

			_exit(ms < 0 ? (int)-ms : ms < 195 ? 100 : ms < 350 ? 0 : 101);
		}
		for (int i = 0; i < 3; i++) {
			pause_ms(30);
			kill(child, SIGSTOP);
			need(waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status));
			kill(child, SIGCONT);
		}
		say("%s: %s", names[how], ended(reap(child)));
	}
	return 0;
}
