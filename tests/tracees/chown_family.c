/* SPDX-License-Identifier: Apache-2.0
 *
 * chown_family - chown, fchown, lchown, fchownat.
 */
#include "tests/tracees/tracee.h"

int main(void)
{
	struct stat st;
	long r;
	int fd;

	put_file("file", "x", 0600);
	need(symlink("file", "link") == 0);
	fd = open("file", O_RDONLY);
	need(fd >= 0);
	r = sys(SYS_chown, "link", 1000, 1001);
	expect("'type':'chown','args':{'pathname':'link'},'res':%ld", r);
	need(stat("file", &st) == 0);
	say("chown: %s %u:%u", outcome(r), st.st_uid, st.st_gid);
	r = sys(SYS_fchown, fd, 7, -1);
	expect("'type':'fchown','args':{'fd':%d},'res':%ld", fd, r);
	need(stat("file", &st) == 0);
	say("fchown: %s %u:%u", outcome(r), st.st_uid, st.st_gid);
	r = sys(SYS_lchown, "link", 8, 9);
	expect("'type':'lchown','args':{'pathname':'link'},'res':%ld", r);
	need(lstat("link", &st) == 0);
	say("lchown: %s %u:%u", outcome(r), st.st_uid, st.st_gid);
	r = sys(SYS_fchownat, fd, "", 0, 0, AT_EMPTY_PATH);
	expect("'type':'fchownat','args':{'pathname':'','dirfd':%d},'res':%ld", fd, r);
	say("fchownat: %s", outcome(r));
	r = sys(SYS_chown, "gone", 0, 0);
	expect("'type':'chown','args':{'pathname':'gone'},'res':%ld", r);
	say("chown: %s", outcome(r));
	return 0;
}
