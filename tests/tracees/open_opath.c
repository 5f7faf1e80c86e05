/* SPDX-License-Identifier: Apache-2.0
 *
 * open_opath - O_PATH, O_TMPFILE, and opening through /proc/self/fd.
 */
#include "tests/tracees/tracee.h"

int main(void)
{
	char link[64];
	long p, r;

	put_file("file", "text", 0600);
	p = sys(SYS_openat, AT_FDCWD, "file", O_PATH | O_CLOEXEC, 0);
	expect("'type':'openat','args':{'pathname':'file'},'res':%ld,'data':{'fd_path':%s}", p,
	       q(here("file")));
	say("O_PATH: %s", outcome(p));
	r = sys(SYS_fchmod, (int)p, 0644);
	expect("'type':'fchmod','res':%ld", r);
	say("fchmod of it: %s", outcome(r));

	snprintf(link, sizeof(link), "/proc/self/fd/%ld", p);
	r = sys(SYS_openat, AT_FDCWD, link, O_RDWR, 0);
	expect("'type':'openat','args':{'pathname':%s},'res':%ld,'data':{'fd_path':%s}", q(link), r,
	       q(here("file")));
	say("reopened: %s", outcome(r));

	r = sys(SYS_openat, AT_FDCWD, ".", O_TMPFILE | O_RDWR, 0600);
	if (r == -EOPNOTSUPP) {
		say("no O_TMPFILE here");
		return 0;
	}
	expect("'type':'openat','args':{'pathname':'.'},'res':%ld", r);
	say("O_TMPFILE: %s", outcome(r));
	snprintf(link, sizeof(link), "/proc/self/fd/%ld", r);
	r = sys(SYS_linkat, AT_FDCWD, link, AT_FDCWD, "named", AT_SYMLINK_FOLLOW);
	expect("'type':'linkat','args':{'oldpath':%s,'newpath':'named'},'res':%ld", q(link), r);
	say("linkat: %s", outcome(r));
	return 0;
}
