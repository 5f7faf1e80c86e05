/* SPDX-License-Identifier: Apache-2.0
 * Region allocator: chunks that double up to 1 MiB, larger requests get their own chunk. */
#include "formats/core/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_MIN ((size_t)4096)
#define CHUNK_MAX ((size_t)1 << 20)
#define ALIGN     ((size_t)16)

struct htr_arena_chunk {
	struct htr_arena_chunk *next;
	size_t size; /* payload bytes */
	size_t at;   /* payload bytes in use */
	size_t pad_; /* keeps data[] aligned to 16 */
	uint8_t data[];
};

_Static_assert(sizeof(struct htr_arena_chunk) % 16 == 0, "payload must be aligned");

void htr_arena_init(struct htr_arena *a, size_t limit)
{
	*a = (struct htr_arena){ .limit = limit };
}

void htr_arena_fini(struct htr_arena *a)
{
	for (struct htr_arena_chunk *c = a->chunks, *next; c; c = next) {
		next = c->next;
		free(c);
	}
	a->chunks = NULL;
	a->used = 0;
}

void htr_arena_reset(struct htr_arena *a)
{
	struct htr_arena_chunk *keep = NULL;

	for (struct htr_arena_chunk *c = a->chunks, *next; c; c = next) {
		next = c->next;
		if (!keep || c->size > keep->size) {
			free(keep);
			keep = c;
		} else {
			free(c);
		}
	}
	if (keep) {
		keep->next = NULL;
		keep->at = 0;
	}
	a->chunks = keep;
	a->used = 0;
}

static struct htr_arena_chunk *grow(struct htr_arena *a, size_t need)
{
	size_t size = a->chunks ? a->chunks->size * 2 : CHUNK_MIN;
	if (size > CHUNK_MAX) {
		size = CHUNK_MAX;
	}
	if (size < need) {
		size = need;
	}
	struct htr_arena_chunk *c = malloc(sizeof(*c) + size);
	if (!c) {
		return NULL;
	}
	c->size = size;
	c->at = 0;
	c->next = a->chunks;
	a->chunks = c;
	return c;
}

void *htr_arena_alloc(struct htr_arena *a, size_t size)
{
	size_t need;
	if (__builtin_add_overflow(size, ALIGN - 1, &need)) {
		return NULL;
	}
	need &= ~(ALIGN - 1);
	if (!need) {
		need = ALIGN;
	}
	if (a->limit && (need > a->limit || a->used > a->limit - need)) {
		return NULL;
	}
	struct htr_arena_chunk *c = a->chunks;
	if (!c || c->size - c->at < need) {
		c = grow(a, need);
		if (!c) {
			return NULL;
		}
	}
	void *p = c->data + c->at;
	c->at += need;
	a->used += need;
	memset(p, 0, need);
	return p;
}

void *htr_arena_array(struct htr_arena *a, size_t n, size_t size)
{
	size_t total;
	if (__builtin_mul_overflow(n, size, &total)) {
		return NULL;
	}
	return htr_arena_alloc(a, total);
}

void *htr_arena_dup(struct htr_arena *a, const void *data, size_t len)
{
	if (len == SIZE_MAX) {
		return NULL;
	}
	char *p = htr_arena_alloc(a, len + 1);
	if (p && len) {
		memcpy(p, data, len);
	}
	return p;
}

char *htr_arena_printf(struct htr_arena *a, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0) {
		return NULL;
	}
	char *p = htr_arena_alloc(a, (size_t)n + 1);
	if (p) {
		va_start(ap, fmt);
		vsnprintf(p, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	return p;
}
