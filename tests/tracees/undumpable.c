/* SPDX-License-Identifier: Apache-2.0
 *
 * undumpable - PR_SET_DUMPABLE 0: the recorder must still read paths, for this user and for another.
 */
#include "tests/tracees/tracee.h"

static void look(const char *name)
{
	long r = sys(SYS_openat, AT_FDCWD, name, O_RDONLY, 0);

	expect("'type':'openat','args':{'pathname':%s},'res':%ld", q(name), r);
	say("%s: %s", name, outcome(r));
}

int main(void)
{
	pid_t child;

	need(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0);
	look("/etc/hostname");
	child = fork();
	if (child == 0) {
		need(setgid(1000) == 0 && setuid(1000) == 0);
		look("/etc/passwd");
		need(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0);
		look("/etc/group");
		look("/etc/shadow");
		_exit(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
	}
	say("child: %s", ended(reap(child)));
	return 0;
}
