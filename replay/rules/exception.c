/* SPDX-License-Identifier: Apache-2.0
 *
 * exception.c - exceptions of rules: reading them, and turning them into text that is joined to the
 * condition ("and not (...)") before lists are put in.
 */
#include <string.h>

#include "formats/core/cleanup.h"
#include "replay/rules/load.h"

/* What may stand between a field and a value. List operators take a parenthesised list. */
static const struct {
	const char *name;
	bool list;
} OPERATORS[] = {
	{ "=", false },         { "==", false },         { "!=", false },
	{ "<", false },         { "<=", false },         { ">", false },
	{ ">=", false },        { "contains", false },   { "icontains", false },
	{ "bcontains", false }, { "startswith", false }, { "bstartswith", false },
	{ "endswith", false },  { "glob", false },       { "iglob", false },
	{ "regex", false },     { "exists", false },     { "in", true },
	{ "intersects", true }, { "pmatch", true },
};

static const char *const MODIFIERS[] = { " oneof", " anyof", " allof" };

static bool find_operator(const char *text, size_t len, bool *ret_list)
{
	for (size_t i = 0; i < HTR_ARRAY_LEN(OPERATORS); i++) {
		if (strlen(OPERATORS[i].name) == len && !memcmp(OPERATORS[i].name, text, len)) {
			*ret_list = OPERATORS[i].list;
			return true;
		}
	}
	return false;
}

static bool is_operator(const char *text, bool *ret_list)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < HTR_ARRAY_LEN(MODIFIERS); i++) {
		size_t mlen = strlen(MODIFIERS[i]);
		if (len > mlen && !strcmp(text + len - mlen, MODIFIERS[i])) {
			bool plain_list;
			*ret_list = true;
			return find_operator(text, len - mlen, &plain_list) && !plain_list;
		}
	}
	return find_operator(text, len, ret_list);
}

/* A field is known when a condition about it compiles. */
static bool is_field(const char *field)
{
	cleanup_buf struct htr_buf text = { 0 };
	cleanup_filter struct htr_filter *f = NULL;

	htr_buf_printf(&text, "%s exists", field);
	return !text.failed &&
	       htr_filter_compile(&f, htr_buf_str(&text), NULL, NULL, NULL, NULL) == 0;
}

/* ---- reading ------------------------------------------------------------------------------------------- */

/* A scalar, or a sequence of entries down to `depth` levels; `budget` bounds shared nodes (aliases). */
static int read_entry(struct loader *ld, const struct yaml_node *node, unsigned depth,
		      size_t *budget, struct exc_entry *ret)
{
	if (!(*budget)--) {
		*budget = 0;
		return load_fail(ld, node, DIAG_ERR_VALIDATE, "more than %zu exception values",
				 RULES_EXCEPTION_VALUES_MAX);
	}
	if (yaml_is_text(node)) {
		*ret = (struct exc_entry){ .text = node->text };
		return 0;
	}
	if (node->kind != YAML_SEQ || !depth) {
		return load_fail(ld, node, DIAG_ERR_YAML_VALIDATE,
				 "an exception holds text or lists of text here");
	}
	*ret = (struct exc_entry){ .n = node->n };
	ret->items = htr_arena_array(&ld->rs->arena, node->n, sizeof(*ret->items));
	if (!ret->items) {
		return load_oom(ld);
	}
	for (size_t i = 0; i < node->n; i++) {
		int r = read_entry(ld, node->items[i], depth - 1, budget, &ret->items[i]);
		if (r < 0) {
			return r;
		}
	}
	return 0;
}

/* comps default to "in" for one field, to "=" for each of several. */
static int default_comps(struct loader *ld, struct exception_def *ex)
{
	if (ex->fields.text) {
		ex->comps = (struct exc_entry){ .text = "in" };
		return 0;
	}
	ex->comps = (struct exc_entry){ .n = ex->fields.n };
	ex->comps.items = htr_arena_array(&ld->rs->arena, ex->fields.n, sizeof(struct exc_entry));
	if (!ex->comps.items) {
		return load_oom(ld);
	}
	for (size_t i = 0; i < ex->fields.n; i++) {
		ex->comps.items[i].text = "=";
	}
	return 0;
}

