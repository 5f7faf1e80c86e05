/* SPDX-License-Identifier: Apache-2.0
 *
 * compile.h - how compile.c and macro.c report what the filter language refused. Private to replay/rules.
 */
#ifndef REPLAY_RULES_COMPILE_H
#define REPLAY_RULES_COMPILE_H

#include "replay/rules/ruleset.h"

/* A condition that holds for every event: stands for a macro where only the rest is in question. */
#define COMPILE_ALWAYS "evt.num>=0"

/* compile_note - a problem of a condition or template, with the caret under the place. */
void compile_note(struct diags *diags, enum diag_code code, struct rule_src src, const char *object,
		  const char *text, const struct htr_filter_err *ferr);

#endif
