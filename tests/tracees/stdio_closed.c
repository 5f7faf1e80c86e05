/* SPDX-License-Identifier: Apache-2.0
 *
 * stdio_closed - A program that starts with descriptors 0, 1 and 2 closed: its first open gives 0.
 */
#include "tests/tracees/tracee.h"

int main(int argc, char **argv)
{
	pid_t child;

	if (argc > 1) {
		long a = sys(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY, 0);
		long b = sys(SYS_openat, AT_FDCWD, "/dev/zero", O_RDONLY, 0);
		long c = sys(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY, 0);

		expect("'type':'openat','args':{'pathname':'/dev/null'},'res':0");
		expect("'type':'openat','args':{'pathname':'/dev/zero'},'res':1");
		expect("'type':'openat','args':{'pathname':'/etc/passwd'},'res':2");
		return a == 0 && b == 1 && c == 2 ? 42 : 1;
	}
	child = fork();
	if (child == 0) {
		close(0);
		close(1);
		close(2);
		execl("/proc/self/exe", "stdio_closed", "closed", (char *)NULL);
		_exit(2);
	}
	say("child: %s", ended(reap(child)));
	return 0;
}
