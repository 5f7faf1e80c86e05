/* SPDX-License-Identifier: Apache-2.0
 *
 * file_misc - mknod, truncate, utimensat, extended attributes.
 *
 * capture: -e +truncate,+utimensat
 */
#include <sys/sysmacros.h>

#include "tests/tracees/tracee.h"

int main(void)
{
	struct timespec ts[2] = { { 1, 0 }, { 2, 0 } };
	long r;

	put_file("file", "some text", 0600);
	r = sys(SYS_mknod, "fifo", S_IFIFO | 0600, 0);
	expect("'type':'mknod','args':{'pathname':'fifo'},'res':%ld", r);
	say("mknod: %s", outcome(r));
	r = sys(SYS_mknodat, AT_FDCWD, "null", S_IFCHR | 0600, makedev(1, 3));
	expect("'type':'mknodat','args':{'pathname':'null'},'res':%ld", r);
	say("mknodat: %s", outcome(r));
	r = sys(SYS_truncate, "file", 4L);
	expect("'type':'truncate','args':{'path':'file','length':4},'res':%ld", r);
	say("truncate: %s", outcome(r));
	r = sys(SYS_truncate, "gone", 4L);
	expect("'type':'truncate','args':{'path':'gone'},'res':%ld", r);
	say("truncate: %s", outcome(r));
	r = sys(SYS_utimensat, AT_FDCWD, "file", ts, 0);
	expect("'type':'utimensat','args':{'pathname':'file'},'res':%ld", r);
	say("utimensat: %s", outcome(r));
	r = sys(SYS_setxattr, "gone", "user.a", "value", 5, 0);
	expect("'type':'setxattr','args':{'name':'user.a'},'res':%ld", r);
	say("setxattr: %s", outcome(r));
	return 0;
}
