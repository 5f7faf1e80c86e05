/* SPDX-License-Identifier: Apache-2.0
 *
 * open_cwd - Relative paths after chdir and fchdir.
 */
#include "tests/tracees/tracee.h"

static void open_it(const char *name, const char *full)
{
	long r = sys(SYS_openat, AT_FDCWD, name, O_RDONLY, 0);

	expect("'type':'openat','args':{'dirfd':'AT_FDCWD','pathname':%s},'res':%ld,"
	       "'data':{'fd_path':%s}",
	       q(name), r, q(full));
	say("%s: %s", name, outcome(r));
	close((int)r);
}

int main(void)
{
	char one[4096], two[4096];
	long top, r;

	need(mkdir("one", 0700) == 0 && mkdir("one/two", 0700) == 0);
	put_file("one/file", "1", 0600);
	put_file("one/two/file", "2", 0600);
	snprintf(one, sizeof(one), "%s", here("one/file"));
	snprintf(two, sizeof(two), "%s", here("one/two/file"));
	top = sys(SYS_openat, AT_FDCWD, ".", O_RDONLY | O_DIRECTORY, 0);
	need(top >= 0);

	r = sys(SYS_chdir, "one/two");
	expect("'type':'chdir','args':{'path':'one/two'},'res':0");
	say("chdir: %s", outcome(r));
	open_it("file", two);
	open_it("../file", one);
	open_it("./.././two/../file", one);
	r = sys(SYS_fchdir, (int)top);
	expect("'type':'fchdir','args':{'fd':%ld},'res':0", top);
	say("fchdir: %s", outcome(r));
	open_it("one/file", one);
	r = sys(SYS_chdir, "nowhere");
	expect("'type':'chdir','args':{'path':'nowhere'},'res':%d", -ENOENT);
	say("chdir: %s", outcome(r));
	open_it("one/two/file", two);
	return 0;
}
