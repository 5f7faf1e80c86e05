/* SPDX-License-Identifier: Apache-2.0
 *
 * connect_nonblock - A non-blocking connect: EINPROGRESS or success, then ready, then EISCONN.
 */
#include <poll.h>

#include "tests/tracees/net.h"

int main(void)
{
	union addr a;
	int ls = make_listener(AF_INET, "AF_INET", &a);
	int s = make_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, "AF_INET");
	struct pollfd pf = { .fd = s, .events = POLLOUT };
	socklen_t len = sizeof(int);
	int err = -1;
	long r;

	need(ls >= 0 && s >= 0);
	r = sys(SYS_connect, s, &a.sa, sizeof(a.in));
	expect("'type':'connect','args':{'sockfd':%d,'addr':%s},'res':%ld", s, q(show(&a)), r);
	say("connect: %s", outcome(r));
	need(poll(&pf, 1, 2000) == 1 && getsockopt(s, SOL_SOCKET, SO_ERROR, &err, &len) == 0);
	say("ready, error %d", err);
	r = sys(SYS_connect, s, &a.sa, sizeof(a.in));
	expect("'type':'connect','args':{'sockfd':%d,'addr':%s},'res':%ld", s, q(show(&a)), r);
	say("connect: %s", outcome(r));
	r = sys(SYS_connect, s, &a.sa, sizeof(a.in));
	expect("'type':'connect','args':{'sockfd':%d,'addr':%s},'res':%ld", s, q(show(&a)), r);
	say("connect: %s", outcome(r));
	return 0;
}
