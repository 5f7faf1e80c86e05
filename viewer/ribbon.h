/* SPDX-License-Identifier: Apache-2.0
 *
 * ribbon.h - how much happened when: counts over time from the heads of the blocks at once, from the
 * events themselves once a pass has seen them.
 */
#ifndef HTR_VIEWER_RIBBON_H
#define HTR_VIEWER_RIBBON_H

#include <stdbool.h>
#include <stdint.h>

#include "viewer/canvas.h"
#include "viewer/loader.h"

#define RIBBON_BUCKETS 4096

struct ribbon {
	int64_t end_ns;                  /* buckets cover [0, end_ns] */
	uint32_t events[RIBBON_BUCKETS]; /* saturating */
	uint16_t execs[RIBBON_BUCKETS];  /* new programs */
	bool exact;                      /* the pass is over: events and execs are true */
	float heads[RIBBON_BUCKETS];     /* estimate from block heads */
};

/* ribbon_init - estimate from the block heads. */
void ribbon_init(struct ribbon *r, const struct loader *l);
/* ribbon_add - one event of the pass. */
void ribbon_add(struct ribbon *r, const struct htr_event *ev);

/* ribbon_draw - one row of columns for the times [from, to]. */
void ribbon_draw(const struct ribbon *r, struct canvas *c, struct rect row, int64_t from_ns,
		 int64_t to_ns);
/* ribbon_marks - the row under it: a digit (1-9, +) where programs began, ^ at the cursor. */
void ribbon_marks(const struct ribbon *r, struct canvas *c, struct rect row, int64_t from_ns,
		  int64_t to_ns, int64_t cursor_ns);
/* ribbon_column - column of a time, -1 outside. */
int ribbon_column(int w, int64_t from_ns, int64_t to_ns, int64_t at_ns);

#endif
