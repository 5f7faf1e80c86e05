/* SPDX-License-Identifier: Apache-2.0
 *
 * det_process.c - a program of the user as a detector: one JSON object a line in, alerts as JSON lines out.
 *
 * One loop serves both pipes, so neither side can block the other: while our bytes wait, its bytes are
 * read. What the program writes is hostile.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "formats/core/cleanup.h"
#include "formats/core/clock.h"
#include "formats/core/json.h"
#include "formats/core/str.h"
#include "formats/filter/event_json.h"
#include "formats/model/tables.h"
#include "replay/child.h"
#include "replay/det_process_alert.h"
#include "replay/detector.h"

/* Events are collected up to this many bytes before they are written. */
#define SEND_AT ((size_t)64 << 10)
/* ... or this long, so that a detector of a live recording hears of events soon. */
#define SEND_AFTER_NS INT64_C(100000000)
/* The clock is asked once in this many events. */
#define CLOCK_EVERY 64
/* Longest line of a detector; longer ones are no alert. */
#define LINE_MAX_BYTES ((size_t)1 << 20)
/* Alerts of one detector in one trace; more is a flood, not a finding. */
#define ALERTS_MAX 1000000
/* After the end of a program others of its group may still hold its output: wait this long for them. */
#define LINGER_NS INT64_C(200000000)
/* A program that stopped reading gets this long to end. */
#define STOPPED_NS INT64_C(1000000000)
#define POLL_MS    20

struct det_process {
	struct detector base;
	int64_t timeout_ns;
	struct child child;
	struct htr_buf send; /* not yet written from sent on */
	size_t sent;
	struct htr_buf line; /* the line that is being read */
	bool skip_line;      /* it is longer than LINE_MAX_BYTES */
	int64_t moved_ns;    /* monotonic: when it last took input */
	int64_t flushed_ns;
	uint64_t n_events, n_alerts, n_lines, n_bad;
	char first_bad[120];
	struct process_alert alert;
	int broken; /* error code of event() */
	bool ended;
};

static int64_t now(void)
{
	return htr_clock_ns(CLOCK_MONOTONIC);
}

/* ---- its output ------------------------------------------------------------------------------------- */

static void note_bad(struct det_process *d, const char *why)
{
	if (!d->n_bad++) {
		snprintf(d->first_bad, sizeof(d->first_bad),
			 "line %llu of its output is no alert: %s", (unsigned long long)d->n_lines,
			 why);
	}
}

static int on_line(struct det_process *d, const char *line, size_t len, struct htr_err *err)
{
	struct alert alert;
	char why[80];

	d->n_lines++;
	if (len && line[len - 1] == '\r') {
		len--;
	}
	if (!len) {
		return 0;
	}
	int r = process_alert_parse(&d->alert, line, len, &alert, why, sizeof(why));
	if (r == -ENOMEM) {
		return htr_err_set(err, r, "out of memory for an alert");
	}
	if (r < 0) {
		note_bad(d, why);
		return 0;
	}
	if (++d->n_alerts > ALERTS_MAX) {
		return htr_err_set(err, -E2BIG, "more than %d alerts", ALERTS_MAX);
	}
	alert.detector = d->base.name;
	alert.source = RULES_SOURCE;
	alert.has_time = alert.seq && d->base.time_of &&
			 d->base.time_of(d->base.time_data, alert.seq, &alert.real_ns);
	d->base.alert(&alert, d->base.alert_data);
	return 0;
}

static int on_bytes(struct det_process *d, const char *data, size_t len, struct htr_err *err)
{
	while (len) {
		const char *nl = memchr(data, '\n', len);
		size_t n = nl ? (size_t)(nl - data) : len;
		if (!d->skip_line) {
			htr_buf_add(&d->line, data, n);
		}
		if (d->line.len > LINE_MAX_BYTES) {
			d->skip_line = true;
		}
		if (nl) {
			int r = 0;
			if (d->skip_line) {
				d->n_lines++;
				note_bad(d, "it is longer than 1 MiB");
			} else if (d->line.failed) {
				r = htr_err_set(err, -ENOMEM, "out of memory for a line");
			} else {
				r = on_line(d, htr_buf_str(&d->line), d->line.len, err);
			}
			if (r < 0) {
				return r;
			}
			htr_buf_reset(&d->line);
			d->skip_line = false;
			n++;
		}
		data += n;
		len -= n;
	}
	return 0;
}

