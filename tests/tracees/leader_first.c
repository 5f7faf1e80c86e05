/* SPDX-License-Identifier: Apache-2.0
 *
 * leader_first - The leader thread ends first; the others work on and end the process.
 */
#include <pthread.h>

#include "tests/tracees/tracee.h"

static void *work(void *arg)
{
	long r;

	pause_ms(30);
	r = sys(SYS_openat, AT_FDCWD, "/etc/hostname", O_RDONLY, 0);
	expect("'type':'openat','args':{'pathname':'/etc/hostname','flags':'O_RDONLY'},'res':%ld",
	       r);
	say("after the leader: %s", outcome(r));
	exit(6);
	return arg;
}

int main(void)
{
	pthread_t t;
	pid_t child = fork();
	int status;

	if (child) {
		status = reap(child);
		expect_exit(child, status);
		say("process: %s", ended(status));
		return 0;
	}
	need(pthread_create(&t, NULL, work, NULL) == 0);
	expect_any("'kind':'exit','pid':%d,'tid':%d", (int)getpid(), (int)getpid());
	syscall(SYS_exit, 0);
	return 1;
}
