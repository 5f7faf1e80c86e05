/* SPDX-License-Identifier: Apache-2.0
 *
 * lex.c - words of the condition language. What is legal depends on the place (a bare string after an
 * operator may be anything without blanks), so the parser asks for what it expects.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "formats/filter/filter_int.h"

int compile_fail(struct compile *c, const struct source *s, size_t pos, size_t len, int kind,
		 const char *fmt, ...)
{
	struct htr_filter_err *fe = c->ferr;
	va_list ap;
	int n = 0;

	if (c->code != 0) {
		return c->code;
	}
	c->code = -EINVAL;
	if (s->in_macro) {
		pos = s->outer_pos;
		len = s->outer_len;
		n = snprintf(fe->msg, sizeof(fe->msg), "in macro %.64s: ", s->macro);
	}
	fe->pos = pos;
	fe->len = len;
	fe->kind = kind;
	va_start(ap, fmt);
	vsnprintf(fe->msg + n, sizeof(fe->msg) - (size_t)n, fmt, ap);
	va_end(ap);
	return c->code;
}

void compile_hint(struct compile *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->ferr->hint, sizeof(c->ferr->hint), fmt, ap);
	va_end(ap);
}

int compile_oom(struct compile *c)
{
	const struct htr_arena *a = &c->f->arena;

	if (c->code != 0) {
		return c->code;
	}
	c->code = -ENOMEM;
	if (a->limit > 0 && a->used > a->limit - a->limit / 8) {
		c->code = -EINVAL;
		c->ferr->kind = HTR_FERR_LIMIT;
		snprintf(c->ferr->msg, sizeof(c->ferr->msg),
			 "condition needs more than %zu MiB of memory", a->limit >> 20);
	}
	return c->code;
}

bool lex_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\b' || c == '\r' || c == '\n';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_name_char(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

void lex_blanks(struct source *s)
{
	while (s->pos < s->len && lex_is_blank(s->text[s->pos])) {
		s->pos++;
	}
}

bool lex_char(struct source *s, char c)
{
	if (s->pos < s->len && s->text[s->pos] == c) {
		s->pos++;
		return true;
	}
	return false;
}

bool lex_word(struct source *s, const char *word, bool may_end)
{
	size_t n = strlen(word);
	char next;

	if (s->len - s->pos < n || memcmp(s->text + s->pos, word, n) != 0) {
		return false;
	}
	if (s->pos + n == s->len) {
		if (!may_end) {
			return false;
		}
	} else {
		next = s->text[s->pos + n];
		if (!lex_is_blank(next) && next != '(' && !(may_end && next == ')')) {
			return false;
		}
	}
	s->pos += n;
	return true;
}

static size_t ident_at(const struct source *s, size_t from)
{
	size_t i = from;

	if (i >= s->len || !is_letter(s->text[i])) {
		return 0;
	}
	while (i < s->len && is_name_char(s->text[i])) {
		i++;
	}
	return i - from;
}

size_t lex_ident(const struct source *s)
{
	return ident_at(s, s->pos);
}

size_t lex_field(const struct source *s)
{
	size_t n = ident_at(s, s->pos);
	bool dotted = false;

	while (n > 0 && s->pos + n < s->len && s->text[s->pos + n] == '.') {
		size_t more = ident_at(s, s->pos + n + 1);

		if (more == 0) {
			break;
		}
		n += 1 + more;
		dotted = true;
	}
	return dotted ? n : 0;
}

size_t lex_bare(const struct source *s)
{
	size_t i = s->pos;

	while (i < s->len && !lex_is_blank(s->text[i]) &&
	       strchr("()\"'=,\f\v", s->text[i]) == NULL) {
		i++;
	}
	return i - s->pos;
}

/* Value of an escape, -1 when the letter means nothing. */
static int escape_of(char c, char quote)
{
	switch (c) {
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	case '\\':
	case '/':
		return c;
	case ' ': /* kept for an old upstream rule: one backslash */
		return '\\';
	default:
		return c == quote ? c : -1;
	}
}

