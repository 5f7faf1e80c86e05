/* SPDX-License-Identifier: Apache-2.0
 * Collecting events of a block. */
#include "formats/trace/rows.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/trace/limit.h"

#define FIRST_VALS    4096u
#define FIRST_STRINGS 1024u

int htr_rows_init(struct htr_rows *r, uint32_t cap, uint32_t unit_ns, struct htr_err *err)
{
	assert(cap > 0 && cap <= HTR_MAX_BLOCK_EVENTS && unit_ns > 0);
	*r = (struct htr_rows){ .cap = cap, .unit = unit_ns };
	r->rows = calloc(cap, sizeof(*r->rows));
	r->groups = calloc(HTR_MAX_GROUPS, sizeof(*r->groups));
	r->threads = calloc(cap, sizeof(*r->threads));
	r->vals = calloc(FIRST_VALS, sizeof(*r->vals));
	r->strings = calloc(FIRST_STRINGS, sizeof(*r->strings));
	r->slots = calloc(FIRST_STRINGS * 2, sizeof(*r->slots));
	if (!r->rows || !r->groups || !r->threads || !r->vals || !r->strings || !r->slots) {
		htr_rows_fini(r);
		return htr_err_set(err, -ENOMEM, "no memory for a block of %u events", cap);
	}
	r->cap_vals = FIRST_VALS;
	r->cap_strings = FIRST_STRINGS;
	r->cap_slots = FIRST_STRINGS * 2;
	return 0;
}

void htr_rows_fini(struct htr_rows *r)
{
	free(r->rows);
	free(r->groups);
	free(r->threads);
	free(r->vals);
	free(r->strings);
	free(r->slots);
	htr_map_fini(&r->group_map);
	htr_map_fini(&r->thread_map);
	htr_buf_fini(&r->blob);
	htr_buf_fini(&r->data);
	*r = (struct htr_rows){ 0 };
}

void htr_rows_reset(struct htr_rows *r)
{
	r->n = 0;
	r->n_vals = 0;
	r->n_groups = 0;
	r->n_sets = 0;
	r->n_threads = 0;
	htr_map_clear(&r->group_map);
	htr_map_clear(&r->thread_map);
	if (r->n_strings) {
		memset(r->slots, 0, r->cap_slots * sizeof(*r->slots));
	}
	r->n_strings = 0;
	htr_buf_reset(&r->blob);
	htr_buf_reset(&r->data);
	r->max_dur = 0;
	r->kinds = 0;
	r->all_flags = 0;
	r->all_val_flags = 0;
	r->lost = 0;
	r->loss_reasons = 0;
}

int htr_rows_check(const struct htr_event *ev, struct htr_err *err)
{
	if (ev->kind == HTR_EV_UNSPEC || ev->kind >= HTR_EV_KIND_MAX) {
		return htr_err_set(err, -EINVAL, "event of unknown kind %u", ev->kind);
	}
	if (ev->n_args > HTR_ARGS_MAX || ev->n_vals > HTR_VALS_MAX) {
		return htr_err_set(err, -EINVAL, "event with %u arguments and %u values",
				   ev->n_args, ev->n_vals);
	}
	int last = -1;
	for (unsigned i = 0; i < ev->n_vals; i++) {
		const struct htr_val *v = &ev->vals[i];
		if (v->key <= last || v->key >= HTR_K_MAX) {
			return htr_err_set(err, -EINVAL, "values not sorted by key, or key %u",
					   v->key);
		}
		last = v->key;
		if (v->type == HTR_VT_INT) {
			continue;
		}
		uint32_t max = v->key == HTR_K_IO_DATA ? HTR_MAX_DATA : HTR_MAX_STRING;
		if (v->type != HTR_VT_BYTES || v->len > max) {
			return htr_err_set(err, -EINVAL,
					   "value %u: type %u, %u bytes of at most %u", v->key,
					   v->type, v->len, max);
		}
	}
	return 0;
}

/* A number from a map of small numbers, stored as pointer + 1; -1 not there. */
static int64_t map_index(const struct htr_map *m, uint64_t key)
{
	return (int64_t)(uintptr_t)htr_map_get(m, key) - 1;
}

static int map_store(struct htr_map *m, uint64_t key, uint32_t index)
{
	return htr_map_put(m, key, (void *)(uintptr_t)(index + 1u));
}

