/* SPDX-License-Identifier: Apache-2.0
 * Fixed structures, encoded by byte stores. The offsets are in the tables of holter-trace(5). */
#include "formats/trace/container.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

/* The first has a byte over 127, a CR LF, and ^Z, as PNG's: text tools and bad transfers show up. */
static const uint8_t file_magic[8] = { 0x89, 'H', 'T', 'R', '\r', '\n', 0x1a, '\n' };
const uint8_t htr_index_magic[8] = { 0xb2, 'H', 'T', 'R', 'i', 'd', 'x', 0xe8 };
static const uint8_t foot_magic[8] = { 0xb3, 'H', 'T', 'R', 'e', 'n', 'd', 0xe9 };

bool htr_frame_is(const uint8_t *p, const uint8_t magic[8])
{
	return htr_get32(p) == HTR_SKIPPABLE_MAGIC && memcmp(p + HTR_FRAME_HEAD, magic, 8) == 0;
}

bool htr_frame_may_become(const uint8_t *p, size_t len, const uint8_t magic[8])
{
	uint8_t want[4];
	htr_put32(want, HTR_SKIPPABLE_MAGIC);
	return memcmp(p, want, len < 4 ? len : 4) == 0 &&
	       (len <= HTR_FRAME_HEAD ||
		memcmp(p + HTR_FRAME_HEAD, magic, len - HTR_FRAME_HEAD) == 0);
}

/* ---- file head ---------------------------------------------------------------------------------- */

enum { /* offsets behind the frame head */
       FH_MAGIC = 0,
       FH_MAJOR = 8,
       FH_MINOR = 10,
       FH_LEN = 12,
       FH_COMPAT = 16,
       FH_INCOMPAT = 20,
       FH_SESSION = 24,
       FH_SEGMENT = 40,
       FH_RESERVED = 44,
       FH_PREV = 48,
       FH_HDR_SIZE = 80,
       FH_HDR_RAW = 84,
       FH_HDR_XXH = 88,
       FH_RESERVED2 = 96,
       FH_XXH = 112, /* last 8 bytes, wherever the head ends */
       FH_SIZE = 120,
};

_Static_assert(FH_SIZE + HTR_FRAME_HEAD == HTR_FILE_HEAD_SIZE, "file head layout");

void htr_file_head_encode(const struct htr_file_head *h, uint8_t out[HTR_FILE_HEAD_SIZE])
{
	memset(out, 0, HTR_FILE_HEAD_SIZE);
	htr_put32(out, HTR_SKIPPABLE_MAGIC);
	htr_put32(out + 4, FH_SIZE);
	uint8_t *p = out + HTR_FRAME_HEAD;
	memcpy(p + FH_MAGIC, file_magic, sizeof(file_magic));
	htr_put16(p + FH_MAJOR, h->major);
	htr_put16(p + FH_MINOR, h->minor);
	htr_put32(p + FH_LEN, FH_SIZE);
	htr_put32(p + FH_COMPAT, h->compat);
	htr_put32(p + FH_INCOMPAT, h->incompat);
	memcpy(p + FH_SESSION, h->session, sizeof(h->session));
	htr_put32(p + FH_SEGMENT, h->segment);
	memcpy(p + FH_PREV, h->prev_hash, HTR_HASH_LEN);
	htr_put32(p + FH_HDR_SIZE, h->header_size);
	htr_put32(p + FH_HDR_RAW, h->header_raw);
	htr_put64(p + FH_HDR_XXH, h->header_xxh);
	htr_put64(p + FH_XXH, htr_xxh64(p, FH_XXH));
}

static int file_head_limits(const struct htr_file_head *h, struct htr_err *err)
{
	if (h->incompat & ~HTR_INCOMPAT_KNOWN) {
		return htr_err_set_at(
			err, -EPROTONOSUPPORT, HTR_FRAME_HEAD + FH_INCOMPAT,
			"needs features this version does not have%s (flags %#x); use a "
			"newer Holter",
			h->incompat & HTR_INCOMPAT_ENCRYPTED ? ": encryption" : "", h->incompat);
	}
	if (h->header_size == 0 || h->header_size > HTR_MAX_HEADER_RAW || h->header_raw == 0 ||
	    h->header_raw > HTR_MAX_HEADER_RAW) {
		return htr_err_set_at(err, -E2BIG, HTR_FRAME_HEAD + FH_HDR_SIZE,
				      "header of %u bytes (%u unpacked), at most %u are allowed",
				      h->header_size, h->header_raw, HTR_MAX_HEADER_RAW);
	}
	return 0;
}