static int check_shape(struct loader *ld, const struct yaml_node *node,
		       const struct exception_def *ex)
{
	bool list = false;

	if (ex->fields.text) {
		if (!ex->comps.text) {
			return load_fail(
				ld, node, DIAG_ERR_VALIDATE,
				"exception '%.*s': one field needs one operator, not a list",
				LOAD_NAME_SHOWN, ex->name);
		}
		if (!is_operator(ex->comps.text, &list) || !list) {
			return load_fail(ld, node, DIAG_ERR_VALIDATE,
					 "exception '%.*s': '%.40s' is no operator for a list (in, "
					 "pmatch, intersects)",
					 LOAD_NAME_SHOWN, ex->name, ex->comps.text);
		}
		return 0;
	}
	if (ex->comps.text || ex->comps.n != ex->fields.n) {
		return load_fail(ld, node, DIAG_ERR_VALIDATE,
				 "exception '%.*s': fields and comps must have the same length",
				 LOAD_NAME_SHOWN, ex->name);
	}
	for (size_t i = 0; i < ex->comps.n; i++) {
		if (!is_operator(ex->comps.items[i].text, &list)) {
			return load_fail(ld, node, DIAG_ERR_VALIDATE,
					 "exception '%.*s': '%.40s' is no operator",
					 LOAD_NAME_SHOWN, ex->name, ex->comps.items[i].text);
		}
	}
	return 0;
}

static int check_fields(struct loader *ld, const struct yaml_node *node,
			const struct exception_def *ex)
{
	size_t n = ex->fields.text ? 1 : ex->fields.n;

	for (size_t i = 0; i < n; i++) {
		const char *field = ex->fields.text ? ex->fields.text : ex->fields.items[i].text;
		if (!is_field(field)) {
			return load_fail(ld, node, DIAG_ERR_VALIDATE,
					 "exception '%.*s': '%.60s' is no known field",
					 LOAD_NAME_SHOWN, ex->name, field);
		}
	}
	return 0;
}

static int read_values(struct loader *ld, const struct yaml_node *node, struct exception_def *ex,
		       bool add)
{
	size_t budget = RULES_EXCEPTION_VALUES_MAX;
	struct exc_entry values = { 0 };

	if (!node || node->kind == YAML_NULL) {
		return 0;
	}
	if (node->kind != YAML_SEQ) {
		return load_fail(ld, node, DIAG_ERR_YAML_VALIDATE, "'values' must be a sequence");
	}
	int r = read_entry(ld, node, 3, &budget, &values);
	if (r < 0) {
		return r;
	}
	size_t old = add ? ex->n_values : 0;
	struct exc_entry *all =
		htr_arena_array(&ld->rs->arena, old + values.n, sizeof(struct exc_entry));
	if (!all) {
		return load_oom(ld);
	}
	if (old) {
		memcpy(all, ex->values, old * sizeof(*all));
	}
	if (values.n) {
		memcpy(all + old, values.items, values.n * sizeof(*all));
	}
	ex->values = all;
	ex->n_values = old + values.n;
	return 0;
}

/* A new exception: name, fields, optional comps, values. */
static int read_new(struct loader *ld, const struct rule_def *rule, const struct yaml_node *node,
		    struct exception_def *ex)
{
	const struct yaml_node *fields = yaml_get(node, "fields");
	const struct yaml_node *comps = yaml_get(node, "comps");
	size_t budget = RULES_EXCEPTION_VALUES_MAX;

	if (!fields || fields->kind == YAML_NULL) {
		return load_fail(ld, node, DIAG_ERR_YAML_VALIDATE, "exception '%.*s' has no fields",
				 LOAD_NAME_SHOWN, ex->name);
	}
	ex->has_fields = true;
	int r = read_entry(ld, fields, 1, &budget, &ex->fields);
	if (r == 0) {
		r = comps && comps->kind != YAML_NULL
			    ? read_entry(ld, comps, 1, &budget, &ex->comps)
			    : default_comps(ld, ex);
	}
	if (r == 0) {
		r = check_shape(ld, node, ex);
	}
	/* the fields of another source are not known here */
	if (r == 0 && !rule->unknown_source) {
		r = check_fields(ld, node, ex);
	}
	return r < 0 ? r : read_values(ld, yaml_get(node, "values"), ex, false);
}

