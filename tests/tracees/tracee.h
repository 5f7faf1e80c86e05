/* SPDX-License-Identifier: Apache-2.0
 *
 * tracee.h - what every tracee shares: saying on stdout what it did, and stating in the expectation file
 * what a recording of it must hold.
 *
 * A tracee works in its current directory, which is empty when it starts. Its stdout is the same in each
 * run, so that a run under the recorder can be compared with one without. When HOLTER_EXPECT names
 * a file, each line appended to it is one JSON object that tests/live/run_live.py looks for in the
 * trace (the language is described there). The comment at the top of a tracee may hold lines
 *
 *     run: ARGS          one run with these arguments (several lines: several runs)
 *     capture: OPTIONS   options for holter capture
 *     limit: SECONDS     time limit, 20 by default
 *
 * A tracee that cannot work on this machine ends by skip(), which is exit code 77.
 */
#ifndef TRACEE_H
#define TRACEE_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define UNUSED    __attribute__((unused))
#define EXPECT_FD 500 /* out of the way of the numbers that programs see */

static int expect_fd = -1;

/* The file is opened before main, so that a chroot or another user id later does not matter. */
__attribute__((constructor)) static void expect_open(void)
{
	const char *path = getenv("HOLTER_EXPECT");
	int fd;

	if (!path) {
		return;
	}
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0) {
		return;
	}
	expect_fd = fcntl(fd, F_DUPFD_CLOEXEC, EXPECT_FD);
	if (expect_fd >= 0) {
		close(fd);
	} else {
		expect_fd = fd;
	}
}

/* One line by one write, so that processes do not mix. In fmt, ' stands for ". */
__attribute__((format(printf, 2, 0))) static void expect_write(const char *head, const char *fmt,
							       va_list ap)
{
	char line[24576], json[1024];
	size_t len = 0;
	int n;

	if (expect_fd < 0) {
		return;
	}
	for (; fmt[len] && len < sizeof(json) - 1; len++) {
		json[len] = fmt[len] == '\'' ? '"' : fmt[len];
	}
	json[len] = '\0';
	len = (size_t)snprintf(line, sizeof(line), "%s", head);
	n = vsnprintf(line + len, sizeof(line) - len - 2, json, ap);
	if (n < 0 || (size_t)n >= sizeof(line) - len - 2) {
		abort();
	}
	len += (size_t)n;
	line[len++] = '}';
	line[len++] = '\n';
	if (syscall(SYS_write, expect_fd, line, len) != (long)len) {
		abort();
	}
}

/* A record of the calling thread, after all that it expected before. */
__attribute__((format(printf, 1, 2))) UNUSED static void expect(const char *fmt, ...)
{
	char head[64];
	va_list ap;

	snprintf(head, sizeof(head), "{\"pid\":%ld,\"tid\":%ld,", syscall(SYS_getpid),
		 syscall(SYS_gettid));
	va_start(ap, fmt);
	expect_write(head, fmt, ap);
	va_end(ap);
}

/* A record anywhere in the trace. */
__attribute__((format(printf, 1, 2))) UNUSED static void expect_any(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	expect_write("{\"order\":false,", fmt, ap);
	va_end(ap);
}

/* s as a JSON string, in one of eight buffers used in turn. Only for text that is UTF-8. */
UNUSED static const char *q(const char *s)
{
	static char bufs[8][8500];
	static unsigned turn;
	char *buf = bufs[turn++ % 8];
	size_t n = 0;

	buf[n++] = '"';
	for (; *s && n < sizeof(bufs[0]) - 8; s++) {
		if ((unsigned char)*s < 0x20 || *s == '"' || *s == '\\') {
			n += (size_t)snprintf(buf + n, 8, "\\u%04x", (unsigned)*s);
		} else {
			buf[n++] = *s;
		}
	}
	buf[n++] = '"';
	buf[n] = '\0';
	return buf;
}

/* name below the current directory as an absolute path, in one of four buffers used in turn */
UNUSED static const char *here(const char *name)
{
	static char bufs[4][4096 + 256];
	static unsigned turn;
	char *buf = bufs[turn++ % 4], cwd[4096];

	if (!getcwd(cwd, sizeof(cwd))) {
		abort();
	}
	snprintf(buf, sizeof(bufs[0]), "%s%s%s", cwd, *name ? "/" : "", name);
	return buf;
}

/* the result as the kernel gave it */
static inline long raw(long r)
{
	return r < 0 ? -errno : r;
}

#define sys(...) raw(syscall(__VA_ARGS__))

UNUSED static const char *outcome(long r)
{
	return r >= 0 ? "ok" : strerrorname_np((int)-r);
}

/* Line to stdout at once: no buffer that a fork could copy or a death by signal could lose. */
__attribute__((format(printf, 1, 2))) UNUSED static void say(const char *fmt, ...)
{
	char line[1024];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(line) - 1) {
		abort();
	}
	line[n++] = '\n';
	if (syscall(SYS_write, 1, line, n) != n) {
		abort();
	}
}

/* What cannot fail natively and is not what the tracee is about. */
#define need(cond)                                                                    \
	do {                                                                          \
		if (!(cond)) {                                                        \
			say("%s:%d: %s: errno %d", __FILE__, __LINE__, #cond, errno); \
			_exit(99);                                                    \
		}                                                                     \
	} while (0)

UNUSED __attribute__((noreturn)) static void skip(const char *reason)
{
	say("SKIP: %s", reason);
	_exit(77);
}

/* How a child ended: "exit 3", "SIGKILL", "stopped SIGSTOP", "continued". */
UNUSED static const char *ended(int status)
{
	static char buf[64];

	if (WIFEXITED(status)) {
		snprintf(buf, sizeof(buf), "exit %d", WEXITSTATUS(status));
	} else if (WIFSIGNALED(status)) {
		snprintf(buf, sizeof(buf), "SIG%s", sigabbrev_np(WTERMSIG(status)));
	} else if (WIFSTOPPED(status)) {
		snprintf(buf, sizeof(buf), "stopped SIG%s", sigabbrev_np(WSTOPSIG(status)));
	} else {
		snprintf(buf, sizeof(buf), WIFCONTINUED(status) ? "continued" : "status %x",
			 status);
	}
	return buf;
}

/* waits for that child through EINTR; the raw status */
UNUSED static int reap(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR) {
			need(!"waitpid");
		}
	}
	return status;
}

/* A process must be seen to have ended so. Core dumps (0x80) are up to the machine. */
UNUSED static void expect_exit(pid_t pid, int status)
{
	expect_any("'kind':'exit','pid':%d,'data':{'exit_status':[%d,%d]},'flags_has':'last'",
		   (int)pid, status & ~0x80, status);
}

UNUSED static void pause_ms(int ms)
{
	struct timespec ts = { ms / 1000, (ms % 1000) * 1000000L };

	while (nanosleep(&ts, &ts) < 0 && errno == EINTR) {
	}
}

UNUSED static void put_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	need(fd >= 0);
	need(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	need(fchmod(fd, mode) == 0);
	close(fd);
}

/* Until process pid sleeps in a call (state S of /proc/pid/stat, or D, or T), at most 2 s. */
UNUSED static void until_asleep(pid_t pid)
{
	char path[64], buf[512];

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	for (int i = 0; i < 400; i++) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof(buf) - 1);
		char *paren;

		if (fd >= 0) {
			close(fd);
		}
		if (n > 0) {
			buf[n] = '\0';
			paren = strrchr(buf, ')');
			if (paren && strchr("STD", paren[2])) {
				pause_ms(20);
				return;
			}
		}
		pause_ms(5);
	}
}

#endif
