/* SPDX-License-Identifier: Apache-2.0
 * Writing index entries; believing an index only as far as it fits the file and itself. */
#include "formats/trace/index.h"

#include <errno.h>
#include <string.h>

#include "formats/trace/limit.h"

void htr_index_add(struct htr_buf *out, uint64_t offset, const uint8_t *head_frame,
		   uint32_t head_size)
{
	uint8_t e[HTR_INDEX_ENTRY_HEAD];
	htr_put64(e, offset);
	htr_put32(e + 8, head_size);
	htr_buf_add(out, e, sizeof(e));
	htr_buf_add(out, head_frame, head_size);
}

/* The footer's own numbers must describe the end of this file. */
static bool footer_fits(const struct htr_reader *r, const struct htr_footer *f)
{
	uint64_t end;
	return !__builtin_add_overflow(f->index_offset, f->entries_len, &end) &&
	       !__builtin_add_overflow(end, HTR_INDEX_HEAD + HTR_FOOTER_SIZE, &end) &&
	       end == r->file_size && f->index_offset >= r->blocks_at &&
	       f->n_blocks <= HTR_MAX_BLOCKS && f->entries_len <= HTR_MAX_INDEX;
}

/* One entry that continues the list without a hole. */
static bool entry_fits(const struct htr_reader *r, uint64_t offset, const struct htr_block_head *h)
{
	size_t n = r->n_blocks;
	const struct htr_block_info *last = n ? &r->blocks[n - 1] : NULL;
	uint64_t expect = last ? last->offset + last->size : r->blocks_at;
	return offset == expect && h->file_tag == r->tag && h->number == n &&
	       h->time_unit_ns == r->facts->time_unit_ns &&
	       (!last || (h->first_seq > last->last_seq && h->first_ns >= last->last_ns)) &&
	       memcmp(h->prev_hash, r->last_hash, HTR_HASH_LEN) == 0;
}

static int add_entries(struct htr_reader *r, const uint8_t *p, size_t len, struct htr_err *err)
{
	while (len) {
		if (len < HTR_INDEX_ENTRY_HEAD) {
			return 0;
		}
		uint64_t offset = htr_get64(p);
		uint32_t size = htr_get32(p + 8);
		struct htr_block_head h;
		p += HTR_INDEX_ENTRY_HEAD;
		len -= HTR_INDEX_ENTRY_HEAD;
		if (size > len || htr_block_head_decode(p, size, &h, NULL) < 0 ||
		    !entry_fits(r, offset, &h)) {
			return 0;
		}
		int rc = htr_reader_add_block(r, offset, &h, htr_xxh64(p, size), size, false, err);
		if (rc < 0) {
			return rc;
		}
		p += size;
		len -= size;
	}
	return 1;
}

static bool totals_fit(const struct htr_reader *r, const struct htr_footer *f)
{
	size_t n = r->n_blocks;
	const struct htr_block_info *last = n ? &r->blocks[n - 1] : NULL;
	return f->n_blocks == n && f->n_events == r->n_events &&
	       f->index_offset == (last ? last->offset + last->size : r->blocks_at) &&
	       memcmp(f->final_hash, r->last_hash, HTR_HASH_LEN) == 0;
}

int htr_index_load(struct htr_reader *r, struct htr_err *err)
{
	const uint8_t *p;
	size_t got;
	struct htr_footer f;
	if (r->file_size < r->blocks_at + HTR_INDEX_HEAD + HTR_FOOTER_SIZE) {
		return 0;
	}
	int rc = htr_source_get(&r->src, r->file_size - HTR_FOOTER_SIZE, HTR_FOOTER_SIZE, &p, &got,
				err);
	if (rc < 0) {
		return rc;
	}
	if (got != HTR_FOOTER_SIZE || htr_footer_decode(p, &f, NULL) < 0 || !footer_fits(r, &f) ||
	    (f.n_blocks && !f.entries_len)) {
		return 0;
	}
	size_t want = HTR_INDEX_HEAD + (size_t)f.entries_len;
	rc = htr_source_get(&r->src, f.index_offset, want, &p, &got, err);
	if (rc < 0) {
		return rc;
	}
	if (got != want ||
	    htr_index_probe(p, got) !=
		    (int64_t)(HTR_INDEX_HEAD + f.entries_len + HTR_FOOTER_SIZE) ||
	    htr_xxh64(p + HTR_INDEX_HEAD, f.entries_len) != f.entries_xxh) {
		return 0;
	}
	rc = add_entries(r, p + HTR_INDEX_HEAD, f.entries_len, err);
	if (rc > 0 && !totals_fit(r, &f)) {
		rc = 0;
	}
	if (rc <= 0) {
		htr_reader_clear(r);
		return rc;
	}
	r->footer = f;
	r->footer_seen = true;
	r->from_index = true;
	r->walk_done = true;
	r->walk_at = r->file_size;
	return 1;
}
