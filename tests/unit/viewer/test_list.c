/* SPDX-License-Identifier: Apache-2.0
 * Unit tests of viewer/list, viewer/textpane and viewer/panes. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "formats/core/cleanup.h"
#include "viewer/list.h"
#include "viewer/panes.h"
#include "viewer/textpane.h"

static uint64_t made; /* cells that were asked for */

static uint64_t len(void *data)
{
	return *(uint64_t *)data;
}

static void cell(void *data, uint64_t row, unsigned column, struct spans *out)
{
	made++;
	if (column == 0) {
		spans_ownf(out, ST_TEXT, "%" PRIu64, row);
	} else {
		spans_ownf(out, ST_TEXT, column == 1 ? "name%" PRIu64 : "text of row %" PRIu64,
			   row);
	}
}

static const struct column columns[] = {
	{ .head = "NUM", .width = 5, .drop = 2, .right = true },
	{ .head = "NAME", .width = 7, .drop = 1 },
	{ .head = "TEXT", .width = 6, .grows = true },
};
static const struct list_source source = {
	.columns = columns, .n_columns = 3, .len = len, .cell = cell
};

static void draw(struct list *l, uint64_t *n, int w, int h, struct htr_buf *out)
{
	struct canvas c = { .ascii = true };
	struct rect r = { 0, 0, w, h };

	assert_int_equal(canvas_resize(&c, w, h), 0);
	list_draw(l, &source, n, &c, r, true);
	htr_buf_reset(out);
	canvas_dump(&c, out);
	canvas_fini(&c);
}

static void draws_only_what_is_seen(void **state)
{
	struct list l = { 0 };
	uint64_t n = UINT64_C(100000000000);
	cleanup_buf struct htr_buf out = { 0 };

	made = 0;
	draw(&l, &n, 32, 4, &out);
	assert_int_equal(made, 9);
	assert_string_equal(htr_buf_str(&out), "   NUM NAME    TEXT\n"
					       ">    0 name0   text of row 0\n"
					       "     1 name1   text of row 1\n"
					       "     2 name2   text of row 2\n");
	list_request(&l, &source, &n, REQ_BOTTOM);
	draw(&l, &n, 32, 4, &out);
	assert_int_equal(l.cur, n - 1);
	assert_int_equal(l.top, n - 3);
	list_fini(&l);
}

static void columns_leave_in_order(void **state)
{
	struct list l = { 0 };
	uint64_t n = 1;
	cleanup_buf struct htr_buf out = { 0 };

	draw(&l, &n, 20, 2, &out);
	assert_string_equal(htr_buf_str(&out), " NAME    TEXT\n>name0   text of ro>\n");
	draw(&l, &n, 12, 2, &out);
	assert_string_equal(htr_buf_str(&out), " TEXT\n>text of ro>\n");
	assert_int_equal(l.col, 2); /* never on a column that is gone */
	draw(&l, &n, 2, 1, &out);
	draw(&l, &n, 1, 1, &out);
	assert_string_equal(htr_buf_str(&out), ">\n");
	list_fini(&l);
}

static void moves_within_bounds(void **state)
{
	static const enum request moves[] = { REQ_DOWN,    REQ_UP,          REQ_PAGE_DOWN,
					      REQ_PAGE_UP, REQ_HALF_DOWN,   REQ_HALF_UP,
					      REQ_TOP,     REQ_BOTTOM,      REQ_LEFT,
					      REQ_RIGHT,   REQ_SCROLL_LEFT, REQ_SCROLL_RIGHT };
	struct list l = { 0 };
	cleanup_buf struct htr_buf out = { 0 };
	uint32_t seed = 7;
	uint64_t n = 50;

	for (int i = 0; i < 20000; i++) {
		seed = seed * 1664525 + 1013904223;
		unsigned r = seed >> 16;

		assert_true(list_request(&l, &source, &n, moves[r % HTR_ARRAY_LEN(moves)]));
		if (r % 16 == 0) {
			n = r % 100; /* rows come and go */
		}
		draw(&l, &n, 1 + (int)(r % 40), 1 + (int)(r % 13), &out);
		assert_true(n == 0 ? l.cur == 0 : l.cur < n);
		assert_true(l.top <= l.cur);
		assert_true(l.cur - l.top < (uint64_t)(l.page > 0 ? l.page : 1));
	}
	assert_false(list_request(&l, &source, &n, REQ_FILTER));
	list_fini(&l);
}

