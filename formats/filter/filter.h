/* SPDX-License-Identifier: Apache-2.0
 *
 * filter.h - the Falco/sysdig condition language: one implementation for rules, cat, cut, view and
 * capture triggers.
 *
 * A filter is parsed and type-checked once and evaluated against a state whose current event is the one
 * in question. It depends on formats/core and formats/model only; the index hint is a plain value that
 * the trace side can test blocks with.
 *
 * Source: holter-filter(7); Falco 0.44 as described there.
 */
#ifndef HTR_FILTER_FILTER_H
#define HTR_FILTER_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/core/buf.h"
#include "formats/core/err.h"
#include "formats/model/state.h"

struct htr_filter;

/* Where in the text an error is. Columns count bytes from 0. */
struct htr_filter_err {
	size_t pos, len; /* place in the text that was given */
	int kind;        /* enum htr_filter_err_kind */
	char msg[256];   /* "unknown field proc.nam" */
	char hint[96];   /* "did you mean proc.name?", or "" */
};

enum htr_filter_err_kind {
	HTR_FERR_NONE = 0,
	HTR_FERR_SYNTAX,
	HTR_FERR_UNKNOWN_FIELD,
	HTR_FERR_UNKNOWN_TYPE, /* evt.type constant that is no event */
	HTR_FERR_UNKNOWN_MACRO,
	HTR_FERR_TYPE, /* operator or value does not fit the field */
	HTR_FERR_LIMIT,
};

/*
 * Macros are resolved by the caller (rules do it, cat has none): returns the text of the macro or NULL.
 * Text is borrowed until compile returns. May be NULL.
 */
typedef const char *(*htr_macro_fn)(const char *name, void *data);

/*
 * htr_filter_compile - parse and check
 *
 * @text:  condition; hostile user text of any size up to 1 MiB
 * @ferr:  [out, optional] place and hint, written on -EINVAL only
 * Returns: 0, -EINVAL (text is wrong), -ENOMEM.
 */
int htr_filter_compile(struct htr_filter **ret, const char *text, htr_macro_fn macros, void *data,
		       struct htr_filter_err *ferr, struct htr_err *err) HTR_MUST_CHECK;
void htr_filter_free(struct htr_filter *f);

/* htr_filter_match - does the state's current event match? Allocates nothing in steady state. Not const:
 * a filter owns scratch memory; one thread at a time. */
bool htr_filter_match(struct htr_filter *f, const struct htr_state *st);

/*
 * htr_filter_caret - three lines for people: message, text (windowed to 78 columns), caret line
 *
 * Escapes control characters. Ends with a newline.
 */
void htr_filter_caret(struct htr_buf *out, const char *text, const struct htr_filter_err *ferr);

/* ---- which events can match at all ----------------------------------------------------------------- */

/* Set of event types as the condition restricts them (rules.md 3.7). */
struct htr_type_set {
	bool all;              /* no restriction; bits are meaningless */
	uint64_t syscalls[16]; /* by htr_syscall_desc.id (dense table index) */
	uint32_t kinds;        /* by enum htr_event_kind, for non-call events (procexit...) */
};

const struct htr_type_set *htr_filter_types(const struct htr_filter *f);
bool htr_type_set_has(const struct htr_type_set *ts, const struct htr_event *ev);

/* ---- explain: which part failed ---------------------------------------------------------------------- */

struct htr_explain_item {
	unsigned depth;
	char text[160];  /* sub-condition as re-parsable text */
	char value[160]; /* value of the field now, escaped; "<NA>" when missing */
	int result;      /* 1 true, 0 false, -1 not evaluated (short circuit) */
};

/* htr_filter_explain - evaluate without side effects and call fn for every leaf in order. */
void htr_filter_explain(struct htr_filter *f, const struct htr_state *st,
			void (*fn)(const struct htr_explain_item *item, void *data), void *data);

/* htr_filter_text - canonical, re-parsable text of the whole filter, macros expanded. */
void htr_filter_text(const struct htr_filter *f, struct htr_buf *out);

/* ---- fields -------------------------------------------------------------------------------------------- */

enum htr_field_type {
	HTR_FT_STRING, /* text */
	HTR_FT_PATH,
	HTR_FT_BYTES,
	HTR_FT_INT, /* signed 64 */
	HTR_FT_UINT,
	HTR_FT_BOOL,
	HTR_FT_PORT,
	HTR_FT_TIME,    /* ns since the epoch */
	HTR_FT_RELTIME, /* ns */
	HTR_FT_IPADDR,
	HTR_FT_IPNET,
};

enum htr_field_flags {
	HTR_FF_FILTER_ONLY = 1, /* cannot be printed (fd.ip, fd.net) */
	HTR_FF_ARG_REQUIRED = 2,
	HTR_FF_ARG_OPTIONAL = 4,
	HTR_FF_LIST = 8,
};

struct htr_field_info {
	const char *name;
	uint8_t type; /* enum htr_field_type */
	uint8_t flags;
	const char *help;     /* one sentence */
	const char *arg_help; /* what goes into [..], or NULL */
};

/* htr_fields - the whole table, sorted by name; for help, completion and the man page. */
const struct htr_field_info *htr_fields(size_t *ret_n);

/* ---- output templates: "%proc.name wrote %fd.name" -------------------------------------------------- */

struct htr_format;

int htr_format_compile(struct htr_format **ret, const char *text, struct htr_filter_err *ferr,
		       struct htr_err *err) HTR_MUST_CHECK;
void htr_format_free(struct htr_format *f);
/* htr_format_print - escaped text; a missing value is "<NA>". A leading * is accepted and ignored. */
void htr_format_print(struct htr_format *f, const struct htr_state *st, struct htr_buf *out);
/* htr_format_fields - number of distinct fields used, and name (with argument) of field i. */
size_t htr_format_n_fields(const struct htr_format *f);
const char *htr_format_field(const struct htr_format *f, size_t i);
/* htr_format_json_fields - `"proc.name":"sh","fd.num":3,...` members in order of use (numbers as numbers,
 * booleans as booleans, missing as null), without braces. */
void htr_format_json_fields(struct htr_format *f, const struct htr_state *st, struct htr_buf *out);

static inline void htr_cleanup_filter_(struct htr_filter **f)
{
	htr_filter_free(*f);
}
#define cleanup_filter __attribute__((cleanup(htr_cleanup_filter_)))

static inline void htr_cleanup_format_(struct htr_format **f)
{
	htr_format_free(*f);
}
#define cleanup_format __attribute__((cleanup(htr_cleanup_format_)))

#endif
