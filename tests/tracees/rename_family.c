/* SPDX-License-Identifier: Apache-2.0
 *
 * rename_family - rename, renameat and renameat2, with and without replacing and exchanging.
 */
#include "tests/tracees/tracee.h"

static void one(const char *type, const char *from, const char *to, long r)
{
	expect("'type':'%s','args':{'oldpath':%s,'newpath':%s},'res':%ld", type, q(from), q(to), r);
	say("%s %s %s: %s", type, from, to, outcome(r));
}

int main(void)
{
	int dir;

	need(mkdir("dir", 0700) == 0);
	dir = open("dir", O_RDONLY | O_DIRECTORY);
	need(dir >= 0);
	put_file("a", "a", 0600);
	put_file("b", "b", 0600);
	one("rename", "a", "c", sys(SYS_rename, "a", "c"));
	one("rename", "a", "c", sys(SYS_rename, "a", "c"));
	one("rename", "c", "no/c", sys(SYS_rename, "c", "no/c"));
	one("renameat", "c", "c", sys(SYS_renameat, AT_FDCWD, "c", dir, "c"));
	one("renameat2", "b", "c", sys(SYS_renameat2, AT_FDCWD, "b", dir, "c", 1));
	one("renameat2", "b", "c", sys(SYS_renameat2, AT_FDCWD, "b", dir, "c", 2));
	one("renameat2", "c", "e", sys(SYS_renameat2, dir, "c", dir, "e", 0));
	one("renameat2", "e", "f", sys(SYS_renameat2, dir, "e", dir, "f", 64));
	return 0;
}
