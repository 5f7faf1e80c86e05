/* SPDX-License-Identifier: Apache-2.0
 *
 * typecheck.c - does the operator fit the field, do both sides have one type, is the argument what the
 * field wants? Constants themselves are read in konst.c.
 */
#include <string.h>

#include "formats/core/str.h"
#include "formats/filter/filter_int.h"

#define BIT(op) (1u << (op))
#define OPS_EQ  (BIT(OP_EQ) | BIT(OP_NE) | BIT(OP_IN) | BIT(OP_INTERSECTS) | BIT(OP_EXISTS))
#define OPS_NUM (OPS_EQ | BIT(OP_LT) | BIT(OP_LE) | BIT(OP_GT) | BIT(OP_GE))
#define OPS_TEXT                                                                                 \
	(OPS_EQ | BIT(OP_CONTAINS) | BIT(OP_ICONTAINS) | BIT(OP_STARTSWITH) | BIT(OP_ENDSWITH) | \
	 BIT(OP_GLOB) | BIT(OP_IGLOB) | BIT(OP_REGEX) | BIT(OP_PMATCH))
#define OPS_BYTES                                                                                \
	(OPS_EQ | BIT(OP_CONTAINS) | BIT(OP_STARTSWITH) | BIT(OP_ENDSWITH) | BIT(OP_BCONTAINS) | \
	 BIT(OP_BSTARTSWITH))
#define OPS_LIST (BIT(OP_IN) | BIT(OP_INTERSECTS) | BIT(OP_EXISTS))
#define OPS_TIME (BIT(OP_LT) | BIT(OP_LE) | BIT(OP_GT) | BIT(OP_GE))

/* By enum htr_field_type. */
static const struct {
	const char *name;
	uint8_t cls;
	uint32_t ops;
} TYPES[] = {
	[HTR_FT_STRING] = { "text", VC_STRING, OPS_TEXT },
	[HTR_FT_PATH] = { "a path", VC_STRING, OPS_TEXT },
	[HTR_FT_BYTES] = { "bytes", VC_BYTES, OPS_BYTES },
	[HTR_FT_INT] = { "a number", VC_INT, OPS_NUM },
	[HTR_FT_UINT] = { "a number", VC_UINT, OPS_NUM },
	[HTR_FT_BOOL] = { "a boolean", VC_BOOL, OPS_EQ },
	[HTR_FT_PORT] = { "a port", VC_UINT, OPS_NUM },
	[HTR_FT_TIME] = { "a time", VC_INT, OPS_NUM },
	[HTR_FT_RELTIME] = { "a time span", VC_INT, OPS_NUM },
	[HTR_FT_IPADDR] = { "an IP address", VC_IP, OPS_EQ },
	[HTR_FT_IPNET] = { "an IP network", VC_NET, OPS_EQ },
};

enum vclass value_class(unsigned type)
{
	return TYPES[type].cls;
}

bool op_allowed(unsigned type, unsigned op)
{
	return (TYPES[type].ops & BIT(op)) != 0;
}

/* ---- fields and their arguments ------------------------------------------------------------------------ */

static int unknown_field(struct compile *c, const struct source *s, size_t pos, const char *name,
			 size_t len)
{
	size_t n_fields;
	const struct htr_field_info *fields = htr_fields(&n_fields);
	unsigned best = len < 8 ? 3 : 4;
	const char *hint = NULL;
	char word[64];

	if (len >= sizeof(word)) {
		len = sizeof(word) - 1;
	}
	memcpy(word, name, len);
	word[len] = 0;
	compile_fail(c, s, pos, len, HTR_FERR_UNKNOWN_FIELD, "unknown field '%s'", word);
	for (size_t i = 0; i < n_fields; i++) {
		unsigned d = htr_str_distance(word, fields[i].name);

		if (d < best) {
			best = d;
			hint = fields[i].name;
		}
	}
	if (hint != NULL) {
		compile_hint(c, "did you mean %s?", hint);
	}
	return c->code;
}

