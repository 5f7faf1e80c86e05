/* SPDX-License-Identifier: Apache-2.0
 *
 * many_blocked - 100 threads that block in accept at the same time; then each gets its connection.
 */
#include <pthread.h>

#include "tests/tracees/net.h"

static int ls;

static void *serve(void *arg)
{
	long c = sys(SYS_accept4, ls, NULL, NULL, 0);

	need(c >= 0);
	close((int)c);
	return arg;
}

int main(void)
{
	pthread_t t[100];
	union addr a;

	ls = make_listener(AF_INET, "AF_INET", &a);
	need(ls >= 0);
	for (int i = 0; i < 100; i++) {
		need(pthread_create(&t[i], NULL, serve, NULL) == 0);
	}
	pause_ms(50);
	for (int i = 0; i < 100; i++) {
		int s = (int)sys(SYS_socket, AF_INET, SOCK_STREAM, 0);

		need(sys(SYS_connect, s, &a.sa, sizeof(a.in)) == 0);
		close(s);
	}
	for (int i = 0; i < 100; i++) {
		pthread_join(t[i], NULL);
	}
	expect_any("'type':'accept4','args':{'sockfd':%d},'count':100", ls);
	expect_any("'type':'connect','args':{'addr':%s},'res':0,'count':100", q(show(&a)));
	say("100 connections");
	return 0;
}
