/* SPDX-License-Identifier: Apache-2.0
 * Block heads: encoding, checking, finding them, their chain hash and their bloom. */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "formats/trace/container.h"

static const uint8_t block_magic[8] = { 0xb1, 'H', 'T', 'R', 'b', 'l', 'k', 0xe7 };

enum {
	BH_MAGIC = 0,
	BH_LEN = 8,
	BH_FIXED = 12, /* where the part table begins */
	BH_NUMBER = 16,
	BH_TAG = 24,
	BH_FIRST_SEQ = 32,
	BH_LAST_SEQ = 40,
	BH_N_EVENTS = 48,
	BH_FLAGS = 52,
	BH_FIRST_NS = 56,
	BH_LAST_NS = 64,
	BH_MAX_DUR = 72,
	BH_LOST = 80,
	BH_LOSS_WHY = 88,
	BH_KINDS = 92,
	BH_SYSCALLS = 96,
	BH_CLASSES = 160,
	BH_N_THREADS = 224,
	BH_N_PARTS = 228,
	BH_N_LISTED = 232,
	BH_BLOOM_LEN = 236,
	BH_TIME_UNIT = 240,
	BH_RESERVED = 244,
	BH_PREV = 248,
	BH_OWN = 280,
	BH_SIZE = 312,

	PH_SIZE = 24, /* part: type u8, flags u8, 0 u16, size u32, raw u32, 0 u32, xxh u64 */
};

int htr_block_head_encode(const struct htr_block_head *h, struct htr_buf *out, struct htr_err *err)
{
	assert(h->n_parts <= HTR_MAX_PARTS && h->n_listed <= HTR_LIST_THREADS);
	uint32_t size = BH_SIZE + h->n_parts * PH_SIZE + h->n_listed * 4 + h->bloom_len + 8;
	uint8_t *f = htr_buf_reserve(out, HTR_FRAME_HEAD + size);
	if (!f) {
		return htr_err_set(err, -ENOMEM, "no memory for a block head");
	}
	memset(f, 0, HTR_FRAME_HEAD + size);
	htr_put32(f, HTR_SKIPPABLE_MAGIC);
	htr_put32(f + 4, size);
	uint8_t *p = f + HTR_FRAME_HEAD;
	memcpy(p + BH_MAGIC, block_magic, sizeof(block_magic));
	htr_put32(p + BH_LEN, size);
	htr_put32(p + BH_FIXED, BH_SIZE);
	htr_put64(p + BH_NUMBER, h->number);
	htr_put64(p + BH_TAG, h->file_tag);
	htr_put64(p + BH_FIRST_SEQ, h->first_seq);
	htr_put64(p + BH_LAST_SEQ, h->last_seq);
	htr_put32(p + BH_N_EVENTS, h->n_events);
	htr_put32(p + BH_FLAGS, h->flags);
	htr_put64(p + BH_FIRST_NS, (uint64_t)h->first_ns);
	htr_put64(p + BH_LAST_NS, (uint64_t)h->last_ns);
	htr_put64(p + BH_MAX_DUR, h->max_dur_ns);
	htr_put64(p + BH_LOST, h->lost);
	htr_put32(p + BH_LOSS_WHY, h->loss_reasons);
	htr_put32(p + BH_KINDS, h->kinds);
	for (int i = 0; i < 8; i++) {
		htr_put64(p + BH_SYSCALLS + 8 * i, h->syscalls[i]);
	}
	for (int i = 0; i < HTR_BC_MAX; i++) {
		htr_put32(p + BH_CLASSES + 4 * i, h->classes[i]);
	}
	htr_put32(p + BH_N_THREADS, h->n_threads);
	htr_put32(p + BH_N_PARTS, h->n_parts);
	htr_put32(p + BH_N_LISTED, h->n_listed);
	htr_put32(p + BH_BLOOM_LEN, h->bloom_len);
	htr_put32(p + BH_TIME_UNIT, h->time_unit_ns);
	memcpy(p + BH_PREV, h->prev_hash, HTR_HASH_LEN);
	memcpy(p + BH_OWN, h->own_hash, HTR_HASH_LEN);
	uint8_t *q = p + BH_SIZE;
	for (uint32_t i = 0; i < h->n_parts; i++, q += PH_SIZE) {
		q[0] = h->parts[i].type;
		q[1] = h->parts[i].flags;
		htr_put32(q + 4, h->parts[i].size);
		htr_put32(q + 8, h->parts[i].raw);
		htr_put64(q + 16, h->parts[i].xxh);
	}
	if (h->n_listed) {
		memcpy(q, h->threads, 4 * (size_t)h->n_listed);
		q += 4 * (size_t)h->n_listed;
	}
	if (h->bloom_len) {
		memcpy(q, h->bloom, h->bloom_len);
	}
	htr_put64(p + size - 8, htr_xxh64(p, size - 8));
	out->len += HTR_FRAME_HEAD + size;
	return 0;
}

