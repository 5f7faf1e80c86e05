/* SPDX-License-Identifier: Apache-2.0
 *
 * parse.c - recursive descent over the grammar of holter-filter(7). Nesting is limited, so the recursion
 * is bounded; macros are parsed in place with their own source.
 */
#include <string.h>

#include "formats/core/str.h"
#include "formats/filter/filter_int.h"

/* Growing array of pointers in the arena: the old half is left behind, at most as much again. */
struct plist {
	void **p;
	unsigned n, cap;
};

static int plist_add(struct compile *c, struct plist *l, void *item)
{
	if (l->n == l->cap) {
		unsigned cap = l->cap == 0 ? 4 : l->cap * 2;
		void **bigger = htr_arena_array(&c->f->arena, cap, sizeof(*bigger));

		if (bigger == NULL) {
			return compile_oom(c);
		}
		if (l->n > 0) {
			memcpy(bigger, l->p, l->n * sizeof(*bigger));
		}
		l->p = bigger;
		l->cap = cap;
	}
	l->p[l->n++] = item;
	return 0;
}

static struct node *node_new(struct compile *c, enum node_kind kind, size_t pos)
{
	struct node *n = htr_arena_alloc(&c->f->arena, sizeof(*n));

	if (n == NULL) {
		compile_oom(c);
		return NULL;
	}
	n->kind = (uint8_t)kind;
	n->pos = pos;
	return n;
}

static struct expr *expr_new(struct compile *c, enum transform tr, size_t pos)
{
	struct expr *e = htr_arena_alloc(&c->f->arena, sizeof(*e));

	if (e == NULL) {
		compile_oom(c);
		return NULL;
	}
	e->tr = (uint8_t)tr;
	e->pos = pos;
	e->next_owned = c->f->exprs;
	c->f->exprs = e;
	return e;
}

static int deeper(struct compile *c, const struct source *s)
{
	if (++c->depth > c->depth_max) {
		return compile_fail(c, s, s->pos, 1, HTR_FERR_LIMIT,
				    "condition is nested deeper than %u levels", c->depth_max);
	}
	return 0;
}

/* What stands at the place, for messages: at most 32 bytes up to a blank. */
static int near_len(const struct source *s, size_t pos)
{
	size_t n = 0;

	while (pos + n < s->len && n < 32 && !lex_is_blank(s->text[pos + n])) {
		n++;
	}
	return (int)n;
}

/* ---- left sides: fields and transformers -------------------------------------------------------------- */

static int parse_targ(struct compile *c, struct source *s, struct expr **ret);

/* "(" targ { "," targ } ")" */
// NOLINTNEXTLINE(misc-no-recursion): bounded by the nesting of the condition
static int parse_targs(struct compile *c, struct source *s, struct expr *e)
{
	struct plist args = { NULL, 0, 0 };

	lex_blanks(s);
	if (!lex_char(s, '(')) {
		return compile_fail(c, s, s->pos, 1, HTR_FERR_SYNTAX, "expected '('");
	}
	lex_blanks(s);
	if (e->tr == TR_TUPLE && lex_char(s, ')')) {
		return 0;
	}
	for (;;) {
		struct expr *arg = NULL;
		int r = parse_targ(c, s, &arg);

		if (r < 0 || plist_add(c, &args, arg) < 0) {
			return c->code;
		}
		lex_blanks(s);
		if (lex_char(s, ')')) {
			break;
		}
		if (!lex_char(s, ',')) {
			return compile_fail(c, s, s->pos, 1, HTR_FERR_SYNTAX,
					    "expected ',' or ')' in the arguments of %s",
					    transform_name(e->tr));
		}
		lex_blanks(s);
	}
	if (args.n > TRANSFORM_MAX) {
		return compile_fail(c, s, e->pos, s->pos - e->pos, HTR_FERR_LIMIT,
				    "more than %d arguments", TRANSFORM_MAX);
	}
	e->args = (struct expr **)args.p;
	e->n_args = args.n;
	return 0;
}

static bool at_number(const struct source *s)
{
	char ch = s->pos < s->len ? s->text[s->pos] : 0;

	return (ch >= '0' && ch <= '9') || ch == '-' || ch == '+';
}

