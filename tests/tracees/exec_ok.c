/* SPDX-License-Identifier: Apache-2.0
 *
 * exec_ok - execve of this program again: arguments, environment and path must be in the record.
 */
#include "tests/tracees/tracee.h"

int main(int argc, char **argv, char **envp)
{
	char expect_var[4200] = "PATH=/bin", exe[4096];
	char *args[] = { (char *)"name given", (char *)"one", (char *)"", (char *)"tw\no", NULL };
	char *env[] = { (char *)"COLOUR=red", expect_var, (char *)"EMPTY=", NULL };
	ssize_t n;

	if (argc > 1) {
		int vars = 0;

		while (envp[vars]) {
			vars++;
		}
		say("%s has %d arguments, the second of length %zu; %d variables", argv[0],
		    argc - 1, strlen(argv[2]), vars);
		return 0;
	}
	if (getenv("HOLTER_EXPECT")) {
		snprintf(expect_var, sizeof(expect_var), "HOLTER_EXPECT=%s",
			 getenv("HOLTER_EXPECT"));
	}
	n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	need(n > 0);
	exe[n] = '\0';
	expect("'kind':'exec','type':'execve','args':{'pathname':%s},"
	       "'data':{'exe':%s,'argv':['name given','one','','tw\\u000ao'],'comm':'exec_ok',"
	       "'cwd':%s}",
	       q(exe), q(exe), q(here("")));
	execve(exe, args, env);
	return 1;
}
