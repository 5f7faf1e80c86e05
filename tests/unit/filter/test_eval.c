/* SPDX-License-Identifier: Apache-2.0
 * Evaluating: explain, reuse of one filter over many events, times that hang on the trace. What is true is
 * in tests/sim. */
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
#include "tests/lib/story.h"

struct world {
	struct story *story;
	struct htr_state *state;
	struct htr_arena arena;
};

static void take(const struct htr_event *ev, void *data)
{
	struct world *w = data;
	struct htr_err err = HTR_ERR_INIT;

	if (w->state == NULL) {
		assert_int_equal(htr_state_new(&w->state, story_facts(w->story), &err), 0);
	}
	assert_int_equal(htr_state_apply(w->state, htr_event_dup(ev, &w->arena), &err), 0);
}

static void world_fini(struct world *w)
{
	htr_state_free(w->state);
	story_free(w->story);
	htr_arena_fini(&w->arena);
}

static void tell(struct world *w, const char *line)
{
	if (w->story == NULL) {
		w->story = story_new(take, w);
	}
	story_line(w->story, line, 0);
}

static struct htr_filter *compile(const char *text)
{
	struct htr_filter *f = NULL;
	struct htr_err err = HTR_ERR_INIT;

	if (htr_filter_compile(&f, text, NULL, NULL, NULL, &err) < 0) {
		print_message("# %s\n", err.msg);
		fail();
	}
	return f;
}

static void note(const struct htr_explain_item *item, void *data)
{
	htr_buf_printf(data, "%u %s [%s] %d\n", item->depth, item->text, item->value, item->result);
}

static void explains(void **unused)
{
	cleanup_filter struct htr_filter *f = compile(
		"evt.type=openat and (proc.name=x or fd.name startswith /etc) and not fd.num>3 "
		"and fd.sip exists and evt.num=1");
	cleanup_buf struct htr_buf out = { 0 };
	struct world w = { 0 };

	(void)unused;
	tell(&w, "proc 5 comm=\"sh\"");
	tell(&w, "5: openat(AT_FDCWD, \"/etc/a\\x1b[2Jb\", O_RDONLY) = 3");
	htr_filter_explain(f, w.state, note, &out);
	assert_string_equal(htr_buf_str(&out), "1 evt.type = openat [openat] 1\n"
					       "2 proc.name = x [sh] 0\n"
					       "2 fd.name startswith /etc [/etc/a\\e[2Jb] 1\n"
					       "2 fd.num > 3 [3] 0\n"
					       "1 fd.sip exists [<NA>] 0\n"
					       "1 evt.num = 1 [2] -1\n");
	assert_false(htr_filter_match(f, w.state));
	world_fini(&w);
}

static void long_values_are_cut(void **unused)
{
	cleanup_filter struct htr_filter *f = compile("proc.args contains nothing-of-that-kind");
	cleanup_buf struct htr_buf line = { 0 };
	cleanup_buf struct htr_buf out = { 0 };
	struct world w = { 0 };

	(void)unused;
	htr_buf_adds(&line, "proc 5 argv=[\"x\",\"");
	for (int i = 0; i < 100; i++) {
		htr_buf_adds(&line, "\xc3\xa4");
	}
	htr_buf_adds(&line, "\"]");
	tell(&w, htr_buf_str(&line));
	htr_filter_explain(f, w.state, note, &out);
	assert_non_null(strstr(htr_buf_str(&out), "\xc3\xa4...]"));
	assert_true(out.len < 400);
	world_fini(&w);
}

/* The same filter on traces that started at other times. */
static void times_follow_the_trace(void **unused)
{
	cleanup_filter struct htr_filter *f = compile("evt.time >= 08:00:01 and evt.time < +3s");
	static const struct {
		const char *start, *at;
		bool hit;
	} cases[] = {
		{ "facts start=2026-11-21T08:00:00Z", "at +2s", true },
		{ "facts start=2026-11-21T08:00:00Z", "at +500ms", false },
		{ "facts start=2026-11-21T08:00:00Z", "at +3s", false },
		{ "facts start=2025-01-01T08:00:00Z", "at +2s", true },
		{ "facts start=2025-01-01T07:59:59Z", "at +1s", false },
	};

	(void)unused;
	for (size_t i = 0; i < HTR_ARRAY_LEN(cases); i++) {
		struct world w = { 0 };

		tell(&w, cases[i].start);
		tell(&w, cases[i].at);
		tell(&w, "proc 5 comm=\"x\"");
		assert_int_equal(htr_filter_match(f, w.state), cases[i].hit);
		world_fini(&w);
	}
}

