/* SPDX-License-Identifier: Apache-2.0
 * One block of rows into its parts. */
#include "formats/trace/encode.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <holter_trace.pb-c.h>

#include "formats/trace/encode_priv.h"
#include "formats/trace/limit.h"

#define CUT_MIN 1024u /* planes shorter than this share an entropy table with their neighbours */

int htr_encoder_new(struct htr_encoder **ret, uint32_t block_events, int level, uint8_t native_arch,
		    struct htr_err *err)
{
	assert(block_events > 0 && block_events <= HTR_MAX_BLOCK_EVENTS);
	struct htr_encoder *e = calloc(1, sizeof(*e));
	if (!e) {
		return htr_err_set(err, -ENOMEM, "no memory for the encoder");
	}
	e->cap = block_events;
	e->native_arch = native_arch;
	bool ok = true;
	for (int i = 0; i < N_COLUMNS; i++) {
		e->cols[i] = calloc(block_events, sizeof(*e->cols[i]));
		ok = ok && e->cols[i];
	}
	e->threads = calloc(block_events, sizeof(*e->threads));
	e->order = calloc(block_events, sizeof(*e->order));
	ok = ok && e->threads && e->order &&
	     htr_column_scratch_init(&e->scratch, HTR_MAX_BLOCK_EVENTS) == 0;
	int rc = ok ? htr_packer_new(&e->packer, level, err)
		    : htr_err_set(err, -ENOMEM, "no memory for the encoder");
	if (rc < 0) {
		htr_encoder_free(e);
		return rc;
	}
	*ret = e;
	return 0;
}

void htr_encoder_free(struct htr_encoder *e)
{
	if (!e) {
		return;
	}
	for (int i = 0; i < N_COLUMNS; i++) {
		free(e->cols[i]);
	}
	free(e->threads);
	free(e->order);
	free(e->vals[0]);
	free(e->vals[1]);
	free(e->val_threads);
	free(e->planes);
	free(e->cuts);
	htr_buf_fini(&e->raw);
	htr_buf_fini(&e->data);
	htr_arena_fini(&e->arena);
	htr_column_scratch_fini(&e->scratch);
	htr_packer_free(e->packer);
	free(e);
}

int htr_encode_room(struct htr_encoder *e, uint32_t n)
{
	if (n <= e->cap_vals) {
		return 0;
	}
	uint32_t cap = n < 4096 ? 4096 : n + n / 2;
	uint64_t *a = reallocarray(e->vals[0], cap, sizeof(*a));
	e->vals[0] = a ? a : e->vals[0];
	uint64_t *b = reallocarray(e->vals[1], cap, sizeof(*b));
	e->vals[1] = b ? b : e->vals[1];
	uint16_t *t = reallocarray(e->val_threads, cap, sizeof(*t));
	e->val_threads = t ? t : e->val_threads;
	if (!a || !b || !t) {
		return -ENOMEM;
	}
	e->cap_vals = cap;
	return 0;
}

/* ---- columns into messages ---------------------------------------------------------------------- */

static int note_planes(struct htr_encoder *e, const struct htr_column *c, size_t n)
{
	if (n < CUT_MIN || c->width == 0) {
		return 0;
	}
	if (e->n_planes == e->cap_planes) {
		size_t cap = e->cap_planes ? e->cap_planes * 2 : 64;
		struct plane_set *p = reallocarray(e->planes, cap, sizeof(*p));
		if (!p) {
			return -ENOMEM;
		}
		e->planes = p;
		e->cap_planes = cap;
	}
	e->planes[e->n_planes++] = (struct plane_set){ c->planes, n, c->width };
	return 0;
}

struct htr_column_memory *htr_encode_memory(struct htr_encoder *e, const struct htr_row_group *g,
					    unsigned column)
{
	uint64_t h = (uint64_t)(uint32_t)g->nr | (uint64_t)g->kind << 32 | (uint64_t)g->arch << 40;
	h = (h * 1024 + column) * 0x9e3779b97f4a7c15u;
	return &e->memory[h >> 52];
}

/* *ret stays NULL for a column of zeros. */
int htr_encode_column(struct htr_encoder *e, const uint64_t *v, size_t n, const uint16_t *threads,
		      struct htr_column_memory *memory, Holter__Column **ret)
{
	struct htr_column c;
	int rc = htr_column_encode(v, n, threads, memory, &e->scratch, &e->arena, &c);
	if (rc < 0 || htr_column_is_zero(&c)) {
		return rc;
	}
	Holter__Column *m = htr_arena_alloc(&e->arena, sizeof(*m));
	if (!m) {
		return -ENOMEM;
	}
	holter__column__init(m);
	m->transform = (Holter__Column__Transform)c.transform;
	m->width = c.width;
	m->offset = (int64_t)c.offset;
	m->planes = (ProtobufCBinaryData){ c.planes_len, c.planes };
	m->exception_at = (ProtobufCBinaryData){ c.ex_at_len, c.ex_at };
	m->exception_value = (ProtobufCBinaryData){ c.ex_value_len, c.ex_value };
	*ret = m;
	return note_planes(e, &c, n);
}

