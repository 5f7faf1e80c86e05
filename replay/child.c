/* SPDX-License-Identifier: Apache-2.0
 *
 * child.c - starting, feeding and ending a program.
 *
 * Source: pipe(7), setpgid(2), PR_SET_PDEATHSIG in prctl(2).
 */
#include "replay/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "formats/core/cleanup.h"

/* Runs in the child: only async-signal-safe calls. */
static _Noreturn void become(const char *command, int in, int out)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0) {
		_exit(126);
	}
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

int child_start(struct child *c, const char *command, struct htr_err *err)
{
	int to[2], from[2];

	*c = CHILD_NONE;
	if (pipe2(to, O_CLOEXEC) < 0) {
		return htr_err_sys(err, errno, "pipe");
	}
	cleanup_fd int to_r = to[0];
	cleanup_fd int to_w = to[1];
	if (pipe2(from, O_CLOEXEC) < 0) {
		return htr_err_sys(err, errno, "pipe");
	}
	cleanup_fd int from_r = from[0];
	cleanup_fd int from_w = from[1];
	/* only our ends: the flag belongs to the open file, and each end is its own */
	if (fcntl(to_w, F_SETFL, O_NONBLOCK) < 0 || fcntl(from_r, F_SETFL, O_NONBLOCK) < 0) {
		return htr_err_sys(err, errno, "pipe");
	}
	pid_t pid = fork();
	if (pid < 0) {
		return htr_err_sys(err, errno, "fork");
	}
	if (pid == 0) {
		become(command, to_r, from_w);
	}
	/* in both processes, so that the group exists whoever runs first */
	setpgid(pid, pid);
	c->pid = pid;
	c->in = steal_fd(&to_w);
	c->out = steal_fd(&from_r);
	return 0;
}

ssize_t child_write(const struct child *c, const void *data, size_t len)
{
	ssize_t n = write(c->in, data, len);
	return n < 0 ? (errno == EINTR ? -EAGAIN : -errno) : n;
}

ssize_t child_read(const struct child *c, void *data, size_t len)
{
	ssize_t n = read(c->out, data, len);
	return n < 0 ? (errno == EINTR ? -EAGAIN : -errno) : n;
}

int child_poll(const struct child *c, bool want_in, int timeout_ms, bool *ret_in, bool *ret_out)
{
	/* a negative descriptor is ignored by poll */
	struct pollfd fds[2] = {
		{ .fd = want_in ? c->in : -1, .events = POLLOUT },
		{ .fd = c->out, .events = POLLIN },
	};

	*ret_in = false;
	*ret_out = false;
	int n = poll(fds, 2, timeout_ms);
	if (n < 0) {
		return errno == EINTR ? 0 : -errno;
	}
	*ret_in = fds[0].revents != 0;
	*ret_out = fds[1].revents != 0;
	return 0;
}

static void close_fd(int *fd)
{
	if (*fd >= 0) {
		close(*fd);
		*fd = -1;
	}
}

void child_close_in(struct child *c, int *ret_rest)
{
	char path[40];

	*ret_rest = -1;
	if (c->in < 0) {
		return;
	}
	/* a second reader, only to be asked what the program left: the pipe's bytes outlive its readers as
	 * long as our end is open, and a reader does not keep the end of input from the program */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", c->in);
	*ret_rest = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	close_fd(&c->in);
}

size_t child_unread(int rest)
{
	int n = 0;

	return rest >= 0 && ioctl(rest, FIONREAD, &n) == 0 && n > 0 ? (size_t)n : 0;
}

void child_close_out(struct child *c)
{
	close_fd(&c->out);
}

bool child_ended(const struct child *c)
{
	siginfo_t info = { 0 };

	if (c->reaped || c->pid <= 0) {
		return true;
	}
	int r = waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT);
	return r == 0 ? info.si_pid != 0 : errno == ECHILD;
}

static void reap(struct child *c)
{
	struct rusage use;
	pid_t r;

	do {
		r = wait4(c->pid, &c->status, 0, &use);
	} while (r < 0 && errno == EINTR);
	c->reaped = true;
	if (r > 0) {
		c->cpu_ns = (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * INT64_C(1000000000) +
			    (use.ru_utime.tv_usec + use.ru_stime.tv_usec) * INT64_C(1000);
	}
}

void child_finish(struct child *c)
{
	if (c->pid > 0 && !c->reaped) {
		/* as long as the leader is not reaped, its number is nobody else's */
		kill(-c->pid, SIGKILL);
		kill(c->pid, SIGKILL);
		reap(c);
	}
	close_fd(&c->in);
	close_fd(&c->out);
}
