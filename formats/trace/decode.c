/* SPDX-License-Identifier: Apache-2.0
 * Parts of a block into events: checking, unpacking, W, T, S and D. Part A is in decode_args.c. */
#include "formats/trace/decode.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <holter_trace.pb-c.h>

#include "formats/trace/decode_heap.h"
#include "formats/trace/decode_priv.h"
#include "formats/trace/limit.h"

/* ---- heap --------------------------------------------------------------------------------------- */

void *htr_decode_heap_alloc(void *data, size_t size)
{
	struct htr_decode_heap *h = data;
	if (size > h->budget) {
		h->over = true;
		return NULL;
	}
	h->budget -= size;
	void *p = htr_arena_alloc(h->arena, size);
	h->no_memory = h->no_memory || !p;
	return p;
}

void htr_decode_heap_free(void *data, void *p)
{
	(void)data;
	(void)p;
}

int htr_decode_heap_error(const struct htr_decode_heap *h, struct htr_err *err)
{
	if (h->no_memory) {
		return htr_err_set(err, -ENOMEM, "no memory to unpack it");
	}
	if (h->over) {
		return htr_err_set(err, -E2BIG, "its message wants more memory than is allowed");
	}
	return htr_err_set(err, -EBADMSG, "malformed message");
}

/* ---- objects ------------------------------------------------------------------------------------ */

void htr_block_data_fini(struct htr_block_data *d)
{
	free(d->events);
	free(d->vals);
	htr_arena_fini(&d->arena);
	*d = (struct htr_block_data){ 0 };
}

size_t htr_block_data_size(const struct htr_block_data *d)
{
	return d->cap_events * sizeof(*d->events) + d->cap_vals * sizeof(*d->vals) + d->arena.used;
}

int htr_decoder_new(struct htr_decoder **ret, struct htr_err *err)
{
	struct htr_decoder *d = calloc(1, sizeof(*d));
	if (!d) {
		return htr_err_set(err, -ENOMEM, "no memory for the decoder");
	}
	int rc = htr_unpacker_new(&d->unpacker, err);
	if (rc == 0 && htr_column_scratch_init(&d->scratch, 0) < 0) {
		rc = htr_err_set(err, -ENOMEM, "no memory for the decoder");
	}
	if (rc < 0) {
		htr_decoder_free(d);
		return rc;
	}
	*ret = d;
	return 0;
}

void htr_decoder_free(struct htr_decoder *d)
{
	if (!d) {
		return;
	}
	for (int i = 0; i < HTR_DECODE_COLUMNS; i++) {
		free(d->cols[i]);
	}
	free(d->thread);
	free(d->group);
	free(d->row_threads);
	free(d->order);
	free(d->group_start);
	free(d->strings);
	free(d->raw);
	htr_arena_fini(&d->arena);
	htr_column_scratch_fini(&d->scratch);
	htr_unpacker_free(d->unpacker);
	free(d);
}

static int grow_bytes(void **p, size_t *cap, size_t want, size_t elem)
{
	if (want <= *cap) {
		return 0;
	}
	void *q = reallocarray(*p, want, elem);
	if (!q) {
		return -ENOMEM;
	}
	*p = q;
	*cap = want;
	return 0;
}

/* Room for n values in every column and row array. */
int htr_decoder_room(struct htr_decoder *d, size_t n)
{
	if (n <= d->cap) {
		return 0;
	}
	size_t cap = n < HTR_DECODE_MIN_ROWS ? HTR_DECODE_MIN_ROWS : n;
	for (int i = 0; i < HTR_DECODE_COLUMNS; i++) {
		size_t had = d->cap;
		if (grow_bytes((void **)&d->cols[i], &had, cap, sizeof(*d->cols[i])) < 0) {
			return -ENOMEM;
		}
	}
	size_t a = d->cap, b = d->cap, c = d->cap * 2, e = d->cap;
	if (grow_bytes((void **)&d->thread, &a, cap, sizeof(*d->thread)) < 0 ||
	    grow_bytes((void **)&d->group, &b, cap, sizeof(*d->group)) < 0 ||
	    grow_bytes((void **)&d->row_threads, &c, cap * 2, sizeof(*d->row_threads)) < 0 ||
	    grow_bytes((void **)&d->order, &e, cap, sizeof(*d->order)) < 0) {
		return -ENOMEM;
	}
	d->cap = cap;
	return 0;
}

static int event_room(struct htr_block_data *d, uint32_t n)
{
	if (n <= d->cap_events) {
		return 0;
	}
	free(d->events);
	d->cap_events = 0;
	d->events = calloc(n, sizeof(*d->events));
	if (!d->events) {
		return -ENOMEM;
	}
	d->cap_events = n;
	return 0;
}

