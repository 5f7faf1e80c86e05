/* SPDX-License-Identifier: Apache-2.0
 *
 * exec_at - execveat with AT_EMPTY_PATH on a descriptor, and relative to a directory.
 */
#include "tests/tracees/tracee.h"

static void run(int dirfd, const char *path, int flags, const char *what)
{
	char *args[] = { (char *)what, NULL }, *env[] = { NULL };
	pid_t child = fork();
	int status;

	if (child == 0) {
		expect("'kind':'exec','type':'execveat','args':{'dirfd':%d,'pathname':%s},"
		       "'data':{'argv':[%s]}",
		       dirfd, q(path), q(what));
		syscall(SYS_execveat, dirfd, path, args, env, flags);
		_exit(1);
	}
	status = reap(child);
	expect_exit(child, status);
	say("%s: %s", what, ended(status));
}

int main(void)
{
	int prog = open("/bin/false", O_RDONLY | O_CLOEXEC);
	int dir = open("/bin", O_PATH | O_CLOEXEC);

	need(prog >= 0 && dir >= 0);
	run(prog, "", AT_EMPTY_PATH, "by descriptor");
	run(dir, "true", 0, "by directory");
	return 0;
}
