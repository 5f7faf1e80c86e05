/* SPDX-License-Identifier: Apache-2.0
 *
 * decode_heap.h - protobuf-c on an arena with a budget: a message may ask for 52 bytes of heap for each
 * byte of wire, so what it may have at all is bounded. Private to decode*.c.
 */
#ifndef HTR_TRACE_DECODE_HEAP_H
#define HTR_TRACE_DECODE_HEAP_H

#include <stdbool.h>
#include <stddef.h>

#include "formats/core/arena.h"
#include "formats/core/err.h"

struct htr_decode_heap {
	struct htr_arena *arena;
	size_t budget; /* bytes this message may still take */
	bool over;     /* it wanted more */
	bool no_memory;
};

/* For ProtobufCAllocator; data is a struct htr_decode_heap. free does nothing: the arena is reset. */
void *htr_decode_heap_alloc(void *data, size_t size);
void htr_decode_heap_free(void *data, void *p);

/* htr_decode_heap_error - why unpack gave NULL: -E2BIG, -ENOMEM, or -EBADMSG malformed. */
int htr_decode_heap_error(const struct htr_decode_heap *h, struct htr_err *err);

#endif
