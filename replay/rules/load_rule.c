/* SPDX-License-Identifier: Apache-2.0
 *
 * load_rule.c - items that define a rule, change one, or switch one on and off.
 */
#include "replay/rules/load.h"

#include <string.h>

#include "formats/core/cleanup.h"
#include "formats/core/str.h"

static const struct item_key KEYS[] = {
	{ "rule", 0, KEY_FIXED },
	{ "condition", RULE_KEY_CONDITION, KEY_BOTH },
	{ "output", RULE_KEY_OUTPUT, KEY_BOTH },
	{ "desc", RULE_KEY_DESC, KEY_BOTH },
	{ "priority", RULE_KEY_PRIORITY, KEY_REPLACE },
	{ "tags", RULE_KEY_TAGS, KEY_BOTH },
	{ "exceptions", RULE_KEY_EXCEPTIONS, KEY_BOTH },
	{ "enabled", RULE_KEY_ENABLED, KEY_REPLACE },
	{ "warn_evttypes", RULE_KEY_WARN_EVTTYPES, KEY_REPLACE },
	{ "skip-if-unknown-filter", RULE_KEY_SKIP_UNKNOWN, KEY_REPLACE },
	{ "capture", RULE_KEY_CAPTURE, KEY_REPLACE },
	{ "capture_duration", RULE_KEY_CAPTURE_DURATION, KEY_REPLACE },
	{ "source", RULE_KEY_SOURCE, KEY_FIXED },
	{ "append", 0, KEY_FIXED },
	{ "override", 0, KEY_FIXED },
};

/* What a complete definition must have. */
#define REQUIRED (RULE_KEY_CONDITION | RULE_KEY_OUTPUT | RULE_KEY_DESC | RULE_KEY_PRIORITY)
/* What `append: true` joins. */
#define APPENDABLE \
	(RULE_KEY_CONDITION | RULE_KEY_OUTPUT | RULE_KEY_DESC | RULE_KEY_TAGS | RULE_KEY_EXCEPTIONS)

/* The values an item gave, before it is known what becomes of them. */
struct given {
	unsigned keys; /* enum rule_key */
	const char *cond, *output, *desc, *source;
	enum priority priority;
	struct strv tags;
	bool enabled, warn_evttypes, skip_unknown, capture;
	int64_t capture_duration_ms;
	struct rule_src cond_src, output_src;
};

/* ---- reading ------------------------------------------------------------------------------------------ */

/* desc may be empty: it is prose, and some rules leave it out by writing nothing. */
static int read_desc(struct loader *ld, const struct yaml_node *item, struct given *g)
{
	const struct yaml_node *v = yaml_get(item, "desc");

	if (v && v->kind == YAML_NULL) {
		g->desc = "";
		return 0;
	}
	return load_text(ld, item, "desc", false, &g->desc);
}

static int read_priority(struct loader *ld, const struct yaml_node *item, struct given *g)
{
	const char *word = NULL;

	int r = load_text(ld, item, "priority", false, &word);
	if (r < 0 || !word) {
		return r;
	}
	if (priority_parse(word, &g->priority) < 0) {
		return load_fail(ld, yaml_get(item, "priority"), DIAG_ERR_YAML_VALIDATE,
				 "'%.*s' is no priority (emergency, alert, critical, error, "
				 "warning, notice, informational, debug)",
				 LOAD_NAME_SHOWN, word);
	}
	return 0;
}

static int read_duration(struct loader *ld, const struct yaml_node *item, struct given *g)
{
	const char *text = NULL;

	int r = load_text(ld, item, "capture_duration", false, &text);
	if (r < 0 || !text) {
		return r;
	}
	if (htr_str_to_i64(text, &g->capture_duration_ms) < 0 || g->capture_duration_ms < 0) {
		return load_fail(ld, yaml_get(item, "capture_duration"), DIAG_ERR_YAML_VALIDATE,
				 "'capture_duration' must be a number of milliseconds");
	}
	return 0;
}

static int read_switches(struct loader *ld, const struct yaml_node *item, struct given *g)
{
	const struct {
		const char *key;
		bool *to;
	} switches[] = {
		{ "enabled", &g->enabled },
		{ "warn_evttypes", &g->warn_evttypes },
		{ "skip-if-unknown-filter", &g->skip_unknown },
		{ "capture", &g->capture },
	};
	for (size_t i = 0; i < HTR_ARRAY_LEN(switches); i++) {
		int r = load_bool(ld, item, switches[i].key, switches[i].to);
		if (r < 0) {
			return r;
		}
	}
	return 0;
}

