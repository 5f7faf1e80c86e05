/* SPDX-License-Identifier: Apache-2.0
 *
 * dup_family - dup, dup2, dup3, fcntl F_DUPFD and F_DUPFD_CLOEXEC.
 *
 * capture: -e +fcntl
 */
#include "tests/tracees/tracee.h"

int main(void)
{
	long fd, r;

	put_file("file", "x", 0600);
	fd = sys(SYS_openat, AT_FDCWD, "file", O_RDONLY, 0);
	r = sys(SYS_dup, (int)fd);
	expect("'type':'dup','args':{'oldfd':%ld},'res':%ld,'data':{'fd_path':%s}", fd, r,
	       q(here("file")));
	say("dup: %s %d", outcome(r), r == fd + 1);
	r = sys(SYS_dup2, (int)fd, 77);
	expect("'type':'dup2','args':{'oldfd':%ld,'newfd':77},'res':77,'data':{'fd_path':%s}", fd,
	       q(here("file")));
	say("dup2: %ld", r);
	r = sys(SYS_dup2, (int)fd, (int)fd);
	expect("'type':'dup2','args':{'oldfd':%ld,'newfd':%ld},'res':%ld", fd, fd, r);
	say("dup2 on itself: %s", outcome(r));
	r = sys(SYS_dup3, (int)fd, 78, O_CLOEXEC);
	expect("'type':'dup3','args':{'oldfd':%ld,'newfd':78,'flags':'O_CLOEXEC'},'res':78", fd);
	say("dup3: %ld", r);
	r = sys(SYS_dup3, (int)fd, (int)fd, 0);
	expect("'type':'dup3','res':%d", -EINVAL);
	say("dup3 on itself: %s", outcome(r));
	r = sys(SYS_fcntl, (int)fd, F_DUPFD, 100);
	expect("'type':'fcntl','args':{'fd':%ld,'op':'F_DUPFD'},'res':100", fd);
	say("F_DUPFD: %ld", r);
	r = sys(SYS_fcntl, (int)fd, F_DUPFD_CLOEXEC, 100);
	expect("'type':'fcntl','args':{'fd':%ld,'op':'F_DUPFD_CLOEXEC'},'res':101", fd);
	say("F_DUPFD_CLOEXEC: %ld", r);
	r = sys(SYS_dup, 450);
	expect("'type':'dup','args':{'oldfd':450},'res':%d", -EBADF);
	say("dup of nothing: %s", outcome(r));
	return 0;
}
