/* SPDX-License-Identifier: Apache-2.0
 *
 * exec_memfd - A program copied into a memfd and run from there.
 */
#include <sys/sendfile.h>

#include "tests/tracees/tracee.h"

int main(void)
{
	char *args[] = { (char *)"from memory", NULL }, *env[] = { NULL };
	int prog = open("/bin/false", O_RDONLY | O_CLOEXEC), mem;
	struct stat st;
	pid_t child;
	int status;

	mem = (int)sys(SYS_memfd_create, "hidden", 1);
	expect("'type':'memfd_create','args':{'name':'hidden'},'res':%d,'data':{'fd_path':{'re':'memfd:hidden'}}",
	       mem);
	need(prog >= 0 && mem >= 0 && fstat(prog, &st) == 0);
	need(sendfile(mem, prog, NULL, (size_t)st.st_size) == st.st_size);
	child = fork();
	if (child == 0) {
		expect("'kind':'exec','type':'execveat','args':{'dirfd':%d,'pathname':''},"
		       "'data':{'argv':['from memory'],'exe':{'re':'memfd:hidden'}}",
		       mem);
		fexecve(mem, args, env);
		_exit(1);
	}
	status = reap(child);
	expect_exit(child, status);
	say("child: %s", ended(status));
	return 0;
}
