/* SPDX-License-Identifier: Apache-2.0
 *
 * subreaper - PR_SET_CHILD_SUBREAPER: orphans come to this process.
 */
#include "tests/tracees/tracee.h"

int main(void)
{
	int fds[2], status;
	pid_t child, orphan = 0;

	need(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0);
	expect("'type':'prctl','args':{'op':'PR_SET_CHILD_SUBREAPER'},'res':0");
	need(pipe(fds) == 0);
	child = fork();
	if (child == 0) {
		pid_t middle = getpid();

		orphan = fork();
		if (orphan == 0) {
			while (getppid() == middle) {
				pause_ms(2);
			}
			_exit(66);
		}
		need(write(fds[1], &orphan, sizeof(orphan)) == sizeof(orphan));
		_exit(1);
	}
	need(read(fds[0], &orphan, sizeof(orphan)) == sizeof(orphan));
	say("child: %s", ended(reap(child)));
	status = reap(orphan);
	expect_exit(orphan, status);
	say("orphan: %s", ended(status));
	say("no more: %s", outcome(raw(waitpid(-1, NULL, 0))));
	return 0;
}
