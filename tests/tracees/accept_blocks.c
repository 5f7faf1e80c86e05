/* SPDX-License-Identifier: Apache-2.0
 *
 * accept_blocks - An accept that blocks in one thread until another thread connects.
 */
#include <pthread.h>

#include "tests/tracees/net.h"

static union addr a;
static int ls;

static void *server(void *arg)
{
	for (int i = 0; i < 3; i++) {
		long c = sys(SYS_accept, ls, NULL, NULL);

		expect("'type':'accept','args':{'sockfd':%d},'res':%ld", ls, c);
		need(c >= 0 && send((int)c, "hi", 2, 0) == 2);
		close((int)c);
	}
	return arg;
}

int main(void)
{
	char buf[8];
	pthread_t t;

	ls = make_listener(AF_INET, "AF_INET", &a);
	need(ls >= 0 && pthread_create(&t, NULL, server, NULL) == 0);
	for (int i = 0; i < 3; i++) {
		int s = make_socket(AF_INET, SOCK_STREAM, "AF_INET");
		long r;

		pause_ms(20);
		r = sys(SYS_connect, s, &a.sa, sizeof(a.in));
		expect("'type':'connect','args':{'sockfd':%d,'addr':%s},'res':0", s, q(show(&a)));
		need(r == 0 && recv(s, buf, 2, MSG_WAITALL) == 2);
		say("connection %d: %.2s", i, buf);
		close(s);
	}
	pthread_join(t, NULL);
	return 0;
}
