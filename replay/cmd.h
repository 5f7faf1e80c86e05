/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd.h - what holter-replay can be asked to do, one function each. They print and return exit codes.
 */
#ifndef REPLAY_CMD_H
#define REPLAY_CMD_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/core/cli.h"
#include "replay/priority.h"

struct options {
	struct htr_strlist rules, filters, commands, set;
	const char *format, *range, *fail_on, *priority;
	int rule_matching; /* index of rule_matching_words */
	int color;
	int64_t timeout_ns;
	bool json, quiet, validate, list_fields;
};

/* Index of --rule-matching. */
enum rule_matching {
	MATCH_ALL,
	MATCH_FIRST,
};

extern const struct htr_cmd replay_command;

/* options_defaults - what holds when nothing is given. */
struct options options_defaults(void);

/* cmd_run - replay traces (cmd_run.c). @interrupted is polled. */
int cmd_run(const struct options *opt, char **files, int n_files,
	    const volatile sig_atomic_t *interrupted);

/* cmd_validate - load the rules, print every message and a count (cmd_lint.c). */
int cmd_validate(const struct options *opt);

/* cmd_list_fields - the fields of conditions and outputs (cmd_list.c). */
int cmd_list_fields(const struct options *opt);

#endif
