/* SPDX-License-Identifier: Apache-2.0
 *
 * fork_wide - 300 children alive at the same time, ended in one moment.
 */
#include "tests/tracees/tracee.h"

int main(void)
{
	int gate[2], good = 0;
	pid_t child[300];
	char c;

	need(pipe(gate) == 0);
	for (int i = 0; i < 300; i++) {
		child[i] = fork();
		need(child[i] >= 0);
		if (child[i] == 0) {
			close(gate[1]);
			need(read(gate[0], &c, 1) == 0);
			_exit(i % 100);
		}
	}
	close(gate[1]);
	for (int i = 0; i < 300; i++) {
		int status = reap(child[i]);

		good += WIFEXITED(status) && WEXITSTATUS(status) == i % 100;
		expect_exit(child[i], status);
	}
	expect_any("'kind':'spawn','pid':%d,'count':300", (int)getpid());
	say("%d good", good);
	return 0;
}
