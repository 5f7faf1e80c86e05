/* SPDX-License-Identifier: Apache-2.0
 *
 * bare_loop.c - what the kernel's interfaces cost by themselves: the smallest loop that sees a call.
 *
 * usage: bare_loop notify|result|ptrace NR,NR... PROGRAM [ARG]...
 *
 *   notify  seccomp user notification, entry only, synchronous wake-up
 *   result  the same, and one ptrace stop for the result
 *   ptrace  SECCOMP_RET_TRACE and the exit stop (breaks the program when the tracer dies: a yardstick only)
 *
 * Records nothing, decodes nothing, falls back to nothing. Exits as the program does. The limits of such a
 * loop (signals, restarts, job control) are what the recorder is about; programs that need them are not
 * measured with it.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#endif
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

#define CALLS_MAX 128
#define OPTIONS                                                                                  \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | \
	 PTRACE_O_TRACECLONE | PTRACE_O_TRACESECCOMP)

enum mode { NOTIFY, RESULT, PTRACE };

struct loop {
	enum mode mode;
	int listener, signals;
	pid_t root;
	int root_status;
	long events, results;
};

static int install(const char *calls, enum mode mode)
{
	struct sock_filter f[2 * CALLS_MAX + 4];
	uint32_t action = mode == PTRACE ? SECCOMP_RET_TRACE : SECCOMP_RET_USER_NOTIF;
	unsigned short n = 0;
	struct sock_fprog prog = { .filter = f };

	f[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
					      offsetof(struct seccomp_data, nr));
	while (*calls && n < 2 * CALLS_MAX) {
		char *end;
		uint32_t nr = (uint32_t)strtoul(calls, &end, 10);

		f[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1);
		f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action);
		calls = *end == ',' ? end + 1 : end;
	}
	f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	prog.len = n;
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			    mode == PTRACE ? 0UL
					   : SECCOMP_FILTER_FLAG_NEW_LISTENER |
						     SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
			    &prog);
}

static void resume(pid_t tid, int to_exit, int sig)
{
	ptrace(to_exit ? PTRACE_SYSCALL : PTRACE_CONT, tid, NULL, (void *)(long)sig);
}

static void on_stop(struct loop *l, pid_t tid, int status)
{
	int sig = WIFSTOPPED(status) ? WSTOPSIG(status) : 0;
	int event = (int)((unsigned)status >> 16);

	if (!WIFSTOPPED(status)) {
		if (tid == l->root) {
			l->root = 0;
			l->root_status = status;
		}
		return;
	}
	if (event == PTRACE_EVENT_SECCOMP) {
		l->events++;
		resume(tid, 1, 0);
	} else if (sig == (SIGTRAP | 0x80)) {
		struct __ptrace_syscall_info si;

		if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, (void *)sizeof(si), &si) > 0 &&
		    si.op == PTRACE_SYSCALL_INFO_EXIT) {
			l->results++;
			resume(tid, 0, 0);
		} else {
			resume(tid, 1, 0);
		}
	} else if (event == 0) {
		resume(tid, 0, sig);
	} else {
		resume(tid, 0, 0); /* job control is not measured */
	}
}

static void reap(struct loop *l)
{
	int status;
	pid_t tid;

	while ((tid = waitpid(-1, &status, __WALL | WNOHANG)) > 0) {
		on_stop(l, tid, status);
	}
}

static void answer(struct loop *l)
{
	struct seccomp_notif req = { 0 };
	struct seccomp_notif_resp resp = { .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };
	int status;

	if (ioctl(l->listener, SECCOMP_IOCTL_NOTIF_RECV, &req) < 0) {
		return;
	}
	l->events++;
	int armed = l->mode == RESULT && req.data.nr != SYS_execve && req.data.nr != SYS_clone &&
		    req.data.nr != SYS_clone3 && req.data.nr != SYS_vfork &&
		    req.data.nr != SYS_fork &&
		    ptrace(PTRACE_INTERRUPT, (pid_t)req.pid, NULL, NULL) == 0;

	resp.id = req.id;
	if (ioctl(l->listener, SECCOMP_IOCTL_NOTIF_SEND, &resp) < 0 || !armed) {
		return;
	}
	if (waitpid((pid_t)req.pid, &status, __WALL) == (pid_t)req.pid) {
		errno = 0;
		(void)ptrace(PTRACE_PEEKUSER, (pid_t)req.pid, (void *)(10 * sizeof(long)), NULL);
		l->results += errno == 0;
		on_stop(l, (pid_t)req.pid, status);
	}
}

static void run(struct loop *l)
{
	struct pollfd p[2] = { { .fd = l->listener, .events = POLLIN },
			       { .fd = l->signals, .events = POLLIN } };
	struct signalfd_siginfo si;
	int status;
	pid_t tid;

	if (l->mode == PTRACE) {
		while (l->root && (tid = waitpid(-1, &status, __WALL)) > 0) {
			on_stop(l, tid, status);
		}
		return;
	}
	while (l->root) {
		if (poll(p, 2, -1) < 0) {
			continue;
		}
		if (p[1].revents) {
			(void)!read(l->signals, &si, sizeof(si));
			reap(l);
		}
		if (p[0].revents & POLLIN) {
			answer(l);
		} else if (p[0].revents & POLLHUP) {
			p[0].fd = -1;
		}
	}
}

int main(int argc, char **argv)
{
	static const char *const modes[] = { "notify", "result", "ptrace" };
	struct loop l = { .mode = NOTIFY, .listener = -1 };
	int go[2];
	int got[2];
	sigset_t chld;
	char byte = 0;

	if (argc < 4) {
		fprintf(stderr,
			"usage: bare_loop notify|result|ptrace NR,NR... PROGRAM [ARG]...\n");
		return 2;
	}
	for (unsigned i = 0; i < 3; i++) {
		l.mode = strcmp(argv[1], modes[i]) == 0 ? (enum mode)i : l.mode;
	}
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	l.signals = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
	if (pipe(go) || pipe(got)) {
		return 99;
	}
	/* the table of descriptors is shared until exec: the listener appears in ours */
	l.root = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0UL, NULL, NULL, 0UL);
	if (l.root == 0) {
		sigprocmask(SIG_UNBLOCK, &chld, NULL);
		if (read(go[0], &byte, 1) != 1) {
			_exit(99);
		}
		int fd = install(argv[2], l.mode);

		if (fd < 0 || write(got[1], &fd, sizeof(fd)) != sizeof(fd)) {
			_exit(99);
		}
		execvp(argv[3], argv + 3);
		_exit(127);
	}
	if (l.mode != NOTIFY && ptrace(PTRACE_SEIZE, l.root, NULL, (void *)(long)OPTIONS) < 0) {
		return 99;
	}
	if (write(go[1], &byte, 1) != 1 || read(got[0], &l.listener, sizeof(int)) != sizeof(int)) {
		return 99;
	}
	if (l.mode != PTRACE) {
		ioctl(l.listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, 1UL);
	}
	run(&l);
	return WIFEXITED(l.root_status) ? WEXITSTATUS(l.root_status)
					: 128 + WTERMSIG(l.root_status);
}
