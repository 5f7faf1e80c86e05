/* SPDX-License-Identifier: Apache-2.0
 * Part A: results, arguments and values, group by group. */
#include <errno.h>
#include <string.h>

#include <holter_trace.pb-c.h>

#include "formats/trace/encode_priv.h"
#include "formats/trace/limit.h"

/* Rows sorted by group, file order within a group; start[g] is the first of group g. */
static uint32_t *sort_rows(struct htr_encoder *e, const struct htr_rows *r)
{
	uint32_t *start = htr_arena_array(&e->arena, r->n_groups + 1u, sizeof(*start));
	uint32_t *at = htr_arena_array(&e->arena, r->n_groups + 1u, sizeof(*at));
	if (!start || !at) {
		return NULL;
	}
	uint32_t sum = 0;
	for (uint32_t g = 0; g < r->n_groups; g++) {
		start[g] = at[g] = sum;
		sum += r->groups[g].n;
	}
	start[r->n_groups] = sum;
	for (uint32_t i = 0; i < r->n; i++) {
		e->order[at[r->rows[i].group]++] = i;
	}
	return start;
}

/* The sets a group may have, ascending: by key, then by type. */
static unsigned list_sets(const struct htr_row_group *g, uint16_t list[N_SLOTS])
{
	unsigned n = 0;
	for (unsigned w = 0; w < N_SLOTS / 64; w++) {
		for (uint64_t bits = g->sets[w]; bits; bits &= bits - 1) {
			list[n++] = (uint16_t)(w * 64 + (unsigned)__builtin_ctzll(bits));
		}
	}
	return n;
}

/* How many values of each key and type the group has; returns how many such sets, or -ENOMEM. */
static int count_values(struct htr_encoder *e, const struct htr_rows *r, const uint32_t *rows,
			const struct htr_row_group *g)
{
	uint32_t n = g->n;
	struct htr_value_set *sets = e->sets;
	e->n_list = list_sets(g, e->list);
	for (unsigned k = 0; k < e->n_list; k++) {
		sets[e->list[k]] = (struct htr_value_set){ 0 };
	}
	for (uint32_t i = 0; i < n; i++) {
		const struct htr_row *row = &r->rows[rows[i]];
		for (uint32_t k = 0; k < row->n_vals; k++) {
			const struct htr_row_val *v = &r->vals[row->val_at + k];
			sets[v->key * 4 + v->type].n++;
		}
	}
	uint32_t sum = 0;
	int used = 0;
	for (unsigned k = 0; k < e->n_list; k++) {
		struct htr_value_set *set = &sets[e->list[k]];
		set->at = sum;
		sum += set->n;
		used += set->n != 0;
		if (set->n && set->n < n) {
			set->present = htr_arena_alloc(&e->arena, (n + 7) / 8);
			if (!set->present) {
				return -ENOMEM;
			}
		}
	}
	int rc = htr_encode_room(e, sum);
	return rc < 0 ? rc : used;
}

static void fill_values(struct htr_encoder *e, const struct htr_rows *r, const uint32_t *rows,
			uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct htr_row *row = &r->rows[rows[i]];
		for (uint32_t k = 0; k < row->n_vals; k++) {
			const struct htr_row_val *v = &r->vals[row->val_at + k];
			struct htr_value_set *s = &e->sets[v->key * 4 + v->type];
			uint32_t at = s->at + s->fill++;
			e->vals[0][at] = v->v;
			e->vals[1][at] = v->flags;
			e->val_threads[at] = row->thread;
			if (s->present) {
				s->present[i / 8] = (uint8_t)(s->present[i / 8] | 1u << i % 8);
			}
		}
	}
}

/* Part D holds the bytes in the order in which a reader meets the lengths. */
static void append_data(struct htr_encoder *e, const struct htr_rows *r, const uint32_t *rows,
			uint32_t n, unsigned key)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct htr_row *row = &r->rows[rows[i]];
		for (uint32_t k = 0; k < row->n_vals; k++) {
			const struct htr_row_val *v = &r->vals[row->val_at + k];
			if (v->key == key && v->type == HTR_ST_DATA) {
				htr_buf_add(&e->data, r->data.data + v->data_at, v->v);
			}
		}
	}
}

