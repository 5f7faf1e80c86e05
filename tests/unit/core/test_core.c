/* SPDX-License-Identifier: Apache-2.0
 * Unit tests of formats/core. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "formats/core/arena.h"
#include "formats/core/buf.h"
#include "formats/core/cleanup.h"
#include "formats/core/cli.h"
#include "formats/core/clock.h"
#include "formats/core/err.h"
#include "formats/core/io.h"
#include "formats/core/json.h"
#include "formats/core/map.h"
#include "formats/core/str.h"

static void err_wraps_and_cuts_in_the_middle(void **state)
{
	struct htr_err err = HTR_ERR_INIT;
	char longtext[600];

	assert_int_equal(htr_err_set(&err, -EBADMSG, "block %d", 7), -EBADMSG);
	assert_int_equal(htr_err_wrap(&err, "a.htr"), -EBADMSG);
	assert_string_equal(err.msg, "a.htr: block 7");
	memset(longtext, 'x', sizeof(longtext) - 1);
	longtext[sizeof(longtext) - 1] = '\0';
	htr_err_set(&err, -EINVAL, "begin %s", longtext);
	memcpy(err.msg + sizeof(err.msg) - 5, "end!", 5);
	htr_err_wrap(&err, "outer");
	assert_int_equal(strncmp(err.msg, "outer: begin x", 14), 0);
	assert_string_equal(err.msg + strlen(err.msg) - 4, "end!");
	assert_non_null(strstr(err.msg, "..."));
	assert_int_equal(htr_err_set(NULL, -ENOMEM, "nobody reads this"), -ENOMEM);
}

static void arena_counts_and_refuses(void **state)
{
	struct htr_arena a;

	htr_arena_init(&a, 1 << 16);
	char *p = htr_arena_alloc(&a, 10);
	assert_non_null(p);
	assert_int_equal((uintptr_t)p % 16, 0);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(p[i], 0);
	}
	assert_null(htr_arena_alloc(&a, 1 << 17));
	assert_null(htr_arena_array(&a, SIZE_MAX / 2, 4));
	assert_null(htr_arena_alloc(&a, SIZE_MAX));
	assert_string_equal(htr_arena_printf(&a, "%d-%s", 5, "x"), "5-x");
	while (htr_arena_alloc(&a, 1000)) {
	}
	assert_true(a.used <= 1 << 16);
	htr_arena_reset(&a);
	assert_int_equal(a.used, 0);
	assert_non_null(htr_arena_alloc(&a, 1 << 15));
	htr_arena_fini(&a);
}

static void escape_cases(void **state)
{
	static const struct {
		const char *in;
		size_t len;
		const char *out;
	} t[] = {
		{ "plain /path", 11, "plain /path" },
		{ "a\x1b[2Jb", 6, "a\\e[2Jb" },
		{ "a\nb\tc\r", 6, "a\\nb\\tc\\r" },
		{ "nul\0x", 5, "nul\\x00x" },
		{ "\x7f", 1, "\\x7f" },
		{ "\xc2\x9b", 2, "\\u{9b}" },       /* C1 CSI */
		{ "\xe2\x80\xae", 3, "\\u{202e}" }, /* right-to-left override */
		{ "\xe2\x80\x8b", 3, "\\u{200b}" }, /* zero width */
		{ "e\xcc\x81", 3, "e\\u{301}" },    /* combining */
		{ "\xff\xfe", 2, "\\xff\\xfe" },
		{ "\xc0\xaf", 2, "\\xc0\\xaf" },          /* overlong */
		{ "\xed\xa0\x80", 3, "\\xed\\xa0\\x80" }, /* surrogate */
		{ "\xe2\x82", 2, "\\xe2\\x82" },          /* cut short */
		{ "gr\xc3\xbc\xc3\x9f", 6, "gr\xc3\xbc\xc3\x9f" },
		{ "\xe4\xb8\xad", 3, "\xe4\xb8\xad" },
		{ "back\\slash", 10, "back\\\\slash" },
		{ "\xf3\xa0\x80\x81", 4, "\\u{e0001}" }, /* tag */
	};
	for (size_t i = 0; i < HTR_ARRAY_LEN(t); i++) {
		cleanup_buf struct htr_buf b = { 0 };
		htr_str_escape(&b, t[i].in, t[i].len, 0);
		assert_string_equal(htr_buf_str(&b), t[i].out);
	}
}

