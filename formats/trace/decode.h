/* SPDX-License-Identifier: Apache-2.0
 *
 * decode.h - untrusted parts into events. Order of checks: limits in the head, declared frame size, memory
 * of exactly that size, allocator with a budget, column lengths against counts, indices against tables.
 */
#ifndef HTR_TRACE_DECODE_H
#define HTR_TRACE_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/core/arena.h"
#include "formats/core/err.h"
#include "formats/model/event.h"
#include "formats/model/facts.h"
#include "formats/trace/container.h"

/* One decoded block; memory is kept from block to block. A zeroed struct is valid and empty. */
struct htr_block_data {
	struct htr_event *events;
	uint32_t n_events, cap_events;
	struct htr_val *vals;
	uint32_t n_vals, cap_vals;
	struct htr_arena arena; /* messages; the bytes of values live in here */
};

void htr_block_data_fini(struct htr_block_data *d);
/* htr_block_data_size - bytes of memory it holds on to. */
size_t htr_block_data_size(const struct htr_block_data *d);

/* Working memory for decoding, shared by any number of htr_block_data. */
struct htr_decoder;

int htr_decoder_new(struct htr_decoder **ret, struct htr_err *err) HTR_MUST_CHECK;
void htr_decoder_free(struct htr_decoder *d);

/* Which parts to decode. */
enum htr_decode_what {
	HTR_DECODE_HOT =
		1, /* W and T only: time, duration, thread, kind, number, flags; no arguments */
	HTR_DECODE_ALL = 2,
};

/*
 * htr_decoder_block - decode one block
 *
 * @head:   as read by htr_block_head_decode
 * @parts:  bytes of the parts, htr_block_parts_size(head) of them
 * @offset: of the parts in the file, for messages
 * @ret:    events in file order; valid until the next use of ret
 * Returns: 0, -EBADMSG (err->offset says which part), -E2BIG, -ENOMEM. ret is empty on failure.
 */
int htr_decoder_block(struct htr_decoder *d, const struct htr_block_head *head,
		      const uint8_t *parts, uint64_t offset, enum htr_decode_what what,
		      struct htr_block_data *ret, struct htr_err *err) HTR_MUST_CHECK;

/*
 * htr_decode_header - the header frame into facts (in the arena)
 *
 * Returns: 0, -EBADMSG, -E2BIG, -ENOMEM.
 */
int htr_decode_header(const struct htr_file_head *head, const uint8_t *frame, uint64_t offset,
		      struct htr_arena *arena, const struct htr_facts **ret,
		      struct htr_err *err) HTR_MUST_CHECK;

#endif
