/* SPDX-License-Identifier: Apache-2.0
 *
 * setuid_exec - A set-user-id program started by an unprivileged user gets its power, as without a recorder.
 */
#include <sys/sendfile.h>

#include "tests/tracees/tracee.h"

static void copy_self(void)
{
	int in = open("/proc/self/exe", O_RDONLY), out = open("suid", O_WRONLY | O_CREAT, 0700);
	struct stat st;

	need(in >= 0 && out >= 0 && fstat(in, &st) == 0);
	need(sendfile(out, in, NULL, (size_t)st.st_size) == st.st_size);
	need(fchown(out, 0, 0) == 0 && fchmod(out, 04755) == 0);
	close(in);
	close(out);
}

int main(int argc, char **argv)
{
	char *args[] = { (char *)"suid", (char *)"go", NULL }, *env[] = { NULL };
	pid_t child;
	int status;

	if (argc > 1) {
		say("effective user %d, real user %d", (int)geteuid(), (int)getuid());
		return geteuid() == 0 ? 0 : 1;
	}
	need(chmod(".", 0755) == 0);
	copy_self();
	child = fork();
	if (child == 0) {
		need(setgid(1000) == 0 && setuid(1000) == 0);
		execve("./suid", args, env);
		say("exec: %s", strerrorname_np(errno));
		_exit(1);
	}
	status = reap(child);
	expect_any(
		"'kind':'exec','pid':%d,'args':{'pathname':'./suid'},'data':{'uid':1000,'euid':0}",
		(int)child);
	say("child: %s", ended(status));
	return 0;
}