static int64_t thread_of(struct htr_rows *r, int32_t tid, int32_t pid)
{
	uint64_t key = (uint64_t)(uint32_t)tid << 32 | (uint32_t)pid;
	if (r->n_threads && key == r->last_thread_key) {
		return r->last_thread;
	}
	int64_t i = map_index(&r->thread_map, key);
	if (i < 0) {
		i = r->n_threads;
		if (i == r->cap) {
			return -ENOSPC;
		}
		if (map_store(&r->thread_map, key, (uint32_t)i) < 0) {
			return -ENOMEM;
		}
		r->threads[r->n_threads++] = (struct htr_row_thread){ tid, pid };
	}
	r->last_thread_key = key;
	r->last_thread = (uint16_t)i;
	return i;
}

static int64_t group_of(struct htr_rows *r, const struct htr_event *ev)
{
	uint64_t key = (uint64_t)ev->kind << 40 | (uint64_t)ev->arch << 32 | (uint32_t)ev->nr;
	struct htr_row_recent *recent = &r->recent[(uint32_t)ev->nr % HTR_ROWS_RECENT];
	if (recent->key == key && recent->index < r->n_groups) {
		const struct htr_row_group *g = &r->groups[recent->index];
		if (g->nr == ev->nr && g->kind == ev->kind && g->arch == ev->arch) {
			return recent->index;
		}
	}
	int64_t i = map_index(&r->group_map, key);
	if (i < 0) {
		if (r->n_groups == HTR_MAX_GROUPS) {
			return -ENOSPC;
		}
		i = r->n_groups;
		if (map_store(&r->group_map, key, (uint32_t)i) < 0) {
			return -ENOMEM;
		}
		r->groups[r->n_groups++] =
			(struct htr_row_group){ .kind = ev->kind, .arch = ev->arch, .nr = ev->nr };
	}
	*recent = (struct htr_row_recent){ key, (uint32_t)i };
	return i;
}

static int grow_slots(struct htr_rows *r)
{
	uint32_t cap = r->cap_slots * 2;
	uint32_t *slots = calloc(cap, sizeof(*slots));
	struct htr_row_string *strings =
		reallocarray(r->strings, (size_t)r->cap_strings * 2, sizeof(*strings));
	if (strings) {
		r->strings = strings;
	}
	if (!slots || !strings) {
		free(slots);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < r->n_strings; i++) {
		uint64_t at = strings[i].hash & (cap - 1);
		while (slots[at]) {
			at = (at + 1) & (cap - 1);
		}
		slots[at] = i + 1;
	}
	free(r->slots);
	r->slots = slots;
	r->cap_slots = cap;
	r->cap_strings *= 2;
	return 0;
}

static int64_t string_of(struct htr_rows *r, const uint8_t *data, uint32_t len)
{
	uint64_t hash = htr_hash_bytes(data, len);
	uint32_t mask = r->cap_slots - 1;
	uint32_t at = (uint32_t)hash & mask;
	for (; r->slots[at]; at = (at + 1) & mask) {
		const struct htr_row_string *s = &r->strings[r->slots[at] - 1];
		if (s->hash == hash && s->len == len &&
		    (len == 0 || memcmp(r->blob.data + s->at, data, len) == 0)) {
			return r->slots[at] - 1;
		}
	}
	if (r->n_strings == r->cap_strings) {
		if (grow_slots(r) < 0) {
			return -ENOMEM;
		}
		mask = r->cap_slots - 1;
		at = (uint32_t)hash & mask;
		while (r->slots[at]) {
			at = (at + 1) & mask;
		}
	}
	uint32_t start = (uint32_t)r->blob.len;
	htr_buf_add(&r->blob, data, len);
	if (r->blob.failed) {
		r->blob.failed = false;
		return -ENOMEM;
	}
	r->strings[r->n_strings] = (struct htr_row_string){ start, len, hash };
	r->slots[at] = ++r->n_strings;
	return r->n_strings - 1;
}

static int grow_vals(struct htr_rows *r)
{
	struct htr_row_val *v = reallocarray(r->vals, (size_t)r->cap_vals * 2, sizeof(*v));
	if (!v) {
		return -ENOMEM;
	}
	r->vals = v;
	r->cap_vals *= 2;
	return 0;
}

static void note_set(struct htr_rows *r, struct htr_row_group *g, unsigned key, unsigned type)
{
	unsigned bit = key * 4 + type;
	if (!(g->sets[bit / 64] >> bit % 64 & 1)) {
		g->sets[bit / 64] |= 1ull << bit % 64;
		r->n_sets++;
	}
}

