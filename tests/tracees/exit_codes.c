/* SPDX-License-Identifier: Apache-2.0
 *
 * exit_codes - 256 children, one for each exit code.
 */
#include "tests/tracees/tracee.h"

int main(void)
{
	int wrong = 0;

	for (int code = 0; code < 256; code++) {
		pid_t child = fork();
		int status;

		if (child == 0) {
			_exit(code);
		}
		status = reap(child);
		wrong += !WIFEXITED(status) || WEXITSTATUS(status) != code;
		expect_exit(child, status);
	}
	say("256 children, %d wrong", wrong);
	return 0;
}
