/* SPDX-License-Identifier: Apache-2.0
 *
 * launch.c - the child between fork and exec; see launch.h.
 */
#include "capture/launch.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "capture/tracer.h"
#include "formats/core/cli.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

extern char **environ;

enum step {
	STEP_WAIT = 0,
	STEP_FILTER, /* install the filter, then go on if it worked, else wait */
	STEP_EXEC,
};

enum outcome {
	OUTCOME_NONE = 0,
	OUTCOME_FILTERED,
	OUTCOME_REFUSED,
};

struct launch_page {
	_Atomic uint32_t step;    /* enum step, written by the parent */
	_Atomic uint32_t outcome; /* enum outcome, written by the child */
	_Atomic int listener;
	_Atomic int filter_errno, exec_errno;
	_Atomic bool killable, nnp_set;
	bool want_killable;
};

static void step_to(struct launch_page *p, enum step step)
{
	atomic_store(&p->step, step);
	syscall(SYS_futex, &p->step, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

/* ---- child ----------------------------------------------------------------------------------------- */

/* The program gets what it would have got without us: mask and dispositions. */
static void restore_signals(const sigset_t *mask)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };

	/* the recorder changes only this one; everything else was inherited and is passed on as it is */
	sigaction(SIGRTMAX - 1, &dfl, NULL);
	sigprocmask(SIG_SETMASK, mask, NULL);
}

static int try_filter(const struct bpf_prog *f, unsigned flags)
{
	struct sock_fprog prog = { .len = f->len,
				   .filter = (struct sock_filter *)(uintptr_t)f->insn };
	long r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog);

	return r < 0 ? -errno : (int)r;
}

/* From the instant this succeeds every wanted call of ours waits for the recorder: no calls but execve
 * from here on. */
static bool install(struct launch_page *p, const struct bpf_prog *f)
{
	unsigned flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
	bool killable = p->want_killable;
	int fd = -EINVAL;

	for (int tries = 0; tries < 4; tries++) {
		atomic_store(&p->killable, killable);
		fd = try_filter(f,
				killable ? flags | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV : flags);
		if (fd == -EACCES && !atomic_load(&p->nnp_set)) {
			/* no CAP_SYS_ADMIN in our user namespace */
			if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
				break;
			}
			atomic_store(&p->nnp_set, true);
		} else if (fd == -EINVAL && killable) {
			killable = false; /* before Linux 5.19 */
		} else {
			break;
		}
	}
	atomic_store(&p->listener, fd);
	atomic_store(&p->filter_errno, fd < 0 ? -fd : 0);
	atomic_store(&p->outcome, fd < 0 ? OUTCOME_REFUSED : OUTCOME_FILTERED);
	return fd >= 0;
}

static void wait_step(struct launch_page *p, uint32_t not_this)
{
	while (atomic_load(&p->step) == not_this) {
		syscall(SYS_futex, &p->step, FUTEX_WAIT, not_this, NULL, NULL, 0);
	}
}

static __attribute__((noreturn)) void child(struct launch_page *p, const struct launch_opts *o,
					    pid_t parent)
{
	(void)parent;
	restore_signals(o->mask);
	wait_step(p, STEP_WAIT);
	if (atomic_load(&p->step) == STEP_FILTER && !install(p, o->filter)) {
		wait_step(p, STEP_FILTER);
	}
	execve(o->target->path, o->target->argv, environ);
	if (errno == ENOEXEC) {
		execve("/bin/sh", o->target->as_script, environ);
	}
	atomic_store(&p->exec_errno, errno);
	_exit(errno == ENOENT || errno == ENOTDIR ? HTR_EXIT_NOT_FOUND : HTR_EXIT_NOT_EXECUTABLE);
}

/* ---- parent ---------------------------------------------------------------------------------------- */

int launch_start(struct launch *l, const struct launch_opts *o, struct features *f,
		 struct htr_err *err)
{
	pid_t parent = getpid();

