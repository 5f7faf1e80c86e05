/* SPDX-License-Identifier: Apache-2.0
 *
 * tty_pty - A pseudo terminal with a session of its own: Ctrl-C, Ctrl-Z and hang-up reach the foreground.
 */
#include <pty.h>

#include "tests/tracees/tracee.h"

/* The session's leader, like a shell: puts one job into the foreground and waits for it. */
__attribute__((noreturn)) static void leader(void)
{
	pid_t job = fork();
	int status = 0;

	if (job == 0) {
		setpgid(0, 0);
		signal(SIGTTOU, SIG_IGN);
		need(tcsetpgrp(0, getpid()) == 0);
		signal(SIGTTOU, SIG_DFL);
		need(write(1, "ready\n", 6) == 6);
		for (;;) {
			pause();
		}
	}
	need(waitpid(job, &status, WUNTRACED) == job);
	if (WIFSTOPPED(status)) {
		kill(job, SIGKILL);
		reap(job);
		_exit(100 + WSTOPSIG(status));
	}
	_exit(WTERMSIG(status));
}

static pid_t on_terminal(int *master)
{
	pid_t child = forkpty(master, NULL, NULL, NULL);

	need(child >= 0);
	if (child == 0) {
		leader();
	}
	return child;
}

static void until_ready(int master)
{
	char buf[64];
	size_t n = 0;

	while (n < sizeof(buf) && !memchr(buf, '\n', n)) {
		ssize_t r = read(master, buf + n, sizeof(buf) - n);

		need(r > 0);
		n += (size_t)r;
	}
}

int main(void)
{
	static const char keys[] = "\003\034\032";

	for (int i = 0; i < 4; i++) {
		int master;
		pid_t child = on_terminal(&master);

		until_ready(master);
		if (i < 3) {
			need(write(master, keys + i, 1) == 1);
			say("key %d: %s", i, ended(reap(child)));
			close(master);
		} else {
			close(master);
			say("hang-up: %s", ended(reap(child)));
		}
	}
	return 0;
}