/* ---- packing of a part -------------------------------------------------------------------------- */

struct part_sink {
	ProtobufCBuffer vtable; /* first: protobuf-c hands us a pointer to it */
	struct htr_encoder *e;
	size_t next_plane;
	bool failed;
};

static int add_cut(struct htr_encoder *e, size_t at)
{
	if (e->n_cuts == e->cap_cuts) {
		size_t cap = e->cap_cuts ? e->cap_cuts * 2 : 64;
		size_t *c = reallocarray(e->cuts, cap, sizeof(*c));
		if (!c) {
			return -ENOMEM;
		}
		e->cuts = c;
		e->cap_cuts = cap;
	}
	if (e->n_cuts == 0 || e->cuts[e->n_cuts - 1] < at) {
		e->cuts[e->n_cuts++] = at;
	}
	return 0;
}

static void sink_append(ProtobufCBuffer *b, size_t len, const uint8_t *data)
{
	struct part_sink *s = (struct part_sink *)b;
	struct htr_encoder *e = s->e;
	size_t at = e->raw.len;

	if (len >= CUT_MIN) {
		const struct plane_set *p =
			s->next_plane < e->n_planes ? &e->planes[s->next_plane] : NULL;
		bool planes = p && p->planes == data;
		unsigned pieces = planes ? p->width : 1;
		size_t step = planes ? p->n : len;
		for (unsigned i = 0; i <= pieces; i++) {
			s->failed = add_cut(e, at + i * step) < 0 || s->failed;
		}
		s->next_plane += planes;
	}
	htr_buf_add(&e->raw, data, len);
}

static int put_part(struct htr_encoder *e, uint64_t number, Holter__Block *block, uint8_t type,
		    struct htr_buf *out, struct htr_block_head *head, struct htr_err *err)
{
	Holter__Trace trace = HOLTER__TRACE__INIT;
	Holter__Block *blocks[1] = { block };
	struct part_sink sink = { .vtable = { sink_append }, .e = e };

	block->number = number;
	trace.n_block = 1;
	trace.block = blocks;
	htr_buf_reset(&e->raw);
	e->n_cuts = 0;
	protobuf_c_message_pack_to_buffer(&trace.base, &sink.vtable);
	if (sink.failed || e->raw.failed) {
		return htr_err_set(err, -ENOMEM, "no memory to encode a block");
	}
	bool data = type == HTR_PART_DATA;
	size_t start = out->len;
	if (e->n_cuts && e->cuts[e->n_cuts - 1] == e->raw.len) {
		e->n_cuts--;
	}
	assert(e->raw.len <= (data ? HTR_MAX_DATA_RAW : HTR_MAX_PART_RAW));
	int64_t size = htr_packer_frame(e->packer, out, e->raw.data, e->raw.len, e->cuts, e->n_cuts,
					data ? HTR_MAX_DATA_RATIO : HTR_MAX_RATIO, err);
	if (size < 0) {
		return (int)size;
	}
	head->parts[head->n_parts++] = (struct htr_part_head){
		.type = type,
		.size = (uint32_t)size,
		.raw = (uint32_t)e->raw.len,
		.xxh = htr_xxh64(out->data + start, (size_t)size),
	};
	e->n_planes = 0;
	return 0;
}

/* ---- W and T ------------------------------------------------------------------------------------ */

static int who_lists(struct htr_encoder *e, const struct htr_rows *r, Holter__Who *who)
{
	uint32_t nt = r->n_threads, ng = r->n_groups;
	who->tid = htr_arena_array(&e->arena, nt, sizeof(*who->tid));
	who->pid = htr_arena_array(&e->arena, nt, sizeof(*who->pid));
	who->kind = htr_arena_array(&e->arena, ng, sizeof(*who->kind));
	who->arch = htr_arena_array(&e->arena, ng, sizeof(*who->arch));
	who->nr = htr_arena_array(&e->arena, ng, sizeof(*who->nr));
	if (!who->tid || !who->pid || !who->kind || !who->arch || !who->nr) {
		return -ENOMEM;
	}
	who->n_tid = who->n_pid = nt;
	for (uint32_t i = 0; i < nt; i++) {
		who->tid[i] = r->threads[i].tid;
		who->pid[i] = r->threads[i].pid;
	}
	who->n_kind = who->n_arch = who->n_nr = ng;
	for (uint32_t i = 0; i < ng; i++) {
		who->kind[i] = r->groups[i].kind;
		who->arch[i] = r->groups[i].arch;
		who->nr[i] = r->groups[i].nr;
	}
	return 0;
}

static int build_who(struct htr_encoder *e, const struct htr_rows *r, Holter__Who *who)
{
	for (uint32_t i = 0; i < r->n; i++) {
		const struct htr_row *row = &r->rows[i];
		e->cols[0][i] = row->thread;
		e->cols[1][i] = row->group;
		e->cols[2][i] = row->flags;
		e->cols[3][i] = i ? row->seq - r->rows[i - 1].seq - 1 : 0;
	}
	int rc = who_lists(e, r, who);
	rc = rc < 0 ? rc : htr_encode_column(e, e->cols[0], r->n, NULL, NULL, &who->thread);
	rc = rc < 0 ? rc : htr_encode_column(e, e->cols[1], r->n, NULL, NULL, &who->group);
	rc = rc < 0 ? rc : htr_encode_column(e, e->cols[2], r->n, NULL, NULL, &who->flags);
	return rc < 0 ? rc : htr_encode_column(e, e->cols[3], r->n, NULL, NULL, &who->seq_skip);
}

