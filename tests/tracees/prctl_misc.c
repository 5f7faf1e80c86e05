/* SPDX-License-Identifier: Apache-2.0
 *
 * prctl_misc - prctl: name, no_new_privs, keepcaps, parent death signal.
 */
#include "tests/tracees/tracee.h"

static void one(const char *name, long r)
{
	expect("'type':'prctl','args':{'op':'%s'},'res':%ld", name, r);
	say("%s: %s", name, outcome(r));
}

int main(void)
{
	char name[16] = "";
	pid_t child, inner = 0;
	int fds[2];
	char c;

	one("PR_SET_NAME", sys(SYS_prctl, PR_SET_NAME, "new\nname", 0, 0, 0));
	need(prctl(PR_GET_NAME, name) == 0);
	say("name has %zu bytes", strlen(name));
	one("PR_SET_KEEPCAPS", sys(SYS_prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0));
	say("PR_GET_NO_NEW_PRIVS before: %d", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	one("PR_SET_NO_NEW_PRIVS", sys(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	one("PR_CAPBSET_DROP", sys(SYS_prctl, PR_CAPBSET_DROP, 9999, 0, 0, 0));

	need(pipe(fds) == 0);
	child = fork();
	if (child == 0) {
		inner = fork();
		if (inner == 0) {
			one("PR_SET_PDEATHSIG", sys(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0));
			need(write(fds[1], "r", 1) == 1);
			close(fds[0]);
			pause_ms(2000);
			say("the parent's death was not noticed");
			_exit(1);
		}
		need(read(fds[0], &c, 1) == 1);
		_exit(0);
	}
	reap(child);
	close(fds[1]);
	/* the end of file comes when the grandchild is dead */
	say("grandchild gone: %s", read(fds[0], &c, 1) == 0 ? "yes" : "no");
	return 0;
}
