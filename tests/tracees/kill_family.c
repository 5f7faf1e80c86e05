/* SPDX-License-Identifier: Apache-2.0
 *
 * kill_family - kill, tkill, tgkill, rt_sigqueueinfo and pidfd_send_signal.
 */
#include <sys/pidfd.h>

#include "tests/tracees/tracee.h"

static volatile int count;

static void handler(int s)
{
	count++;
}

int main(void)
{
	pid_t me = getpid(), child;
	siginfo_t si = { .si_signo = SIGUSR1, .si_code = SI_QUEUE };
	int status;
	long fd, r;

	signal(SIGUSR1, handler);
	r = sys(SYS_kill, me, SIGUSR1);
	expect("'type':'kill','args':{'pid':%d,'sig':'SIGUSR1'},'res':0", me);
	say("kill: %s", outcome(r));
	r = sys(SYS_tkill, me, SIGUSR1);
	expect("'type':'tkill','args':{'tid':%d,'sig':'SIGUSR1'},'res':0", me);
	say("tkill: %s", outcome(r));
	r = sys(SYS_tgkill, me, me, SIGUSR1);
	expect("'type':'tgkill','args':{'tgid':%d,'tid':%d,'sig':'SIGUSR1'},'res':0", me, me);
	say("tgkill: %s", outcome(r));
	r = sys(SYS_rt_sigqueueinfo, me, SIGUSR1, &si);
	expect("'type':'rt_sigqueueinfo','res':%ld", r);
	say("rt_sigqueueinfo: %s", outcome(r));
	child = fork();
	if (child == 0) {
		pause_ms(2000);
		_exit(1);
	}
	fd = sys(SYS_pidfd_open, child, 0);
	expect("'type':'pidfd_open','args':{'pid':%d},'res':%ld", (int)child, fd);
	r = sys(SYS_pidfd_send_signal, (int)fd, SIGKILL, NULL, 0);
	expect("'type':'pidfd_send_signal','args':{'pidfd':%ld,'sig':'SIGKILL'},'res':0", fd);
	say("pidfd_send_signal: %s", outcome(r));
	status = reap(child);
	expect_exit(child, status);
	say("child: %s", ended(status));
	r = sys(SYS_kill, child, 0);
	expect("'type':'kill','args':{'pid':%d},'res':%d", (int)child, -ESRCH);
	say("kill of nobody: %s; %d handled", outcome(r), count);
	return 0;
}
