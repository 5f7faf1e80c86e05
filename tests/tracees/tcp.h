/* SPDX-License-Identifier: Apache-2.0
 *
 * tcp.h - one connection between two processes, the same for IPv4 and IPv6.
 */
#ifndef TRACEE_TCP_H
#define TRACEE_TCP_H

#include "tests/tracees/net.h"

/* The client: connects, says "ping", ends. */
__attribute__((noreturn)) static void tcp_client(int family, const char *name, const union addr *to)
{
	int s = make_socket(family, SOCK_STREAM | SOCK_CLOEXEC, name);
	long r = sys(SYS_connect, s, &to->sa, addr_len(to));

	expect("'type':'connect','args':{'sockfd':%d,'addr':%s},'res':0", s, q(show(to)));
	_exit(r == 0 && write(s, "ping", 4) == 4 ? 0 : 1);
}

static int tcp_talk(int family, const char *name)
{
	union addr here_addr, peer = { .room = { 0 } };
	socklen_t len = sizeof(peer);
	char buf[16] = "";
	int ls = make_listener(family, name, &here_addr);
	pid_t child;
	long c;

	if (ls < 0) {
		skip("this machine has no such loopback address");
	}
	child = fork();
	if (child == 0) {
		tcp_client(family, name, &here_addr);
	}
	c = sys(SYS_accept4, ls, &peer.sa, &len, SOCK_CLOEXEC);
	expect("'type':'accept4','args':{'sockfd':%d,'addr':%s,'flags':'SOCK_CLOEXEC'},'res':%ld",
	       ls, q(show(&peer)), c);
	need(recv((int)c, buf, sizeof(buf) - 1, MSG_WAITALL) == 4);
	say("%s: got %s", name, buf);
	c = sys(SYS_shutdown, (int)c, SHUT_RDWR);
	expect("'type':'shutdown','args':{'how':'SHUT_RDWR'},'res':%ld", c);
	say("shutdown: %s", outcome(c));
	say("client: %s", ended(reap(child)));
	return 0;
}

#endif
