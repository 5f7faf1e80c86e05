/* SPDX-License-Identifier: Apache-2.0
 *
 * detector.h - the one face of everything that watches events: filters, rules, programs of the user;
 * shared objects and baselines will be further tables of this kind.
 *
 * A detector that fails is switched off for the rest of the trace and makes the exit code 4; the others
 * go on. Nothing here prints.
 */
#ifndef REPLAY_DETECTOR_H
#define REPLAY_DETECTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/core/err.h"
#include "formats/model/state.h"
#include "replay/alert.h"
#include "replay/rules/ruleset.h"

struct detector;

/* What a detector may know of the trace before its first event. */
struct trace_info {
	const char *name;
	const struct htr_facts *facts;
};

struct detector_ops {
	const char *kind; /* "rules", "filter", "process" */

	/* begin - a new trace. Required. Nothing of an earlier trace may be remembered. */
	int (*begin)(struct detector *d, const struct trace_info *info, struct htr_err *err);
	/* event - the state's current event. Required. Alerts go to d->alert. < 0: switch me off. */
	int (*event)(struct detector *d, const struct htr_state *st, struct htr_err *err);
	/* end - no more events of this trace. Optional. Also called after event() failed; an error from here
	 * then takes the place of that one. */
	int (*end)(struct detector *d, struct htr_err *err);
	/* status - append one line for people about the last trace, or nothing. Optional. */
	void (*status)(const struct detector *d, struct htr_buf *out);
	/* close - free the detector. Required. */
	void (*close)(struct detector *d);
};

/* First member of every detector. */
struct detector {
	const struct detector_ops *ops;
	const char *name; /* for messages; borrowed for the detector's life */
	alert_fn alert;   /* set by the pipeline before begin */
	void *alert_data;
	/* time of an event of the running trace, ns since the epoch; false: not known any more */
	bool (*time_of)(void *data, uint64_t seq, int64_t *ret_real_ns);
	void *time_data;
	bool failed; /* in this trace */
	bool hurry;  /* the user wants to stop: end() must not wait long */
};

/* detector_close - NULL is fine. */
void detector_close(struct detector *d);

/* detector_time - ns since the epoch of the state's current event. */
int64_t detector_time(const struct htr_state *st);

/* Real times are sums of two numbers from a file: they stop at the ends of the range. */
int64_t detector_real_ns(const struct htr_facts *facts, int64_t time_ns);

/*
 * det_filter_open - an alert for each event that a filter matches
 *
 * @text:   the filter; borrowed for the detector's life
 * @format: output template, or NULL for a line as `holter cat` prints it
 * @ferr, @ret_bad: [out] on -EINVAL: place, and which of the two texts is wrong
 */
int det_filter_open(struct detector **ret, const char *text, const char *format,
		    struct htr_filter_err *ferr, const char **ret_bad,
		    struct htr_err *err) HTR_MUST_CHECK;

/*
 * det_rules_open - an alert for each rule that matches
 *
 * @rs:    taken, also on failure
 * @first: only the first rule that matches an event, in the order of the files
 */
int det_rules_open(struct detector **ret, struct ruleset *rs_take, bool first,
		   struct htr_err *err) HTR_MUST_CHECK;

/*
 * det_process_open - a program of the user: events in, alerts out, both as lines of JSON
 *
 * @command:    for /bin/sh -c; borrowed. It is started anew for each trace.
 * @timeout_ns: longest time the program may take no input, or not end after its input ended
 * Source:      holter-rules(7), "External detectors"
 */
int det_process_open(struct detector **ret, const char *command, int64_t timeout_ns,
		     struct htr_err *err) HTR_MUST_CHECK;

#endif