/* Whatever goes in: the output is clean and never holds a control byte. */
static void escape_property(void **state)
{
	unsigned seed = 4711;

	for (int round = 0; round < 20000; round++) {
		uint8_t in[40];
		size_t len = (size_t)rand_r(&seed) % sizeof(in);
		for (size_t i = 0; i < len; i++) {
			in[i] = (uint8_t)rand_r(&seed);
		}
		cleanup_buf struct htr_buf b = { 0 };
		htr_str_escape(&b, in, len, HTR_ESC_QUOTES | HTR_ESC_BLANKS);
		for (size_t i = 0; i < b.len;) {
			struct htr_glyph g = htr_glyph_next(b.data + i, b.len - i);
			assert_true(g.valid && g.width > 0 && g.cp != ' ');
			i += g.len;
		}
	}
}

static void number_parsers(void **state)
{
	uint64_t u;
	int64_t s;

	assert_int_equal(htr_str_to_size("64k", &u), 0);
	assert_int_equal(u, 65536);
	assert_int_equal(htr_str_to_size("1GiB", &u), 0);
	assert_int_equal(u, 1 << 30);
	assert_int_equal(htr_str_to_size("99999999999G", &u), -EINVAL);
	assert_int_equal(htr_str_to_size("12x", &u), -EINVAL);
	assert_int_equal(htr_str_to_size("", &u), -EINVAL);
	assert_int_equal(htr_str_to_u64("-1", &u), -EINVAL);
	assert_int_equal(htr_str_to_u64("0x10", &u), 0);
	assert_int_equal(u, 16);
	assert_int_equal(htr_str_to_i64("-5", &s), 0);
	assert_int_equal(s, -5);
	assert_int_equal(htr_str_to_i64("5 ", &s), -EINVAL);
	assert_int_equal(htr_str_distance("prco.name", "proc.name"), 2);
	assert_int_equal(htr_str_distance("", "abc"), 3);
}

static void maps_behave(void **state)
{
	struct htr_map m = { 0 };
	struct htr_smap sm = { 0 };
	static char vals[2000];
	uint64_t v;

	assert_null(htr_map_get(&m, 1));
	for (uint64_t i = 0; i < 2000; i++) {
		assert_int_equal(htr_map_put(&m, i * 65536, &vals[i]), 0);
	}
	for (uint64_t i = 0; i < 2000; i += 2) {
		assert_ptr_equal(htr_map_del(&m, i * 65536), &vals[i]);
	}
	assert_int_equal(m.n, 1000);
	for (uint64_t i = 0; i < 2000; i++) {
		assert_ptr_equal(htr_map_get(&m, i * 65536), i % 2 ? &vals[i] : NULL);
	}
	assert_null(htr_map_del(&m, 4));
	size_t pos = 0, n = 0;
	uint64_t key;
	void *val;
	while (htr_map_next(&m, &pos, &key, &val)) {
		n++;
	}
	assert_int_equal(n, 1000);
	htr_map_fini(&m);

	for (uint64_t i = 0; i < 500; i++) {
		char k[20];
		int len = snprintf(k, sizeof(k), "k%d", (int)i);
		assert_int_equal(htr_smap_put(&sm, k, (size_t)len, i), 0);
	}
	assert_int_equal(htr_smap_put(&sm, "", 0, 77), 0);
	assert_true(htr_smap_get(&sm, "k499", 4, &v));
	assert_int_equal(v, 499);
	assert_true(htr_smap_get(&sm, "", 0, &v));
	assert_int_equal(v, 77);
	assert_false(htr_smap_get(&sm, "k500", 4, &v));
	htr_smap_fini(&sm);
}

