/* SPDX-License-Identifier: Apache-2.0
 * Unit tests of viewer/canvas and viewer/spans: clipping, escapes, and that hostile text changes no other cell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "formats/core/cleanup.h"
#include "formats/core/str.h"
#include "viewer/canvas.h"

static struct canvas make(int w, int h, bool ascii)
{
	struct canvas c = { .ascii = ascii };

	assert_int_equal(canvas_resize(&c, w, h), 0);
	return c;
}

static void expect(struct canvas *c, const char *want)
{
	cleanup_buf struct htr_buf got = { 0 };

	canvas_dump(c, &got);
	assert_string_equal(htr_buf_str(&got), want);
}

static void raw(struct spans *s, const char *text, size_t len)
{
	spans_reset(s);
	spans_raw(s, ST_TEXT, text, len);
}

static void names_are_quoted_when_escaped(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *want;
	} cases[] = {
		{ "plain", 5, "plain" },
		{ "a b", 3, "a b" },
		{ "gr\xc3\xbc\xc3\x9f", 6, "gr\xc3\xbc\xc3\x9f" },
		{ "a\x1b[2J", 5, "\"a\\e[2J\"" },
		{ "a\nb", 3, "\"a\\nb\"" },
		{ "a\0b", 3, "\"a\\x00b\"" },
		{ "\xff\xfe", 2, "\"\\xff\\xfe\"" },
		{ "\xe2\x80\xae", 3, "\"\\u{202e}\"" }, /* right-to-left override */
		{ "e\xcc\x81", 3, "\"e\\u{301}\"" },    /* combining mark */
		{ "\xc2\x9b", 2, "\"\\u{9b}\"" },       /* C1: CSI */
		{ "back\\slash", 10, "\"back\\\\slash\"" },
		{ "say \"\x07\"", 7, "\"say \\\"\\a\\\"\"" },
		{ "say \"hi\"", 8, "say \"hi\"" },
	};
	cleanup_spans struct spans s = { 0 };

	for (size_t i = 0; i < HTR_ARRAY_LEN(cases); i++) {
		cleanup_buf struct htr_buf got = { 0 };

		raw(&s, cases[i].bytes, cases[i].len);
		spans_text(&got, &s, false);
		assert_string_equal(htr_buf_str(&got), cases[i].want);
	}
}

static void ascii_shows_nothing_else(void **state)
{
	cleanup_spans struct spans s = { 0 };
	cleanup_buf struct htr_buf got = { 0 };

	spans_own(&s, ST_RULE, "\xe2\x94\x80\xe2\x94\x82\xe2\x96\x88");
	spans_raw(&s, ST_TEXT, "gr\xc3\xbc", 4);
	spans_escaped(&s, ST_TEXT, "\xe4\xb8\xad", 3);
	spans_text(&got, &s, true);
	assert_string_equal(htr_buf_str(&got), "-|@\"gr\\u{fc}\"\\u{4e2d}");
}

static void escapes_are_marked(void **state)
{
	struct canvas c = make(20, 1, false);
	cleanup_spans struct spans s = { 0 };

	spans_escaped(&s, ST_TEXT, "a\\x1bb\\\\c\\u{202e}d", 18);
	canvas_spans(&c, 0, 0, 20, &s, 0, 0);
	expect(&c, "a\\x1bb\\\\c\\u{202e}d\n");
	cleanup_buf struct htr_buf styles = { 0 };
	canvas_dump_styles(&c, &styles);
	assert_string_equal(htr_buf_str(&styles), "A####A##A########A\n");
	canvas_fini(&c);
}

static void long_lines_are_cut_and_scrolled(void **state)
{
	struct canvas c = make(12, 2, false);
	cleanup_spans struct spans s = { 0 };

	spans_own(&s, ST_TEXT, "0123456789abcdef");
	assert_int_equal(canvas_spans(&c, 2, 0, 8, &s, 0, 0), 8);
	assert_int_equal(canvas_spans(&c, 2, 1, 8, &s, 9, 0), 7);
	expect(&c, "  0123456>\n  <abcdef\n");
	canvas_fini(&c);
}

static void wide_characters_never_stick_out(void **state)
{
	struct canvas c = make(6, 1, false);
	cleanup_spans struct spans s = { 0 };

	spans_own(&s, ST_TEXT, "a\xe4\xb8\xad\xe6\x96\x87z"); /* 6 columns */
	canvas_spans(&c, 0, 0, 6, &s, 0, 0);
	expect(&c, "a\xe4\xb8\xad\xe6\x96\x87z\n");
	canvas_clear(&c);
	canvas_spans(&c, 0, 0, 4, &s, 0, 0); /* the second one would be cut in half */
	expect(&c, "a\xe4\xb8\xad>\n");
	canvas_own(&c, 2, 0, 1, ST_TEXT, "x"); /* its right half: both halves go */
	expect(&c, "a x>\n");
	canvas_fini(&c);
}

static void wraps_with_indent(void **state)
{
	struct canvas c = make(8, 4, false);
	cleanup_spans struct spans s = { 0 };
	struct rect r = { 0, 0, 8, 4 };

	spans_own(&s, ST_TEXT, "abcdefghijklmnopqrst");
	assert_int_equal(canvas_spans_wrap(&c, r, &s, 0, 2, 0), 3);
	expect(&c, "abcdefgh\n  ijklmn\n  opqrst\n\n");
	canvas_fini(&c);
}

