/* SPDX-License-Identifier: Apache-2.0
 *
 * arena.h - region allocator with a budget: one arena per decoded block, reset per block.
 *
 * Not thread-safe. Memory of an arena is valid until its next reset or fini.
 */
#ifndef HTR_CORE_ARENA_H
#define HTR_CORE_ARENA_H

#include <stddef.h>

struct htr_arena_chunk;

struct htr_arena {
	struct htr_arena_chunk *chunks; /* newest first */
	size_t used;                    /* bytes handed out since the last reset */
	size_t limit;                   /* 0: none; else alloc beyond it returns NULL */
};

/* htr_arena_init - an empty arena; allocates nothing yet. A zeroed struct is a valid arena. */
void htr_arena_init(struct htr_arena *a, size_t limit);

/* htr_arena_fini - free everything; a zeroed or finished arena is fine. */
void htr_arena_fini(struct htr_arena *a);

/* htr_arena_reset - forget all allocations, keep the largest chunk for reuse. */
void htr_arena_reset(struct htr_arena *a);

/*
 * htr_arena_alloc - zeroed memory, aligned to 16 bytes
 *
 * Returns: memory, or NULL when malloc fails or the limit would be passed. Size 0 gives a valid
 *          pointer.
 */
void *htr_arena_alloc(struct htr_arena *a, size_t size) __attribute__((warn_unused_result));

/* htr_arena_array - alloc of n * size with an overflow check. */
void *htr_arena_array(struct htr_arena *a, size_t n, size_t size)
	__attribute__((warn_unused_result));

/* htr_arena_dup - copy of len bytes with one NUL byte behind them. */
void *htr_arena_dup(struct htr_arena *a, const void *data, size_t len)
	__attribute__((warn_unused_result));

char *htr_arena_printf(struct htr_arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), warn_unused_result));

#endif
