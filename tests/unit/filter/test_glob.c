/* SPDX-License-Identifier: Apache-2.0
 * The glob matcher against fnmatch(3), which it replaces because fnmatch wants NUL-terminated text and may
 * take exponential time. */
#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "formats/core/clock.h"
#include "formats/filter/filter_int.h"

static uint32_t seed = 7;

static uint32_t rnd(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

static void like_fnmatch(void **unused)
{
	static const char pat_chars[] = "ab*?[]!-/.c\\";
	static const char str_chars[] = "abc/.]-[!";
	unsigned differ = 0;

	(void)unused;
	for (int i = 0; i < 400000; i++) {
		char pat[10] = "";
		char str[10] = "";
		size_t pn = rnd(9);
		size_t sn = rnd(9);

		for (size_t j = 0; j < pn; j++) {
			pat[j] = pat_chars[rnd(sizeof(pat_chars) - 1)];
		}
		for (size_t j = 0; j < sn; j++) {
			str[j] = str_chars[rnd(sizeof(str_chars) - 1)];
		}
		/* a bracket that does not close, one that begins with its end, and ranges that run backwards are
		 * what implementations disagree about */
		if (strchr(pat, '[') != NULL &&
		    (strchr(pat, '\\') != NULL || strstr(pat, "[]") != NULL ||
		     strstr(pat, "[!]") != NULL || strchr(pat, '-') != NULL ||
		     strchr(strchr(pat, '['), ']') == NULL)) {
			continue;
		}
		if (op_glob(pat, pn, str, sn, false) != (fnmatch(pat, str, 0) == 0) &&
		    differ++ < 5) {
			print_message("# '%s' '%s': fnmatch says %d\n", pat, str,
				      fnmatch(pat, str, 0));
		}
	}
	assert_int_equal(differ, 0);
}

static void ranges_and_classes(void **unused)
{
	static const struct {
		const char *pat, *str;
		bool want;
	} cases[] = {
		{ "[a-c]", "b", true },
		{ "[a-c]", "d", false },
		{ "[!a-c]", "d", true },
		{ "[^a-c]", "d", true },
		{ "[]]", "]", true },
		{ "[]a]", "a", true },
		{ "[!]]", "]", false },
		{ "[a-]", "-", true },
		{ "[-a]", "-", true },
		{ "[[:digit:]]x", "7x", true },
		{ "[[:space:]]", "\n", true },
		{ "[[:upper:]]", "a", false },
		{ "[", "[", true },
		{ "[a", "[a", true },
		{ "a[", "a[", true },
		{ "\\*", "*", true },
		{ "\\*", "x", false },
		{ "a\\", "a\\", false },
		{ "", "", true },
		{ "", "x", false },
		{ "***", "", true },
		{ "*a*b*", "xxaxxbxx", true },
		{ "[c-a]", "b", false },
		{ "?", "\xff", true },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool got = op_glob(cases[i].pat, strlen(cases[i].pat), cases[i].str,
				   strlen(cases[i].str), false);

		if (got != cases[i].want) {
			print_message("# '%s' '%s'\n", cases[i].pat, cases[i].str);
		}
		assert_int_equal(got, cases[i].want);
	}
	assert_true(op_glob("ab[x-z]", 7, "AbY", 3, true));
	assert_true(op_glob("a\0b", 3, "a\0b", 3, false));
}

/* a*a*a*...b against aaaa...: exponential in naive matchers */
static void hostile_patterns_end(void **unused)
{
	char pat[2001];
	char str[20001];
	int64_t start = htr_clock_ns(CLOCK_MONOTONIC);

	(void)unused;
	for (size_t i = 0; i < 2000; i += 2) {
		pat[i] = 'a';
		pat[i + 1] = '*';
	}
	pat[2000] = 'b';
	memset(str, 'a', sizeof(str));
	assert_false(op_glob(pat, sizeof(pat), str, sizeof(str), false));
	assert_true(htr_clock_ns(CLOCK_MONOTONIC) - start < 5 * INT64_C(1000000000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(like_fnmatch),
		cmocka_unit_test(ranges_and_classes),
		cmocka_unit_test(hostile_patterns_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
