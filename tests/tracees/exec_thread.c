/* SPDX-License-Identifier: Apache-2.0
 *
 * exec_thread - execve by a thread that is not the leader, while others run: it becomes the leader.
 */
#include <pthread.h>

#include "tests/tracees/tracee.h"

static char **vars;

static void *wait_long(void *arg)
{
	pause();
	return arg;
}

static void *exec_it(void *arg)
{
	char *args[] = { (char *)"again", (char *)"now", NULL };

	pause_ms(10);
	expect_any("'kind':'exec','type':'execve','pid':%d,'tid':%d,'data':{'argv':['again','now'],"
		   "'old_tid':%ld}",
		   getpid(), getpid(), syscall(SYS_gettid));
	execve("/proc/self/exe", args, vars);
	return arg;
}

int main(int argc, char **argv, char **envp)
{
	pthread_t t;

	if (argc > 1) {
		long r;

		say("again: tid is pid: %d", getpid() == (int)syscall(SYS_gettid));
		r = sys(SYS_openat, AT_FDCWD, "/etc/hostname", O_RDONLY, 0);
		expect("'type':'openat','args':{'pathname':'/etc/hostname','flags':'O_RDONLY'},'res':%ld",
		       r);
		return 3;
	}
	vars = envp;
	need(pthread_create(&t, NULL, wait_long, NULL) == 0);
	need(pthread_create(&t, NULL, wait_long, NULL) == 0);
	need(pthread_create(&t, NULL, exec_it, NULL) == 0);
	pause();
	return 1;
}
