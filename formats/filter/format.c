/* SPDX-License-Identifier: Apache-2.0
 *
 * format.c - output templates: literal text with %field, %field[arg], %transformer(..) and widths.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/json.h"
#include "formats/core/str.h"
#include "formats/filter/filter_int.h"

#define WIDTH_MAX 1024 /* columns of %10proc.name */

struct piece {
	const char *text; /* literal, when expr is NULL */
	size_t len;
	struct expr *expr;
	unsigned width;   /* 0: as it is */
	const char *name; /* of the field, for JSON */
	struct piece *next;
};

struct htr_format {
	struct htr_filter owner; /* arena and expressions; no condition */
	struct piece *pieces, **tail;
	struct piece **fields; /* distinct ones, in order of use */
	size_t n_fields;
	struct htr_buf scratch;
};

static struct piece *add_piece(struct compile *c, struct htr_format *f)
{
	struct piece *p = htr_arena_alloc(&f->owner.arena, sizeof(*p));

	if (p == NULL) {
		compile_oom(c);
		return NULL;
	}
	*f->tail = p;
	f->tail = &p->next;
	return p;
}

static int add_literal(struct compile *c, struct htr_format *f, const char *s, size_t n)
{
	struct piece *p = n > 0 ? add_piece(c, f) : NULL;

	if (n == 0) {
		return 0;
	}
	if (p == NULL) {
		return c->code;
	}
	p->text = htr_arena_dup(&f->owner.arena, s, n);
	p->len = n;
	return p->text != NULL ? 0 : compile_oom(c);
}

static unsigned lex_width(struct source *s)
{
	unsigned w = 0;

	while (s->pos < s->len && s->text[s->pos] >= '0' && s->text[s->pos] <= '9') {
		w = w < WIDTH_MAX ? w * 10 + (unsigned)(s->text[s->pos] - '0') : w;
		s->pos++;
	}
	return w < WIDTH_MAX ? w : WIDTH_MAX;
}

static bool takes_arg(const char *name, size_t n)
{
	size_t suffix;
	const struct htr_field_info *info = field_find(name, n, &suffix);

	/* "%proc.name[%proc.pid]" is two fields and brackets */
	return info == NULL || (field_impl_of(info)->arg != FA_NONE && suffix == 0);
}

/*
 * The longest field that can be read at the place: "%proc.name.x" is proc.name and ".x", because a sentence
 * may end behind a field.
 */
static int parse_field(struct compile *c, struct source *s, struct expr **ret)
{
	size_t n = lex_field(s);
	struct source cut = *s;
	size_t suffix;
	int r;

	while (n > 0 && field_find(s->text + s->pos, n, &suffix) == NULL) {
		size_t shorter = n;

		while (shorter > 0 && s->text[s->pos + shorter - 1] != '.') {
			shorter--;
		}
		if (shorter == 0 || memchr(s->text + s->pos, '.', shorter - 1) == NULL) {
			break; /* let the parser say which field is unknown */
		}
		n = shorter - 1;
	}
	if (n > 0 && !takes_arg(s->text + s->pos, n)) {
		cut.len = s->pos + n;
		r = parse_left(c, &cut, ret);
		s->pos = cut.pos;
		return r;
	}
	return parse_left(c, s, ret);
}

static int parse_one(struct compile *c, struct source *s, struct htr_format *f)
{
	size_t start = s->pos - 1;
	struct expr *e = NULL;
	struct piece *p;
	unsigned width = lex_width(s);
	size_t from = s->pos;
	int r = parse_field(c, s, &e);

	if (r < 0) {
		return r;
	}
	if (r == 0) {
		return compile_fail(c, s, start, 1, HTR_FERR_SYNTAX,
				    "%% is not followed by a field");
	}
	if (check_expr(c, s, e, false) < 0) {
		return c->code;
	}
	if (e->tr == TR_NONE && (e->ref.info->flags & HTR_FF_FILTER_ONLY)) {
		return compile_fail(c, s, from, s->pos - from, HTR_FERR_TYPE,
				    "%s can only be used in conditions", e->ref.info->name);
	}
	p = add_piece(c, f);
	if (p == NULL) {
		return c->code;
	}
	p->expr = e;
	p->width = width;
	p->name = htr_arena_dup(&f->owner.arena, s->text + from, s->pos - from);
	return p->name != NULL ? 0 : compile_oom(c);
}

static int parse_template(struct compile *c, struct source *s, struct htr_format *f)
{
	if (s->pos < s->len && s->text[s->pos] == '*') {
		s->pos++;
	}
	while (s->pos < s->len) {
		size_t from = s->pos;

		while (s->pos < s->len && s->text[s->pos] != '%') {
			s->pos++;
		}
		if (add_literal(c, f, s->text + from, s->pos - from) < 0) {
			return c->code;
		}
		if (s->pos >= s->len) {
			break;
		}
		s->pos++;
		if (parse_one(c, s, f) < 0) {
			return c->code;
		}
	}
	return 0;
}

static int collect_fields(struct compile *c, struct htr_format *f)
{
	size_t n = 0;

	for (struct piece *p = f->pieces; p != NULL; p = p->next) {
		n += p->expr != NULL;
	}
	f->fields = htr_arena_array(&f->owner.arena, n > 0 ? n : 1, sizeof(struct piece *));
	if (f->fields == NULL) {
		return compile_oom(c);
	}
	for (struct piece *p = f->pieces; p != NULL; p = p->next) {
		bool seen = p->expr == NULL;

		for (size_t i = 0; i < f->n_fields && !seen; i++) {
			seen = strcmp(f->fields[i]->name, p->name) == 0;
		}
		if (!seen) {
			f->fields[f->n_fields++] = p;
		}
	}
	return 0;
}

