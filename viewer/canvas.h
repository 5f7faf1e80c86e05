/* SPDX-License-Identifier: Apache-2.0
 *
 * canvas.h - a grid of cells that views draw into; term.c copies it to a terminal, tests dump it as text.
 *
 * All drawing is clipped to the given width and to the canvas: a call never changes a cell outside. A
 * canvas of any size is legal, also 1x1.
 */
#ifndef HTR_VIEWER_CANVAS_H
#define HTR_VIEWER_CANVAS_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/core/buf.h"
#include "viewer/spans.h"
#include "viewer/theme.h"

#define CANVAS_SIDE_MAX 4096 /* columns or rows; larger terminals use the first 4096 */

enum cell_flags {
	CELL_ESCAPE = 1, /* reverse video: a character that is not really there */
	CELL_CURSOR = 2, /* on the cursor row */
	CELL_MATCH = 4,  /* found by the search */
};

struct cell {
	uint32_t cp;   /* code point; ' ' when empty */
	uint8_t width; /* 1, 2; 0: right half of the wide character to the left */
	uint8_t style; /* enum style */
	uint8_t flags; /* enum cell_flags */
};

struct rect {
	int x, y, w, h;
};

struct canvas {
	int w, h;
	struct cell *cells;     /* w * h, owned */
	int cursor_x, cursor_y; /* where the terminal's cursor shall stand */
	bool cursor_shown;      /* visible (text input); else it only rests on the selected row */
	bool ascii;
};

/* canvas_resize - w x h blank cells; sizes are clamped to 1 .. CANVAS_SIDE_MAX. A zeroed struct is an empty
 * canvas. Returns: 0 or -ENOMEM (old content stays). */
int canvas_resize(struct canvas *c, int w, int h) __attribute__((warn_unused_result));
void canvas_fini(struct canvas *c);
void canvas_clear(struct canvas *c);

/* canvas_cell - cell at x, y, or NULL outside. Borrowed. */
const struct cell *canvas_cell(const struct canvas *c, int x, int y);

/*
 * canvas_spans - draw one line of parts into w columns at x, y
 *
 * Shape:   a line that is longer ends with a '>' in the last column; @skip columns are left out at the
 *          front and then a '<' stands in the first column.
 * Returns: columns used.
 */
int canvas_spans(struct canvas *c, int x, int y, int w, const struct spans *s, int skip,
		 unsigned flags);
/* canvas_spans_right - the same, right-aligned when it fits. */
int canvas_spans_right(struct canvas *c, int x, int y, int w, const struct spans *s,
		       unsigned flags);
/* canvas_spans_wrap - draw over as many rows of r as needed, leaving out the first `skip` rows;
 * continuation rows are indented. Returns the number of rows the whole line needs. */
int canvas_spans_wrap(struct canvas *c, struct rect r, const struct spans *s, int skip, int indent,
		      unsigned flags);

/* canvas_own - draw text of this program. Returns columns used. */
int canvas_own(struct canvas *c, int x, int y, int w, enum style style, const char *text);
int canvas_ownf(struct canvas *c, int x, int y, int w, enum style style, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));

/* canvas_fill - w columns of one character of this program. */
void canvas_fill(struct canvas *c, int x, int y, int w, uint32_t cp, enum style style);
/* canvas_column - a vertical rule. */
void canvas_column(struct canvas *c, int x, int y, int h);
/* canvas_flag - set flags on w cells (the cursor bar). */
void canvas_flag(struct canvas *c, int x, int y, int w, unsigned flags);

/* canvas_dump - rows as UTF-8 text, blanks at line ends left out, one '\n' per row. */
void canvas_dump(const struct canvas *c, struct htr_buf *out);
/* canvas_dump_styles - the same shape with one letter per cell: style, lower case on the cursor row, '#' for
 * escapes. */
void canvas_dump_styles(const struct canvas *c, struct htr_buf *out);

#endif
