/* SPDX-License-Identifier: Apache-2.0
 *
 * sim.c - a table of events and verdicts: events are built in memory, pass the state, and each filter is
 * judged against the last one.
 *
 * usage: sim FILE.sim       TAP on standard output
 *
 *   test NAME          a fresh state; what follows belongs to it
 *   (a statement of tests/lib/story.c)
 *   + FILTER           loads and matches the last event
 *   - FILTER           loads and does not match it
 *   L FILTER           loads
 *   ! FILTER           does not load
 *   ! FILTER ## TEXT   does not load, and the message or its hint contains TEXT
 *   ? FORMAT ## TEXT   the output template gives TEXT
 *   j FORMAT ## TEXT   its JSON members are TEXT
 *   T FILTER ## TYPES  event types it can match: ALL, NONE, or names joined with blanks
 *   c FILTER ## TEXT   canonical text; it must parse to itself
 *
 * Every filter that loads is also printed in its canonical form, which must load and give the same verdict.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/buf.h"
#include "formats/core/cleanup.h"
#include "formats/core/io.h"
#include "formats/filter/filter.h"
#include "formats/model/tables.h"
#include "tests/lib/story.h"

struct sim {
	struct story *story;
	struct htr_state *state;
	struct htr_arena arena; /* the last event: the state borrows it */
	unsigned line, n_tests, n_failed_tests;
	const char *test;
	unsigned failures; /* of the test in hand */
};

static void take_event(const struct htr_event *ev, void *data)
{
	struct sim *s = data;
	struct htr_err err = HTR_ERR_INIT;
	const struct htr_event *copy = htr_event_dup(ev, &s->arena);

	if (s->state == NULL && htr_state_new(&s->state, story_facts(s->story), &err) < 0) {
		abort();
	}
	if (copy == NULL || htr_state_apply(s->state, copy, &err) < 0) {
		abort();
	}
}

static void end_test(struct sim *s)
{
	if (s->test != NULL) {
		s->n_tests++;
		s->n_failed_tests += s->failures > 0;
		printf("%s %u - %s\n", s->failures ? "not ok" : "ok", s->n_tests, s->test);
	}
	htr_state_free(s->state);
	story_free(s->story);
	htr_arena_reset(&s->arena);
	s->state = NULL;
	s->failures = 0;
	s->story = story_new(take_event, s);
}

static void failed(struct sim *s, const char *what, const char *got)
{
	printf("# line %u: %s%s%s\n", s->line, what, got ? ": " : "", got ? got : "");
	s->failures++;
}

/* Macros for the tests of macros. */
static const char *macro(const char *name, void *data)
{
	static const struct {
		const char *name, *text;
	} macros[] = {
		{ "spawned_process", "(evt.type in (execve, execveat))" },
		{ "open_write", "(evt.type in (open,openat,openat2) and evt.is_open_write=true)" },
		{ "never_true", "(evt.num=0)" },
		{ "always_true", "(evt.num>=0)" },
		{ "either", "proc.name=nope or always_true" },
		{ "loop_a", "loop_b" },
		{ "loop_b", "not loop_a" },
		{ "broken", "fd.num contains 3" },
	};

	(void)data;
	for (size_t i = 0; i < HTR_ARRAY_LEN(macros); i++) {
		if (strcmp(macros[i].name, name) == 0) {
			return macros[i].text;
		}
	}
	return NULL;
}

static struct htr_filter *load(struct sim *s, const char *text, struct htr_filter_err *ferr)
{
	struct htr_filter *f = NULL;
	struct htr_err err = HTR_ERR_INIT;
	int r = htr_filter_compile(&f, text, macro, NULL, ferr, &err);

	if (r == -EINVAL &&
	    (ferr->msg[0] == 0 || ferr->kind == HTR_FERR_NONE || ferr->pos > strlen(text))) {
		failed(s, "an error without a message or outside of the text", text);
	}
	return r < 0 ? NULL : f;
}