static struct exception_def *find_exception(struct rule_def *rule, const char *name)
{
	for (size_t i = 0; i < rule->n_exceptions; i++) {
		if (strcmp(rule->exceptions[i].name, name) == 0) {
			return &rule->exceptions[i];
		}
	}
	return NULL;
}

static struct exception_def *new_exception(struct loader *ld, struct rule_def *rule)
{
	if (rule->n_exceptions == rule->cap_exceptions) {
		size_t cap = rule->cap_exceptions ? rule->cap_exceptions * 2 : 4;
		struct exception_def *grown = htr_arena_array(&ld->rs->arena, cap, sizeof(*grown));
		if (!grown) {
			return NULL;
		}
		if (rule->n_exceptions) {
			memcpy(grown, rule->exceptions, rule->n_exceptions * sizeof(*grown));
		}
		rule->exceptions = grown;
		rule->cap_exceptions = cap;
	}
	struct exception_def *ex = &rule->exceptions[rule->n_exceptions++];
	*ex = (struct exception_def){ 0 };
	return ex;
}

static int append_values(struct loader *ld, const struct yaml_node *node, struct exception_def *ex)
{
	if (yaml_get(node, "fields") || yaml_get(node, "comps")) {
		return load_fail(ld, node, DIAG_ERR_VALIDATE,
				 "exception '%.*s' exists: only values can be appended to it",
				 LOAD_NAME_SHOWN, ex->name);
	}
	size_t before = ex->n_values;
	int r = read_values(ld, yaml_get(node, "values"), ex, true);
	if (r == 0 && ex->n_values == before) {
		load_warn(ld, node, DIAG_APPEND_NO_VALUES, "exception '%.*s': nothing is appended",
			  LOAD_NAME_SHOWN, ex->name);
	}
	return r;
}

static int load_exception(struct loader *ld, struct rule_def *rule, const struct yaml_node *node,
			  bool append)
{
	const char *name = NULL;

	if (node->kind != YAML_MAP) {
		return load_fail(ld, node, DIAG_ERR_YAML_VALIDATE,
				 "an exception must be a mapping with name and fields");
	}
	int r = load_text(ld, node, "name", true, &name);
	if (r < 0) {
		return r;
	}
	struct exception_def *ex = find_exception(rule, name);
	if (append && ex) {
		return append_values(ld, node, ex);
	}
	if (append && (!yaml_get(node, "fields") || !yaml_get(node, "values"))) {
		return load_fail(ld, node, DIAG_ERR_VALIDATE,
				 "exception '%.*s' is not in the rule yet: it needs fields and "
				 "values",
				 LOAD_NAME_SHOWN, name);
	}
	if (ex) {
		load_warn(ld, node, DIAG_EXCEPTION_NAME_NOT_UNIQUE,
			  "the rule has another exception '%.*s'", LOAD_NAME_SHOWN, name);
	}
	ex = new_exception(ld, rule);
	if (!ex) {
		return load_oom(ld);
	}
	ex->name = name;
	ex->src = load_src(ld, node);
	return read_new(ld, rule, node, ex);
}

int load_exceptions(struct loader *ld, struct rule_def *rule, const struct yaml_node *seq,
		    bool append)
{
	if (seq->kind == YAML_NULL) {
		return 0;
	}
	if (seq->kind != YAML_SEQ) {
		return load_fail(ld, seq, DIAG_ERR_YAML_VALIDATE,
				 "'exceptions' must be a sequence");
	}
	for (size_t i = 0; i < seq->n; i++) {
		int r = load_exception(ld, rule, seq->items[i], append);
		if (r < 0) {
			return r;
		}
	}
	return 0;
}

