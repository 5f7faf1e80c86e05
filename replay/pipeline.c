/* SPDX-License-Identifier: Apache-2.0
 *
 * pipeline.c - the loop of replay: cursor, state, detectors.
 */
#include "replay/pipeline.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/cleanup.h"
#include "formats/core/clock.h"
#include "formats/model/state.h"
#include "formats/trace/cursor.h"
#include "formats/trace/reader.h"

/* Times of the last events, for detectors that answer late; a power of two. What is older is looked up in
 * the file. */
#define TIMES 65536
/* Damaged places that get a line of their own. */
#define DAMAGE_LINES 3
/* For a time range on a stream, whose end is not known: a time of day means one within a day. */
#define STREAM_SPAN_NS (INT64_C(86400) * 1000000000)

struct time_slot {
	uint64_t seq; /* 0: free */
	int64_t time_ns;
};

struct run {
	struct pipeline *pl;
	struct htr_reader *reader;
	struct htr_cursor *cursor;
	struct htr_cursor *lookup; /* second cursor, opened on demand */
	bool no_lookup;            /* the trace is a stream, or lookup failed */
	struct htr_state *state;
	struct htr_facts facts; /* of the reader, with the overrides */
	struct time_slot *times;
	int64_t from, to; /* ns since trace start */
	uint64_t n_damaged;
};

static void run_fini(struct run *r)
{
	free(r->times);
	htr_state_free(r->state);
	htr_cursor_close(r->lookup);
	htr_cursor_close(r->cursor);
	htr_reader_close(r->reader);
}

static void say(struct pipeline *pl, const char *fmt, ...) HTR_PRINTF(2, 3);

