/* SPDX-License-Identifier: Apache-2.0
 *
 * sig_count - 1,000 queued real-time signals to a handler: none lost, none doubled.
 */
#include "tests/tracees/tracee.h"

static volatile int seen, last, disorder;

static void handler(int s, siginfo_t *si, void *ctx)
{
	disorder += si->si_value.sival_int != last + 1;
	last = si->si_value.sival_int;
	seen++;
	close((int)syscall(SYS_openat, AT_FDCWD, "/etc/hostname", O_RDONLY, 0));
}

int main(void)
{
	struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART };
	pid_t parent = getpid(), child;

	need(sigaction(SIGRTMIN, &sa, NULL) == 0);
	child = fork();
	if (child == 0) {
		for (int i = 1; i <= 1000; i++) {
			union sigval v = { .sival_int = i };

			need(sigqueue(parent, SIGRTMIN, v) == 0);
		}
		_exit(0);
	}
	while (seen < 1000) {
		close((int)syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY, 0));
	}
	say("%d seen, %d out of order, %s", seen, disorder, ended(reap(child)));
	expect_any(
		"'type':'openat','args':{'pathname':'/etc/hostname','flags':'O_RDONLY'},'count':1000");
	return 0;
}