/* ---- to text ----------------------------------------------------------------------------------------------- */

static void add_quoted(struct htr_buf *out, const char *value)
{
	bool quote = strchr(value, ' ') && value[0] != '"' && value[0] != '\'';

	htr_buf_adds(out, quote ? "\"" : "");
	htr_buf_adds(out, value);
	htr_buf_adds(out, quote ? "\"" : "");
}

static void add_value(struct htr_buf *out, const char *op, const struct exc_entry *value)
{
	bool list = false;

	if (!value->text) {
		htr_buf_addc(out, '(');
		for (size_t i = 0; i < value->n; i++) {
			htr_buf_adds(out, i ? ", " : "");
			add_quoted(out, value->items[i].text);
		}
		htr_buf_addc(out, ')');
		return;
	}
	(void)is_operator(op, &list);
	if (list && value->text[0] != '(') {
		htr_buf_addc(out, '(');
		htr_buf_adds(out, value->text);
		htr_buf_addc(out, ')');
	} else if (list) {
		htr_buf_adds(out, value->text);
	} else {
		add_quoted(out, value->text);
	}
}

/* "f in (a, b)" */
static int add_single(struct htr_buf *out, const struct exception_def *ex, const char **ret_why)
{
	htr_buf_printf(out, "%s %s (", ex->fields.text, ex->comps.text);
	for (size_t i = 0; i < ex->n_values; i++) {
		if (!ex->values[i].text) {
			*ret_why = "values of one field must be text, not lists";
			return -EINVAL;
		}
		htr_buf_adds(out, i ? ", " : "");
		add_quoted(out, ex->values[i].text);
	}
	htr_buf_addc(out, ')');
	return 0;
}

/* "(f1 = a and f2 in (b, c)) or (...)" */
static int add_tuples(struct htr_buf *out, const struct exception_def *ex, const char **ret_why)
{
	for (size_t i = 0; i < ex->n_values; i++) {
		const struct exc_entry *tuple = &ex->values[i];
		if (tuple->text || tuple->n != ex->fields.n) {
			*ret_why = "each value must be a list as long as fields";
			return -EINVAL;
		}
		htr_buf_adds(out, i ? " or (" : "(");
		for (size_t k = 0; k < tuple->n; k++) {
			const struct exc_entry *v = &tuple->items[k];
			for (size_t j = 0; !v->text && j < v->n; j++) {
				if (!v->items[j].text) {
					*ret_why = "values are nested too deep";
					return -EINVAL;
				}
			}
			htr_buf_printf(out, "%s%s %s ", k ? " and " : "", ex->fields.items[k].text,
				       ex->comps.items[k].text);
			add_value(out, ex->comps.items[k].text, v);
		}
		htr_buf_addc(out, ')');
	}
	return 0;
}

int exceptions_condition(struct ruleset *rs, const struct rule_def *rule, const char **ret,
			 struct diags *diags, struct htr_err *err)
{
	cleanup_buf struct htr_buf out = { 0 };

	*ret = rule->cond;
	if (!rule->n_exceptions) {
		return 0;
	}
	htr_buf_printf(&out, "(%s)", rule->cond);
	for (size_t i = 0; i < rule->n_exceptions; i++) {
		const struct exception_def *ex = &rule->exceptions[i];
		const char *why = "";
		if (!ex->n_values) {
			continue;
		}
		htr_buf_adds(&out, " and not (");
		int r = ex->fields.text ? add_single(&out, ex, &why) : add_tuples(&out, ex, &why);
		if (r < 0) {
			diag_add(diags, DIAG_ERR_VALIDATE, ex->src, rule->name, NULL,
				 "exception '%.*s': %s", LOAD_NAME_SHOWN, ex->name, why);
			return r;
		}
		htr_buf_addc(&out, ')');
	}
	*ret = out.failed ? NULL : htr_arena_dup(&rs->arena, htr_buf_str(&out), out.len);
	return *ret ? 0 : htr_err_set(err, -ENOMEM, "out of memory while loading rules");
}
