/* SPDX-License-Identifier: Apache-2.0
 *
 * pidfds - pidfd_open, waitid on a pidfd, clone3 with CLONE_PIDFD, pidfd_getfd.
 */
#include <linux/sched.h>
#include <poll.h>

#include "tests/tracees/tracee.h"

int main(void)
{
	int pidfd = -1;
	struct clone_args ca = { .flags = CLONE_PIDFD,
				 .exit_signal = SIGCHLD,
				 .pidfd = (uintptr_t)&pidfd };
	struct pollfd pf;
	siginfo_t si;
	long child, fd, r;

	put_file("theirs", "x", 0600);
	fd = sys(SYS_openat, AT_FDCWD, "theirs", O_RDONLY, 0);
	child = sys(SYS_clone3, &ca, sizeof(ca));
	if (child == 0) {
		pause_ms(100);
		_exit(18);
	}
	need(child > 0);
	expect("'kind':'spawn','type':'clone3','res':%ld", child);
	r = sys(SYS_pidfd_getfd, pidfd, (int)fd, 0);
	expect("'type':'pidfd_getfd','args':{'pidfd':%d,'targetfd':%ld},'res':%ld", pidfd, fd, r);
	say("pidfd_getfd: %s", outcome(r));
	pf = (struct pollfd){ .fd = pidfd, .events = POLLIN };
	need(poll(&pf, 1, 2000) == 1);
	need(waitid(P_PIDFD, (id_t)pidfd, &si, WEXITED) == 0);
	say("waitid: code %d", si.si_status);
	expect_exit((pid_t)child, 18 << 8);
	r = sys(SYS_pidfd_open, (pid_t)child, 0);
	expect("'type':'pidfd_open','args':{'pid':%ld},'res':%ld", child, r);
	say("pidfd_open of nobody: %s", outcome(r));
	return 0;
}