static int store_val(struct htr_rows *r, const struct htr_val *v, struct htr_row_val *to)
{
	*to = (struct htr_row_val){ .key = (uint8_t)v->key, .flags = v->flags };
	if (v->type == HTR_VT_INT) {
		to->type = HTR_ST_INT;
		to->v = (uint64_t)v->num;
	} else if (v->key == HTR_K_IO_DATA) {
		to->type = HTR_ST_DATA;
		to->v = v->len;
		to->data_at = r->data.len;
		htr_buf_add(&r->data, v->data, v->len);
		if (r->data.failed) {
			r->data.failed = false;
			return -ENOMEM;
		}
	} else {
		to->type = HTR_ST_STRING;
		int64_t id = string_of(r, v->data, v->len);
		if (id < 0) {
			return (int)id;
		}
		to->v = (uint64_t)id;
	}
	return 0;
}

/* Times in units; the end never goes back, the duration is rounded down as well. */
static void store_time(struct htr_rows *r, const struct htr_event *ev, struct htr_row *row)
{
	uint64_t end = ev->time_ns > 0 ? (uint64_t)ev->time_ns / r->unit : 0;
	row->end = end > r->last_end ? end : r->last_end;
	row->dur = ev->dur_ns / r->unit;
	r->last_end = row->end;
	if (r->n == 0) {
		r->first_end = row->end;
	}
	if (row->dur > r->max_dur) {
		r->max_dur = row->dur;
	}
}

static void note_loss(struct htr_rows *r, const struct htr_event *ev)
{
	uint64_t n = ev->n_args > 0 ? ev->args[0] : 0;
	uint64_t why = ev->n_args > 1 ? ev->args[1] : 0;
	if (__builtin_add_overflow(r->lost, n, &r->lost)) {
		r->lost = UINT64_MAX;
	}
	r->loss_reasons |= 1u << (why < 31 ? why : 31);
}

int htr_rows_add(struct htr_rows *r, const struct htr_event *ev, uint64_t seq)
{
	if (r->n == r->cap) {
		return -ENOSPC;
	}
	int64_t thread = thread_of(r, ev->tid, ev->pid);
	int64_t group = thread < 0 ? thread : group_of(r, ev);
	if (group < 0) {
		return (int)group;
	}
	if (r->cap_vals - r->n_vals < ev->n_vals && grow_vals(r) < 0) {
		return -ENOMEM;
	}
	size_t data_len = r->data.len;
	for (unsigned i = 0; i < ev->n_vals; i++) {
		int rc = store_val(r, &ev->vals[i], &r->vals[r->n_vals + i]);
		if (rc < 0) {
			r->data.len = data_len;
			return rc;
		}
		r->all_val_flags |= ev->vals[i].flags;
		note_set(r, &r->groups[group], ev->vals[i].key, r->vals[r->n_vals + i].type);
	}
	struct htr_row *row = &r->rows[r->n];
	row->seq = seq;
	row->result = ev->result;
	memset(row->args, 0, sizeof(row->args));
	memcpy(row->args, ev->args, ev->n_args * sizeof(row->args[0]));
	row->val_at = r->n_vals;
	row->group = (uint16_t)group;
	row->thread = (uint16_t)thread;
	row->flags = ev->flags;
	row->n_args = ev->n_args;
	row->n_vals = ev->n_vals;
	store_time(r, ev, row);
	r->groups[group].n++;
	r->n_vals += ev->n_vals;
	r->kinds |= 1u << ev->kind;
	r->all_flags |= ev->flags;
	if (ev->kind == HTR_EV_LOSS) {
		note_loss(r, ev);
	}
	r->n++;
	return 0;
}

bool htr_rows_full(const struct htr_rows *r)
{
	/* worst case of part A: 9 bytes each of 8 columns a row, 10 bytes a value and its flags */
	size_t args = (size_t)r->n * 80 + (size_t)r->n_vals * 20;
	/* what protobuf-c takes for the messages of one set and of one group */
	size_t heap = (size_t)r->n_sets * 450 + (size_t)r->n_groups * 1100;
	return r->n == r->cap || r->n_groups == HTR_MAX_GROUPS ||
	       r->n_vals > HTR_MAX_VALUES - HTR_VALS_MAX || r->blob.len >= HTR_SEAL_STRINGS ||
	       r->data.len >= HTR_SEAL_DATA || args >= HTR_SEAL_ARGS || heap >= HTR_SEAL_HEAP ||
	       r->n_strings > HTR_MAX_STRINGS - HTR_VALS_MAX;
}
