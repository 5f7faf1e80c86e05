/* SPDX-License-Identifier: Apache-2.0
 *
 * column.h - n numbers of 64 bits as byte planes and back. Transforms make numbers small, planes let
 * zstd see bytes of one rank side by side.
 *
 * It does not know protobuf: encode.c and decode.c carry a column into and out of messages.
 *
 * Source: holter-trace(5), "Columns".
 */
#ifndef HTR_TRACE_COLUMN_H
#define HTR_TRACE_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/core/arena.h"
#include "formats/core/err.h"

enum htr_transform {
	HTR_TF_UNSPEC = 0,
	HTR_TF_CONSTANT = 1,
	HTR_TF_RAW = 2,
	HTR_TF_DELTA = 3,
	HTR_TF_DELTA_THREAD = 4,
};

struct htr_column {
	uint8_t transform; /* enum htr_transform */
	uint8_t width;     /* 0..8 */
	uint64_t offset;
	uint8_t *planes; /* width * n bytes */
	size_t planes_len;
	uint8_t *ex_at; /* 2 bytes each */
	size_t ex_at_len;
	uint8_t *ex_value; /* 8 bytes each */
	size_t ex_value_len;
};

/* Where a decoded column is: value i = v[i * step]; step 0 for a constant. */
struct htr_column_view {
	const uint64_t *v;
	size_t step;
	uint64_t constant; /* v points here when step is 0 */
};

static inline uint64_t htr_column_at(const struct htr_column_view *c, size_t i)
{
	return c->v[i * c->step];
}

#define HTR_COLUMN_SAMPLE 1024u /* values that decide which transform is the best */

/* Working memory of one coder: last value per thread, trial arrays. */
struct htr_column_scratch {
	uint64_t *last;  /* HTR_MAX_THREADS */
	uint32_t *stamp; /* HTR_MAX_THREADS: last[] is of this column when equal to `now` */
	uint32_t now;
	uint64_t *trial[2]; /* encode only: cap numbers each */
	uint32_t *gain;     /* encode only, HTR_COLUMN_SAMPLE: see entropy() */
	size_t cap;
};

/* htr_column_scratch_init - @cap: longest column to encode, 0 for decoding. 0 or -ENOMEM. */
int htr_column_scratch_init(struct htr_column_scratch *s, size_t cap) HTR_MUST_CHECK;
void htr_column_scratch_fini(struct htr_column_scratch *s);

/* What was best for the same column in the blocks before: trying all transforms is most of the work. */
struct htr_column_memory {
	uint8_t transform; /* HTR_TF_UNSPEC: nothing known */
	uint8_t uses;      /* since it was found out */
};

/*
 * htr_column_encode - choose transform and width, build planes in the arena
 *
 * @threads: thread index of each value; NULL: do not try DELTA_THREAD
 * @memory:  [in, out] of this column; NULL: the numbers are differences or indices already, try nothing
 * Returns:  0, -ENOMEM. n 0 gives a constant.
 */
int htr_column_encode(const uint64_t *v, size_t n, const uint16_t *threads,
		      struct htr_column_memory *memory, struct htr_column_scratch *s,
		      struct htr_arena *arena, struct htr_column *ret) HTR_MUST_CHECK;

/* htr_column_is_zero - all values are 0: the column need not be stored. */
bool htr_column_is_zero(const struct htr_column *c);

/*
 * htr_column_decode - check and unfold an untrusted column
 *
 * @threads: as above; NULL makes DELTA_THREAD an error
 * @out:     room for n numbers; may stay unused (constant)
 * Returns:  0, -EBADMSG.
 */
int htr_column_decode(const struct htr_column *c, size_t n, const uint16_t *threads,
		      struct htr_column_scratch *s, uint64_t *out, struct htr_column_view *ret,
		      struct htr_err *err) HTR_MUST_CHECK;

#endif
