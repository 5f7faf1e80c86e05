/* SPDX-License-Identifier: Apache-2.0
 *
 * fd_big - The highest descriptor number that the limit permits (at most 65,535) and close_range.
 *
 * capture: -e +close_range
 */
#include <sys/resource.h>

#include "tests/tracees/tracee.h"

int main(void)
{
	struct rlimit rl;
	long fd, r;
	int big;

	need(getrlimit(RLIMIT_NOFILE, &rl) == 0);
	rl.rlim_cur = rl.rlim_max < 65536 ? rl.rlim_max : 65536;
	need(setrlimit(RLIMIT_NOFILE, &rl) == 0);
	big = (int)rl.rlim_cur - 1;
	if (big < 1100) {
		skip("RLIMIT_NOFILE is too low");
	}
	fd = sys(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY, 0);
	r = sys(SYS_dup2, (int)fd, big);
	expect("'type':'dup2','args':{'oldfd':%ld,'newfd':%d},'res':%d,"
	       "'data':{'fd_path':'/dev/null'}",
	       fd, big, big);
	say("dup2: %s", outcome(r));
	r = sys(SYS_dup2, (int)fd, big + 1);
	expect("'type':'dup2','args':{'newfd':%d},'res':%d", big + 1, -EBADF);
	say("dup2 over the limit: %s", outcome(r));
	r = sys(SYS_fchmod, big, 0666);
	expect("'type':'fchmod','args':{'fd':%d},'res':%ld,'fd':{'num':%d,'name':'/dev/null'}", big,
	       r, big);
	say("fchmod: %s", outcome(r));
	r = sys(SYS_close_range, 1000U, ~0U, 0);
	expect("'type':'close_range','args':{'first':1000},'res':0");
	say("close_range: %s", outcome(r));
	r = sys(SYS_fchmod, big, 0666);
	expect("'type':'fchmod','args':{'fd':%d},'res':%d", big, -EBADF);
	say("fchmod: %s", outcome(r));
	return 0;
}
