/* SPDX-License-Identifier: Apache-2.0
 *
 * fd_deleted - A file that is unlinked while open, and a file renamed while open.
 */
#include "tests/tracees/tracee.h"

int main(void)
{
	long fd, r;

	fd = sys(SYS_openat, AT_FDCWD, "doomed", O_RDWR | O_CREAT, 0600);
	expect("'type':'openat','args':{'pathname':'doomed'},'res':%ld,'data':{'fd_path':%s}", fd,
	       q(here("doomed")));
	need(sys(SYS_unlink, "doomed") == 0);
	expect("'type':'unlink','args':{'pathname':'doomed'},'res':0");
	r = sys(SYS_fchmod, (int)fd, 0644);
	expect("'type':'fchmod','args':{'fd':%ld},'res':0", fd);
	say("fchmod of a deleted file: %s", outcome(r));
	close((int)fd);
	fd = sys(SYS_openat, AT_FDCWD, "before", O_RDWR | O_CREAT, 0600);
	need(sys(SYS_rename, "before", "after") == 0);
	r = sys(SYS_fchmod, (int)fd, 0644);
	expect("'type':'fchmod','args':{'fd':%ld},'res':0", fd);
	say("fchmod of a renamed file: %s", outcome(r));
	return 0;
}