static void verdict(struct sim *s, const char *text, bool want)
{
	struct htr_filter_err ferr = { 0 };
	cleanup_filter struct htr_filter *f = load(s, text, &ferr);
	cleanup_filter struct htr_filter *again = NULL;
	cleanup_buf struct htr_buf canon = { 0 };

	if (f == NULL) {
		failed(s, "does not load", ferr.msg);
		return;
	}
	if (s->state == NULL) {
		failed(s, "no event yet", NULL);
		return;
	}
	if (htr_filter_match(f, s->state) != want) {
		failed(s, want ? "should match" : "should not match", text);
	}
	htr_filter_text(f, &canon);
	again = load(s, htr_buf_str(&canon), &ferr);
	if (again == NULL || htr_filter_match(again, s->state) != want) {
		failed(s, "its canonical text says something else", htr_buf_str(&canon));
	}
	/* what the type set rules out must not match */
	if (want && !htr_type_set_has(htr_filter_types(f), htr_state_current(s->state)->ev)) {
		failed(s, "its type set misses this event", text);
	}
}

static void loads(struct sim *s, const char *text)
{
	struct htr_filter_err ferr = { 0 };
	cleanup_filter struct htr_filter *f = load(s, text, &ferr);

	if (f == NULL) {
		failed(s, text, ferr.msg);
	}
}

static void rejected(struct sim *s, const char *text, const char *say)
{
	struct htr_filter_err ferr = { 0 };
	cleanup_filter struct htr_filter *f = load(s, text, &ferr);
	cleanup_buf struct htr_buf caret = { 0 };

	if (f != NULL) {
		failed(s, "should not load", text);
		return;
	}
	if (say != NULL && strstr(ferr.msg, say) == NULL && strstr(ferr.hint, say) == NULL) {
		failed(s, "another message", ferr.msg);
	}
	htr_filter_caret(&caret, text, &ferr);
	if (caret.len == 0 || caret.data[caret.len - 1] != '\n') {
		failed(s, "no caret text", text);
	}
}

static void printed(struct sim *s, const char *text, const char *want, bool json)
{
	struct htr_filter_err ferr = { 0 };
	struct htr_err err = HTR_ERR_INIT;
	cleanup_format struct htr_format *f = NULL;
	cleanup_buf struct htr_buf out = { 0 };

	if (htr_format_compile(&f, text, &ferr, &err) < 0) {
		if (strcmp(want, "ERROR") != 0) {
			failed(s, "format does not load", ferr.msg);
		}
		return;
	}
	if (s->state == NULL) {
		failed(s, "no event yet", NULL);
		return;
	}
	if (json) {
		htr_format_json_fields(f, s->state, &out);
	} else {
		htr_format_print(f, s->state, &out);
	}
	if (strcmp(htr_buf_str(&out), want) != 0) {
		failed(s, "prints", htr_buf_str(&out));
	}
}

static void types(struct sim *s, const char *text, const char *want)
{
	struct htr_filter_err ferr = { 0 };
	cleanup_filter struct htr_filter *f = load(s, text, &ferr);
	cleanup_buf struct htr_buf out = { 0 };
	const struct htr_type_set *ts;
	unsigned n = 0;

	if (f == NULL) {
		failed(s, "does not load", ferr.msg);
		return;
	}
	ts = htr_filter_types(f);
	for (unsigned i = 0; i < htr_syscall_count() && i < 1024; i++) {
		const struct htr_syscall_desc *d = htr_syscall_at(i);

		if (d != NULL && (ts->syscalls[d->id / 64] >> (d->id % 64) & 1)) {
			htr_buf_adds(&out, n++ ? " " : "");
			htr_buf_adds(&out, d->name);
		}
	}
	if (ts->kinds >> HTR_EV_EXIT & 1) {
		htr_buf_adds(&out, n++ ? " procexit" : "procexit");
	}
	if (ts->all) {
		htr_buf_reset(&out);
		htr_buf_adds(&out, "ALL");
	} else if (n == 0) {
		htr_buf_adds(&out, "NONE");
	}
	/* "..." at the end of what is wanted: and more */
	size_t len = strlen(want);
	bool open_end = len > 3 && strcmp(want + len - 3, "...") == 0;
	if (open_end ? strncmp(htr_buf_str(&out), want, len - 3) != 0
		     : strcmp(htr_buf_str(&out), want) != 0) {
		out.len = out.len < 200 ? out.len : 200;
		failed(s, "types", out.data ? (char *)out.data : "");
	}
}