int htr_file_head_decode(const uint8_t *p, size_t len, struct htr_file_head *ret,
			 uint32_t *ret_size, struct htr_err *err)
{
	if (len < 16 || !htr_frame_is(p, file_magic)) {
		if (len > 0 && len < 16 && htr_frame_may_become(p, len, file_magic)) {
			return htr_err_set(err, -ENODATA, "cut off inside the file head");
		}
		return htr_err_set_at(err, -EBADMSG, 0, "not a Holter trace, it looks like %s",
				      htr_looks_like(p, len));
	}
	if (len < HTR_FILE_HEAD_SIZE) {
		return htr_err_set(err, -ENODATA, "cut off inside the file head");
	}
	uint32_t size = htr_get32(p + 4);
	const uint8_t *q = p + HTR_FRAME_HEAD;
	uint16_t major = htr_get16(q + FH_MAJOR);
	if (major > HTR_FORMAT_MAJOR) {
		return htr_err_set_at(
			err, -EPROTONOSUPPORT, HTR_FRAME_HEAD + FH_MAJOR,
			"trace format %u, this version reads up to %u; use a newer Holter", major,
			HTR_FORMAT_MAJOR);
	}
	if (major == 0 || size != htr_get32(q + FH_LEN) || size < FH_SIZE ||
	    size > HTR_MAX_FILE_HEAD) {
		return htr_err_set_at(err, -EBADMSG, 0, "file head is damaged");
	}
	if (len - HTR_FRAME_HEAD < size) {
		return htr_err_set(err, -ENODATA, "cut off inside the file head");
	}
	if (htr_get64(q + size - 8) != htr_xxh64(q, size - 8)) {
		return htr_err_set_at(err, -EBADMSG, 0, "file head is damaged (wrong checksum)");
	}
	*ret = (struct htr_file_head){
		.major = major,
		.minor = htr_get16(q + FH_MINOR),
		.compat = htr_get32(q + FH_COMPAT),
		.incompat = htr_get32(q + FH_INCOMPAT),
		.segment = htr_get32(q + FH_SEGMENT),
		.header_size = htr_get32(q + FH_HDR_SIZE),
		.header_raw = htr_get32(q + FH_HDR_RAW),
		.header_xxh = htr_get64(q + FH_HDR_XXH),
	};
	memcpy(ret->session, q + FH_SESSION, sizeof(ret->session));
	memcpy(ret->prev_hash, q + FH_PREV, HTR_HASH_LEN);
	*ret_size = size + HTR_FRAME_HEAD;
	return file_head_limits(ret, err);
}

uint64_t htr_file_tag(const uint8_t session[16], uint32_t segment)
{
	uint8_t b[20];
	memcpy(b, session, 16);
	htr_put32(b + 16, segment);
	return htr_xxh64(b, sizeof(b));
}

/* ---- what it looks like ------------------------------------------------------------------------- */

struct look {
	const char *magic;
	uint8_t len;
	uint16_t at;
	const char *what;
};

static const struct look looks[] = {
	{ "\x1f\x8b", 2, 0, "a gzip file (unpack it first: gunzip)" },
	{ "\x28\xb5\x2f\xfd", 4, 0, "a zstd file (unpack it first: unzstd)" },
	{ "\xfd"
	  "7zXZ",
	  5, 0, "an xz file (unpack it first: unxz)" },
	{ "BZh", 3, 0, "a bzip2 file (unpack it first: bunzip2)" },
	{ "PK\x03\x04", 4, 0, "a zip file" },
	{ "ustar", 5, 257, "a tar archive" },
	{ "\x7f"
	  "ELF",
	  4, 0, "a program (ELF)" },
	{ "\x0a\x0d\x0d\x0a", 4, 0, "a pcapng or sysdig/Falco capture (see `holter import`)" },
	{ "\xd4\xc3\xb2\xa1", 4, 0, "a pcap capture" },
	{ "\xa1\xb2\xc3\xd4", 4, 0, "a pcap capture" },
	{ "PERFILE2", 8, 0, "a perf.data file" },
	{ "LPKSHHRH", 8, 0, "a systemd journal" },
	{ "SQLite format 3", 15, 0, "an SQLite database" },
	{ "%PDF", 4, 0, "a PDF document" },
	{ "\x89PNG", 4, 0, "a PNG picture" },
	{ "#!", 2, 0, "a script" },
	{ "{", 1, 0, "JSON text" },
};

static bool all_zero(const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (p[i]) {
			return false;
		}
	}
	return true;
}

