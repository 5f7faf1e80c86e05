/* SPDX-License-Identifier: Apache-2.0
 *
 * ptrace_self - A program that asks to be traced to see whether somebody already does (an anti-debug check).
 */
#include <sys/ptrace.h>

#include "tests/tracees/tracee.h"

int main(void)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		_exit(ptrace(PTRACE_TRACEME, 0, 0, 0) < 0 ? 1 : 0);
	}
	status = reap(child);
	say("first: %s", ended(status));
	child = fork();
	if (child == 0) {
		/* the second one always fails */
		if (ptrace(PTRACE_TRACEME, 0, 0, 0) < 0 || ptrace(PTRACE_TRACEME, 0, 0, 0) == 0) {
			_exit(1);
		}
		_exit(errno == EPERM ? 0 : 2);
	}
	say("twice: %s", ended(reap(child)));
	return 0;
}
