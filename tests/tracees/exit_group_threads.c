/* SPDX-License-Identifier: Apache-2.0
 *
 * exit_group_threads - exit_group while 8 threads sleep, spin, or are in calls.
 */
#include <pthread.h>

#include "tests/tracees/tracee.h"

static void *spin(void *arg)
{
	for (;;) {
		if (arg) {
			close((int)syscall(SYS_openat, AT_FDCWD, "/etc/hostname", O_RDONLY, 0));
		} else {
			pause();
		}
	}
	return arg;
}

int main(void)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		for (long i = 0; i < 8; i++) {
			pthread_t t;

			need(pthread_create(&t, NULL, spin, (void *)(i % 2)) == 0);
		}
		pause_ms(30);
		exit(13);
	}
	status = reap(child);
	expect_any("'kind':'exit','pid':%d,'count':9", (int)child);
	expect_exit(child, status);
	say("process: %s", ended(status));
	return 0;
}