static int put_values(struct htr_encoder *e, const struct htr_rows *r, const uint32_t *rows,
		      const struct htr_row_group *group, Holter__Group *g)
{
	uint32_t n = group->n;
	int used = count_values(e, r, rows, group);
	if (used <= 0) {
		return used;
	}
	fill_values(e, r, rows, n);
	g->values = htr_arena_array(&e->arena, (size_t)used, sizeof(*g->values));
	Holter__Values *m = htr_arena_array(&e->arena, (size_t)used, sizeof(*m));
	if (!g->values || !m) {
		return -ENOMEM;
	}
	for (unsigned k = 0; k < e->n_list; k++) {
		unsigned s = e->list[k];
		const struct htr_value_set *set = &e->sets[s];
		if (!set->n) {
			continue;
		}
		holter__values__init(m);
		m->key = s / 4;
		m->type = (Holter__Values__Type)(s % 4);
		m->rows = set->n;
		if (set->present) {
			m->present = (ProtobufCBinaryData){ (n + 7) / 8, set->present };
		}
		const uint16_t *threads = r->n_threads > 1 ? e->val_threads + set->at : NULL;
		int rc = htr_encode_column(e, e->vals[0] + set->at, set->n, threads,
					   htr_encode_memory(e, group, N_COLUMNS + s), &m->value);
		rc = rc < 0 ? rc
			    : htr_encode_column(e, e->vals[1] + set->at, set->n, NULL, NULL,
						&m->flags);
		if (rc < 0) {
			return rc;
		}
		if (m->type == HOLTER__VALUES__TYPE__DATA) {
			append_data(e, r, rows, n, m->key);
		}
		g->values[g->n_values++] = m++;
	}
	return e->data.failed ? -ENOMEM : 0;
}

static int put_group(struct htr_encoder *e, const struct htr_rows *r, const uint32_t *rows,
		     const struct htr_row_group *group, Holter__Group *g)
{
	uint32_t n = group->n;
	bool any_vals = false;
	for (uint32_t i = 0; i < n; i++) {
		const struct htr_row *row = &r->rows[rows[i]];
		e->cols[0][i] = row->n_args;
		e->cols[1][i] = (uint64_t)row->result;
		for (int a = 0; a < HTR_ARGS_MAX; a++) {
			e->cols[2 + a][i] = row->args[a];
		}
		e->threads[i] = row->thread;
		any_vals = any_vals || row->n_vals;
	}
	g->rows = n;
	Holter__Column **to[N_COLUMNS] = { &g->n_args, &g->result, &g->arg0, &g->arg1,
					   &g->arg2,   &g->arg3,   &g->arg4, &g->arg5 };
	const uint16_t *threads = r->n_threads > 1 ? e->threads : NULL;
	for (int c = 0; c < N_COLUMNS; c++) {
		int rc = htr_encode_column(e, e->cols[c], n, threads,
					   htr_encode_memory(e, group, (unsigned)c), to[c]);
		if (rc < 0) {
			return rc;
		}
	}
	return any_vals ? put_values(e, r, rows, group, g) : 0;
}

int htr_encode_args(struct htr_encoder *e, const struct htr_rows *r, Holter__Args *args)
{
	uint32_t *start = sort_rows(e, r);
	args->group = htr_arena_array(&e->arena, r->n_groups, sizeof(*args->group));
	Holter__Group *g = htr_arena_array(&e->arena, r->n_groups, sizeof(*g));
	if (!start || !args->group || !g) {
		return -ENOMEM;
	}
	args->n_group = r->n_groups;
	for (uint32_t i = 0; i < r->n_groups; i++) {
		holter__group__init(&g[i]);
		args->group[i] = &g[i];
		int rc = put_group(e, r, e->order + start[i], &r->groups[i], &g[i]);
		if (rc < 0) {
			return rc;
		}
	}
	return 0;
}
