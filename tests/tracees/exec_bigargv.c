/* SPDX-License-Identifier: Apache-2.0
 *
 * exec_bigargv - 100 kB of arguments: the record keeps a part and says so, the program gets all.
 */
#include "tests/tracees/tracee.h"

int main(int argc, char **argv, char **envp)
{
	static char *args[1102];
	static char word[100];
	size_t total = 0;

	if (argc > 1) {
		for (int i = 0; i < argc; i++) {
			total += strlen(argv[i]) + 1;
		}
		say("%d arguments, %zu bytes", argc, total);
		return 0;
	}
	memset(word, 'w', 98);
	args[0] = (char *)"big";
	for (int i = 1; i < 1100; i++) {
		args[i] = word;
	}
	expect("'kind':'exec','type':'execve','data':{'exe':{'re':'exec_bigargv'}}");
	execve("/proc/self/exe", args, envp);
	return 1;
}