// NOLINTNEXTLINE(misc-no-recursion): bounded by the nesting of the condition
static int parse_targ(struct compile *c, struct source *s, struct expr **ret)
{
	struct expr *e;
	const char *text;
	size_t len;
	size_t pos = s->pos;
	int r;

	if (deeper(c, s) < 0) {
		return c->code;
	}
	r = lex_quoted(c, s, &text, &len);
	if (r < 0) {
		return r;
	}
	if (r == 0 && at_number(s)) {
		len = lex_bare(s);
		text = htr_arena_dup(&c->f->arena, s->text + s->pos, len);
		if (text == NULL) {
			return compile_oom(c);
		}
		s->pos += len;
		r = 2;
	}
	if (r > 0) {
		e = expr_new(c, TR_CONST, pos);
		if (e == NULL) {
			return c->code;
		}
		e->text = text;
		e->text_len = len;
		e->quoted = r == 1;
	} else if (pos < s->len && s->text[pos] == '(') {
		e = expr_new(c, TR_TUPLE, pos);
		if (e == NULL || parse_targs(c, s, e) < 0) {
			return c->code;
		}
	} else {
		r = parse_left(c, s, &e);
		if (r < 0) {
			return r;
		}
		if (r == 0) {
			return compile_fail(c, s, pos, (size_t)near_len(s, pos), HTR_FERR_SYNTAX,
					    "expected a field, a quoted string, a number or a "
					    "transformer");
		}
	}
	c->depth--;
	*ret = e;
	return 0;
}

/* A transformer's name with its opening parenthesis; TR_NONE when there is none. Moves behind the name. */
static int lex_transform(struct source *s)
{
	size_t n = lex_ident(s);
	size_t p = s->pos + n;
	int tr = n > 0 ? transform_by_name(s->text + s->pos, n) : TR_NONE;

	if (tr == TR_NONE) {
		return TR_NONE;
	}
	while (p < s->len && lex_is_blank(s->text[p])) {
		p++;
	}
	if (p >= s->len || s->text[p] != '(') {
		return TR_NONE;
	}
	s->pos += n;
	return tr;
}

// NOLINTNEXTLINE(misc-no-recursion): bounded by the nesting of the condition
int parse_left(struct compile *c, struct source *s, struct expr **ret)
{
	size_t pos = s->pos;
	size_t n = lex_field(s);
	const char *arg = NULL;
	size_t arg_len = 0;
	struct expr *e;
	int tr;
	int r;

	if (n > 0) {
		e = expr_new(c, TR_NONE, pos);
		if (e == NULL) {
			return c->code;
		}
		s->pos += n;
		r = lex_field_arg(c, s, &arg, &arg_len);
		if (r < 0) {
			return r;
		}
		e->len = s->pos - pos;
		if (check_ref(c, s, e, s->text + pos, n, arg, arg_len) < 0) {
			return c->code;
		}
		*ret = e;
		return 1;
	}
	tr = lex_transform(s);
	if (tr == TR_NONE) {
		return 0;
	}
	e = expr_new(c, (enum transform)tr, pos);
	if (e == NULL || deeper(c, s) < 0 || parse_targs(c, s, e) < 0) {
		return c->code;
	}
	c->depth--;
	r = lex_field_arg(c, s, &e->text, &e->text_len);
	if (r < 0) {
		return r;
	}
	e->len = s->pos - pos;
	*ret = e;
	return 1;
}

/* ---- right sides ---------------------------------------------------------------------------------------- */

static int konst_add(struct compile *c, struct plist *l, const char *text, size_t len, size_t pos,
		     size_t src_len)
{
	struct konst *k = htr_arena_alloc(&c->f->arena, sizeof(*k));

	if (k == NULL) {
		return compile_oom(c);
	}
	k->text = text;
	k->len = len;
	k->pos = pos;
	k->src_len = src_len;
	return plist_add(c, l, k);
}

/* A quoted or bare string. 1 = one was added, 0 = there is none. */
static int parse_string(struct compile *c, struct source *s, struct plist *l)
{
	size_t pos = s->pos;
	const char *text;
	size_t len;
	int r = lex_quoted(c, s, &text, &len);

	if (r < 0) {
		return r;
	}
	if (r == 0) {
		len = lex_bare(s);
		if (len == 0) {
			return 0;
		}
		text = htr_arena_dup(&c->f->arena, s->text + pos, len);
		if (text == NULL) {
			return compile_oom(c);
		}
		s->pos += len;
	}
	return konst_add(c, l, text, len, pos, s->pos - pos) < 0 ? c->code : 1;
}

