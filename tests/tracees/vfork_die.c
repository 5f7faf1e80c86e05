/* SPDX-License-Identifier: Apache-2.0
 *
 * vfork_die - A vfork child that dies by a signal, and one whose parent's timer fires meanwhile.
 */
#include <sys/time.h>

#include "tests/tracees/tracee.h"

static volatile int ticks;

static void tick(int s)
{
	ticks += s == SIGALRM;
}

int main(void)
{
	struct itimerval it = { { 0, 2000 }, { 0, 2000 } };
	struct timespec ts = { 0, 20000000 };
	pid_t child;
	int status;

	child = vfork();
	if (child == 0) {
		kill(getpid(), SIGKILL);
		_exit(1);
	}
	status = reap(child);
	expect_exit(child, status);
	say("killed: %s", ended(status));
	signal(SIGALRM, tick);
	need(setitimer(ITIMER_REAL, &it, NULL) == 0);
	child = vfork();
	if (child == 0) {
		syscall(SYS_nanosleep, &ts, NULL);
		_exit(3);
	}
	it.it_interval.tv_usec = it.it_value.tv_usec = 0;
	setitimer(ITIMER_REAL, &it, NULL);
	status = reap(child);
	expect_exit(child, status);
	say("slept: %s, ticks seen: %s", ended(status), ticks > 0 ? "yes" : "no");
	return 0;
}
