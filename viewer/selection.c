/* SPDX-License-Identifier: Apache-2.0
 * The stack of selections; pieces of filter text. */
#include "viewer/selection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int selections_init(struct selections *s, int screen)
{
	*s = (struct selections){ .n = 1 };
	s->at[0] = (struct selection){
		.filter = strdup(""), .from_ns = INT64_MIN, .to_ns = INT64_MAX, .screen = screen
	};
	return s->at[0].filter ? 0 : -ENOMEM;
}

void selections_fini(struct selections *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->at[i].filter);
	}
	*s = (struct selections){ 0 };
}

const struct selection *selections_now(const struct selections *s)
{
	return &s->at[s->now];
}

void selections_note(struct selections *s, uint64_t ordinal, int screen)
{
	s->at[s->now].ordinal = ordinal;
	s->at[s->now].screen = screen;
}

static bool same(const struct selection *a, const struct selection *b)
{
	return strcmp(a->filter, b->filter) == 0 && a->from_ns == b->from_ns &&
	       a->to_ns == b->to_ns && a->screen == b->screen;
}

int selections_push(struct selections *s, const struct selection *next)
{
	if (same(&s->at[s->now], next)) {
		s->at[s->now].ordinal = next->ordinal;
		return 0;
	}
	char *filter = strdup(next->filter);

	if (!filter) {
		return -ENOMEM;
	}
	while (s->n > s->now + 1) {
		free(s->at[--s->n].filter);
	}
	if (s->n == SELECTION_MAX) {
		free(s->at[0].filter);
		memmove(&s->at[0], &s->at[1], (SELECTION_MAX - 1) * sizeof(s->at[0]));
		s->n--;
	}
	s->now = s->n;
	s->at[s->n++] = *next;
	s->at[s->now].filter = filter;
	return 1;
}

bool selections_undo(struct selections *s)
{
	if (s->now == 0) {
		return false;
	}
	s->now--;
	return true;
}

bool selections_redo(struct selections *s)
{
	if (s->now + 1 >= s->n) {
		return false;
	}
	s->now++;
	return true;
}

bool selections_back(struct selections *s)
{
	size_t i = s->now;

	while (i > 0 && !s->at[i].drilled) {
		i--;
	}
	if (i == 0) {
		return false;
	}
	s->now = i - 1;
	return true;
}

/* Does the text hold the word `or` outside of quotes? */
static bool has_or(const char *text)
{
	char quote = 0;

	for (const char *p = text; *p; p++) {
		if (quote) {
			quote = *p == quote && p[-1] != '\\' ? 0 : quote;
		} else if (*p == '"' || *p == '\'') {
			quote = *p;
		} else if ((p == text || strchr(" \t()", p[-1])) && strncmp(p, "or", 2) == 0 &&
			   (!p[2] || strchr(" \t()", p[2]))) {
			return true;
		}
	}
	return false;
}

static void add_side(struct htr_buf *out, const char *text)
{
	bool paren = has_or(text);

	htr_buf_adds(out, paren ? "(" : "");
	htr_buf_adds(out, text);
	htr_buf_adds(out, paren ? ")" : "");
}

void filter_and(struct htr_buf *out, const char *old, const char *more)
{
	if (!old[strspn(old, " \t")]) {
		htr_buf_adds(out, more);
		return;
	}
	add_side(out, old);
	htr_buf_adds(out, " and ");
	add_side(out, more);
}

void filter_value(struct htr_buf *out, const void *bytes, size_t len)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-:@+%";
	static const char special[] = "\bb\ff\nn\rr\tt\\\\\"\"";
	const char *p = bytes;
	bool quote = len == 0;

	for (size_t i = 0; i < len && !quote; i++) {
		quote = !p[i] || !strchr(plain, p[i]);
	}
	if (!quote) {
		htr_buf_add(out, p, len);
		return;
	}
	htr_buf_addc(out, '"');
	for (size_t i = 0; i < len; i++) {
		bool done = false;

		for (size_t k = 0; k + 1 < sizeof(special) && !done; k += 2) {
			if (p[i] == special[k]) {
				htr_buf_addc(out, '\\');
				htr_buf_addc(out, special[k + 1]);
				done = true;
			}
		}
		if (!done) {
			htr_buf_addc(out, p[i]);
		}
	}
	htr_buf_addc(out, '"');
}