/* One read; 0 or an error that ends the detector. */
static int receive(struct det_process *d, struct htr_err *err)
{
	char bytes[16384];

	ssize_t n = child_read(&d->child, bytes, sizeof(bytes));
	if (n == -EAGAIN) {
		return 0;
	}
	if (n < 0) {
		return htr_err_sys(err, (int)-n, "reading its output");
	}
	if (n > 0) {
		return on_bytes(d, bytes, (size_t)n, err);
	}
	child_close_out(&d->child);
	if (d->line.len) {
		return on_bytes(d, "\n", 1, err);
	}
	return 0;
}

/* ---- its input -------------------------------------------------------------------------------------- */

static size_t pending(const struct det_process *d)
{
	return d->send.len - d->sent;
}

static int transmit(struct det_process *d, struct htr_err *err)
{
	ssize_t n = child_write(&d->child, d->send.data + d->sent, pending(d));

	if (n == -EAGAIN) {
		return 0;
	}
	if (n == -EPIPE) {
		return htr_err_set(err, -EPIPE, "it stopped reading at event %llu",
				   (unsigned long long)d->n_events);
	}
	if (n < 0) {
		return htr_err_sys(err, (int)-n, "writing its input");
	}
	d->sent += (size_t)n;
	d->moved_ns = now();
	if (!pending(d)) {
		htr_buf_reset(&d->send);
		d->sent = 0;
	}
	return 0;
}

static int late(const struct det_process *d, const char *what, struct htr_err *err)
{
	char span[HTR_TIME_TEXT];

	htr_time_span(span, d->timeout_ns);
	return htr_err_set(err, -ETIMEDOUT, "it %s for %s and was ended", what, span);
}

/* Serve both pipes until all that waits was written. */
static int flush(struct det_process *d, struct htr_err *err)
{
	d->moved_ns = now();
	while (pending(d)) {
		bool in, out;
		int r = child_poll(&d->child, true, POLL_MS, &in, &out);
		if (r < 0) {
			return htr_err_sys(err, -r, "poll");
		}
		if (out) {
			r = receive(d, err);
		}
		if (r == 0 && in) {
			r = transmit(d, err);
		}
		if (r < 0) {
			return r;
		}
		if (now() - d->moved_ns > d->timeout_ns) {
			return late(d, "took no input", err);
		}
	}
	d->flushed_ns = now();
	return 0;
}

/* ---- its life --------------------------------------------------------------------------------------- */

static void reset(struct det_process *d)
{
	htr_buf_reset(&d->send);
	htr_buf_reset(&d->line);
	d->sent = 0;
	d->skip_line = false;
	d->ended = false;
	d->broken = 0;
	d->n_events = d->n_alerts = d->n_lines = d->n_bad = 0;
	d->moved_ns = d->flushed_ns = now();
}

/* The first line says what follows, so that a program can refuse what it does not know. */
static void add_hello(struct htr_buf *out, const struct trace_info *info)
{
	htr_json_open(out, NULL, '{');
	htr_json_int(out, "holter", 1);
	htr_json_str(out, "schema", "event");
	htr_json_int(out, "v", HTR_EVENT_JSON_VERSION);
	htr_json_str(out, "trace", info->name);
	if (info->facts) {
		char time[HTR_TIME_TEXT];
		htr_time_iso(time, info->facts->start_real_ns, 9, false);
		htr_json_str(out, "start", time);
		if (info->facts->hostname) {
			htr_json_str(out, "hostname", info->facts->hostname);
		}
		if (info->facts->container_id) {
			htr_json_str(out, "container_id", info->facts->container_id);
		}
	}
	htr_json_close(out, '}');
	htr_buf_addc(out, '\n');
}

static int process_begin(struct detector *base, const struct trace_info *info, struct htr_err *err)
{
	struct det_process *d = (struct det_process *)base;

	reset(d);
	int r = child_start(&d->child, base->name, err);
	if (r < 0) {
		return r;
	}
	add_hello(&d->send, info);
	return 0;
}

static int process_event(struct detector *base, const struct htr_state *st, struct htr_err *err)
{
	struct det_process *d = (struct det_process *)base;
	size_t before = d->send.len;

	htr_event_json(&d->send, st);
	if (d->send.len != before) {
		htr_buf_addc(&d->send, '\n');
	}
	if (d->send.failed) {
		return htr_err_set(err, -ENOMEM, "out of memory for events");
	}
	d->n_events++;
	if (pending(d) >= SEND_AT ||
	    (d->n_events % CLOCK_EVERY == 0 && now() - d->flushed_ns > SEND_AFTER_NS)) {
		d->broken = flush(d, err);
	}
	return d->broken;
}

