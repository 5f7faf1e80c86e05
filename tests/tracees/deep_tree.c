/* SPDX-License-Identifier: Apache-2.0
 *
 * deep_tree - A chain of 60 generations, each the child of the one before.
 */
#include "tests/tracees/tracee.h"

int main(void)
{
	for (int depth = 0; depth < 60; depth++) {
		pid_t child = fork();

		if (child) {
			int status = reap(child);

			expect("'kind':'spawn','res':%d", (int)child);
			expect_exit(child, status);
			if (depth == 0) {
				say("first child: %s", ended(status));
				return 0;
			}
			_exit(WEXITSTATUS(status) + 1);
		}
	}
	_exit(0);
}
