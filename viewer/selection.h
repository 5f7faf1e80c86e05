/* SPDX-License-Identifier: Apache-2.0
 *
 * selection.h - what is looked at: filter, time range, event under the cursor, screen; with undo and redo.
 *
 * All screens share the current selection. A change is pushed; undo, redo and back move among the pushed.
 */
#ifndef HTR_VIEWER_SELECTION_H
#define HTR_VIEWER_SELECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/core/buf.h"

#define SELECTION_MAX 100 /* steps of undo; the oldest are forgotten */

struct selection {
	char *filter;     /* owned by the stack; "" none */
	int64_t from_ns;  /* INT64_MIN: start of the trace */
	int64_t to_ns;    /* exclusive; INT64_MAX: end of the trace */
	uint64_t ordinal; /* event under the cursor */
	int screen;       /* enum screen */
	bool drilled;     /* reached by Enter: Backspace leaves it */
};

struct selections {
	struct selection at[SELECTION_MAX];
	size_t n, now; /* now < n */
};

/* selections_init - one selection: everything. Returns 0 or -ENOMEM. */
int selections_init(struct selections *s, int screen) __attribute__((warn_unused_result));
void selections_fini(struct selections *s);

/* selections_now - never NULL. Borrowed until the next change. */
const struct selection *selections_now(const struct selections *s);

/* selections_note - remember place and screen in the current selection (no step of undo). */
void selections_note(struct selections *s, uint64_t ordinal, int screen);

/* selections_push - make `next` the current one (its filter is copied); what was undone is forgotten. Equal
 * filter, range and screen change nothing. Returns: 1 pushed, 0 no change, -ENOMEM. */
int selections_push(struct selections *s, const struct selection *next)
	__attribute__((warn_unused_result));

/* Each returns false at the end of the stack. */
bool selections_undo(struct selections *s);
bool selections_redo(struct selections *s);
/* selections_back - to before the last drill. */
bool selections_back(struct selections *s);

/* filter_and - append `old and more` with parentheses where needed; more alone when old is empty. */
void filter_and(struct htr_buf *out, const char *old, const char *more);
/* filter_value - append bytes as a constant of the filter language, quoted when needed. */
void filter_value(struct htr_buf *out, const void *bytes, size_t len);

#endif
