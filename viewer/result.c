/* SPDX-License-Identifier: Apache-2.0
 * Filter passes and their cache. */
#include "viewer/result.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RESULT_PROCS_MAX 1000000 /* more processes than any tree can show */

static void pass_end(struct result *r)
{
	walk_close(&r->walk);
	htr_state_free(r->state);
	r->state = NULL;
	htr_filter_free(r->filter);
	r->filter = NULL;
	htr_map_fini(&r->by_proc);
	r->by_proc = (struct htr_map){ 0 };
}

static void result_free(struct result *r)
{
	if (r) {
		pass_end(r);
		rowset_fini(&r->rows);
		free(r->procs);
		free(r->text);
		free(r);
	}
}

void results_init(struct results *rs, struct loader *loader)
{
	*rs = (struct results){ .loader = loader };
}

void results_clear(struct results *rs)
{
	for (size_t i = 0; i < rs->n; i++) {
		result_free(rs->at[i]);
	}
	rs->n = 0;
}

void results_fini(struct results *rs)
{
	results_clear(rs);
}

static int result_new(struct result **ret, struct loader *l, const char *text,
		      struct htr_filter_err *ferr, struct htr_err *err)
{
	struct result *r = calloc(1, sizeof(*r));
	int rc;

	if (r) {
		r->text = strdup(text);
	}
	if (!r || !r->text) {
		free(r);
		return htr_err_set(err, -ENOMEM, "out of memory");
	}
	if (!text[strspn(text, " \t")]) {
		r->all = true;
		r->status = RESULT_DONE;
		*ret = r;
		return 0;
	}
	rc = htr_filter_compile(&r->filter, text, NULL, NULL, ferr, err);
	if (rc >= 0) {
		rc = htr_state_new(&r->state, htr_reader_facts(l->reader), err);
	}
	if (rc >= 0) {
		rc = walk_open(&r->walk, l, err);
	}
	if (rc < 0) {
		result_free(r);
		return rc;
	}
	*ret = r;
	return 0;
}

static void make_room(struct results *rs)
{
	size_t oldest = 0;

	if (rs->n < RESULT_CACHE) {
		return;
	}
	for (size_t i = 1; i < rs->n; i++) {
		if (rs->at[i]->used < rs->at[oldest]->used) {
			oldest = i;
		}
	}
	result_free(rs->at[oldest]);
	rs->at[oldest] = rs->at[--rs->n];
}

int results_get(struct results *rs, const char *text, struct result **ret,
		struct htr_filter_err *ferr, struct htr_err *err)
{
	struct result *r = NULL;

	for (size_t i = 0; i < rs->n; i++) {
		if (strcmp(rs->at[i]->text, text) == 0) {
			r = rs->at[i];
		}
	}
	if (!r) {
		int rc = result_new(&r, rs->loader, text, ferr, err);
		if (rc < 0) {
			return rc;
		}
		make_room(rs);
		rs->at[rs->n++] = r;
		r->id = ++rs->clock;
	}
	r->used = ++rs->clock;
	*ret = r;
	return 0;
}

/* Count a kept event for its process. */
static int note_proc(struct result *r, const struct htr_event *ev)
{
	const struct htr_current *now = htr_state_current(r->state);
	uint64_t proc_seq = now->proc ? now->proc->first_seq : 0;
	uint64_t key = (uint64_t)(uint32_t)ev->pid << 40 ^ proc_seq;
	uintptr_t at = (uintptr_t)htr_map_get(&r->by_proc, key);

	if (ev->pid == 0) {
		return 0;
	}
	if (at) {
		r->procs[at - 1].n++;
		return 0;
	}
	if (r->n_procs >= RESULT_PROCS_MAX) {
		return 0;
	}
	if (r->n_procs == r->cap_procs) {
		size_t cap = r->cap_procs ? r->cap_procs * 2 : 32;
		struct result_proc *p = reallocarray(r->procs, cap, sizeof(*p));

		if (!p) {
			return -ENOMEM;
		}
		r->procs = p;
		r->cap_procs = cap;
	}
	r->procs[r->n_procs++] = (struct result_proc){ ev->pid, proc_seq, ev->seq, 1 };
	return htr_map_put(&r->by_proc, key, (void *)(uintptr_t)r->n_procs);
}

static int look_at(struct result *r, const struct htr_event *ev, uint64_t ordinal)
{
	int rc = htr_state_apply(r->state, ev, &r->err);

	if (rc < 0 || !htr_filter_match(r->filter, r->state)) {
		return rc;
	}
	if (rowset_add(&r->rows, ordinal) < 0 || note_proc(r, ev) < 0) {
		return htr_err_set(&r->err, -ENOMEM, "out of memory");
	}
	return 0;
}

int result_slice(struct result *r, unsigned budget)
{
	for (unsigned i = 0; i < budget && r->status == RESULT_RUNNING; i++) {
		const struct htr_event *ev;
		uint64_t ordinal;
		int rc = walk_next(&r->walk, &ev, &ordinal, &r->err);

		if (rc > 0) {
			rc = look_at(r, ev, ordinal);
			rc = rc < 0 ? rc : 1;
		}
		if (rc <= 0) {
			r->status = rc < 0 ? RESULT_FAILED : RESULT_DONE;
			pass_end(r);
		}
	}
	return r->status == RESULT_RUNNING;
}

void result_stop(struct result *r)
{
	if (r->status == RESULT_RUNNING) {
		r->status = RESULT_STOPPED;
	}
}

void result_resume(struct result *r)
{
	if (r->status == RESULT_STOPPED) {
		r->status = RESULT_RUNNING;
	}
}

unsigned result_permille(const struct result *r, const struct loader *l)
{
	if (r->status == RESULT_DONE || !l->n_events || !r->walk.loader) {
		return 1000;
	}
	return (unsigned)(walk_position(&r->walk) * 1000 / l->n_events);
}

uint64_t result_n(const struct result *r, const struct loader *l)
{
	return r->all ? l->n_events : r->rows.n;
}

uint64_t result_at(const struct result *r, uint64_t i)
{
	return r->all ? i : rowset_at(&r->rows, i);
}

uint64_t result_rank(const struct result *r, uint64_t ordinal)
{
	return r->all ? ordinal : rowset_rank(&r->rows, ordinal);
}
