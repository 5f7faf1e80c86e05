/* SPDX-License-Identifier: Apache-2.0
 *
 * block.h - the outer skin of everything in a .htr file: zstd frames, skippable frames, checksums, the
 * chain hash. It knows nothing of what is inside a frame.
 *
 * Source: RFC 8878 (zstd frames, 3.1.2 skippable frames); XXH64 specification; RFC 7693 (BLAKE2b).
 */
#ifndef HTR_TRACE_BLOCK_H
#define HTR_TRACE_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/core/buf.h"
#include "formats/core/err.h"

/* Bits of htr_block_info.flags and of the block head. Unknown bits are kept and ignored. */
enum htr_block_flags {
	HTR_BLOCK_KEYFRAME = 1 << 0, /* has part K */
	HTR_BLOCK_REDACTED = 1 << 1, /* some value was masked */
	HTR_BLOCK_ENCRYPTED = 1 << 2,
	HTR_BLOCK_UNSTABLE = 1 << 3,  /* unstable arguments seen */
	HTR_BLOCK_ERRORS = 1 << 4,    /* failed calls seen */
	HTR_BLOCK_LOSS = 1 << 5,      /* loss records seen */
	HTR_BLOCK_TRUNCATED = 1 << 6, /* cut values seen */
	HTR_BLOCK_FOREIGN =
		1 << 7, /* calls of another arch than the host's seen: bitmap is all ones */
	HTR_BLOCK_EARLY = 1 << 8, /* sealed before it was full */

	/* set by the reader, never stored */
	HTR_BLOCK_CHAIN_BROKEN = 1 << 30, /* does not continue the chain of the block before it */
};

/* Types of parts; 128 and up may be skipped by a reader that does not know them. */
enum htr_part_type {
	HTR_PART_NONE = 0,
	HTR_PART_WHO = 1,      /* W */
	HTR_PART_WHEN = 2,     /* T */
	HTR_PART_ARGS = 3,     /* A */
	HTR_PART_STRINGS = 4,  /* S */
	HTR_PART_DATA = 5,     /* D */
	HTR_PART_KEYFRAME = 6, /* K */
	HTR_PART_SKIPPABLE = 128,
};

/* Our skippable frames use this variant of the sixteen, and are recognised by the magic in them. */
#define HTR_SKIPPABLE_MAGIC 0x184D2A5Eu
#define HTR_FRAME_HEAD      8u /* magic and size of a skippable frame */
#define HTR_HASH_LEN        32u
#define HTR_LEVEL_DEFAULT   3

/* ---- little-endian bytes ------------------------------------------------------------------------ */

static inline void htr_put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static inline void htr_put32(uint8_t *p, uint32_t v)
{
	htr_put16(p, (uint16_t)v);
	htr_put16(p + 2, (uint16_t)(v >> 16));
}

static inline void htr_put64(uint8_t *p, uint64_t v)
{
	htr_put32(p, (uint32_t)v);
	htr_put32(p + 4, (uint32_t)(v >> 32));
}

static inline uint16_t htr_get16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t htr_get32(const uint8_t *p)
{
	return htr_get16(p) | (uint32_t)htr_get16(p + 2) << 16;
}

static inline uint64_t htr_get64(const uint8_t *p)
{
	return htr_get32(p) | (uint64_t)htr_get32(p + 4) << 32;
}

/* ---- checksums ---------------------------------------------------------------------------------- */

/* htr_xxh64 - XXH64 with seed 0: accidents, not attackers. */
uint64_t htr_xxh64(const void *data, size_t len);
/* htr_xxh3 - XXH3-64 with seed 0: hash of strings in dictionary and bloom. */
uint64_t htr_xxh3(const void *data, size_t len);

/* One link of the chain: BLAKE2b-256 over the pieces, in order. Cannot fail. */
struct htr_piece {
	const void *data;
	size_t len;
};
void htr_chain_hash(uint8_t ret[HTR_HASH_LEN], const struct htr_piece *pieces, size_t n);

/* htr_random - bytes from the kernel (session ids). */
void htr_random(void *dst, size_t len);

/* ---- frames ------------------------------------------------------------------------------------- */

/*
 * A packer turns one message into one zstd frame. `cut` positions ask zstd to start a new entropy
 * table there: every byte plane has its own statistics, which makes a file 5 % smaller.
 */
struct htr_packer;

int htr_packer_new(struct htr_packer **ret, int level, struct htr_err *err) HTR_MUST_CHECK;
void htr_packer_free(struct htr_packer *p);

/*
 * htr_packer_frame - append one complete frame (content size and checksum in it) to out
 *
 * @cuts:    ascending offsets in raw, may be NULL
 * @ratio:   raw bytes per packed byte that must not be passed above HTR_RATIO_FLOOR; a skippable frame
 *           of zeros is appended when zstd packs better
 * Returns:  packed size in bytes, or -ENOMEM, -EIO (zstd refused).
 */
int64_t htr_packer_frame(struct htr_packer *p, struct htr_buf *out, const void *raw, size_t raw_len,
			 const size_t *cuts, size_t n_cuts, uint32_t ratio,
			 struct htr_err *err) HTR_MUST_CHECK;

struct htr_unpacker;

int htr_unpacker_new(struct htr_unpacker **ret, struct htr_err *err) HTR_MUST_CHECK;
void htr_unpacker_free(struct htr_unpacker *u);

/*
 * htr_unpacker_frame - unpack one frame whose size was announced
 *
 * @raw_len: must be exactly the content size the frame declares; raw has that much room
 * @ratio:   as above
 * Returns:  0, -EBADMSG (not one such frame, wrong content, declared size differs), -E2BIG (ratio,
 *           window), -ENOMEM.
 */
int htr_unpacker_frame(struct htr_unpacker *u, const void *packed, size_t packed_len, void *raw,
		       size_t raw_len, uint32_t ratio, struct htr_err *err) HTR_MUST_CHECK;

#endif
