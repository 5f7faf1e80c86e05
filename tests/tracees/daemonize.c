/* SPDX-License-Identifier: Apache-2.0
 *
 * daemonize - Double fork and setsid; the daemon outlives its parents and writes a file.
 */
#include "tests/tracees/tracee.h"

int main(void)
{
	int done[2];
	char c = 0;
	pid_t child;

	need(pipe(done) == 0);
	child = fork();
	if (child == 0) {
		pid_t sid = setsid();

		expect("'type':'setsid','res':%d", (int)sid);
		if (fork() == 0) {
			long r;

			close(done[0]);
			while (getppid() == sid) {
				pause_ms(5);
			}
			r = sys(SYS_openat, AT_FDCWD, "daemon.pid", O_WRONLY | O_CREAT, 0600);
			expect("'type':'openat','args':{'pathname':'daemon.pid'},'res':%ld", r);
			expect_exit(getpid(), 4 << 8);
			need(write(done[1], r >= 0 ? "y" : "n", 1) == 1);
			_exit(4);
		}
		_exit(0);
	}
	close(done[1]);
	say("first child: %s", ended(reap(child)));
	need(read(done[0], &c, 1) == 1);
	say("daemon wrote its file: %c", c);
	need(read(done[0], &c, 1) == 0);
	pause_ms(20); /* its end is seen by whoever reaps it */
	return 0;
}
