/* SPDX-License-Identifier: Apache-2.0
 *
 * exec_many_threads - Threads that fork and exec at the same time, as a build does.
 */
#include <pthread.h>

#include "tests/tracees/tracee.h"

static void *work(void *arg)
{
	char *args[] = { (char *)"true", NULL }, *env[] = { NULL };
	long good = 0;

	for (int i = 0; i < 20; i++) {
		pid_t child = fork();

		if (child == 0) {
			execve("/bin/true", args, env);
			_exit(1);
		}
		good += reap(child) == 0;
	}
	return (void *)good;
}

int main(void)
{
	pthread_t t[4];
	long sum = 0;

	for (int i = 0; i < 4; i++) {
		need(pthread_create(&t[i], NULL, work, NULL) == 0);
	}
	for (int i = 0; i < 4; i++) {
		void *good;

		pthread_join(t[i], &good);
		sum += (long)good;
	}
	expect_any(
		"'kind':'exec','type':'execve','args':{'pathname':'/bin/true'},'res':0,'count':80");
	say("%ld good", sum);
	return 0;
}
