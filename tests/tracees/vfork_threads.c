/* SPDX-License-Identifier: Apache-2.0
 *
 * vfork_threads - vfork and exec in one thread while others work; only the caller waits.
 */
#include <pthread.h>

#include "tests/tracees/tracee.h"

static volatile int stop;
static volatile long work_done;

static void *work(void *arg)
{
	while (!stop) {
		close((int)syscall(SYS_openat, AT_FDCWD, "/etc/hostname", O_RDONLY, 0));
		work_done++;
	}
	return arg;
}

int main(void)
{
	char *args[] = { (char *)"sleep", (char *)"0.05", NULL }, *env[] = { NULL };
	pthread_t t[2];
	long before;

	for (int i = 0; i < 2; i++) {
		need(pthread_create(&t[i], NULL, work, NULL) == 0);
	}
	for (int i = 0; i < 10; i++) {
		pid_t child = vfork();

		if (child == 0) {
			execve(i % 2 ? "/bin/true" : "/no/such", args, env);
			_exit(9);
		}
		expect("'kind':'spawn','type':'vfork','res':%d", (int)child);
		say("%d: %s", i, ended(reap(child)));
	}
	before = work_done;
	pause_ms(50);
	say("others work: %s", work_done > before ? "yes" : "no");
	stop = 1;
	for (int i = 0; i < 2; i++) {
		pthread_join(t[i], NULL);
	}
	expect_any("'kind':'exec','args':{'pathname':'/bin/true'},'count':5");
	expect_any(
		"'kind':'syscall','type':'execve','args':{'pathname':'/no/such'},'res':%d,'count':5",
		-ENOENT);
	return 0;
}
