/* SPDX-License-Identifier: Apache-2.0
 *
 * loop.c - the one place that blocks: listener, signals, ends of processes that are not seized.
 *
 * SIGCHLD and everything that is passed on arrive through a signalfd. Waiting for one thread's stop
 * (stop_wait) is cut by a timer tick, so a tracee that sleeps in the kernel never holds up the others.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "capture/recorder.h"
#include "capture/signals.h"
#include "formats/core/clock.h"

#define TICK_NS  4000000L      /* longest wait for one stop */
#define SHORT_MS 10            /* poll timeout while something is held back */
#define IDLE_MS  50            /* without work for so long the tick is switched off */
#define CLOCK_NS 60000000000LL /* between two CLOCK records */
#define WINDOW   128           /* notifications between two looks at the wake-up mode */
#define SWITCHES 8             /* task changes in a window that count as several busy tasks */
#define THINK_NS 8000          /* mean distance of calls that leaves work to spread over CPUs */

struct loop {
	struct recorder *rc;
	struct signals signals;
	timer_t timer;
	bool have_timer, ticking;
	/* adaptive wake-up */
	pid_t last_tid;
	unsigned n, switches;
	int64_t window_ns;
	bool hangup;
	int64_t clock_ns; /* last CLOCK record */
};

static void on_tick(int sig)
{
	(void)sig;
}

static void tick(struct loop *l, bool on)
{
	struct itimerspec every = { .it_interval.tv_nsec = TICK_NS, .it_value.tv_nsec = TICK_NS };
	struct itimerspec off = { 0 };

	if (l->have_timer && l->ticking != on &&
	    timer_settime(l->timer, 0, on ? &every : &off, NULL) == 0) {
		l->ticking = on;
	}
}

static void tick_init(struct loop *l)
{
	struct sigaction sa = { .sa_handler = on_tick };
	struct sigevent se = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGRTMAX - 1 };
	sigset_t set;

	/* sigev_notify_thread_id has no name in older C libraries */
	*(&se._sigev_un._tid) = (pid_t)syscall(SYS_gettid);
	sigaction(SIGRTMAX - 1, &sa, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGRTMAX - 1);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	l->have_timer = timer_create(CLOCK_MONOTONIC, &se, &l->timer) == 0;
}

/* One CPU for caller and recorder while one task makes most calls or calls come thick; spread by the
 * scheduler when several tasks call with time to think in between. */
static void adapt(struct loop *l, pid_t tid)
{
	l->switches += tid != l->last_tid;
	l->last_tid = tid;
	if (++l->n < WINDOW) {
		return;
	}
	int64_t now = htr_clock_ns(CLOCK_MONOTONIC);
	bool spread = l->switches > SWITCHES && (now - l->window_ns) / WINDOW > THINK_NS;

	listener_set_sync(&l->rc->listener, !spread);
	l->window_ns = now;
	l->n = l->switches = 0;
}

static void receive(struct loop *l)
{
	struct notification n;
	int r = listener_receive(&l->rc->listener, &n);

	if (r == 1) {
		adapt(l, n.tid);
		call_notified(l->rc, &n);
	}
}

/* Nothing is left that could still be seen. */
static bool finished(const struct loop *l)
{
	const struct recorder *rc = l->rc;

	if (!rc->root_ended || rc->n_held) {
		return false;
	}
	if (rc->listener.fd >= 0) {
		return l->hangup && rc->tracees.threads.n == 0;
	}
	return rc->tracees.threads.n == 0;
}

static int timeout_of(const struct loop *l)
{
	const struct recorder *rc = l->rc;

	if (rc->n_held || rc->n_waiting || rc->n_execs || rc->unwatched ||
	    signals_pending(&l->signals)) {
		return SHORT_MS;
	}
	return l->ticking || l->hangup ? IDLE_MS : -1;
}

static void look_after(struct loop *l)
{
	struct recorder *rc = l->rc;
	int64_t now = recorder_now(rc);

	if (now - l->clock_ns > CLOCK_NS) {
		l->clock_ns = now;
		life_clock(rc);
	}

	if (rc->n_held) {
		stop_release_held(rc, false);
	}
	if (rc->n_waiting) {
		aside_check(rc);
	}
	if (rc->n_execs) {
		aside_execs_due(rc);
	}
	if (rc->unwatched) {
		aside_look(rc);
	}
	signals_due(&l->signals, rc);
}

static void turn(struct loop *l)
{
	struct recorder *rc = l->rc;
	struct pollfd p[3] = {
		{ .fd = l->hangup ? -1 : rc->listener.fd, .events = POLLIN },
		{ .fd = l->signals.fd, .events = POLLIN },
		{ .fd = rc->exits_fd, .events = POLLIN },
	};
	int ready;

	if (rc->child_signals) {
		rc->child_signals = false;
		signals_read(&l->signals, rc);
		stop_drain(rc);
	}
	ready = poll(p, 3, timeout_of(l));
	if (ready == 0) {
		tick(l, false);
	}
	if (ready > 0 && (p[1].revents & POLLIN)) {
		signals_read(&l->signals, rc);
	}
	if (ready > 0 && (p[1].revents || p[2].revents)) {
		tick(l, l->ticking || rc->n_waiting > 0);
		stop_drain(rc);
	}
	if (ready > 0 && (p[2].revents & POLLIN)) {
		aside_ended(rc);
	}
	if (ready > 0 && (p[0].revents & POLLIN)) {
		tick(l, true);
		receive(l);
	} else if (ready > 0 && (p[0].revents & POLLHUP)) {
		/* The filter has no users left. POLLERR alone means nothing: a signal that comes while the
		 * kernel looks for notifications gives it (seccomp_notify_poll). */
		l->hangup = true;
		stop_drain(rc);
	}
	look_after(l);
}

void loop_run(struct recorder *rc, int signal_fd)
{
	struct loop l = { .rc = rc, .signals = { .fd = signal_fd }, .window_ns = 0 };

	tick_init(&l);
	l.window_ns = htr_clock_ns(CLOCK_MONOTONIC);
	while (!finished(&l)) {
		turn(&l);
	}
	if (l.have_timer) {
		timer_delete(l.timer);
	}
}
