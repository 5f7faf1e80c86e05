/* SPDX-License-Identifier: Apache-2.0
 *
 * forks_2000 - 2,000 children in a row: each has one spawn and one exit in the trace.
 *
 * limit: 60
 */
#include "tests/tracees/tracee.h"

int main(void)
{
	int good = 0;

	for (int i = 0; i < 2000; i++) {
		pid_t child = (pid_t)syscall(SYS_fork);

		if (child == 0) {
			_exit(i & 127);
		}
		good += WEXITSTATUS(reap(child)) == (i & 127);
	}
	expect_any("'kind':'spawn','type':'fork','pid':%d,'count':2000", (int)getpid());
	expect_any("'kind':'exit','flags_has':'last','count':2001");
	say("%d children", good);
	return 0;
}
