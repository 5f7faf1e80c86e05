/* SPDX-License-Identifier: Apache-2.0
 *
 * macro.c - macros: which ones a macro may name, undefined ones, cycles. A rule's condition gets their text
 * from here; putting it into the tree is the filter language's business.
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/cleanup.h"
#include "replay/rules/advice.h"
#include "replay/rules/compile.h"
#include "replay/rules/ruleset.h"

/* Context of the parse of one macro on its own. */
struct refs {
	struct ruleset *rs;
	const struct macro_def *self;
	size_t *v;
	size_t n, cap;
	bool oom;
};

static size_t position(const struct ruleset *rs, const char *name)
{
	uint64_t at = 0;
	return htr_smap_get(&rs->macro_names, name, strlen(name), &at) ? (size_t)at : 0;
}

static bool add_ref(struct refs *refs, size_t at)
{
	for (size_t i = 0; i < refs->n; i++) {
		if (refs->v[i] == at) {
			return true;
		}
	}
	if (refs->n == refs->cap) {
		size_t cap = refs->cap ? refs->cap * 2 : 8;
		size_t *grown = htr_arena_array(&refs->rs->arena, cap, sizeof(*grown));
		if (!grown) {
			return false;
		}
		if (refs->n) {
			memcpy(grown, refs->v, refs->n * sizeof(*grown));
		}
		refs->v = grown;
		refs->cap = cap;
	}
	refs->v[refs->n++] = at;
	return true;
}

/* htr_macro_fn: only the names matter here, so each macro stands for "always". */
static const char *name_only(const char *name, void *data)
{
	struct refs *refs = data;
	size_t at = position(refs->rs, name);

	if (!at || refs->rs->macros[at - 1]->index >= refs->self->visibility) {
		return NULL;
	}
	refs->rs->macros[at - 1]->used = true;
	if (!add_ref(refs, at - 1)) {
		refs->oom = true;
	}
	return COMPILE_ALWAYS;
}

static int prepare_one(struct ruleset *rs, struct macro_def *m, struct diags *diags,
		       struct htr_err *err)
{
	cleanup_filter struct htr_filter *f = NULL;
	struct refs refs = { .rs = rs, .self = m };
	struct htr_filter_err ferr = { 0 };
	struct htr_err why = HTR_ERR_INIT;
	char object[120];

	snprintf(object, sizeof(object), "macro '%.100s'", m->name);
	int r = lists_substitute(rs, m->cond, &m->text, &why);
	if (r == -E2BIG) {
		m->bad = true;
		diag_add(diags, DIAG_ERR_COMPILE_CONDITION, m->cond_src, object, NULL, "%s",
			 why.msg);
		return 0;
	}
	if (r < 0) {
		return htr_err_set(err, r, "%s", why.msg);
	}
	r = htr_filter_compile(&f, m->text, name_only, &refs, &ferr, &why);
	if (r == -ENOMEM || refs.oom) {
		return htr_err_set(err, -ENOMEM, "out of memory while loading rules");
	}
	m->refs = refs.v;
	m->n_refs = refs.n;
	if (r == 0) {
		advise_condition(m->cond, m->cond_src, object, diags);
		return 0;
	}
	switch ((enum htr_filter_err_kind)ferr.kind) {
	case HTR_FERR_UNKNOWN_FIELD:
	case HTR_FERR_UNKNOWN_TYPE:
	case HTR_FERR_TYPE:
		/* judged where a rule uses the macro: an unused one may name anything */
		return 0;
	case HTR_FERR_UNKNOWN_MACRO:
		m->bad = true;
		compile_note(diags, DIAG_ERR_VALIDATE, m->cond_src, object, m->text, &ferr);
		return 0;
	case HTR_FERR_NONE:
	case HTR_FERR_SYNTAX:
	case HTR_FERR_LIMIT:
		break;
	}
	m->bad = true;
	compile_note(diags, DIAG_ERR_COMPILE_CONDITION, m->cond_src, object, m->text, &ferr);
	return 0;
}

enum mark { MARK_NEW = 0, MARK_OPEN, MARK_DONE };

struct step {
	struct macro_def *m;
	size_t next;
};

/* Depth-first from one macro with a stack of our own; a reference to an open macro closes a cycle. */
static void find_cycle(struct ruleset *rs, struct macro_def *from, struct step *stack,
		       struct diags *diags)
{
	size_t depth = 0;

	if (from->mark != MARK_NEW) {
		return;
	}
	from->mark = MARK_OPEN;
	stack[depth++] = (struct step){ from, 0 };
	while (depth) {
		struct step *top = &stack[depth - 1];
		if (top->next == top->m->n_refs) {
			top->m->mark = MARK_DONE;
			depth--;
			continue;
		}
		struct macro_def *to = rs->macros[top->m->refs[top->next++]];
		if (to->mark == MARK_OPEN) {
			char object[120];
			snprintf(object, sizeof(object), "macro '%.100s'", top->m->name);
			top->m->bad = true;
			diag_add(diags, DIAG_ERR_VALIDATE, top->m->cond_src, object, NULL,
				 "macro '%.100s' refers to itself through this one", to->name);
		} else if (to->mark == MARK_NEW) {
			to->mark = MARK_OPEN;
			/* each macro is open at most once, so n_macros steps are enough */
			stack[depth++] = (struct step){ to, 0 };
		}
	}
}

int macros_prepare(struct ruleset *rs, struct diags *diags, struct htr_err *err)
{
	for (size_t i = 0; i < rs->n_macros; i++) {
		int r = prepare_one(rs, rs->macros[i], diags, err);
		if (r < 0) {
			return r;
		}
	}
	struct step *stack = htr_arena_array(&rs->arena, rs->n_macros + 1, sizeof(*stack));
	if (!stack) {
		return htr_err_set(err, -ENOMEM, "out of memory while loading rules");
	}
	for (size_t i = 0; i < rs->n_macros; i++) {
		find_cycle(rs, rs->macros[i], stack, diags);
	}
	return 0;
}

const char *macros_text(const char *name, void *ruleset)
{
	struct ruleset *rs = ruleset;
	size_t at = position(rs, name);

	if (!at) {
		return NULL;
	}
	struct macro_def *m = rs->macros[at - 1];
	m->used = true;
	/* a bad macro was reported already: no second message for each rule that uses it */
	return m->bad ? COMPILE_ALWAYS : m->text;
}
