/* SPDX-License-Identifier: Apache-2.0
 *
 * options.c - the option table of holter-replay.
 */
#include "formats/core/cleanup.h"
#include "replay/cmd.h"

static const char *const rule_matching_words[] = {
	[MATCH_ALL] = "all", [MATCH_FIRST] = "first", NULL
};

#define AT(member) offsetof(struct options, member)
static const struct htr_opt option_table[] = {
	{ 'r', "rules", HTR_OPT_LIST, AT(rules), "FILE",
	  "Falco rules file; may be given more than once, later files may\n"
	  "change rules of earlier ones",
	  NULL },
	{ 'f', "filter", HTR_OPT_LIST, AT(filters), "FILTER",
	  "an alert for each event that matches; may be given more than once", NULL },
	{ 'x', "exec", HTR_OPT_LIST, AT(commands), "CMD",
	  "a program as detector: events in, alerts out, as JSON lines;\n"
	  "may be given more than once",
	  NULL },
	{ 'p', "print", HTR_OPT_STR, AT(format), "FORMAT",
	  "message of --filter: '%proc.name opened %fd.name'", NULL },
	{ 't', "time", HTR_OPT_STR, AT(range), "FROM..TO",
	  "judge only events that ended in this range: 20:09..20:11, +3s..", NULL },
	{ 'j', "json", HTR_OPT_FLAG, AT(json), NULL, "one JSON object per alert", NULL },
	{ 0, "priority", HTR_OPT_STR, AT(priority), "LEVEL",
	  "leave out alerts and rules less severe than this", NULL },
	{ 0, "fail-on", HTR_OPT_STR, AT(fail_on), "LEVEL",
	  "exit with 1 when an alert is at least this severe", NULL },
	{ 0, "rule-matching", HTR_OPT_ENUM, AT(rule_matching), "WHICH",
	  "all: every rule that matches an event raises an alert (default);\n"
	  "first: only the first one, in the order of the files",
	  rule_matching_words },
	{ 0, "set", HTR_OPT_LIST, AT(set), "FIELD=VALUE",
	  "a fact of the task that the recording lacks: container.id,\n"
	  "container.name, container.image.repository, container.privileged",
	  NULL },
	{ 0, "detector-timeout", HTR_OPT_SPAN, AT(timeout_ns), "SPAN",
	  "end a program of --exec that takes no input for so long (30s)", NULL },
	{ 0, "validate", HTR_OPT_FLAG, AT(validate), NULL,
	  "only load the rules and print errors and warnings", NULL },
	{ 0, "list-fields", HTR_OPT_FLAG, AT(list_fields), NULL,
	  "print the fields that conditions and outputs may name", NULL },
	{ 0, "color", HTR_OPT_ENUM, AT(color), "WHEN", "auto, always or never", htr_color_words },
	{ 'q', "quiet", HTR_OPT_FLAG, AT(quiet), NULL, "no summary and no warnings about rules",
	  NULL },
};
#undef AT

const struct htr_cmd replay_command = {
	.program = "holter replay",
	.usage = "FILE...",
	.summary = "Run detectors over recorded traces. FILE may be - for standard input.",
	.details = "LEVEL is one of emergency, alert, critical, error, warning, notice,\n"
		   "informational, debug.\n\n"
		   "  holter replay web.htr -r falco_rules.yaml --fail-on warning\n"
		   "  holter replay web.htr -f 'evt.type=openat and fd.name=/etc/shadow'\n"
		   "  holter replay web.htr -x './my_detector --fast'\n\n"
		   "Exit codes: 0 ran to the end, 1 --fail-on level reached, 2 usage or rules,\n"
		   "3 trace damaged, 4 a detector failed, 130 interrupted.\n",
	.opts = option_table,
	.n_opts = HTR_ARRAY_LEN(option_table),
	.formats = "trace format 1.0, Falco rules engine 0.62.0",
};

struct options options_defaults(void)
{
	return (struct options){ .timeout_ns = INT64_C(30) * 1000000000 };
}
