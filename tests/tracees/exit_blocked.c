/* SPDX-License-Identifier: Apache-2.0
 *
 * exit_blocked - exit_group while other threads block in calls that are recorded.
 */
#include <pthread.h>

#include "tests/tracees/net.h"

static int ls;

static void *block_open(void *arg)
{
	sys(SYS_openat, AT_FDCWD, "fifo", O_RDONLY, 0);
	return arg;
}

static void *block_accept(void *arg)
{
	sys(SYS_accept4, ls, NULL, NULL, 0);
	return arg;
}

int main(void)
{
	pthread_t t;
	union addr a;

	ls = make_listener(AF_INET, "AF_INET", &a);
	need(ls >= 0 && mkfifo("fifo", 0600) == 0);
	for (int i = 0; i < 3; i++) {
		need(pthread_create(&t, NULL, i % 2 ? block_open : block_accept, NULL) == 0);
	}
	pause_ms(200);
	expect_any("'kind':'exit','pid':%d,'count':4", (int)getpid());
	expect_any("'type':'openat','args':{'pathname':'fifo'},'count':1");
	expect_any("'type':'accept4','args':{'sockfd':%d},'count':2", ls);
	say("leaving");
	exit(19);
}
