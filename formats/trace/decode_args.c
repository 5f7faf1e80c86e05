/* SPDX-License-Identifier: Apache-2.0
 * Part A: results, arguments and values, group by group. Untrusted input. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <holter_trace.pb-c.h>

#include "formats/trace/block.h"
#include "formats/trace/decode_priv.h"
#include "formats/trace/limit.h"
#include "formats/trace/rows.h"

/* Rows by group; group_start[g] .. group_start[g + 1] are positions in order. */
static int sort_rows(struct htr_decoder *d, uint32_t n, struct htr_err *err)
{
	if (d->n_groups + 2 > d->cap_groups) {
		uint32_t *p = reallocarray(d->group_start, d->n_groups + 2, sizeof(*p));
		if (!p) {
			return htr_err_set(err, -ENOMEM, "no memory for %zu groups", d->n_groups);
		}
		d->group_start = p;
		d->cap_groups = d->n_groups + 2;
	}
	/* shifted by one while filling, so that no second array is needed */
	uint32_t *start = d->group_start;
	memset(start, 0, (d->n_groups + 2) * sizeof(*start));
	for (uint32_t i = 0; i < n; i++) {
		start[d->group[i] + 2]++;
	}
	for (size_t g = 2; g < d->n_groups + 2; g++) {
		start[g] += start[g - 1];
	}
	for (uint32_t i = 0; i < n; i++) {
		d->order[start[d->group[i] + 1]++] = i;
	}
	return 0;
}

/* ---- results and arguments ---------------------------------------------------------------------- */

static int fixed_columns(struct htr_decoder *d, const Holter__Group *g, const uint32_t *rows,
			 uint32_t n, struct htr_event *ev, struct htr_err *err)
{
	const Holter__Column *from[HTR_DECODE_COLUMNS] = { g->n_args, g->result, g->arg0, g->arg1,
							   g->arg2,   g->arg3,   g->arg4, g->arg5 };
	struct htr_column_view c[HTR_DECODE_COLUMNS];
	for (int i = 0; i < HTR_DECODE_COLUMNS; i++) {
		int rc = htr_decode_column(d, from[i], n, d->row_threads, d->cols[i], &c[i], err);
		if (rc < 0) {
			return rc;
		}
	}
	uint64_t most = 0;
	for (uint32_t i = 0; i < n; i++) {
		struct htr_event *e = &ev[rows[i]];
		uint64_t n_args = htr_column_at(&c[0], i);
		most = n_args > most ? n_args : most;
		e->n_args = (uint8_t)n_args;
		e->result = (int64_t)htr_column_at(&c[1], i);
		for (int a = 0; a < HTR_ARGS_MAX; a++) {
			e->args[a] = htr_column_at(&c[2 + a], i);
		}
	}
	if (most > HTR_ARGS_MAX) {
		return htr_err_set(err, -EBADMSG, "call with %llu arguments",
				   (unsigned long long)most);
	}
	return 0;
}

/* ---- values ------------------------------------------------------------------------------------- */

static bool has(const Holter__Values *v, uint32_t i)
{
	return v->present.len == 0 || v->present.data[i / 8] >> i % 8 & 1;
}

/* A set of a key or type that a newer version brought is passed over. */
static bool unknown_set(const Holter__Values *v)
{
	return v->key >= HTR_K_MAX ||
	       (v->type != HOLTER__VALUES__TYPE__INT && v->type != HOLTER__VALUES__TYPE__STRING &&
		v->type != HOLTER__VALUES__TYPE__DATA);
}

/* First pass: bounds of the sets and the number of values of each row. */
static int count_set(const Holter__Values *v, const Holter__Values *before, const uint32_t *rows,
		     uint32_t n, struct htr_event *ev, uint64_t *total, struct htr_err *err)
{
	if (before &&
	    (v->key < before->key || (v->key == before->key && v->type <= before->type))) {
		return htr_err_set(err, -EBADMSG, "values not sorted by key");
	}
	if (v->present.len != 0 && v->present.len != (n + 7) / 8) {
		return htr_err_set(err, -EBADMSG, "presence bits of %zu bytes for %u events",
				   v->present.len, n);
	}
	uint32_t count = 0;
	bool counts = !unknown_set(v);
	for (uint32_t i = 0; i < n; i++) {
		if (!has(v, i)) {
			continue;
		}
		count++;
		if (!counts) {
			continue;
		}
		if (ev[rows[i]].n_vals == HTR_VALS_MAX) {
			return htr_err_set(err, -EBADMSG, "event with more than %u values",
					   HTR_VALS_MAX);
		}
		ev[rows[i]].n_vals++;
	}
	if (count != v->rows) {
		return htr_err_set(err, -EBADMSG, "%u values present, %u announced", count,
				   v->rows);
	}
	*total += counts ? count : 0;
	return 0;
}

static int fill_val(struct htr_decoder *d, const Holter__Values *v, uint64_t x, struct htr_val *to,
		    struct htr_err *err)
{
	switch (v->type) {
	case HOLTER__VALUES__TYPE__STRING:
		if (x >= d->n_strings) {
			return htr_err_set(err, -EBADMSG, "string index outside of its table");
		}
		to->type = HTR_VT_BYTES;
		to->len = d->strings[x + 1] - d->strings[x];
		to->data = d->blob + d->strings[x];
		return 0;
	case HOLTER__VALUES__TYPE__DATA:
		if (x > d->data_len || x > HTR_MAX_DATA) {
			return htr_err_set(err, -EBADMSG,
					   "data longer than the part that holds it");
		}
		to->type = HTR_VT_BYTES;
		to->len = (uint32_t)x;
		to->data = d->data;
		d->data += x;
		d->data_len -= x;
		return 0;
	case HOLTER__VALUES__TYPE__INT:
	default:
		to->type = HTR_VT_INT;
		to->len = 0;
		to->num = (int64_t)x;
		return 0;
	}
}

