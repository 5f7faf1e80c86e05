/* SPDX-License-Identifier: Apache-2.0
 *
 * sig_wait - sigwaitinfo, sigtimedwait, signalfd and sigqueue: numbers, senders, values, and order.
 */
#include <sys/signalfd.h>

#include "tests/tracees/tracee.h"

int main(void)
{
	struct timespec none = { 0, 0 };
	struct signalfd_siginfo info;
	sigset_t set;
	siginfo_t si;
	int fd, sum = 0;
	pid_t child;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGRTMIN + 1);
	need(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
	child = fork();
	if (child == 0) {
		for (int i = 1; i <= 100; i++) {
			union sigval v = { .sival_int = i };

			need(sigqueue(getppid(), SIGRTMIN + 1, v) == 0);
		}
		kill(getppid(), SIGUSR1);
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	for (int i = 1; i <= 50; i++) {
		need(sigwaitinfo(&set, &si) > 0 || errno == EINTR);
		if (si.si_signo == SIGUSR1) {
			i--;
			continue;
		}
		sum += si.si_value.sival_int;
		need(si.si_pid == child && si.si_code == SI_QUEUE);
	}
	reap(child);
	while (sigtimedwait(&set, &si, &none) > 0) {
		sum += si.si_signo == SIGUSR1 ? 0 : si.si_value.sival_int;
	}
	say("sum of values %d", sum);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	need(fd >= 0);
	raise(SIGUSR1);
	need(read(fd, &info, sizeof(info)) == sizeof(info));
	say("signalfd: %s from me: %d", sigabbrev_np((int)info.ssi_signo),
	    info.ssi_pid == (unsigned)getpid());
	say("no more: %s", outcome(raw(read(fd, &info, sizeof(info)))));
	return 0;
}
