/* SPDX-License-Identifier: Apache-2.0
 *
 * load_def.c - items that define lists and macros.
 */
#include "replay/rules/load.h"

#include <string.h>

#include "formats/core/cleanup.h"

static const struct item_key LIST_KEYS[] = {
	{ "list", 0, KEY_FIXED },
	{ "items", 1, KEY_BOTH },
	{ "append", 0, KEY_FIXED },
	{ "override", 0, KEY_FIXED },
};

static const struct item_key MACRO_KEYS[] = {
	{ "macro", 0, KEY_FIXED },
	{ "condition", 1, KEY_BOTH },
	{ "append", 0, KEY_FIXED },
	{ "override", 0, KEY_FIXED },
};

static bool valid_list_name(const char *s)
{
	return s[0] && strpbrk(s, " \t\r\n()\"'=,") == NULL;
}

static bool valid_macro_name(const char *s)
{
	if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z'))) {
		return false;
	}
	return s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] ==
	       '\0';
}

/* The list with that name, made when new. */
static struct list_def *define_list(struct loader *ld, const char *name)
{
	struct ruleset *rs = ld->rs;
	struct list_def *l = rules_find_list(rs, name);

	if (l) {
		return l;
	}
	struct list_def **grown = load_grown(&rs->arena, rs->lists, rs->n_lists, &rs->cap_lists);
	l = htr_arena_alloc(&rs->arena, sizeof(*l));
	if (!grown || !l) {
		return NULL;
	}
	rs->lists = grown;
	rs->lists[rs->n_lists++] = l;
	if (htr_smap_put(&rs->list_names, name, strlen(name), rs->n_lists) < 0) {
		return NULL;
	}
	l->name = name;
	l->index = rs->n_items;
	return l;
}

int load_list(struct loader *ld, const struct yaml_node *item)
{
	const char *name = NULL;
	struct overrides ov = { 0 };
	bool append = false;

	int r = load_text(ld, item, "list", true, &name);
	if (r < 0) {
		return r;
	}
	load_set_object(ld, "list", name);
	load_keys(ld, item, LIST_KEYS, HTR_ARRAY_LEN(LIST_KEYS));
	if (!valid_list_name(name)) {
		load_warn(ld, yaml_get(item, "list"), DIAG_INVALID_LIST_NAME,
			  "a list name should hold no blank, parenthesis, quote, '=' or ','");
	}
	r = load_overrides(ld, item, LIST_KEYS, HTR_ARRAY_LEN(LIST_KEYS), &ov, &append);
	if (r < 0) {
		return r;
	}
	const struct yaml_node *items = yaml_get(item, "items");
	if (!items) {
		return load_fail(ld, item, DIAG_ERR_YAML_VALIDATE, "'items' is missing");
	}
	append = append || ov.append;
	if ((append || ov.given) && !rules_find_list(ld->rs, name)) {
		return load_fail(ld, item, DIAG_ERR_VALIDATE,
				 "nothing to append to or replace: no such list before this one");
	}
	struct strv values = { 0 };
	r = load_strings(ld, items, "items", &values);
	if (r < 0) {
		return r;
	}
	if (append && !values.n) {
		load_warn(ld, items, DIAG_APPEND_NO_VALUES, "nothing is appended");
	}
	struct list_def *l = define_list(ld, name);
	if (!l) {
		return load_oom(ld);
	}
	l->src = load_src(ld, item);
	if (!append) {
		l->items = values;
		return 0;
	}
	for (size_t i = 0; i < values.n; i++) {
		if (strv_add(&ld->rs->arena, &l->items, values.v[i]) < 0) {
			return load_oom(ld);
		}
	}
	return 0;
}

/* ---- macros --------------------------------------------------------------------------------------------- */

static struct macro_def *define_macro(struct loader *ld, const char *name)
{
	struct ruleset *rs = ld->rs;
	struct macro_def *m = rules_find_macro(rs, name);

	if (m) {
		return m;
	}
	struct macro_def **grown =
		load_grown(&rs->arena, rs->macros, rs->n_macros, &rs->cap_macros);
	m = htr_arena_alloc(&rs->arena, sizeof(*m));
	if (!grown || !m) {
		return NULL;
	}
	rs->macros = grown;
	rs->macros[rs->n_macros++] = m;
	if (htr_smap_put(&rs->macro_names, name, strlen(name), rs->n_macros) < 0) {
		return NULL;
	}
	m->name = name;
	m->index = rs->n_items;
	return m;
}

int load_macro(struct loader *ld, const struct yaml_node *item)
{
	const char *name = NULL, *cond = NULL;
	struct overrides ov = { 0 };
	bool append = false;

	int r = load_text(ld, item, "macro", true, &name);
	if (r < 0) {
		return r;
	}
	load_set_object(ld, "macro", name);
	load_keys(ld, item, MACRO_KEYS, HTR_ARRAY_LEN(MACRO_KEYS));
	if (!valid_macro_name(name)) {
		load_warn(ld, yaml_get(item, "macro"), DIAG_INVALID_MACRO_NAME,
			  "a macro name should start with a letter and hold only letters, digits "
			  "and underscores");
	}
	r = load_overrides(ld, item, MACRO_KEYS, HTR_ARRAY_LEN(MACRO_KEYS), &ov, &append);
	if (r == 0) {
		r = load_text(ld, item, "condition", true, &cond);
	}
	if (r < 0) {
		return r;
	}
	append = append || ov.append;
	if ((append || ov.given) && !rules_find_macro(ld->rs, name)) {
		return load_fail(ld, item, DIAG_ERR_VALIDATE,
				 "nothing to append to or replace: no such macro before this one");
	}
	struct macro_def *m = define_macro(ld, name);
	if (!m) {
		return load_oom(ld);
	}
	m->visibility = ld->rs->n_items;
	m->src = load_src(ld, item);
	m->cond_src = load_src(ld, yaml_get(item, "condition"));
	m->cond = append ? load_joined(ld, m->cond, cond) : cond;
	return m->cond ? 0 : load_oom(ld);
}
