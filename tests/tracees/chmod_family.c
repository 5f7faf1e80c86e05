/* SPDX-License-Identifier: Apache-2.0
 *
 * chmod_family - chmod, fchmod, fchmodat, fchmodat2.
 */
#include "tests/tracees/tracee.h"

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

int main(void)
{
	struct stat st;
	long r;
	int fd;

	put_file("file", "x", 0600);
	fd = open("file", O_RDONLY);
	need(fd >= 0);
	r = sys(SYS_chmod, "file", 0640);
	expect("'type':'chmod','args':{'pathname':'file'},'res':%ld", r);
	say("chmod: %s", outcome(r));
	r = sys(SYS_fchmod, fd, 04755);
	expect("'type':'fchmod','args':{'fd':%d},'res':%ld", fd, r);
	need(fstat(fd, &st) == 0);
	say("fchmod: %s %o", outcome(r), st.st_mode & 07777);
	r = sys(SYS_fchmodat, AT_FDCWD, "file", 0);
	expect("'type':'fchmodat','args':{'dirfd':'AT_FDCWD','pathname':'file'},'res':%ld", r);
	say("fchmodat: %s", outcome(r));
	r = sys(SYS_fchmodat2, AT_FDCWD, "gone", 0777, 0);
	expect("'type':'fchmodat2','args':{'pathname':'gone'},'res':%ld", r);
	say("fchmodat2: %s", r == -ENOSYS ? "ENOENT" : outcome(r));
	r = sys(SYS_fchmod, 400, 0644);
	expect("'type':'fchmod','args':{'fd':400},'res':%ld", r);
	say("fchmod of no descriptor: %s", outcome(r));
	return 0;
}
