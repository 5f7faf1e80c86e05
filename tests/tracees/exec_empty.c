/* SPDX-License-Identifier: Apache-2.0
 *
 * exec_empty - Empty argument vector (the kernel gives one empty word) and empty environment.
 */
#include "tests/tracees/tracee.h"

int main(int argc, char **argv, char **envp)
{
	char *none[] = { NULL };
	char *one[] = { (char *)"x", NULL };
	pid_t child;
	int status;

	if (argc <= 1 && !envp[0]) {
		return argc == 1 && argv[0][0] == '\0' ? 10 : 11;
	}
	child = fork();
	if (child == 0) {
		/* no word and one empty word are the same in a trace */
		expect("'kind':'exec','type':'execve','args':{'pathname':'/proc/self/exe'},"
		       "'data':{'env_names':[]}");
		execve("/proc/self/exe", none, none);
		_exit(1);
	}
	status = reap(child);
	say("empty: %s", ended(status));
	child = fork();
	if (child == 0) {
		expect("'kind':'exec','type':'execve','data':{'argv':['x']}");
		execve("/proc/self/exe", one, NULL);
		_exit(1);
	}
	say("no environment: %s", ended(reap(child)));
	return 0;
}