int64_t htr_block_head_probe(const uint8_t *p, size_t len)
{
	if (len < HTR_BLOCK_PROBE) {
		return htr_frame_may_become(p, len, block_magic) ||
				       htr_frame_may_become(p, len, htr_index_magic)
			       ? -ENODATA
			       : 0;
	}
	if (!htr_frame_is(p, block_magic)) {
		return 0;
	}
	uint32_t size = htr_get32(p + 4);
	return size < BH_SIZE + 8 || size > HTR_MAX_HEAD ? 0 : (int64_t)size + HTR_FRAME_HEAD;
}

size_t htr_find_head(const uint8_t *p, size_t len)
{
	size_t at = 0;
	while (len - at >= HTR_BLOCK_PROBE) {
		/* the text of both magics stands 9 bytes behind the beginning of the frame */
		const uint8_t *hit = memmem(p + at + 9, len - at - 9, block_magic + 1, 3);
		if (!hit || (size_t)(hit - p) - 9 + HTR_BLOCK_PROBE > len) {
			break;
		}
		at = (size_t)(hit - p) - 9;
		if (htr_frame_is(p + at, block_magic) || htr_frame_is(p + at, htr_index_magic)) {
			return at;
		}
		at++;
	}
	return len;
}

static bool known_part(uint8_t type)
{
	return type >= HTR_PART_WHO && type <= HTR_PART_DATA;
}

static int part_head_decode(const uint8_t *q, struct htr_part_head *ph, struct htr_err *err)
{
	*ph = (struct htr_part_head){
		.type = q[0],
		.flags = q[1],
		.size = htr_get32(q + 4),
		.raw = htr_get32(q + 8),
		.xxh = htr_get64(q + 16),
	};
	bool data = ph->type == HTR_PART_DATA || ph->type >= HTR_PART_SKIPPABLE;
	uint32_t max_size = data ? HTR_MAX_DATA_SIZE : HTR_MAX_PART_SIZE;
	uint32_t max_raw = data ? HTR_MAX_DATA_RAW : HTR_MAX_PART_RAW;
	if (!known_part(ph->type) && ph->type < HTR_PART_SKIPPABLE &&
	    ph->type != HTR_PART_KEYFRAME) {
		return htr_err_set(err, -EPROTONOSUPPORT, "block has a part of unknown type %u",
				   ph->type);
	}
	if (ph->size > max_size || ph->raw > max_raw) {
		return htr_err_set(err, -E2BIG, "part of %u bytes (%u unpacked) is over the limit",
				   ph->size, ph->raw);
	}
	return 0;
}

