/* SPDX-License-Identifier: Apache-2.0
 *
 * unix_abstract - Abstract socket names, with a NUL byte inside, and a name without terminator.
 */
#include "tests/tracees/net.h"

int main(void)
{
	union addr a = { .un = { .sun_family = AF_UNIX } };
	socklen_t len = (socklen_t)offsetof(struct sockaddr_un, sun_path);
	int s, c;
	long r;

	snprintf(a.un.sun_path + 1, 64, "holter-tracee-%d", (int)getpid());
	len += (socklen_t)(1 + strlen(a.un.sun_path + 1));
	s = make_socket(AF_UNIX, SOCK_SEQPACKET, "AF_UNIX");
	r = sys(SYS_bind, s, &a.sa, len);
	expect("'type':'bind','args':{'sockfd':%d,'addr':'@%s'},'res':0", s, a.un.sun_path + 1);
	say("bind: %s", outcome(r));
	need(sys(SYS_listen, s, 4) == 0);
	c = make_socket(AF_UNIX, SOCK_SEQPACKET, "AF_UNIX");
	r = sys(SYS_connect, c, &a.sa, len);
	expect("'type':'connect','args':{'sockfd':%d,'addr':'@%s'},'res':0", c, a.un.sun_path + 1);
	say("connect: %s", outcome(r));

	memset(a.un.sun_path, 'p', sizeof(a.un.sun_path));
	r = sys(SYS_connect, c, &a.sa, sizeof(a.un));
	expect("'type':'connect','args':{'sockfd':%d},'res':%ld", c, r);
	say("connect again: %s", outcome(r));
	return 0;
}
