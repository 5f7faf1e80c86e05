/* SPDX-License-Identifier: Apache-2.0
 *
 * pass_fd - A descriptor passed to another process by SCM_RIGHTS.
 *
 * capture: -e +sendmsg
 */
#include "tests/tracees/net.h"

union control {
	char room[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

static void pass(int s, int fd)
{
	union control c = { .room = { 0 } };
	struct iovec iov = { (char *)"x", 1 };
	struct msghdr mh = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &c, .msg_controllen = sizeof(c)
	};
	struct cmsghdr *cm = CMSG_FIRSTHDR(&mh);
	long r;

	cm->cmsg_level = SOL_SOCKET;
	cm->cmsg_type = SCM_RIGHTS;
	cm->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cm), &fd, sizeof(int));
	r = sys(SYS_sendmsg, s, &mh, 0);
	expect("'type':'sendmsg','args':{'sockfd':%d},'res':1", s);
	say("sendmsg: %ld", r);
}

int main(void)
{
	int sv[2], fd;
	pid_t child;

	need(socketpair(AF_UNIX, SOCK_STREAM, 0, sv) == 0);
	child = fork();
	if (child == 0) {
		char byte;
		union control c = { .room = { 0 } };
		struct iovec iov = { &byte, 1 };
		struct msghdr mh = { .msg_iov = &iov,
				     .msg_iovlen = 1,
				     .msg_control = &c,
				     .msg_controllen = sizeof(c) };
		long r = sys(SYS_recvmsg, sv[1], &mh, 0);

		need(r == 1 && CMSG_FIRSTHDR(&mh));
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&mh)), sizeof(int));
		r = sys(SYS_fchmod, fd, 0644);
		expect("'type':'fchmod','args':{'fd':%d},'res':0,'fd':{'num':%d,'name':%s}", fd, fd,
		       q(here("passed")));
		_exit(r < 0);
	}
	fd = open("passed", O_RDWR | O_CREAT, 0600);
	need(fd >= 0);
	pass(sv[0], fd);
	say("child: %s", ended(reap(child)));
	return 0;
}
