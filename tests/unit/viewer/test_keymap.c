/* SPDX-License-Identifier: Apache-2.0
 * Unit tests of viewer/key and viewer/keymap. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "formats/core/cleanup.h"
#include "viewer/key.h"
#include "viewer/keymap.h"

static void names_go_both_ways(void **state)
{
	static const struct {
		const char *name;
		uint32_t key;
	} cases[] = {
		{ "j", 'j' },          { "G", 'G' },
		{ "?", '?' },          { "Space", ' ' },
		{ "Enter", VK_ENTER }, { "Esc", VK_ESC },
		{ "Tab", VK_TAB },     { "Ctrl-d", 4 },
		{ "F5", VK_F1 + 4 },   { "PgDn", VK_PAGE_DOWN },
		{ "Ctrl-/", 0x1f },    { "Shift-Tab", VK_SHIFT_TAB },
		{ "\\", '\\' },        { "Backspace", VK_BACKSPACE },
	};
	char name[KEY_NAME_MAX];

	for (size_t i = 0; i < HTR_ARRAY_LEN(cases); i++) {
		assert_int_equal(vk_parse(cases[i].name), cases[i].key);
		assert_string_equal(vk_name(cases[i].key, name), cases[i].name);
	}
	assert_int_equal(vk_parse("C-d"), 4);
	assert_int_equal(vk_parse("^D"), 4);
	assert_int_equal(vk_parse("PPage"), VK_PAGE_UP);
	assert_int_equal(vk_parse("BSpace"), VK_BACKSPACE);
	assert_int_equal(vk_parse("\xc3\xbc"), 0xfc);
	assert_int_equal(vk_parse("F13"), VK_NONE);
	assert_int_equal(vk_parse("nonsense"), VK_NONE);
	assert_int_equal(vk_parse(""), VK_NONE);
	assert_int_equal(vk_parse("\x1b"), VK_NONE);
}

static void every_request_has_a_name_help_and_key(void **state)
{
	struct keymap km;

	keymap_init(&km);
	for (unsigned i = 1; i < REQ_MAX; i++) {
		const struct request_info *info = request_info((enum request)i);
		cleanup_buf struct htr_buf keys = { 0 };

		assert_non_null(info);
		assert_true(info->help[0] && info->name[0]);
		assert_int_equal(request_by_name(info->name), i); /* unique */
		keymap_keys(&km, (enum request)i, &keys);
		/* a later line of the table must not have taken its keys */
		assert_string_equal(htr_buf_str(&keys), info->keys);
	}
	assert_null(request_info(REQ_NONE));
	assert_null(request_info(REQ_MAX));
}

static void groups_decide_what_a_key_means(void **state)
{
	struct keymap km;

	keymap_init(&km);
	assert_int_equal(keymap_lookup(&km, 'a', RG_COMMON | 1u << RG_TREE), REQ_PARENT);
	assert_int_equal(keymap_lookup(&km, 'a', RG_COMMON | 1u << RG_EVENT), REQ_PROCESS);
	assert_int_equal(keymap_lookup(&km, 'a', RG_COMMON), REQ_NONE);
	assert_int_equal(keymap_lookup(&km, 'j', RG_COMMON), REQ_DOWN);
}

static void two_keys_in_a_row(void **state)
{
	struct keymap km;

	keymap_init(&km);
	assert_int_equal(keymap_lookup(&km, 'g', RG_COMMON), REQ_NONE);
	assert_int_equal(km.pending, 'g');
	assert_int_equal(keymap_lookup(&km, 'g', RG_COMMON), REQ_TOP);
	assert_int_equal(km.pending, 0);
	/* the second key does not fit: it counts alone */
	assert_int_equal(keymap_lookup(&km, 'g', RG_COMMON), REQ_NONE);
	assert_int_equal(keymap_lookup(&km, 'j', RG_COMMON), REQ_DOWN);
}

