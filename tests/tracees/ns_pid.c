/* SPDX-License-Identifier: Apache-2.0
 *
 * ns_pid - A new PID namespace: the child is 1 inside, the records carry the recorder's numbers.
 */
#include <sched.h>

#include "tests/tracees/tracee.h"

int main(void)
{
	long child = sys(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0), r;
	int status;

	if (child == -EPERM) {
		skip("no right to make a PID namespace");
	}
	if (child == 0) {
		long grandchild = sys(SYS_fork);

		if (grandchild == 0) {
			r = sys(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY, 0);
			say("grandchild is %d", (int)syscall(SYS_getpid));
			_exit(r < 0);
		}
		r = sys(SYS_openat, AT_FDCWD, "/etc/hostname", O_RDONLY, 0);
		say("grandchild: %s", ended(reap((pid_t)grandchild)));
		say("child is %d, its child %ld, its parent %d", (int)syscall(SYS_getpid),
		    grandchild, (int)syscall(SYS_getppid));
		_exit(12);
	}
	expect("'kind':'spawn','type':'clone','res':%ld,'data':{'child_pid':%ld}", child, child);
	status = reap((pid_t)child);
	expect_any("'type':'openat','pid':%ld,'args':{'pathname':'/etc/hostname'}", child);
	expect_any("'type':'openat','args':{'pathname':'/etc/passwd'},'count':1");
	expect_any("'kind':'spawn','pid':%ld,'type':'fork'", child);
	expect_exit((pid_t)child, status);
	say("child: %s", ended(status));
	return 0;
}
