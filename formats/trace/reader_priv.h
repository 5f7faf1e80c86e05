/* SPDX-License-Identifier: Apache-2.0
 *
 * reader_priv.h - the inside of a reader, for reader.c, recover.c, index.c and cursor.c only.
 */
#ifndef HTR_TRACE_READER_PRIV_H
#define HTR_TRACE_READER_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/core/arena.h"
#include "formats/trace/container.h"
#include "formats/trace/reader.h"
#include "formats/trace/source.h"

#define HTR_SKIP_MEMORY \
	((size_t)128 << 20) /* skip data kept in memory; without it nothing is skipped */

/* What the public block info does not say. */
struct htr_block_priv {
	uint64_t head_xxh; /* of the whole head frame */
	uint32_t head_size;
	uint32_t gap; /* index + 1 of the gap in front of the block; 0 none */
	bool seen;    /* head was read from its place in the file, not only from the index */
};

struct htr_reader {
	struct htr_source src;
	char *name;
	const struct htr_facts *facts;
	struct htr_arena arena;      /* facts */
	struct htr_arena skip_arena; /* thread lists and blooms */
	struct htr_file_head head;
	uint64_t tag;
	uint64_t blocks_at; /* where the first block begins */
	uint64_t file_size; /* when last looked; of a stream the bytes so far */

	struct htr_block_info *blocks;
	struct htr_block_priv *priv;
	size_t n_blocks, cap_blocks;
	uint64_t n_events, n_lost;
	bool from_index;     /* list is from the index, heads not seen yet */
	uint32_t generation; /* counts rebuilds of the list */

	struct htr_gap *gaps;
	size_t n_gaps, cap_gaps;
	uint32_t tail_gap; /* index + 1 of the gap behind the last block */

	/* the walk over block heads; see recover.h */
	uint64_t walk_at;
	uint64_t next_number, next_seq;
	int64_t last_ns;
	uint8_t start_hash[HTR_HASH_LEN]; /* of file head and header: where the chain begins */
	uint8_t last_hash[HTR_HASH_LEN];
	bool chain_known; /* last_hash is of the block right before */
	bool chain_broken;
	bool walk_done; /* no more blocks can come: index seen, or end of a stream */
	bool torn;      /* the file ends inside a block */
	uint32_t false_heads;

	bool footer_seen;
	struct htr_footer footer;
	bool growing;
	bool damaged; /* a part of some block was bad */
};

/* htr_reader_add_block - append to the list; head points to the frame it was read from. */
int htr_reader_add_block(struct htr_reader *r, uint64_t offset, const struct htr_block_head *h,
			 uint64_t head_xxh, uint32_t head_size, bool seen,
			 struct htr_err *err) HTR_MUST_CHECK;
int htr_reader_add_gap(struct htr_reader *r, struct htr_gap gap,
		       struct htr_err *err) HTR_MUST_CHECK;
void htr_reader_clear(struct htr_reader *r);

/*
 * htr_reader_load - bytes of one block, its head checked again
 *
 * @ret_head:   [out] points into the window
 * @ret_parts:  [out, borrowed] until the next read
 * Returns: 0; -EAGAIN the index lied: the list was built anew, look the block up again; -EBADMSG, -ENODATA,
 *          -ESPIPE (stream, not the newest block), -ENOMEM, I/O.
 */
int htr_reader_load(struct htr_reader *r, size_t i, struct htr_block_head *ret_head,
		    const uint8_t **ret_parts, struct htr_err *err) HTR_MUST_CHECK;

/* htr_reader_mark_damaged - a part of block i is bad: remember it as a gap. */
int htr_reader_mark_damaged(struct htr_reader *r, size_t i, struct htr_err *err) HTR_MUST_CHECK;

/* htr_reader_check_head - is the head of block i in the file the one of the list? as load. */
int htr_reader_check_head(struct htr_reader *r, size_t i, struct htr_err *err) HTR_MUST_CHECK;

#endif
