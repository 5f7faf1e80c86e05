/* SPDX-License-Identifier: Apache-2.0
 * Virtual table. */
#include "viewer/list.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#define SKIP_STEP 8

void list_fini(struct list *l)
{
	spans_fini(&l->cell);
}

/* Widths of the columns that fit into w, 0 for those that do not; the cursor mark takes one column. */
static void fit(const struct list_source *src, int w, int *widths)
{
	int grows = -1;
	int used = 0;
	bool out[LIST_COLUMNS_MAX] = { false };

	while (true) {
		int worst = -1;

		used = 1;
		for (unsigned i = 0; i < src->n_columns; i++) {
			const struct column *col = &src->columns[i];
			if (out[i]) {
				continue;
			}
			used += col->width + 1;
			if (col->drop && (worst < 0 || col->drop > src->columns[worst].drop)) {
				worst = (int)i;
			}
		}
		if (used - 1 <= w || worst < 0) {
			break;
		}
		out[worst] = true;
	}
	for (unsigned i = 0; i < src->n_columns; i++) {
		widths[i] = out[i] ? 0 : src->columns[i].width;
		if (src->columns[i].grows && !out[i]) {
			grows = (int)i;
		}
	}
	if (grows >= 0) {
		int wide = widths[grows] + w - (used - 1);
		widths[grows] = wide > 1 ? wide : 1;
	}
}

static void mark_found(struct list *l, struct canvas *c, int x, int y, int w)
{
	if (l->find && l->find[0]) {
		cleanup_buf struct htr_buf text = { 0 };

		spans_text(&text, &l->cell, c->ascii);
		if (text_find(htr_buf_str(&text), l->find) >= 0) {
			int used = spans_width(&l->cell, c->ascii);
			canvas_flag(c, x, y, used < w ? used : w, CELL_MATCH);
		}
	}
}

static void draw_row(struct list *l, const struct list_source *src, void *data, struct canvas *c,
		     struct rect r, uint64_t row, const int *widths)
{
	unsigned flags = src->flags ? src->flags(data, row) : 0;
	int x = r.x + 1;

	for (unsigned i = 0; i < src->n_columns && x < r.x + r.w; i++) {
		int w = widths[i] < r.x + r.w - x ? widths[i] : r.x + r.w - x;

		if (w <= 0) {
			continue;
		}
		spans_reset(&l->cell);
		src->cell(data, row, i, &l->cell);
		if (src->columns[i].right) {
			canvas_spans_right(c, x, r.y, w, &l->cell, flags);
		} else {
			int skip = src->columns[i].grows ? l->skip : 0;
			canvas_spans(c, x, r.y, w, &l->cell, skip, flags);
		}
		mark_found(l, c, x, r.y, w);
		x += w + 1;
	}
}

static void draw_heads(const struct list *l, const struct list_source *src, struct canvas *c,
		       struct rect r, const int *widths, bool focus)
{
	int x = r.x + 1;

	for (unsigned i = 0; i < src->n_columns && x < r.x + r.w; i++) {
		int w = widths[i] < r.x + r.w - x ? widths[i] : r.x + r.w - x;
		int need = (int)strlen(src->columns[i].head);
		int at = src->columns[i].right && need < w ? x + w - need : x;

		if (w > 0) {
			canvas_own(c, at, r.y, x + w - at,
				   focus && i == l->col ? ST_HEAD_ON : ST_HEAD,
				   src->columns[i].head);
			x += w + 1;
		}
	}
}

static void keep_in_window(struct list *l, uint64_t n)
{
	uint64_t page = l->page > 0 ? (uint64_t)l->page : 1;

	if (l->cur >= n) {
		l->cur = n ? n - 1 : 0;
	}
	if (l->cur < l->top) {
		l->top = l->cur;
	} else if (l->cur - l->top >= page) {
		l->top = l->cur - page + 1;
	}
	if (l->top + page > n) {
		l->top = n > page ? n - page : 0;
	}
}

void list_draw(struct list *l, const struct list_source *src, void *data, struct canvas *c,
	       struct rect r, bool focus)
{
	int widths[LIST_COLUMNS_MAX];
	uint64_t n = src->len(data);

	assert(src->n_columns <= LIST_COLUMNS_MAX);
	if (r.w <= 0 || r.h <= 0) {
		return;
	}
	bool heads = r.h > 1;

