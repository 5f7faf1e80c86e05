/* SPDX-License-Identifier: Apache-2.0
 * Compiling conditions: places of errors, limits, memory. What loads and what does not is in tests/sim. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "formats/core/cleanup.h"
#include "formats/filter/filter.h"

static struct htr_filter_err error_of(const char *text, htr_macro_fn macros)
{
	struct htr_filter_err fe = { 0 };
	struct htr_err err = HTR_ERR_INIT;
	cleanup_filter struct htr_filter *f = NULL;

	assert_int_equal(htr_filter_compile(&f, text, macros, NULL, &fe, &err), -EINVAL);
	assert_int_equal(err.code, -EINVAL);
	assert_non_null(strstr(err.msg, fe.msg));
	assert_null(f);
	return fe;
}

static void places(void **unused)
{
	static const struct {
		const char *text;
		size_t pos, len;
		int kind;
	} cases[] = {
		{ "", 0, 0, HTR_FERR_SYNTAX },
		{ "evt.num=1 and bad.field=3", 14, 9, HTR_FERR_UNKNOWN_FIELD },
		{ "evt.type=opnat", 9, 5, HTR_FERR_UNKNOWN_TYPE },
		{ "evt.type in (open, \"opnat\")", 19, 7, HTR_FERR_UNKNOWN_TYPE },
		{ "(evt.num=1", 0, 1, HTR_FERR_SYNTAX },
		{ "evt.num=x", 8, 1, HTR_FERR_TYPE },
		{ "evt.num = 1 nonsense", 12, 8, HTR_FERR_SYNTAX },
		{ "not shell_procs", 4, 11, HTR_FERR_UNKNOWN_MACRO },
		{ "fd.num contains 3", 0, 17, HTR_FERR_TYPE },
		{ "proc.name='abc", 10, 4, HTR_FERR_SYNTAX },
		{ "proc.name='a\\qc'", 12, 2, HTR_FERR_SYNTAX },
		{ "evt.arg.nothing=1", 0, 15, HTR_FERR_UNKNOWN_FIELD },
		{ "proc.name regex '('", 16, 3, HTR_FERR_TYPE },
	};

	(void)unused;
	for (size_t i = 0; i < HTR_ARRAY_LEN(cases); i++) {
		struct htr_filter_err fe = error_of(cases[i].text, NULL);

		if (fe.pos != cases[i].pos || fe.len != cases[i].len || fe.kind != cases[i].kind) {
			print_message("# %s: %zu %zu %d %s\n", cases[i].text, fe.pos, fe.len,
				      fe.kind, fe.msg);
		}
		assert_int_equal(fe.pos, cases[i].pos);
		assert_int_equal(fe.len, cases[i].len);
		assert_int_equal(fe.kind, cases[i].kind);
	}
}

static const char *macros(const char *name, void *data)
{
	(void)data;
	if (strcmp(name, "wide") == 0) {
		return "(wider and wider)";
	}
	if (strcmp(name, "wider") == 0) {
		return "(proc.name=a or bad.field=2)";
	}
	if (strcmp(name, "ok") == 0) {
		return "proc.name=a";
	}
	if (strncmp(name, "m", 1) == 0 && name[1] >= '0' && name[1] <= '9') {
		/* m20 is m19 twice, m0 a check: doubling must hit a limit, not the memory */
		static char text[40][64];
		int n = atoi(name + 1);

		if (n == 0 || n >= 40) {
			return "proc.name=aaaaaaaaaaaaaaaa";
		}
		snprintf(text[n], sizeof(text[n]), "m%d and m%d", n - 1, n - 1);
		return text[n];
	}
	return NULL;
}

/* An error inside a macro points at the macro's name in the text that was given. */
static void places_in_macros(void **unused)
{
	struct htr_filter_err fe = error_of("ok and wide and ok", macros);

	(void)unused;
	assert_int_equal(fe.pos, 7);
	assert_int_equal(fe.len, 4);
	assert_non_null(strstr(fe.msg, "in macro wider"));
	assert_int_equal(fe.kind, HTR_FERR_UNKNOWN_FIELD);
}

static void limits(void **unused)
{
	enum { N = 3000 };
	cleanup_free char *deep = malloc(2 * N + 16);
	cleanup_free char *huge = malloc((1 << 20) + 64);
	struct htr_filter_err fe;
	struct htr_err err = HTR_ERR_INIT;
	cleanup_filter struct htr_filter *f = NULL;

	(void)unused;
	assert_non_null(deep);
	assert_non_null(huge);
	for (size_t n = 90; n <= N; n += 970) {
		memset(deep, '(', n);
		memcpy(deep + n, "ok", 2);
		memset(deep + n + 2, ')', n);
		deep[2 * n + 2] = 0;
		if (n == 90) {
			assert_int_equal(htr_filter_compile(&f, deep, macros, NULL, &fe, &err), 0);
		} else {
			assert_int_equal(error_of(deep, macros).kind, HTR_FERR_LIMIT);
		}
	}
	/* without macros the limit is 100 */
	memset(deep, '(', 200);
	strcpy(deep + 200, "evt.num=1");
	assert_int_equal(error_of(deep, NULL).kind, HTR_FERR_LIMIT);
	memset(huge, ' ', (1 << 20) + 1);
	strcpy(huge + (1 << 20) + 1, "evt.num=1");
	assert_int_equal(error_of(huge, NULL).kind, HTR_FERR_LIMIT);
	assert_int_equal(htr_filter_compile(&f, "m30", macros, NULL, &fe, &err), -EINVAL);
	assert_int_equal(fe.kind, HTR_FERR_LIMIT);
}