/* Fields that contradict each other. */
static const char *head_nonsense(const struct htr_block_head *h)
{
	if (h->n_events == 0) {
		return "no events";
	}
	if (h->n_events > HTR_MAX_BLOCK_EVENTS) {
		return "too many events";
	}
	if (h->first_seq == 0 || h->last_seq < h->first_seq ||
	    h->last_seq - h->first_seq < h->n_events - 1 || h->last_seq > INT64_MAX) {
		return "event numbers do not fit the count";
	}
	if (h->first_ns < 0 || h->last_ns < h->first_ns) {
		return "time goes back";
	}
	if (h->time_unit_ns == 0 || h->time_unit_ns > 1000000000u) {
		return "time unit";
	}
	if (h->n_threads == 0 || h->n_threads > HTR_MAX_THREADS) {
		return "thread count";
	}
	if (h->n_listed > HTR_LIST_THREADS || (h->n_listed && h->n_listed != h->n_threads)) {
		return "thread list";
	}
	if (h->bloom_len > HTR_BLOOM_MAX) {
		return "bloom too large";
	}
	return NULL;
}

static int head_parts(const uint8_t *q, struct htr_block_head *h, struct htr_err *err)
{
	uint32_t seen = 0;
	for (uint32_t i = 0; i < h->n_parts; i++, q += PH_SIZE) {
		int rc = part_head_decode(q, &h->parts[i], err);
		if (rc < 0) {
			return rc;
		}
		uint8_t type = h->parts[i].type;
		if (type < 32 && (seen & 1u << type)) {
			return htr_err_set(err, -EBADMSG, "block head names a part twice");
		}
		seen |= type < 32 ? 1u << type : 0;
	}
	uint32_t must = 1u << HTR_PART_WHO | 1u << HTR_PART_WHEN | 1u << HTR_PART_ARGS |
			1u << HTR_PART_STRINGS;
	if ((seen & must) != must) {
		return htr_err_set(err, -EBADMSG, "block head lacks a part");
	}
	return 0;
}

int htr_block_head_decode(const uint8_t *p, size_t len, struct htr_block_head *ret,
			  struct htr_err *err)
{
	int64_t want = htr_block_head_probe(p, len);
	if (want <= 0 || (uint64_t)want != len) {
		return htr_err_set(err, -EBADMSG, "not a block head");
	}
	p += HTR_FRAME_HEAD;
	uint32_t size = (uint32_t)(len - HTR_FRAME_HEAD);
	if (htr_get64(p + size - 8) != htr_xxh64(p, size - 8)) {
		return htr_err_set(err, -EBADMSG, "block head has a wrong checksum");
	}
	uint32_t fixed = htr_get32(p + BH_FIXED);
	struct htr_block_head h = {
		.number = htr_get64(p + BH_NUMBER),
		.file_tag = htr_get64(p + BH_TAG),
		.first_seq = htr_get64(p + BH_FIRST_SEQ),
		.last_seq = htr_get64(p + BH_LAST_SEQ),
		.n_events = htr_get32(p + BH_N_EVENTS),
		.flags = htr_get32(p + BH_FLAGS) & ~(uint32_t)HTR_BLOCK_CHAIN_BROKEN,
		.time_unit_ns = htr_get32(p + BH_TIME_UNIT),
		.first_ns = (int64_t)htr_get64(p + BH_FIRST_NS),
		.last_ns = (int64_t)htr_get64(p + BH_LAST_NS),
		.max_dur_ns = htr_get64(p + BH_MAX_DUR),
		.lost = htr_get64(p + BH_LOST),
		.loss_reasons = htr_get32(p + BH_LOSS_WHY),
		.kinds = htr_get32(p + BH_KINDS),
		.n_threads = htr_get32(p + BH_N_THREADS),
		.n_parts = htr_get32(p + BH_N_PARTS),
		.n_listed = htr_get32(p + BH_N_LISTED),
		.bloom_len = htr_get32(p + BH_BLOOM_LEN),
	};
	const char *what = head_nonsense(&h);
	if (what) {
		return htr_err_set(err, -EBADMSG, "block head contradicts itself: %s", what);
	}
	if (h.n_parts > HTR_MAX_PARTS || htr_get32(p + BH_LEN) != size || fixed < BH_SIZE ||
	    fixed > size ||
	    size - fixed != h.n_parts * PH_SIZE + h.n_listed * 4 + h.bloom_len + 8) {
		return htr_err_set(err, -EBADMSG, "block head contradicts itself: its length");
	}
	for (int i = 0; i < 8; i++) {
		h.syscalls[i] = htr_get64(p + BH_SYSCALLS + 8 * i);
	}
	for (int i = 0; i < HTR_BC_MAX; i++) {
		h.classes[i] = htr_get32(p + BH_CLASSES + 4 * i);
	}
	memcpy(h.prev_hash, p + BH_PREV, HTR_HASH_LEN);
	memcpy(h.own_hash, p + BH_OWN, HTR_HASH_LEN);
	int rc = head_parts(p + fixed, &h, err);
	if (rc < 0) {
		return rc;
	}
	h.threads = p + fixed + (size_t)h.n_parts * PH_SIZE;
	h.bloom = h.threads + (size_t)h.n_listed * 4;
	*ret = h;
	return 0;
}

