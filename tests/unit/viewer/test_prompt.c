/* SPDX-License-Identifier: Apache-2.0
 * Unit tests of viewer/prompt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "viewer/key.h"
#include "viewer/prompt.h"

static void type(struct prompt *p, const char *text)
{
	for (; *text; text++) {
		assert_int_equal(prompt_key(p, (uint8_t)*text), PROMPT_CHANGED);
	}
}

static void edits_a_line(void **state)
{
	struct prompt *p = calloc(1, sizeof(*p));

	prompt_start(p, NULL, "");
	type(p, "helo world");
	prompt_key(p, VK_HOME);
	for (int i = 0; i < 3; i++) {
		prompt_key(p, VK_RIGHT);
	}
	type(p, "l");
	assert_string_equal(p->text, "hello world");
	prompt_key(p, VK_END);
	assert_int_equal(prompt_key(p, VK_CTRL('w')), PROMPT_CHANGED);
	assert_string_equal(p->text, "hello ");
	prompt_key(p, VK_BACKSPACE);
	prompt_key(p, VK_LEFT);
	prompt_key(p, VK_DELETE);
	assert_string_equal(p->text, "hell");
	assert_int_equal(prompt_key(p, VK_DELETE), PROMPT_GO_ON);
	prompt_key(p, VK_CTRL('u'));
	assert_string_equal(p->text, "");
	assert_int_equal(prompt_key(p, VK_BACKSPACE), PROMPT_CANCEL);
	assert_int_equal(prompt_key(p, VK_ENTER), PROMPT_DONE);
	assert_int_equal(prompt_key(p, VK_ESC), PROMPT_CANCEL);
	assert_int_equal(prompt_key(p, VK_TAB), PROMPT_COMPLETE);
	free(p);
}

static void utf8_is_one_character(void **state)
{
	struct prompt *p = calloc(1, sizeof(*p));

	prompt_start(p, NULL, "a");
	assert_int_equal(prompt_key(p, 0xfc), PROMPT_CHANGED);
	assert_int_equal(prompt_key(p, 0x4e2d), PROMPT_CHANGED);
	assert_string_equal(p->text, "a\xc3\xbc\xe4\xb8\xad");
	prompt_key(p, VK_LEFT);
	assert_int_equal(p->at, 3);
	prompt_key(p, VK_BACKSPACE);
	assert_string_equal(p->text, "a\xe4\xb8\xad");
	/* what may not be shown may not be typed */
	assert_int_equal(prompt_key(p, 0x202e), PROMPT_GO_ON);
	assert_int_equal(prompt_key(p, 0xd800), PROMPT_GO_ON);
	assert_int_equal(prompt_key(p, VK_F1), PROMPT_GO_ON);
	free(p);
}

static void history_walks_lines_that_fit(void **state)
{
	struct prompt *p = calloc(1, sizeof(*p));
	struct history h = { 0 };

	history_add(&h, "proc.name = sh");
	history_add(&h, "evt.type = open");
	history_add(&h, "proc.pid = 7");
	history_add(&h, "");
	history_add(&h, "evt.type = open"); /* moves to the newest place */
	assert_int_equal(h.n, 3);
	prompt_start(p, &h, "");
	prompt_key(p, VK_UP);
	assert_string_equal(p->text, "evt.type = open");
	prompt_key(p, VK_UP);
	assert_string_equal(p->text, "proc.pid = 7");
	prompt_key(p, VK_UP);
	assert_int_equal(prompt_key(p, VK_UP), PROMPT_GO_ON); /* the oldest stays */
	assert_string_equal(p->text, "proc.name = sh");
	prompt_key(p, VK_DOWN);
	prompt_key(p, VK_DOWN);
	prompt_key(p, VK_DOWN);
	assert_string_equal(p->text, "");
	type(p, "proc");
	prompt_key(p, VK_UP);
	assert_string_equal(p->text, "proc.pid = 7");
	prompt_key(p, VK_UP);
	assert_string_equal(p->text, "proc.name = sh");
	prompt_start(p, &h, "open");
	prompt_key(p, VK_CTRL('r'));
	assert_string_equal(p->text, "evt.type = open");
	history_fini(&h);
	free(p);
}

static void limits_hold(void **state)
{
	struct prompt *p = calloc(1, sizeof(*p));
	struct history h = { 0 };
	char line[32];

	prompt_start(p, NULL, "");
	for (int i = 0; i < PROMPT_MAX + 100; i++) {
		prompt_key(p, 'x');
	}
	assert_int_equal(p->len, PROMPT_MAX);
	assert_int_equal(strlen(p->text), PROMPT_MAX);
	for (int i = 0; i < PROMPT_HISTORY_MAX + 50; i++) {
		snprintf(line, sizeof(line), "line %d", i);
		history_add(&h, line);
	}
	assert_int_equal(h.n, PROMPT_HISTORY_MAX);
	assert_string_equal(h.lines[0], "line 50");
	history_fini(&h);
	free(p);
}

static void random_keys_keep_it_sound(void **state)
{
	static const uint32_t keys[] = { 'a',          ' ',       0xfc,         0x4e2d,
					 VK_LEFT,      VK_RIGHT,  VK_HOME,      VK_END,
					 VK_BACKSPACE, VK_DELETE, VK_CTRL('w'), VK_CTRL('k'),
					 VK_UP,        VK_DOWN,   VK_CTRL('r'), VK_CTRL('u') };
	struct prompt *p = calloc(1, sizeof(*p));
	struct history h = { 0 };
	uint32_t seed = 1;

	history_add(&h, "one \xc3\xbc");
	history_add(&h, "two");
	prompt_start(p, &h, "");
	for (int i = 0; i < 100000; i++) {
		seed = seed * 1664525 + 1013904223;
		prompt_key(p, keys[(seed >> 16) % (sizeof(keys) / sizeof(keys[0]))]);
		assert_true(p->at <= p->len && p->len <= PROMPT_MAX);
		assert_int_equal(strlen(p->text), p->len);
		assert_true(p->at == p->len || ((uint8_t)p->text[p->at] & 0xc0) != 0x80);
	}
	history_fini(&h);
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edits_a_line),
		cmocka_unit_test(utf8_is_one_character),
		cmocka_unit_test(history_walks_lines_that_fit),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(random_keys_keep_it_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
