/* SPDX-License-Identifier: Apache-2.0
 *
 * load_item.c - members of an item: keys, text, booleans, sequences, append and override.
 */
#include "replay/rules/load.h"

#include <string.h>

const char *load_joined(struct loader *ld, const char *a, const char *b)
{
	return htr_arena_printf(&ld->rs->arena, "%s %s", a, b);
}

static const struct item_key *find_key(const struct item_key *keys, size_t n_keys, const char *name)
{
	for (size_t i = 0; i < n_keys; i++) {
		if (strcmp(keys[i].name, name) == 0) {
			return &keys[i];
		}
	}
	return NULL;
}

/* Linear in what is known, so that an item of a million members stays cheap. */
void load_keys(struct loader *ld, const struct yaml_node *item, const struct item_key *keys,
	       size_t n_keys)
{
	uint64_t seen = 0;

	for (size_t i = 0; i + 1 < item->n; i += 2) {
		const struct yaml_node *k = item->items[i];
		if (!yaml_is_text(k)) {
			load_warn(ld, k, DIAG_UNKNOWN_KEY, "a key that is no text is ignored");
			continue;
		}
		const struct item_key *key = find_key(keys, n_keys, k->text);
		if (!key) {
			load_warn(ld, k, DIAG_UNKNOWN_KEY, "unknown key '%.*s' is ignored",
				  LOAD_NAME_SHOWN, k->text);
			continue;
		}
		uint64_t bit = UINT64_C(1) << (key - keys);
		if (seen & bit) {
			load_warn(ld, k, DIAG_UNKNOWN_KEY,
				  "key '%s' is given twice, the first one is used", key->name);
		}
		seen |= bit;
	}
}

int load_text(struct loader *ld, const struct yaml_node *item, const char *key, bool required,
	      const char **ret)
{
	const struct yaml_node *v = yaml_get(item, key);

	if (!v) {
		return required
			       ? load_fail(ld, item, DIAG_ERR_YAML_VALIDATE, "'%s' is missing", key)
			       : 0;
	}
	if (!yaml_is_text(v)) {
		return load_fail(ld, v, DIAG_ERR_YAML_VALIDATE, "'%s' must be text", key);
	}
	*ret = v->text;
	return 0;
}

int load_bool(struct loader *ld, const struct yaml_node *item, const char *key, bool *ret)
{
	const struct yaml_node *v = yaml_get(item, key);

	if (v && yaml_bool(v, ret) < 0) {
		return load_fail(ld, v, DIAG_ERR_YAML_VALIDATE, "'%s' must be true or false", key);
	}
	return 0;
}

int load_strings(struct loader *ld, const struct yaml_node *seq, const char *key, struct strv *sv)
{
	if (seq->kind != YAML_SEQ) {
		return load_fail(ld, seq, DIAG_ERR_YAML_VALIDATE, "'%s' must be a sequence", key);
	}
	for (size_t i = 0; i < seq->n; i++) {
		if (!yaml_is_text(seq->items[i])) {
			return load_fail(ld, seq->items[i], DIAG_ERR_YAML_VALIDATE,
					 "'%s' must hold only text and numbers", key);
		}
		if (strv_add(&ld->rs->arena, sv, seq->items[i]->text) < 0) {
			return load_oom(ld);
		}
	}
	return 0;
}

/* ---- append and override ---------------------------------------------------------------------------------- */

static int override_member(struct loader *ld, const struct yaml_node *k, const struct yaml_node *v,
			   const struct item_key *keys, size_t n_keys, struct overrides *ov)
{
	const struct item_key *key = yaml_is_text(k) ? find_key(keys, n_keys, k->text) : NULL;

	if (!key || key->override == KEY_FIXED) {
		return load_fail(ld, k, DIAG_ERR_YAML_VALIDATE, "'%.*s' cannot be overridden",
				 LOAD_NAME_SHOWN, yaml_is_text(k) ? k->text : "");
	}
	if (yaml_is_text(v) && strcmp(v->text, "append") == 0) {
		if (!(key->override & KEY_APPEND)) {
			return load_fail(ld, v, DIAG_ERR_YAML_VALIDATE,
					 "'%s' cannot be appended to, only replaced", key->name);
		}
		ov->append |= key->bit;
		return 0;
	}
	if (yaml_is_text(v) && strcmp(v->text, "replace") == 0) {
		ov->replace |= key->bit;
		return 0;
	}
	return load_fail(ld, v, DIAG_ERR_YAML_VALIDATE,
			 "override of '%s' must be append or replace", key->name);
}

/* What is listed must be there, and what is there must be listed. */
static int override_agrees(struct loader *ld, const struct yaml_node *item,
			   const struct item_key *keys, size_t n_keys, const struct overrides *ov)
{
	for (size_t i = 0; i < n_keys; i++) {
		if (keys[i].override == KEY_FIXED) {
			continue;
		}
		const struct yaml_node *v = yaml_get(item, keys[i].name);
		bool listed = (ov->append | ov->replace) & keys[i].bit;
		if (v && !listed) {
			return load_fail(ld, v, DIAG_ERR_YAML_VALIDATE,
					 "'%s' is given but not listed under override",
					 keys[i].name);
		}
		if (!v && listed) {
			return load_fail(ld, item, DIAG_ERR_YAML_VALIDATE,
					 "override lists '%s', which is not given", keys[i].name);
		}
	}
	return 0;
}

int load_overrides(struct loader *ld, const struct yaml_node *item, const struct item_key *keys,
		   size_t n_keys, struct overrides *ret, bool *ret_append)
{
	const struct yaml_node *ov = yaml_get(item, "override");
	const struct yaml_node *append = yaml_get(item, "append");

	int r = load_bool(ld, item, "append", ret_append);
	if (r < 0) {
		return r;
	}
	if (append) {
		load_warn(ld, append, DIAG_DEPRECATED_ITEM,
			  "'append' is deprecated, use 'override' instead");
	}
	if (!ov) {
		return 0;
	}
	if (ov->kind != YAML_MAP) {
		return load_fail(ld, ov, DIAG_ERR_YAML_VALIDATE,
				 "'override' must be a mapping from key to append or replace");
	}
	if (*ret_append) {
		return load_fail(ld, append, DIAG_ERR_YAML_VALIDATE,
				 "'append: true' and 'override' exclude each other");
	}
	ret->given = true;
	for (size_t i = 0; i + 1 < ov->n; i += 2) {
		r = override_member(ld, ov->items[i], ov->items[i + 1], keys, n_keys, ret);
		if (r < 0) {
			return r;
		}
	}
	return override_agrees(ld, item, keys, n_keys, ret);
}