static bool parse_index(const char *arg, size_t len, uint32_t *ret)
{
	uint64_t v = 0;

	if (len == 0 || len > 9) {
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		if (arg[i] < '0' || arg[i] > '9') {
			return false;
		}
		v = v * 10 + (uint64_t)(arg[i] - '0');
	}
	*ret = (uint32_t)v;
	return true;
}

/* evt.arg and evt.rawarg: the name must be one that some event has. */
static int check_param(struct compile *c, const struct source *s, struct expr *e)
{
	struct field_ref *ref = &e->ref;
	size_t n;

	if (parse_index(ref->key, ref->key_len, &ref->index)) {
		ref->has_index = true;
		if (strcmp(ref->info->name, "evt.rawarg") == 0) {
			return compile_fail(c, s, e->pos, e->len, HTR_FERR_TYPE,
					    "evt.rawarg wants the name of a parameter");
		}
		return 0;
	}
	n = param_known(ref->key, ref->key_len);
	if (n == 0) {
		return compile_fail(c, s, e->pos, e->len, HTR_FERR_UNKNOWN_FIELD,
				    "no event has a parameter '%.64s'", ref->key);
	}
	ref->params = param_map(&c->f->arena, ref->key, n);
	if (ref->params == NULL) {
		return compile_oom(c);
	}
	if (strcmp(ref->info->name, "evt.rawarg") == 0) {
		ref->type = (uint8_t)param_raw_type(ref->key, n);
	}
	return 0;
}

static int check_type_is(struct compile *c, const struct source *s, struct expr *e)
{
	struct htr_type_set ts = { 0 };

	if (!type_by_name(&ts, e->ref.key, e->ref.key_len)) {
		return compile_fail(c, s, e->pos, e->len, HTR_FERR_UNKNOWN_TYPE,
				    "unknown event type '%.64s'", e->ref.key);
	}
	return 0;
}

int check_ref(struct compile *c, const struct source *s, struct expr *e, const char *name,
	      size_t name_len, const char *arg, size_t arg_len)
{
	size_t suffix = 0;
	const struct htr_field_info *info = field_find(name, name_len, &suffix);
	struct field_ref *ref = &e->ref;
	const struct field_impl *impl;

	if (info == NULL) {
		return unknown_field(c, s, e->pos, name, name_len);
	}
	impl = field_impl_of(info);
	ref->info = info;
	ref->impl = impl;
	ref->type = info->type;
	ref->multi = impl->multi;
	if (suffix > 0 && arg == NULL) {
		arg = htr_arena_dup(&c->f->arena, name + suffix, name_len - suffix);
		arg_len = name_len - suffix;
		if (arg == NULL) {
			return compile_oom(c);
		}
	} else if (suffix > 0) {
		return compile_fail(c, s, e->pos, e->len, HTR_FERR_TYPE, "%s has two arguments",
				    info->name);
	}
	if (arg == NULL && (info->flags & HTR_FF_ARG_REQUIRED)) {
		return compile_fail(c, s, e->pos, e->len, HTR_FERR_TYPE, "%s wants an argument: %s",
				    info->name, info->arg_help);
	}
	if (arg != NULL && impl->arg == FA_NONE) {
		return compile_fail(c, s, e->pos, e->len, HTR_FERR_TYPE, "%s takes no argument",
				    info->name);
	}
	ref->key = arg;
	ref->key_len = arg_len;
	if (arg != NULL && impl->arg == FA_INDEX) {
		if (!parse_index(arg, arg_len, &ref->index)) {
			return compile_fail(c, s, e->pos, e->len, HTR_FERR_TYPE,
					    "%s wants a number in [..]", info->name);
		}
		ref->has_index = true;
		ref->multi = impl->multi == FM_LIST ? FM_LIST : FM_ONE;
	}
	e->type = ref->type;
	e->multi = ref->multi;
	if (strcmp(info->name, "evt.arg") == 0 || strcmp(info->name, "evt.rawarg") == 0) {
		if (check_param(c, s, e) < 0) {
			return c->code;
		}
		e->type = ref->type;
	} else if (strcmp(info->name, "evt.type.is") == 0) {
		return check_type_is(c, s, e);
	}
	return 0;
}

