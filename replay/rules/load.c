/* SPDX-License-Identifier: Apache-2.0
 *
 * load.c - rules files to lists, macros and rules: which item is it, what may it hold, does it define,
 * append or replace. Conditions stay text here; compile.c understands them.
 */
#include "replay/rules/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/cleanup.h"
#include "formats/core/io.h"

/* ---- small things ---------------------------------------------------------------------------------- */

struct rule_src load_src(const struct loader *ld, const struct yaml_node *node)
{
	return (struct rule_src){
		.file = ld->file,
		.line = node ? node->line : 0,
		.col = node ? node->col : 0,
	};
}

int load_oom(struct loader *ld)
{
	return htr_err_set(ld->err, -ENOMEM, "out of memory while loading rules");
}

int strv_add(struct htr_arena *arena, struct strv *sv, const char *s)
{
	if (sv->n == sv->cap) {
		size_t cap = sv->cap ? sv->cap * 2 : 8;
		const char **v = htr_arena_array(arena, cap, sizeof(*v));
		if (!v) {
			return -ENOMEM;
		}
		if (sv->n) {
			memcpy(v, sv->v, sv->n * sizeof(*v));
		}
		sv->v = v;
		sv->cap = cap;
	}
	sv->v[sv->n++] = s;
	return 0;
}

void load_set_object(struct loader *ld, const char *kind, const char *name)
{
	snprintf(ld->object, sizeof(ld->object), "%s '%.*s'", kind, LOAD_NAME_SHOWN, name);
}

void *load_grown(struct htr_arena *arena, void *v, size_t n, size_t *cap)
{
	if (n < *cap) {
		return v;
	}
	size_t more = *cap ? *cap * 2 : 64;
	void *grown = htr_arena_array(arena, more, sizeof(void *));
	if (grown && n) {
		memcpy(grown, v, n * sizeof(void *));
	}
	if (grown) {
		*cap = more;
	}
	return grown;
}

static size_t find(const struct htr_smap *names, const char *name)
{
	uint64_t at;
	return htr_smap_get(names, name, strlen(name), &at) ? (size_t)at : 0;
}

struct list_def *rules_find_list(const struct ruleset *rs, const char *name)
{
	size_t at = find(&rs->list_names, name);
	return at ? rs->lists[at - 1] : NULL;
}

struct macro_def *rules_find_macro(const struct ruleset *rs, const char *name)
{
	size_t at = find(&rs->macro_names, name);
	return at ? rs->macros[at - 1] : NULL;
}

struct rule_def *rules_find_rule(const struct ruleset *rs, const char *name)
{
	size_t at = find(&rs->rule_names, name);
	return at ? rs->rules[at - 1] : NULL;
}

/* ---- items, documents, files ------------------------------------------------------------------------------ */

/* The first of these keys that is present decides what an item is. */
static const struct {
	const char *key;
	int (*load)(struct loader *ld, const struct yaml_node *item);
} ITEMS[] = {
	{ "required_engine_version", load_engine_version },
	{ "required_plugin_versions", load_plugin_versions },
	{ "list", load_list },
	{ "macro", load_macro },
	{ "rule", load_rule },
};

static int load_item(struct loader *ld, const struct yaml_node *item)
{
	ld->object[0] = '\0';
	if (item->kind == YAML_NULL) {
		return 0;
	}
	if (item->kind != YAML_MAP) {
		return load_fail(ld, item, DIAG_ERR_YAML_VALIDATE,
				 "each item must be a mapping, such as '- rule: NAME'");
	}
	for (size_t i = 0; i < HTR_ARRAY_LEN(ITEMS); i++) {
		if (yaml_get(item, ITEMS[i].key)) {
			ld->rs->n_items++;
			return ITEMS[i].load(ld, item);
		}
	}
	const char *first = item->n && yaml_is_text(item->items[0]) ? item->items[0]->text : "";
	load_warn(ld, item, DIAG_UNKNOWN_ITEM, "unknown item '%.*s' is ignored", LOAD_NAME_SHOWN,
		  first);
	return 0;
}

