/* SPDX-License-Identifier: Apache-2.0
 *
 * sig_chld - SIGCHLD with siginfo for each way a child changes.
 */
#include "tests/tracees/tracee.h"

static volatile int n, codes[16], statuses[16];

static void handler(int s, siginfo_t *si, void *ctx)
{
	if (n < 16) {
		codes[n] = si->si_code;
		statuses[n] = si->si_status;
	}
	n++;
}

static void until(int want)
{
	for (int i = 0; i < 400 && n < want; i++) {
		pause_ms(5);
	}
}

int main(void)
{
	static const char *const names[] = { "?",       "exited",  "killed",   "dumped",
					     "trapped", "stopped", "continued" };
	struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART };
	pid_t child;

	need(sigaction(SIGCHLD, &sa, NULL) == 0);
	child = fork();
	if (child == 0) {
		for (;;) {
			pause();
		}
	}
	kill(child, SIGSTOP);
	until(1);
	kill(child, SIGCONT);
	until(2);
	kill(child, SIGTERM);
	until(3);
	reap(child);
	child = fork();
	if (child == 0) {
		_exit(55);
	}
	until(4);
	reap(child);
	pause_ms(20);
	for (int i = 0; i < n && i < 16; i++) {
		say("%s %d", codes[i] > 0 && codes[i] < 7 ? names[codes[i]] : "?", statuses[i]);
	}
	return 0;
}
