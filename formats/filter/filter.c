/* SPDX-License-Identifier: Apache-2.0
 *
 * filter.c - the filter as others use it: compile, match, explain, show errors.
 */
#include "formats/filter/filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/str.h"
#include "formats/filter/filter_int.h"

#define CARET_COLUMNS 78

int htr_filter_compile(struct htr_filter **ret, const char *text, htr_macro_fn macros, void *data,
		       struct htr_filter_err *ferr, struct htr_err *err)
{
	struct htr_filter *f = calloc(1, sizeof(*f));
	struct htr_filter_err local = { 0 };
	struct source s = { .text = text, .len = strnlen(text, FILTER_TEXT_MAX + 1) };
	struct compile c = { .f = f,
			     .macros = macros,
			     .macro_data = data,
			     .ferr = &local,
			     .depth_max = macros != NULL ? DEPTH_RULES : DEPTH_PLAIN };

	if (f == NULL) {
		return htr_err_set(err, -ENOMEM, "no memory for a filter");
	}
	htr_arena_init(&f->arena, FILTER_MEM_MAX);
	if (s.len > FILTER_TEXT_MAX) {
		compile_fail(&c, &s, 0, 1, HTR_FERR_LIMIT, "condition is longer than %u MiB",
			     FILTER_TEXT_MAX >> 20);
	} else if (parse_condition(&c, &s, &f->root) == 0) {
		types_of(f->root, &f->types);
		*ret = f;
		return 0;
	}
	if (c.code == -ENOMEM && f->arena.used + FILTER_TEXT_MAX > FILTER_MEM_MAX) {
		/* not the machine's memory but ours is short: the text is to blame, and its macros */
		c.code = 0;
		compile_fail(&c, &s, 0, 1, HTR_FERR_LIMIT,
			     "condition needs more than %u MiB with its macros",
			     FILTER_MEM_MAX >> 20);
	}
	htr_filter_free(f);
	if (c.code == -ENOMEM) {
		return htr_err_set(err, -ENOMEM, "no memory for a filter");
	}
	if (ferr != NULL) {
		*ferr = local;
	}
	return htr_err_set(err, -EINVAL, "column %zu: %s%s%s", local.pos + 1, local.msg,
			   local.hint[0] != 0 ? "; " : "", local.hint);
}

void htr_filter_free(struct htr_filter *f)
{
	if (f == NULL) {
		return;
	}
	for (struct expr *e = f->exprs; e != NULL; e = e->next_owned) {
		htr_buf_fini(&e->buf);
		htr_buf_fini(&e->ref.buf);
	}
	for (struct konst *k = f->regexes; k != NULL; k = k->next_regex) {
		op_regex_free(k);
	}
	for (unsigned i = 0; i < f->n_sets; i++) {
		htr_smap_fini(f->sets[i]);
	}
	free(f->sets);
	htr_arena_fini(&f->arena);
	free(f);
}

bool htr_filter_match(struct htr_filter *f, const struct htr_state *st)
{
	struct fctx fx;

	fctx_init(&fx, st);
	return fx.ev != NULL && eval_node(&fx, f->root);
}

const struct htr_type_set *htr_filter_types(const struct htr_filter *f)
{
	return &f->types;
}

void htr_filter_text(const struct htr_filter *f, struct htr_buf *out)
{
	canon_node(out, f->root, true);
}

/* ---- errors for people -------------------------------------------------------------------------------------- */

