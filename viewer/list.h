/* SPDX-License-Identifier: Apache-2.0
 *
 * list.h - a table of any length of which only the visible rows are ever made.
 *
 * Columns are data; rows come from a source. The list keeps the cursor, the window and the column under the
 * cursor; it knows nothing of events or processes.
 */
#ifndef HTR_VIEWER_LIST_H
#define HTR_VIEWER_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "viewer/canvas.h"
#include "viewer/request.h"
#include "viewer/spans.h"

#define LIST_COLUMNS_MAX 16

struct column {
	const char *head;
	uint8_t width; /* columns; least width of the one that grows */
	uint8_t drop; /* when there is no room: columns with the highest number go first; 0 never */
	bool grows;   /* takes what is left; at most one */
	bool right;   /* right-aligned */
};

struct list_source {
	const struct column *columns;
	unsigned n_columns;
	uint64_t (*len)(void *data);
	/* parts of one cell; out was reset; row < len */
	void (*cell)(void *data, uint64_t row, unsigned column, struct spans *out);
	/* optional: style bits for the row: CELL_* */
	unsigned (*flags)(void *data, uint64_t row);
};

struct list {
	uint64_t top, cur; /* first visible row, cursor row */
	unsigned col;      /* column under the cursor */
	int skip;          /* columns of the growing column scrolled away */
	int page;          /* visible rows at the last draw */
	struct rect rect;  /* where it was drawn, with the heading */
	struct spans cell; /* scratch */
	const char *find;  /* borrowed: cells that hold this text are marked; NULL none */
};

void list_fini(struct list *l);

/* list_draw - heading and rows into r; `focus` draws the cursor as active. Keeps the cursor in the window. */
void list_draw(struct list *l, const struct list_source *src, void *data, struct canvas *c,
	       struct rect r, bool focus);

/* list_request - movements; false: not one of them. */
bool list_request(struct list *l, const struct list_source *src, void *data, enum request req);

/* list_move_to - cursor to a row (clamped); the window follows so that the row is not at its edge. */
void list_move_to(struct list *l, uint64_t row, uint64_t n_rows);

/* list_row_at - row under a screen position; false: not on a row. */
bool list_row_at(const struct list *l, int x, int y, uint64_t n_rows, uint64_t *ret);

/* list_row_text - all columns as they are shown, joined with one blank, for search. */
void list_row_text(struct list *l, const struct list_source *src, void *data, uint64_t row,
		   struct htr_buf *out);

/* text_find - place of needle in hay, without regard to case unless needle has a capital letter; -1 none. */
long text_find(const char *hay, const char *needle);

#endif
