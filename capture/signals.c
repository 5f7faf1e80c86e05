/* SPDX-License-Identifier: Apache-2.0
 *
 * signals.c - passing signals on; see signals.h.
 *
 * The terminal signals whole groups, and the program is in ours: what comes from the kernel is not passed
 * on. kill(2) of a group reaches both as well: what the program got from the same sender at the same time
 * is not passed on twice.
 */
#include "capture/signals.h"

#include <errno.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/recorder.h"
#include "formats/core/cleanup.h"

#define DUE_NS    3000000LL   /* wait for the program's own copy */
#define WINDOW_NS 100000000LL /* copies further apart are two signals */

/* All signals, so that nothing the task sends can end us: faults too (a real one cannot be blocked), but not
 * the two of the C library and our own tick. */
int signals_block(sigset_t *ret_old)
{
	sigset_t set;

	sigfillset(&set);
	sigdelset(&set, SIGKILL);
	sigdelset(&set, SIGSTOP);
	sigdelset(&set, SIGRTMAX - 1);
	sigprocmask(SIG_BLOCK, &set, ret_old);
	int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);

	return fd < 0 ? -errno : fd;
}

/* What somebody sends on purpose; the others come of timers, limits and errors, and were not for us. */
static bool is_passed_on(int sig)
{
	static const int on_purpose[] = { SIGHUP,  SIGINT,   SIGQUIT, SIGTERM, SIGUSR1,
					  SIGUSR2, SIGALRM,  SIGCONT, SIGTSTP, SIGTTIN,
					  SIGTTOU, SIGWINCH, SIGPWR };

	for (size_t i = 0; i < HTR_ARRAY_LEN(on_purpose); i++) {
		if (sig == on_purpose[i]) {
			return true;
		}
	}
	return sig >= SIGRTMIN;
}

/* A program that signals its parent means the process that would be there without us. As PID 1 we stand in
 * the program's own place, and it may well mean itself. */
static bool meant_for_parent(const struct recorder *rc, const struct signalfd_siginfo *si)
{
	return getpid() != 1 && tracees_process(&rc->tracees, (pid_t)si->ssi_pid) != NULL;
}

static bool from_terminal(const struct signalfd_siginfo *si)
{
	return si->ssi_code == SI_KERNEL;
}

static bool program_got_it(const struct recorder *rc, const struct signal_due *d)
{
	int64_t apart = rc->root_signal_ns - d->since_ns;

	return rc->root_signal == d->sig && rc->root_signal_from == d->from && apart > -WINDOW_NS &&
	       apart < WINDOW_NS;
}

static void pass_to_all(const struct recorder *rc, int sig)
{
	size_t pos = 0;
	uint64_t pid;
	void *val;

	while (htr_map_next(&rc->tracees.processes, &pos, &pid, &val)) {
		(void)kill((pid_t)pid, sig);
	}
}

static void pass_on(const struct recorder *rc, int sig)
{
	if (!rc->root_ended) {
		(void)kill(rc->root, sig);
	} else {
		pass_to_all(rc, sig); /* what it left behind */
	}
}

void signals_due(struct signals *s, struct recorder *rc)
{
	int64_t now = s->n_due ? recorder_now(rc) : 0;

	for (unsigned i = 0; i < s->n_due;) {
		struct signal_due d = s->due[i];

		if (now < d.due_ns) {
			i++;
			continue;
		}
		s->due[i] = s->due[--s->n_due];
		if (!program_got_it(rc, &d)) {
			pass_on(rc, d.sig);
		}
	}
	if (s->stop_wanted && (rc->root_stopped || rc->root_ended)) {
		/* as the shell expects of its job: stop together with the program */
		s->stop_wanted = false;
		if (!rc->root_ended) {
			(void)raise(SIGSTOP);
		}
	}
}

static void take(struct signals *s, struct recorder *rc, const struct signalfd_siginfo *si)
{
	int sig = (int)si->ssi_signo;

	if (sig == SIGCHLD || (pid_t)si->ssi_pid == getpid()) {
		return; /* our own: SIGPIPE of a standard error that nobody reads */
	}
	if (from_terminal(si)) {
		s->stop_wanted |= sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU;
		return;
	}
	if (!is_passed_on(sig)) {
		return;
	}
	if (meant_for_parent(rc, si)) {
		life_note(rc, NULL,
			  "process %d of the task sent signal %d to the recorder: not passed on",
			  (int)si->ssi_pid, sig);
		return;
	}
	if (s->n_due == SIGNALS_PENDING_MAX) {
		pass_on(rc, sig);
		return;
	}
	int64_t now = recorder_now(rc);

	s->due[s->n_due++] = (struct signal_due){
		.sig = sig, .from = (pid_t)si->ssi_pid, .due_ns = now + DUE_NS, .since_ns = now
	};
}

void signals_read(struct signals *s, struct recorder *rc)
{
	struct signalfd_siginfo si[8];
	ssize_t n;

	do {
		n = read(s->fd, si, sizeof(si));
		for (ssize_t i = 0; i < n / (ssize_t)sizeof(si[0]); i++) {
			take(s, rc, &si[i]);
		}
	} while (n == (ssize_t)sizeof(si));
}
