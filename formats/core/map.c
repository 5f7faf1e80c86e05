/* SPDX-License-Identifier: Apache-2.0
 * Linear-probing hash maps with backward-shift deletion; load factor at most 3/4. */
#include "formats/core/map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "formats/core/cleanup.h"

static uint64_t seed(void)
{
	static uint64_t value;

	if (!value) {
		uint64_t v = 0;
		if (getrandom(&v, sizeof(v), GRND_NONBLOCK) != (ssize_t)sizeof(v)) {
			struct timespec ts;
			clock_gettime(CLOCK_MONOTONIC, &ts);
			v = (uint64_t)ts.tv_nsec * 0x9e3779b97f4a7c15u;
		}
		value = v | 1;
	}
	return value;
}

uint64_t htr_hash_u64(uint64_t v)
{
	v ^= seed();
	v ^= v >> 33;
	v *= 0xff51afd7ed558ccdu;
	v ^= v >> 33;
	v *= 0xc4ceb9fe1a85ec53u;
	return v ^ v >> 33;
}

uint64_t htr_hash_bytes(const void *data, size_t len)
{
	const uint8_t *p = data;
	uint64_t h = seed() ^ len * 0x9e3779b97f4a7c15u, w;

	for (; len >= 8; len -= 8, p += 8) {
		memcpy(&w, p, 8);
		h = (h ^ w) * 0x9fb21c651e98df25u;
		h ^= h >> 32;
	}
	w = 0;
	if (len) {
		memcpy(&w, p, len);
	}
	return htr_hash_u64(h ^ w);
}

/* ---- uint64 -> pointer ------------------------------------------------------------------------- */

void htr_map_fini(struct htr_map *m)
{
	free(m->slots);
	*m = (struct htr_map){ 0 };
}

void htr_map_clear(struct htr_map *m)
{
	if (m->slots) {
		memset(m->slots, 0, m->cap * sizeof(*m->slots));
	}
	m->n = 0;
}

static struct htr_map_slot *map_find(const struct htr_map *m, uint64_t key)
{
	size_t mask = m->cap - 1;
	size_t i = htr_hash_u64(key) & mask;

	while (m->slots[i].val && m->slots[i].key != key) {
		i = (i + 1) & mask;
	}
	return &m->slots[i];
}

void *htr_map_get(const struct htr_map *m, uint64_t key)
{
	return m->n ? map_find(m, key)->val : NULL;
}

static int map_grow(struct htr_map *m)
{
	struct htr_map bigger = { .cap = m->cap ? m->cap * 2 : 16, .n = m->n };

	bigger.slots = calloc(bigger.cap, sizeof(*bigger.slots));
	if (!bigger.slots) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < m->cap; i++) {
		if (m->slots[i].val) {
			*map_find(&bigger, m->slots[i].key) = m->slots[i];
		}
	}
	free(m->slots);
	*m = bigger;
	return 0;
}

int htr_map_put(struct htr_map *m, uint64_t key, void *val)
{
	if ((m->n + 1) * 4 > m->cap * 3) {
		int r = map_grow(m);
		if (r < 0) {
			return r;
		}
	}
	struct htr_map_slot *s = map_find(m, key);
	m->n += !s->val;
	*s = (struct htr_map_slot){ key, val };
	return 0;
}

void *htr_map_del(struct htr_map *m, uint64_t key)
{
	if (!m->n) {
		return NULL;
	}
	struct htr_map_slot *s = map_find(m, key);
	void *val = s->val;
	if (!val) {
		return NULL;
	}
	size_t mask = m->cap - 1, hole = (size_t)(s - m->slots);
	for (size_t i = (hole + 1) & mask; m->slots[i].val; i = (i + 1) & mask) {
		size_t home = htr_hash_u64(m->slots[i].key) & mask;
		if (((i - home) & mask) >= ((i - hole) & mask)) {
			m->slots[hole] = m->slots[i];
			hole = i;
		}
	}
	m->slots[hole].val = NULL;
	m->n--;
	return val;
}

bool htr_map_next(const struct htr_map *m, size_t *pos, uint64_t *ret_key, void **ret_val)
{
	for (; *pos < m->cap; (*pos)++) {
		if (m->slots[*pos].val) {
			*ret_key = m->slots[*pos].key;
			*ret_val = m->slots[*pos].val;
			(*pos)++;
			return true;
		}
	}
	return false;
}

/* ---- bytes -> uint64 ----------------------------------------------------------------------------- */

void htr_smap_fini(struct htr_smap *m)
{
	for (size_t i = 0; i < m->cap; i++) {
		free(m->slots[i].key);
	}
	free(m->slots);
	*m = (struct htr_smap){ 0 };
}

static struct htr_smap_slot *smap_find(const struct htr_smap *m, uint64_t hash, const void *key,
				       size_t len)
{
	size_t mask = m->cap - 1;
	size_t i = hash & mask;

	for (; m->slots[i].key; i = (i + 1) & mask) {
		const struct htr_smap_slot *s = &m->slots[i];
		if (s->hash == hash && s->len == len && (!len || !memcmp(s->key, key, len))) {
			break;
		}
	}
	return &m->slots[i];
}

bool htr_smap_get(const struct htr_smap *m, const void *key, size_t len, uint64_t *ret_val)
{
	if (!m->n) {
		return false;
	}
	const struct htr_smap_slot *s = smap_find(m, htr_hash_bytes(key, len), key, len);
	if (!s->key) {
		return false;
	}
	*ret_val = s->val;
	return true;
}

static int smap_grow(struct htr_smap *m)
{
	struct htr_smap bigger = { .cap = m->cap ? m->cap * 2 : 16, .n = m->n };

	bigger.slots = calloc(bigger.cap, sizeof(*bigger.slots));
	if (!bigger.slots) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < m->cap; i++) {
		struct htr_smap_slot *s = &m->slots[i];
		if (s->key) {
			*smap_find(&bigger, s->hash, s->key, s->len) = *s;
		}
	}
	free(m->slots);
	*m = bigger;
	return 0;
}

int htr_smap_put(struct htr_smap *m, const void *key, size_t len, uint64_t val)
{
	if ((m->n + 1) * 4 > m->cap * 3) {
		int r = smap_grow(m);
		if (r < 0) {
			return r;
		}
	}
	uint64_t hash = htr_hash_bytes(key, len);
	struct htr_smap_slot *s = smap_find(m, hash, key, len);
	if (s->key) {
		s->val = val;
		return 0;
	}
	uint8_t *copy = malloc(len + 1);
	if (!copy) {
		return -ENOMEM;
	}
	if (len) {
		memcpy(copy, key, len);
	}
	copy[len] = '\0';
	*s = (struct htr_smap_slot){ .hash = hash, .key = copy, .len = len, .val = val };
	m->n++;
	return 0;
}

bool htr_smap_next(const struct htr_smap *m, size_t *pos, const void **ret_key, size_t *ret_len,
		   uint64_t *ret_val)
{
	for (; *pos < m->cap; (*pos)++) {
		const struct htr_smap_slot *s = &m->slots[*pos];
		if (s->key) {
			*ret_key = s->key;
			*ret_len = s->len;
			*ret_val = s->val;
			(*pos)++;
			return true;
		}
	}
	return false;
}
