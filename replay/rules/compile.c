/* SPDX-License-Identifier: Apache-2.0
 *
 * compile.c - from collected items to rules that can run: exceptions, lists, macros, conditions, outputs,
 * and the warnings about what is never used or runs too often.
 */
#include "replay/rules/compile.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/cleanup.h"
#include "replay/rules/advice.h"

/* Falco's measure: a rule that names no event type, or more than this many, costs time on every event. */
#define MANY_EVENT_TYPES 100

/* Removed from outputs: it stood for a prefix that depends on options of Falco. */
#define DEPRECATED_OUTPUT "%container.info"

void compile_note(struct diags *diags, enum diag_code code, struct rule_src src, const char *object,
		  const char *text, const struct htr_filter_err *ferr)
{
	cleanup_buf struct htr_buf caret = { 0 };

	/* the first line repeats the message */
	htr_filter_caret(&caret, text, ferr);
	const char *second = strchr(htr_buf_str(&caret), '\n');
	diag_add(diags, code, src, object, second ? second + 1 : NULL, "%s%s%s", ferr->msg,
		 ferr->hint[0] ? ", " : "", ferr->hint);
}

static unsigned count_types(const struct htr_type_set *ts)
{
	unsigned n = (unsigned)__builtin_popcount(ts->kinds);

	for (size_t i = 0; i < HTR_ARRAY_LEN(ts->syscalls); i++) {
		n += (unsigned)__builtin_popcountll(ts->syscalls[i]);
	}
	return n;
}

static void warn_types(const struct rule_def *rule, const char *object, struct diags *diags)
{
	const struct htr_type_set *ts = htr_filter_types(rule->filter);

	if (!rule->warn_evttypes) {
		return;
	}
	if (ts->all) {
		diag_add(diags, DIAG_NO_EVTTYPE, rule->cond_src, object, NULL,
			 "the condition names no evt.type, it is judged for every event");
		return;
	}
	unsigned n = count_types(ts);
	if (n == 0) {
		diag_add(diags, DIAG_NO_EVTTYPE, rule->cond_src, object, NULL,
			 "no event type satisfies the condition, the rule never runs");
	} else if (n > MANY_EVENT_TYPES) {
		diag_add(diags, DIAG_NO_EVTTYPE, rule->cond_src, object, NULL,
			 "the condition holds for %u event types", n);
	}
}

/* A field or event type this engine does not know, in a rule that asks to be skipped then. */
static bool may_skip(const struct rule_def *rule, const struct htr_filter_err *ferr)
{
	return rule->skip_unknown &&
	       (ferr->kind == HTR_FERR_UNKNOWN_FIELD || ferr->kind == HTR_FERR_UNKNOWN_TYPE);
}

/* 1 compiled, 0 not (noted), < 0 no memory */
static int compile_condition(struct ruleset *rs, struct rule_def *rule, const char *object,
			     struct diags *diags, struct htr_err *err)
{
	struct htr_filter_err ferr = { 0 };
	struct htr_err why = HTR_ERR_INIT;
	const char *text;

	int r = exceptions_condition(rs, rule, &text, diags, err);
	if (r < 0) {
		return r == -EINVAL ? 0 : r;
	}
	r = lists_substitute(rs, text, &text, &why);
	if (r == -E2BIG) {
		diag_add(diags, DIAG_ERR_COMPILE_CONDITION, rule->cond_src, object, NULL, "%s",
			 why.msg);
		return 0;
	}
	if (r == 0) {
		r = htr_filter_compile(&rule->filter, text, macros_text, rs, &ferr, &why);
	}
	if (r == 0) {
		return 1;
	}
	if (r != -EINVAL) {
		return htr_err_set(err, r, "%s", why.msg);
	}
	if (may_skip(rule, &ferr)) {
		compile_note(diags, DIAG_UNKNOWN_FILTER, rule->cond_src, object, text, &ferr);
		rs->n_skipped++;
		return 0;
	}
	compile_note(diags,
		     ferr.kind == HTR_FERR_UNKNOWN_MACRO ? DIAG_ERR_VALIDATE
							 : DIAG_ERR_COMPILE_CONDITION,
		     rule->cond_src, object, text, &ferr);
	return 0;
}

