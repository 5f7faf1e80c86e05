/* SPDX-License-Identifier: Apache-2.0
 *
 * seccomp_kill - The program's own filter kills a thread's process.
 */
#include <stddef.h>
#include <sys/resource.h>

#include "tests/tracees/filter.h"

int main(void)
{
	static const unsigned actions[] = { SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_KILL_THREAD };
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	for (int i = 0; i < 2; i++) {
		pid_t child = fork();
		int status;

		if (child == 0) {
			need(filter_one(SYS_rmdir, actions[i], 0) == 0);
			sys(SYS_rmdir, "dir");
			_exit(1);
		}
		status = reap(child);
		expect_exit(child, status);
		say("child: %s", ended(status));
	}
	return 0;
}