static void rows_are_found_under_the_mouse(void **state)
{
	struct list l = { 0 };
	uint64_t n = 100, row;
	cleanup_buf struct htr_buf out = { 0 };

	list_move_to(&l, 50, n);
	draw(&l, &n, 30, 11, &out);
	assert_true(list_row_at(&l, 3, 1, n, &row));
	assert_int_equal(row, l.top);
	assert_false(list_row_at(&l, 3, 0, n, &row)); /* heading */
	assert_false(list_row_at(&l, 30, 1, n, &row));
	assert_false(list_row_at(&l, 3, 11, n, &row));
	list_fini(&l);
}

static void text_is_found_as_seen(void **state)
{
	struct list l = { 0 };
	uint64_t n = 10;
	cleanup_buf struct htr_buf text = { 0 };

	list_row_text(&l, &source, &n, 4, &text);
	assert_string_equal(htr_buf_str(&text), "4 name4 text of row 4");
	assert_true(text_find("Hello World", "world") >= 0);
	assert_int_equal(text_find("Hello World", "World"), 6);
	assert_int_equal(text_find("hello world", "World"), -1);
	list_fini(&l);
}

static void panes_of_text_scroll(void **state)
{
	struct textpane tp = { 0 };
	struct canvas c = { .ascii = true };
	struct rect r = { 0, 0, 20, 4 };
	cleanup_buf struct htr_buf out = { 0 };

	assert_int_equal(canvas_resize(&c, 20, 4), 0);
	textpane_begin(&tp);
	for (int i = 0; i < 3; i++) {
		struct textline *line = textpane_add(&tp);
		spans_ownf(&line->text, ST_TEXT, "line %d is longer than it fits", i);
		textpane_value(line, "evt.num", "7", 1);
	}
	textpane_draw(&tp, &c, r, true);
	canvas_dump(&c, &out);
	assert_string_equal(htr_buf_str(&out), ">line 0 is longer th\n"
					       "       an it fits\n"
					       " line 1 is longer th\n"
					       "       an it fits\n");
	textpane_request(&tp, REQ_BOTTOM);
	canvas_clear(&c);
	htr_buf_reset(&out);
	textpane_draw(&tp, &c, r, true);
	canvas_dump(&c, &out);
	assert_string_equal(htr_buf_str(&out), " line 1 is longer th\n"
					       "       an it fits\n"
					       ">line 2 is longer th\n"
					       "       an it fits\n");
	htr_buf_reset(&out);
	assert_true(panes_line_handle(textpane_at(&tp), &out));
	assert_string_equal(htr_buf_str(&out), "evt.num = 7");
	textpane_begin(&tp);
	for (int i = 0; i < 2 * TEXTPANE_LINES_MAX; i++) {
		spans_ownf(&textpane_add(&tp)->text, ST_TEXT, "%d", i);
	}
	assert_int_equal(tp.n, TEXTPANE_LINES_MAX);
	textpane_fini(&tp);
	canvas_fini(&c);
}

static void panes_keep_a_visible_focus(void **state)
{
	struct panes p = { 0 };
	struct rect body = { 0, 2, 80, 20 };

	panes_begin(&p, 3);
	panes_below(&p, 0, 1, body, 8);
	panes_end(&p, body);
	assert_int_equal(panes_rect(&p, 0).h + 8, 20);
	assert_true(panes_request(&p, REQ_NEXT_PANE));
	assert_int_equal(p.focus, 1);
	assert_true(panes_request(&p, REQ_NEXT_PANE)); /* pane 2 is not shown */
	assert_int_equal(p.focus, 0);
	assert_false(panes_request(&p, REQ_CLOSE));
	panes_focus(&p, 2); /* shown alone */
	panes_begin(&p, 3);
	panes_end(&p, body);
	assert_true(panes_shown(&p, 2) && !panes_shown(&p, 0));
	assert_true(panes_request(&p, REQ_CLOSE));
	assert_true(p.focus == 0 && !p.zoomed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(draws_only_what_is_seen),
		cmocka_unit_test(columns_leave_in_order),
		cmocka_unit_test(moves_within_bounds),
		cmocka_unit_test(rows_are_found_under_the_mouse),
		cmocka_unit_test(text_is_found_as_seen),
		cmocka_unit_test(panes_of_text_scroll),
		cmocka_unit_test(panes_keep_a_visible_focus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
