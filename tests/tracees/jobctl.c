/* SPDX-License-Identifier: Apache-2.0
 *
 * jobctl - SIGSTOP and SIGCONT: the parent sees each stop and each continuation.
 */
#include "tests/tracees/tracee.h"

static void next(pid_t child)
{
	int status = 0;

	need(waitpid(child, &status, WUNTRACED | WCONTINUED) == child);
	say("%s", ended(status));
}

int main(void)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		for (;;) {
			pause();
		}
	}
	need(setpgid(child, child) == 0); /* SIGTSTP does not stop an orphaned process group */
	for (int i = 0; i < 3; i++) {
		kill(child, i == 1 ? SIGTSTP : SIGSTOP);
		next(child);
		/* a stopped process must stay stopped */
		pause_ms(20);
		need(waitpid(child, &status, WNOHANG | WCONTINUED) == 0);
		kill(child, SIGCONT);
		next(child);
	}
	kill(child, SIGSTOP);
	next(child);
	kill(child, SIGTERM); /* stays pending until it goes on */
	pause_ms(20);
	need(waitpid(child, &status, WNOHANG) == 0);
	kill(child, SIGCONT);
	status = 0;
	do {
		need(waitpid(child, &status, 0) == child);
	} while (!WIFSIGNALED(status));
	expect_exit(child, status);
	say("%s", ended(status));
	child = fork();
	if (child == 0) {
		raise(SIGSTOP);
		_exit(7);
	}
	next(child);
	kill(child, SIGKILL); /* kills a stopped process */
	say("%s", ended(reap(child)));
	return 0;
}