/* Read until the program ends and nobody holds its output any more, at most for `limit_ns`. */
static int drain(struct det_process *d, int64_t limit_ns, struct htr_err *err)
{
	int64_t since = now();
	int64_t gone = 0;

	for (;;) {
		bool in, out;
		/* with the output closed this is a pause */
		int r = child_poll(&d->child, false, POLL_MS, &in, &out);
		if (r < 0) {
			return htr_err_sys(err, -r, "poll");
		}
		if (out) {
			r = receive(d, err);
		}
		if (r < 0) {
			return r;
		}
		if (!gone && child_ended(&d->child)) {
			gone = now();
		}
		if (gone && (d->child.out < 0 || now() - gone > LINGER_NS)) {
			return 0;
		}
		if (now() - since > limit_ns) {
			return late(d, "did not end", err);
		}
	}
}

static int verdict(const struct det_process *d, struct htr_err *err)
{
	int status = d->child.status;

	if (WIFSIGNALED(status)) {
		const char *name = htr_signal_name(WTERMSIG(status));
		return htr_err_set(err, -EIO, "it was killed by %s", name ? name : "a signal");
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) != 0) {
		return htr_err_set(err, -EIO, "it exited with %d", WEXITSTATUS(status));
	}
	if (d->n_bad) {
		return htr_err_set(err, -EIO, "%s (%llu such line%s)", d->first_bad,
				   (unsigned long long)d->n_bad, d->n_bad == 1 ? "" : "s");
	}
	return 0;
}

/* The program is gone: what is to be said about it? */
static int judge(struct det_process *d, bool stopped, int rest, struct htr_err *err)
{
	bool unread = stopped || child_unread(rest) > 0;

	child_finish(&d->child);
	int r = verdict(d, err);
	if (r == 0 && unread) {
		r = htr_err_set(err, -EPIPE, "it ended without reading all events");
	}
	return r;
}

static int process_end(struct detector *base, struct htr_err *err)
{
	struct det_process *d = (struct det_process *)base;
	cleanup_fd int rest = -1;
	struct htr_err first = HTR_ERR_INIT;

	if (d->ended) {
		return 0;
	}
	d->ended = true;
	if (base->hurry) {
		child_finish(&d->child);
		return 0;
	}
	int r = d->broken;
	if (r == 0) {
		r = flush(d, &first);
	}
	child_close_in(&d->child, &rest);
	if (r == 0 || r == -EPIPE) {
		/* what it said before it stopped reading still counts, and how it ended says more than that it
		 * stopped; that it then stays says less */
		int64_t limit = r < 0 && d->timeout_ns > STOPPED_NS ? STOPPED_NS : d->timeout_ns;
		int later = drain(d, limit, err);
		if (later == 0) {
			later = judge(d, r < 0, rest, err);
		}
		if (later < 0 && !(r < 0 && later == -ETIMEDOUT)) {
			child_finish(&d->child);
			return later;
		}
	}
	child_finish(&d->child);
	if (r < 0 && !d->broken) {
		*err = first;
		return r;
	}
	return 0;
}

static void process_status(const struct detector *base, struct htr_buf *out)
{
	const struct det_process *d = (const struct det_process *)base;
	int status = d->child.status;

	htr_buf_printf(out, "%llu alert%s, %.1f s cpu, ", (unsigned long long)d->n_alerts,
		       d->n_alerts == 1 ? "" : "s", (double)d->child.cpu_ns / 1e9);
	if (WIFSIGNALED(status)) {
		const char *name = htr_signal_name(WTERMSIG(status));
		htr_buf_printf(out, "%s", name ? name : "killed");
	} else {
		htr_buf_printf(out, "exit %d", WEXITSTATUS(status));
	}
}

static void process_close(struct detector *base)
{
	struct det_process *d = (struct det_process *)base;

	child_finish(&d->child);
	htr_buf_fini(&d->send);
	htr_buf_fini(&d->line);
	process_alert_fini(&d->alert);
	free(d);
}

static const struct detector_ops PROCESS_OPS = {
	.kind = "process",
	.begin = process_begin,
	.event = process_event,
	.end = process_end,
	.status = process_status,
	.close = process_close,
};

int det_process_open(struct detector **ret, const char *command, int64_t timeout_ns,
		     struct htr_err *err)
{
	struct det_process *d = calloc(1, sizeof(*d));

	if (!d) {
		return htr_err_set(err, -ENOMEM, "out of memory");
	}
	d->base.ops = &PROCESS_OPS;
	d->base.name = command;
	d->timeout_ns = timeout_ns;
	d->child = CHILD_NONE;
	*ret = &d->base;
	return 0;
}
