/* SPDX-License-Identifier: Apache-2.0
 *
 * open_basic - open, creat, openat and openat2: absolute, relative, by directory, and failing.
 */
#include <linux/openat2.h>

#include "tests/tracees/tracee.h"

static void try_openat(int dirfd, const char *path, int flags, const char *names)
{
	long r = sys(SYS_openat, dirfd, path, flags, 0644);

	expect("'type':'openat','args':{'pathname':%s,'flags':%s},'res':%ld", q(path), q(names), r);
	say("openat %s: %s", path, outcome(r));
	if (r >= 0) {
		close((int)r);
	}
}

int main(void)
{
	struct open_how how = { .flags = O_RDONLY, .resolve = RESOLVE_NO_SYMLINKS };
	long dir, r;

	put_file("plain", "x", 0600);
	need(mkdir("dir", 0700) == 0 && symlink("plain", "link") == 0);

	r = sys(SYS_open, "plain", O_RDWR, 0);
	expect("'type':'open','args':{'pathname':'plain','flags':'O_RDWR'},'res':%ld,"
	       "'data':{'fd_path':%s}",
	       r, q(here("plain")));
	say("open plain: %s", outcome(r));
	r = sys(SYS_creat, "created", 0640);
	expect("'type':'creat','args':{'pathname':'created'},'res':%ld,'data':{'fd_path':%s}", r,
	       q(here("created")));
	say("creat: %s", outcome(r));

	dir = sys(SYS_openat, AT_FDCWD, "dir", O_RDONLY | O_DIRECTORY, 0);
	expect("'type':'openat','args':{'dirfd':'AT_FDCWD','pathname':'dir',"
	       "'flags':'O_RDONLY|O_DIRECTORY'},'res':%ld",
	       dir);
	r = sys(SYS_openat, (int)dir, "inner", O_WRONLY | O_CREAT | O_EXCL, 0600);
	expect("'type':'openat','args':{'dirfd':%ld,'pathname':'inner',"
	       "'flags':'O_WRONLY|O_CREAT|O_EXCL'},'res':%ld,'data':{'fd_path':%s}",
	       dir, r, q(here("dir/inner")));
	say("inner: %s", outcome(r));
	r = sys(SYS_openat2, AT_FDCWD, "link", &how, sizeof(how));
	expect("'type':'openat2','args':{'pathname':'link'},'res':%ld", r);
	say("openat2 link without symlinks: %s", outcome(r));
	how.resolve = 0;
	r = sys(SYS_openat2, AT_FDCWD, "link", &how, sizeof(how));
	expect("'type':'openat2','args':{'pathname':'link'},'res':%ld,'data':{'fd_path':%s}", r,
	       q(here("plain")));
	say("openat2 link: %s", outcome(r));

	try_openat(AT_FDCWD, "/etc/hostname", O_RDONLY | O_CLOEXEC, "O_RDONLY|O_CLOEXEC");
	try_openat(AT_FDCWD, "missing", O_RDONLY, "O_RDONLY");
	try_openat(AT_FDCWD, "", O_RDONLY, "O_RDONLY");
	try_openat(AT_FDCWD, "plain/below", O_RDONLY, "O_RDONLY");
	try_openat(AT_FDCWD, "dir", O_WRONLY, "O_WRONLY");
	try_openat(AT_FDCWD, "link", O_RDONLY | O_NOFOLLOW, "O_RDONLY|O_NOFOLLOW");
	try_openat(AT_FDCWD, "plain", O_RDWR | O_CREAT | O_EXCL, "O_RDWR|O_CREAT|O_EXCL");
	try_openat(AT_FDCWD, "plain", O_WRONLY | O_TRUNC | O_APPEND, "O_WRONLY|O_TRUNC|O_APPEND");
	try_openat(400, "below", O_RDONLY, "O_RDONLY");
	return 0;
}