static void times_parse(void **state)
{
	const int64_t s = 1000000000;
	/* 2026-11-21T20:04:11Z */
	const int64_t start = 1795291451 * s, end = start + 732 * s;
	struct htr_err err;
	int64_t t, to;
	char text[HTR_TIME_TEXT];

	assert_int_equal(htr_time_parse("20:09:02", start, end, &t, &err), 0);
	assert_int_equal(t, 291 * s);
	assert_int_equal(htr_time_parse("20:09:02.5", start, end, &t, &err), 0);
	assert_int_equal(t, 291 * s + s / 2);
	assert_int_equal(htr_time_parse("+3.2s", start, end, &t, &err), 0);
	assert_int_equal(t, 3200000000);
	assert_int_equal(htr_time_parse("2026-11-21T20:04:12Z", start, end, &t, &err), 0);
	assert_int_equal(t, s);
	assert_int_equal(htr_time_parse("tomorrow", start, end, &t, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "20:08:50"));
	assert_int_equal(htr_time_parse("25:00:00", start, end, &t, &err), -EINVAL);
	/* over midnight */
	assert_int_equal(htr_time_parse("00:10", start, start + 20000 * s, &t, &err), 0);
	assert_int_equal(t, (14400 - 251 + 600) * s);

	assert_int_equal(htr_time_parse_range("20:05..20:06", start, end, &t, &to, &err), 0);
	assert_int_equal(t, 49 * s);
	assert_int_equal(to, 109 * s);
	assert_int_equal(htr_time_parse_range("..+1s", start, end, &t, &to, &err), 0);
	assert_true(t == INT64_MIN && to == s);
	assert_int_equal(htr_time_parse_range("+2s..+1s", start, end, &t, &to, &err), -EINVAL);
	assert_int_equal(htr_time_parse_span("99999999999999999999s", &t), -EINVAL);
	assert_int_equal(htr_time_parse_span("5", &t), -EINVAL);

	htr_time_iso(text, start + 480101000, 9, false);
	assert_string_equal(text, "2026-11-21T20:04:11.480101000Z");
	htr_time_clock(text, start + 480101999, 6, false);
	assert_string_equal(text, "20:04:11.480101");
	htr_time_iso(text, -1, 3, false);
	assert_string_equal(text, "1969-12-31T23:59:59.999Z");
	htr_time_span(text, 732 * s);
	assert_string_equal(text, "12m12s");
}

static void json_numbers_at_their_ends(void **state)
{
	struct htr_buf b = { 0 };

	htr_json_open(&b, NULL, '[');
	htr_json_int(&b, NULL, INT64_MIN);
	htr_json_int(&b, NULL, INT64_MAX);
	htr_json_int(&b, NULL, 0);
	htr_json_int(&b, NULL, -10);
	htr_json_uint(&b, NULL, UINT64_MAX);
	htr_json_close(&b, ']');
	assert_string_equal(htr_buf_str(&b), "[-9223372036854775808,9223372036854775807,0,-10,"
					     "18446744073709551615]");
	htr_buf_fini(&b);
}

static void json_is_safe(void **state)
{
	cleanup_buf struct htr_buf b = { 0 };

	htr_json_open(&b, NULL, '{');
	htr_json_str(&b, "a", "x\"y\\z\n</script>");
	htr_json_int(&b, "n", -5);
	htr_json_bytes(&b, "raw", "a\xff", 2);
	htr_json_open(&b, "list", '[');
	htr_json_elem(&b, "p", 1);
	htr_json_elem(&b, "\xe2\x80\xae", 3);
	htr_json_close(&b, ']');
	htr_json_null(&b, "none");
	htr_json_close(&b, '}');
	assert_string_equal(htr_buf_str(&b),
			    "{\"a\":\"x\\\"y\\\\z\\n\\u003c/script\\u003e\",\"n\":-5,"
			    "\"raw\":\"a\xef\xbf\xbd\",\"raw_b64\":\"Yf8=\","
			    "\"list\":[\"p\",\"\\u202e\"],\"none\":null}");
}

struct options {
	bool all;
	const char *out;
	struct htr_strlist rules;
	uint64_t size;
	int level, color;
};

static const struct htr_opt option_table[] = {
	{ 'a', "all", HTR_OPT_FLAG, offsetof(struct options, all), NULL, "everything", NULL },
	{ 'o', "output", HTR_OPT_STR, offsetof(struct options, out), "FILE", "where to", NULL },
	{ 'r', "rules", HTR_OPT_LIST, offsetof(struct options, rules), "FILE", "rules", NULL },
	{ 0, "size", HTR_OPT_SIZE, offsetof(struct options, size), "SIZE", "how much", NULL },
	{ 'v', "verbose", HTR_OPT_COUNT, offsetof(struct options, level), NULL, "more", NULL },
	{ 0, "color", HTR_OPT_ENUM, offsetof(struct options, color), "WHEN", "colour",
	  htr_color_words },
};

