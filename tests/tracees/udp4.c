/* SPDX-License-Identifier: Apache-2.0
 *
 * udp4 - Datagrams by sendto, sendmsg, sendmmsg, and a connected UDP socket.
 */
#include "tests/tracees/net.h"

int main(void)
{
	union addr a = loopback(AF_INET, 0);
	socklen_t len = sizeof(a);
	char buf[32];
	struct iovec iov = { (char *)"message", 7 };
	struct msghdr mh = {
		.msg_name = &a, .msg_namelen = sizeof(a.in), .msg_iov = &iov, .msg_iovlen = 1
	};
	struct mmsghdr two[2];
	int in, out;
	long r;

	in = make_socket(AF_INET, SOCK_DGRAM, "AF_INET");
	out = make_socket(AF_INET, SOCK_DGRAM, "AF_INET");
	need(bind(in, &a.sa, sizeof(a.in)) == 0 && getsockname(in, &a.sa, &len) == 0);
	r = sys(SYS_sendto, out, "datagram", 8, 0, &a.sa, sizeof(a.in));
	expect("'type':'sendto','args':{'sockfd':%d,'dest_addr':%s},'res':8", out, q(show(&a)));
	say("sendto: %ld", r);
	r = sys(SYS_sendmsg, out, &mh, 0);
	expect("'type':'sendmsg','args':{'sockfd':%d},'res':7", out);
	say("sendmsg: %ld", r);
	two[0].msg_hdr = mh;
	two[1].msg_hdr = mh;
	r = sys(SYS_sendmmsg, out, two, 2, 0);
	expect("'type':'sendmmsg','args':{'sockfd':%d},'res':2", out);
	say("sendmmsg: %ld", r);
	for (int i = 0; i < 4; i++) {
		r = recv(in, buf, sizeof(buf), 0);
		need(r > 0);
		say("received %.*s", (int)r, buf);
	}
	r = sys(SYS_connect, out, &a.sa, sizeof(a.in));
	expect("'type':'connect','args':{'sockfd':%d,'addr':%s},'res':0", out, q(show(&a)));
	say("connect: %s", outcome(r));
	a.in.sin_family = AF_UNSPEC;
	r = sys(SYS_connect, out, &a.sa, sizeof(a.in));
	expect("'type':'connect','args':{'sockfd':%d},'res':%ld", out, r);
	say("disconnect: %s", outcome(r));
	return 0;
}