/* "(" [ string { "," string } ] ")", behind the opening parenthesis */
static int parse_list(struct compile *c, struct source *s, struct plist *l)
{
	lex_blanks(s);
	if (lex_char(s, ')')) {
		return 0;
	}
	for (;;) {
		int r = parse_string(c, s, l);

		if (r < 0) {
			return r;
		}
		if (r == 0) {
			return compile_fail(c, s, s->pos, (size_t)near_len(s, s->pos),
					    HTR_FERR_SYNTAX, "expected a value in the list");
		}
		lex_blanks(s);
		if (lex_char(s, ')')) {
			return 0;
		}
		if (!lex_char(s, ',')) {
			return compile_fail(c, s, s->pos, (size_t)near_len(s, s->pos),
					    HTR_FERR_SYNTAX, "expected ',' or ')' in the list");
		}
		lex_blanks(s);
	}
}

/* val(..) or another transformer on the right. 1, 0, < 0. */
static int parse_rfield(struct compile *c, struct source *s, struct check *ck)
{
	struct source ahead = *s;

	if (lex_transform(&ahead) == TR_NONE) {
		return 0;
	}
	return parse_left(c, s, &ck->right);
}

static int parse_list_or_name(struct compile *c, struct source *s, struct plist *l)
{
	size_t n;

	if (lex_char(s, '(')) {
		return parse_list(c, s, l);
	}
	n = lex_ident(s);
	if (n > 0) {
		const char *text = htr_arena_dup(&c->f->arena, s->text + s->pos, n);

		if (text == NULL) {
			return compile_oom(c);
		}
		s->pos += n;
		return konst_add(c, l, text, n, s->pos - n, n);
	}
	return compile_fail(c, s, s->pos, (size_t)near_len(s, s->pos), HTR_FERR_SYNTAX,
			    "expected a list in parentheses");
}

/* oneof, anyof, allof: only where a list or a name follows, else the word is the value itself. */
static unsigned lex_mod(struct source *s)
{
	static const char *const names[] = {
		[MOD_ONEOF] = "oneof", [MOD_ANYOF] = "anyof", [MOD_ALLOF] = "allof"
	};

	for (unsigned m = MOD_ONEOF; m <= MOD_ALLOF; m++) {
		struct source ahead = *s;

		if (!lex_word(&ahead, names[m], false)) {
			continue;
		}
		lex_blanks(&ahead);
		if (ahead.pos < ahead.len &&
		    (ahead.text[ahead.pos] == '(' ||
		     (lex_ident(&ahead) > 0 && !lex_word(&ahead, "and", false) &&
		      !lex_word(&ahead, "or", false)))) {
			s->pos += strlen(names[m]);
			return m;
		}
	}
	return MOD_NONE;
}

static int parse_right(struct compile *c, struct source *s, struct check *ck)
{
	struct plist l = { NULL, 0, 0 };
	size_t pos;
	int r;

	lex_blanks(s);
	pos = s->pos;
	r = parse_rfield(c, s, ck);
	if (r != 0) {
		return r < 0 ? r : 0;
	}
	if (ck->op == OP_IN || ck->op == OP_INTERSECTS || ck->op == OP_PMATCH) {
		r = parse_list_or_name(c, s, &l);
	} else {
		if (ck->op < OP_LT || ck->op > OP_GE) {
			ck->mod = (uint8_t)lex_mod(s);
			lex_blanks(s);
		}
		if (ck->mod != MOD_NONE) {
			r = parse_list_or_name(c, s, &l);
		} else {
			r = parse_string(c, s, &l);
			if (r == 0) {
				return compile_fail(c, s, pos, (size_t)near_len(s, pos),
						    HTR_FERR_SYNTAX, "expected a value after '%s'",
						    op_name(ck->op));
			}
		}
	}
	if (r < 0) {
		return r;
	}
	ck->n_k = l.n;
	ck->k = htr_arena_array(&c->f->arena, l.n > 0 ? l.n : 1, sizeof(*ck->k));
	if (ck->k == NULL) {
		return compile_oom(c);
	}
	for (unsigned i = 0; i < l.n; i++) {
		ck->k[i] = *(struct konst *)l.p[i];
	}
	return 0;
}

/* ---- checks and macros ------------------------------------------------------------------------------------ */