static const struct htr_cmd command = {
	.program = "holter test",
	.usage = "FILE",
	.summary = "Test.",
	.opts = option_table,
	.n_opts = HTR_ARRAY_LEN(option_table),
};

static int parse(struct options *o, const char *const *words, bool stop, char ***args, int *n,
		 struct htr_err *err)
{
	static char *argv[16];
	struct htr_cmd cmd = command;
	cleanup_buf struct htr_buf out = { 0 };
	int argc = 0;

	argv[argc++] = (char *)"test";
	for (; *words; words++) {
		argv[argc++] = (char *)*words;
	}
	argv[argc] = NULL;
	cmd.stop_at_operand = stop;
	*o = (struct options){ 0 };
	return htr_cli_parse(&cmd, o, argc, argv, args, n, &out, err);
}

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void options_parse(void **state)
{
	struct options o;
	struct htr_err err = HTR_ERR_INIT;
	char **args;
	int n;

	assert_int_equal(parse(&o,
			       WORDS("f.htr", "-ao", "x", "--size=64k", "-r", "1", "-r2", "-vv",
				     "--color", "never", "g"),
			       false, &args, &n, &err),
			 0);
	assert_true(o.all && o.size == 65536 && o.rules.n == 2 && o.level == 2);
	assert_int_equal(o.color, HTR_COLOR_NEVER);
	assert_string_equal(o.out, "x");
	assert_string_equal(o.rules.items[1], "2");
	assert_int_equal(n, 2);
	assert_string_equal(args[0], "f.htr");
	assert_string_equal(args[1], "g");
	assert_null(args[2]);

	assert_int_equal(parse(&o, WORDS("-a", "sh", "-o", "--"), true, &args, &n, &err), 0);
	assert_int_equal(n, 3);
	assert_string_equal(args[2], "--");
	assert_null(o.out);
	assert_int_equal(parse(&o, WORDS("--", "-a"), true, &args, &n, &err), 0);
	assert_string_equal(args[0], "-a");
	assert_int_equal(parse(&o, WORDS("-a", "--no-all"), false, &args, &n, &err), 0);
	assert_false(o.all);

	assert_int_equal(parse(&o, WORDS("--outptu=x"), false, &args, &n, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "did you mean --output?"));
	assert_int_equal(parse(&o, WORDS("--output"), false, &args, &n, &err), -EINVAL);
	assert_int_equal(parse(&o, WORDS("--all=1"), false, &args, &n, &err), -EINVAL);
	assert_int_equal(parse(&o, WORDS("-z"), false, &args, &n, &err), -EINVAL);
	assert_int_equal(parse(&o, WORDS("--size", "many"), false, &args, &n, &err), -EINVAL);
	assert_int_equal(parse(&o, WORDS("--color=red"), false, &args, &n, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "auto, always, never"));
	assert_int_equal(parse(&o, WORDS("--help"), false, &args, &n, &err), 1);

	setenv("HOLTER_OUTPUT", "env", 1);
	assert_int_equal(parse(&o, WORDS("x"), false, &args, &n, &err), 0);
	assert_string_equal(o.out, "env");
	assert_int_equal(parse(&o, WORDS("-o", "arg"), false, &args, &n, &err), 0);
	assert_string_equal(o.out, "arg");
	unsetenv("HOLTER_OUTPUT");
}

static void files_read(void **state)
{
	cleanup_buf struct htr_buf b = { 0 };
	struct htr_err err = HTR_ERR_INIT;

	assert_int_equal(htr_read_file("/proc/self/status", &b, 1 << 20, &err), 0);
	assert_non_null(strstr(htr_buf_str(&b), "Pid:"));
	assert_int_equal(htr_read_file("/proc/self/status", &b, 10, &err), -E2BIG);
	assert_int_equal(htr_read_file("/nonexistent", &b, 10, &err), -ENOENT);
	assert_non_null(strstr(err.msg, "/nonexistent: No such file"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(err_wraps_and_cuts_in_the_middle),
		cmocka_unit_test(arena_counts_and_refuses),
		cmocka_unit_test(escape_cases),
		cmocka_unit_test(escape_property),
		cmocka_unit_test(number_parsers),
		cmocka_unit_test(maps_behave),
		cmocka_unit_test(times_parse),
		cmocka_unit_test(json_is_safe),
		cmocka_unit_test(json_numbers_at_their_ends),
		cmocka_unit_test(options_parse),
		cmocka_unit_test(files_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