static int read_given(struct loader *ld, const struct yaml_node *item, struct given *g)
{
	const struct yaml_node *tags = yaml_get(item, "tags");

	g->enabled = true;
	g->warn_evttypes = true;
	g->source = RULES_SOURCE;
	for (size_t i = 0; i < HTR_ARRAY_LEN(KEYS); i++) {
		if (yaml_get(item, KEYS[i].name)) {
			g->keys |= KEYS[i].bit;
		}
	}
	int r = load_text(ld, item, "condition", false, &g->cond);
	r = r < 0 ? r : load_text(ld, item, "output", false, &g->output);
	r = r < 0 ? r : load_text(ld, item, "source", false, &g->source);
	r = r < 0 ? r : read_desc(ld, item, g);
	r = r < 0 ? r : read_priority(ld, item, g);
	r = r < 0 ? r : read_duration(ld, item, g);
	r = r < 0 ? r : read_switches(ld, item, g);
	if (r == 0 && tags) {
		r = load_strings(ld, tags, "tags", &g->tags);
	}
	g->cond_src = load_src(ld, yaml_get(item, "condition"));
	g->output_src = load_src(ld, yaml_get(item, "output"));
	return r;
}

/* ---- changing ------------------------------------------------------------------------------------------ */

static int join(struct loader *ld, const char **to, const char *more)
{
	const char *text = *to ? load_joined(ld, *to, more) : more;

	if (!text) {
		return load_oom(ld);
	}
	*to = text;
	return 0;
}

/* Tags are a set. */
static int add_tags(struct loader *ld, struct rule_def *rule, const struct strv *tags)
{
	for (size_t i = 0; i < tags->n; i++) {
		bool known = false;
		for (size_t k = 0; k < rule->tags.n && !known; k++) {
			known = strcmp(rule->tags.v[k], tags->v[i]) == 0;
		}
		if (!known && strv_add(&ld->rs->arena, &rule->tags, tags->v[i]) < 0) {
			return load_oom(ld);
		}
	}
	return 0;
}

static int append_keys(struct loader *ld, struct rule_def *rule, const struct yaml_node *item,
		       const struct given *g, unsigned keys)
{
	int r = 0;

	if (keys & RULE_KEY_CONDITION) {
		r = join(ld, &rule->cond, g->cond);
		rule->cond_src = g->cond_src;
	}
	if (r == 0 && (keys & RULE_KEY_OUTPUT)) {
		r = join(ld, &rule->output, g->output);
		rule->output_src = g->output_src;
	}
	if (r == 0 && (keys & RULE_KEY_DESC)) {
		r = join(ld, &rule->desc, g->desc);
	}
	if (r == 0 && (keys & RULE_KEY_TAGS)) {
		r = add_tags(ld, rule, &g->tags);
	}
	if (r == 0 && (keys & RULE_KEY_EXCEPTIONS)) {
		r = load_exceptions(ld, rule, yaml_get(item, "exceptions"), true);
	}
	return r;
}

static void replace_plain(struct rule_def *rule, const struct given *g, unsigned keys)
{
	if (keys & RULE_KEY_CONDITION) {
		rule->cond = g->cond;
		rule->cond_src = g->cond_src;
	}
	if (keys & RULE_KEY_OUTPUT) {
		rule->output = g->output;
		rule->output_src = g->output_src;
	}
	if (keys & RULE_KEY_DESC) {
		rule->desc = g->desc;
	}
	if (keys & RULE_KEY_PRIORITY) {
		rule->priority = g->priority;
	}
	if (keys & RULE_KEY_ENABLED) {
		rule->enabled = g->enabled;
	}
	if (keys & RULE_KEY_WARN_EVTTYPES) {
		rule->warn_evttypes = g->warn_evttypes;
	}
	if (keys & RULE_KEY_SKIP_UNKNOWN) {
		rule->skip_unknown = g->skip_unknown;
	}
	if (keys & RULE_KEY_CAPTURE) {
		rule->capture = g->capture;
	}
	if (keys & RULE_KEY_CAPTURE_DURATION) {
		rule->capture_duration_ms = g->capture_duration_ms;
	}
}

static int replace_keys(struct loader *ld, struct rule_def *rule, const struct yaml_node *item,
			const struct given *g, unsigned keys)
{
	int r = 0;

	replace_plain(rule, g, keys);
	if (keys & RULE_KEY_TAGS) {
		rule->tags = (struct strv){ 0 };
		r = add_tags(ld, rule, &g->tags);
	}
	if (r == 0 && (keys & RULE_KEY_EXCEPTIONS)) {
		rule->n_exceptions = 0;
		r = load_exceptions(ld, rule, yaml_get(item, "exceptions"), false);
	}
	return r;
}