void htr_filter_caret(struct htr_buf *out, const char *text, const struct htr_filter_err *ferr)
{
	size_t len = strlen(text);
	size_t pos = ferr->pos < len ? ferr->pos : len;
	size_t from = 0;
	size_t to;
	size_t column;
	size_t start;
	struct htr_buf part = { 0 };

	htr_buf_adds(out, ferr->msg);
	if (ferr->hint[0] != 0) {
		htr_buf_printf(out, "; %s", ferr->hint);
	}
	htr_buf_addc(out, '\n');
	/* the line of the error only, and of it a window with the error in its first two thirds */
	for (size_t i = pos; i > 0; i--) {
		if (text[i - 1] == '\n') {
			from = i;
			break;
		}
	}
	if (pos - from > CARET_COLUMNS * 2 / 3) {
		from = pos - CARET_COLUMNS * 2 / 3;
		while (from < pos && ((unsigned char)text[from] & 0xc0) == 0x80) {
			from++;
		}
	}
	for (to = from; to < len && text[to] != '\n' && to - from < CARET_COLUMNS - 4; to++) {
	}
	while (to > pos && to < len && ((unsigned char)text[to] & 0xc0) == 0x80) {
		to--;
	}
	htr_str_escape(&part, text + from, pos - from, HTR_ESC_KEEP_BSL);
	column = part.len;
	htr_str_escape(&part, text + pos, to > pos ? to - pos : 0, HTR_ESC_KEEP_BSL);
	htr_buf_adds(out, "  ");
	htr_buf_add(out, part.data, part.len);
	htr_buf_adds(out, "\n  ");
	start = out->len;
	/* wide and combined characters take other columns than bytes: count what was printed */
	for (size_t i = 0; i < column;) {
		struct htr_glyph g = htr_glyph_next(part.data + i, column - i);

		for (unsigned w = 0; w < g.width; w++) {
			htr_buf_addc(out, ' ');
		}
		i += g.len > 0 ? g.len : 1;
	}
	htr_buf_addc(out, '^');
	for (size_t i = 1; i < ferr->len && pos + i < to && out->len - start < CARET_COLUMNS; i++) {
		htr_buf_addc(out, '~');
	}
	htr_buf_addc(out, '\n');
	htr_buf_fini(&part);
}

/* ---- explain ---------------------------------------------------------------------------------------------------- */

struct explain {
	struct fctx *fx;
	void (*fn)(const struct htr_explain_item *item, void *data);
	void *data;
};

static void copy_cut(char *dst, size_t size, const struct htr_buf *src)
{
	size_t n = src->len < size - 1 ? src->len : size - 1;

	if (n < src->len) {
		n = size - 4;
		while (n > 0 && (src->data[n] & 0xc0) == 0x80) {
			n--;
		}
		memcpy(dst, src->data, n);
		memcpy(dst + n, "...", 4);
		return;
	}
	if (n > 0) {
		memcpy(dst, src->data, n);
	}
	dst[n] = 0;
}

static void left_text(struct fctx *fx, struct expr *e, struct htr_buf *out)
{
	struct htr_buf raw = { 0 };
	struct value v;
	unsigned n = 0;

	for (; n < 16 && expr_get(fx, e, n, &v); n++) {
		if (n > 0) {
			htr_buf_addc(&raw, ' ');
		}
		value_text(&raw, e->type, &v);
		if (e->multi == FM_ONE) {
			n++;
			break;
		}
	}
	if (n == 0) {
		htr_buf_adds(out, "<NA>");
	} else {
		htr_str_escape(out, htr_buf_str(&raw), raw.len, 0);
	}
	htr_buf_fini(&raw);
}

// NOLINTNEXTLINE(misc-no-recursion): bounded by the nesting of the condition
static bool explain_node(struct explain *x, const struct node *n, unsigned depth, bool run)
{
	struct htr_explain_item item = { .depth = depth, .result = -1 };
	struct htr_buf text = { 0 };
	bool stop = n->kind == N_OR;
	bool result = !stop;

	if (n->kind == N_NOT) {
		return !explain_node(x, n->kids[0], depth + 1, run);
	}
	if (n->kind != N_CHECK) {
		for (unsigned i = 0; i < n->n_kids; i++) {
			bool kid = explain_node(x, n->kids[i], depth + 1, run);

			if (run && kid == stop) {
				result = stop;
				run = false;
			}
		}
		return result;
	}
	canon_check(&text, n->check);
	if (!text.failed) {
		struct htr_buf clean = { 0 };

		htr_str_escape(&clean, text.data, text.len, HTR_ESC_KEEP_BSL);
		copy_cut(item.text, sizeof(item.text), &clean);
		htr_buf_fini(&clean);
	}
	htr_buf_reset(&text);
	left_text(x->fx, n->check->left, &text);
	copy_cut(item.value, sizeof(item.value), &text);
	htr_buf_fini(&text);
	result = false;
	if (run) {
		result = eval_check(x->fx, n->check);
		item.result = result;
	}
	x->fn(&item, x->data);
	return result;
}

void htr_filter_explain(struct htr_filter *f, const struct htr_state *st,
			void (*fn)(const struct htr_explain_item *item, void *data), void *data)
{
	struct fctx fx;
	struct explain x = { .fx = &fx, .fn = fn, .data = data };

	fctx_init(&fx, st);
	if (fx.ev != NULL) {
		(void)explain_node(&x, f->root, 0, true);
	}
}
