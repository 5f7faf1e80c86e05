/* SPDX-License-Identifier: Apache-2.0
 *
 * diag.c - collecting and wording problems of rules files.
 */
#include "replay/rules/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/cleanup.h"
#include "formats/core/str.h"

/* Longest message; a name from a file may be of any length. */
#define DIAG_MSG_MAX 1024

static const struct {
	const char *name;
	bool is_error;
} CODES[DIAG_CODE_MAX] = {
#define X(id, is_error) [DIAG_##id] = { "LOAD_" #id, is_error },
	DIAG_CODES(X)
#undef X
};

const char *diag_code_name(enum diag_code code)
{
	return (unsigned)code < DIAG_CODE_MAX ? CODES[code].name : "LOAD_UNKNOWN";
}

bool diag_code_is_error(enum diag_code code)
{
	return (unsigned)code < DIAG_CODE_MAX && CODES[code].is_error;
}

void diags_fini(struct diags *d)
{
	htr_arena_fini(&d->arena);
	*d = (struct diags){ 0 };
}

static bool grow(struct diags *d)
{
	if (d->n < d->cap) {
		return true;
	}
	size_t cap = d->cap ? d->cap * 2 : 16;
	struct diag *items = htr_arena_array(&d->arena, cap, sizeof(*items));
	if (!items) {
		return false;
	}
	if (d->n) {
		memcpy(items, d->items, d->n * sizeof(*items));
	}
	d->items = items;
	d->cap = cap;
	return true;
}

static const char *dup_text(struct diags *d, const char *s)
{
	if (!s) {
		return NULL;
	}
	char *copy = htr_arena_dup(&d->arena, s, strlen(s));
	if (!copy) {
		d->oom = true;
	}
	return copy;
}

void diag_add(struct diags *d, enum diag_code code, struct rule_src src, const char *object,
	      const char *detail, const char *fmt, ...)
{
	char msg[DIAG_MSG_MAX];
	va_list ap;

	if (diag_code_is_error(code)) {
		d->n_errors++;
	} else {
		d->n_warnings++;
	}
	if (d->n >= DIAGS_MAX) {
		return;
	}
	va_start(ap, fmt);
	(void)vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	if (!grow(d)) {
		d->oom = true;
		return;
	}
	d->items[d->n++] = (struct diag){
		.code = code,
		.src = { .file = dup_text(d, src.file), .line = src.line, .col = src.col },
		.object = dup_text(d, object),
		.msg = dup_text(d, msg),
		.detail = dup_text(d, detail),
	};
}

static void add_escaped(struct htr_buf *out, const char *s)
{
	htr_str_escape(out, s, strlen(s), HTR_ESC_KEEP_BSL);
}

void diag_print(struct htr_buf *out, const struct diag *diag)
{
	add_escaped(out, diag->src.file ? diag->src.file : "rules");
	if (diag->src.line) {
		htr_buf_printf(out, ":%u:%u", diag->src.line, diag->src.col);
	}
	htr_buf_adds(out, diag_code_is_error(diag->code) ? ": error: " : ": warning: ");
	add_escaped(out, diag->msg ? diag->msg : "out of memory");
	if (diag->object) {
		htr_buf_adds(out, " (");
		add_escaped(out, diag->object);
		htr_buf_addc(out, ')');
	}
	htr_buf_printf(out, " [%s]\n", diag_code_name(diag->code));
	if (diag->detail) {
		htr_buf_adds(out, diag->detail);
	}
}
