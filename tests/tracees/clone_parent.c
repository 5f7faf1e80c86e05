/* SPDX-License-Identifier: Apache-2.0
 *
 * clone_parent - CLONE_PARENT: the child is the caller's sibling, and its parent reaps it.
 */
#include <sched.h>

#include "tests/tracees/tracee.h"

int main(void)
{
	int fds[2], status;
	pid_t middle, child = 0;

	need(pipe(fds) == 0);
	middle = fork();
	if (middle == 0) {
		long r = sys(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);

		if (r == 0) {
			_exit(21);
		}
		expect("'kind':'spawn','type':'clone','res':%ld,'data':{'child_pid':%ld,'child_ppid':%d}",
		       r, r, getppid());
		child = (pid_t)r;
		need(write(fds[1], &child, sizeof(child)) == sizeof(child));
		say("the middle one has no child: %s", outcome(raw(waitpid(-1, NULL, 0))));
		_exit(20);
	}
	need(read(fds[0], &child, sizeof(child)) == sizeof(child));
	status = reap(middle); /* its lines come first */
	say("the middle one: %s", ended(status));
	status = reap(child);
	expect_exit(child, status);
	say("the child is mine: %s", ended(status));
	return 0;
}
