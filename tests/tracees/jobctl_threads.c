/* SPDX-License-Identifier: Apache-2.0
 *
 * jobctl_threads - A process with three threads that work is stopped and continued as one.
 */
#include <pthread.h>

#include "tests/tracees/tracee.h"

static volatile long *counter;

static void *work(void *arg)
{
	for (;;) {
		close((int)syscall(SYS_openat, AT_FDCWD, "/etc/hostname", O_RDONLY, 0));
		__atomic_add_fetch(counter, 1, __ATOMIC_SEQ_CST);
	}
	return arg;
}

int main(void)
{
	int status;
	pid_t child;

	counter = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(counter != MAP_FAILED);
	child = fork();
	if (child == 0) {
		pthread_t t;

		for (int i = 0; i < 2; i++) {
			need(pthread_create(&t, NULL, work, NULL) == 0);
		}
		work(NULL);
	}
	for (int i = 0; i < 5; i++) {
		long before;

		pause_ms(10);
		kill(child, SIGSTOP);
		need(waitpid(child, &status, WUNTRACED) == child);
		pause_ms(10);
		before = *counter;
		pause_ms(30);
		say("%s; still: %s", ended(status), *counter == before ? "yes" : "no");
		kill(child, SIGCONT);
		need(waitpid(child, &status, WCONTINUED) == child);
		before = *counter;
		pause_ms(50);
		say("%s; works: %s", ended(status), *counter > before ? "yes" : "no");
	}
	kill(child, SIGKILL);
	status = reap(child);
	expect_any("'kind':'exit','pid':%d,'count':3", (int)child);
	say("%s", ended(status));
	return 0;
}
