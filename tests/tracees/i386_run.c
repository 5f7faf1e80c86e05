/* SPDX-License-Identifier: Apache-2.0
 *
 * i386_run - Runs the 32-bit program i386_prog beside this one.
 */
#include "tests/tracees/tracee.h"

int main(void)
{
	char path[4096];
	char *args[] = { (char *)"i386", NULL }, *env[] = { NULL };
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 32);
	pid_t child;
	int status;

	need(n > 0);
	path[n] = '\0';
	strcpy(strrchr(path, '/') + 1, "i386_prog");
	if (access(path, X_OK) < 0) {
		skip("the compiler makes no 32-bit programs");
	}
	child = fork();
	if (child == 0) {
		execve(path, args, env);
		_exit(errno == ENOEXEC ? 77 : 1);
	}
	status = reap(child);
	if (WEXITSTATUS(status) == 77) {
		skip("this kernel runs no 32-bit programs");
	}
	expect_any("'kind':'exec','pid':%d,'data':{'exe':%s}", (int)child, q(path));
	expect_any(
		"'type':'open','arch':'i386','pid':%d,'args':{'pathname':'/etc/hostname'},'res':3",
		(int)child);
	expect_any("'type':'mkdir','arch':'i386','pid':%d,'args':{'pathname':'dir32'},'res':0",
		   (int)child);
	expect_any("'type':'socket','arch':'i386','pid':%d,'res':4", (int)child);
	expect_exit(child, status);
	say("child: %s", ended(status));
	return 0;
}