int htr_block_head_chain(const uint8_t *frame, size_t frame_len, const void *parts,
			 size_t parts_len, uint8_t ret[HTR_HASH_LEN])
{
	static const uint8_t zero[HTR_HASH_LEN];
	if (frame_len < HTR_FRAME_HEAD + BH_SIZE + 8) {
		return -EBADMSG;
	}
	const uint8_t *p = frame + HTR_FRAME_HEAD;
	size_t size = frame_len - HTR_FRAME_HEAD;
	const struct htr_piece pieces[] = {
		{ p + BH_PREV, HTR_HASH_LEN },
		{ p, BH_OWN },
		{ zero, HTR_HASH_LEN },
		{ p + BH_OWN + HTR_HASH_LEN, size - BH_OWN - HTR_HASH_LEN - 8 },
		{ parts, parts_len },
	};
	htr_chain_hash(ret, pieces, sizeof(pieces) / sizeof(pieces[0]));
	return 0;
}

void htr_block_head_set_own(uint8_t *frame, size_t frame_len, const uint8_t own[HTR_HASH_LEN])
{
	assert(frame_len >= HTR_FRAME_HEAD + BH_SIZE + 8);
	uint8_t *p = frame + HTR_FRAME_HEAD;
	size_t size = frame_len - HTR_FRAME_HEAD;
	memcpy(p + BH_OWN, own, HTR_HASH_LEN);
	htr_put64(p + size - 8, htr_xxh64(p, size - 8));
}

uint64_t htr_block_parts_size(const struct htr_block_head *h)
{
	uint64_t sum = 0;
	for (uint32_t i = 0; i < h->n_parts; i++) {
		sum += h->parts[i].size;
	}
	return sum;
}

#define BLOOM_BITS 4

void htr_bloom_add(uint8_t *bloom, uint32_t len, uint64_t hash)
{
	uint32_t a = (uint32_t)hash, b = (uint32_t)(hash >> 32) | 1;
	for (uint32_t i = 0; i < BLOOM_BITS; i++, a += b) {
		uint32_t bit = a % (len * 8);
		bloom[bit / 8] = (uint8_t)(bloom[bit / 8] | 1u << bit % 8);
	}
}

bool htr_bloom_has(const uint8_t *bloom, uint32_t len, uint64_t hash)
{
	if (!len) {
		return true;
	}
	uint32_t a = (uint32_t)hash, b = (uint32_t)(hash >> 32) | 1;
	for (uint32_t i = 0; i < BLOOM_BITS; i++, a += b) {
		uint32_t bit = a % (len * 8);
		if (!(bloom[bit / 8] & 1u << bit % 8)) {
			return false;
		}
	}
	return true;
}