static void long_chains(void **unused)
{
	enum { N = 20000 };
	cleanup_buf struct htr_buf b = { 0 };
	struct htr_err err = HTR_ERR_INIT;
	cleanup_filter struct htr_filter *f = NULL;

	(void)unused;
	for (int i = 0; i < N; i++) {
		htr_buf_printf(&b, "%sproc.name=x%d", i ? (i % 2 ? " and " : " or ") : "", i);
	}
	assert_int_equal(htr_filter_compile(&f, htr_buf_str(&b), NULL, NULL, NULL, &err), 0);
	htr_buf_reset(&b);
	for (int i = 0; i < N; i++) {
		htr_buf_adds(&b, "not ");
	}
	htr_buf_adds(&b, "evt.num=1");
	htr_filter_free(f);
	f = NULL;
	assert_int_equal(htr_filter_compile(&f, htr_buf_str(&b), NULL, NULL, NULL, &err), 0);
}

static void caret_of(const char *text, const char *want)
{
	struct htr_filter_err fe = error_of(text, NULL);
	cleanup_buf struct htr_buf out = { 0 };

	htr_filter_caret(&out, text, &fe);
	assert_string_equal(htr_buf_str(&out), want);
}

static void carets(void **unused)
{
	struct htr_filter_err fe;
	cleanup_buf struct htr_buf out = { 0 };
	cleanup_buf struct htr_buf text = { 0 };

	(void)unused;
	caret_of("evt.num=1 and evt.nun=2", "unknown field 'evt.nun'; did you mean evt.num?\n"
					    "  evt.num=1 and evt.nun=2\n"
					    "                ^~~~~~~\n");
	/* only the line of the error; tabs and controls take the columns of their escapes */
	caret_of("evt.num=1\nand\tbad.x=2", "unknown field 'bad.x'\n"
					    "  and\\tbad.x=2\n"
					    "       ^~~~~\n");
	/* a wide character is two columns */
	caret_of("proc.name=\xe6\xbc\xa2 x", "unexpected text 'x', expecting 'or', 'and'\n"
					     "  proc.name=\xe6\xbc\xa2 x\n"
					     "               ^\n");
	/* a long text is shown around the error, within the width of a terminal */
	for (int i = 0; i < 50; i++) {
		htr_buf_adds(&text, "evt.num=1 and ");
	}
	htr_buf_adds(&text, "x.y=1 and evt.num=2 and evt.num=3 and evt.num=4 and evt.num=5");
	fe = error_of(htr_buf_str(&text), NULL);
	htr_filter_caret(&out, htr_buf_str(&text), &fe);
	for (const char *line = htr_buf_str(&out); *line;) {
		const char *end = strchr(line, '\n');

		assert_non_null(end);
		assert_true(end - line <= 78);
		line = end + 1;
	}
	assert_non_null(strstr(htr_buf_str(&out), "x.y=1"));
	assert_non_null(strstr(htr_buf_str(&out), "^~~\n"));
}

static void table_is_sound(void **unused)
{
	size_t n;
	const struct htr_field_info *f = htr_fields(&n);

	(void)unused;
	assert_true(n > 200);
	for (size_t i = 0; i < n; i++) {
		char text[128];
		struct htr_filter_err fe;
		struct htr_err err = HTR_ERR_INIT;
		cleanup_filter struct htr_filter *filter = NULL;
		bool wants = (f[i].flags & HTR_FF_ARG_REQUIRED) != 0;

		if (i > 0) {
			assert_true(strcmp(f[i - 1].name, f[i].name) < 0);
		}
		assert_true(strlen(f[i].help) > 8);
		assert_int_equal(f[i].help[strlen(f[i].help) - 1], '.');
		assert_true(!wants || f[i].arg_help != NULL);
		/* found by its name, and told when its argument is missing */
		snprintf(text, sizeof(text), "%s exists", f[i].name);
		assert_int_equal(htr_filter_compile(&filter, text, NULL, NULL, &fe, &err),
				 wants ? -EINVAL : 0);
	}
}

/* Every allocation fails once: an error, no leak, no crash. */
static long fail_after = -1;

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t m);
void *__real_realloc(void *p, size_t n);
void *__real_reallocarray(void *p, size_t n, size_t m);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t m);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_reallocarray(void *p, size_t n, size_t m);

static bool fails(void)
{
	return fail_after >= 0 && fail_after-- == 0;
}

void *__wrap_malloc(size_t n)
{
	return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t m)
{
	return fails() ? NULL : __real_calloc(n, m);
}

void *__wrap_realloc(void *p, size_t n)
{
	return fails() ? NULL : __real_realloc(p, n);
}

void *__wrap_reallocarray(void *p, size_t n, size_t m)
{
	return fails() ? NULL : __real_reallocarray(p, n, m);
}

static void out_of_memory(void **unused)
{
	static const char text[] = "proc.name in (a,b,c,d,e,f,g,h) and fd.name regex 'x+' and "
				   "evt.arg.flags contains X or not (len(tolower(proc.exe)) > 3)";

	(void)unused;
	for (long n = 0; n < 200; n++) {
		struct htr_filter *f = NULL;
		struct htr_err err = HTR_ERR_INIT;
		struct htr_filter_err fe = { 0 };
		int r;

		fail_after = n;
		r = htr_filter_compile(&f, text, NULL, NULL, &fe, &err);
		if (fail_after >= 0) {
			fail_after = -1;
			assert_int_equal(r, 0);
			htr_filter_free(f);
			return;
		}
		fail_after = -1;
		/* a regex engine that finds no memory says so in its own words */
		assert_true(r == -ENOMEM || r == -EINVAL);
	}
	fail();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places),        cmocka_unit_test(places_in_macros),
		cmocka_unit_test(limits),        cmocka_unit_test(long_chains),
		cmocka_unit_test(carets),        cmocka_unit_test(table_is_sound),
		cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