/* ---- one part ----------------------------------------------------------------------------------- */

static const char *const part_names[] = {
	"", "W (who)", "T (when)", "A (arguments)", "S (strings)", "D (data)"
};

static const Holter__Block__PartCase part_cases[] = {
	HOLTER__BLOCK__PART__NOT_SET, HOLTER__BLOCK__PART_WHO,     HOLTER__BLOCK__PART_WHEN,
	HOLTER__BLOCK__PART_ARGS,     HOLTER__BLOCK__PART_STRINGS, HOLTER__BLOCK__PART_DATA,
};

static int check_message(const Holter__Trace *t, uint8_t type, uint64_t number, struct htr_err *err)
{
	if (t->header || t->n_block != 1) {
		return htr_err_set(err, -EBADMSG, "holds %zu messages instead of one", t->n_block);
	}
	if (t->block[0]->number != number) {
		return htr_err_set(err, -EBADMSG, "belongs to another block");
	}
	if (t->block[0]->part_case != part_cases[type]) {
		return htr_err_set(err, -EBADMSG, "is a part of another type");
	}
	return 0;
}

static int unpack_part(struct htr_decoder *d, const struct htr_part_head *p, const uint8_t *bytes,
		       uint64_t number, struct htr_arena *arena, Holter__Block **ret,
		       struct htr_err *err)
{
	bool data = p->type == HTR_PART_DATA;
	if (htr_xxh64(bytes, p->size) != p->xxh) {
		return htr_err_set(err, -EBADMSG, "wrong checksum");
	}
	if (p->raw > HTR_RATIO_FLOOR &&
	    p->raw / (data ? HTR_MAX_DATA_RATIO : HTR_MAX_RATIO) > p->size) {
		return htr_err_set(err, -E2BIG, "%u bytes want to become %u", p->size, p->raw);
	}
	if (grow_bytes((void **)&d->raw, &d->cap_raw, p->raw, 1) < 0) {
		return htr_err_set(err, -ENOMEM, "no memory for %u bytes", p->raw);
	}
	int rc = htr_unpacker_frame(d->unpacker, bytes, p->size, d->raw, p->raw,
				    data ? HTR_MAX_DATA_RATIO : HTR_MAX_RATIO, err);
	if (rc < 0) {
		return rc;
	}
	struct htr_decode_heap heap = { .arena = arena, .budget = HTR_MAX_HEAP };
	if (data) {
		heap.budget = (size_t)p->raw + (1u << 20);
	}
	ProtobufCAllocator alloc = { htr_decode_heap_alloc, htr_decode_heap_free, &heap };
	Holter__Trace *t = holter__trace__unpack(&alloc, p->raw, d->raw);
	if (!t) {
		return htr_decode_heap_error(&heap, err);
	}
	rc = check_message(t, p->type, number, err);
	if (rc == 0) {
		*ret = t->block[0];
	}
	return rc;
}

/* ---- columns ------------------------------------------------------------------------------------ */

int htr_decode_column(struct htr_decoder *d, const struct Holter__Column *m, size_t n,
		      const uint16_t *threads, uint64_t *out, struct htr_column_view *ret,
		      struct htr_err *err)
{
	struct htr_column c = { .transform = HTR_TF_CONSTANT };
	if (m) {
		if ((unsigned)m->transform > HTR_TF_DELTA_THREAD || m->width > 8) {
			return htr_err_set(err, -EBADMSG, "column with transform %d, width %u",
					   (int)m->transform, m->width);
		}
		c = (struct htr_column){
			.transform = (uint8_t)m->transform,
			.width = (uint8_t)m->width,
			.offset = (uint64_t)m->offset,
			.planes = m->planes.data,
			.planes_len = m->planes.len,
			.ex_at = m->exception_at.data,
			.ex_at_len = m->exception_at.len,
			.ex_value = m->exception_value.data,
			.ex_value_len = m->exception_value.len,
		};
	}
	return htr_column_decode(&c, n, threads, &d->scratch, out, ret, err);
}

/* Indices of a table with `count` entries, as 16-bit numbers. */
static int decode_indices(struct htr_decoder *d, const Holter__Column *m, uint32_t n, size_t count,
			  uint16_t *out, const char *what, struct htr_err *err)
{
	struct htr_column_view v;
	int rc = htr_decode_column(d, m, n, NULL, d->cols[0], &v, err);
	if (rc < 0) {
		return rc;
	}
	uint64_t max = 0;
	for (uint32_t i = 0; i < n; i++) {
		uint64_t x = htr_column_at(&v, i);
		max = x > max ? x : max;
		out[i] = (uint16_t)x;
	}
	if (max >= count) {
		return htr_err_set(err, -EBADMSG, "%s index outside of its table", what);
	}
	return 0;
}