/* ---- transformers ---------------------------------------------------------------------------------------- */

static bool is_text(const struct expr *e)
{
	return value_class(e->type) == VC_STRING && !expr_is_list(e);
}

static bool is_arg_list(const struct expr *e)
{
	return expr_is_list(e) || (e->tr == TR_NONE && !e->ref.has_index &&
				   strcmp(e->ref.info->name, "proc.args") == 0);
}

static int wrong_args(struct compile *c, const struct source *s, const struct expr *e,
		      const char *want)
{
	return compile_fail(c, s, e->pos, e->len, HTR_FERR_TYPE, "%s wants %s",
			    transform_name(e->tr), want);
}

static int check_transform(struct compile *c, const struct source *s, struct expr *e)
{
	struct expr **a = e->args;
	unsigned n = e->n_args;

	e->type = HTR_FT_STRING;
	switch (e->tr) {
	case TR_TOLOWER:
	case TR_TOUPPER:
	case TR_BASENAME:
		return n == 1 && is_text(a[0]) ? 0 : wrong_args(c, s, e, "one text");
	case TR_B64:
		if (n != 1 || (!is_text(a[0]) && a[0]->type != HTR_FT_BYTES)) {
			return wrong_args(c, s, e, "one text or buffer");
		}
		e->type = a[0]->type;
		return 0;
	case TR_LEN:
		e->type = HTR_FT_UINT;
		return n == 1 && (is_text(a[0]) || a[0]->type == HTR_FT_BYTES || expr_is_list(a[0]))
			       ? 0
			       : wrong_args(c, s, e, "one text, buffer or list");
	case TR_VAL:
		if (n != 1 || a[0]->tr != TR_NONE) {
			return wrong_args(c, s, e, "one field");
		}
		e->type = a[0]->type;
		return 0;
	case TR_JOIN:
		return n == 2 && is_text(a[0]) && is_arg_list(a[1])
			       ? 0
			       : wrong_args(c, s, e, "a separator and a list");
	case TR_CONCAT:
		for (unsigned i = 0; i < n; i++) {
			if (!is_text(a[i])) {
				return wrong_args(c, s, e, "two or more texts");
			}
		}
		return n >= 2 ? 0 : wrong_args(c, s, e, "two or more texts");
	case TR_GETOPT:
		if (n != 2 || !is_arg_list(a[0]) || a[1]->tr != TR_CONST || e->text == NULL ||
		    e->text_len != 1) {
			return wrong_args(c, s, e,
					  "a list, an option string and [c]: "
					  "getopt(proc.args, \"ab:\")[b]");
		}
		return 0;
	default:
		return 0;
	}
}

