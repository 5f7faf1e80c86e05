/* SPDX-License-Identifier: Apache-2.0
 *
 * clone_untraced - CLONE_UNTRACED: a tracer does not follow it by itself, the recorder must.
 */
#include <sched.h>

#include "tests/tracees/tracee.h"

int main(void)
{
	long child = sys(SYS_clone, CLONE_UNTRACED | SIGCHLD, 0, 0, 0, 0), r;
	int status;

	if (child == 0) {
		r = sys(SYS_openat, AT_FDCWD, "/etc/hostname", O_RDONLY, 0);
		expect_any("'type':'openat','pid':%d,'args':{'pathname':'/etc/hostname'}",
			   (int)getpid());
		r = sys(SYS_mkdir, "seen", 0700);
		_exit(r < 0);
	}
	expect("'type':'clone','res':%ld", child);
	status = reap((pid_t)child);
	say("child: %s", ended(status));
	return 0;
}
