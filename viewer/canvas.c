/* SPDX-License-Identifier: Apache-2.0
 * Cells, clipping and dumps. */
#include "viewer/canvas.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct cell blank = { .cp = ' ', .width = 1, .style = ST_TEXT };

static struct cell *cell_at(const struct canvas *c, int x, int y)
{
	return &c->cells[(size_t)y * (size_t)c->w + (size_t)x];
}

void canvas_clear(struct canvas *c)
{
	for (int i = 0; i < c->w * c->h; i++) {
		c->cells[i] = blank;
	}
	c->cursor_shown = false;
	c->cursor_x = c->cursor_y = 0;
}

int canvas_resize(struct canvas *c, int w, int h)
{
	w = w < 1 ? 1 : w > CANVAS_SIDE_MAX ? CANVAS_SIDE_MAX : w;
	h = h < 1 ? 1 : h > CANVAS_SIDE_MAX ? CANVAS_SIDE_MAX : h;
	if (w != c->w || h != c->h) {
		struct cell *cells = calloc((size_t)w * (size_t)h, sizeof(*cells));

		if (!cells) {
			return -ENOMEM;
		}
		free(c->cells);
		c->cells = cells;
		c->w = w;
		c->h = h;
	}
	canvas_clear(c);
	return 0;
}

void canvas_fini(struct canvas *c)
{
	free(c->cells);
	*c = (struct canvas){ 0 };
}

const struct cell *canvas_cell(const struct canvas *c, int x, int y)
{
	if (x < 0 || y < 0 || x >= c->w || y >= c->h) {
		return NULL;
	}
	return cell_at(c, x, y);
}

/* The only place where a cell gets content. A wide character that loses one half loses both. */
static void put(struct canvas *c, int x, int y, const struct cell *cell)
{
	if (x < 0 || y < 0 || y >= c->h || x + cell->width > c->w) {
		return;
	}
	struct cell *row = cell_at(c, 0, y);

	if (row[x].width == 0 && x > 0) {
		row[x - 1].cp = ' ';
		row[x - 1].width = 1;
	}
	int end = x + cell->width;
	if (end < c->w && row[end].width == 0) {
		row[end].cp = ' ';
		row[end].width = 1;
	}
	row[x] = *cell;
	if (cell->width == 2) {
		row[x + 1] = *cell;
		row[x + 1].cp = ' ';
		row[x + 1].width = 0;
	}
}

static void put_mark(struct canvas *c, int x, int y, char mark, unsigned flags)
{
	struct cell cell = { (uint32_t)mark, 1, ST_DIM, (uint8_t)flags };
	put(c, x, y, &cell);
}

static struct cell shown_cell(const struct shown *g, unsigned flags)
{
	return (struct cell){ g->cp, g->width, g->style,
			      (uint8_t)(flags | (g->escape ? CELL_ESCAPE : 0)) };
}

/* Narrow x, w to the canvas; false when nothing is left. */
static bool clip(const struct canvas *c, int x, int y, int *w)
{
	if (x < 0 || y < 0 || y >= c->h || x >= c->w || *w <= 0) {
		return false;
	}
	if (*w > c->w - x) {
		*w = c->w - x;
	}
	return true;
}

int canvas_spans(struct canvas *c, int x, int y, int w, const struct spans *s, int skip,
		 unsigned flags)
{
	struct span_iter it;
	struct shown g;
	int at = -skip;

	if (!clip(c, x, y, &w)) {
		return 0;
	}
	span_iter_init(&it, s, c->ascii);
	while (span_iter_next(&it, &g)) {
		if (at >= w || (at >= 0 && at + g.width > w)) {
			for (; at < w; at++) {
				put(c, x + at, y, &blank);
			}
			put_mark(c, x + w - 1, y, '>', flags);
			at = w;
			break;
		}
		if (at >= 0) {
			struct cell cell = shown_cell(&g, flags);
			put(c, x + at, y, &cell);
		} else if (at == -1 && g.width == 2) {
			put(c, x, y, &blank); /* right half of a wide character */
		}
		at += g.width;
	}
	if (skip > 0 && at > 0) {
		put_mark(c, x, y, '<', flags);
	}
	return at > 0 ? at : 0;
}