static void no_event_is_no_match(void **unused)
{
	cleanup_filter struct htr_filter *f = compile("not evt.num=1");
	cleanup_state struct htr_state *st = NULL;
	cleanup_buf struct htr_buf out = { 0 };
	cleanup_format struct htr_format *fmt = NULL;
	struct htr_err err = HTR_ERR_INIT;

	(void)unused;
	assert_int_equal(htr_state_new(&st, NULL, &err), 0);
	assert_false(htr_filter_match(f, st));
	htr_filter_explain(f, st, note, &out);
	assert_int_equal(htr_format_compile(&fmt, "%proc.name x", NULL, &err), 0);
	htr_format_print(fmt, st, &out);
	htr_format_json_fields(fmt, st, &out);
	assert_int_equal(out.len, 0);
}

/* Every field over every kind of event: no getter may trip over what is not there. */
static void every_field_everywhere(void **unused)
{
	static const char *const lines[] = {
		"loss 3",
		"note \"x\"",
		"proc 5 comm=\"x\"",
		"5: fork 6",
		"6: exec \"/bin/x\" [\"x\"]",
		"6: getpid() = 6",
		"6: openat(AT_FDCWD, \"/a\", O_RDONLY) = ?",
		"6: openat(AT_FDCWD, \"\", O_RDONLY) = 3",
		"6: socket(AF_INET, SOCK_STREAM, 0) = 4",
		"6: connect(4, 1.2.3.4:80, 16) = ?",
		"6: signal SIGTERM",
		"6: fd 9",
		"6: exit 0",
	};
	size_t n;
	const struct htr_field_info *fields = htr_fields(&n);
	struct world w = { 0 };

	(void)unused;
	for (size_t l = 0; l < HTR_ARRAY_LEN(lines); l++) {
		tell(&w, lines[l]);
		for (size_t i = 0; i < n; i++) {
			char text[160];
			const char *arg = !(fields[i].flags & HTR_FF_ARG_REQUIRED)     ? ""
					  : strcmp(fields[i].name, "evt.type.is") == 0 ? ".open"
					  : strstr(fields[i].name, "arg") != NULL      ? ".flags"
										       : "[1]";
			cleanup_format struct htr_format *fmt = NULL;
			cleanup_buf struct htr_buf out = { 0 };
			struct htr_err err = HTR_ERR_INIT;

			snprintf(text, sizeof(text), "%s%s exists", fields[i].name, arg);
			cleanup_filter struct htr_filter *f = compile(text);
			bool there = htr_filter_match(f, w.state);
			if (fields[i].flags & HTR_FF_FILTER_ONLY) {
				continue;
			}
			snprintf(text, sizeof(text), "%%%s%s", fields[i].name, arg);
			assert_int_equal(htr_format_compile(&fmt, text, NULL, &err), 0);
			htr_format_print(fmt, w.state, &out);
			/* what exists is printed, what does not is <NA>, unless that is its text */
			if (!there) {
				assert_string_equal(htr_buf_str(&out), "<NA>");
			}
			htr_buf_reset(&out);
			htr_format_json_fields(fmt, w.state, &out);
			if (!there) {
				assert_non_null(strstr(htr_buf_str(&out), ":null"));
			} else {
				assert_null(strstr(htr_buf_str(&out), ":null"));
			}
		}
	}
	world_fini(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(explains),
		cmocka_unit_test(long_values_are_cut),
		cmocka_unit_test(times_follow_the_trace),
		cmocka_unit_test(no_event_is_no_match),
		cmocka_unit_test(every_field_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