static void say(struct pipeline *pl, const char *fmt, ...)
{
	char text[HTR_ERR_MSG_MAX + 256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	pl->say(pl->say_data, text);
}

/* ---- times of events for detectors that answer late ----------------------------------------------------- */

static bool look_up(struct run *r, uint64_t seq, int64_t *ret_time_ns)
{
	const struct htr_event *ev;

	if (r->no_lookup) {
		return false;
	}
	if (!r->lookup && htr_cursor_open(&r->lookup, r->reader, NULL) < 0) {
		r->no_lookup = true;
		return false;
	}
	if (htr_cursor_seek(r->lookup, seq, NULL) < 0 ||
	    htr_cursor_next(r->lookup, &ev, NULL) != 1 || ev->seq != seq) {
		return false;
	}
	*ret_time_ns = ev->time_ns;
	return true;
}

static bool time_of(void *data, uint64_t seq, int64_t *ret_real_ns)
{
	struct run *r = data;
	const struct time_slot *slot = &r->times[seq % TIMES];
	int64_t time_ns = slot->time_ns;

	if (slot->seq != seq && !look_up(r, seq, &time_ns)) {
		return false;
	}
	*ret_real_ns = detector_real_ns(&r->facts, time_ns);
	return true;
}

/* ---- detectors ------------------------------------------------------------------------------------------ */

static void detector_failed(struct run *r, const struct detector *d, const struct htr_err *why)
{
	r->pl->detector_failed = true;
	say(r->pl, "detector '%.200s' failed: %s", d->name, why->msg);
}

static void begin_all(struct run *r, const struct trace_info *info)
{
	struct pipeline *pl = r->pl;

	for (size_t i = 0; i < pl->n_detectors; i++) {
		struct detector *d = pl->detectors[i];
		struct htr_err why = HTR_ERR_INIT;
		d->alert = report_alert;
		d->alert_data = pl->report;
		d->time_of = time_of;
		d->time_data = r;
		d->failed = false;
		if (d->ops->begin(d, info, &why) < 0) {
			d->failed = true;
			detector_failed(r, d, &why);
		}
	}
}

static void event_failed(struct run *r, struct detector *d, struct htr_err *why)
{
	struct htr_err better = HTR_ERR_INIT;

	d->failed = true;
	if (d->ops->end && d->ops->end(d, &better) < 0) {
		*why = better;
	}
	detector_failed(r, d, why);
}

static void event_all(struct run *r)
{
	struct pipeline *pl = r->pl;

	for (size_t i = 0; i < pl->n_detectors; i++) {
		struct detector *d = pl->detectors[i];
		if (d->failed) {
			continue;
		}
		struct htr_err why = HTR_ERR_INIT;
		if (d->ops->event(d, r->state, &why) < 0) {
			event_failed(r, d, &why);
		}
	}
}

static void end_all(struct run *r)
{
	struct pipeline *pl = r->pl;

	for (size_t i = 0; i < pl->n_detectors; i++) {
		struct detector *d = pl->detectors[i];
		struct htr_err why = HTR_ERR_INIT;
		d->hurry = pl->interrupted && *pl->interrupted;
		if (d->ops->end && !d->failed && d->ops->end(d, &why) < 0) {
			d->failed = true;
			detector_failed(r, d, &why);
		}
		if (d->ops->status) {
			cleanup_buf struct htr_buf line = { 0 };
			d->ops->status(d, &line);
			if (line.len) {
				say(pl, "%.200s: %s", d->name, htr_buf_str(&line));
			}
		}
		d->time_of = NULL;
		d->time_data = NULL;
	}
}

/* ---- one trace ------------------------------------------------------------------------------------------ */

static void override_facts(struct run *r)
{
	const struct fact_override *o = &r->pl->override;

	r->facts = *htr_reader_facts(r->reader);
	if (o->container_id) {
		r->facts.container_id = o->container_id;
	}
	if (o->container_name) {
		r->facts.container_name = o->container_name;
	}
	if (o->container_image) {
		r->facts.container_image = o->container_image;
	}
	if (o->container_privileged >= 0) {
		r->facts.container_privileged = o->container_privileged;
	}
}

static int parse_range(struct run *r, bool stream, struct htr_err *err)
{
	int64_t start = r->facts.start_real_ns;
	int64_t last = stream ? STREAM_SPAN_NS : htr_reader_last_ns(r->reader);

	r->from = INT64_MIN;
	r->to = INT64_MAX;
	if (!r->pl->range) {
		return 0;
	}
	return htr_time_parse_range(r->pl->range, start, detector_real_ns(&r->facts, last),
				    &r->from, &r->to, err);
}

static int open_run(struct run *r, const char *file, struct htr_err *err)
{
	bool stream = strcmp(file, "-") == 0;

	int e = htr_reader_open(&r->reader, file, 0, err);
	if (e < 0) {
		return e;
	}
	r->no_lookup = stream;
	override_facts(r);
	e = parse_range(r, stream, err);
	e = e < 0 ? e : htr_cursor_open(&r->cursor, r->reader, err);
	e = e < 0 ? e : htr_state_new(&r->state, &r->facts, err);
	if (e < 0) {
		return e;
	}
	r->times = calloc(TIMES, sizeof(*r->times));
	return r->times ? 0 : htr_err_set(err, -ENOMEM, "out of memory");
}

static void damage(struct run *r, const struct htr_err *why)
{
	r->pl->damaged = true;
	if (r->n_damaged++ < DAMAGE_LINES) {
		say(r->pl, "warning: %s: %s", htr_reader_name(r->reader), why->msg);
	}
}

/* 1 go on, 0 enough, < 0 error */
static int one_event(struct run *r, const struct htr_event *ev, struct htr_err *err)
{
	int e = htr_state_apply(r->state, ev, err);

	if (e < 0) {
		return e;
	}
	r->pl->n_events++;
	r->times[ev->seq % TIMES] = (struct time_slot){ ev->seq, ev->time_ns };
	if (ev->time_ns > r->to) {
		return 0;
	}
	if (ev->time_ns >= r->from) {
		event_all(r);
	}
	if (r->pl->report->failed) {
		return htr_err_set(err, -EIO, "the alerts cannot be written");
	}
	return 1;
}

static int walk(struct run *r, struct htr_err *err)
{
	const struct htr_event *ev;

	for (;;) {
		if (r->pl->interrupted && *r->pl->interrupted) {
			return htr_err_set(err, -EINTR, "interrupted");
		}
		int e = htr_cursor_next(r->cursor, &ev, err);
		if (e == -EBADMSG || e == -ENODATA) {
			damage(r, err);
			continue;
		}
		if (e <= 0) {
			return e;
		}
		e = one_event(r, ev, err);
		if (e <= 0) {
			return e;
		}
	}
}

/* What the file itself says about its completeness, after everything was read. */
static void check_end(struct run *r)
{
	enum htr_reader_state state = htr_reader_state(r->reader);

	if (r->n_damaged > DAMAGE_LINES) {
		say(r->pl, "warning: %s: %llu more damaged places", htr_reader_name(r->reader),
		    (unsigned long long)(r->n_damaged - DAMAGE_LINES));
	}
	if (r->n_damaged || (state != HTR_STATE_UNCLOSED && state != HTR_STATE_DAMAGED)) {
		return;
	}
	r->pl->damaged = true;
	say(r->pl, "warning: %s: %s; %llu events were read", htr_reader_name(r->reader),
	    state == HTR_STATE_UNCLOSED ? "the end is missing (not closed cleanly)"
					: "a part cannot be read",
	    (unsigned long long)r->pl->n_events);
}

int pipeline_run(struct pipeline *pl, const char *file, struct htr_err *err)
{
	HTR_CLEANUP(run_fini) struct run r = { .pl = pl };

	int e = open_run(&r, file, err);
	if (e < 0) {
		return e;
	}
	const struct trace_info info = { .name = htr_reader_name(r.reader), .facts = &r.facts };
	pl->report->trace = info.name;
	pl->report->facts = &r.facts;
	begin_all(&r, &info);
	e = walk(&r, err);
	end_all(&r);
	if (e == 0) {
		check_end(&r);
	}
	pl->report->trace = NULL;
	pl->report->facts = NULL;
	return e;
}
