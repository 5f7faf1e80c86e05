/* SPDX-License-Identifier: Apache-2.0
 *
 * seccomp_tsync - A filter put on all threads at once.
 */
#include <pthread.h>
#include <stddef.h>

#include "tests/tracees/filter.h"

static pthread_barrier_t barrier;

static void *work(void *arg)
{
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	*(long *)arg = sys(SYS_rmdir, "none");
	return NULL;
}

int main(void)
{
	pthread_t t[4];
	long results[4];

	pthread_barrier_init(&barrier, NULL, 5);
	for (int i = 0; i < 4; i++) {
		need(pthread_create(&t[i], NULL, work, &results[i]) == 0);
	}
	pthread_barrier_wait(&barrier);
	say("filter: %s",
	    outcome(filter_one(SYS_rmdir, SECCOMP_RET_ERRNO | EXDEV, SECCOMP_FILTER_FLAG_TSYNC)));
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < 4; i++) {
		pthread_join(t[i], NULL);
		say("thread %d: %s", i, outcome(results[i]));
	}
	return 0;
}
