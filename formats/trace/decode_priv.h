/* SPDX-License-Identifier: Apache-2.0
 *
 * decode_priv.h - what decode.c and decode_args.c share. Nobody else includes it.
 */
#ifndef HTR_TRACE_DECODE_PRIV_H
#define HTR_TRACE_DECODE_PRIV_H

#include <stddef.h>
#include <stdint.h>

#include "formats/core/arena.h"
#include "formats/core/err.h"
#include "formats/model/event.h"
#include "formats/trace/column.h"
#include "formats/trace/decode.h"

struct Holter__Args;
struct Holter__Who;
struct Holter__Column;

#define HTR_DECODE_COLUMNS  8 /* count, result, six arguments */
#define HTR_DECODE_MIN_ROWS 1024u
#define HTR_DECODE_ARCH_MAX 5 /* enum htr_arch: higher ones are of newer writers */

struct htr_decoder {
	struct htr_unpacker *unpacker;
	struct htr_column_scratch scratch;
	struct htr_arena arena; /* messages of W, T, A of the block in work */
	uint8_t *raw;           /* one unpacked part */
	size_t cap_raw;

	size_t cap; /* of all arrays up to order */
	uint64_t *cols[HTR_DECODE_COLUMNS];
	uint16_t *thread, *group; /* per row, from W */
	uint16_t *row_threads;    /* 2 * cap: of the rows of one group, then of one set */
	uint32_t *order;          /* rows sorted by group */

	const struct Holter__Who *who;                /* in arena */
	struct htr_column_view skip, flags, end, dur; /* in cols, until part A is decoded */

	uint32_t *group_start; /* n_groups + 1 */
	size_t cap_groups;
	size_t n_threads, n_groups;

	uint32_t *strings; /* n_strings + 1 offsets in blob */
	size_t cap_strings;
	uint32_t n_strings;
	const uint8_t *blob;
	const uint8_t *data; /* part D */
	size_t data_len;
};

/* htr_decoder_room - arrays up to `order` hold at least n elements. 0 or -ENOMEM. */
int htr_decoder_room(struct htr_decoder *d, size_t n) HTR_MUST_CHECK;

/* htr_decode_column - a message (NULL: zeros) into numbers. */
int htr_decode_column(struct htr_decoder *d, const struct Holter__Column *m, size_t n,
		      const uint16_t *threads, uint64_t *out, struct htr_column_view *ret,
		      struct htr_err *err) HTR_MUST_CHECK;

/* htr_decode_args - part A into results, arguments and values of ret->events. */
int htr_decode_args(struct htr_decoder *d, const struct Holter__Args *args, uint32_t n_events,
		    struct htr_block_data *ret, struct htr_err *err) HTR_MUST_CHECK;

#endif
