/* SPDX-License-Identifier: Apache-2.0
 *
 * session.c - one recording: options, output, launch, loop, summary, exit; see session.h.
 */
#include "capture/session.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/bpf.h"
#include "capture/host.h"
#include "capture/launch.h"
#include "capture/options.h"
#include "capture/plan.h"
#include "capture/recorder.h"
#include "capture/signals.h"
#include "capture/target.h"
#include "formats/core/cleanup.h"
#include "formats/core/clock.h"
#include "formats/core/log.h"

struct session {
	struct options opts;
	char **argv; /* the recorder's own */
	struct plan plan;
	struct bpf_prog filter;
	struct target target;
	struct features features;
	struct htr_facts facts;
	struct htr_arena mem;
	struct htr_buf features_text;
	struct launch launch;
	struct recorder *rc;
	struct sink *sink;
	sigset_t old_mask;
	int signal_fd;
	bool ptrace_calls;
	char name[TARGET_NAME_MAX];
	const char *output; /* for messages */
};

static int fail(const struct htr_err *err)
{
	return htr_cli_error(&options_cmd, HTR_EXIT_CANNOT_TRACE, "%s", err->msg);
}

/* ---- before the launch ------------------------------------------------------------------------------- */

static int choose_channel(struct session *s, struct htr_err *err)
{
	int r = probe_features(&s->features, getenv("HOLTER_FORCE"), err);

	if (r < 0) {
		return r;
	}
	if (s->opts.channel == CHANNEL_PTRACE ||
	    (s->opts.channel == CHANNEL_AUTO && s->features.ptrace &&
	     plan_prefers_ptrace(&s->plan))) {
		s->features.notify = false;
	}
	if (s->features.notify) {
		r = bpf_build(&s->filter, &s->plan, SECCOMP_RET_USER_NOTIF, err);
		if (r < 0) { /* seccomp(2) is refused here; the other channels decide */
			htr_debug("%s", err->msg);
			s->features.notify = false;
		}
	}
	return 0;
}

static void choose_output(struct session *s)
{
	struct stat st;

	s->output = s->opts.output;
	if (!s->output) {
		target_trace_name(s->name, s->opts.command[0], s->facts.start_real_ns);
		s->output = s->name;
	} else if (stat(s->output, &st) == 0 && S_ISDIR(st.st_mode)) {
		cleanup_buf struct htr_buf path = { 0 };

		target_trace_name(s->name, s->opts.command[0], s->facts.start_real_ns);
		htr_buf_printf(&path, "%s/%s", s->output, s->name);
		const char *full = htr_arena_dup(&s->mem, htr_buf_str(&path), path.len);

		s->output = full ? full : s->name;
	}
}

static int open_output(struct session *s, struct htr_writer **ret, struct htr_err *err)
{
	struct htr_writer_opts wo = { .sync = HTR_SYNC_1S };

	if (strcmp(s->output, "-") == 0) {
		int fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);

		if (fd < 0) {
			return htr_err_sys(err, errno, "standard output");
		}
		wo.stream = true;
		return htr_writer_open_fd(ret, fd, &s->facts, &wo, err);
	}
	int r = htr_writer_open(ret, AT_FDCWD, s->output, s->opts.output != NULL, &s->facts, &wo,
				err);

	if (r < 0) {
		htr_err_wrap(err, "%s", s->output);
	}
	return r;
}

static int prepare(struct session *s, int argc, char **argv, struct htr_err *err)
{
	int r = host_facts(&s->facts, &s->mem, err);

	(void)argc;
	s->argv = argv;
	if (r < 0) {
		return r;
	}
	r = plan_init(&s->plan, (enum profile)s->opts.profile, s->opts.calls, err);
	if (r < 0) {
		return r;
	}
	choose_output(s);
	return choose_channel(s, err);
}

/* ---- launch -------------------------------------------------------------------------------------------- */

/* After this the child either has its filter, or waits for its exec; s->ptrace_calls tells how calls
 * will be seen. -ENOTSUP: no channel works. */
static int start_channel(struct session *s, struct htr_err *err)
{
	struct launch_opts lo = {
		.target = &s->target,
		.filter = s->features.notify ? &s->filter : NULL,
		.mask = &s->old_mask,
	};
	int r = launch_start(&s->launch, &lo, &s->features, err);

	if (r < 0) {
		return r;
	}
	if (s->features.notify && launch_filter(&s->launch, &s->features, err) < 0 &&
	    (s->features.notify || s->opts.channel == CHANNEL_NOTIFY || !s->launch.seized)) {
		return -ENOTSUP;
	}
	if (!s->features.notify) {
		if (s->opts.channel == CHANNEL_NOTIFY) {
			return htr_err_set(err, -ENOTSUP,
					   "seccomp user notification is refused here");
		}
		if (!s->launch.seized) {
			return htr_err_set(err, -ENOTSUP, "%s",
					   err->code ? err->msg : "ptrace is refused here");
		}
		s->ptrace_calls = true;
		return launch_follow_calls(&s->launch, err);
	}
	return 0;
}

