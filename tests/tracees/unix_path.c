/* SPDX-License-Identifier: Apache-2.0
 *
 * unix_path - A stream socket bound to a path, connected from a child.
 */
#include "tests/tracees/net.h"

int main(void)
{
	union addr a = { .un = { .sun_family = AF_UNIX, .sun_path = "sock" } };
	int s = make_socket(AF_UNIX, SOCK_STREAM, "AF_UNIX");
	pid_t child;
	long r;

	r = sys(SYS_bind, s, &a.sa, sizeof(a.un));
	expect("'type':'bind','args':{'sockfd':%d,'addr':'sock'},'res':0", s);
	say("bind: %s", outcome(r));
	r = sys(SYS_bind, make_socket(AF_UNIX, SOCK_STREAM, "AF_UNIX"), &a.sa, sizeof(a.un));
	expect("'type':'bind','args':{'addr':'sock'},'res':%d", -EADDRINUSE);
	say("bind again: %s", outcome(r));
	need(sys(SYS_listen, s, 1) == 0);
	child = fork();
	if (child == 0) {
		int c = make_socket(AF_UNIX, SOCK_STREAM, "AF_UNIX");

		r = sys(SYS_connect, c, &a.sa, offsetof(struct sockaddr_un, sun_path) + 5);
		expect("'type':'connect','args':{'sockfd':%d,'addr':'sock'},'res':0", c);
		_exit(r == 0 ? 0 : 1);
	}
	r = sys(SYS_accept, s, NULL, NULL);
	expect("'type':'accept','args':{'sockfd':%d},'res':%ld", s, r);
	say("accept: %s", outcome(r));
	say("client: %s", ended(reap(child)));
	return 0;
}
