/* SPDX-License-Identifier: Apache-2.0
 *
 * close_all - A program that closes every descriptor from 3 on, as daemons do, and uses the numbers again.
 */
#include "tests/tracees/tracee.h"

int main(void)
{
	pid_t child = fork();
	long r;

	if (child == 0) {
		expect_any("'type':'openat','pid':%d,'args':{'pathname':'/etc/hostname'},'res':3",
			   (int)getpid());
		for (int fd = 3; fd < 4096; fd++) {
			close(fd);
		}
		r = syscall(SYS_openat, AT_FDCWD, "/etc/hostname", O_RDONLY, 0);
		_exit(r == 3 ? 0 : 1);
	}
	say("one by one: %s", ended(reap(child)));
	child = fork();
	if (child == 0) {
		expect_any("'type':'openat','pid':%d,'args':{'pathname':'/etc/passwd'},'res':3",
			   (int)getpid());
		syscall(SYS_close_range, 3U, ~0U, 0U);
		r = syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY, 0);
		_exit(r == 3 ? 0 : 1);
	}
	say("all at once: %s", ended(reap(child)));
	return 0;
}
