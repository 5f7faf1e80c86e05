/* SPDX-License-Identifier: Apache-2.0
 * Unit tests of replay/rules/yaml.c: nodes, their places, and what is refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "formats/core/buf.h"
#include "replay/rules/yaml.h"

struct fixture {
	struct htr_arena arena;
	struct yaml_node *stream;
	struct yaml_place place;
	struct htr_err err;
};

static int parse(struct fixture *f, const char *text, size_t len)
{
	*f = (struct fixture){ .err = HTR_ERR_INIT };
	return yaml_parse(text, len, &f->arena, &f->stream, &f->place, &f->err);
}

static int parse_text(struct fixture *f, const char *text)
{
	return parse(f, text, strlen(text));
}

static void nodes_know_their_place(void **state)
{
	struct fixture f;

	assert_int_equal(parse_text(&f, "- rule: A rule\n"
					"  condition: >\n"
					"    evt.type=open\n"
					"    and x\n"
					"- list: l\n"
					"  items: [a, 'b c', \"d\"]\n"),
			 0);
	assert_int_equal(f.stream->n, 1);
	const struct yaml_node *doc = f.stream->items[0];
	assert_int_equal(doc->kind, YAML_SEQ);
	assert_int_equal(doc->n, 2);
	const struct yaml_node *cond = yaml_get(doc->items[0], "condition");
	assert_string_equal(cond->text, "evt.type=open and x\n");
	assert_int_equal(cond->line, 2);
	assert_int_equal(cond->col, 14);
	const struct yaml_node *items = yaml_get(doc->items[1], "items");
	assert_int_equal(items->n, 3);
	assert_string_equal(items->items[1]->text, "b c");
	assert_true(items->items[1]->quoted);
	assert_int_equal(items->items[1]->line, 6);
	assert_int_equal(items->items[1]->col, 14);
	assert_null(yaml_get(doc->items[1], "nothing"));
	assert_null(yaml_get(items, "items"));
	htr_arena_fini(&f.arena);
}

static void null_has_five_spellings_but_not_in_quotes(void **state)
{
	struct fixture f;

	assert_int_equal(parse_text(&f, "- ~\n- null\n- Null\n- NULL\n-\n- ''\n- 'null'\n"), 0);
	const struct yaml_node *doc = f.stream->items[0];
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(doc->items[i]->kind, YAML_NULL);
		assert_false(yaml_is_text(doc->items[i]));
	}
	assert_true(yaml_is_text(doc->items[5]));
	assert_true(yaml_is_text(doc->items[6]));
	assert_false(yaml_is_text(NULL));
	htr_arena_fini(&f.arena);
}

static void streams_hold_documents(void **state)
{
	struct fixture f;

	assert_int_equal(parse_text(&f, "---\n- a\n---\n---\n- b\n...\n"), 0);
	assert_int_equal(f.stream->n, 3);
	assert_int_equal(f.stream->items[1]->kind, YAML_NULL);
	htr_arena_fini(&f.arena);
	assert_int_equal(parse_text(&f, ""), 0);
	assert_int_equal(f.stream->n, 0);
	htr_arena_fini(&f.arena);
	assert_int_equal(parse_text(&f, "# only a comment\n"), 0);
	htr_arena_fini(&f.arena);
}

static void booleans(void **state)
{
	struct fixture f;
	bool v = false;

	assert_int_equal(
		parse_text(&f, "- yes\n- TRUE\n- on\n- y\n- no\n- False\n- off\n- n\n- 1\n"), 0);
	const struct yaml_node *doc = f.stream->items[0];
	for (size_t i = 0; i < 8; i++) {
		v = i >= 4;
		assert_int_equal(yaml_bool(doc->items[i], &v), 0);
		assert_int_equal(v, i < 4);
	}
	assert_true(yaml_bool(doc->items[8], &v) < 0);
	assert_true(yaml_bool(doc, &v) < 0);
	htr_arena_fini(&f.arena);
}

static void aliases_share_their_node(void **state)
{
	struct fixture f;

	assert_int_equal(parse_text(&f, "- &a [x, y]\n- *a\n- &a z\n- *a\n"), 0);
	const struct yaml_node *doc = f.stream->items[0];
	assert_ptr_equal(doc->items[0], doc->items[1]);
	assert_string_equal(doc->items[3]->text, "z");
	htr_arena_fini(&f.arena);
	/* no node can hold itself, and anchors end with their document */
	assert_int_equal(parse_text(&f, "- &a [*a]\n"), -EINVAL);
	htr_arena_fini(&f.arena);
	assert_int_equal(parse_text(&f, "- &a x\n---\n- *a\n"), -EINVAL);
	assert_int_equal(f.place.line, 3);
	htr_arena_fini(&f.arena);
}