static int parse(struct keymap *km, const char *text, struct htr_err *err)
{
	return keymap_parse(km, text, strlen(text), err);
}

static void a_file_changes_keys(void **state)
{
	struct keymap km;
	struct htr_err err = HTR_ERR_INIT;
	cleanup_buf struct htr_buf keys = { 0 };

	keymap_init(&km);
	assert_int_equal(
		parse(&km, "# mine\n\ndown  n  F2 # next\nfind-next none\r\nquit ZZ\n", &err), 0);
	assert_int_equal(keymap_lookup(&km, 'n', RG_COMMON), REQ_DOWN);
	assert_int_equal(keymap_lookup(&km, VK_F1 + 1, RG_COMMON), REQ_DOWN);
	assert_int_equal(keymap_lookup(&km, 'j', RG_COMMON), REQ_NONE);
	assert_int_equal(keymap_lookup(&km, 'q', RG_COMMON), REQ_NONE);
	assert_int_equal(keymap_lookup(&km, 'Z', RG_COMMON), REQ_NONE); /* took Z from time-zone */
	assert_int_equal(keymap_lookup(&km, 'Z', RG_COMMON), REQ_QUIT);
	keymap_keys(&km, REQ_TIME_ZONE, &keys);
	assert_string_equal(htr_buf_str(&keys), "");
}

static void a_bad_file_says_where(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "down j\nnosuch k\n", "line 2: no such request" },
		{ "down Ctrl-Meta-x\n", "line 1: down: unknown key" },
		{ "down jjj\n", "line 1: down: unknown key" },
	};

	for (size_t i = 0; i < HTR_ARRAY_LEN(cases); i++) {
		struct htr_err err = HTR_ERR_INIT;
		struct keymap km;

		keymap_init(&km);
		assert_int_equal(parse(&km, cases[i].text, &err), -EINVAL);
		assert_non_null(strstr(err.msg, cases[i].want));
	}
	struct keymap km;
	struct htr_err err = HTR_ERR_INIT;

	keymap_init(&km);
	assert_int_equal(keymap_parse(&km, "down\0j", 6, &err), -EINVAL);
	assert_int_equal(keymap_load(&km, "/nonexistent/keys", &err), -ENOENT);
}

static void the_printed_table_can_be_read_back(void **state)
{
	struct keymap a, b;
	struct htr_err err = HTR_ERR_INIT;
	cleanup_buf struct htr_buf text = { 0 }, again = { 0 };

	keymap_init(&a);
	keymap_print(&a, &text);
	keymap_init(&b);
	assert_int_equal(keymap_parse(&b, htr_buf_str(&text), text.len, &err), 0);
	keymap_print(&b, &again);
	assert_string_equal(htr_buf_str(&text), htr_buf_str(&again));
}

static void a_full_map_is_an_error(void **state)
{
	struct keymap km;
	struct htr_err err = HTR_ERR_INIT;
	cleanup_buf struct htr_buf text = { 0 };

	keymap_init(&km);
	htr_buf_adds(&text, "down");
	for (int i = 0; i < 2 * KEYMAP_MAX; i++) {
		char utf8[4] = { (char)(0xc4 + i / 64), (char)(0x80 + i % 64), 0, 0 };

		htr_buf_printf(&text, " %s", utf8);
	}
	int rc = keymap_parse(&km, htr_buf_str(&text), text.len, &err);
	assert_true(rc == -E2BIG || rc == -EINVAL);
	assert_true(km.n <= KEYMAP_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_go_both_ways),
		cmocka_unit_test(every_request_has_a_name_help_and_key),
		cmocka_unit_test(groups_decide_what_a_key_means),
		cmocka_unit_test(two_keys_in_a_row),
		cmocka_unit_test(a_file_changes_keys),
		cmocka_unit_test(a_bad_file_says_where),
		cmocka_unit_test(the_printed_table_can_be_read_back),
		cmocka_unit_test(a_full_map_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
