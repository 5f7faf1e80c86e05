/* SPDX-License-Identifier: Apache-2.0
 * Frames and checksums. The only file that includes zstd.h, xxhash.h and sodium.h. */
#include "formats/trace/block.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>
#include <xxhash.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "formats/trace/limit.h"

uint64_t htr_xxh64(const void *data, size_t len)
{
	return XXH64(data, len, 0);
}

uint64_t htr_xxh3(const void *data, size_t len)
{
	return XXH3_64bits(data, len);
}

void htr_chain_hash(uint8_t ret[HTR_HASH_LEN], const struct htr_piece *pieces, size_t n)
{
	crypto_generichash_state st;

	/* without a key these fail only on a wrong length */
	int rc = crypto_generichash_init(&st, NULL, 0, HTR_HASH_LEN);
	for (size_t i = 0; i < n; i++) {
		rc |= crypto_generichash_update(&st, pieces[i].data, pieces[i].len);
	}
	rc |= crypto_generichash_final(&st, ret, HTR_HASH_LEN);
	assert(rc == 0);
}

void htr_random(void *dst, size_t len)
{
	randombytes_buf(dst, len);
}

/* ---- packing ------------------------------------------------------------------------------------ */

struct htr_packer {
	ZSTD_CCtx *ctx;
};

static int zstd_code(size_t rc)
{
	return ZSTD_getErrorCode(rc) == ZSTD_error_memory_allocation ? -ENOMEM : -EIO;
}

int htr_packer_new(struct htr_packer **ret, int level, struct htr_err *err)
{
	struct htr_packer *p = calloc(1, sizeof(*p));
	if (!p || !(p->ctx = ZSTD_createCCtx())) {
		free(p);
		return htr_err_set(err, -ENOMEM, "no memory for the compressor");
	}
	size_t rc = ZSTD_CCtx_setParameter(p->ctx, ZSTD_c_compressionLevel,
					   level ? level : HTR_LEVEL_DEFAULT);
	if (!ZSTD_isError(rc)) {
		rc = ZSTD_CCtx_setParameter(p->ctx, ZSTD_c_checksumFlag, 1);
	}
	if (ZSTD_isError(rc)) {
		htr_packer_free(p);
		return htr_err_set(err, zstd_code(rc), "compressor: %s", ZSTD_getErrorName(rc));
	}
	*ret = p;
	return 0;
}

void htr_packer_free(struct htr_packer *p)
{
	if (p) {
		ZSTD_freeCCtx(p->ctx);
		free(p);
	}
}

/* Zeros in a skippable frame of its own, so that packed * ratio >= raw_len. */
static int pad(struct htr_buf *out, size_t packed, size_t raw_len, uint32_t ratio)
{
	size_t want = (raw_len + ratio - 1) / ratio;
	if (raw_len <= HTR_RATIO_FLOOR || packed >= want) {
		return 0;
	}
	size_t fill = want - packed;
	uint8_t *p = htr_buf_reserve(out, HTR_FRAME_HEAD + fill);
	if (!p) {
		return -ENOMEM;
	}
	htr_put32(p, HTR_SKIPPABLE_MAGIC);
	htr_put32(p + 4, (uint32_t)fill);
	memset(p + HTR_FRAME_HEAD, 0, fill);
	out->len += HTR_FRAME_HEAD + fill;
	return 0;
}

int64_t htr_packer_frame(struct htr_packer *p, struct htr_buf *out, const void *raw, size_t raw_len,
			 const size_t *cuts, size_t n_cuts, uint32_t ratio, struct htr_err *err)
{
	/* a cut costs at most a block header and what a short block loses */
	size_t bound = ZSTD_compressBound(raw_len) + n_cuts * 64 + 64;
	uint8_t *to = htr_buf_reserve(out, bound);
	if (!to) {
		return htr_err_set(err, -ENOMEM, "no memory for %zu packed bytes", bound);
	}
	size_t rc = ZSTD_CCtx_reset(p->ctx, ZSTD_reset_session_only);
	if (!ZSTD_isError(rc)) {
		rc = ZSTD_CCtx_setPledgedSrcSize(p->ctx, raw_len);
	}
	ZSTD_outBuffer ob = { .dst = to, .size = bound };
	size_t at = 0;
	for (size_t i = 0; i <= n_cuts && !ZSTD_isError(rc); i++) {
		size_t upto = i < n_cuts ? cuts[i] : raw_len;
		assert(upto >= at && upto <= raw_len);
		ZSTD_inBuffer ib = { .src = (const uint8_t *)raw + at, .size = upto - at };
		do {
			rc = ZSTD_compressStream2(p->ctx, &ob, &ib,
						  i < n_cuts ? ZSTD_e_flush : ZSTD_e_end);
		} while (!ZSTD_isError(rc) && rc > 0 && ob.pos < ob.size);
		if (!ZSTD_isError(rc) && rc > 0) {
			return htr_err_set(err, -EIO, "compressor: output larger than its bound");
		}
		at = upto;
	}
	if (ZSTD_isError(rc)) {
		return htr_err_set(err, zstd_code(rc), "compressor: %s", ZSTD_getErrorName(rc));
	}
	size_t start = out->len;
	out->len += ob.pos;
	if (pad(out, ob.pos, raw_len, ratio) < 0) {
		out->len = start;
		return htr_err_set(err, -ENOMEM, "no memory for packed bytes");
	}
	return (int64_t)(out->len - start);
}

