/* SPDX-License-Identifier: Apache-2.0
 * Hopping over block heads; searching for the next one behind damage. */
#include "formats/trace/recover.h"

#include <errno.h>
#include <string.h>

#include "formats/trace/limit.h"

#define SCAN_STEP ((size_t)256 << 10)

/* What stands at a position. */
enum place {
	PLACE_BLOCK,   /* a whole block that may come next */
	PLACE_INDEX,   /* the index: blocks end here */
	PLACE_END,     /* nothing: the file ends here */
	PLACE_TORN,    /* the beginning of a block or index, the rest is missing */
	PLACE_FOREIGN, /* a block that cannot come next: other file, repeated, out of order */
	PLACE_BAD,     /* no head */
};

struct found {
	struct htr_block_head head;
	uint64_t head_xxh;
	uint32_t head_size;
	uint64_t index_end;
};

static bool fits(const struct htr_reader *r, const struct htr_block_head *h)
{
	return h->file_tag == r->tag && h->number >= r->next_number &&
	       h->first_seq >= r->next_seq && h->first_ns >= r->last_ns &&
	       h->time_unit_ns == r->facts->time_unit_ns;
}

/* Is the whole block there? A pipe has to be read that far to know. */
static int reaches(struct htr_reader *r, uint64_t at, uint64_t size, bool *ret, struct htr_err *err)
{
	const uint8_t *p;
	size_t got;
	if (!r->src.stream) {
		*ret = r->file_size >= at && r->file_size - at >= size;
		return 0;
	}
	int rc = htr_source_get(&r->src, at, size, &p, &got, err);
	*ret = rc == 0 && got == size;
	return rc;
}

/* In a file the index must end where the file ends; a torn one is nothing to read. */
static enum place classify_index(const struct htr_reader *r, uint64_t at, int64_t size,
				 struct found *f)
{
	f->index_end = at + (uint64_t)size;
	if ((uint64_t)size < HTR_INDEX_HEAD + HTR_FOOTER_SIZE ||
	    (uint64_t)size > HTR_INDEX_HEAD + HTR_FOOTER_SIZE + HTR_MAX_INDEX) {
		return PLACE_BAD;
	}
	if (r->src.stream || f->index_end == r->file_size) {
		return PLACE_INDEX;
	}
	return f->index_end > r->file_size ? PLACE_END : PLACE_BAD;
}

static int classify(struct htr_reader *r, uint64_t at, struct found *f, enum place *ret,
		    struct htr_err *err)
{
	const uint8_t *p;
	size_t got;
	int rc = htr_source_get(&r->src, at, HTR_BLOCK_PROBE, &p, &got, err);
	if (rc < 0) {
		return rc;
	}
	if (got == 0) {
		*ret = PLACE_END;
		return 0;
	}
	int64_t size = htr_block_head_probe(p, got);
	if (size <= 0) {
		int64_t index = htr_index_probe(p, got);
		if (index > 0) {
			*ret = classify_index(r, at, index, f);
			return 0;
		}
		*ret = size == -ENODATA ? PLACE_TORN : PLACE_BAD;
		return 0;
	}
	rc = htr_source_get(&r->src, at, (size_t)size, &p, &got, err);
	if (rc < 0) {
		return rc;
	}
	if (got < (size_t)size) {
		*ret = PLACE_TORN;
		return 0;
	}
	if (htr_block_head_decode(p, got, &f->head, NULL) < 0) {
		*ret = PLACE_BAD;
		return 0;
	}
	f->head_size = (uint32_t)size;
	f->head_xxh = htr_xxh64(p, (size_t)size);
	if (!fits(r, &f->head)) {
		*ret = PLACE_FOREIGN;
		return 0;
	}
	bool whole;
	rc = reaches(r, at, (uint64_t)size + htr_block_parts_size(&f->head), &whole, err);
	if (rc == 0 && r->src.stream) {
		/* the window may have moved: point into it again */
		rc = htr_source_get(&r->src, at, (size_t)size, &p, &got, err);
		rc = rc < 0 ? rc : htr_block_head_decode(p, got, &f->head, err);
	}
	*ret = whole ? PLACE_BLOCK : PLACE_TORN;
	return rc;
}

