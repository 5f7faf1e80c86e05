/* SPDX-License-Identifier: Apache-2.0
 *
 * unshare_pid - unshare of the PID namespace: the next child is its first process, and its end ends all in it.
 */
#include <sched.h>

#include "tests/tracees/tracee.h"

int main(void)
{
	pid_t child, first;
	int status;

	child = fork();
	if (child == 0) {
		long r = sys(SYS_unshare, CLONE_NEWPID);

		expect("'type':'unshare','args':{'flags':'CLONE_NEWPID'},'res':%ld", r);
		if (r < 0) {
			_exit(77);
		}
		first = fork();
		if (first == 0) {
			if (fork() == 0) {
				for (;;) {
					pause();
				}
			}
			sys(SYS_openat, AT_FDCWD, "/etc/hostname", O_RDONLY, 0);
			say("first is %d", (int)syscall(SYS_getpid));
			_exit(14);
		}
		expect("'kind':'spawn','res':%d,'data':{'child_pid':%d}", (int)first, (int)first);
		status = reap(first);
		expect_any("'type':'openat','pid':%d,'args':{'pathname':'/etc/hostname'}",
			   (int)first);
		expect_exit(first, status);
		say("first: %s", ended(status));
		_exit(0);
	}
	status = reap(child);
	if (WEXITSTATUS(status) == 77) {
		skip("no right to make a PID namespace");
	}
	say("child: %s", ended(status));
	return 0;
}
