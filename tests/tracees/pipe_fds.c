/* SPDX-License-Identifier: Apache-2.0
 *
 * pipe_fds - pipe, pipe2, socketpair: the two numbers must be in the record.
 *
 * capture: -e +pipe,+pipe2,+socketpair
 */
#include <sys/socket.h>

#include "tests/tracees/tracee.h"

int main(void)
{
	int fds[2];
	char c = 0;

	need(sys(SYS_pipe, fds) == 0);
	expect("'type':'pipe','res':0,'data':{'fd1':%d,'fd2':%d}", fds[0], fds[1]);
	need(write(fds[1], "p", 1) == 1 && read(fds[0], &c, 1) == 1);
	say("pipe carries %c", c);
	need(sys(SYS_pipe2, fds, O_CLOEXEC | O_NONBLOCK) == 0);
	expect("'type':'pipe2','args':{'flags':'O_CLOEXEC|O_NONBLOCK'},'res':0,"
	       "'data':{'fd1':%d,'fd2':%d}",
	       fds[0], fds[1]);
	say("pipe2 empty: %s", outcome(raw(read(fds[0], &c, 1))));
	need(sys(SYS_socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
	expect("'type':'socketpair','res':0,'data':{'fd1':%d,'fd2':%d}", fds[0], fds[1]);
	need(write(fds[1], "s", 1) == 1 && read(fds[0], &c, 1) == 1);
	say("socketpair carries %c", c);
	say("pipe2 with bad flags: %s", outcome(sys(SYS_pipe2, fds, 1)));
	expect("'type':'pipe2','res':%d", -EINVAL);
	return 0;
}
