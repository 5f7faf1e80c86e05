/* SPDX-License-Identifier: Apache-2.0
 *
 * clone_vm - CLONE_VM without CLONE_THREAD: another process in the same memory.
 */
#include <sched.h>

#include "tests/tracees/tracee.h"

static int shared;
static char stack[65536] __attribute__((aligned(16)));

static int body(void *arg)
{
	long r = syscall(SYS_openat, AT_FDCWD, "/etc/hostname", O_RDONLY, 0);

	shared = r >= 0 ? 5 : 6;
	return *(int *)arg;
}

int main(void)
{
	int code = 33, status;
	pid_t child = clone(body, stack + sizeof(stack),
			    CLONE_VM | CLONE_FILES | CLONE_FS | SIGCHLD, &code);

	need(child > 0);
	expect("'kind':'spawn','type':'clone','res':%d,'data':{'child_pid':%d}", (int)child,
	       (int)child);
	status = reap(child);
	expect_any("'type':'openat','pid':%d,'args':{'pathname':'/etc/hostname'}", (int)child);
	expect_exit(child, status);
	say("child: %s, shared %d", ended(status), shared);
	return 0;
}
