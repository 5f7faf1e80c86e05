/* SPDX-License-Identifier: Apache-2.0
 *
 * diag.h - what is wrong with a rules file, with Falco's codes and with the place.
 *
 * Diagnostics are collected, not printed: a file with three mistakes gets three messages in one run.
 * Who loads rules prints them.
 *
 * Source: codes as Falco 0.44 names them (holter-rules(7), "Messages").
 */
#ifndef REPLAY_RULES_DIAG_H
#define REPLAY_RULES_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/core/arena.h"
#include "formats/core/buf.h"

/* X-macro: identifier, is an error. The name printed is LOAD_ plus the identifier. */
#define DIAG_CODES(X)                       \
	X(ERR_FILE_READ, true)              \
	X(ERR_YAML_PARSE, true)             \
	X(ERR_YAML_VALIDATE, true)          \
	X(ERR_VALIDATE, true)               \
	X(ERR_COMPILE_CONDITION, true)      \
	X(ERR_COMPILE_OUTPUT, true)         \
	X(UNKNOWN_SOURCE, false)            \
	X(NO_EVTTYPE, false)                \
	X(UNKNOWN_FILTER, false)            \
	X(UNUSED_MACRO, false)              \
	X(UNUSED_LIST, false)               \
	X(UNKNOWN_ITEM, false)              \
	X(UNKNOWN_KEY, false)               \
	X(DEPRECATED_ITEM, false)           \
	X(APPEND_NO_VALUES, false)          \
	X(EXCEPTION_NAME_NOT_UNIQUE, false) \
	X(INVALID_MACRO_NAME, false)        \
	X(INVALID_LIST_NAME, false)         \
	X(COMPILE_CONDITION, false)

enum diag_code {
#define X(id, is_error) DIAG_##id,
	DIAG_CODES(X)
#undef X
		DIAG_CODE_MAX
};

/* Where something stands in a rules file. Lines and columns count from 1; 0: the file as a whole. */
struct rule_src {
	const char *file;
	uint32_t line, col;
};

struct diag {
	enum diag_code code;
	struct rule_src src;
	const char *object; /* "rule 'X'", "macro x", or NULL */
	const char *msg;
	const char *detail; /* caret lines, each ends with a newline; or NULL */
};

/* More than this are counted only: a file of garbage must not become a flood. */
#define DIAGS_MAX 200

struct diags {
	struct htr_arena arena;
	struct diag *items;
	size_t n, cap;
	size_t n_errors, n_warnings; /* all of them, also those not kept */
	bool oom;                    /* a message was lost for want of memory */
};

/* diags_fini - free all; a zeroed struct is a valid empty collection. */
void diags_fini(struct diags *d);

/*
 * diag_add - note one problem; text is copied
 *
 * @object, @detail: [optional] see struct diag
 * Returns: nothing; when memory is short the counts still rise and d->oom is set.
 */
void diag_add(struct diags *d, enum diag_code code, struct rule_src src, const char *object,
	      const char *detail, const char *fmt, ...) __attribute__((format(printf, 6, 7)));

/* diag_code_name - "LOAD_ERR_YAML_PARSE". Static memory. */
const char *diag_code_name(enum diag_code code);
bool diag_code_is_error(enum diag_code code);

/*
 * diag_print - append one problem as text for people:
 * "FILE:LINE:COL: error: message [LOAD_ERR_X] (rule 'Y')" and the caret lines
 *
 * Everything that came from the file is escaped.
 */
void diag_print(struct htr_buf *out, const struct diag *diag);

#endif