static void bomb_stays_small(void **state)
{
	struct fixture f;
	struct htr_buf text = { 0 };

	htr_buf_adds(&text, "- &a0 [x,x,x,x,x,x,x,x,x,x]\n");
	for (int i = 1; i < 50; i++) {
		htr_buf_printf(&text, "- &a%d [", i);
		for (int k = 0; k < 10; k++) {
			htr_buf_printf(&text, "%s*a%d", k ? "," : "", i - 1);
		}
		htr_buf_adds(&text, "]\n");
	}
	assert_int_equal(parse(&f, htr_buf_str(&text), text.len), 0);
	assert_true(f.arena.used < 1000000);
	htr_arena_fini(&f.arena);
	htr_buf_fini(&text);
}

static void depth_is_limited(void **state)
{
	struct fixture f;
	char text[400000];

	memset(text, '[', sizeof(text));
	assert_int_equal(parse(&f, text, sizeof(text)), -E2BIG);
	assert_non_null(strstr(f.err.msg, "64 levels"));
	assert_int_equal(f.place.col, YAML_DEPTH_MAX + 1);
	htr_arena_fini(&f.arena);
	for (size_t i = 0; i < sizeof(text); i += 2) {
		memcpy(text + i, "- ", 2);
	}
	assert_int_equal(parse(&f, text, sizeof(text)), -E2BIG);
	htr_arena_fini(&f.arena);
}

static void errors_have_a_place(void **state)
{
	static const struct {
		const char *text;
		uint32_t line;
	} cases[] = {
		{ "- a: b\n  c: d: e\n", 2 },   { "- 'never ends\n", 2 },
		{ "- a\n\t- b\n", 2 },          { "- {a: b\n", 2 },
		{ "a: [1\nb: 2\n", 2 },         { "- *nothing\n", 1 },
		{ "- \"nul \\0 byte\"\n", 1 },  { "- \xff\xfe\n", 1 },
		{ "%YAML 9.9\n---\n- a\n", 1 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture f;
		assert_int_equal(parse_text(&f, cases[i].text), -EINVAL);
		assert_true(f.err.msg[0] != '\0');
		if (f.place.line != cases[i].line) {
			fail_msg("case %zu: line %u, not %u", i, f.place.line, cases[i].line);
		}
		htr_arena_fini(&f.arena);
	}
}

/* Whatever the bytes are: a tree or an error. */
static void random_bytes_never_crash(void **state)
{
	static const char alphabet[] = "-:[]{}'\"\\#&*!|>%@`?, \n\tab0~\x80\xc3\xff";
	char text[64];

	srand(1);
	for (int i = 0; i < 20000; i++) {
		struct fixture f;
		size_t len = (size_t)rand() % sizeof(text);
		for (size_t k = 0; k < len; k++) {
			text[k] = alphabet[(size_t)rand() % (sizeof(alphabet) - 1)];
		}
		int r = parse(&f, text, len);
		assert_true(r == 0 || r == -EINVAL);
		htr_arena_fini(&f.arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nodes_know_their_place),
		cmocka_unit_test(null_has_five_spellings_but_not_in_quotes),
		cmocka_unit_test(streams_hold_documents),
		cmocka_unit_test(booleans),
		cmocka_unit_test(aliases_share_their_node),
		cmocka_unit_test(bomb_stays_small),
		cmocka_unit_test(depth_is_limited),
		cmocka_unit_test(errors_have_a_place),
		cmocka_unit_test(random_bytes_never_crash),
	};
	return cmocka_run_group_tests_name("replay/yaml", tests, NULL, NULL);
}