	*l = (struct launch){ .listener_fd = -1 };
	l->page = mmap(NULL, sizeof(*l->page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	if (l->page == MAP_FAILED) {
		l->page = NULL;
		return htr_err_sys(err, errno, "cannot map a page for the launch");
	}
	l->page->want_killable = f->killable;
	/* fork with a shared descriptor table; fork(2) itself has no such flag */
	l->pid = (pid_t)syscall(SYS_clone, (o->filter ? CLONE_FILES : 0UL) | SIGCHLD, 0UL, NULL,
				NULL, 0UL);
	if (l->pid < 0) {
		return htr_err_sys(err, errno, "cannot fork");
	}
	if (l->pid == 0) {
		child(l->page, o, parent);
	}
	if (f->ptrace) {
		int r = tracer_seize(l->pid);

		l->seized = r == 0;
		f->ptrace = l->seized;
	}
	return 0;
}

static bool is_gone(pid_t pid)
{
	siginfo_t si = { 0 };

	/* a tracee's stops are reported whatever was asked for */
	return waitid(P_PID, (id_t)pid, &si, WEXITED | WNOHANG | WNOWAIT | __WALL) < 0 ||
	       (si.si_pid != 0 &&
		(si.si_code == CLD_EXITED || si.si_code == CLD_KILLED || si.si_code == CLD_DUMPED));
}

int launch_filter(struct launch *l, struct features *f, struct htr_err *err)
{
	/* the child cannot wake us: its futex call might already wait for us */
	static const struct timespec nap = { .tv_nsec = 20000 };
	struct launch_page *p = l->page;

	step_to(p, STEP_FILTER);
	while (atomic_load(&p->outcome) == OUTCOME_NONE) {
		nanosleep(&nap, NULL);
		if (is_gone(l->pid)) {
			return htr_err_set(err, -ECHILD, "the child died before its exec");
		}
	}
	f->nnp_set = atomic_load(&p->nnp_set) && !f->nnp_before;
	if (atomic_load(&p->outcome) == OUTCOME_REFUSED) {
		f->notify = f->killable = false;
		return htr_err_sys(err, atomic_load(&p->filter_errno),
				   "the kernel refuses a seccomp listener");
	}
	f->notify = true;
	f->killable = atomic_load(&p->killable);
	l->listener_fd = atomic_load(&p->listener);
	return 0;
}

int launch_follow_calls(struct launch *l, struct htr_err *err)
{
	int status;
	int r = tracer_interrupt(l->pid);

	if (r < 0 || waitpid(l->pid, &status, __WALL) != l->pid || !WIFSTOPPED(status)) {
		return htr_err_sys(err, r < 0 ? -r : errno, "cannot stop the child");
	}
	r = tracer_resume(l->pid, RESUME_TO_CALL, 0);
	return r < 0 ? htr_err_sys(err, -r, "cannot resume the child") : 0;
}

void launch_go(struct launch *l)
{
	step_to(l->page, STEP_EXEC);
}

void launch_cancel(struct launch *l)
{
	int status;

	if (l->pid > 0) {
		kill(l->pid, SIGKILL);
		(void)waitpid(l->pid, &status, __WALL);
		l->pid = 0;
	}
}

int launch_exec_error(const struct launch *l)
{
	return l->page ? atomic_load(&l->page->exec_errno) : 0;
}

int launch_plain(const struct target *t, const sigset_t *mask)
{
	restore_signals(mask);
	execve(t->path, t->argv, environ);
	if (errno == ENOEXEC) {
		execve("/bin/sh", t->as_script, environ);
	}
	return errno == ENOENT || errno == ENOTDIR ? HTR_EXIT_NOT_FOUND : HTR_EXIT_NOT_EXECUTABLE;
}

void launch_fini(struct launch *l)
{
	if (l->page) {
		munmap(l->page, sizeof(*l->page));
	}
	if (l->listener_fd >= 0) {
		close(l->listener_fd);
	}
	l->page = NULL;
	l->listener_fd = -1;
}
