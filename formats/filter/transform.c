/* SPDX-License-Identifier: Apache-2.0
 *
 * transform.c - left sides at work: a field's value, or what a transformer makes of it.
 */
#include <string.h>

#include "formats/core/cleanup.h"
#include "formats/filter/filter_int.h"

static const char *const NAMES[] = {
	[TR_TOLOWER] = "tolower",   [TR_TOUPPER] = "toupper", [TR_B64] = "b64",
	[TR_BASENAME] = "basename", [TR_LEN] = "len",         [TR_VAL] = "val",
	[TR_JOIN] = "join",         [TR_CONCAT] = "concat",   [TR_GETOPT] = "getopt",
};

const char *transform_name(unsigned tr)
{
	return tr < HTR_ARRAY_LEN(NAMES) && NAMES[tr] != NULL ? NAMES[tr] : "a list";
}

int transform_by_name(const char *s, size_t len)
{
	for (unsigned i = TR_TOLOWER; i < HTR_ARRAY_LEN(NAMES); i++) {
		if (strlen(NAMES[i]) == len && memcmp(NAMES[i], s, len) == 0) {
			return (int)i;
		}
	}
	return TR_NONE;
}

bool expr_is_list(const struct expr *e)
{
	return e->tr == TR_TUPLE || (e->tr == TR_NONE && e->multi == FM_LIST);
}

// NOLINTNEXTLINE(misc-no-recursion): bounded by the nesting of the condition
static bool list_at(struct fctx *fx, struct expr *e, unsigned nth, struct value *out)
{
	struct htr_text arg;

	if (e->tr == TR_TUPLE) {
		return nth < e->n_args && expr_get(fx, e->args[nth], 0, out);
	}
	if (e->multi == FM_LIST) {
		return e->ref.impl->get(fx, &e->ref, nth, out);
	}
	/* proc.args taken as a list */
	if (fx->proc == NULL || nth >= UINT32_MAX - 1) {
		return false;
	}
	arg = htr_proc_argv(fx->proc, nth + 1);
	return give_text(out, arg);
}

static bool change_case(struct expr *e, struct value *out, bool upper)
{
	struct htr_buf *b = &e->buf;

	htr_buf_reset(b);
	htr_buf_add(b, out->s.p, out->s.n);
	if (b->failed) {
		return false;
	}
	for (size_t i = 0; i < b->len; i++) {
		uint8_t c = b->data[i];

		if (upper && c >= 'a' && c <= 'z') {
			b->data[i] = (uint8_t)(c - 32);
		} else if (!upper && c >= 'A' && c <= 'Z') {
			b->data[i] = (uint8_t)(c + 32);
		}
	}
	return give_buf(out, b);
}

static int b64_digit(char c)
{
	return c >= 'A' && c <= 'Z'   ? c - 'A'
	       : c >= 'a' && c <= 'z' ? c - 'a' + 26
	       : c >= '0' && c <= '9' ? c - '0' + 52
	       : c == '+'             ? 62
	       : c == '/'             ? 63
				      : -1;
}

static bool unbase64(struct expr *e, struct value *out)
{
	struct htr_buf *b = &e->buf;
	size_t n = out->s.n;
	uint32_t bits = 0;
	unsigned have = 0;

	htr_buf_reset(b);
	if (n % 4 != 0 || n == 0) {
		return false;
	}
	for (unsigned pad = 0; pad < 2 && n > 0 && out->s.p[n - 1] == '='; pad++) {
		n--;
	}
	for (size_t i = 0; i < n; i++) {
		int d = b64_digit(out->s.p[i]);

		if (d < 0) {
			return false;
		}
		bits = bits << 6 | (uint32_t)d;
		have += 6;
		if (have >= 8) {
			have -= 8;
			htr_buf_addc(b, (char)(bits >> have & 0xff));
		}
	}
	return give_buf(out, b);
}

static bool last_component(struct value *out)
{
	const char *slash = memrchr(out->s.p, '/', out->s.n);

	if (slash != NULL) {
		size_t skip = (size_t)(slash - out->s.p) + 1;

		out->s.p += skip;
		out->s.n -= skip;
	}
	return true;
}

