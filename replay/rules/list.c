/* SPDX-License-Identifier: Apache-2.0
 *
 * list.c - lists in lists, and lists in conditions. The latter is a textual substitution before any
 * parsing, with all its oddities: rules are written against what Falco does.
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/cleanup.h"
#include "replay/rules/ruleset.h"

static int oom(struct htr_err *err)
{
	return htr_err_set(err, -ENOMEM, "out of memory while loading rules");
}

/* ---- lists in lists ---------------------------------------------------------------------------------------- */

static const char *quoted(struct ruleset *rs, const char *item)
{
	if (!strchr(item, ' ') || item[0] == '"' || item[0] == '\'') {
		return item;
	}
	return htr_arena_printf(&rs->arena, "\"%s\"", item);
}

static int expand_item(struct ruleset *rs, struct list_def *l, const char *item)
{
	struct list_def *inner = rules_find_list(rs, item);

	/* a list that is defined later stays a name here: the textual pass puts it in */
	if (!inner || inner->index >= l->index) {
		const char *q = quoted(rs, item);
		return q ? strv_add(&rs->arena, &l->expanded, q) : -ENOMEM;
	}
	inner->used = true;
	for (size_t i = 0; i < inner->expanded.n; i++) {
		if (l->expanded.n >= RULES_LIST_MAX) {
			return -E2BIG;
		}
		if (strv_add(&rs->arena, &l->expanded, inner->expanded.v[i]) < 0) {
			return -ENOMEM;
		}
	}
	return 0;
}

static int join(struct ruleset *rs, struct list_def *l)
{
	cleanup_buf struct htr_buf out = { 0 };

	for (size_t i = 0; i < l->expanded.n; i++) {
		htr_buf_adds(&out, i ? ", " : "");
		htr_buf_adds(&out, l->expanded.v[i]);
	}
	l->joined = out.failed ? NULL : htr_arena_dup(&rs->arena, htr_buf_str(&out), out.len);
	return l->joined ? 0 : -ENOMEM;
}

int lists_expand(struct ruleset *rs, struct diags *diags, struct htr_err *err)
{
	for (size_t i = 0; i < rs->n_lists; i++) {
		struct list_def *l = rs->lists[i];
		int r = 0;
		for (size_t k = 0; k < l->items.n && r == 0; k++) {
			r = expand_item(rs, l, l->items.v[k]);
		}
		if (r == -E2BIG) {
			diag_add(diags, DIAG_ERR_VALIDATE, l->src, l->name, NULL,
				 "the list has more than %zu entries", RULES_LIST_MAX);
			l->expanded.n = 0;
			r = 0;
		}
		r = r < 0 ? r : join(rs, l);
		if (r < 0) {
			return oom(err);
		}
	}
	return 0;
}

/* ---- lists in conditions ------------------------------------------------------------------------------------- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_delimiter(char c)
{
	return is_blank(c) || c == '(' || c == ')' || c == ',' || c == '=';
}

/* The next place at or after `from` where the name stands alone; SIZE_MAX none. */
static size_t find_name(const char *text, size_t len, size_t from, const char *name,
			size_t name_len)
{
	while (from + name_len <= len) {
		const char *hit = memmem(text + from, len - from, name, name_len);
		if (!hit) {
			return SIZE_MAX;
		}
		size_t at = (size_t)(hit - text);
		size_t end = at + name_len;
		if ((at == 0 || is_delimiter(text[at - 1])) &&
		    (end == len || is_delimiter(text[end]))) {
			return at;
		}
		from = at + 1;
	}
	return SIZE_MAX;
}

/*
 * One list in one text. `*to` is replaced when the name occurs. The search goes on behind what was put
 * in, so that a list that holds its own name does not grow for ever.
 */
static int substitute_one(struct list_def *l, struct htr_buf *text, struct htr_buf *scratch)
{
	size_t name_len = strlen(l->name);
	size_t sub_len = strlen(l->joined);
	size_t from = 0;

	while (name_len) {
		const char *s = htr_buf_str(text);
		size_t len = text->len;
		size_t start = find_name(s, len, from, l->name, name_len);
		if (start == SIZE_MAX) {
			break;
		}
		size_t end = start + name_len;
		l->used = true;
		while (start > 0 && is_blank(s[start - 1])) {
			start--;
		}
		while (end < len && is_blank(s[end])) {
			end++;
		}
		if (!l->expanded.n && start > 0 && s[start - 1] == ',') {
			start--;
		} else if (!l->expanded.n && end < len && s[end] == ',') {
			end++;
		}
		htr_buf_reset(scratch);
		htr_buf_add(scratch, s, start);
		htr_buf_adds(scratch, start ? " " : "");
		htr_buf_add(scratch, l->joined, sub_len);
		htr_buf_addc(scratch, ' ');
		from = scratch->len - 1;
		htr_buf_add(scratch, s + end, len - end);
		if (scratch->failed) {
			return -ENOMEM;
		}
		if (scratch->len > RULES_CONDITION_MAX) {
			return -E2BIG;
		}
		struct htr_buf swap = *text;
		*text = *scratch;
		*scratch = swap;
	}
	return 0;
}

int lists_substitute(struct ruleset *rs, const char *text, const char **ret, struct htr_err *err)
{
	cleanup_buf struct htr_buf now = { 0 };
	cleanup_buf struct htr_buf scratch = { 0 };

	htr_buf_adds(&now, text);
	if (now.failed) {
		return oom(err);
	}
	for (size_t i = 0; i < rs->n_lists; i++) {
		int r = substitute_one(rs->lists[i], &now, &scratch);
		if (r == -E2BIG) {
			return htr_err_set(err, r,
					   "with its lists the condition is longer than %zu bytes",
					   RULES_CONDITION_MAX);
		}
		if (r < 0) {
			return oom(err);
		}
	}
	*ret = htr_arena_dup(&rs->arena, htr_buf_str(&now), now.len);
	return *ret ? 0 : oom(err);
}
