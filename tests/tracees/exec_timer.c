/* SPDX-License-Identifier: Apache-2.0
 *
 * exec_timer - An interval timer and a blocked pending signal survive exec.
 */
#include <sys/time.h>

#include "tests/tracees/tracee.h"

int main(int argc, char **argv, char **envp)
{
	struct itimerval it = { { 0, 2000 }, { 0, 2000 } };
	char *args[] = { (char *)"after", (char *)"exec", NULL };
	sigset_t set;
	int sig = 0, ticks = 0;

	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigaddset(&set, SIGUSR1);
	if (argc > 1) {
		while (ticks < 5) {
			need(sigwait(&set, &sig) == 0);
			if (sig == SIGUSR1) {
				say("the pending signal is there");
			}
			ticks += sig == SIGALRM;
		}
		say("the timer runs on");
		return 0;
	}
	need(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
	raise(SIGUSR1);
	need(setitimer(ITIMER_REAL, &it, NULL) == 0);
	expect("'kind':'exec','type':'execve','data':{'argv':['after','exec']}");
	execve("/proc/self/exe", args, envp);
	return 1;
}
