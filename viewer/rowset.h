/* SPDX-License-Identifier: Apache-2.0
 *
 * rowset.h - a growing set of event positions (ordinals), small in memory: per 65,536 ordinals either a
 * sorted array of 16-bit values or a bitmap, whichever is smaller.
 *
 * 100 M of 100 M rows take 12.5 MB, 1 row in 1,000 takes 2 bytes each. Positions are only added in
 * ascending order, as a pass over a trace finds them.
 */
#ifndef HTR_VIEWER_ROWSET_H
#define HTR_VIEWER_ROWSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rowset_chunk {
	uint64_t high;   /* ordinal >> 16 */
	uint64_t before; /* rows in all chunks before this one */
	uint32_t n;      /* rows in this chunk */
	uint32_t cap;    /* array: entries allocated */
	bool bitmap;
	union {
		uint16_t *low;  /* array, owned */
		uint64_t *bits; /* 1,024 words, owned */
	};
};

/* A zeroed struct is a valid empty set. */
struct rowset {
	struct rowset_chunk *chunks;
	size_t n_chunks, cap;
	uint64_t n;    /* rows */
	uint64_t last; /* largest ordinal, when n > 0 */
};

void rowset_fini(struct rowset *rs);
/* rowset_add - ordinal must be larger than all before (smaller ones are ignored). Returns 0 or -ENOMEM. */
int rowset_add(struct rowset *rs, uint64_t ordinal) __attribute__((warn_unused_result));
/* rowset_at - ordinal of row i; i < n. O(log chunks). */
uint64_t rowset_at(const struct rowset *rs, uint64_t i);
/* rowset_rank - number of rows with a smaller ordinal: the row of the first ordinal >= this one. */
uint64_t rowset_rank(const struct rowset *rs, uint64_t ordinal);
/* rowset_bytes - memory held. */
size_t rowset_bytes(const struct rowset *rs);

#endif
