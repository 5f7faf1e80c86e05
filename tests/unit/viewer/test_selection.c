/* SPDX-License-Identifier: Apache-2.0
 * Unit tests of viewer/selection and viewer/rowset. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "formats/core/cleanup.h"
#include "viewer/rowset.h"
#include "viewer/selection.h"

static void push(struct selections *s, const char *filter, int screen, bool drilled)
{
	struct selection next = *selections_now(s);
	cleanup_free char *text = strdup(filter);

	next.filter = text;
	next.screen = screen;
	next.drilled = drilled;
	assert_int_equal(selections_push(s, &next), 1);
}

static void undo_redo_and_back(void **state)
{
	struct selections s;

	assert_int_equal(selections_init(&s, 1), 0);
	assert_false(selections_undo(&s));
	selections_note(&s, 17, 1);
	push(&s, "a", 0, true);
	push(&s, "b", 0, false);
	assert_string_equal(selections_now(&s)->filter, "b");
	assert_true(selections_undo(&s));
	assert_string_equal(selections_now(&s)->filter, "a");
	assert_true(selections_redo(&s));
	assert_false(selections_redo(&s));
	assert_true(selections_back(&s)); /* before the drill to "a" */
	assert_string_equal(selections_now(&s)->filter, "");
	assert_int_equal(selections_now(&s)->ordinal, 17);
	assert_false(selections_back(&s));
	push(&s, "c", 0, false); /* what was undone is gone */
	assert_false(selections_redo(&s));
	selections_fini(&s);
}

static void same_selection_is_no_step(void **state)
{
	struct selections s;

	assert_int_equal(selections_init(&s, 0), 0);
	struct selection next = *selections_now(&s);

	next.ordinal = 99;
	assert_int_equal(selections_push(&s, &next), 0);
	assert_int_equal(s.n, 1);
	assert_int_equal(selections_now(&s)->ordinal, 99);
	selections_fini(&s);
}

static void the_oldest_are_forgotten(void **state)
{
	struct selections s;
	char text[16];
	int n = 0;

	assert_int_equal(selections_init(&s, 0), 0);
	for (int i = 0; i < 3 * SELECTION_MAX; i++) {
		snprintf(text, sizeof(text), "f%d", i);
		push(&s, text, 0, false);
	}
	assert_int_equal(s.n, SELECTION_MAX);
	while (selections_undo(&s)) {
		n++;
	}
	assert_int_equal(n, SELECTION_MAX - 1);
	assert_string_equal(selections_now(&s)->filter, "f200");
	selections_fini(&s);
}

static void filters_are_joined(void **state)
{
	static const struct {
		const char *old, *more, *want;
	} cases[] = {
		{ "", "a = 1", "a = 1" },
		{ "  ", "a = 1", "a = 1" },
		{ "a = 1", "b = 2", "a = 1 and b = 2" },
		{ "a = 1 or c = 3", "b = 2", "(a = 1 or c = 3) and b = 2" },
		{ "a = 1", "b = 2 or c = 3", "a = 1 and (b = 2 or c = 3)" },
		{ "a = \"x or y\"", "b = 2", "a = \"x or y\" and b = 2" },
		{ "a = for", "b = order", "a = for and b = order" },
	};

	for (size_t i = 0; i < HTR_ARRAY_LEN(cases); i++) {
		cleanup_buf struct htr_buf out = { 0 };

		filter_and(&out, cases[i].old, cases[i].more);
		assert_string_equal(htr_buf_str(&out), cases[i].want);
	}
}

static void values_are_quoted(void **state)
{
	static const struct {
		const char *bytes, *want;
	} cases[] = {
		{ "/etc/passwd", "/etc/passwd" },
		{ "", "\"\"" },
		{ "a b", "\"a b\"" },
		{ "say \"x\"", "\"say \\\"x\\\"\"" },
		{ "a\nb\\", "\"a\\nb\\\\\"" },
		{ "10.0.0.1:5->1.2.3.4:6", "\"10.0.0.1:5->1.2.3.4:6\"" },
	};

	for (size_t i = 0; i < HTR_ARRAY_LEN(cases); i++) {
		cleanup_buf struct htr_buf out = { 0 };

		filter_value(&out, cases[i].bytes, strlen(cases[i].bytes));
		assert_string_equal(htr_buf_str(&out), cases[i].want);
	}
}

/* Sparse, dense and mixed sets against a plain array. */
static void rowset_agrees_with_an_array(void **state)
{
	static const unsigned gaps[] = { 1, 2, 3, 50, 3000, 70000 };
	enum { N = 30000 };
	uint64_t *plain = malloc(N * sizeof(*plain));

	for (size_t g = 0; g < HTR_ARRAY_LEN(gaps); g++) {
		struct rowset rs = { 0 };
		uint64_t at = 0;
		uint32_t seed = 3;

		for (int i = 0; i < N; i++) {
			seed = seed * 1664525 + 1013904223;
			at += 1 + (seed >> 16) % gaps[g];
			plain[i] = at;
			assert_int_equal(rowset_add(&rs, at), 0);
			assert_int_equal(rowset_add(&rs, at), 0); /* again: no effect */
		}
		assert_int_equal(rs.n, N);
		for (uint64_t i = 0; i < N; i++) {
			assert_int_equal(rowset_at(&rs, i), plain[i]);
			assert_int_equal(rowset_rank(&rs, plain[i]), i);
			assert_int_equal(rowset_rank(&rs, plain[i] + 1), i + 1);
		}
		assert_int_equal(rowset_rank(&rs, UINT64_MAX), N);
		assert_int_equal(rowset_rank(&rs, 0), 0);
		rowset_fini(&rs);
	}
	free(plain);
}

static void rowset_is_small(void **state)
{
	struct rowset rs = { 0 };

	for (uint64_t i = 0; i < 1000000; i++) {
		assert_int_equal(rowset_add(&rs, i), 0);
	}
	assert_true(rowset_bytes(&rs) < 1000000 / 8 + 20000); /* a bit each */
	rowset_fini(&rs);
	for (uint64_t i = 0; i < 100; i++) {
		assert_int_equal(rowset_add(&rs, i * 700), 0);
	}
	assert_true(rowset_bytes(&rs) < 2000);
	rowset_fini(&rs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(undo_redo_and_back),
		cmocka_unit_test(same_selection_is_no_step),
		cmocka_unit_test(the_oldest_are_forgotten),
		cmocka_unit_test(filters_are_joined),
		cmocka_unit_test(values_are_quoted),
		cmocka_unit_test(rowset_agrees_with_an_array),
		cmocka_unit_test(rowset_is_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