// NOLINTNEXTLINE(misc-no-recursion): bounded by the nesting of the condition
int check_expr(struct compile *c, const struct source *s, struct expr *e, bool right)
{
	if (e->tr == TR_NONE) {
		size_t n = strlen(e->ref.info->name);
		bool dns = n > 8 && strcmp(e->ref.info->name + n - 5, ".name") == 0 &&
			   strncmp(e->ref.info->name, "fd.", 3) == 0;

		if (!right) {
			return 0;
		}
		if (e->multi == FM_ANY || e->multi == FM_SIDE || (e->multi == FM_LIST && right) ||
		    (e->ref.info->flags & HTR_FF_FILTER_ONLY) || dns) {
			return compile_fail(
				c, s, e->pos, e->len, HTR_FERR_TYPE,
				"%s cannot be used inside a transformer or on the right",
				e->ref.info->name);
		}
		return 0;
	}
	if (e->tr == TR_CONST) {
		e->type = HTR_FT_STRING;
		return 0;
	}
	for (unsigned i = 0; i < e->n_args; i++) {
		struct expr *a = e->args[i];
		bool list_ok = a->tr == TR_NONE && a->multi == FM_LIST &&
			       (e->tr == TR_LEN || e->tr == TR_JOIN || e->tr == TR_GETOPT);

		if (!list_ok && check_expr(c, s, a, true) < 0) {
			return c->code;
		}
	}
	if (e->tr == TR_TUPLE) {
		e->multi = FM_LIST;
		e->type = HTR_FT_STRING;
		return 0;
	}
	if (e->text != NULL && e->tr != TR_GETOPT) {
		return compile_fail(c, s, e->pos, e->len, HTR_FERR_TYPE,
				    "%s takes no argument in [..]", transform_name(e->tr));
	}
	return check_transform(c, s, e);
}

/* ---- checks ------------------------------------------------------------------------------------------------- */

static int check_right(struct compile *c, const struct source *s, struct check *ck)
{
	if (ck->right->tr == TR_NONE) {
		return compile_fail(c, s, ck->right->pos, ck->right->len, HTR_FERR_TYPE,
				    "a field on the right side is written val(field)");
	}
	if (check_expr(c, s, ck->right, true) < 0) {
		return c->code;
	}
	if (value_class(ck->right->type) != value_class(ck->left->type)) {
		return compile_fail(c, s, ck->right->pos, ck->right->len, HTR_FERR_TYPE,
				    "the left side is %s, the right side is %s",
				    TYPES[ck->left->type].name, TYPES[ck->right->type].name);
	}
	return 0;
}

/* Words that a type has no use for: say what to use instead. */
static int op_error(struct compile *c, const struct source *s, const struct check *ck, size_t pos,
		    size_t len)
{
	unsigned type = ck->left->type;

	if (expr_is_list(ck->left)) {
		return compile_fail(c, s, pos, len, HTR_FERR_TYPE,
				    "'%s' cannot be used on a list; use in, intersects or exists",
				    op_name(ck->op));
	}
	compile_fail(c, s, pos, len, HTR_FERR_TYPE, "'%s' cannot be used on %s", op_name(ck->op),
		     TYPES[type].name);
	if (value_class(type) == VC_STRING && (OPS_TIME & BIT(ck->op))) {
		compile_hint(c, "use = != contains startswith endswith in");
	} else if (OPS_TEXT & BIT(ck->op)) {
		compile_hint(c, op_allowed(type, OP_LT) ? "use = != < <= > >= in" : "use = != in");
	}
	return c->code;
}

int check_node(struct compile *c, const struct source *s, struct node *n)
{
	struct check *ck = n->check;
	struct expr *left = ck->left;
	bool is_time;

	if (check_expr(c, s, left, false) < 0) {
		return c->code;
	}
	is_time = left->tr == TR_NONE && strcmp(left->ref.info->name, "evt.time") == 0 &&
		  (OPS_TIME & BIT(ck->op));
	if (expr_is_list(left) ? !(OPS_LIST & BIT(ck->op))
			       : !op_allowed(left->type, ck->op) && !is_time) {
		return op_error(c, s, ck, n->pos, n->len);
	}
	ck->cls = (uint8_t)(is_time ? VC_INT : value_class(left->type));
	if (ck->right != NULL) {
		if (ck->op == OP_REGEX) {
			return compile_fail(c, s, ck->right->pos, ck->right->len, HTR_FERR_TYPE,
					    "regex wants a constant");
		}
		return check_right(c, s, ck);
	}
	ck->is_time = is_time;
	return ck->op == OP_EXISTS ? 0 : konst_prepare(c, s, ck);
}
