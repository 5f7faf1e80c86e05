/* SPDX-License-Identifier: Apache-2.0
 *
 * ns_user - A new user and mount namespace: id maps, a mount inside it, and its failure outside.
 */
#include <sched.h>
#include <sys/mount.h>

#include "tests/tracees/tracee.h"

static int inside(void)
{
	long r = sys(SYS_unshare, CLONE_NEWUSER | CLONE_NEWNS);

	expect("'type':'unshare','args':{'flags':'CLONE_NEWUSER|CLONE_NEWNS'},'res':%ld", r);
	if (r < 0) {
		return 77;
	}
	return 0;
}

static int map_and_mount(void)
{
	int fd = open("/proc/self/uid_map", O_WRONLY);
	long r;

	need(fd >= 0 && write(fd, "0 0 1", 5) == 5);
	need(mkdir("mnt", 0700) == 0);
	r = sys(SYS_mount, "holter", "mnt", "tmpfs", MS_NOSUID, "size=64k");
	expect("'type':'mount','args':{'source':'holter','target':'mnt','filesystemtype':'tmpfs'},'res':%ld",
	       r);
	say("mount: %s", outcome(r));
	r = sys(SYS_umount2, "mnt", MNT_DETACH);
	expect("'type':['umount2','umount'],'args':{'target':'mnt'},'res':%ld", r);
	say("umount: %s", outcome(r));
	r = sys(SYS_mount, NULL, "gone", NULL, MS_REMOUNT, NULL);
	expect("'type':'mount','args':{'target':'gone'},'res':%ld", r);
	say("remount: %s", outcome(r));
	return 0;
}

int main(void)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		int code = inside();

		_exit(code ? code : map_and_mount());
	}
	status = reap(child);
	if (WEXITSTATUS(status) == 77) {
		skip("no right to make a user namespace");
	}
	say("child: %s", ended(status));
	return 0;
}
