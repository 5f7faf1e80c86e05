/* SPDX-License-Identifier: Apache-2.0
 *
 * die_children - A child killed by each signal that kills, by raise, by its parent, and by a fault.
 */
#include <sys/resource.h>

#include "tests/tracees/tracee.h"

int main(void)
{
	static const int signals[] = { SIGHUP,  SIGINT,  SIGQUIT, SIGILL,  SIGTRAP,   SIGABRT,
				       SIGBUS,  SIGFPE,  SIGKILL, SIGUSR1, SIGSEGV,   SIGUSR2,
				       SIGPIPE, SIGALRM, SIGTERM, SIGXCPU, SIGVTALRM, SIGPROF,
				       SIGIO,   SIGSYS,  SIGPWR,  34,      50,        64 };
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		for (int by_parent = 0; by_parent < 2; by_parent++) {
			pid_t child = fork();
			int status;

			if (child == 0) {
				if (!by_parent) {
					kill(getpid(), signals[i]);
				}
				pause_ms(2000);
				_exit(1);
			}
			if (by_parent) {
				kill(child, signals[i]);
			}
			status = reap(child);
			expect_exit(child, status);
			if (!WIFSIGNALED(status) || WTERMSIG(status) != signals[i]) {
				say("signal %d: %s", signals[i], ended(status));
			}
		}
	}
	say("done");
	return 0;
}
