/* SPDX-License-Identifier: Apache-2.0
 *
 * search.h - find text in the visible columns, or the next failed call, from the cursor on; in slices.
 */
#ifndef HTR_VIEWER_SEARCH_H
#define HTR_VIEWER_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

#include "viewer/prompt.h"

struct app;

enum search_what {
	SEARCH_NONE = 0,
	SEARCH_TEXT,
	SEARCH_ERROR, /* a call that failed */
};

struct search {
	char text[PROMPT_MAX + 1]; /* last text searched for; "" none */
	bool backwards;            /* direction of that search */
	enum search_what running;
	bool down;            /* direction now */
	uint64_t row;         /* next row to look at */
	uint64_t left, total; /* rows to look at */
	bool wrapped;
};

/* search_start - look for the text from the row behind the cursor. */
void search_start(struct app *app, const char *text, bool backwards);
/* search_again - the same text; opposite: in the other direction. */
void search_again(struct app *app, bool opposite);
void search_error(struct app *app, bool down);
/* search_slice - look at up to `budget` rows; true: more to do. */
bool search_slice(struct app *app, unsigned budget);
/* search_stop - true: one was running. */
bool search_stop(struct app *app);

#endif
