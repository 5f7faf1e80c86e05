/* SPDX-License-Identifier: Apache-2.0
 *
 * fork_family - fork, vfork, clone and clone3 by their bare system calls.
 */
#include <linux/sched.h>

#include "tests/tracees/tracee.h"

static void seen(const char *type, long child)
{
	int status;

	expect("'kind':'spawn','type':'%s','res':%ld,'data':{'child_pid':%ld}", type, child, child);
	status = reap((pid_t)child);
	expect_exit((pid_t)child, status);
	say("%s: %s", type, ended(status));
}

int main(void)
{
	struct clone_args ca = { .exit_signal = SIGCHLD };
	long child;

	child = sys(SYS_fork);
	if (child == 0) {
		_exit(1);
	}
	seen("fork", child);
	child = vfork();
	if (child == 0) {
		_exit(2);
	}
	seen("vfork", child);
	child = sys(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (child == 0) {
		_exit(3);
	}
	seen("clone", child);
	child = sys(SYS_clone3, &ca, sizeof(ca));
	if (child == 0) {
		_exit(4);
	}
	seen("clone3", child);
	child = sys(SYS_clone, CLONE_THREAD | SIGCHLD, 0, 0, 0, 0);
	expect("'kind':'syscall','type':'clone','res_if_known':%ld,'flags_not':'unfinished'",
	       child);
	say("clone with flags that do not fit: %s", outcome(child));
	child = sys(SYS_clone3, &ca, 8L);
	expect("'kind':'syscall','type':'clone3','res_if_known':%ld,'flags_not':'unfinished'",
	       child);
	say("clone3 too small: %s", outcome(child));
	return 0;
}