static int load_stream(struct loader *ld, const struct yaml_node *stream)
{
	for (size_t d = 0; d < stream->n; d++) {
		const struct yaml_node *doc = stream->items[d];
		if (doc->kind == YAML_NULL) {
			continue;
		}
		if (doc->kind != YAML_SEQ) {
			ld->object[0] = '\0';
			(void)load_fail(ld, doc, DIAG_ERR_YAML_VALIDATE,
					"a rules file must be a sequence of items ('- rule: ...')");
			continue;
		}
		for (size_t i = 0; i < doc->n; i++) {
			int r = load_item(ld, doc->items[i]);
			if (r < 0 && r != -EINVAL) {
				return r;
			}
		}
	}
	return 0;
}

static int load_buffer(struct ruleset *rs, const char *name, const char *text, size_t len,
		       struct diags *diags, struct htr_err *err)
{
	struct loader ld = { .rs = rs, .diags = diags, .err = err };
	struct yaml_place place = { 0, 0 };
	struct htr_err yerr = HTR_ERR_INIT;
	struct yaml_node *stream;

	ld.file = htr_arena_dup(&rs->arena, name, strlen(name));
	if (!ld.file) {
		return load_oom(&ld);
	}
	int r = yaml_parse(text, len, &rs->arena, &stream, &place, &yerr);
	if (r == -ENOMEM) {
		return load_oom(&ld);
	}
	if (r < 0) {
		struct rule_src src = { ld.file, place.line, place.col };
		diag_add(diags, DIAG_ERR_YAML_PARSE, src, NULL, NULL, "%s", yerr.msg);
		return 0;
	}
	return load_stream(&ld, stream);
}

static int load_file(struct ruleset *rs, const char *path, struct diags *diags, struct htr_err *err)
{
	cleanup_buf struct htr_buf text = { 0 };
	struct htr_err ferr = HTR_ERR_INIT;

	int r = htr_read_file(path, &text, RULES_FILE_MAX, &ferr);
	if (r == -ENOMEM) {
		return htr_err_set(err, r, "%s", ferr.msg);
	}
	if (r < 0) {
		struct rule_src src = { path, 0, 0 };
		diag_add(diags, DIAG_ERR_FILE_READ, src, NULL, NULL, "%s", ferr.msg);
		return 0;
	}
	return load_buffer(rs, path, htr_buf_str(&text), text.len, diags, err);
}

static int finish(struct ruleset **ret, struct ruleset **rs, const struct rules_opts *opts,
		  struct diags *diags, struct htr_err *err)
{
	int r = rules_compile(*rs, opts, diags, err);

	if (r < 0) {
		return r;
	}
	if (diags->oom) {
		return htr_err_set(err, -ENOMEM, "out of memory while loading rules");
	}
	if (diags->n_errors) {
		return htr_err_set(err, -EINVAL, "the rules have %zu error%s", diags->n_errors,
				   diags->n_errors == 1 ? "" : "s");
	}
	*ret = steal_ptr(*rs);
	return 0;
}

int rules_load(struct ruleset **ret, const char *const *files, size_t n_files,
	       const struct rules_opts *opts, struct diags *diags, struct htr_err *err)
{
	cleanup_ruleset struct ruleset *rs = calloc(1, sizeof(*rs));

	if (!rs) {
		return htr_err_set(err, -ENOMEM, "out of memory while loading rules");
	}
	for (size_t i = 0; i < n_files; i++) {
		int r = load_file(rs, files[i], diags, err);
		if (r < 0) {
			return r;
		}
	}
	return finish(ret, &rs, opts, diags, err);
}

int rules_load_text(struct ruleset **ret, const char *name, const char *text, size_t len,
		    const struct rules_opts *opts, struct diags *diags, struct htr_err *err)
{
	cleanup_ruleset struct ruleset *rs = calloc(1, sizeof(*rs));

	if (!rs) {
		return htr_err_set(err, -ENOMEM, "out of memory while loading rules");
	}
	int r = load_buffer(rs, name, text, len, diags, err);
	return r < 0 ? r : finish(ret, &rs, opts, diags, err);
}

void rules_free(struct ruleset *rs)
{
	if (!rs) {
		return;
	}
	for (size_t i = 0; i < rs->n_rules; i++) {
		htr_filter_free(rs->rules[i]->filter);
		htr_format_free(rs->rules[i]->format);
	}
	htr_smap_fini(&rs->list_names);
	htr_smap_fini(&rs->macro_names);
	htr_smap_fini(&rs->rule_names);
	htr_arena_fini(&rs->arena);
	free(rs);
}
