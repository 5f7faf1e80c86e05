/* SPDX-License-Identifier: Apache-2.0
 *
 * ids - setresuid, setresgid, setgroups and what they permit afterwards.
 */
#include <grp.h>

#include "tests/tracees/tracee.h"

int main(void)
{
	pid_t child = fork();

	if (child == 0) {
		gid_t groups[] = { 5, 6 };
		long r = sys(SYS_setgroups, 2, groups);

		expect("'type':'setgroups','res':%ld", r);
		say("setgroups: %s", outcome(r));
		r = sys(SYS_setresgid, 1001, 1001, 1001);
		expect("'type':'setresgid','res':%ld", r);
		say("setresgid: %s", outcome(r));
		r = sys(SYS_setresuid, -1, 1000, -1);
		expect("'type':'setresuid','res':%ld", r);
		say("setresuid: %s", outcome(r));
		r = sys(SYS_openat, AT_FDCWD, "/etc/shadow", O_RDONLY, 0);
		expect("'type':'openat','args':{'pathname':'/etc/shadow'},'res':%ld", r);
		say("shadow: %s", outcome(r));
		r = sys(SYS_setuid, 0);
		expect("'type':'setuid','args':{'uid':0},'res':%ld", r);
		say("setuid 0: %s", outcome(r));
		r = sys(SYS_setresuid, 1000, 1000, 1000);
		expect("'type':'setresuid','res':%ld", r);
		r = sys(SYS_setuid, 0);
		expect("'type':'setuid','args':{'uid':0},'res':%ld", r);
		say("setuid 0 for good: %s", outcome(r));
		r = sys(SYS_openat, AT_FDCWD, "/etc/shadow", O_RDONLY, 0);
		expect("'type':'openat','args':{'pathname':'/etc/shadow'},'res':%ld", r);
		say("shadow: %s", outcome(r));
		_exit(0);
	}
	say("child: %s", ended(reap(child)));
	return 0;
}
