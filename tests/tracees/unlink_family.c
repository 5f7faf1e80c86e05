/* SPDX-License-Identifier: Apache-2.0
 *
 * unlink_family - mkdir, rmdir, unlink and their -at forms, with their failures.
 */
#include "tests/tracees/tracee.h"

static void one(const char *type, const char *path, long r)
{
	expect("'type':'%s','args':{'pathname':%s},'res':%ld", type, q(path), r);
	say("%s %s: %s", type, path, outcome(r));
}

int main(void)
{
	int dir;

	one("mkdir", "dir", sys(SYS_mkdir, "dir", 0750));
	one("mkdir", "dir", sys(SYS_mkdir, "dir", 0750));
	one("mkdir", "no/dir", sys(SYS_mkdir, "no/dir", 0750));
	dir = open("dir", O_RDONLY | O_DIRECTORY);
	need(dir >= 0);
	one("mkdirat", "sub", sys(SYS_mkdirat, dir, "sub", 0700));
	put_file("dir/file", "x", 0600);
	put_file("plain", "x", 0600);
	one("rmdir", "dir", sys(SYS_rmdir, "dir"));
	one("rmdir", "plain", sys(SYS_rmdir, "plain"));
	one("unlink", "dir", sys(SYS_unlink, "dir"));
	one("unlink", "plain", sys(SYS_unlink, "plain"));
	one("unlink", "plain", sys(SYS_unlink, "plain"));
	one("unlinkat", "file", sys(SYS_unlinkat, dir, "file", 0));
	one("unlinkat", "sub", sys(SYS_unlinkat, dir, "sub", 0));
	one("unlinkat", "sub", sys(SYS_unlinkat, dir, "sub", AT_REMOVEDIR));
	one("rmdir", "dir", sys(SYS_rmdir, "dir"));
	return 0;
}