static int bad_operator(struct compile *c, const struct source *s)
{
	unsigned best = 3;
	const char *hint = NULL;
	char word[24];
	size_t n = 0;

	while (s->pos + n < s->len && n < sizeof(word) - 1 && !lex_is_blank(s->text[s->pos + n]) &&
	       strchr("()\"'", s->text[s->pos + n]) == NULL) {
		word[n] = s->text[s->pos + n];
		n++;
	}
	word[n] = 0;
	if (n == 0) {
		return compile_fail(c, s, s->pos, 1, HTR_FERR_SYNTAX,
				    "expected an operator after the field");
	}
	compile_fail(c, s, s->pos, n, HTR_FERR_SYNTAX, "unknown operator '%s'", word);
	for (unsigned op = OP_EQ; op < OP_MAX; op++) {
		unsigned d = htr_str_distance(word, op_name(op));

		if (d < best && n > 1) {
			best = d;
			hint = op_name(op);
		}
	}
	if (hint != NULL && best > 0) {
		compile_hint(c, "did you mean %s?", hint);
	} else if (hint != NULL) {
		compile_hint(c, "a blank must follow %s", hint);
	}
	return c->code;
}

static int parse_check(struct compile *c, struct source *s, struct expr *left, struct node **ret)
{
	struct node *n = node_new(c, N_CHECK, left->pos);
	struct check *ck = htr_arena_alloc(&c->f->arena, sizeof(*ck));
	int r;

	if (n == NULL || ck == NULL) {
		return compile_oom(c);
	}
	n->check = ck;
	ck->left = left;
	lex_blanks(s);
	if (lex_word(s, "exists", true)) {
		ck->op = OP_EXISTS;
	} else {
		unsigned op = lex_op(s);

		if (op == OP_MAX) {
			return bad_operator(c, s);
		}
		ck->op = (uint8_t)op;
		r = parse_right(c, s, ck);
		if (r < 0) {
			return r;
		}
	}
	n->len = s->pos - n->pos;
	*ret = n;
	return check_node(c, s, n);
}

// NOLINTNEXTLINE(misc-no-recursion): bounded by the nesting of the condition
static int parse_macro(struct compile *c, struct source *s, size_t n, struct node **ret)
{
	size_t pos = s->pos;
	char *name = htr_arena_dup(&c->f->arena, s->text + pos, n);
	const char *text;
	struct source inner = { .in_macro = true };
	struct macro_use use = { .name = name, .outer = c->uses };
	int r;

	if (name == NULL) {
		return compile_oom(c);
	}
	for (const struct macro_use *u = c->uses; u != NULL; u = u->outer) {
		if (strcmp(u->name, name) == 0) {
			return compile_fail(c, s, pos, n, HTR_FERR_UNKNOWN_MACRO,
					    "macro %.64s uses itself", name);
		}
	}
	text = c->macros != NULL ? c->macros(name, c->macro_data) : NULL;
	if (text == NULL) {
		r = compile_fail(c, s, pos, n, HTR_FERR_UNKNOWN_MACRO, "undefined macro '%.64s'",
				 name);
		if (c->macros == NULL) {
			compile_hint(c, "a condition starts with a field such as proc.name");
		}
		return r;
	}
	inner.text = text;
	inner.len = strlen(text);
	c->macro_bytes += inner.len;
	if (c->macro_bytes > FILTER_MACRO_MAX) {
		return compile_fail(c, s, pos, n, HTR_FERR_LIMIT,
				    "macros expand to more than %u MiB", FILTER_MACRO_MAX >> 20);
	}
	inner.macro = name;
	inner.outer_pos = s->in_macro ? s->outer_pos : pos;
	inner.outer_len = s->in_macro ? s->outer_len : n;
	c->uses = &use;
	r = parse_condition(c, &inner, ret);
	c->uses = use.outer;
	if (r < 0) {
		return r;
	}
	s->pos = pos + n;
	(*ret)->pos = inner.outer_pos;
	(*ret)->len = inner.outer_len;
	return 0;
}

/* ---- boolean structure --------------------------------------------------------------------------------------- */

static int parse_or(struct compile *c, struct source *s, struct node **ret);

