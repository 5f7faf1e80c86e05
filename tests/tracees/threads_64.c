/* SPDX-License-Identifier: Apache-2.0
 *
 * threads_64 - 64 threads, 20 calls each, and their creation and end.
 */
#include <pthread.h>

#include "tests/tracees/tracee.h"

static void *work(void *arg)
{
	long tid = syscall(SYS_gettid);
	char name[32];

	snprintf(name, sizeof(name), "missing-%ld", (long)arg);
	for (int i = 0; i < 20; i++) {
		long r = sys(SYS_unlink, name);

		need(r == -ENOENT);
	}
	expect_any("'type':'unlink','tid':%ld,'args':{'pathname':'%s'},'res':%d,'count':20", tid,
		   name, -ENOENT);
	expect_any("'kind':'exit','tid':%ld,'count':1", tid);
	return arg;
}

int main(void)
{
	pthread_t t[64];

	for (long i = 0; i < 64; i++) {
		need(pthread_create(&t[i], NULL, work, (void *)i) == 0);
	}
	for (int i = 0; i < 64; i++) {
		need(pthread_join(t[i], NULL) == 0);
	}
	expect_any("'kind':'spawn','pid':%d,'data':{'child_pid':%d},'count':64", (int)getpid(),
		   (int)getpid());
	say("64 threads done");
	return 0;
}
