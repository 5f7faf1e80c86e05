/* SPDX-License-Identifier: Apache-2.0
 *
 * ruleset.h - lists, macros and rules as the files define them, and what compiling made of them.
 *
 * Loading has two steps: load.c collects the items of all files (later files may change earlier items),
 * compile.c turns the result into conditions that can be judged. Everything here lives in the arena of
 * the ruleset, except filters and formats.
 */
#ifndef REPLAY_RULES_RULESET_H
#define REPLAY_RULES_RULESET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/core/arena.h"
#include "formats/core/err.h"
#include "formats/core/map.h"
#include "formats/filter/filter.h"
#include "replay/priority.h"
#include "replay/rules/diag.h"

/* What this program answers to required_engine_version: the engine of Falco 0.44.1. */
#define RULES_ENGINE_MAJOR 0
#define RULES_ENGINE_MINOR 62
#define RULES_ENGINE_PATCH 0

/* The only event source of a trace. */
#define RULES_SOURCE "syscall"

/* Largest rules file; the upstream files have 0.1 MB. */
#define RULES_FILE_MAX ((size_t)64 << 20)
/* Largest condition after lists were put in; what htr_filter_compile accepts. */
#define RULES_CONDITION_MAX ((size_t)1 << 20)
/* Entries of one list after nested lists were put in. */
#define RULES_LIST_MAX ((size_t)4 << 20)
/* Values of the exceptions of one rule. */
#define RULES_EXCEPTION_VALUES_MAX ((size_t)100000)

/* A growing array of strings in an arena. */
struct strv {
	const char **v;
	size_t n, cap;
};

struct list_def {
	const char *name;
	struct strv items;
	size_t index; /* position of its first definition */
	struct rule_src src;
	bool used;
	/* made by compile.c: nested lists put in, values quoted, joined with ", " */
	struct strv expanded;
	const char *joined;
};

struct macro_def {
	const char *name;
	const char *cond;
	size_t index;      /* position of its first definition */
	size_t visibility; /* position of its last change: it sees macros with a smaller index */
	struct rule_src src, cond_src;
	bool used;
	bool bad;         /* does not parse: said once, at the macro */
	const char *text; /* made by compile.c: the condition with lists put in */
	/* macros its own text names, by position in the ruleset */
	size_t *refs;
	size_t n_refs;
	uint8_t mark; /* search for cycles: 0 new, 1 open, 2 done */
};

/* A value of an exception: one text or a list of values. */
struct exc_entry {
	const char *text; /* NULL: a list */
	struct exc_entry *items;
	size_t n;
};

struct exception_def {
	const char *name;
	bool has_fields;
	struct exc_entry fields, comps;
	struct exc_entry *values;
	size_t n_values;
	struct rule_src src;
};

/* Bit set of the parts of a rule that an item gave. */
enum rule_key {
	RULE_KEY_CONDITION = 1 << 0,
	RULE_KEY_OUTPUT = 1 << 1,
	RULE_KEY_DESC = 1 << 2,
	RULE_KEY_PRIORITY = 1 << 3,
	RULE_KEY_TAGS = 1 << 4,
	RULE_KEY_EXCEPTIONS = 1 << 5,
	RULE_KEY_ENABLED = 1 << 6,
	RULE_KEY_WARN_EVTTYPES = 1 << 7,
	RULE_KEY_SKIP_UNKNOWN = 1 << 8,
	RULE_KEY_CAPTURE = 1 << 9,
	RULE_KEY_CAPTURE_DURATION = 1 << 10,
	RULE_KEY_SOURCE = 1 << 11,
};

struct rule_def {
	const char *name, *cond, *output, *desc, *source;
	enum priority priority;
	size_t index;
	struct rule_src src, cond_src, output_src;
	struct strv tags;
	struct exception_def *exceptions;
	size_t n_exceptions, cap_exceptions;
	bool enabled;
	bool warn_evttypes;
	bool skip_unknown;
	bool unknown_source;
	bool capture; /* kept for completeness: a replay records nothing */
	int64_t capture_duration_ms;

	/* made by compile.c */
	struct htr_filter *filter; /* NULL: not compiled (skipped, dropped) */
	struct htr_format *format;
	bool run; /* enabled, compiled and of sufficient priority */
};

