/* SPDX-License-Identifier: Apache-2.0
 * One block of rows into its parts. */
#include "formats/trace/encode.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <holter_trace.pb-c.h>

#include "formats/core/arena.h"
#include "formats/model/tables.h"
#include "formats/trace/column.h"
#include "formats/trace/limit.h"

#define CUT_MIN   1024u /* planes shorter than this share an entropy table with their neighbours */
#define N_COLUMNS 8     /* of a group: count, result, six arguments */
#define N_SLOTS   (HTR_K_MAX * 4) /* key and type */
#define N_MEMORY  4096u           /* columns whose transform is remembered; a power of two */

struct plane_set {
	const uint8_t *planes;
	size_t n;
	unsigned width;
};

struct htr_encoder {
	struct htr_packer *packer;
	struct htr_column_scratch scratch;
	struct htr_arena arena; /* messages of the block in work */
	struct htr_buf raw;     /* one part before zstd */
	uint8_t native_arch;
	uint32_t cap;

	uint64_t *cols[N_COLUMNS]; /* cap numbers each */
	uint16_t *threads;         /* cap: thread of each row of the group in work */
	uint32_t *order;           /* cap: rows sorted by group */
	uint64_t *vals[2];         /* numbers and flags of the values of a group, cap_vals */
	uint16_t *val_threads;
	uint32_t cap_vals;
	struct htr_buf data; /* part D in stored order */

	struct plane_set *planes; /* of the part in work, in packing order */
	size_t n_planes, cap_planes;
	size_t *cuts;
	size_t n_cuts, cap_cuts;

	/* by hash of group and column, so that it stays the same over blocks; a collision costs bytes only */
	struct htr_column_memory memory[N_MEMORY];

	uint8_t listed[HTR_LIST_THREADS * 4];
	uint8_t bloom[HTR_BLOOM_MAX];
};

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

static struct htr_column_memory *memory_of(struct htr_encoder *e, const struct htr_row_group *g,
					   unsigned column)
{
	uint64_t h = (uint64_t)(uint32_t)g->nr | (uint64_t)g->kind << 32 | (uint64_t)g->arch << 40;
	h = (h * 1024 + column) * 0x9e3779b97f4a7c15u;
	return &e->memory[h >> 52];
}

/* *ret stays NULL for a column of zeros. */
static int put_column(struct htr_encoder *e, const uint64_t *v, size_t n, const uint16_t *threads,
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
	rc = rc < 0 ? rc : put_column(e, e->cols[0], r->n, NULL, NULL, &who->thread);
	rc = rc < 0 ? rc : put_column(e, e->cols[1], r->n, NULL, NULL, &who->group);
	rc = rc < 0 ? rc : put_column(e, e->cols[2], r->n, NULL, NULL, &who->flags);
	return rc < 0 ? rc : put_column(e, e->cols[3], r->n, NULL, NULL, &who->seq_skip);
}

static int build_when(struct htr_encoder *e, const struct htr_rows *r, Holter__When *when)
{
	uint64_t last = r->first_end;
	for (uint32_t i = 0; i < r->n; i++) {
		e->cols[0][i] = r->rows[i].end - last;
		e->cols[1][i] = r->rows[i].dur;
		last = r->rows[i].end;
	}
	int rc = put_column(e, e->cols[0], r->n, NULL, NULL, &when->end);
	return rc < 0 ? rc : put_column(e, e->cols[1], r->n, NULL, NULL, &when->duration);
}

/* ---- A: groups ---------------------------------------------------------------------------------- */

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

static int need_vals(struct htr_encoder *e, uint32_t n)
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

struct value_set {
	uint32_t n, at; /* values with this key and type; where they begin in e->vals */
	uint32_t fill;
	uint8_t *present;
};

/* How many values of each key and type the group has; returns how many such sets, or -ENOMEM. */
static int count_values(struct htr_encoder *e, const struct htr_rows *r, const uint32_t *rows,
			uint32_t n, struct value_set sets[N_SLOTS])
{
	memset(sets, 0, N_SLOTS * sizeof(*sets));
	for (uint32_t i = 0; i < n; i++) {
		const struct htr_row *row = &r->rows[rows[i]];
		for (uint32_t k = 0; k < row->n_vals; k++) {
			const struct htr_row_val *v = &r->vals[row->val_at + k];
			sets[v->key * 4 + v->type].n++;
		}
	}
	uint32_t sum = 0;
	int used = 0;
	for (uint32_t s = 0; s < N_SLOTS; s++) {
		sets[s].at = sum;
		sum += sets[s].n;
		used += sets[s].n != 0;
		if (sets[s].n && sets[s].n < n) {
			sets[s].present = htr_arena_alloc(&e->arena, (n + 7) / 8);
			if (!sets[s].present) {
				return -ENOMEM;
			}
		}
	}
	int rc = need_vals(e, sum);
	return rc < 0 ? rc : used;
}

