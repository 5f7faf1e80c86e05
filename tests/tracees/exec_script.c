/* SPDX-License-Identifier: Apache-2.0
 *
 * exec_script - A script with #! and an argument: the image is the interpreter.
 */
#include "tests/tracees/tracee.h"

int main(void)
{
	char sh[4096];
	char *env[] = { (char *)"PATH=/usr/bin:/bin", NULL };
	char *args[] = { (char *)"ignored", (char *)"word", NULL };
	pid_t child;
	int status;

	need(realpath("/bin/sh", sh));
	put_file("script", "#!/bin/sh -u\necho \"script $1\"\nexit 5\n", 0755);
	child = fork();
	if (child == 0) {
		expect("'kind':'exec','type':'execve','args':{'pathname':'./script'},"
		       "'data':{'exe':%s,'comm':'script','argv':['/bin/sh','-u','./script','word']}",
		       q(sh));
		execve("./script", args, env);
		_exit(1);
	}
	status = reap(child);
	expect_exit(child, status);
	say("child: %s", ended(status));
	return 0;
}
