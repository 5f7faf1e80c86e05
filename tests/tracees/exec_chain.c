/* SPDX-License-Identifier: Apache-2.0
 *
 * exec_chain - Twenty images one after another in one process.
 */
#include "tests/tracees/tracee.h"

int main(int argc, char **argv, char **envp)
{
	int n = argc > 1 ? atoi(argv[1]) : 0;
	char number[16];
	char *args[] = { (char *)"chain", number, NULL };

	if (n == 20) {
		say("the end of the chain");
		return 20;
	}
	snprintf(number, sizeof(number), "%d", n + 1);
	expect("'kind':'exec','type':'execve','data':{'argv':['chain',%s]}", q(number));
	execve("/proc/self/exe", args, envp);
	return 1;
}
