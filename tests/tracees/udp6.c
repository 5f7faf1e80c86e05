/* SPDX-License-Identifier: Apache-2.0
 *
 * udp6 - Datagrams over IPv6.
 *
 * capture: -e +sendto
 */
#include "tests/tracees/net.h"

int main(void)
{
	union addr a = loopback(AF_INET6, 0);
	socklen_t len = sizeof(a);
	int in = make_socket(AF_INET6, SOCK_DGRAM, "AF_INET6");
	int out;
	long r;

	if (in < 0 || bind(in, &a.sa, sizeof(a.in6)) < 0) {
		skip("this machine has no such loopback address");
	}
	expect("'type':'bind','args':{'sockfd':%d,'addr':'[::1]:0'},'res':0", in);
	need(getsockname(in, &a.sa, &len) == 0);
	out = make_socket(AF_INET6, SOCK_DGRAM, "AF_INET6");
	r = sys(SYS_connect, out, &a.sa, sizeof(a.in6));
	expect("'type':'connect','args':{'sockfd':%d,'addr':%s},'res':0", out, q(show(&a)));
	say("connect: %s", outcome(r));
	r = sys(SYS_sendto, out, "six", 3, 0, NULL, 0);
	expect("'type':'sendto','args':{'sockfd':%d},'res':3", out);
	say("sendto: %ld", r);
	return 0;
}