// NOLINTNEXTLINE(misc-no-recursion): bounded by the nesting of the condition
static bool length(struct fctx *fx, struct expr *e, struct value *out)
{
	struct expr *a = e->args[0];
	struct value v;
	unsigned n = 0;

	if (expr_is_list(a)) {
		while (list_at(fx, a, n, &v)) {
			n++;
		}
		out->u = n;
		return true;
	}
	if (!expr_get(fx, a, 0, &v)) {
		return false;
	}
	out->u = v.s.n;
	return true;
}

// NOLINTNEXTLINE(misc-no-recursion): bounded by the nesting of the condition
static bool join(struct fctx *fx, struct expr *e, struct value *out)
{
	struct htr_buf *b = &e->buf;
	struct value sep;
	struct value v;

	htr_buf_reset(b);
	if (!expr_get(fx, e->args[0], 0, &sep)) {
		return false;
	}
	for (unsigned i = 0; list_at(fx, e->args[1], i, &v); i++) {
		if (i > 0) {
			htr_buf_add(b, sep.s.p, sep.s.n);
		}
		htr_buf_add(b, v.s.p, v.s.n);
	}
	return give_buf(out, b);
}

// NOLINTNEXTLINE(misc-no-recursion): bounded by the nesting of the condition
static bool concat(struct fctx *fx, struct expr *e, struct value *out)
{
	struct htr_buf *b = &e->buf;
	struct value v;

	htr_buf_reset(b);
	for (unsigned i = 0; i < e->n_args; i++) {
		if (!expr_get(fx, e->args[i], 0, &v)) {
			return false;
		}
		htr_buf_add(b, v.s.p, v.s.n);
	}
	return give_buf(out, b);
}

/* getopt(3) without permutation and long options: the value of one short option; "" for a flag that is
 * there. */
// NOLINTNEXTLINE(misc-no-recursion): bounded by the nesting of the condition
static bool option(struct fctx *fx, struct expr *e, struct value *out)
{
	const char *spec = e->args[1]->text;
	const char wanted = e->text[0];
	struct value v;

	for (unsigned i = 0; list_at(fx, e->args[0], i, &v); i++) {
		if (v.s.n < 2 || v.s.p[0] != '-') {
			continue;
		}
		if (v.s.p[1] == '-') {
			if (v.s.n == 2) {
				return false;
			}
			continue;
		}
		for (size_t j = 1; j < v.s.n; j++) {
			const char *at = v.s.p[j] != ':' ? strchr(spec, v.s.p[j]) : NULL;
			bool takes = at != NULL && v.s.p[j] != 0 && at[1] == ':';
			bool hit = v.s.p[j] == wanted && at != NULL;

			if (hit && !takes) {
				return give_str(out, "");
			}
			if (!takes) {
				continue;
			}
			if (j + 1 < v.s.n) {
				v.s.p += j + 1;
				v.s.n -= j + 1;
			} else if (!list_at(fx, e->args[0], ++i, &v)) {
				return false;
			}
			if (hit) {
				*out = v;
				return true;
			}
			break;
		}
	}
	return false;
}

// NOLINTNEXTLINE(misc-no-recursion): bounded by the nesting of the condition
bool expr_get(struct fctx *fx, struct expr *e, unsigned nth, struct value *out)
{
	switch ((enum transform)e->tr) {
	case TR_NONE:
		return e->ref.impl->get(fx, &e->ref, nth, out);
	case TR_CONST:
		out->s.p = e->text;
		out->s.n = e->text_len;
		return true;
	case TR_TUPLE:
		return list_at(fx, e, nth, out);
	case TR_LEN:
		return length(fx, e, out);
	case TR_JOIN:
		return join(fx, e, out);
	case TR_CONCAT:
		return concat(fx, e, out);
	case TR_GETOPT:
		return option(fx, e, out);
	case TR_VAL:
	case TR_TOLOWER:
	case TR_TOUPPER:
	case TR_B64:
	case TR_BASENAME:
		break;
	}
	if (!expr_get(fx, e->args[0], 0, out)) {
		return false;
	}
	switch (e->tr) {
	case TR_TOLOWER:
		return change_case(e, out, false);
	case TR_TOUPPER:
		return change_case(e, out, true);
	case TR_B64:
		return unbase64(e, out);
	case TR_BASENAME:
		return last_component(out);
	default:
		return true;
	}
}
