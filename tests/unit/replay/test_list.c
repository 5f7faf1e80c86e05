/* SPDX-License-Identifier: Apache-2.0
 * Unit tests of replay/rules/list.c: the textual substitution, with the oddities rules rely on. */
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
#include "replay/rules/ruleset.h"

static struct ruleset *load(const char *text)
{
	HTR_CLEANUP(diags_fini) struct diags diags = { 0 };
	struct rules_opts opts = { PRIORITY_DEBUG };
	struct htr_err err = HTR_ERR_INIT;
	struct ruleset *rs = NULL;

	if (rules_load_text(&rs, "t.yaml", text, strlen(text), &opts, &diags, &err) < 0) {
		fail_msg("%s", diags.n ? diags.items[0].msg : err.msg);
	}
	return rs;
}

static void check(const char *lists, const char *condition, const char *want)
{
	cleanup_ruleset struct ruleset *rs = load(lists);
	struct htr_err err = HTR_ERR_INIT;
	const char *got = NULL;
	struct htr_buf squeezed = { 0 };

	assert_int_equal(lists_substitute(rs, condition, &got, &err), 0);
	/* blanks around what was put in carry no meaning */
	for (const char *p = got; *p; p++) {
		if (*p != ' ' || (p[1] && p[1] != ' ' && squeezed.len)) {
			htr_buf_addc(&squeezed, *p);
		}
	}
	assert_string_equal(htr_buf_str(&squeezed), want);
	htr_buf_fini(&squeezed);
}

#define SHELLS "- list: sh\n  items: [a, b]\n"

static void names_are_delimited_by_blanks_brackets_commas_and_equals(void **state)
{
	check(SHELLS, "proc.name in (sh)", "proc.name in ( a, b )");
	check(SHELLS, "proc.name in (x, sh, y)", "proc.name in (x, a, b , y)");
	check(SHELLS, "proc.name=sh", "proc.name= a, b");
	check(SHELLS, "sh", "a, b");
	check(SHELLS, "proc.name in (bash, sh2, my-sh, sh.d)",
	      "proc.name in (bash, sh2, my-sh, sh.d)");
	check(SHELLS, "x\nsh\ty", "x a, b y");
}

static void quotes_do_not_protect(void **state)
{
	check(SHELLS, "proc.args = \"x sh y\"", "proc.args = \"x a, b y\"");
	check(SHELLS, "proc.args = \"sh\"", "proc.args = \"sh\"");
}

static void empty_lists_take_a_comma_with_them(void **state)
{
	const char *empty = "- list: none\n  items: []\n";

	check(empty, "f in (none)", "f in ( )");
	check(empty, "f in (a, none)", "f in (a )");
	check(empty, "f in (none, a)", "f in ( a)");
	check(empty, "f in (a, none, b)", "f in (a , b)");
}

static void items_with_blanks_get_quotes(void **state)
{
	check("- list: l\n  items: [a b, '\"c d\"', \"'e f'\", g]\n", "f in (l)",
	      "f in ( \"a b\", \"c d\", 'e f', g )");
}

static void nested_lists_work_in_any_order(void **state)
{
	check("- list: inner\n  items: [a, b]\n- list: outer\n  items: [inner, c]\n",
	      "f in (outer)", "f in ( a, b, c )");
	/* the inner one is defined later: a later pass finds its name in the text */
	check("- list: outer\n  items: [inner, c]\n- list: inner\n  items: [a, b]\n",
	      "f in (outer)", "f in ( a, b , c )");
	check("- list: l1\n  items: [x]\n- list: l2\n  items: [l1]\n- list: l3\n  items: [l2, l1]\n",
	      "f in (l3)", "f in ( x, x )");
}

static void item_that_is_the_name_of_its_list_ends(void **state)
{
	check("- list: l\n  items: [l, m]\n", "f in (l)", "f in ( l, m )");
	check("- list: a\n  items: [b]\n- list: b\n  items: [a]\n", "f in (a)", "f in ( b )");
}

static void later_definitions_count(void **state)
{
	check(SHELLS "- list: sh\n  items: [c]\n", "f in (sh)", "f in ( c )");
	check(SHELLS "- list: sh\n  items: [c]\n  append: true\n", "f in (sh)", "f in ( a, b, c )");
	check(SHELLS "- list: sh\n  items: [c]\n  override: {items: append}\n", "f in (sh)",
	      "f in ( a, b, c )");
	check(SHELLS "- list: sh\n  items: [c]\n  override: {items: replace}\n", "f in (sh)",
	      "f in ( c )");
	check(SHELLS "- list: sh\n  items: [c]\n  append: false\n", "f in (sh)", "f in ( c )");
}

static void growth_is_limited(void **state)
{
	struct htr_buf text = { 0 };
	struct htr_err err = HTR_ERR_INIT;
	const char *got;

	/* each list doubles the one before: textually in a condition */
	for (int i = 0; i < 40; i++) {
		htr_buf_printf(&text, "- list: l%d\n  items: [l%d, l%d]\n", i, i + 1, i + 1);
	}
	htr_buf_adds(&text, "- list: l40\n  items: [x]\n");
	cleanup_ruleset struct ruleset *rs = load(htr_buf_str(&text));
	assert_int_equal(lists_substitute(rs, "f in (l0)", &got, &err), -E2BIG);
	htr_buf_fini(&text);
}

static void doubling_lists_are_an_error(void **state)
{
	HTR_CLEANUP(diags_fini) struct diags diags = { 0 };
	struct rules_opts opts = { PRIORITY_DEBUG };
	struct htr_err err = HTR_ERR_INIT;
	struct ruleset *rs = NULL;
	struct htr_buf text = { 0 };

	htr_buf_adds(&text, "- list: l0\n  items: [x]\n");
	for (int i = 1; i < 30; i++) {
		htr_buf_printf(&text, "- list: l%d\n  items: [l%d, l%d]\n", i, i - 1, i - 1);
	}
	assert_int_equal(
		rules_load_text(&rs, "t", htr_buf_str(&text), text.len, &opts, &diags, &err),
		-EINVAL);
	assert_int_equal(diags.items[0].code, DIAG_ERR_VALIDATE);
	assert_null(rs);
	htr_buf_fini(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_delimited_by_blanks_brackets_commas_and_equals),
		cmocka_unit_test(quotes_do_not_protect),
		cmocka_unit_test(empty_lists_take_a_comma_with_them),
		cmocka_unit_test(items_with_blanks_get_quotes),
		cmocka_unit_test(nested_lists_work_in_any_order),
		cmocka_unit_test(item_that_is_the_name_of_its_list_ends),
		cmocka_unit_test(later_definitions_count),
		cmocka_unit_test(growth_is_limited),
		cmocka_unit_test(doubling_lists_are_an_error),
	};
	return cmocka_run_group_tests_name("replay/list", tests, NULL, NULL);
}
