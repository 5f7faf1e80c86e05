/* SPDX-License-Identifier: Apache-2.0
 *
 * eintr_open - 10,000 opens under a timer of 100 us: openat of a file never gives EINTR.
 *
 * limit: 60
 */
#include <sys/time.h>

#include "tests/tracees/tracee.h"

static volatile long ticks;

static void tick(int s)
{
	ticks += s == SIGALRM;
}

int main(void)
{
	struct itimerval it = { { 0, 100 }, { 0, 100 } }, off = { { 0, 0 }, { 0, 0 } };

	put_file("open me", "x", 0600);
	for (int restart = 0; restart < 2; restart++) {
		struct sigaction sa = { .sa_handler = tick, .sa_flags = restart ? SA_RESTART : 0 };
		long bad = 0;

		need(sigaction(SIGALRM, &sa, NULL) == 0);
		need(setitimer(ITIMER_REAL, &it, NULL) == 0);
		for (int i = 0; i < 5000; i++) {
			long r = sys(SYS_openat, AT_FDCWD, "open me", O_RDONLY, 0);

			if (r < 0) {
				bad++;
			} else {
				close((int)r);
			}
		}
		setitimer(ITIMER_REAL, &off, NULL);
		say("SA_RESTART %d: %ld failed, timer ran: %s", restart, bad, ticks ? "yes" : "no");
	}
	expect_any(
		"'type':'openat','args':{'pathname':'open me','flags':'O_RDONLY'},'count':10000");
	return 0;
}
