/* SPDX-License-Identifier: Apache-2.0
 *
 * zombie - Children that stay zombies, and children reaped by the kernel (SIGCHLD ignored).
 */
#include "tests/tracees/tracee.h"

int main(void)
{
	siginfo_t si;
	pid_t child[3];

	for (int i = 0; i < 3; i++) {
		child[i] = fork();
		if (child[i] == 0) {
			_exit(i + 1);
		}
	}
	for (int i = 0; i < 3; i++) {
		need(waitid(P_PID, (id_t)child[i], &si, WEXITED | WNOWAIT) == 0);
		say("zombie %d: code %d, signal 0 to it: %s", i, si.si_status,
		    outcome(raw(kill(child[i], 0))));
	}
	for (int i = 2; i >= 0; i--) {
		int status = reap(child[i]);

		expect_exit(child[i], status);
		say("reaped %d: %s", i, ended(status));
	}
	signal(SIGCHLD, SIG_IGN);
	child[0] = fork();
	if (child[0] == 0) {
		_exit(9);
	}
	expect_exit(child[0], 9 << 8);
	say("wait with SIGCHLD ignored: %s", outcome(raw(waitpid(child[0], NULL, 0))));
	return 0;
}
