/* SPDX-License-Identifier: Apache-2.0
 *
 * map.h - open-addressing hash maps: uint64 -> pointer, and bytes -> uint64.
 *
 * Not ordered, not thread-safe. Hash values are seeded per process, so that a hostile trace cannot
 * choose colliding keys. Pointers stored are the caller's; the map frees only its own table (and the
 * key copies of a string map).
 */
#ifndef HTR_CORE_MAP_H
#define HTR_CORE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct htr_map_slot {
	uint64_t key;
	void *val; /* NULL: free slot */
};

/* A zeroed struct is a valid empty map. */
struct htr_map {
	struct htr_map_slot *slots;
	size_t n;   /* entries */
	size_t cap; /* power of two, 0 before the first put */
};

void htr_map_fini(struct htr_map *m);
/* htr_map_get - value or NULL. */
void *htr_map_get(const struct htr_map *m, uint64_t key);
/* htr_map_put - insert or replace; val must not be NULL. Returns 0 or -ENOMEM. */
int htr_map_put(struct htr_map *m, uint64_t key, void *val) __attribute__((warn_unused_result));
/* htr_map_del - remove; returns the value that was there, or NULL. */
void *htr_map_del(struct htr_map *m, uint64_t key);
void htr_map_clear(struct htr_map *m);
/* htr_map_next - *pos starts at 0; returns false at the end. The map must not change meanwhile. */
bool htr_map_next(const struct htr_map *m, size_t *pos, uint64_t *ret_key, void **ret_val);

struct htr_smap_slot {
	uint64_t hash;
	uint8_t *key; /* owned copy; NULL: free slot */
	size_t len;
	uint64_t val;
};

struct htr_smap {
	struct htr_smap_slot *slots;
	size_t n, cap;
};

void htr_smap_fini(struct htr_smap *m);
bool htr_smap_get(const struct htr_smap *m, const void *key, size_t len, uint64_t *ret_val);
/* htr_smap_put - insert or replace (the key is copied). Returns 0 or -ENOMEM. */
int htr_smap_put(struct htr_smap *m, const void *key, size_t len, uint64_t val)
	__attribute__((warn_unused_result));
bool htr_smap_next(const struct htr_smap *m, size_t *pos, const void **ret_key, size_t *ret_len,
		   uint64_t *ret_val);

/* htr_hash_u64 / _bytes - seeded; the same value only within one process. */
uint64_t htr_hash_u64(uint64_t v);
uint64_t htr_hash_bytes(const void *data, size_t len);

#endif