static void canonical(struct sim *s, const char *text, const char *want)
{
	struct htr_filter_err ferr = { 0 };
	cleanup_filter struct htr_filter *f = load(s, text, &ferr);
	cleanup_buf struct htr_buf out = { 0 };

	if (f == NULL) {
		failed(s, "does not load", ferr.msg);
		return;
	}
	htr_filter_text(f, &out);
	if (strcmp(htr_buf_str(&out), want) != 0) {
		failed(s, "canonical", htr_buf_str(&out));
	}
	cleanup_filter struct htr_filter *again = load(s, htr_buf_str(&out), &ferr);
	cleanup_buf struct htr_buf twice = { 0 };
	if (again != NULL) {
		htr_filter_text(again, &twice);
	}
	if (strcmp(htr_buf_str(&out), htr_buf_str(&twice)) != 0) {
		failed(s, "parses to", htr_buf_str(&twice));
	}
}

/* The text behind " ## ", cut off from the line; NULL when there is none. */
static const char *second_part(char *line)
{
	char *at = strstr(line, " ## ");

	if (at == NULL) {
		size_t n = strlen(line);

		if (n >= 3 && strcmp(line + n - 3, " ##") == 0) {
			line[n - 3] = 0;
			return line + n;
		}
		return NULL;
	}
	*at = 0;
	return at + 4;
}

static void one_line(struct sim *s, char *line)
{
	const char *more;
	char *rest;

	if (strncmp(line, "test ", 5) == 0) {
		end_test(s);
		s->test = line + 5;
		return;
	}
	if (line[0] == 0 || strchr("+-L!?jTc", line[0]) == NULL || line[1] != ' ') {
		story_line(s->story, line, s->line);
		return;
	}
	rest = line + 2;
	more = strchr("+-L", line[0]) != NULL ? NULL : second_part(rest);
	if (more == NULL && strchr("?jTc", line[0]) != NULL) {
		failed(s, "' ## ' is missing", line);
		return;
	}
	switch (line[0]) {
	case '+':
	case '-':
		verdict(s, rest, line[0] == '+');
		break;
	case 'L':
		loads(s, rest);
		break;
	case '!':
		rejected(s, rest, more);
		break;
	case '?':
	case 'j':
		printed(s, rest, more, line[0] == 'j');
		break;
	case 'T':
		types(s, rest, more);
		break;
	default:
		canonical(s, rest, more);
		break;
	}
}

int main(int argc, char **argv)
{
	static struct sim s;
	cleanup_buf struct htr_buf text = { 0 };
	struct htr_err err = HTR_ERR_INIT;

	if (argc != 2 || htr_read_file(argv[1], &text, 16 << 20, &err) < 0) {
		fprintf(stderr, "usage: sim FILE.sim (%s)\n", err.msg);
		return 2;
	}
	s.story = story_new(take_event, &s);
	for (char *line = (char *)text.data, *next; line != NULL && *line; line = next) {
		next = strchr(line, '\n');
		if (next != NULL) {
			*next++ = 0;
		}
		s.line++;
		one_line(&s, line);
		if (next == NULL) {
			break;
		}
	}
	end_test(&s);
	printf("1..%u\n", s.n_tests);
	htr_state_free(s.state);
	story_free(s.story);
	htr_arena_fini(&s.arena);
	return s.n_failed_tests > 0 || s.n_tests == 0;
}