int htr_format_compile(struct htr_format **ret, const char *text, struct htr_filter_err *ferr,
		       struct htr_err *err)
{
	struct htr_format *f = calloc(1, sizeof(*f));
	struct htr_filter_err local = { 0 };
	struct source s = { .text = text, .len = strnlen(text, FILTER_TEXT_MAX + 1) };
	struct compile c = { .ferr = &local, .depth_max = DEPTH_PLAIN };

	if (f == NULL) {
		return htr_err_set(err, -ENOMEM, "no memory for an output format");
	}
	htr_arena_init(&f->owner.arena, FILTER_MEM_MAX);
	f->tail = &f->pieces;
	c.f = &f->owner;
	if (s.len > FILTER_TEXT_MAX) {
		compile_fail(&c, &s, 0, 1, HTR_FERR_LIMIT, "output format is longer than %u MiB",
			     FILTER_TEXT_MAX >> 20);
	} else if (parse_template(&c, &s, f) == 0 && collect_fields(&c, f) == 0) {
		*ret = f;
		return 0;
	}
	htr_format_free(f);
	if (c.code == -ENOMEM) {
		return htr_err_set(err, -ENOMEM, "no memory for an output format");
	}
	if (ferr != NULL) {
		*ferr = local;
	}
	return htr_err_set(err, -EINVAL, "column %zu: %s%s%s", local.pos + 1, local.msg,
			   local.hint[0] != 0 ? "; " : "", local.hint);
}

void htr_format_free(struct htr_format *f)
{
	if (f == NULL) {
		return;
	}
	for (struct expr *e = f->owner.exprs; e != NULL; e = e->next_owned) {
		htr_buf_fini(&e->buf);
		htr_buf_fini(&e->ref.buf);
	}
	htr_buf_fini(&f->scratch);
	htr_arena_fini(&f->owner.arena);
	free(f);
}

/* ---- printing ------------------------------------------------------------------------------------------------- */

/* Raw text of a piece; all values of a field with several, joined. false: missing. */
static bool piece_value(struct fctx *fx, struct expr *e, struct htr_buf *out)
{
	struct value v;
	unsigned n = 0;

	for (; expr_get(fx, e, n, &v); n++) {
		if (n > 0) {
			htr_buf_adds(out, e->multi == FM_LIST ? "," : " ");
		}
		value_text(out, e->type, &v);
		if (e->multi == FM_ONE) {
			return true;
		}
	}
	return n > 0;
}

/* Pads or cuts the text that begins at `start` to the width, counted in columns. */
static void fit(struct htr_buf *out, size_t start, unsigned width)
{
	size_t at = start;
	unsigned columns = 0;

	while (at < out->len) {
		struct htr_glyph g = htr_glyph_next(out->data + at, out->len - at);

		if (columns + g.width > width) {
			out->len = at;
			out->data[at] = 0;
			break;
		}
		columns += g.width;
		at += g.len > 0 ? g.len : 1;
	}
	for (; columns < width; columns++) {
		htr_buf_addc(out, ' ');
	}
}

void htr_format_print(struct htr_format *f, const struct htr_state *st, struct htr_buf *out)
{
	struct fctx fx;

	fctx_init(&fx, st);
	if (fx.ev == NULL) {
		return;
	}
	for (const struct piece *p = f->pieces; p != NULL; p = p->next) {
		size_t start = out->len;

		if (p->expr == NULL) {
			htr_buf_add(out, p->text, p->len);
			continue;
		}
		htr_buf_reset(&f->scratch);
		if (piece_value(&fx, p->expr, &f->scratch)) {
			htr_str_escape(out, htr_buf_str(&f->scratch), f->scratch.len,
				       HTR_ESC_KEEP_BSL);
		} else {
			htr_buf_adds(out, "<NA>");
		}
		if (p->width > 0 && !out->failed) {
			fit(out, start, p->width);
		}
	}
}

size_t htr_format_n_fields(const struct htr_format *f)
{
	return f->n_fields;
}

const char *htr_format_field(const struct htr_format *f, size_t i)
{
	return i < f->n_fields ? f->fields[i]->name : NULL;
}

static void json_value(struct htr_buf *out, const char *name, const struct expr *e,
		       const struct value *v)
{
	switch (value_class(e->type)) {
	case VC_INT:
		htr_json_int(out, name, v->i);
		break;
	case VC_UINT:
		htr_json_uint(out, name, v->u);
		break;
	default:
		htr_json_bool(out, name, v->i != 0);
		break;
	}
}

void htr_format_json_fields(struct htr_format *f, const struct htr_state *st, struct htr_buf *out)
{
	struct fctx fx;

	fctx_init(&fx, st);
	if (fx.ev == NULL) {
		return;
	}
	for (size_t i = 0; i < f->n_fields; i++) {
		const struct piece *p = f->fields[i];
		enum vclass cls = value_class(p->expr->type);
		struct value v;

		if (p->expr->multi == FM_ONE &&
		    (cls == VC_INT || cls == VC_UINT || cls == VC_BOOL)) {
			if (expr_get(&fx, p->expr, 0, &v)) {
				json_value(out, p->name, p->expr, &v);
			} else {
				htr_json_null(out, p->name);
			}
			continue;
		}
		htr_buf_reset(&f->scratch);
		if (piece_value(&fx, p->expr, &f->scratch)) {
			htr_json_strn(out, p->name, htr_buf_str(&f->scratch), f->scratch.len);
		} else {
			htr_json_null(out, p->name);
		}
	}
}