/* ---- W ------------------------------------------------------------------------------------------ */

static int check_who(const Holter__Who *w, struct htr_err *err)
{
	if (w->n_tid != w->n_pid || w->n_tid == 0 || w->n_tid > HTR_MAX_THREADS ||
	    w->n_kind != w->n_arch || w->n_kind != w->n_nr || w->n_kind == 0 ||
	    w->n_kind > HTR_MAX_GROUPS) {
		return htr_err_set(err, -EBADMSG, "tables of %zu threads and %zu groups", w->n_tid,
				   w->n_kind);
	}
	return 0;
}

static int decode_who(struct htr_decoder *d, const Holter__Who *w, const struct htr_block_head *h,
		      struct htr_err *err)
{
	uint32_t n = h->n_events;
	int rc = check_who(w, err);
	rc = rc < 0 ? rc : decode_indices(d, w->thread, n, w->n_tid, d->thread, "thread", err);
	rc = rc < 0 ? rc : decode_indices(d, w->group, n, w->n_kind, d->group, "group", err);
	rc = rc < 0 ? rc : htr_decode_column(d, w->seq_skip, n, NULL, d->cols[0], &d->skip, err);
	rc = rc < 0 ? rc : htr_decode_column(d, w->flags, n, NULL, d->cols[1], &d->flags, err);
	d->who = w;
	d->n_threads = w->n_tid;
	d->n_groups = w->n_kind;
	return rc;
}

/* ---- T ------------------------------------------------------------------------------------------ */

static int decode_when(struct htr_decoder *d, const Holter__When *t, const struct htr_block_head *h,
		       struct htr_err *err)
{
	uint32_t n = h->n_events;
	int rc = htr_decode_column(d, t->end, n, NULL, d->cols[2], &d->end, err);
	rc = rc < 0 ? rc : htr_decode_column(d, t->duration, n, NULL, d->cols[3], &d->dur, err);
	if (rc == 0 &&
	    ((uint64_t)h->first_ns % h->time_unit_ns || (uint64_t)h->last_ns % h->time_unit_ns)) {
		rc = htr_err_set(err, -EBADMSG, "times do not fit the time unit");
	}
	return rc;
}

/* ---- W and T into events ------------------------------------------------------------------------ */

/* One pass over the rows, so that each event is written in one go: memory is what this costs. */
static int fill_rows(const struct htr_decoder *d, const struct htr_block_head *h,
		     struct htr_event *ev, struct htr_err *err)
{
	const Holter__Who *w = d->who;
	const uint64_t unit = h->time_unit_ns, max_dur = UINT64_MAX / unit;
	const uint64_t last = (uint64_t)h->last_ns / unit, last_seq = h->last_seq;
	uint64_t at = (uint64_t)h->first_ns / unit, seq = h->first_seq - 1;
	bool bad = false;
	for (uint32_t i = 0; i < h->n_events; i++) {
		uint32_t t = d->thread[i], g = d->group[i];
		uint64_t skip = htr_column_at(&d->skip, i), by = htr_column_at(&d->end, i);
		uint64_t dur = htr_column_at(&d->dur, i);
		bad |= skip >= last_seq - seq || by > last - at || dur > max_dur;
		if (bad) {
			break;
		}
		seq += 1 + skip;
		at += by;
		struct htr_event *e = &ev[i];
		e->seq = seq;
		e->time_ns = (int64_t)(at * unit);
		e->dur_ns = dur * unit;
		e->tid = w->tid[t];
		e->pid = w->pid[t];
		e->nr = w->nr[g];
		/* what only a newer writer knows becomes "not specified", never an index */
		e->kind = w->kind[g] < HTR_EV_KIND_MAX ? (uint8_t)w->kind[g] : HTR_EV_UNSPEC;
		e->arch = w->arch[g] < HTR_DECODE_ARCH_MAX ? (uint8_t)w->arch[g] : 0;
		e->flags = (uint16_t)htr_column_at(&d->flags, i);
		e->result = 0;
		memset(e->args, 0, sizeof(e->args));
		e->n_args = 0;
		e->n_vals = 0;
		e->vals = NULL;
	}
	if (bad || seq != last_seq || at != last) {
		return htr_err_set(err, -EBADMSG,
				   "event numbers or times are not those the block head states");
	}
	return 0;
}

/* ---- S ------------------------------------------------------------------------------------------ */

