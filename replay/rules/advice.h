/* SPDX-License-Identifier: Apache-2.0
 *
 * advice.h - conditions that load and probably mean something else.
 */
#ifndef REPLAY_RULES_ADVICE_H
#define REPLAY_RULES_ADVICE_H

#include "replay/rules/diag.h"

/*
 * advise_condition - warn (LOAD_COMPILE_CONDITION) about a constant that is the name of a field, and about a
 * regex that =, contains, startswith or endswith would answer faster
 *
 * @text: a condition as it was written, before lists are put in; it need not be well-formed
 */
void advise_condition(const char *text, struct rule_src src, const char *object,
		      struct diags *diags);

#endif