static bool is_text(const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (p[i] == 0x7f || (p[i] < 0x20 && !strchr("\t\n\r\f\b\x1b", p[i]))) {
			return false;
		}
	}
	return true;
}

const char *htr_looks_like(const uint8_t *p, size_t len)
{
	if (len == 0) {
		return "nothing: it is empty";
	}
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
		const struct look *l = &looks[i];
		if (len >= (size_t)l->at + l->len && memcmp(p + l->at, l->magic, l->len) == 0) {
			return l->what;
		}
	}
	if (all_zero(p, len)) {
		return "zeros";
	}
	if (len >= 4 && (htr_get32(p) & 0xfffffff0u) == 0x184D2A50u) {
		return "a zstd file that begins with a skippable frame of something else";
	}
	return is_text(p, len) ? "text" : "binary data of an unknown kind";
}

/* ---- index and footer --------------------------------------------------------------------------- */

enum {
	FT_LEN = 0,
	FT_FLAGS = 4,
	FT_INDEX = 8,
	FT_ENTRIES = 16,
	FT_BLOCKS = 24,
	FT_EVENTS = 32,
	FT_LAST_SEQ = 40,
	FT_LAST_NS = 48,
	FT_LOST = 56,
	FT_ENT_XXH = 64,
	FT_FINAL = 72,
	FT_RESERVED = 104,
	FT_XXH = 112,
	FT_MAGIC = 120,
};

_Static_assert(FT_MAGIC + 8 == HTR_FOOTER_SIZE, "footer layout");

void htr_footer_encode(const struct htr_footer *f, uint8_t out[HTR_FOOTER_SIZE])
{
	memset(out, 0, HTR_FOOTER_SIZE);
	htr_put32(out + FT_LEN, HTR_FOOTER_SIZE);
	htr_put64(out + FT_INDEX, f->index_offset);
	htr_put64(out + FT_ENTRIES, f->entries_len);
	htr_put64(out + FT_BLOCKS, f->n_blocks);
	htr_put64(out + FT_EVENTS, f->n_events);
	htr_put64(out + FT_LAST_SEQ, f->last_seq);
	htr_put64(out + FT_LAST_NS, (uint64_t)f->last_ns);
	htr_put64(out + FT_LOST, f->lost);
	htr_put64(out + FT_ENT_XXH, f->entries_xxh);
	memcpy(out + FT_FINAL, f->final_hash, HTR_HASH_LEN);
	htr_put64(out + FT_XXH, htr_xxh64(out, FT_XXH));
	memcpy(out + FT_MAGIC, foot_magic, sizeof(foot_magic));
}

int htr_footer_decode(const uint8_t p[HTR_FOOTER_SIZE], struct htr_footer *ret, struct htr_err *err)
{
	if (memcmp(p + FT_MAGIC, foot_magic, sizeof(foot_magic)) != 0) {
		return htr_err_set(err, -EBADMSG, "no footer");
	}
	if (htr_get32(p + FT_LEN) != HTR_FOOTER_SIZE ||
	    htr_get64(p + FT_XXH) != htr_xxh64(p, FT_XXH)) {
		return htr_err_set(err, -EBADMSG, "footer is damaged");
	}
	*ret = (struct htr_footer){
		.index_offset = htr_get64(p + FT_INDEX),
		.entries_len = htr_get64(p + FT_ENTRIES),
		.n_blocks = htr_get64(p + FT_BLOCKS),
		.n_events = htr_get64(p + FT_EVENTS),
		.last_seq = htr_get64(p + FT_LAST_SEQ),
		.last_ns = (int64_t)htr_get64(p + FT_LAST_NS),
		.lost = htr_get64(p + FT_LOST),
		.entries_xxh = htr_get64(p + FT_ENT_XXH),
	};
	memcpy(ret->final_hash, p + FT_FINAL, HTR_HASH_LEN);
	return 0;
}

void htr_index_head_encode(uint8_t out[HTR_INDEX_HEAD], uint64_t entries_len)
{
	assert(entries_len <= HTR_MAX_INDEX);
	htr_put32(out, HTR_SKIPPABLE_MAGIC);
	htr_put32(out + 4, (uint32_t)(8 + entries_len + HTR_FOOTER_SIZE));
	memcpy(out + HTR_FRAME_HEAD, htr_index_magic, sizeof(htr_index_magic));
}

int64_t htr_index_probe(const uint8_t *p, size_t len)
{
	if (len < HTR_INDEX_HEAD || !htr_frame_is(p, htr_index_magic)) {
		return 0;
	}
	return (int64_t)htr_get32(p + 4) + HTR_FRAME_HEAD;
}
