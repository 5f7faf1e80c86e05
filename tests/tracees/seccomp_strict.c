/* SPDX-License-Identifier: Apache-2.0
 *
 * seccomp_strict - Strict mode: only read, write and _exit are left.
 */
#include <linux/seccomp.h>

#include "tests/tracees/tracee.h"

int main(void)
{
	pid_t child;
	int status;

	for (int i = 0; i < 2; i++) {
		child = fork();
		if (child == 0) {
			need(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) == 0);
			if (i) {
				syscall(SYS_getppid);
			}
			syscall(SYS_exit, 8);
		}
		status = reap(child);
		expect_exit(child, status);
		say("child: %s", ended(status));
	}
	return 0;
}