static void fill_values(struct htr_encoder *e, const struct htr_rows *r, const uint32_t *rows,
			uint32_t n, struct value_set sets[N_SLOTS])
{
	for (uint32_t i = 0; i < n; i++) {
		const struct htr_row *row = &r->rows[rows[i]];
		for (uint32_t k = 0; k < row->n_vals; k++) {
			const struct htr_row_val *v = &r->vals[row->val_at + k];
			struct value_set *s = &sets[v->key * 4 + v->type];
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
	struct value_set sets[N_SLOTS];
	int used = count_values(e, r, rows, n, sets);
	if (used <= 0) {
		return used;
	}
	fill_values(e, r, rows, n, sets);
	g->values = htr_arena_array(&e->arena, (size_t)used, sizeof(*g->values));
	Holter__Values *m = htr_arena_array(&e->arena, (size_t)used, sizeof(*m));
	if (!g->values || !m) {
		return -ENOMEM;
	}
	for (uint32_t s = 0; s < N_SLOTS; s++) {
		const struct value_set *set = &sets[s];
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
		int rc = put_column(e, e->vals[0] + set->at, set->n, threads,
				    memory_of(e, group, N_COLUMNS + s), &m->value);
		rc = rc < 0 ? rc
			    : put_column(e, e->vals[1] + set->at, set->n, NULL, NULL, &m->flags);
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
		int rc = put_column(e, e->cols[c], n, threads, memory_of(e, group, (unsigned)c),
				    to[c]);
		if (rc < 0) {
			return rc;
		}
	}
	return any_vals ? put_values(e, r, rows, group, g) : 0;
}

static int build_args(struct htr_encoder *e, const struct htr_rows *r, Holter__Args *args)
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
	int rc = need_vals(e, r->n_strings);
	for (uint32_t i = 0; rc == 0 && i < r->n_strings; i++) {
		e->vals[0][i] = r->strings[i].len;
	}
	return rc < 0 ? rc : put_column(e, e->vals[0], r->n_strings, NULL, NULL, &s->length);
}

/* ---- skip data ---------------------------------------------------------------------------------- */

static const struct {
	uint32_t class;
	enum htr_block_class counter;
} class_counters[] = {
	{ HTR_C_EXEC, HTR_BC_EXEC },       { HTR_C_PROCESS, HTR_BC_PROCESS },
	{ HTR_C_FILE, HTR_BC_FILE },       { HTR_C_WRITEFS, HTR_BC_WRITEFS },
	{ HTR_C_NETWORK, HTR_BC_NETWORK }, { HTR_C_PRIV, HTR_BC_PRIV },
	{ HTR_C_SIGNAL, HTR_BC_SIGNAL },   { HTR_C_MEMORY, HTR_BC_MEMORY },
	{ HTR_C_IO, HTR_BC_IO },           { HTR_C_IPC, HTR_BC_IPC },
	{ HTR_C_TIME, HTR_BC_TIME },       { HTR_C_SCHED, HTR_BC_SCHED },
	{ HTR_C_DESC, HTR_BC_DESC },
};

static void count_group(const struct htr_row_group *g, struct htr_block_head *h)
{
	switch (g->kind) {
	case HTR_EV_EXIT:
		h->classes[HTR_BC_PROCESS] += g->n;
		return;
	case HTR_EV_SIGNAL:
		h->classes[HTR_BC_SIGNAL] += g->n;
		return;
	case HTR_EV_LOSS:
	case HTR_EV_NOTE:
	case HTR_EV_CLOCK:
		h->classes[HTR_BC_NOTE] += g->n;
		return;
	default:
		break;
	}
	const struct htr_syscall_desc *d =
		g->nr >= 0 && g->arch < HTR_ARCH_MAX ? htr_syscall_lookup(g->arch, g->nr) : NULL;
	bool any = false;
	for (size_t i = 0; d && i < sizeof(class_counters) / sizeof(class_counters[0]); i++) {
		if (d->classes & class_counters[i].class) {
			h->classes[class_counters[i].counter] += g->n;
			any = true;
		}
	}
	if (!any && g->nr >= 0) {
		h->classes[HTR_BC_OTHER] += g->n;
	}
}

static bool failed_call(const struct htr_row *row, const struct htr_row_group *g)
{
	return g->nr >= 0 && row->result < 0 && row->result >= -4095 &&
	       !(row->flags & (HTR_EVF_ENTRY_ONLY | HTR_EVF_UNFINISHED));
}

static void skip_data(struct htr_encoder *e, const struct htr_rows *r, struct htr_block_head *h)
{
	for (uint32_t i = 0; i < r->n_groups; i++) {
		const struct htr_row_group *g = &r->groups[i];
		count_group(g, h);
		if (g->nr >= 0 && g->arch == e->native_arch) {
			h->syscalls[g->nr % 512 / 64] |= 1ull << g->nr % 64;
		} else if (g->nr >= 0) {
			h->flags |= HTR_BLOCK_FOREIGN;
		}
	}
	if (h->flags & HTR_BLOCK_FOREIGN) {
		memset(h->syscalls, 0xff, sizeof(h->syscalls));
	}
	for (uint32_t i = 0; i < r->n; i++) {
		h->classes[HTR_BC_ERROR] += failed_call(&r->rows[i], &r->groups[r->rows[i].group]);
	}
	h->n_threads = r->n_threads;
	if (r->n_threads <= HTR_LIST_THREADS) {
		h->n_listed = r->n_threads;
		h->threads = e->listed;
		for (uint32_t i = 0; i < r->n_threads; i++) {
			htr_put32(e->listed + 4 * i, (uint32_t)r->threads[i].tid);
		}
	}
	if (r->n_strings && r->n_strings <= HTR_BLOOM_STRINGS) {
		uint32_t len = (r->n_strings * 10 + 63) / 64 * 8;
		h->bloom_len = len < HTR_BLOOM_MAX ? len : HTR_BLOOM_MAX;
		h->bloom = e->bloom;
		memset(e->bloom, 0, h->bloom_len);
		for (uint32_t i = 0; i < r->n_strings; i++) {
			const struct htr_row_string *s = &r->strings[i];
			htr_bloom_add(e->bloom, h->bloom_len,
				      htr_xxh3(r->blob.data + s->at, s->len));
		}
	}
}

static void fill_head(struct htr_encoder *e, const struct htr_rows *r, uint64_t number,
		      struct htr_block_head *h)
{
	*h = (struct htr_block_head){
		.number = number,
		.first_seq = r->rows[0].seq,
		.last_seq = r->rows[r->n - 1].seq,
		.n_events = r->n,
		.time_unit_ns = (uint32_t)r->unit,
		.first_ns = (int64_t)(r->first_end * r->unit),
		.last_ns = (int64_t)(r->last_end * r->unit),
		.max_dur_ns = r->max_dur * r->unit,
		.lost = r->lost,
		.loss_reasons = r->loss_reasons,
		.kinds = r->kinds,
	};
	skip_data(e, r, h);
	bool unstable = r->all_flags & HTR_EVF_UNSTABLE || r->all_val_flags & HTR_VF_UNSTABLE;
	bool redacted = r->all_flags & HTR_EVF_REDACTED || r->all_val_flags & HTR_VF_REDACTED;
	bool cut = r->all_flags & HTR_EVF_TRUNCATED || r->all_val_flags & HTR_VF_TRUNCATED;
	h->flags |= (unstable ? HTR_BLOCK_UNSTABLE : 0u) | (redacted ? HTR_BLOCK_REDACTED : 0u) |
		    (cut ? HTR_BLOCK_TRUNCATED : 0u) |
		    (h->classes[HTR_BC_ERROR] ? HTR_BLOCK_ERRORS : 0u) |
		    (r->kinds & 1u << HTR_EV_LOSS ? HTR_BLOCK_LOSS : 0u) |
		    (r->n < r->cap ? HTR_BLOCK_EARLY : 0u);
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
	fill_head(e, rows, number, head);

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
			rc = build_args(e, rows, &args);
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
