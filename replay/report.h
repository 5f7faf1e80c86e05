/* SPDX-License-Identifier: Apache-2.0
 *
 * report.h - alerts on standard output, counted; one table entry a form of output.
 */
#ifndef REPLAY_REPORT_H
#define REPLAY_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "formats/core/buf.h"
#include "formats/model/facts.h"
#include "replay/alert.h"

struct report;

struct report_ops {
	const char *name;
	/* line - append one alert with its newline */
	void (*line)(const struct report *rep, const struct alert *alert, struct htr_buf *out);
};

extern const struct report_ops report_text;
extern const struct report_ops report_json;

struct report {
	const struct report_ops *ops;
	FILE *out;                  /* borrowed */
	bool color;                 /* text only */
	bool name_trace;            /* text: several traces are replayed, say which */
	enum priority min_priority; /* alerts less severe than this are not shown and not counted */
	const char *trace;          /* name of the running trace; borrowed */
	const struct htr_facts *facts; /* of the running trace; borrowed; may be NULL */
	uint64_t n_alerts;
	uint64_t by_priority[PRIORITY_MAX];
	bool failed; /* memory ran out or the output could not be written */
	struct htr_buf line;
};

void report_fini(struct report *rep);

/* report_alert - alert_fn: print and count. @report: struct report */
void report_alert(const struct alert *alert, void *report);

/* report_worst - most severe priority seen; PRIORITY_MAX without alerts. */
enum priority report_worst(const struct report *rep);

/* report_summary - append "4 alerts (1 critical, 2 warning, 1 notice)", no newline. */
void report_summary(const struct report *rep, struct htr_buf *out);

#endif