static int accept(struct htr_reader *r, uint64_t at, const struct found *f, struct htr_err *err)
{
	const struct htr_block_head *h = &f->head;
	uint64_t from = r->walk_at;
	bool missing = at != from || h->number != r->next_number;
	uint32_t gap = 0;
	if (missing) {
		struct htr_gap g = { .from = from, .to = at };
		if (h->number != r->next_number && h->first_seq > r->next_seq) {
			g.seq_from = r->next_seq;
			g.seq_to = h->first_seq;
		}
		int rc = htr_reader_add_gap(r, g, err);
		if (rc < 0) {
			return rc;
		}
		gap = (uint32_t)r->n_gaps;
	}
	bool broken =
		!missing && r->chain_known && memcmp(h->prev_hash, r->last_hash, HTR_HASH_LEN) != 0;
	int rc = htr_reader_add_block(r, at, h, f->head_xxh, f->head_size, true, err);
	if (rc < 0) {
		return rc;
	}
	r->priv[r->n_blocks - 1].gap = gap;
	if (broken) {
		r->chain_broken = true;
		r->blocks[r->n_blocks - 1].flags |= HTR_BLOCK_CHAIN_BROKEN;
	}
	r->torn = false;
	return 1;
}

/* The footer of a pipe can only be reached through the index before it. */
static int skip_to(struct htr_reader *r, uint64_t at, uint64_t to, struct htr_err *err)
{
	const uint8_t *p;
	size_t got = 1;
	int rc = 0;
	while (r->src.stream && rc == 0 && at < to && got > 0) {
		r->src.keep = at;
		rc = htr_source_get(&r->src, at,
				    to - at < SCAN_STEP ? (size_t)(to - at) : SCAN_STEP, &p, &got,
				    err);
		at += got;
	}
	return rc;
}

/* Nothing may follow the footer. In a file the index would not have been taken for one. */
static int trailing_bytes(struct htr_reader *r, uint64_t end, struct htr_err *err)
{
	const uint8_t *p;
	size_t got = 0;
	int rc = r->src.stream ? htr_source_get(&r->src, end, 1, &p, &got, err) : 0;
	if (rc == 0 && got) {
		rc = htr_reader_add_gap(r, (struct htr_gap){ .from = end, .to = end + got }, err);
		r->tail_gap = (uint32_t)r->n_gaps;
	}
	return rc;
}

/* Read the footer behind an index. */
static int read_footer(struct htr_reader *r, uint64_t at, uint64_t end, bool *ret_cut,
		       struct htr_err *err)
{
	const uint8_t *p;
	size_t got;
	int rc = skip_to(r, at, end - HTR_FOOTER_SIZE, err);
	rc = rc < 0 ? rc
		    : htr_source_get(&r->src, end - HTR_FOOTER_SIZE, HTR_FOOTER_SIZE, &p, &got,
				     err);
	if (rc < 0) {
		return rc;
	}
	*ret_cut = got < HTR_FOOTER_SIZE;
	r->footer_seen = !*ret_cut && htr_footer_decode(p, &r->footer, NULL) == 0;
	return 0;
}

/* The index stands where the blocks end; its last bytes were the footer. */
static int finish(struct htr_reader *r, uint64_t at, uint64_t end, struct htr_err *err)
{
	r->walk_done = true;
	struct htr_gap g = { .from = r->walk_at, .to = at };
	if (r->footer_seen && r->footer.last_seq >= r->next_seq) {
		g.seq_from = r->next_seq;
		g.seq_to = r->footer.last_seq + 1;
	}
	int rc = 0;
	if (at != r->walk_at || g.seq_to) {
		rc = htr_reader_add_gap(r, g, err);
		r->tail_gap = (uint32_t)r->n_gaps;
	}
	r->walk_at = end;
	return rc < 0 ? rc : trailing_bytes(r, end, err);
}

