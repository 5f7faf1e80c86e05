/* SPDX-License-Identifier: Apache-2.0
 *
 * cli.h - options as tables: parsing, environment, help, completion dump; and the exit codes of all programs.
 *
 * A program describes itself in one struct htr_cmd; help text, man page check, shell completions and
 * HOLTER_* variables come out of the same table. Precedence: option > HOLTER_<NAME> variable > default.
 */
#ifndef HTR_CORE_CLI_H
#define HTR_CORE_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "formats/core/buf.h"
#include "formats/core/err.h"

/* Exit codes (commands with another meaning of 1 say so in their man page). */
enum htr_exit {
	HTR_EXIT_OK = 0,
	HTR_EXIT_DIFFERENT =
		1, /* expectation failed, --fail-on reached, difference or mismatch found */
	HTR_EXIT_USAGE = 2, /* usage, bad filter, bad rule or test file */
	HTR_EXIT_DAMAGED =
		3, /* trace damaged or no trace; results for the readable part were printed */
	HTR_EXIT_DETECTOR = 4, /* a detector crashed or timed out */
	HTR_EXIT_CANNOT_TRACE = 125,
	HTR_EXIT_NOT_EXECUTABLE = 126,
	HTR_EXIT_NOT_FOUND = 127,
	HTR_EXIT_INTERRUPTED = 130,
};

enum htr_opt_type {
	HTR_OPT_FLAG,  /* bool: set to true; --no-NAME sets to false */
	HTR_OPT_STR,   /* const char *, borrowed from argv or the environment */
	HTR_OPT_LIST,  /* struct htr_strlist: may be given often; a variable holds one value */
	HTR_OPT_INT,   /* int64_t */
	HTR_OPT_SIZE,  /* uint64_t bytes: 64k, 256M */
	HTR_OPT_SPAN,  /* int64_t ns: 10s, 200ms */
	HTR_OPT_ENUM,  /* int: index of the word in `words` */
	HTR_OPT_COUNT, /* int: number of times given */
};

#define HTR_STRLIST_MAX 64

struct htr_strlist {
	const char *items[HTR_STRLIST_MAX];
	size_t n;
};

struct htr_opt {
	char letter;      /* 0: none */
	const char *name; /* long name without dashes, never NULL */
	enum htr_opt_type type;
	size_t offset;            /* of the member in the options struct */
	const char *arg;          /* "FILE", "FROM..TO"; NULL for FLAG and COUNT */
	const char *help;         /* one line; may hold \n for further lines */
	const char *const *words; /* ENUM: NULL-terminated */
};

struct htr_cmd {
	const char *program; /* "holter cat" */
	const char *usage;   /* "FILE [FILTER]" */
	const char *summary; /* one sentence */
	const char *details; /* text behind the options in --help, or NULL */
	const struct htr_opt *opts;
	size_t n_opts;
	bool stop_at_operand; /* everything from the first operand on belongs to another program */
	const char *formats;  /* what --version adds, e.g. "trace format 1.0", or NULL */
};

/*
 * htr_cli_parse - fill *opts from the environment and argv
 *
 * @opts:       options struct with defaults already in it
 * @ret_args:   [out] operands, a part of argv (argv is reordered)
 * Returns: 0 go on; 1 help, version or option dump was asked for: `out` holds the text, exit with 0;
 *          -EINVAL bad usage (message says what and what is meant), -E2BIG too many list items.
 */
int htr_cli_parse(const struct htr_cmd *cmd, void *opts, int argc, char **argv, char ***ret_args,
		  int *ret_n_args, struct htr_buf *out, struct htr_err *err) HTR_MUST_CHECK;

/*
 * htr_cli_start - parse and, when the program must end at once, print
 *
 * Returns: -1 go on; else the exit code (help printed on stdout, or error on stderr).
 */
int htr_cli_start(const struct htr_cmd *cmd, void *opts, int argc, char **argv, char ***ret_args,
		  int *ret_n_args, enum htr_exit usage_code) HTR_MUST_CHECK;

/* htr_cli_help - the --help text. */
void htr_cli_help(const struct htr_cmd *cmd, struct htr_buf *out);

/* htr_cli_error - "program: message" on stderr, control characters escaped; returns code. */
int htr_cli_error(const struct htr_cmd *cmd, enum htr_exit code, const char *fmt, ...)
	HTR_PRINTF(3, 4);

/* htr_cli_fail - the same from an error struct, with the exit code that fits its errno (-EINVAL: usage,
 * -EBADMSG/-ENODATA/-EPROTONOSUPPORT and unreadable files: damaged). */
int htr_cli_fail(const struct htr_cmd *cmd, const struct htr_err *err);

enum htr_color {
	HTR_COLOR_AUTO,
	HTR_COLOR_ALWAYS,
	HTR_COLOR_NEVER,
};
extern const char *const htr_color_words[];

/* htr_cli_color - decide: option, NO_COLOR (non-empty), CLICOLOR_FORCE, TERM=dumb, is it a terminal. */
bool htr_cli_color(enum htr_color option, int fd);

#endif
