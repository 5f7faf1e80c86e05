/* SPDX-License-Identifier: Apache-2.0
 *
 * textpane.h - lines of detail that wrap and scroll; a line may carry a value that `=` and `!` take into the filter.
 */
#ifndef HTR_VIEWER_TEXTPANE_H
#define HTR_VIEWER_TEXTPANE_H

#include <stdbool.h>

#include "viewer/canvas.h"
#include "viewer/request.h"
#include "viewer/spans.h"

#define TEXTPANE_LINES_MAX 1024 /* more is cut, with a line that says so */
#define TEXTPANE_LABEL     6    /* continuation rows start under the value */

struct textline {
	struct spans text;
	const char *field;    /* filter field, static memory; NULL: the line is no handle */
	struct htr_buf value; /* raw bytes of the value */
};

struct textpane {
	struct textline *lines; /* owned */
	unsigned n, cap;        /* lines in use, lines with memory */
	unsigned top, cur;
	struct textline spare; /* takes what is not shown: over the limit, no memory */
	struct rect rect;      /* where it was drawn */
};

void textpane_fini(struct textpane *tp);
/* textpane_begin - forget the lines; scroll position stays. */
void textpane_begin(struct textpane *tp);
/* textpane_add - a new empty line to fill; never NULL. Beyond the limit or without memory it is
 * one that is not shown. Borrowed until the next add. */
struct textline *textpane_add(struct textpane *tp);
/* textpane_value - make the line a handle. */
void textpane_value(struct textline *line, const char *field, const void *value, size_t len);

void textpane_draw(struct textpane *tp, struct canvas *c, struct rect r, bool focus);
/* textpane_request - movements; false: not one of them. */
bool textpane_request(struct textpane *tp, enum request req);
/* textpane_at - line under the cursor, NULL when empty. */
const struct textline *textpane_at(const struct textpane *tp);

#endif
