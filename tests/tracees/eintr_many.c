/* SPDX-License-Identifier: Apache-2.0
 *
 * eintr_many - Calls of many kinds under a timer of 200 us: none of them may give EINTR.
 *
 * limit: 60
 */
#include <sys/time.h>

#include "tests/tracees/net.h"

static volatile long ticks;

static void tick(int s)
{
	ticks += s == SIGALRM;
}

static long bad;

static long good(const char *what, long r)
{
	if (r < 0) {
		bad++;
		say("%s: %s", what, outcome(r));
	}
	return r;
}

static void round_of_calls(const union addr *to, int ls)
{
	long a, b;
	int fds[2], status;
	pid_t child;

	good("mkdir", sys(SYS_mkdir, "d", 0700));
	good("rename", sys(SYS_rename, "d", "e"));
	good("rmdir", sys(SYS_rmdir, "e"));
	good("symlink", sys(SYS_symlink, "target", "l"));
	good("unlink", sys(SYS_unlink, "l"));
	a = good("socket", sys(SYS_socket, AF_INET, SOCK_STREAM, 0));
	good("connect", sys(SYS_connect, (int)a, &to->sa, sizeof(to->in)));
	b = good("accept4", sys(SYS_accept4, ls, NULL, NULL, 0));
	close((int)a);
	close((int)b);
	good("pipe2", sys(SYS_pipe2, fds, 0));
	a = good("dup", sys(SYS_dup, fds[0]));
	close((int)a);
	close(fds[0]);
	close(fds[1]);
	good("chdir", sys(SYS_chdir, "."));
	good("chmod", sys(SYS_chmod, ".", 0755));
	child = (pid_t)good("fork", sys(SYS_fork));
	if (child == 0) {
		_exit(3);
	}
	status = reap(child);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 3) {
		bad++;
		say("child: %s", ended(status));
	}
}

int main(void)
{
	struct itimerval it = { { 0, 200 }, { 0, 200 } }, off = { { 0, 0 }, { 0, 0 } };
	struct sigaction sa = { .sa_handler = tick, .sa_flags = SA_RESTART };
	union addr a;
	int ls = make_listener(AF_INET, "AF_INET", &a);

	need(ls >= 0 && sigaction(SIGALRM, &sa, NULL) == 0);
	need(setitimer(ITIMER_REAL, &it, NULL) == 0);
	for (int i = 0; i < 100; i++) {
		round_of_calls(&a, ls);
	}
	setitimer(ITIMER_REAL, &off, NULL);
	expect_any("'type':'rename','args':{'oldpath':'d','newpath':'e'},'res':0,'count':100");
	expect_any("'type':'connect','args':{'addr':%s},'res':0,'count':100", q(show(&a)));
	expect_any("'type':'accept4','args':{'sockfd':%d},'count':100", ls);
	expect_any("'kind':'spawn','type':'fork','count':100");
	say("%ld bad", bad);
	return 0;
}