struct ruleset {
	struct htr_arena arena;
	struct list_def **lists;
	struct macro_def **macros;
	struct rule_def **rules;
	size_t n_lists, n_macros, n_rules;
	size_t cap_lists, cap_macros, cap_rules;
	struct htr_smap list_names, macro_names, rule_names; /* name -> index + 1 */
	size_t n_items;   /* items seen so far: positions for index and visibility */
	size_t n_run;     /* rules that run */
	size_t n_skipped; /* rules with an unknown source or field */
	size_t n_dropped; /* rules below the minimum priority */
	size_t n_disabled;
};

struct rules_opts {
	enum priority min_priority; /* rules less severe than this are dropped */
};

/*
 * rules_load - read, collect and compile rules files, in this order
 *
 * @diags:   every warning and error, also on failure
 * Returns: 0; -EINVAL when the diagnostics hold an error; -ENOMEM.
 */
int rules_load(struct ruleset **ret, const char *const *files, size_t n_files,
	       const struct rules_opts *opts, struct diags *diags,
	       struct htr_err *err) HTR_MUST_CHECK;

/* rules_load_text - the same from memory; `name` stands for the file in messages. */
int rules_load_text(struct ruleset **ret, const char *name, const char *text, size_t len,
		    const struct rules_opts *opts, struct diags *diags,
		    struct htr_err *err) HTR_MUST_CHECK;

/* rules_free - NULL is fine. */
void rules_free(struct ruleset *rs);

static inline void cleanup_ruleset_(struct ruleset **rs)
{
	rules_free(*rs);
}
#define cleanup_ruleset __attribute__((cleanup(cleanup_ruleset_)))

/* ---- steps, for each other and for tests ---------------------------------------------------------- */

/* strv_add - append a borrowed string. 0 or -ENOMEM. */
int strv_add(struct htr_arena *arena, struct strv *sv, const char *s) HTR_MUST_CHECK;

/* rules_compile - after all files were collected (compile.c). 0 or -ENOMEM; the rest is in diags. */
int rules_compile(struct ruleset *rs, const struct rules_opts *opts, struct diags *diags,
		  struct htr_err *err) HTR_MUST_CHECK;

/*
 * lists_expand - put nested lists into lists (list.c): an item that names a list defined earlier is
 * replaced by that list's items; others that hold a blank get double quotes
 */
int lists_expand(struct ruleset *rs, struct diags *diags, struct htr_err *err) HTR_MUST_CHECK;

/*
 * lists_substitute - put the items of every list into a condition, textually (list.c)
 *
 * Shape:   for each list in the order of definition, each occurrence of its name between blanks, "(", ")",
 *          ",", "=" or the ends is replaced by its items joined with ", "; blanks around are swallowed, one
 *          blank is put before and after; an empty list takes one neighbouring comma with it. Quotes do
 *          not protect: this is what Falco does.
 * @ret:    [out] in the arena (or `text` itself when nothing was replaced)
 * Returns: 0, -E2BIG longer than RULES_CONDITION_MAX, -ENOMEM.
 */
int lists_substitute(struct ruleset *rs, const char *text, const char **ret,
		     struct htr_err *err) HTR_MUST_CHECK;

/* macros_prepare - substitute lists, parse each macro alone, find undefined macros and cycles (macro.c). */
int macros_prepare(struct ruleset *rs, struct diags *diags, struct htr_err *err) HTR_MUST_CHECK;

/* macros_text - htr_macro_fn over a ruleset: all macros that are sound; marks them used. */
const char *macros_text(const char *name, void *ruleset);

/*
 * exceptions_condition - condition and exceptions of a rule as one text (exception.c)
 *
 * Returns: 0 (ret is rule->cond itself without exceptions), -EINVAL with a diagnostic, -ENOMEM.
 */
int exceptions_condition(struct ruleset *rs, const struct rule_def *rule, const char **ret,
			 struct diags *diags, struct htr_err *err) HTR_MUST_CHECK;

/* rules_find_* - by name, or NULL. */
struct list_def *rules_find_list(const struct ruleset *rs, const char *name);
struct macro_def *rules_find_macro(const struct ruleset *rs, const char *name);
struct rule_def *rules_find_rule(const struct ruleset *rs, const char *name);

#endif