static const char *without_deprecated(struct ruleset *rs, struct rule_def *rule, const char *object,
				      struct diags *diags)
{
	const char *at = strstr(rule->output, DEPRECATED_OUTPUT);

	if (!at) {
		return rule->output;
	}
	diag_add(diags, DIAG_DEPRECATED_ITEM, rule->output_src, object, NULL,
		 "%s in the output is deprecated and stands for nothing", DEPRECATED_OUTPUT);
	char *copy = htr_arena_dup(&rs->arena, rule->output, strlen(rule->output));
	for (char *hit = copy; hit && (hit = strstr(hit, DEPRECATED_OUTPUT));) {
		const char *rest = hit + strlen(DEPRECATED_OUTPUT);
		memmove(hit, rest, strlen(rest) + 1);
	}
	return copy;
}

static int compile_output(struct ruleset *rs, struct rule_def *rule, const char *object,
			  struct diags *diags, struct htr_err *err)
{
	struct htr_filter_err ferr = { 0 };
	struct htr_err why = HTR_ERR_INIT;
	const char *text = without_deprecated(rs, rule, object, diags);

	if (!text) {
		return htr_err_set(err, -ENOMEM, "out of memory while loading rules");
	}
	int r = htr_format_compile(&rule->format, text, &ferr, &why);
	if (r == 0) {
		return 1;
	}
	if (r != -EINVAL) {
		return htr_err_set(err, r, "%s", why.msg);
	}
	if (may_skip(rule, &ferr)) {
		compile_note(diags, DIAG_UNKNOWN_FILTER, rule->output_src, object, text, &ferr);
		rs->n_skipped++;
		return 0;
	}
	compile_note(diags, DIAG_ERR_COMPILE_OUTPUT, rule->output_src, object, text, &ferr);
	return 0;
}

static int compile_rule(struct ruleset *rs, struct rule_def *rule, const struct rules_opts *opts,
			struct diags *diags, struct htr_err *err)
{
	char object[120];

	snprintf(object, sizeof(object), "rule '%.100s'", rule->name);
	if (rule->unknown_source) {
		rs->n_skipped++;
		return 0;
	}
	if (rule->priority > opts->min_priority) {
		rs->n_dropped++;
		return 0;
	}
	int r = compile_condition(rs, rule, object, diags, err);
	if (r > 0) {
		r = compile_output(rs, rule, object, diags, err);
	}
	if (r <= 0) {
		return r;
	}
	warn_types(rule, object, diags);
	advise_condition(rule->cond, rule->cond_src, object, diags);
	rule->run = rule->enabled;
	if (rule->run) {
		rs->n_run++;
	} else {
		rs->n_disabled++;
	}
	return 0;
}

static void warn_unused(struct ruleset *rs, struct diags *diags)
{
	for (size_t i = 0; i < rs->n_macros; i++) {
		if (!rs->macros[i]->used) {
			diag_add(diags, DIAG_UNUSED_MACRO, rs->macros[i]->src, NULL, NULL,
				 "macro '%.100s' is not used", rs->macros[i]->name);
		}
	}
	for (size_t i = 0; i < rs->n_lists; i++) {
		if (!rs->lists[i]->used) {
			diag_add(diags, DIAG_UNUSED_LIST, rs->lists[i]->src, NULL, NULL,
				 "list '%.100s' is not used", rs->lists[i]->name);
		}
	}
}

int rules_compile(struct ruleset *rs, const struct rules_opts *opts, struct diags *diags,
		  struct htr_err *err)
{
	int r = lists_expand(rs, diags, err);

	r = r < 0 ? r : macros_prepare(rs, diags, err);
	for (size_t i = 0; i < rs->n_rules && r >= 0; i++) {
		r = compile_rule(rs, rs->rules[i], opts, diags, err);
	}
	if (r >= 0) {
		warn_unused(rs, diags);
	}
	return r < 0 ? r : 0;
}