static int decode_strings(struct htr_decoder *d, const Holter__Strings *s, struct htr_err *err)
{
	size_t n = s->count;
	if (n > HTR_MAX_STRINGS) {
		return htr_err_set(err, -E2BIG, "%zu strings, at most %u", n, HTR_MAX_STRINGS);
	}
	struct htr_column_view len;
	if (htr_decoder_room(d, n) < 0 ||
	    grow_bytes((void **)&d->strings, &d->cap_strings, n + 1, sizeof(*d->strings)) < 0) {
		return htr_err_set(err, -ENOMEM, "no memory for %zu strings", n);
	}
	int rc = htr_decode_column(d, s->length, n, NULL, d->cols[0], &len, err);
	if (rc < 0) {
		return rc;
	}
	size_t at = 0;
	for (size_t i = 0; i < n; i++) {
		uint64_t l = htr_column_at(&len, i);
		d->strings[i] = (uint32_t)at;
		if (l > HTR_MAX_STRING || l > s->blob.len - at) {
			return htr_err_set(err, -EBADMSG,
					   "string longer than allowed or than the part");
		}
		at += l;
	}
	if (at != s->blob.len) {
		return htr_err_set(err, -EBADMSG, "strings do not fill the part");
	}
	d->strings[n] = (uint32_t)at;
	d->n_strings = (uint32_t)n;
	d->blob = s->blob.data ? s->blob.data : (const uint8_t *)"";
	return 0;
}

/* ---- the block ---------------------------------------------------------------------------------- */

/* Order of work: A needs the tables of W and the content of S and D. */
static const uint8_t work_order[] = { HTR_PART_WHO, HTR_PART_WHEN, HTR_PART_STRINGS, HTR_PART_DATA,
				      HTR_PART_ARGS };

static int decode_part(struct htr_decoder *d, const Holter__Block *b, uint8_t type,
		       const struct htr_block_head *h, struct htr_block_data *ret,
		       struct htr_err *err)
{
	switch (type) {
	case HTR_PART_WHO:
		return decode_who(d, b->who, h, err);
	case HTR_PART_WHEN: {
		int rc = decode_when(d, b->when, h, err);
		return rc < 0 ? rc : fill_rows(d, h, ret->events, err);
	}
	case HTR_PART_STRINGS:
		return decode_strings(d, b->strings, err);
	case HTR_PART_DATA:
		d->data = b->data->blob.data ? b->data->blob.data : (const uint8_t *)"";
		d->data_len = b->data->blob.len;
		return 0;
	default:
		return htr_decode_args(d, b->args, h->n_events, ret, err);
	}
}

static int decode_one(struct htr_decoder *d, const struct htr_block_head *h, const uint8_t *parts,
		      uint64_t offset, uint8_t type, struct htr_block_data *ret,
		      struct htr_err *err)
{
	const uint8_t *at = parts;
	const struct htr_part_head *p = NULL;
	for (uint32_t i = 0; i < h->n_parts && !p; i++) {
		if (h->parts[i].type == type) {
			p = &h->parts[i];
		} else {
			at += h->parts[i].size;
		}
	}
	if (!p) {
		return 0; /* only D may be missing: htr_block_head_decode checked the others */
	}
	bool keeps = type == HTR_PART_STRINGS || type == HTR_PART_DATA;
	Holter__Block *b;
	int rc = unpack_part(d, p, at, h->number, keeps ? &ret->arena : &d->arena, &b, err);
	rc = rc < 0 ? rc : decode_part(d, b, type, h, ret, err);
	if (rc < 0 && err) {
		err->offset = (int64_t)(offset + (uint64_t)(at - parts));
		htr_err_wrap(err, "part %s of block %llu", part_names[type],
			     (unsigned long long)h->number);
	}
	return rc;
}

int htr_decoder_block(struct htr_decoder *d, const struct htr_block_head *h, const uint8_t *parts,
		      uint64_t offset, enum htr_decode_what what, struct htr_block_data *ret,
		      struct htr_err *err)
{
	ret->n_events = 0;
	ret->n_vals = 0;
	htr_arena_reset(&ret->arena);
	htr_arena_reset(&d->arena);
	d->n_strings = 0;
	d->blob = d->data = (const uint8_t *)"";
	d->data_len = 0;
	if (htr_decoder_room(d, h->n_events) < 0 || event_room(ret, h->n_events) < 0) {
		return htr_err_set(err, -ENOMEM, "no memory for %u events", h->n_events);
	}
	size_t n = what == HTR_DECODE_HOT ? 2 : sizeof(work_order);
	for (size_t i = 0; i < n; i++) {
		int rc = decode_one(d, h, parts, offset, work_order[i], ret, err);
		if (rc < 0) {
			return rc;
		}
	}
	ret->n_events = h->n_events;
	return 0;
}
