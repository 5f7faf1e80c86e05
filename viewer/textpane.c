/* SPDX-License-Identifier: Apache-2.0
 * Lines of detail. */
#include "viewer/textpane.h"

#include <stdlib.h>
#include <string.h>

void textpane_fini(struct textpane *tp)
{
	for (unsigned i = 0; i < tp->cap; i++) {
		spans_fini(&tp->lines[i].text);
		htr_buf_fini(&tp->lines[i].value);
	}
	spans_fini(&tp->spare.text);
	htr_buf_fini(&tp->spare.value);
	free(tp->lines);
	*tp = (struct textpane){ 0 };
}

void textpane_begin(struct textpane *tp)
{
	tp->n = 0;
}

static bool grow(struct textpane *tp)
{
	unsigned cap = tp->cap ? tp->cap * 2 : 32;
	struct textline *p = reallocarray(tp->lines, cap, sizeof(*p));

	if (!p) {
		return false;
	}
	memset(p + tp->cap, 0, (cap - tp->cap) * sizeof(*p));
	tp->lines = p;
	tp->cap = cap;
	return true;
}

struct textline *textpane_add(struct textpane *tp)
{
	struct textline *line = &tp->spare;

	if (tp->n < TEXTPANE_LINES_MAX && (tp->n < tp->cap || grow(tp))) {
		line = &tp->lines[tp->n++];
	}
	spans_reset(&line->text);
	htr_buf_reset(&line->value);
	line->field = NULL;
	if (tp->n == TEXTPANE_LINES_MAX && line != &tp->spare) {
		spans_own(&line->text, ST_DIM, "... more is not shown");
		line = &tp->spare;
	}
	return line;
}

void textpane_value(struct textline *line, const char *field, const void *value, size_t len)
{
	line->field = field;
	htr_buf_reset(&line->value);
	htr_buf_add(&line->value, value, len);
}

static int rows_of(const struct textpane *tp, unsigned i, struct canvas *c, int w)
{
	struct rect none = { 0, 0, w, 0 };

	return canvas_spans_wrap(c, none, &tp->lines[i].text, 0, TEXTPANE_LABEL, 0);
}

/* The cursor line must be in the window; top moves as little as possible. */
static void keep_in_window(struct textpane *tp, struct canvas *c, struct rect r)
{
	if (tp->n == 0) {
		tp->top = tp->cur = 0;
		return;
	}
	if (tp->cur >= tp->n) {
		tp->cur = tp->n - 1;
	}
	if (tp->top > tp->cur) {
		tp->top = tp->cur;
	}
	int need = rows_of(tp, tp->cur, c, r.w - 1);
	unsigned first = tp->cur;

	while (first > tp->top) {
		need += rows_of(tp, first - 1, c, r.w - 1);
		if (need > r.h) {
			break;
		}
		first--;
	}
	tp->top = first;
}

void textpane_draw(struct textpane *tp, struct canvas *c, struct rect r, bool focus)
{
	tp->rect = r;
	if (r.w <= 1 || r.h <= 0) {
		return;
	}
	keep_in_window(tp, c, r);
	int y = r.y;

	for (unsigned i = tp->top; i < tp->n && y < r.y + r.h; i++) {
		struct rect at = { r.x + 1, y, r.w - 1, r.y + r.h - y };
		int rows = canvas_spans_wrap(c, at, &tp->lines[i].text, 0, TEXTPANE_LABEL, 0);

		if (focus && i == tp->cur) {
			int h = rows < at.h ? rows : at.h;

			canvas_own(c, r.x, y, 1, ST_KEY, ">");
			for (int k = 0; k < h; k++) {
				canvas_flag(c, r.x, y + k, r.w, CELL_CURSOR);
			}
			c->cursor_x = r.x;
			c->cursor_y = y;
		}
		y += rows;
	}
}

bool textpane_request(struct textpane *tp, enum request req)
{
	unsigned last = tp->n ? tp->n - 1 : 0;
	unsigned page = tp->rect.h > 1 ? (unsigned)tp->rect.h - 1 : 1;

	switch ((int)req) {
	case REQ_DOWN:
		tp->cur = tp->cur < last ? tp->cur + 1 : last;
		return true;
	case REQ_UP:
		tp->cur = tp->cur ? tp->cur - 1 : 0;
		return true;
	case REQ_PAGE_DOWN:
	case REQ_HALF_DOWN:
		tp->cur = last - tp->cur > page ? tp->cur + page : last;
		return true;
	case REQ_PAGE_UP:
	case REQ_HALF_UP:
		tp->cur = tp->cur > page ? tp->cur - page : 0;
		return true;
	case REQ_TOP:
		tp->cur = 0;
		return true;
	case REQ_BOTTOM:
		tp->cur = last;
		return true;
	default:
		return false;
	}
}

const struct textline *textpane_at(const struct textpane *tp)
{
	return tp->cur < tp->n ? &tp->lines[tp->cur] : NULL;
}
