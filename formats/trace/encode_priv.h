/* SPDX-License-Identifier: Apache-2.0
 *
 * encode_priv.h - what encode.c, encode_args.c and encode_skip.c share. Nobody else includes it.
 */
#ifndef HTR_TRACE_ENCODE_PRIV_H
#define HTR_TRACE_ENCODE_PRIV_H

#include <stddef.h>
#include <stdint.h>

#include "formats/core/arena.h"
#include "formats/trace/column.h"
#include "formats/trace/encode.h"

struct Holter__Args;
struct Holter__Column;

#define N_COLUMNS 8               /* of a group: count, result, six arguments */
#define N_SLOTS   (HTR_K_MAX * 4) /* key and type */
#define N_MEMORY  4096u           /* columns whose transform is remembered; a power of two */

struct plane_set {
	const uint8_t *planes;
	size_t n;
	unsigned width;
};

/* Values with one key and type in the group in work. */
struct htr_value_set {
	uint32_t n, at; /* how many; where they begin in vals */
	uint32_t fill;
	uint8_t *present;
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
	struct htr_value_set sets[N_SLOTS]; /* valid for those in list */
	uint16_t list[N_SLOTS];
	unsigned n_list;
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

/* htr_encode_memory - where the choice for a column of a group is kept. */
struct htr_column_memory *htr_encode_memory(struct htr_encoder *e, const struct htr_row_group *g,
					    unsigned column);

/* htr_encode_column - numbers into a message; *ret stays NULL for a column of zeros. 0 or -ENOMEM. */
int htr_encode_column(struct htr_encoder *e, const uint64_t *v, size_t n, const uint16_t *threads,
		      struct htr_column_memory *memory, struct Holter__Column **ret) HTR_MUST_CHECK;

/* htr_encode_room - e->vals and e->val_threads hold at least n values. 0 or -ENOMEM. */
int htr_encode_room(struct htr_encoder *e, uint32_t n) HTR_MUST_CHECK;

/* htr_encode_args - all groups; fills e->data. 0 or -ENOMEM. */
int htr_encode_args(struct htr_encoder *e, const struct htr_rows *r,
		    struct Holter__Args *args) HTR_MUST_CHECK;

/* htr_encode_head - all of the head that can be known before the parts are packed. */
void htr_encode_head(struct htr_encoder *e, const struct htr_rows *r, uint64_t number,
		     struct htr_block_head *h);

#endif
