/* SPDX-License-Identifier: Apache-2.0
 *
 * link_family - link, linkat, symlink, symlinkat.
 */
#include "tests/tracees/tracee.h"

static void one(const char *type, const char *from_arg, const char *from, const char *to_arg,
		const char *to, long r)
{
	expect("'type':'%s','args':{'%s':%s,'%s':%s},'res':%ld", type, from_arg, q(from), to_arg,
	       q(to), r);
	say("%s %s %s: %s", type, from, to, outcome(r));
}

int main(void)
{
	int dir;

	need(mkdir("dir", 0700) == 0);
	dir = open("dir", O_RDONLY | O_DIRECTORY);
	need(dir >= 0);
	put_file("a", "a", 0600);
	one("link", "oldpath", "a", "newpath", "b", sys(SYS_link, "a", "b"));
	one("link", "oldpath", "a", "newpath", "b", sys(SYS_link, "a", "b"));
	one("link", "oldpath", "dir", "newpath", "d", sys(SYS_link, "dir", "d"));
	one("linkat", "oldpath", "a", "newpath", "c", sys(SYS_linkat, AT_FDCWD, "a", dir, "c", 0));
	one("symlink", "target", "no where", "linkpath", "s", sys(SYS_symlink, "no where", "s"));
	one("symlink", "target", "", "linkpath", "t", sys(SYS_symlink, "", "t"));
	one("symlinkat", "target", "/etc/shadow", "linkpath", "u",
	    sys(SYS_symlinkat, "/etc/shadow", dir, "u"));
	one("symlinkat", "target", "loop", "linkpath", "loop",
	    sys(SYS_symlinkat, "loop", AT_FDCWD, "loop"));
	return 0;
}
