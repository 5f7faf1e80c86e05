/* SPDX-License-Identifier: Apache-2.0
 *
 * advice.c - a light look at the words of a condition. It knows tokens, not grammar: whether the text is a
 * condition at all is the filter language's business.
 */
#include "replay/rules/advice.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/cleanup.h"
#include "formats/filter/filter.h"

/* Longest constant looked at; a longer one is no field and no simple regex. */
#define WORD_MAX 200

enum kind {
	TOKEN_END,
	TOKEN_WORD,
	TOKEN_QUOTED,
	TOKEN_COMPARE, /* = == != < <= > >= */
	TOKEN_OTHER,   /* ( ) , */
};

struct token {
	enum kind kind;
	const char *text;
	size_t len;
};

static struct token next_token(const char **at)
{
	const char *p = *at + strspn(*at, " \t\r\n\b");
	struct token t = { .kind = TOKEN_END, .text = p };

	if (!*p) {
		t.len = 0;
	} else if (*p == '"' || *p == '\'') {
		char quote = *p++;
		t.kind = TOKEN_QUOTED;
		t.text = p;
		while (*p && *p != quote) {
			p += *p == '\\' && p[1] ? 2 : 1;
		}
		t.len = (size_t)(p - t.text);
		p += *p ? 1 : 0;
	} else if (strchr("=!<>", *p)) {
		t.kind = TOKEN_COMPARE;
		t.len = strspn(p, "=!<>");
		p += t.len;
	} else if (strchr("(),", *p)) {
		t.kind = TOKEN_OTHER;
		t.len = 1;
		p++;
	} else {
		t.kind = TOKEN_WORD;
		t.len = strcspn(p, " \t\r\n\b\"'=!<>(),");
		p += t.len;
	}
	*at = p;
	return t;
}

static bool is_word(const struct token *t, const char *const *words)
{
	for (size_t i = 0; t->kind == TOKEN_WORD && words[i]; i++) {
		if (strlen(words[i]) == t->len && !memcmp(words[i], t->text, t->len)) {
			return true;
		}
	}
	return false;
}

static bool is_field(const struct token *t)
{
	size_t n;
	const struct htr_field_info *fields = htr_fields(&n);

	for (size_t i = 0; t->kind == TOKEN_WORD && i < n; i++) {
		if (strlen(fields[i].name) == t->len && !memcmp(fields[i].name, t->text, t->len)) {
			return true;
		}
	}
	return false;
}

/* The operator that does what a regex does, or NULL. ".*" at an end is the only pattern understood. */
static const char *plain_operator(const struct token *t)
{
	char s[WORD_MAX + 1];

	if (t->len > WORD_MAX) {
		return NULL;
	}
	snprintf(s, sizeof(s), "%.*s", (int)t->len, t->text);
	size_t len = strlen(s);
	bool head = len > 2 && !strncmp(s, ".*", 2);
	bool tail = len > 2 && !strcmp(s + len - 2, ".*");
	if (tail) {
		s[len - 2] = '\0';
	}
	const char *middle = head ? s + 2 : s;
	if (!*middle || strpbrk(middle, ".^$*+?()[]{}|\\")) {
		return NULL;
	}
	return head && tail ? "contains" : head ? "endswith" : tail ? "startswith" : "=";
}

void advise_condition(const char *text, struct rule_src src, const char *object,
		      struct diags *diags)
{
	static const char *const value_operators[] = { "contains",    "icontains", "startswith",
						       "bstartswith", "bcontains", "endswith",
						       "glob",        "iglob",     NULL };
	static const char *const list_operators[] = { "in", "intersects", "pmatch", NULL };
	static const char *const regex[] = { "regex", NULL };
	bool value = false; /* a constant comes next */
	bool list = false;  /* between the parentheses of a list */
	bool pattern = false;

	for (struct token t = next_token(&text); t.kind != TOKEN_END; t = next_token(&text)) {
		const char *better = NULL;
		if ((value || list) && is_field(&t)) {
			diag_add(
				diags, DIAG_COMPILE_CONDITION, src, object, NULL,
				"'%.*s' stands for itself as text here; the field's value would be "
				"val(%.*s)",
				(int)t.len, t.text, (int)t.len, t.text);
		}
		if (pattern && (t.kind == TOKEN_WORD || t.kind == TOKEN_QUOTED)) {
			better = plain_operator(&t);
		}
		if (better) {
			diag_add(diags, DIAG_COMPILE_CONDITION, src, object, NULL,
				 "regex '%.*s' is the same as the faster operator '%s'", (int)t.len,
				 t.text, better);
		}
		list = (list || is_word(&t, list_operators)) &&
		       !(t.kind == TOKEN_OTHER && *t.text == ')');
		value = t.kind == TOKEN_COMPARE || is_word(&t, value_operators);
		pattern = is_word(&t, regex);
	}
}