static const char *channel_text(const struct session *s)
{
	if (s->ptrace_calls) {
		return "ptrace";
	}
	return s->launch.seized ? "notify+ptrace" : "notify";
}

static const char *profile_text(struct session *s)
{
	if (!s->opts.calls) {
		return profile_words[s->opts.profile];
	}
	cleanup_buf struct htr_buf b = { 0 };

	htr_buf_printf(&b, "%s -e %s", profile_words[s->opts.profile], s->opts.calls);
	return htr_arena_dup(&s->mem, htr_buf_str(&b), b.len);
}

static int complete_facts(struct session *s)
{
	probe_text(&s->features, &s->features_text);
	s->facts.features = htr_buf_str(&s->features_text);
	s->facts.channel = channel_text(s);
	s->facts.profile = profile_text(s);
	s->facts.command = host_join(s->opts.command, &s->mem);
	s->facts.options = host_join(s->argv, &s->mem);
	s->facts.root_pid = s->launch.pid;
	s->facts.time_unit_ns = s->opts.time == 1 ? 1 : 100;
	return host_captured(&s->facts, &s->plan, &s->mem);
}

static struct recorder *new_recorder(const struct session *s)
{
	struct recorder *rc = calloc(1, sizeof(*rc));

	if (!rc) {
		return NULL;
	}
	rc->plan = &s->plan;
	rc->sink = s->sink;
	rc->seize = s->launch.seized;
	rc->ptrace_calls = s->ptrace_calls;
	rc->exits_fd = epoll_create1(EPOLL_CLOEXEC);
	rc->root = s->launch.pid;
	rc->start_mono_ns = s->facts.start_mono_ns;
	rc->start_boot_ns = s->facts.start_boot_ns;
	rc->dec.tracees = &rc->tracees;
	rc->dec.io_data = s->plan.io_data;
	rc->dec.getfd = s->features.getfd;
	rc->listener.fd = -1;
	return rc;
}

/* ---- the end -------------------------------------------------------------------------------------------- */

static void size_text(char out[32], uint64_t bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	double v = (double)bytes;
	size_t u = 0;

	while (v >= 1024 && u + 1 < HTR_ARRAY_LEN(units)) {
		v /= 1024;
		u++;
	}
	snprintf(out, 32, v < 10 && u ? "%.1f %s" : "%.0f %s", v, units[u]);
}

static void fate(char out[64], int status)
{
	if (WIFSIGNALED(status)) {
		const char *name = htr_signal_name(WTERMSIG(status));

		snprintf(out, 64, "program killed by %s", name ? name : "a signal");
	} else {
		snprintf(out, 64, "exit %d", WEXITSTATUS(status));
	}
}

static void summary(const struct session *s, const struct htr_writer_stats *w,
		    const struct sink_stats *k)
{
	char size[32];
	char span[HTR_TIME_TEXT];
	char end[64];

	if (s->opts.quiet) {
		return;
	}
	size_text(size, w->bytes);
	htr_time_span(span, recorder_now(s->rc));
	fate(end, s->rc->root_status);
	fprintf(stderr, "holter: %s %llu events %s %s dropped %llu gaps %u, %s\n", s->output,
		(unsigned long long)w->events, size, span,
		(unsigned long long)(k->dropped + s->rc->n_lost), 0u, end);
	if (s->opts.stats) {
		fprintf(stderr,
			"holter: notified %llu stops %llu restarts %llu odd %llu unseen %llu ring waits "
			"%llu fill %llu KiB blocks %llu\n",
			(unsigned long long)s->rc->n_notified, (unsigned long long)s->rc->n_stops,
			(unsigned long long)s->rc->n_restarts, (unsigned long long)s->rc->n_odd,
			(unsigned long long)s->rc->n_unseen, (unsigned long long)k->waits,
			(unsigned long long)(k->max_fill >> 10), (unsigned long long)w->blocks);
	}
}

/* The parent shall see what happened to the program: the same code, or death by the same signal (without
 * a second core file). PID 1 cannot die by a signal it does not handle. */
