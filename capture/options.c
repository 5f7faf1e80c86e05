/* SPDX-License-Identifier: Apache-2.0
 *
 * options.c - option table of holter-capture; help, completion and HOLTER_* variables come out of it.
 */
#include "capture/options.h"

#include <stddef.h>

#include "capture/plan.h"
#include "formats/core/cleanup.h"

static const char *const channel_words[] = { "auto", "notify", "ptrace", NULL };
static const char *const time_words[] = { "100ns", "ns", NULL };

static const struct htr_opt table[] = {
	{ 'o', "output", HTR_OPT_STR, offsetof(struct options, output), "FILE",
	  "trace file; - is standard output (default PROGRAM-DATE.htr here)", NULL },
	{ 0, "profile", HTR_OPT_ENUM, offsetof(struct options, profile), "NAME",
	  "security (default), forensic: with I/O, full: every call", profile_words },
	{ 'e', "calls", HTR_OPT_STR, offsetof(struct options, calls), "SET",
	  "system calls: NAME,%CLASS,... or +NAME,-NAME,!%CLASS to change the profile", NULL },
	{ 0, "channel", HTR_OPT_ENUM, offsetof(struct options, channel), "NAME",
	  "how calls are seen: auto (default), notify: seccomp, ptrace", channel_words },
	{ 0, "time", HTR_OPT_ENUM, offsetof(struct options, time), "UNIT",
	  "resolution of stored times: 100ns (default), ns", time_words },
	{ 0, "strict", HTR_OPT_FLAG, offsetof(struct options, strict), NULL,
	  "do not run the program when it cannot be recorded", NULL },
	{ 0, "stats", HTR_OPT_FLAG, offsetof(struct options, stats), NULL,
	  "print counters of the recorder at the end", NULL },
	{ 'q', "quiet", HTR_OPT_FLAG, offsetof(struct options, quiet), NULL,
	  "no summary line; errors only", NULL },
};

const struct htr_cmd options_cmd = {
	.program = "holter capture",
	.usage = "[--] COMMAND [ARG]...",
	.summary = "Run a program and record its system calls into a trace file.",
	.details =
		"The exit status is the program's own; a program killed by a signal makes the\n"
		"recorder die by the same signal. 125: own error, 126: not executable, 127: not\n"
		"found.",
	.opts = table,
	.n_opts = HTR_ARRAY_LEN(table),
	.stop_at_operand = true,
	.formats = "trace format 1.0",
};

int options_parse(struct options *o, int argc, char **argv)
{
	int n = 0;

	*o = (struct options){ 0 };
	int r = htr_cli_start(&options_cmd, o, argc, argv, &o->command, &n, HTR_EXIT_CANNOT_TRACE);

	if (r >= 0) {
		return r;
	}
	if (n == 0) {
		return htr_cli_error(&options_cmd, HTR_EXIT_CANNOT_TRACE,
				     "no command given (try: holter capture -- COMMAND)");
	}
	return -1;
}