int canvas_spans_right(struct canvas *c, int x, int y, int w, const struct spans *s, unsigned flags)
{
	int need = spans_width(s, c->ascii);

	if (need < w) {
		canvas_spans(c, x + w - need, y, need, s, 0, flags);
		return w;
	}
	return canvas_spans(c, x, y, w, s, 0, flags);
}

int canvas_spans_wrap(struct canvas *c, struct rect r, const struct spans *s, int skip, int indent,
		      unsigned flags)
{
	struct span_iter it;
	struct shown g;
	int row = 0, at = 0;

	if (r.w <= 0) {
		return 1;
	}
	if (indent >= r.w / 2) {
		indent = 0;
	}
	span_iter_init(&it, s, c->ascii);
	while (span_iter_next(&it, &g)) {
		if (at + g.width > r.w) {
			row++;
			at = indent;
			if (at + g.width > r.w) {
				continue; /* a wide character in one column: cannot be shown */
			}
		}
		if (row >= skip && row - skip < r.h) {
			struct cell cell = shown_cell(&g, flags);
			int w = r.w;

			if (clip(c, r.x, r.y + row - skip, &w) && at + g.width <= w) {
				put(c, r.x + at, r.y + row - skip, &cell);
			}
		}
		at += g.width;
	}
	return row + 1;
}

int canvas_own(struct canvas *c, int x, int y, int w, enum style style, const char *text)
{
	struct spans s = { .n = 1 };
	size_t len = strlen(text);

	/* borrows the text instead of copying it: nothing here frees or grows the buffer */
	union {
		const char *in;
		uint8_t *out;
	} same = { text };
	s.buf.data = same.out;
	s.buf.len = len;
	s.at[0] = (struct span){ 0, (uint32_t)len, SPAN_OWN, (uint8_t)style };
	return canvas_spans(c, x, y, w, &s, 0, 0);
}

int canvas_ownf(struct canvas *c, int x, int y, int w, enum style style, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return n < 0 ? 0 : canvas_own(c, x, y, w, style, text);
}

void canvas_fill(struct canvas *c, int x, int y, int w, uint32_t cp, enum style style)
{
	struct spans s = { .n = 1 };
	uint8_t utf8[8] = { 0 };
	struct htr_buf b = { .data = utf8, .cap = sizeof(utf8) };

	utf8_put(&b, cp);
	s.buf = b;
	s.at[0] = (struct span){ 0, (uint32_t)b.len, SPAN_OWN, (uint8_t)style };
	for (int i = 0; i < w; i++) {
		canvas_spans(c, x + i, y, 1, &s, 0, 0);
	}
}

void canvas_column(struct canvas *c, int x, int y, int h)
{
	for (int i = 0; i < h; i++) {
		canvas_fill(c, x, y + i, 1, 0x2502, ST_RULE);
	}
}

void canvas_flag(struct canvas *c, int x, int y, int w, unsigned flags)
{
	if (!clip(c, x, y, &w)) {
		return;
	}
	for (int i = 0; i < w; i++) {
		struct cell *cell = cell_at(c, x + i, y);
		cell->flags |= (uint8_t)flags;
	}
}

static void chomp_blanks(struct htr_buf *out, size_t from)
{
	while (out->len > from && out->data[out->len - 1] == ' ') {
		out->len--;
	}
	htr_buf_addc(out, '\n');
}

void canvas_dump(const struct canvas *c, struct htr_buf *out)
{
	for (int y = 0; y < c->h; y++) {
		size_t from = out->len;

		for (int x = 0; x < c->w; x++) {
			const struct cell *cell = cell_at(c, x, y);
			if (cell->width) {
				utf8_put(out, cell->cp);
			}
		}
		chomp_blanks(out, from);
	}
}

void canvas_dump_styles(const struct canvas *c, struct htr_buf *out)
{
	for (int y = 0; y < c->h; y++) {
		size_t from = out->len;

		for (int x = 0; x < c->w; x++) {
			const struct cell *cell = cell_at(c, x, y);
			char letter = theme_letter((enum style)cell->style);

			if (cell->flags & CELL_CURSOR) {
				letter = (char)(letter | 0x20);
			}
			if (cell->flags & CELL_ESCAPE) {
				letter = '#';
			}
			if (cell->flags & CELL_MATCH) {
				letter = '*';
			}
			if (cell->cp == ' ' && !cell->flags && cell->width) {
				letter = ' ';
			}
			htr_buf_addc(out, letter);
		}
		chomp_blanks(out, from);
	}
}
