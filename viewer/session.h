/* SPDX-License-Identifier: Apache-2.0
 *
 * session.h - one open trace and everything known about it so far: rows, processes, selection, settings.
 *
 * Work runs in slices (session_work) so that keys never wait; all screens read from here.
 */
#ifndef HTR_VIEWER_SESSION_H
#define HTR_VIEWER_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "viewer/factbook.h"
#include "viewer/loader.h"
#include "viewer/proctab.h"
#include "viewer/result.h"
#include "viewer/ribbon.h"
#include "viewer/selection.h"

enum time_format {
	TIME_CLOCK = 0, /* time of day */
	TIME_START,     /* since the start of the trace */
	TIME_DELTA,     /* since the row before */
	TIME_FORMAT_MAX
};

struct session {
	struct loader loader;
	struct proctab procs;
	struct walk scan; /* pass that fills procs and ribbon */
	bool scanning;
	uint64_t damaged; /* events that could not be read */
	struct ribbon *ribbon;
	struct results results;
	struct result *result; /* of the current filter; in results */
	struct result nothing; /* stands in when there is no memory for one */
	char nothing_text[1];
	struct selections selections;
	uint64_t range_lo, range_hi; /* ordinals of the selected time range */
	struct factbook facts;
	struct htr_err err; /* of the passes; code 0: none */
	bool local;         /* times in the local zone */
	enum time_format time_format;
};

/* session_open - open a trace and prepare the passes. `reader_take` is taken, also on failure. */
int session_open(struct session *s, struct htr_reader *reader_take, int screen,
		 struct htr_err *err) HTR_MUST_CHECK;
void session_close(struct session *s);

/*
 * session_refresh - begin anew when the trace's list of blocks changed under us (its index had lied): passes
 * start again, filter and time range stay
 *
 * Call before drawing and before keys. Cheap when nothing changed.
 */
void session_refresh(struct session *s);

/* session_pending - some pass has more to do. */
bool session_pending(const struct session *s);
/* session_work - do a slice of at most `budget` events per pass. Returns: true when more is to do. */
bool session_work(struct session *s, unsigned budget);
/* session_stop - stop the filter pass; true when one was running. */
bool session_stop(struct session *s);

const struct htr_facts *session_facts(const struct session *s);

/* Rows: events of the current filter in the current time range. */
uint64_t session_n_rows(struct session *s);
uint64_t session_row(struct session *s, uint64_t row);      /* ordinal; row < n_rows */
uint64_t session_rank(struct session *s, uint64_t ordinal); /* row of the first ordinal >= this */

/*
 * session_select - change the selection; undoable
 *
 * Returns: 0, -EINVAL (filter text, ferr says where; nothing changed), -ENOMEM.
 */
int session_select(struct session *s, const struct selection *next, struct htr_filter_err *ferr,
		   struct htr_err *err) HTR_MUST_CHECK;
/* session_undo / redo / back - false: nothing to go to. */
bool session_undo(struct session *s);
bool session_redo(struct session *s);
bool session_back(struct session *s);

/* session_range - shown time range in ns since trace start, always within the trace. */
void session_range(const struct session *s, int64_t *ret_from, int64_t *ret_to);

/* session_goto - ordinal of a place as typed: "#5120113", "20:09:02", "+3.2s", "2026-11-21T20:09:02Z". */
int session_goto(struct session *s, const char *text, uint64_t *ret,
		 struct htr_err *err) HTR_MUST_CHECK;

/* session_clock - time of day of a trace time, digits behind the second, in the chosen zone. */
void session_clock(const struct session *s, int64_t time_ns, unsigned digits, char out[40]);

/* session_proc_name - "sh[212]" for an event: raw name and own text. */
void session_proc(const struct session *s, int32_t pid, uint64_t seq, struct spans *out);

#endif
