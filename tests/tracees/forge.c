/* SPDX-License-Identifier: Apache-2.0
 *
 * forge - A process that renames itself: the executable's path in the records stays true.
 */
#include "tests/tracees/tracee.h"

int main(int argc, char **argv)
{
	char exe[4096];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	long r;

	need(n > 0);
	exe[n] = '\0';
	need(prctl(PR_SET_NAME, "kworker/0:1") == 0);
	memset(argv[0], 'X', strlen(argv[0]));
	r = sys(SYS_openat, AT_FDCWD, "/etc/shadow", O_RDONLY, 0);
	expect("'type':'openat','args':{'pathname':'/etc/shadow'},'res':%ld,'exe':%s", r, q(exe));
	say("renamed: %s", outcome(r));
	return 0;
}
