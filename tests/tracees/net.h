/* SPDX-License-Identifier: Apache-2.0
 *
 * net.h - addresses for the network tracees. Ports are given by the kernel, so they stand in the
 * expectations only, never on stdout.
 */
#ifndef TRACEE_NET_H
#define TRACEE_NET_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "tests/tracees/tracee.h"

union addr {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_un un;
	struct sockaddr_storage room;
};

/* "127.0.0.1:80", "[::1]:80"; one of four buffers used in turn */
UNUSED static const char *show(const union addr *a)
{
	static char bufs[4][160];
	static unsigned turn;
	char *buf = bufs[turn++ % 4], ip[INET6_ADDRSTRLEN] = "";

	if (a->sa.sa_family == AF_INET6) {
		inet_ntop(AF_INET6, &a->in6.sin6_addr, ip, sizeof(ip));
		snprintf(buf, sizeof(bufs[0]), "[%s]:%u", ip, ntohs(a->in6.sin6_port));
	} else if (a->sa.sa_family == AF_INET) {
		inet_ntop(AF_INET, &a->in.sin_addr, ip, sizeof(ip));
		snprintf(buf, sizeof(bufs[0]), "%s:%u", ip, ntohs(a->in.sin_port));
	} else {
		snprintf(buf, sizeof(bufs[0]), "%s", a->un.sun_path);
	}
	return buf;
}

UNUSED static union addr loopback(int family, unsigned port)
{
	union addr a = { .room = { 0 } };

	if (family == AF_INET6) {
		a.in6.sin6_family = AF_INET6;
		a.in6.sin6_port = htons((uint16_t)port);
		a.in6.sin6_addr = in6addr_loopback;
	} else {
		a.in.sin_family = AF_INET;
		a.in.sin_port = htons((uint16_t)port);
		a.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	}
	return a;
}

static inline socklen_t addr_len(const union addr *a)
{
	return a->sa.sa_family == AF_INET6  ? sizeof(a->in6)
	       : a->sa.sa_family == AF_INET ? sizeof(a->in)
					    : sizeof(a->un);
}

/* socket(2) with its expectation */
UNUSED static int make_socket(int family, int type, const char *family_name)
{
	long s = sys(SYS_socket, family, type, 0);

	expect("'type':'socket','args':{'domain':'%s'},'res':%ld", family_name, s);
	return (int)s;
}

/* A listening socket on a port that the kernel chose; its address in *a. */
UNUSED static int make_listener(int family, const char *family_name, union addr *a)
{
	int s = make_socket(family, SOCK_STREAM, family_name);
	socklen_t len = sizeof(*a);
	long r;

	if (s < 0) {
		return s;
	}
	*a = loopback(family, 0);
	r = sys(SYS_bind, s, &a->sa, addr_len(a));
	if (r < 0) {
		return (int)r;
	}
	expect("'type':'bind','args':{'sockfd':%d,'addr':%s},'res':0", s, q(show(a)));
	r = sys(SYS_listen, s, 16);
	expect("'type':'listen','args':{'sockfd':%d,'backlog':16},'res':0", s);
	need(r == 0 && getsockname(s, &a->sa, &len) == 0);
	return s;
}

#endif
