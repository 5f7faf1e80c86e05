/* SPDX-License-Identifier: Apache-2.0
 * Set of ordinals in chunks. */
#include "viewer/rowset.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_ARRAY_MAX 4096 /* beyond this a bitmap of 8 KiB is smaller */
#define CHUNK_WORDS     1024

void rowset_fini(struct rowset *rs)
{
	for (size_t i = 0; i < rs->n_chunks; i++) {
		free(rs->chunks[i].low);
	}
	free(rs->chunks);
	*rs = (struct rowset){ 0 };
}

static struct rowset_chunk *chunk_new(struct rowset *rs, uint64_t high)
{
	if (rs->n_chunks == rs->cap) {
		size_t cap = rs->cap ? rs->cap * 2 : 16;
		struct rowset_chunk *p = reallocarray(rs->chunks, cap, sizeof(*p));

		if (!p) {
			return NULL;
		}
		rs->chunks = p;
		rs->cap = cap;
	}
	struct rowset_chunk *ch = &rs->chunks[rs->n_chunks++];

	*ch = (struct rowset_chunk){ .high = high, .before = rs->n };
	return ch;
}

static int to_bitmap(struct rowset_chunk *ch)
{
	uint64_t *bits = calloc(CHUNK_WORDS, sizeof(*bits));

	if (!bits) {
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < ch->n; i++) {
		bits[ch->low[i] >> 6] |= UINT64_C(1) << (ch->low[i] & 63);
	}
	free(ch->low);
	ch->bits = bits;
	ch->bitmap = true;
	ch->cap = 0;
	return 0;
}

static int chunk_room(struct rowset_chunk *ch)
{
	if (ch->bitmap || ch->n < ch->cap) {
		return 0;
	}
	if (ch->n == CHUNK_ARRAY_MAX) {
		return to_bitmap(ch);
	}
	uint32_t cap = ch->cap ? ch->cap * 2 : 8;
	uint16_t *p = reallocarray(ch->low, cap, sizeof(*p));

	if (!p) {
		return -ENOMEM;
	}
	ch->low = p;
	ch->cap = cap;
	return 0;
}

int rowset_add(struct rowset *rs, uint64_t ordinal)
{
	struct rowset_chunk *ch = rs->n_chunks ? &rs->chunks[rs->n_chunks - 1] : NULL;

	if (rs->n && ordinal <= rs->last) {
		return 0;
	}
	if (!ch || ch->high != ordinal >> 16) {
		ch = chunk_new(rs, ordinal >> 16);
	}
	if (!ch || chunk_room(ch) < 0) {
		return -ENOMEM;
	}
	uint16_t low = (uint16_t)ordinal;

	if (ch->bitmap) {
		ch->bits[low >> 6] |= UINT64_C(1) << (low & 63);
	} else {
		ch->low[ch->n] = low;
	}
	ch->n++;
	rs->n++;
	rs->last = ordinal;
	return 0;
}

static unsigned bitmap_select(const uint64_t *bits, uint32_t i)
{
	unsigned w = 0;
	unsigned n;

	while ((n = (unsigned)__builtin_popcountll(bits[w])) <= i) {
		i -= n;
		w++;
	}
	uint64_t word = bits[w];
	while (i--) {
		word &= word - 1;
	}
	return w * 64 + (unsigned)__builtin_ctzll(word);
}

uint64_t rowset_at(const struct rowset *rs, uint64_t i)
{
	assert(i < rs->n);
	size_t lo = 0, hi = rs->n_chunks;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;
		if (rs->chunks[mid].before <= i) {
			lo = mid;
		} else {
			hi = mid;
		}
	}
	const struct rowset_chunk *ch = &rs->chunks[lo];
	uint32_t at = (uint32_t)(i - ch->before);

	return ch->high << 16 | (ch->bitmap ? bitmap_select(ch->bits, at) : ch->low[at]);
}

static uint32_t bitmap_rank(const uint64_t *bits, unsigned low)
{
	uint32_t n = 0;

	for (unsigned w = 0; w < low >> 6; w++) {
		n += (uint32_t)__builtin_popcountll(bits[w]);
	}
	uint64_t mask = (UINT64_C(1) << (low & 63)) - 1;
	return n + (uint32_t)__builtin_popcountll(bits[low >> 6] & mask);
}

static uint32_t array_rank(const struct rowset_chunk *ch, uint16_t low)
{
	uint32_t lo = 0, hi = ch->n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (ch->low[mid] < low) {
			lo = mid + 1;
		} else {
			hi = mid;
		}
	}
	return lo;
}

uint64_t rowset_rank(const struct rowset *rs, uint64_t ordinal)
{
	size_t lo = 0, hi = rs->n_chunks;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (rs->chunks[mid].high < ordinal >> 16) {
			lo = mid + 1;
		} else {
			hi = mid;
		}
	}
	if (lo == rs->n_chunks) {
		return rs->n;
	}
	const struct rowset_chunk *ch = &rs->chunks[lo];

	if (ch->high > ordinal >> 16) {
		return ch->before;
	}
	uint16_t low = (uint16_t)ordinal;
	return ch->before + (ch->bitmap ? bitmap_rank(ch->bits, low) : array_rank(ch, low));
}

size_t rowset_bytes(const struct rowset *rs)
{
	size_t n = rs->cap * sizeof(*rs->chunks);

	for (size_t i = 0; i < rs->n_chunks; i++) {
		n += rs->chunks[i].bitmap ? CHUNK_WORDS * sizeof(uint64_t)
					  : rs->chunks[i].cap * sizeof(uint16_t);
	}
	return n;
}