static int die_alike(int status)
{
	if (!WIFSIGNALED(status)) {
		return WEXITSTATUS(status);
	}
	int sig = WTERMSIG(status);

	if (getpid() != 1) {
		struct rlimit none = { 0, 0 };
		struct sigaction dfl = { .sa_handler = SIG_DFL };
		sigset_t set;

		(void)setrlimit(RLIMIT_CORE, &none);
		(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
		(void)sigaction(sig, &dfl, NULL);
		sigemptyset(&set);
		sigaddset(&set, sig);
		(void)raise(sig);
		sigprocmask(SIG_UNBLOCK, &set, NULL);
	}
	return 128 + sig;
}

static int finish(struct session *s)
{
	struct htr_err err = HTR_ERR_INIT;
	struct htr_writer_stats w = { 0 };
	struct sink_stats k = { 0 };
	int r = sink_finish(s->sink, &w, &k, &err);
	int exec_error = launch_exec_error(&s->launch);

	s->sink = NULL;
	if (exec_error) {
		htr_cli_error(&options_cmd, HTR_EXIT_CANNOT_TRACE, "%s: %s", s->target.path,
			      strerror(exec_error));
	}
	if (r < 0) {
		htr_cli_error(&options_cmd, HTR_EXIT_CANNOT_TRACE,
			      "%s: the trace is incomplete: %s", s->output, err.msg);
	}
	summary(s, &w, &k);
	return die_alike(s->rc->root_status);
}

/* ---- when recording cannot start ------------------------------------------------------------------------- */

/* A trace that holds only the reason. */
static void write_reason(struct session *s, const char *why)
{
	struct htr_event_builder b;
	struct htr_writer *w;

	s->facts.channel = "none";
	if (open_output(s, &w, NULL) < 0) {
		return;
	}
	htr_builder_init(&b, HTR_EV_NOTE);
	b.ev.nr = -1;
	htr_builder_bytes(&b, HTR_K_TEXT, why, strlen(why), 0);
	if (htr_writer_add(w, htr_builder_done(&b), NULL) < 0) {
		htr_writer_abandon(w);
		return;
	}
	(void)htr_writer_close(w, NULL, NULL);
}

static int run_unrecorded(struct session *s, const struct htr_err *err)
{
	cleanup_buf struct htr_buf why = { 0 };

	launch_cancel(&s->launch);
	if (s->opts.strict) {
		return fail(err);
	}
	htr_buf_printf(&why, "not recorded: %s", err->msg);
	if (complete_facts(s) == 0) {
		write_reason(s, htr_buf_str(&why));
	}
	fprintf(stderr, "holter capture: RUNNING WITHOUT RECORDING: %s\n", err->msg);
	if (s->signal_fd >= 0) {
		close(s->signal_fd);
	}
	return launch_plain(&s->target, &s->old_mask);
}

static int not_found(struct session *s, const struct htr_err *err, int code)
{
	if (complete_facts(s) == 0) {
		write_reason(s, err->msg);
	}
	return htr_cli_error(&options_cmd,
			     code == -ENOENT ? HTR_EXIT_NOT_FOUND : HTR_EXIT_NOT_EXECUTABLE, "%s",
			     err->msg);
}

/* ---- recording -------------------------------------------------------------------------------------------- */

static int start_sink(struct session *s, struct htr_err *err)
{
	struct htr_writer *w;
	int r = complete_facts(s);

	if (r < 0) {
		return htr_err_set(err, r, "no memory for the facts of this recording");
	}
	r = open_output(s, &w, err);
	return r < 0 ? r : sink_start(&s->sink, w, err);
}

static void announce(const struct session *s)
{
	if (s->features.nnp_set && !s->opts.quiet) {
		fprintf(stderr, "holter: no CAP_SYS_ADMIN: set-uid programs run without their "
				"privilege under this recording (no_new_privs)\n");
	}
	if (isatty(STDERR_FILENO) && !s->opts.quiet) {
		fprintf(stderr, "holter: recording pid %d to %s (%s, profile %s)\n",
			(int)s->launch.pid, s->output, s->facts.channel, s->facts.profile);
	}
}

static int record(struct session *s)
{
	struct htr_err err = HTR_ERR_INIT;
	int r = start_channel(s, &err);

	if (r < 0) {
		return run_unrecorded(s, &err);
	}
	r = start_sink(s, &err);
	s->rc = r < 0 ? NULL : new_recorder(s);
	if (!s->rc) {
		return run_unrecorded(s, &err);
	}
	struct recorder *rc = s->rc;

	if (s->features.notify) {
		listener_init(&rc->listener, steal_fd(&s->launch.listener_fd), s->features.killable,
			      s->features.sync);
	}
	if (s->launch.seized) {
		struct tracee *t = tracees_add(&rc->tracees, s->launch.pid, s->launch.pid);

		if (t) {
			t->seized = true;
			t->state = TRACEE_OUTSIDE;
		}
	} else {
		(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	}
	announce(s);
	launch_go(&s->launch);
	loop_run(rc, s->signal_fd);
	return finish(s);
}

static int session_start(struct session *s, int argc, char **argv)
{
	struct htr_err err = HTR_ERR_INIT;
	int r = prepare(s, argc, argv, &err);

	if (r < 0) {
		return fail(&err);
	}
	r = target_find(&s->target, s->opts.command, getenv("PATH"), &err);
	if (r == -ENOENT || r == -EACCES) {
		return not_found(s, &err, r);
	}
	if (r < 0) {
		return fail(&err);
	}
	s->signal_fd = signals_block(&s->old_mask);
	if (s->signal_fd < 0) {
		htr_err_sys(&err, -s->signal_fd, "signalfd");
		return run_unrecorded(s, &err);
	}
	return record(s);
}

int session_run(int argc, char **argv)
{
	struct session *s = calloc(1, sizeof(*s));
	int r;

	htr_log_init(NULL);
	if (!s) {
		return HTR_EXIT_CANNOT_TRACE;
	}
	s->signal_fd = -1;
	s->launch.listener_fd = -1;
	r = options_parse(&s->opts, argc, argv);
	return r >= 0 ? r : session_start(s, argc, argv);
}
