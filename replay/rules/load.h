/* SPDX-License-Identifier: Apache-2.0
 *
 * load.h - what the readers of single items share. Private to replay/rules.
 */
#ifndef REPLAY_RULES_LOAD_H
#define REPLAY_RULES_LOAD_H

#include <errno.h>

#include "replay/rules/ruleset.h"
#include "replay/rules/yaml.h"

/* Longest name shown in a message. */
#define LOAD_NAME_SHOWN 100

struct loader {
	struct ruleset *rs;
	struct diags *diags;
	struct htr_err *err;
	const char *file;
	char object[LOAD_NAME_SHOWN + 16]; /* "rule 'X'" of the item in hand, or "" */
};

struct rule_src load_src(const struct loader *ld, const struct yaml_node *node);

/* load_fail, load_warn - note a problem at a node. load_fail returns -EINVAL. */
#define load_fail(ld, node, code, ...)                                       \
	(diag_add((ld)->diags, (code), load_src((ld), (node)),               \
		  (ld)->object[0] ? (ld)->object : NULL, NULL, __VA_ARGS__), \
	 -EINVAL)
#define load_warn(ld, node, code, ...)                        \
	diag_add((ld)->diags, (code), load_src((ld), (node)), \
		 (ld)->object[0] ? (ld)->object : NULL, NULL, __VA_ARGS__)

int load_oom(struct loader *ld);

/* What an item may hold, and what override may do with it. */
enum key_override {
	KEY_FIXED = 0,
	KEY_APPEND = 1,
	KEY_REPLACE = 2,
	KEY_BOTH = 3,
};

struct item_key {
	const char *name;
	unsigned bit;      /* enum rule_key, or 0 */
	unsigned override; /* enum key_override */
};

/* The override mapping of an item, checked against its keys. */
struct overrides {
	bool given;
	unsigned append, replace; /* bits of struct item_key */
};

/* load_keys - warn about keys that are unknown or given twice. */
void load_keys(struct loader *ld, const struct yaml_node *item, const struct item_key *keys,
	       size_t n_keys);

/* load_overrides - read and check `override` and `append` of an item. 0 or -EINVAL. */
int load_overrides(struct loader *ld, const struct yaml_node *item, const struct item_key *keys,
		   size_t n_keys, struct overrides *ret, bool *ret_append) HTR_MUST_CHECK;

/* load_text - a member that must be text. `ret` stays untouched when the member is absent and optional. */
int load_text(struct loader *ld, const struct yaml_node *item, const char *key, bool required,
	      const char **ret) HTR_MUST_CHECK;
int load_bool(struct loader *ld, const struct yaml_node *item, const char *key,
	      bool *ret) HTR_MUST_CHECK;
/* load_strings - a sequence of scalars, appended to sv. */
int load_strings(struct loader *ld, const struct yaml_node *seq, const char *key,
		 struct strv *sv) HTR_MUST_CHECK;

/* load_joined - a + " " + b in the arena, NULL without memory. */
const char *load_joined(struct loader *ld, const char *a, const char *b);

/* load_grown - room for one more in an array of pointers that doubles in the arena; NULL without memory. */
void *load_grown(struct htr_arena *arena, void *v, size_t n, size_t *cap);

/* load_set_object - name the item in hand for messages. */
void load_set_object(struct loader *ld, const char *kind, const char *name);

/* One item each: 0, -EINVAL (noted), -ENOMEM. */
int load_engine_version(struct loader *ld, const struct yaml_node *item) HTR_MUST_CHECK;
int load_plugin_versions(struct loader *ld, const struct yaml_node *item) HTR_MUST_CHECK;
int load_list(struct loader *ld, const struct yaml_node *item) HTR_MUST_CHECK;
int load_macro(struct loader *ld, const struct yaml_node *item) HTR_MUST_CHECK;

int load_rule(struct loader *ld, const struct yaml_node *item) HTR_MUST_CHECK;

/* load_exceptions - the value of `exceptions` into a rule (exception.c); append: see holter-rules(7). */
int load_exceptions(struct loader *ld, struct rule_def *rule, const struct yaml_node *seq,
		    bool append) HTR_MUST_CHECK;

#endif
