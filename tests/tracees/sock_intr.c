/* SPDX-License-Identifier: Apache-2.0
 *
 * sock_intr - accept and connect under a timer of 300 us without SA_RESTART: EINTR only where it may come.
 */
#include <poll.h>
#include <sys/time.h>

#include "tests/tracees/net.h"

static volatile long ticks;

static void tick(int s)
{
	ticks += s == SIGALRM;
}

int main(void)
{
	struct itimerval it = { { 0, 300 }, { 0, 300 } }, off = { { 0, 0 }, { 0, 0 } };
	struct sigaction sa = { .sa_handler = tick };
	union addr a;
	int ls = make_listener(AF_INET, "AF_INET", &a), bad = 0;

	need(ls >= 0 && sigaction(SIGALRM, &sa, NULL) == 0);
	need(setitimer(ITIMER_REAL, &it, NULL) == 0);
	for (int i = 0; i < 300; i++) {
		long s = sys(SYS_socket, AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), r, c;
		struct pollfd pf = { .fd = ls, .events = POLLIN };

		bad += s < 0;
		r = sys(SYS_connect, (int)s, &a.sa, sizeof(a.in));
		bad += r < 0 && r != -EINPROGRESS;
		for (int tries = 0; poll(&pf, 1, 1000) < 0 && tries < 20; tries++) {
		}
		c = sys(SYS_accept4, ls, NULL, NULL,
			SOCK_NONBLOCK); /* a connection waits: no EINTR */
		bad += c < 0;
		close((int)s);
		close((int)c);
	}
	setitimer(ITIMER_REAL, &off, NULL);
	expect_any("'type':'accept4','args':{'sockfd':%d},'count':300", ls);
	say("%d bad, timer ran: %s", bad, ticks > 0 ? "yes" : "no");
	return 0;
}
