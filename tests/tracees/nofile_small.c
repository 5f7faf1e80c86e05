/* SPDX-License-Identifier: Apache-2.0
 *
 * nofile_small - A limit of 20 descriptors, opened until EMFILE; the recorder needs none of them.
 */
#include <sys/resource.h>

#include "tests/tracees/tracee.h"

int main(void)
{
	struct rlimit rl = { 20, 20 };
	long r, first = -1, last = -1;
	int ok = 0;

	need(setrlimit(RLIMIT_NOFILE, &rl) == 0);
	for (int i = 0; i < 30; i++) {
		r = sys(SYS_openat, AT_FDCWD, "/dev/null", O_WRONLY, 0);
		if (r >= 0) {
			first = first < 0 ? r : first;
			last = r;
			ok++;
		}
		expect("'type':'openat','args':{'pathname':'/dev/null'},'res':%ld", r);
	}
	need(ok == 20 - first);
	say("%d opened, last %ld, then %s", ok, last, outcome(r));
	return 0;
}