static int change_rule(struct loader *ld, const struct yaml_node *item, struct rule_def *rule,
		       const struct given *g, const struct overrides *ov)
{
	if (!rule) {
		return load_fail(ld, item, DIAG_ERR_VALIDATE,
				 "nothing to append to or replace: no such rule before this one");
	}
	if (!ov->given) {
		if (!(g->keys & (RULE_KEY_CONDITION | RULE_KEY_EXCEPTIONS))) {
			return load_fail(ld, item, DIAG_ERR_VALIDATE,
					 "'append: true' needs a condition or exceptions");
		}
		return append_keys(ld, rule, item, g, g->keys & APPENDABLE);
	}
	int r = replace_keys(ld, rule, item, g, ov->replace);
	return r < 0 ? r : append_keys(ld, rule, item, g, ov->append);
}

/* ---- defining ------------------------------------------------------------------------------------------ */

static int switch_rule(struct loader *ld, const struct yaml_node *item, struct rule_def *rule,
		       const struct given *g)
{
	if (!rule) {
		return load_fail(ld, item, DIAG_ERR_VALIDATE,
				 "no such rule before this one to switch on or off");
	}
	load_warn(ld, yaml_get(item, "enabled"), DIAG_DEPRECATED_ITEM,
		  "switching a rule by 'enabled' alone is deprecated, use 'override: {enabled: "
		  "replace}'");
	rule->enabled = g->enabled;
	return 0;
}

static int require_all(struct loader *ld, const struct yaml_node *item, const struct given *g)
{
	for (size_t i = 0; i < HTR_ARRAY_LEN(KEYS); i++) {
		if ((KEYS[i].bit & REQUIRED) && !(g->keys & KEYS[i].bit)) {
			return load_fail(ld, item, DIAG_ERR_YAML_VALIDATE, "'%s' is missing",
					 KEYS[i].name);
		}
	}
	return 0;
}

static struct rule_def *new_rule(struct loader *ld, const char *name)
{
	struct ruleset *rs = ld->rs;
	struct rule_def **grown = load_grown(&rs->arena, rs->rules, rs->n_rules, &rs->cap_rules);
	struct rule_def *rule = htr_arena_alloc(&rs->arena, sizeof(*rule));

	if (!grown || !rule) {
		return NULL;
	}
	rs->rules = grown;
	rs->rules[rs->n_rules++] = rule;
	if (htr_smap_put(&rs->rule_names, name, strlen(name), rs->n_rules) < 0) {
		return NULL;
	}
	rule->name = name;
	rule->index = rs->n_items;
	return rule;
}

static int define_rule(struct loader *ld, const struct yaml_node *item, const char *name,
		       struct rule_def *rule, const struct given *g)
{
	bool unknown = strcmp(g->source, RULES_SOURCE) != 0;

	int r = require_all(ld, item, g);
	if (r < 0) {
		return r;
	}
	if (rule && strcmp(rule->source, g->source) != 0) {
		return load_fail(ld, item, DIAG_ERR_VALIDATE,
				 "rule is defined again with another source");
	}
	if (unknown) {
		load_warn(ld, yaml_get(item, "source"), DIAG_UNKNOWN_SOURCE,
			  "source '%.*s' does not occur in a trace, the rule is skipped",
			  LOAD_NAME_SHOWN, g->source);
	}
	if (!rule) {
		rule = new_rule(ld, name);
		if (!rule) {
			return load_oom(ld);
		}
	} else {
		size_t index = rule->index;
		*rule = (struct rule_def){ .name = name, .index = index };
	}
	rule->src = load_src(ld, item);
	rule->source = g->source;
	rule->unknown_source = unknown;
	rule->warn_evttypes = true;
	rule->enabled = true;
	return replace_keys(ld, rule, item, g, g->keys);
}

int load_rule(struct loader *ld, const struct yaml_node *item)
{
	const char *name = NULL;
	struct overrides ov = { 0 };
	struct given g = { 0 };
	bool append = false;

	int r = load_text(ld, item, "rule", true, &name);
	if (r < 0) {
		return r;
	}
	load_set_object(ld, "rule", name);
	load_keys(ld, item, KEYS, HTR_ARRAY_LEN(KEYS));
	r = load_overrides(ld, item, KEYS, HTR_ARRAY_LEN(KEYS), &ov, &append);
	r = r < 0 ? r : read_given(ld, item, &g);
	if (r < 0) {
		return r;
	}
	struct rule_def *rule = rules_find_rule(ld->rs, name);
	if (append || ov.given) {
		return change_rule(ld, item, rule, &g, &ov);
	}
	if (!(g.keys & REQUIRED) && (g.keys & RULE_KEY_ENABLED)) {
		return switch_rule(ld, item, rule, &g);
	}
	return define_rule(ld, item, name, rule, &g);
}
