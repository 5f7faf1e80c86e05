/* SPDX-License-Identifier: Apache-2.0
 *
 * exec_vfork - vfork and exec, failing and succeeding; the parent waits meanwhile.
 */
#include "tests/tracees/tracee.h"

static char *env[] = { NULL };

static void run(const char *path)
{
	char *args[] = { (char *)"vforked", NULL };
	volatile int err = 0;
	pid_t child = vfork();
	int status;

	if (child == 0) {
		execve(path, args, env);
		err = errno;
		_exit(44);
	}
	expect("'kind':'spawn','type':'vfork','res':%d,'data':{'child_pid':%d}", (int)child,
	       (int)child);
	status = reap(child);
	if (err) {
		expect_any(
			"'kind':'syscall','type':'execve','pid':%d,'args':{'pathname':%s},'res':%d",
			(int)child, q(path), -err);
	} else {
		expect_any("'kind':'exec','type':'execve','pid':%d,'args':{'pathname':%s},'res':0,"
			   "'data':{'argv':['vforked']}",
			   (int)child, q(path));
	}
	expect_exit(child, status);
	say("%s: errno %d, %s", path, err, ended(status));
}

int main(void)
{
	run("/nope");
	run("/bin/true");
	run("/bin/false");
	return 0;
}