// NOLINTNEXTLINE(misc-no-recursion): bounded by the nesting of the condition
static int parse_primary(struct compile *c, struct source *s, struct node **ret)
{
	struct expr *left = NULL;
	size_t open = s->pos;
	size_t n;
	int r;

	if (lex_char(s, '(')) {
		if (deeper(c, s) < 0 || parse_or(c, s, ret) < 0) {
			return c->code;
		}
		c->depth--;
		lex_blanks(s);
		if (!lex_char(s, ')')) {
			if (s->pos < s->len) {
				return compile_fail(c, s, s->pos, (size_t)near_len(s, s->pos),
						    HTR_FERR_SYNTAX,
						    "unexpected text, expecting ')', 'or', 'and'");
			}
			return compile_fail(c, s, open, 1, HTR_FERR_SYNTAX,
					    "'(' without its closing ')'");
		}
		return 0;
	}
	r = parse_left(c, s, &left);
	if (r < 0) {
		return r;
	}
	if (r > 0) {
		return parse_check(c, s, left, ret);
	}
	n = lex_ident(s);
	if (n == 0) {
		return compile_fail(c, s, s->pos, s->pos < s->len ? 1 : 0, HTR_FERR_SYNTAX,
				    s->len == 0 ? "empty condition"
						: "expected a field, a macro, 'not' or '('");
	}
	return parse_macro(c, s, n, ret);
}

// NOLINTNEXTLINE(misc-no-recursion): bounded by the nesting of the condition
static int parse_not(struct compile *c, struct source *s, struct node **ret)
{
	size_t first = 0;
	unsigned nots = 0;
	struct node *inner = NULL;

	lex_blanks(s);
	first = s->pos;
	while (lex_word(s, "not", false)) {
		nots++;
		lex_blanks(s);
	}
	if (parse_primary(c, s, &inner) < 0) {
		return c->code;
	}
	/* "not not x" is x: only the parity counts, and the tree stays flat */
	if (nots % 2 == 1) {
		struct node *n = node_new(c, N_NOT, first);

		if (n == NULL) {
			return c->code;
		}
		n->kids = htr_arena_array(&c->f->arena, 1, sizeof(*n->kids));
		if (n->kids == NULL) {
			return compile_oom(c);
		}
		n->kids[0] = inner;
		n->n_kids = 1;
		n->len = s->pos - first;
		inner = n;
	}
	*ret = inner;
	return 0;
}

typedef int (*parse_fn)(struct compile *c, struct source *s, struct node **ret);

/* item { word item } */
// NOLINTNEXTLINE(misc-no-recursion): bounded by the nesting of the condition
static int parse_chain(struct compile *c, struct source *s, struct node **ret, const char *word,
		       enum node_kind kind, parse_fn item)
{
	struct plist l = { NULL, 0, 0 };
	struct node *n = NULL;
	size_t first;

	lex_blanks(s);
	first = s->pos;
	if (item(c, s, &n) < 0) {
		return c->code;
	}
	for (;;) {
		struct node *next = NULL;

		lex_blanks(s);
		if (!lex_word(s, word, false)) {
			break;
		}
		if (l.n == 0 && plist_add(c, &l, n) < 0) {
			return c->code;
		}
		if (item(c, s, &next) < 0 || plist_add(c, &l, next) < 0) {
			return c->code;
		}
	}
	if (l.n > 0) {
		n = node_new(c, kind, first);
		if (n == NULL) {
			return c->code;
		}
		n->kids = (struct node **)l.p;
		n->n_kids = l.n;
		n->len = s->pos - first;
	}
	*ret = n;
	return 0;
}

// NOLINTNEXTLINE(misc-no-recursion): bounded by the nesting of the condition
static int parse_and(struct compile *c, struct source *s, struct node **ret)
{
	return parse_chain(c, s, ret, "and", N_AND, parse_not);
}

// NOLINTNEXTLINE(misc-no-recursion): bounded by the nesting of the condition
static int parse_or(struct compile *c, struct source *s, struct node **ret)
{
	return parse_chain(c, s, ret, "or", N_OR, parse_and);
}

// NOLINTNEXTLINE(misc-no-recursion): bounded by the nesting of the condition
int parse_condition(struct compile *c, struct source *s, struct node **ret)
{
	if (deeper(c, s) < 0 || parse_or(c, s, ret) < 0) {
		return c->code;
	}
	c->depth--;
	lex_blanks(s);
	if (s->pos < s->len) {
		return compile_fail(c, s, s->pos, (size_t)near_len(s, s->pos), HTR_FERR_SYNTAX,
				    "unexpected text '%.*s', expecting 'or', 'and'",
				    near_len(s, s->pos), s->text + s->pos);
	}
	return 0;
}
