/* SPDX-License-Identifier: Apache-2.0
 *
 * exec_fail - execve that fails: ENOENT, EACCES, ENOTDIR, ENOEXEC, EFAULT, E2BIG, ELOOP.
 */
#include "tests/tracees/tracee.h"

static char *args[] = { (char *)"x", (char *)"-v", NULL }, *env[] = { NULL };

static void try_exec(const char *path)
{
	long r = sys(SYS_execve, path, args, env);

	expect("'kind':'syscall','type':'execve','args':{'pathname':%s},'res':%ld", q(path), r);
	say("%s: %s", path, outcome(r));
}

int main(void)
{
	char **big = calloc(40, sizeof(*big));
	char *word = malloc(140000);
	long r;

	put_file("text", "no program", 0755);
	put_file("plain", "#!/bin/sh\n", 0644);
	put_file("lost", "#!/no/such/interpreter\n", 0755);
	need(symlink("loop", "loop") == 0 && big && word);
	try_exec("missing");
	try_exec("/etc/hostname");
	try_exec("plain");
	try_exec("plain/x");
	try_exec("text");
	try_exec("lost");
	try_exec("loop");
	try_exec("/");
	r = sys(SYS_execve, (char *)16, args, env);
	expect("'kind':'syscall','type':'execve','res':%ld", r);
	say("bad path: %s", outcome(r));
	r = sys(SYS_execve, "/bin/true", (char **)16, env);
	expect("'kind':'syscall','type':'execve','args':{'pathname':'/bin/true'},'res':%ld", r);
	say("bad argv: %s", outcome(r));
	memset(word, 'w', 139999);
	word[139999] = '\0';
	big[0] = word;
	r = sys(SYS_execve, "/bin/true", big, env);
	expect("'kind':'syscall','type':'execve','args':{'pathname':'/bin/true'},'res':%ld", r);
	say("word too long: %s", outcome(r));
	r = sys(SYS_execveat, 333, "rel", args, env, 0);
	expect("'kind':'syscall','type':'execveat','args':{'dirfd':333,'pathname':'rel'},'res':%ld",
	       r);
	say("execveat: %s", outcome(r));
	return 0;
}
