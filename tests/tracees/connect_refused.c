/* SPDX-License-Identifier: Apache-2.0
 *
 * connect_refused - Connects that fail: refused, no such path, wrong family, no socket, bad memory.
 */
#include "tests/tracees/net.h"

int main(void)
{
	union addr a, u = { .un = { .sun_family = AF_UNIX, .sun_path = "missing.sock" } };
	int ls = make_listener(AF_INET, "AF_INET", &a);
	int s = make_socket(AF_INET, SOCK_STREAM, "AF_INET");
	long r;

	need(ls >= 0);
	close(ls); /* nobody listens there any more */
	r = sys(SYS_connect, s, &a.sa, sizeof(a.in));
	expect("'type':'connect','args':{'sockfd':%d,'addr':%s},'res':%d", s, q(show(&a)),
	       -ECONNREFUSED);
	say("closed port: %s", outcome(r));
	s = make_socket(AF_UNIX, SOCK_STREAM, "AF_UNIX");
	r = sys(SYS_connect, s, &u.sa, sizeof(u.un));
	expect("'type':'connect','args':{'sockfd':%d,'addr':'missing.sock'},'res':%d", s, -ENOENT);
	say("missing path: %s", outcome(r));
	r = sys(SYS_connect, s, &a.sa, sizeof(a.in));
	expect("'type':'connect','args':{'sockfd':%d,'addr':%s},'res':%ld", s, q(show(&a)), r);
	say("wrong family: %s", outcome(r));
	r = sys(SYS_connect, 444, &a.sa, sizeof(a.in));
	expect("'type':'connect','args':{'sockfd':444,'addr':%s},'res':%d", q(show(&a)), -EBADF);
	say("no descriptor: %s", outcome(r));
	r = sys(SYS_connect, s, (void *)8, sizeof(a.in));
	expect("'type':'connect','args':{'sockfd':%d},'res':%d", s, -EFAULT);
	say("bad memory: %s", outcome(r));
	r = sys(SYS_connect, s, &u.sa, 1);
	expect("'type':'connect','args':{'sockfd':%d},'res':%ld", s, r);
	say("length 1: %s", outcome(r));
	r = sys(SYS_connect, s, &u.sa, 1 << 20);
	expect("'type':'connect','args':{'sockfd':%d},'res':%ld", s, r);
	say("length 1 MiB: %s", outcome(r));
	return 0;
}