static void any_size_is_legal(void **state)
{
	static const int sizes[][2] = { { 1, 1 }, { 0, 0 }, { -5, 3 }, { 1, 300 }, { 300, 1 } };
	cleanup_spans struct spans s = { 0 };

	spans_own(&s, ST_TEXT, "\xe4\xb8\xad text that is too long for the canvas");
	for (size_t i = 0; i < HTR_ARRAY_LEN(sizes); i++) {
		struct canvas c = make(sizes[i][0], sizes[i][1], false);

		for (int x = -3; x < 5; x++) {
			for (int y = -3; y < 5; y++) {
				struct rect r = { x, y, 7, 7 };

				canvas_spans(&c, x, y, 100, &s, 0, 0);
				canvas_spans(&c, x, y, 0, &s, 3, 0);
				canvas_spans_right(&c, x, y, 4, &s, 0);
				canvas_spans_wrap(&c, r, &s, 1, 20, 0);
				canvas_flag(&c, x, y, 10, CELL_CURSOR);
				canvas_column(&c, x, y, 10);
			}
		}
		canvas_fini(&c);
	}
}

/* ---- property: only the intended cells change, and all of them may be shown ------------------------- */

static uint64_t seed = 88172645463325252u;

static uint32_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 16);
}

#define W 40
#define H 3

static void check_cells(const struct canvas *c, int x0, int w)
{
	for (int y = 0; y < H; y++) {
		for (int x = 0; x < W; x++) {
			const struct cell *cell = canvas_cell(c, x, y);
			bool inside = y == 1 && x >= x0 && x < x0 + w;

			if (!inside) {
				assert_int_equal(cell->cp, '.');
				continue;
			}
			cleanup_buf struct htr_buf utf8 = { 0 };
			utf8_put(&utf8, cell->cp);
			struct htr_glyph g = htr_glyph_next(utf8.data, utf8.len);
			assert_true(g.valid && g.width > 0); /* nothing a terminal would act on */
			if (cell->width) {
				assert_int_equal(g.width, cell->width);
			}
			if (cell->width == 2) {
				assert_true(x + 1 < x0 + w);
			}
		}
	}
}

static void one_hostile(struct canvas *c, const void *bytes, size_t len)
{
	cleanup_spans struct spans s = { 0 };
	int x = (int)(rnd() % 20), w = 1 + (int)(rnd() % 20);

	spans_raw(&s, ST_TEXT, bytes, len);
	spans_escaped(&s, ST_TEXT, bytes, len); /* even if somebody forgot to escape */
	for (int i = 0; i < W * H; i++) {
		c->cells[i] = (struct cell){ '.', 1, 0, 0 };
	}
	canvas_spans(c, x, 1, w, &s, (int)(rnd() % 4), 0);
	check_cells(c, x, w);
}

static size_t random_bytes(uint8_t *out, size_t max)
{
	static const char *const pieces[] = { "\x1b[2J",
					      "\x1b]0;x\x07",
					      "\xe2\x80\xae",
					      "\xcc\x81",
					      "\xe4\xb8\xad",
					      "\xf0\x9f\x98\x80",
					      "\n",
					      "\r",
					      "\t",
					      "\xc2\x9b",
					      "\xe2\x80\x8b",
					      "\xef\xbb\xbf",
					      "\\",
					      "\"",
					      "\xc0\x80",
					      "\xed\xa0\x80",
					      "\xf3\xa0\x81\xa1" };
	size_t n = 0, want = rnd() % max;

	while (n < want) {
		if (rnd() % 3 == 0) {
			const char *p = pieces[rnd() % HTR_ARRAY_LEN(pieces)];
			size_t len = strlen(p);

			if (n + len > max) {
				break;
			}
			memcpy(out + n, p, len);
			n += len;
		} else {
			out[n++] = (uint8_t)(rnd() % 4 ? rnd() : rnd() % 96 + 32);
		}
	}
	return n;
}

static void hostile_text_changes_no_other_cell(void **state)
{
	const char *env = getenv("HOLTER_PROP_STRINGS");
	long rounds = env ? atol(env) : 1000000;
	struct canvas c = make(W, H, false);
	uint8_t bytes[64];

	for (long i = 0; i < rounds; i++) {
		c.ascii = i & 1;
		one_hostile(&c, bytes, random_bytes(bytes, sizeof(bytes)));
	}
	canvas_fini(&c);
}

static void every_two_byte_string_is_harmless(void **state)
{
	struct canvas c = make(W, H, false);

	for (unsigned i = 0; i < 65536; i++) {
		uint8_t bytes[2] = { (uint8_t)(i >> 8), (uint8_t)i };
		one_hostile(&c, bytes, 2);
	}
	canvas_fini(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_quoted_when_escaped),
		cmocka_unit_test(ascii_shows_nothing_else),
		cmocka_unit_test(escapes_are_marked),
		cmocka_unit_test(long_lines_are_cut_and_scrolled),
		cmocka_unit_test(wide_characters_never_stick_out),
		cmocka_unit_test(wraps_with_indent),
		cmocka_unit_test(any_size_is_legal),
		cmocka_unit_test(hostile_text_changes_no_other_cell),
		cmocka_unit_test(every_two_byte_string_is_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