/* Search for the next place that is a block or the index; `ret` is PLACE_END when there is none. */
static int resync(struct htr_reader *r, uint64_t from, uint64_t *ret_at, struct found *f,
		  enum place *ret, struct htr_err *err)
{
	uint64_t at = from;
	for (;;) {
		const uint8_t *p;
		size_t got;
		r->src.keep = at;
		int rc = htr_source_get(&r->src, at, SCAN_STEP, &p, &got, err);
		if (rc < 0) {
			return rc;
		}
		if (got < HTR_BLOCK_PROBE) {
			*ret_at = at + got;
			*ret = PLACE_END;
			return 0;
		}
		size_t hit = htr_find_head(p, got);
		if (hit == got) {
			at += got - HTR_BLOCK_PROBE + 1;
			continue;
		}
		at += hit;
		rc = classify(r, at, f, ret, err);
		if (rc < 0) {
			return rc;
		}
		if (*ret == PLACE_BLOCK || *ret == PLACE_INDEX) {
			*ret_at = at;
			return 0;
		}
		at++;
		if (++r->false_heads > HTR_MAX_FALSE_HEADS) {
			*ret_at = r->src.stream ? at : r->file_size;
			*ret = PLACE_END;
			r->walk_done = true;
			return 0;
		}
	}
}

static int end_of_bytes(struct htr_reader *r, uint64_t at, struct htr_err *err)
{
	if (at > r->walk_at) {
		int rc = htr_reader_add_gap(r, (struct htr_gap){ .from = r->walk_at, .to = at },
					    err);
		if (rc < 0) {
			return rc;
		}
		r->tail_gap = (uint32_t)r->n_gaps;
		r->walk_at = at;
	}
	r->walk_done = r->walk_done || r->src.stream;
	return 0;
}

/* The next place that is worth something: damage and, in a pipe, a false index are passed over. */
static int next_place(struct htr_reader *r, uint64_t *at, struct found *f, enum place *place,
		      struct htr_err *err)
{
	int rc = classify(r, *at, f, place, err);
	while (rc == 0) {
		if (*place == PLACE_BAD || *place == PLACE_FOREIGN) {
			rc = resync(r, *at + 1, at, f, place, err);
			continue;
		}
		if (*place != PLACE_INDEX) {
			break;
		}
		bool cut = false;
		rc = read_footer(r, *at, f->index_end, &cut, err);
		if (rc < 0 || r->footer_seen || !r->src.stream) {
			break;
		}
		*place = cut ? PLACE_END : PLACE_BAD;
		*at = cut ? r->walk_at : f->index_end - 1;
		if (cut) {
			break;
		}
	}
	return rc;
}

int htr_walk_step(struct htr_reader *r, struct htr_err *err)
{
	struct found f;
	enum place place;
	uint64_t at = r->walk_at;
	if (r->walk_done) {
		return 0;
	}
	if (r->n_blocks >= HTR_MAX_BLOCKS) {
		return htr_err_set(err, -E2BIG, "more than %u blocks", HTR_MAX_BLOCKS);
	}
	r->src.keep = at;
	int rc = next_place(r, &at, &f, &place, err);
	if (rc < 0) {
		return rc;
	}
	switch (place) {
	case PLACE_BLOCK:
		return accept(r, at, &f, err);
	case PLACE_INDEX:
		return finish(r, at, f.index_end, err);
	case PLACE_TORN:
		r->torn = true;
		r->walk_done = r->src.stream;
		return 0;
	case PLACE_END:
	default:
		return end_of_bytes(r, at, err);
	}
}

int htr_walk_all(struct htr_reader *r, struct htr_err *err)
{
	int rc;
	do {
		rc = htr_walk_step(r, err);
	} while (rc > 0);
	return rc;
}
