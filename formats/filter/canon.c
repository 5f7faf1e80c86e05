/* SPDX-License-Identifier: Apache-2.0
 *
 * canon.c - a compiled condition as text that parses to the same condition.
 */
#include <string.h>

#include "formats/filter/filter_int.h"

static bool bare_ok(const char *s, size_t n)
{
	if (n == 0) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c <= ' ' || c >= 0x7f || strchr("()\"'=,[]", c) != NULL) {
			return false;
		}
	}
	return true;
}

static void quote(struct htr_buf *out, const char *s, size_t n, bool always)
{
	if (!always && bare_ok(s, n)) {
		htr_buf_add(out, s, n);
		return;
	}
	htr_buf_addc(out, '"');
	for (size_t i = 0; i < n; i++) {
		static const char from[] = "\b\f\n\r\t\"";
		static const char to[] = "bfnrt\"";
		const char *at = s[i] != 0 ? strchr(from, s[i]) : NULL;

		if (at != NULL) {
			htr_buf_addc(out, '\\');
			htr_buf_addc(out, to[at - from]);
		} else if (s[i] == '\\') {
			/* a string cannot end with an escaped backslash, nor have one before a quote;
			 * backslash and blank mean one backslash everywhere */
			htr_buf_adds(out, "\\ ");
		} else {
			htr_buf_addc(out, s[i]);
		}
	}
	htr_buf_addc(out, '"');
}

// NOLINTNEXTLINE(misc-no-recursion): bounded by the nesting of the condition
void canon_expr(struct htr_buf *out, const struct expr *e)
{
	if (e->tr == TR_NONE) {
		const struct field_ref *r = &e->ref;

		htr_buf_adds(out, r->info->name);
		if (r->key != NULL && r->impl->arg == FA_SUFFIX && !r->has_index) {
			htr_buf_addc(out, '.');
			htr_buf_add(out, r->key, r->key_len);
		} else if (r->key != NULL) {
			htr_buf_addc(out, '[');
			quote(out, r->key, r->key_len, false);
			htr_buf_addc(out, ']');
		}
		return;
	}
	if (e->tr == TR_CONST) {
		quote(out, e->text, e->text_len, e->quoted);
		return;
	}
	if (e->tr != TR_TUPLE) {
		htr_buf_adds(out, transform_name(e->tr));
	}
	htr_buf_addc(out, '(');
	for (unsigned i = 0; i < e->n_args; i++) {
		if (i > 0) {
			htr_buf_adds(out, ", ");
		}
		canon_expr(out, e->args[i]);
	}
	htr_buf_addc(out, ')');
	if (e->tr == TR_GETOPT) {
		htr_buf_addc(out, '[');
		quote(out, e->text, e->text_len, false);
		htr_buf_addc(out, ']');
	}
}

void canon_check(struct htr_buf *out, const struct check *ck)
{
	static const char *const mods[] = { "", "oneof ", "anyof ", "allof " };
	bool list = ck->op == OP_IN || ck->op == OP_INTERSECTS || ck->op == OP_PMATCH ||
		    ck->mod != MOD_NONE;

	canon_expr(out, ck->left);
	htr_buf_addc(out, ' ');
	htr_buf_adds(out, op_name(ck->op));
	if (ck->op == OP_EXISTS) {
		return;
	}
	htr_buf_addc(out, ' ');
	htr_buf_adds(out, mods[ck->mod]);
	if (ck->right != NULL) {
		canon_expr(out, ck->right);
		return;
	}
	if (list) {
		htr_buf_addc(out, '(');
	}
	for (unsigned i = 0; i < ck->n_k; i++) {
		if (i > 0) {
			htr_buf_adds(out, ", ");
		}
		quote(out, ck->k[i].text, ck->k[i].len, false);
	}
	if (list) {
		htr_buf_addc(out, ')');
	}
}

// NOLINTNEXTLINE(misc-no-recursion): bounded by the nesting of the condition
void canon_node(struct htr_buf *out, const struct node *n, bool top)
{
	bool parens = !top && (n->kind == N_AND || n->kind == N_OR);

	if (n->kind == N_CHECK) {
		canon_check(out, n->check);
		return;
	}
	if (n->kind == N_NOT) {
		htr_buf_adds(out, "not ");
		canon_node(out, n->kids[0], false);
		return;
	}
	if (parens) {
		htr_buf_addc(out, '(');
	}
	for (unsigned i = 0; i < n->n_kids; i++) {
		const struct node *kid = n->kids[i];

		if (i > 0) {
			htr_buf_adds(out, n->kind == N_AND ? " and " : " or ");
		}
		/* an `and` inside an `or` needs no parentheses */
		canon_node(out, kid, n->kind == N_OR && kid->kind == N_AND);
	}
	if (parens) {
		htr_buf_addc(out, ')');
	}
}
