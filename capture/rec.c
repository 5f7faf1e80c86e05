/* SPDX-License-Identifier: Apache-2.0
 *
 * rec.c - pool of records; see rec.h.
 */
#include "capture/rec.h"

#include <stdlib.h>

#define POOL_MAX 64    /* kept for reuse; more are freed */
#define KEEP_MAX 65536 /* bytes of memory a pooled record may keep */

struct rec *rec_get(struct rec_pool *pool, enum htr_event_kind kind)
{
	struct rec *r = pool->free;

	if (r) {
		pool->free = r->next;
		pool->n_free--;
	} else {
		r = malloc(sizeof(*r));
		if (!r) {
			return NULL;
		}
		htr_arena_init(&r->mem, 0);
	}
	htr_builder_init(&r->b, kind);
	r->desc = NULL;
	r->how = HOW_NOT;
	r->entry_ns = 0;
	r->skip = r->named = false;
	r->next = NULL;
	return r;
}

void rec_put(struct rec_pool *pool, struct rec *r)
{
	if (!r) {
		return;
	}
	if (pool->n_free >= POOL_MAX || r->mem.used > KEEP_MAX) {
		htr_arena_fini(&r->mem);
		free(r);
		return;
	}
	htr_arena_reset(&r->mem);
	r->next = pool->free;
	pool->free = r;
	pool->n_free++;
}

void rec_pool_fini(struct rec_pool *pool)
{
	while (pool->free) {
		struct rec *r = pool->free;

		pool->free = r->next;
		htr_arena_fini(&r->mem);
		free(r);
	}
	pool->n_free = 0;
}

void rec_bytes(struct rec *r, unsigned key, const void *data, size_t len, unsigned val_flags)
{
	void *copy = htr_arena_dup(&r->mem, data, len);

	if (!copy) {
		r->b.ev.flags |= HTR_EVF_TRUNCATED;
		return;
	}
	htr_builder_bytes(&r->b, key, copy, len, val_flags);
}

void rec_int(struct rec *r, unsigned key, int64_t num)
{
	htr_builder_int(&r->b, key, num);
}