/* An unknown set still uses up its bytes of part D. */
static int pass_over(struct htr_decoder *d, const Holter__Values *v,
		     const struct htr_column_view *value, struct htr_err *err)
{
	for (uint32_t k = 0; v->type == HOLTER__VALUES__TYPE__DATA && k < v->rows; k++) {
		struct htr_val skipped;
		int rc = fill_val(d, v, htr_column_at(value, k), &skipped, err);
		if (rc < 0) {
			return rc;
		}
	}
	return 0;
}

/* Second pass: the values themselves; `vals` of each row points at its first one, n_vals counts up. */
static int fill_set(struct htr_decoder *d, const Holter__Values *v, const uint32_t *rows,
		    uint32_t n, struct htr_event *ev, struct htr_err *err)
{
	const uint16_t *threads = d->row_threads;
	uint16_t *some = d->row_threads + n; /* threads of the rows that have the value */
	if (v->present.len) {
		uint32_t k = 0;
		for (uint32_t i = 0; i < n; i++) {
			some[k] = threads[i];
			k += has(v, i);
		}
		threads = some;
	}
	struct htr_column_view value, flags;
	int rc = htr_decode_column(d, v->value, v->rows, threads, d->cols[0], &value, err);
	rc = rc < 0 ? rc : htr_decode_column(d, v->flags, v->rows, NULL, d->cols[1], &flags, err);
	if (rc < 0) {
		return rc;
	}
	if (unknown_set(v)) {
		return pass_over(d, v, &value, err);
	}
	uint32_t k = 0;
	for (uint32_t i = 0; i < n; i++) {
		if (!has(v, i)) {
			continue;
		}
		struct htr_event *e = &ev[rows[i]];
		struct htr_val *to = (struct htr_val *)(uintptr_t)e->vals + e->n_vals;
		if (e->n_vals && to[-1].key == v->key) {
			return htr_err_set(err, -EBADMSG, "event has key %u twice", v->key);
		}
		uint64_t f = htr_column_at(&flags, k);
		if (f > UINT8_MAX) {
			return htr_err_set(err, -EBADMSG, "value flags out of range");
		}
		to->key = (uint16_t)v->key;
		to->flags = (uint8_t)f;
		rc = fill_val(d, v, htr_column_at(&value, k), to, err);
		if (rc < 0) {
			return rc;
		}
		e->n_vals++;
		k++;
	}
	return 0;
}

static int val_room(struct htr_block_data *d, uint64_t n, struct htr_err *err)
{
	if (n > HTR_MAX_VALUES) {
		return htr_err_set(err, -E2BIG, "%llu values, at most %u", (unsigned long long)n,
				   HTR_MAX_VALUES);
	}
	if (n > d->cap_vals) {
		free(d->vals);
		d->cap_vals = 0;
		d->vals = calloc(n, sizeof(*d->vals));
		if (!d->vals) {
			return htr_err_set(err, -ENOMEM, "no memory for values");
		}
		d->cap_vals = (uint32_t)n;
	}
	d->n_vals = (uint32_t)n;
	return 0;
}

/* Give each row its stretch of vals; from now on n_vals counts what is filled in. */
static void share_out(struct htr_block_data *d, uint32_t n)
{
	struct htr_val *at = d->vals;
	for (uint32_t i = 0; i < n; i++) {
		struct htr_event *e = &d->events[i];
		e->vals = e->n_vals ? at : NULL;
		at += e->n_vals;
		e->n_vals = 0;
	}
}

static void group_threads(struct htr_decoder *d, const uint32_t *rows, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		d->row_threads[i] = d->thread[rows[i]];
	}
}

int htr_decode_args(struct htr_decoder *d, const struct Holter__Args *args, uint32_t n_events,
		    struct htr_block_data *ret, struct htr_err *err)
{
	if (args->n_group != d->n_groups) {
		return htr_err_set(err, -EBADMSG, "%zu groups, part W has %zu", args->n_group,
				   d->n_groups);
	}
	int rc = sort_rows(d, n_events, err);
	uint64_t total = 0;
	for (size_t g = 0; rc == 0 && g < d->n_groups; g++) {
		const Holter__Group *m = args->group[g];
		const uint32_t *rows = d->order + d->group_start[g];
		uint32_t n = d->group_start[g + 1] - d->group_start[g];
		if (m->rows != n) {
			return htr_err_set(err, -EBADMSG, "group of %u events, part W has %u",
					   m->rows, n);
		}
		group_threads(d, rows, n);
		rc = fixed_columns(d, m, rows, n, ret->events, err);
		for (size_t i = 0; rc == 0 && i < m->n_values; i++) {
			rc = count_set(m->values[i], i ? m->values[i - 1] : NULL, rows, n,
				       ret->events, &total, err);
		}
	}
	rc = rc < 0 ? rc : val_room(ret, total, err);
	if (rc < 0) {
		return rc;
	}
	share_out(ret, n_events);
	for (size_t g = 0; rc == 0 && g < d->n_groups; g++) {
		const Holter__Group *m = args->group[g];
		const uint32_t *rows = d->order + d->group_start[g];
		uint32_t n = d->group_start[g + 1] - d->group_start[g];
		if (m->n_values) {
			group_threads(d, rows, n);
		}
		for (size_t i = 0; rc == 0 && i < m->n_values; i++) {
			rc = fill_set(d, m->values[i], rows, n, ret->events, err);
		}
	}
	if (rc == 0 && d->data_len) {
		rc = htr_err_set(err, -EBADMSG, "%zu bytes of part D belong to no value",
				 d->data_len);
	}
	return rc;
}
