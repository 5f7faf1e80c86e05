/* SPDX-License-Identifier: Apache-2.0
 *
 * options.h - the command line of holter-capture as one table.
 */
#ifndef CAPTURE_OPTIONS_H
#define CAPTURE_OPTIONS_H

#include <stdbool.h>

#include "formats/core/cli.h"

enum channel {
	CHANNEL_AUTO = 0,
	CHANNEL_NOTIFY,
	CHANNEL_PTRACE,
};

struct options {
	const char *output; /* NULL: PROGRAM-DATE.htr */
	int profile;        /* enum profile */
	const char *calls;  /* -e, NULL */
	int channel;        /* enum channel */
	int time;           /* index into option_time_words */
	bool strict, stats, quiet;
	char **command; /* NULL-terminated */
};

extern const struct htr_cmd options_cmd;

/* options_parse - Returns -1 go on, else the exit code (help or error was printed). */
int options_parse(struct options *o, int argc, char **argv) HTR_MUST_CHECK;

#endif