/* ---- unpacking ---------------------------------------------------------------------------------- */

struct htr_unpacker {
	ZSTD_DCtx *ctx;
};

int htr_unpacker_new(struct htr_unpacker **ret, struct htr_err *err)
{
	struct htr_unpacker *u = calloc(1, sizeof(*u));
	if (!u || !(u->ctx = ZSTD_createDCtx())) {
		free(u);
		return htr_err_set(err, -ENOMEM, "no memory for the decompressor");
	}
	*ret = u;
	return 0;
}

void htr_unpacker_free(struct htr_unpacker *u)
{
	if (u) {
		ZSTD_freeDCtx(u->ctx);
		free(u);
	}
}

/* What follows the frame inside its part may only be one skippable frame that fills the part. */
static bool is_padding(const uint8_t *p, size_t len)
{
	return len == 0 || (len >= HTR_FRAME_HEAD && htr_get32(p) == HTR_SKIPPABLE_MAGIC &&
			    htr_get32(p + 4) == len - HTR_FRAME_HEAD);
}

static bool is_zstd(const uint8_t *p, size_t len)
{
	return len >= 6 && htr_get32(p) == ZSTD_MAGICNUMBER;
}

/* A window only matters to who unpacks piece by piece, but then it is memory: RFC 8878, 3.1.1.1.2. */
static bool window_ok(const uint8_t *p)
{
	bool single_segment = p[4] & 0x20;
	unsigned log = 10u + (p[5] >> 3);
	return single_segment || log < HTR_MAX_WINDOW_LOG ||
	       (log == HTR_MAX_WINDOW_LOG && (p[5] & 7) == 0);
}

int htr_unpacker_frame(struct htr_unpacker *u, const void *packed, size_t packed_len, void *raw,
		       size_t raw_len, uint32_t ratio, struct htr_err *err)
{
	if (!is_zstd(packed, packed_len)) {
		return htr_err_set(err, -EBADMSG, "not a zstd frame");
	}
	if (!window_ok(packed)) {
		return htr_err_set(err, -E2BIG, "zstd window over %u MiB",
				   (1u << HTR_MAX_WINDOW_LOG) >> 20);
	}
	if (raw_len > HTR_RATIO_FLOOR && raw_len / ratio > packed_len) {
		return htr_err_set(err, -E2BIG, "%zu bytes want to become %zu", packed_len,
				   raw_len);
	}
	size_t frame = ZSTD_findFrameCompressedSize(packed, packed_len);
	unsigned long long declared = ZSTD_getFrameContentSize(packed, packed_len);
	if (ZSTD_isError(frame) || declared == ZSTD_CONTENTSIZE_ERROR ||
	    declared == ZSTD_CONTENTSIZE_UNKNOWN) {
		return htr_err_set(err, -EBADMSG, "not a whole zstd frame");
	}
	if (declared != raw_len) {
		return htr_err_set(err, -EBADMSG, "zstd frame declares %llu bytes, head says %zu",
				   declared, raw_len);
	}
	if (!is_padding((const uint8_t *)packed + frame, packed_len - frame)) {
		return htr_err_set(err, -EBADMSG, "foreign bytes behind the zstd frame");
	}
	size_t rc = ZSTD_decompressDCtx(u->ctx, raw, raw_len, packed, frame);
	if (ZSTD_isError(rc)) {
		int code = zstd_code(rc) == -ENOMEM ? -ENOMEM : -EBADMSG;
		return htr_err_set(err, code, "zstd: %s", ZSTD_getErrorName(rc));
	}
	if (rc != raw_len) {
		return htr_err_set(err, -EBADMSG, "zstd frame gave %zu bytes of %zu", rc, raw_len);
	}
	return 0;
}