	l->rect = r;
	l->page = r.h - heads;
	fit(src, r.w, widths);
	while (l->col < src->n_columns && widths[l->col] == 0) {
		l->col++;
	}
	l->col = l->col < src->n_columns ? l->col : 0;
	keep_in_window(l, n);
	if (heads) {
		draw_heads(l, src, c, r, widths, focus);
	}
	for (int i = 0; i < l->page && l->top + (uint64_t)i < n; i++) {
		uint64_t row = l->top + (uint64_t)i;
		struct rect at = { r.x, r.y + heads + i, r.w, 1 };

		draw_row(l, src, data, c, at, row, widths);
		if (row == l->cur) {
			canvas_own(c, at.x, at.y, 1, ST_KEY, ">");
			if (focus) {
				canvas_flag(c, at.x, at.y, at.w, CELL_CURSOR);
				c->cursor_x = at.x;
				c->cursor_y = at.y;
			}
		}
	}
}

void list_move_to(struct list *l, uint64_t row, uint64_t n_rows)
{
	uint64_t page = l->page > 0 ? (uint64_t)l->page : 1;

	l->cur = row < n_rows ? row : n_rows ? n_rows - 1 : 0;
	if (l->cur < l->top || l->cur - l->top >= page) {
		l->top = l->cur > page / 3 ? l->cur - page / 3 : 0;
	}
	keep_in_window(l, n_rows);
}

static void move_by(struct list *l, uint64_t n, int64_t by)
{
	if (by < 0) {
		uint64_t up = (uint64_t)-by;
		l->cur = l->cur > up ? l->cur - up : 0;
	} else if (n) {
		l->cur = n - 1 - l->cur > (uint64_t)by ? l->cur + (uint64_t)by : n - 1;
	}
	keep_in_window(l, n);
}

static void move_column(struct list *l, const struct list_source *src, int by)
{
	int widths[LIST_COLUMNS_MAX];
	int i = (int)l->col + by;

	fit(src, l->rect.w, widths);
	while (i >= 0 && i < (int)src->n_columns && widths[i] == 0) {
		i += by;
	}
	if (i >= 0 && i < (int)src->n_columns) {
		l->col = (unsigned)i;
	}
}

bool list_request(struct list *l, const struct list_source *src, void *data, enum request req)
{
	uint64_t n = src->len(data);
	int64_t page = l->page > 1 ? l->page - 1 : 1;

	if (l->cur >= n) {
		l->cur = n ? n - 1 : 0;
	}
	switch ((int)req) {
	case REQ_DOWN:
		move_by(l, n, 1);
		return true;
	case REQ_UP:
		move_by(l, n, -1);
		return true;
	case REQ_PAGE_DOWN:
		move_by(l, n, page);
		return true;
	case REQ_PAGE_UP:
		move_by(l, n, -page);
		return true;
	case REQ_HALF_DOWN:
		move_by(l, n, page / 2 + 1);
		return true;
	case REQ_HALF_UP:
		move_by(l, n, -(page / 2 + 1));
		return true;
	case REQ_TOP:
		l->cur = 0;
		keep_in_window(l, n);
		return true;
	case REQ_BOTTOM:
		l->cur = n ? n - 1 : 0;
		keep_in_window(l, n);
		return true;
	case REQ_LEFT:
		move_column(l, src, -1);
		return true;
	case REQ_RIGHT:
		move_column(l, src, +1);
		return true;
	case REQ_SCROLL_LEFT:
		l->skip = l->skip > SKIP_STEP ? l->skip - SKIP_STEP : 0;
		return true;
	case REQ_SCROLL_RIGHT:
		l->skip += l->skip < CANVAS_SIDE_MAX ? SKIP_STEP : 0;
		return true;
	default:
		return false;
	}
}

bool list_row_at(const struct list *l, int x, int y, uint64_t n_rows, uint64_t *ret)
{
	int heads = l->rect.h > 1;

	if (x < l->rect.x || x >= l->rect.x + l->rect.w || y < l->rect.y + heads ||
	    y >= l->rect.y + l->rect.h) {
		return false;
	}
	*ret = l->top + (uint64_t)(y - l->rect.y - heads);
	return *ret < n_rows;
}

void list_row_text(struct list *l, const struct list_source *src, void *data, uint64_t row,
		   struct htr_buf *out)
{
	for (unsigned i = 0; i < src->n_columns; i++) {
		spans_reset(&l->cell);
		src->cell(data, row, i, &l->cell);
		if (i) {
			htr_buf_addc(out, ' ');
		}
		spans_text(out, &l->cell, false);
	}
}

long text_find(const char *hay, const char *needle)
{
	bool exact = false;

	for (const char *p = needle; *p; p++) {
		exact = exact || isupper((unsigned char)*p);
	}
	const char *at = exact ? strstr(hay, needle) : strcasestr(hay, needle);
	return at ? at - hay : -1;
}
