/* SPDX-License-Identifier: Apache-2.0
 *
 * env_names - What the program sees of itself: arguments, environment, descriptors, limits, masks, ids.
 */
#include <dirent.h>
#include <sys/resource.h>

#include "tests/tracees/tracee.h"

extern char **environ;

int main(int argc, char **argv)
{
	DIR *d = opendir("/proc/self/fd");
	struct dirent *e;
	struct rlimit rl;
	struct sigaction sa;
	sigset_t set;
	int n = 0;

	for (int i = 0; environ[i]; i++) {
		n++;
	}
	say("%d arguments, %d variables", argc, n);
	need(d);
	n = 0;
	while ((e = readdir(d))) {
		n += e->d_name[0] != '.' && atoi(e->d_name) != dirfd(d) &&
		     atoi(e->d_name) != expect_fd;
	}
	say("%d descriptors open", n);
	for (int r = 0; r < 16; r++) {
		need(getrlimit(r, &rl) == 0);
		say("limit %d: %ld %ld", r, (long)rl.rlim_cur, (long)rl.rlim_max);
	}
	need(sigprocmask(SIG_BLOCK, NULL, &set) == 0);
	for (int s = 1; s <= 64; s++) {
		if (sigismember(&set, s) == 1) {
			say("signal %d is blocked", s);
		}
		if (s != 32 && s != 33 && sigaction(s, NULL, &sa) == 0 &&
		    sa.sa_handler != SIG_DFL) {
			say("signal %d is not at its default", s);
		}
	}
	say("user %d %d, group %d %d, umask %o, nice %d", (int)getuid(), (int)geteuid(),
	    (int)getgid(), (int)getegid(), umask(0), getpriority(PRIO_PROCESS, 0));
	say("dumpable %d", prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
	say("no_new_privs %d", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	say("any child: %s", outcome(raw(waitpid(-1, NULL, WNOHANG))));
	return 0;
}