static int build_when(struct htr_encoder *e, const struct htr_rows *r, Holter__When *when)
{
	uint64_t last = r->first_end;
	for (uint32_t i = 0; i < r->n; i++) {
		e->cols[0][i] = r->rows[i].end - last;
		e->cols[1][i] = r->rows[i].dur;
		last = r->rows[i].end;
	}
	int rc = htr_encode_column(e, e->cols[0], r->n, NULL, NULL, &when->end);
	return rc < 0 ? rc : htr_encode_column(e, e->cols[1], r->n, NULL, NULL, &when->duration);
}

/* ---- S ------------------------------------------------------------------------------------------ */

static int build_strings(struct htr_encoder *e, const struct htr_rows *r, Holter__Strings *s)
{
	s->count = r->n_strings;
	s->blob = (ProtobufCBinaryData){ r->blob.len, r->blob.data };
	if (r->n_strings > HTR_MAX_BLOCK_EVENTS) {
		/* a column has at most that many positions; exceptions are not needed for lengths */
		Holter__Column *m = htr_arena_alloc(&e->arena, sizeof(*m));
		uint8_t *planes = htr_arena_array(&e->arena, r->n_strings, 3);
		if (!m || !planes) {
			return -ENOMEM;
		}
		holter__column__init(m);
		for (uint32_t i = 0; i < r->n_strings; i++) {
			for (unsigned w = 0; w < 3; w++) {
				planes[(size_t)w * r->n_strings + i] =
					(uint8_t)(r->strings[i].len >> 8 * w);
			}
		}
		m->transform = HOLTER__COLUMN__TRANSFORM__RAW;
		m->width = 3;
		m->planes = (ProtobufCBinaryData){ 3 * (size_t)r->n_strings, planes };
		s->length = m;
		return 0;
	}
	int rc = htr_encode_room(e, r->n_strings);
	for (uint32_t i = 0; rc == 0 && i < r->n_strings; i++) {
		e->vals[0][i] = r->strings[i].len;
	}
	return rc < 0 ? rc : htr_encode_column(e, e->vals[0], r->n_strings, NULL, NULL, &s->length);
}

/* ---- the block ---------------------------------------------------------------------------------- */

int htr_encoder_block(struct htr_encoder *e, const struct htr_rows *rows, uint64_t number,
		      struct htr_buf *out, struct htr_block_head *head, struct htr_err *err)
{
	Holter__Who who = HOLTER__WHO__INIT;
	Holter__When when = HOLTER__WHEN__INIT;
	Holter__Args args = HOLTER__ARGS__INIT;
	Holter__Strings strings = HOLTER__STRINGS__INIT;
	Holter__Data data = HOLTER__DATA__INIT;
	Holter__Block b[5] = { HOLTER__BLOCK__INIT, HOLTER__BLOCK__INIT, HOLTER__BLOCK__INIT,
			       HOLTER__BLOCK__INIT, HOLTER__BLOCK__INIT };

	assert(rows->n > 0 && rows->n <= e->cap);
	htr_arena_reset(&e->arena);
	htr_buf_reset(&e->data);
	e->n_planes = 0;
	htr_encode_head(e, rows, number, head);

	b[0].part_case = HOLTER__BLOCK__PART_WHO;
	b[0].who = &who;
	b[1].part_case = HOLTER__BLOCK__PART_WHEN;
	b[1].when = &when;
	b[2].part_case = HOLTER__BLOCK__PART_ARGS;
	b[2].args = &args;
	b[3].part_case = HOLTER__BLOCK__PART_STRINGS;
	b[3].strings = &strings;
	b[4].part_case = HOLTER__BLOCK__PART_DATA;
	b[4].data = &data;
	for (int i = 0; i < 5; i++) {
		int rc = 0;
		switch (b[i].part_case) {
		case HOLTER__BLOCK__PART_WHO:
			rc = build_who(e, rows, &who);
			break;
		case HOLTER__BLOCK__PART_WHEN:
			rc = build_when(e, rows, &when);
			break;
		case HOLTER__BLOCK__PART_ARGS:
			rc = htr_encode_args(e, rows, &args);
			break;
		case HOLTER__BLOCK__PART_STRINGS:
			rc = build_strings(e, rows, &strings);
			break;
		default:
			data.blob = (ProtobufCBinaryData){ e->data.len, e->data.data };
			break;
		}
		if (rc < 0) {
			return htr_err_set(err, rc, "no memory to encode a block");
		}
		if (i == 4 && e->data.len == 0) {
			break;
		}
		rc = put_part(e, number, &b[i], (uint8_t)(HTR_PART_WHO + i), out, head, err);
		if (rc < 0) {
			return rc;
		}
	}
	return 0;
}