int lex_quoted(struct compile *c, struct source *s, const char **ret, size_t *ret_len)
{
	size_t start = s->pos;
	size_t end;
	size_t n = 0;
	char quote;
	char *out;

	if (s->pos >= s->len || (s->text[s->pos] != '"' && s->text[s->pos] != '\'')) {
		return 0;
	}
	quote = s->text[start];
	for (end = start + 1; end < s->len; end++) {
		if (s->text[end] == quote && s->text[end - 1] != '\\') {
			break;
		}
	}
	if (end >= s->len) {
		return compile_fail(c, s, start, s->len - start, HTR_FERR_SYNTAX,
				    "string without its closing %c", quote);
	}
	out = htr_arena_alloc(&c->f->arena, end - start);
	if (out == NULL) {
		return compile_oom(c);
	}
	for (size_t i = start + 1; i < end; i++) {
		char ch = s->text[i];

		if (ch == '\\') {
			int e = i + 1 < end ? escape_of(s->text[i + 1], quote) : -1;

			if (e < 0) {
				return compile_fail(c, s, i, 2, HTR_FERR_SYNTAX,
						    "unknown escape in a string; known: "
						    "\\b \\f \\n \\r \\t \\\\ \\/ \\%c",
						    quote);
			}
			ch = (char)e;
			i++;
		}
		out[n++] = ch;
	}
	out[n] = 0;
	s->pos = end + 1;
	*ret = out;
	*ret_len = n;
	return 1;
}

int lex_field_arg(struct compile *c, struct source *s, const char **ret, size_t *ret_len)
{
	size_t open = s->pos;
	int r;

	if (!lex_char(s, '[')) {
		return 0;
	}
	r = lex_quoted(c, s, ret, ret_len);
	if (r < 0) {
		return r;
	}
	if (r == 0) {
		size_t from = s->pos;

		while (s->pos < s->len && !lex_is_blank(s->text[s->pos]) &&
		       strchr("\"'[]", s->text[s->pos]) == NULL) {
			s->pos++;
		}
		*ret_len = s->pos - from;
		*ret = htr_arena_dup(&c->f->arena, s->text + from, *ret_len);
		if (*ret == NULL) {
			return compile_oom(c);
		}
	}
	if (*ret_len == 0) {
		return compile_fail(c, s, open, 1, HTR_FERR_SYNTAX, "empty argument of a field");
	}
	if (!lex_char(s, ']')) {
		return compile_fail(c, s, open, s->pos - open, HTR_FERR_SYNTAX,
				    "argument of a field without its closing ]");
	}
	return 1;
}

/* Longest first among those that share a beginning. `word`: letters, so a blank must follow. */
static const struct op_row {
	const char *text;
	uint8_t op;
	bool word, list;
} OPS[] = {
	{ "==", OP_EQ, false, false },
	{ "!=", OP_NE, false, false },
	{ "<=", OP_LE, false, false },
	{ ">=", OP_GE, false, false },
	{ "=", OP_EQ, false, false },
	{ "<", OP_LT, false, false },
	{ ">", OP_GT, false, false },
	{ "contains", OP_CONTAINS, true, false },
	{ "icontains", OP_ICONTAINS, true, false },
	{ "bcontains", OP_BCONTAINS, true, false },
	{ "startswith", OP_STARTSWITH, true, false },
	{ "bstartswith", OP_BSTARTSWITH, true, false },
	{ "endswith", OP_ENDSWITH, true, false },
	{ "glob", OP_GLOB, true, false },
	{ "iglob", OP_IGLOB, true, false },
	{ "regex", OP_REGEX, true, false },
	{ "intersects", OP_INTERSECTS, true, true },
	{ "in", OP_IN, true, true },
	{ "pmatch", OP_PMATCH, true, true },
};

unsigned lex_op(struct source *s)
{
	size_t left = s->len - s->pos;

	for (size_t i = 0; i < sizeof(OPS) / sizeof(OPS[0]); i++) {
		size_t n = strlen(OPS[i].text);
		char next;

		if (left < n || memcmp(s->text + s->pos, OPS[i].text, n) != 0) {
			continue;
		}
		if (OPS[i].word) {
			if (left == n) {
				continue;
			}
			next = s->text[s->pos + n];
			if (!lex_is_blank(next) && !(OPS[i].list && next == '(')) {
				continue;
			}
		}
		s->pos += n;
		return OPS[i].op;
	}
	return OP_MAX;
}

const char *op_name(unsigned op)
{
	if (op == OP_EQ) {
		return "=";
	}
	if (op == OP_EXISTS) {
		return "exists";
	}
	for (size_t i = 0; i < sizeof(OPS) / sizeof(OPS[0]); i++) {
		if (OPS[i].op == op) {
			return OPS[i].text;
		}
	}
	return "?";
}
