/* SPDX-License-Identifier: Apache-2.0
 *
 * timers - alarm, setitimer, timer_create and timerfd: each fires as often as it should.
 */
#include <sys/time.h>
#include <sys/timerfd.h>

#include "tests/tracees/tracee.h"

static volatile int ticks[65];

static void tick(int s)
{
	ticks[s]++;
}

int main(void)
{
	struct itimerval it = { { 0, 5000 }, { 0, 5000 } }, off = { { 0, 0 }, { 0, 0 } };
	struct sigevent se = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	struct itimerspec once = { { 0, 0 }, { 0, 3000000 } };
	uint64_t fired = 0;
	timer_t timer;
	int fd;

	signal(SIGALRM, tick);
	signal(SIGUSR1, tick);
	signal(SIGVTALRM, tick);
	need(setitimer(ITIMER_REAL, &it, NULL) == 0);
	while (ticks[SIGALRM] < 10) {
		pause();
	}
	setitimer(ITIMER_REAL, &off, NULL);
	say("interval timer: 10");
	need(timer_create(CLOCK_MONOTONIC, &se, &timer) == 0);
	need(timer_settime(timer, 0, &once, NULL) == 0);
	pause_ms(20);
	say("timer_create: %d", ticks[SIGUSR1]);
	ticks[SIGALRM] = 0;
	alarm(1);
	say("alarm had some time left: %s", alarm(0) ? "yes" : "no");
	fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	need(fd >= 0 && timerfd_settime(fd, 0, &once, NULL) == 0);
	need(read(fd, &fired, 8) == 8);
	say("timerfd: %d", (int)fired);
	need(setitimer(ITIMER_VIRTUAL, &it, NULL) == 0);
	while (!ticks[SIGVTALRM]) {
	}
	say("virtual timer fired");
	return 0;
}
