/* SPDX-License-Identifier: Apache-2.0
 * Stepping over events, forwards and backwards, over gaps and over lies of the index. */
#include "formats/trace/cursor.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/trace/decode.h"
#include "formats/trace/reader_priv.h"
#include "formats/trace/recover.h"

#define N_SLOTS      8
#define SLOTS_MEMORY ((size_t)256 << 20) /* decoded blocks kept; hostile blocks can be large */
#define NO_BLOCK     SIZE_MAX
#define RUN_MIN      2 /* from here on a scan is a scan: it uses one slot over and over */

struct slot {
	size_t block;  /* NO_BLOCK: free */
	uint64_t used; /* tick of the last use */
	struct htr_block_data data;
};

struct htr_cursor {
	struct htr_reader *reader; /* borrowed */
	struct htr_decoder *decoder;
	struct slot slots[N_SLOTS];
	struct slot *now; /* the one used last; look at its block before believing it */
	uint64_t tick;
	uint32_t generation; /* of the reader's list */
	size_t run;          /* blocks that next decoded one after the other, without a jump */
	enum htr_decode_what what;

	/* between which events the cursor stands: next gives (block, row) */
	size_t block;
	uint32_t row;
	uint64_t next_seq; /* number of the event that next gives is at least this */
	size_t told;       /* block whose gap in front was reported already */
	bool told_tail;

	htr_block_hint_fn hint;
	void *hint_data;
};

int htr_cursor_open(struct htr_cursor **ret, struct htr_reader *reader, struct htr_err *err)
{
	struct htr_cursor *c = calloc(1, sizeof(*c));
	if (!c) {
		return htr_err_set(err, -ENOMEM, "no memory for a cursor");
	}
	int rc = htr_decoder_new(&c->decoder, err);
	if (rc < 0) {
		free(c);
		return rc;
	}
	c->reader = reader;
	c->generation = reader->generation;
	c->what = HTR_DECODE_ALL;
	c->told = NO_BLOCK;
	for (int i = 0; i < N_SLOTS; i++) {
		c->slots[i].block = NO_BLOCK;
	}
	*ret = c;
	return 0;
}

void htr_cursor_close(struct htr_cursor *c)
{
	if (!c) {
		return;
	}
	for (int i = 0; i < N_SLOTS; i++) {
		htr_block_data_fini(&c->slots[i].data);
	}
	htr_decoder_free(c->decoder);
	free(c);
}

/* ---- decoded blocks ----------------------------------------------------------------------------- */

static void forget_all(struct htr_cursor *c)
{
	for (int i = 0; i < N_SLOTS; i++) {
		c->slots[i].block = NO_BLOCK;
	}
}

void htr_cursor_hint(struct htr_cursor *c, htr_block_hint_fn fn, void *data)
{
	c->hint = fn;
	c->hint_data = data;
}

void htr_cursor_hot(struct htr_cursor *c, bool hot)
{
	c->what = hot ? HTR_DECODE_HOT : HTR_DECODE_ALL;
	forget_all(c);
}

static struct slot *find(struct htr_cursor *c, size_t block)
{
	for (int i = 0; i < N_SLOTS; i++) {
		if (c->slots[i].block == block) {
			return &c->slots[i];
		}
	}
	return NULL;
}

/*
 * The least recently used slot; in a scan the one just left, which the processor's cache still holds.
 * While all together hold too much, they are emptied.
 */
static struct slot *evict(struct htr_cursor *c, size_t block)
{
	struct slot *oldest = &c->slots[0];
	struct slot *left = c->run > RUN_MIN && block > 0 ? find(c, block - 1) : NULL;
	size_t sum = 0;
	for (int i = 0; i < N_SLOTS; i++) {
		sum += htr_block_data_size(&c->slots[i].data);
		if (c->slots[i].used < oldest->used) {
			oldest = &c->slots[i];
		}
	}
	for (int i = 0; i < N_SLOTS && sum > SLOTS_MEMORY; i++) {
		struct slot *s = &c->slots[i];
		sum -= htr_block_data_size(&s->data);
		htr_block_data_fini(&s->data);
		s->block = NO_BLOCK;
	}
	oldest = left ? left : oldest;
	oldest->block = NO_BLOCK;
	return oldest;
}

static int load(struct htr_cursor *c, size_t block, struct slot **ret, struct htr_err *err)
{
	struct slot *s = find(c, block);
	if (!s) {
		struct htr_block_head h;
		const uint8_t *parts;
		int rc = htr_reader_load(c->reader, block, &h, &parts, err);
		if (rc < 0) {
			return rc;
		}
		s = evict(c, block);
		const struct htr_block_info *b = &c->reader->blocks[block];
		uint64_t at = b->offset + b->size - htr_block_parts_size(&h);
		rc = htr_decoder_block(c->decoder, &h, parts, at, c->what, &s->data, err);
		if (rc < 0) {
			htr_err_wrap(err, "%s", c->reader->name);
		}
		if (rc < 0 && rc != -ENOMEM) {
			int rc2 = htr_reader_mark_damaged(c->reader, block, NULL);
			rc = rc2 < 0 ? rc2 : -EBADMSG;
		}
		if (rc < 0) {
			return rc;
		}
		s->block = block;
	}
	s->used = ++c->tick;
	c->now = s;
	*ret = s;
	return 0;
}

/* ---- place -------------------------------------------------------------------------------------- */

/* First block whose last event is not before seq. */
static size_t block_of_seq(const struct htr_reader *r, uint64_t seq)
{
	size_t lo = 0, hi = r->n_blocks;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (r->blocks[mid].last_seq < seq) {
			lo = mid + 1;
		} else {
			hi = mid;
		}
	}
	return lo;
}

static size_t block_of_time(const struct htr_reader *r, int64_t t)
{
	size_t lo = 0, hi = r->n_blocks;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (r->blocks[mid].last_ns < t) {
			lo = mid + 1;
		} else {
			hi = mid;
		}
	}
	return lo;
}

static void stand(struct htr_cursor *c, size_t block, uint32_t row)
{
	c->run = 0;
	c->block = block;
	c->row = row;
	c->told = NO_BLOCK;
	c->told_tail = false;
}

/* The list was built anew: block numbers mean something else now. */
static int follow_rebuild(struct htr_cursor *c, struct htr_err *err)
{
	forget_all(c);
	c->generation = c->reader->generation;
	return htr_cursor_seek(c, c->next_seq, err);
}

static uint32_t row_of_seq(const struct htr_block_data *d, uint64_t seq)
{
	uint32_t lo = 0, hi = d->n_events;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (d->events[mid].seq < seq) {
			lo = mid + 1;
		} else {
			hi = mid;
		}
	}
	return lo;
}

static uint32_t row_of_time(const struct htr_block_data *d, int64_t t)
{
	uint32_t lo = 0, hi = d->n_events;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (d->events[mid].time_ns < t) {
			lo = mid + 1;
		} else {
			hi = mid;
		}
	}
	return lo;
}

/* Damage is for next to tell: the cursor then stands in front of the damaged block. */
static int seek_in(struct htr_cursor *c, size_t block, uint64_t seq, int64_t t, bool by_time,
		   struct htr_err *err)
{
	struct slot *s;
	stand(c, block, 0);
	if (block >= c->reader->n_blocks) {
		return 0;
	}
	int rc = load(c, block, &s, err);
	if (rc < 0) {
		return rc == -EBADMSG || rc == -ENODATA ? 0 : rc;
	}
	c->row = by_time ? row_of_time(&s->data, t) : row_of_seq(&s->data, seq);
	return 0;
}

static int seek(struct htr_cursor *c, uint64_t seq, int64_t t, bool by_time, struct htr_err *err)
{
	struct htr_reader *r = c->reader;
	if (r->src.stream) {
		return htr_err_set(err, -ESPIPE, "%s: a stream cannot be searched", r->name);
	}
	for (;;) {
		c->generation = r->generation;
		size_t block = by_time ? block_of_time(r, t) : block_of_seq(r, seq);
		int rc = seek_in(c, block, seq, t, by_time, err);
		if (rc != -EAGAIN) {
			return rc;
		}
		forget_all(c);
	}
}

int htr_cursor_seek(struct htr_cursor *c, uint64_t seq, struct htr_err *err)
{
	c->next_seq = seq;
	return seek(c, seq, 0, false, err);
}

int htr_cursor_seek_time(struct htr_cursor *c, int64_t time_ns, struct htr_err *err)
{
	int rc = seek(c, 0, time_ns, true, err);
	if (rc == 0 && c->block < c->reader->n_blocks) {
		c->next_seq = c->reader->blocks[c->block].first_seq;
	}
	return rc;
}

/* ---- next and prev ------------------------------------------------------------------------------ */

static int tell_gap(const struct htr_reader *r, uint32_t gap, struct htr_err *err)
{
	const struct htr_gap *g = &r->gaps[gap - 1];
	char where[80], what[80] = "";
	if (g->from == g->to) {
		snprintf(where, sizeof(where), "blocks are missing before byte %" PRIu64, g->from);
	} else {
		snprintf(where, sizeof(where), "bytes %" PRIu64 " to %" PRIu64 " are damaged",
			 g->from, g->to);
	}
	if (g->seq_to > g->seq_from) {
		snprintf(what, sizeof(what), ": events %" PRIu64 " to %" PRIu64 " cannot be read",
			 g->seq_from, g->seq_to - 1);
	}
	return htr_err_set_at(err, -EBADMSG, (int64_t)g->from, "%s: %s%s", r->name, where, what);
}

/* Behind the last known block. 1: one more block was found. */
static int at_end(struct htr_cursor *c, struct htr_err *err)
{
	struct htr_reader *r = c->reader;
	if (r->src.stream) {
		int rc = htr_walk_step(r, err);
		if (rc != 0) {
			return rc;
		}
	}
	if (c->told_tail) {
		return 0;
	}
	if (r->tail_gap) {
		c->told_tail = true;
		return tell_gap(r, r->tail_gap, err);
	}
	if (r->torn && !r->growing) {
		c->told_tail = true;
		return htr_err_set_at(err, -ENODATA, (int64_t)r->walk_at,
				      "%s: the file ends inside a block; all before it is there",
				      r->name);
	}
	return 0;
}

/* Before the first event of a block is given: gap, hint. 1 go on with it, 0 pass it over. */
static int enter(struct htr_cursor *c, struct htr_err *err)
{
	struct htr_reader *r = c->reader;
	uint32_t gap = r->priv[c->block].gap;
	if (gap && c->told != c->block) {
		c->told = c->block;
		return tell_gap(r, gap, err);
	}
	if (!c->hint || c->hint(&r->blocks[c->block], c->hint_data)) {
		return 1;
	}
	/* only a head that was seen in its place may say that nothing is to be found here */
	return htr_reader_check_head(r, c->block, err);
}

static __attribute__((noinline)) int next_slow(struct htr_cursor *c,
					       const struct htr_event **ret_ev, struct htr_err *err)
{
	struct htr_reader *r = c->reader;
	for (;;) {
		if (c->generation != r->generation) {
			int rc = follow_rebuild(c, err);
			if (rc < 0) {
				return rc;
			}
		}
		if (c->block >= r->n_blocks) {
			int rc = at_end(c, err);
			if (rc <= 0) {
				return rc;
			}
			continue;
		}
		struct slot *s;
		int rc = c->row == 0 ? enter(c, err) : 1;
		bool pass = rc == 0;
		if (rc > 0) {
			rc = load(c, c->block, &s, err);
			if (rc == -EBADMSG || rc == -ENODATA) {
				c->next_seq = r->blocks[c->block].last_seq + 1;
				c->block++;
				c->row = 0;
			}
		}
		if (rc == -EAGAIN) {
			continue;
		}
		if (rc < 0) {
			return rc;
		}
		if (pass || c->row >= s->data.n_events) {
			c->block++;
			c->row = 0;
			c->run++;
			continue;
		}
		*ret_ev = &s->data.events[c->row++];
		c->next_seq = (*ret_ev)->seq + 1;
		return 1;
	}
}

/* Inside a block, which is nearly always, this is all. */
int htr_cursor_next(struct htr_cursor *c, const struct htr_event **ret_ev, struct htr_err *err)
{
	struct slot *now = c->now;
	if (now && now->block == c->block && c->row > 0 && c->row < now->data.n_events &&
	    c->generation == c->reader->generation) {
		const struct htr_event *ev = &now->data.events[c->row++];
		c->next_seq = ev->seq + 1;
		*ret_ev = ev;
		return 1;
	}
	return next_slow(c, ret_ev, err);
}

/* Step over the border to the block before. 1 done, 0 at the beginning. */
static int back_over(struct htr_cursor *c, struct htr_err *err)
{
	struct htr_reader *r = c->reader;
	if (c->block < r->n_blocks && r->priv[c->block].gap && c->told != c->block) {
		c->told = c->block;
		return tell_gap(r, r->priv[c->block].gap, err);
	}
	if (c->block == 0) {
		return 0;
	}
	c->block--;
	c->run = 0;
	c->row = UINT32_MAX; /* behind its last event */
	return 1;
}

int htr_cursor_prev(struct htr_cursor *c, const struct htr_event **ret_ev, struct htr_err *err)
{
	struct htr_reader *r = c->reader;
	for (;;) {
		if (c->generation != r->generation) {
			int rc = follow_rebuild(c, err);
			if (rc < 0) {
				return rc;
			}
		}
		if (c->row == 0 || c->block >= r->n_blocks) {
			int rc = back_over(c, err);
			if (rc <= 0) {
				return rc;
			}
		}
		const struct htr_block_info *b = &r->blocks[c->block];
		if (c->row == UINT32_MAX && c->hint && !c->hint(b, c->hint_data)) {
			int rc = htr_reader_check_head(r, c->block, err);
			if (rc < 0 && rc != -EAGAIN) {
				return rc;
			}
			c->row = rc == 0 ? 0 : c->row;
			continue;
		}
		struct slot *s;
		int rc = load(c, c->block, &s, err);
		if (rc == -EAGAIN) {
			continue;
		}
		if (rc == -EBADMSG || rc == -ENODATA) {
			c->row = 0;
		}
		if (rc < 0) {
			return rc;
		}
		uint32_t row = c->row < s->data.n_events ? c->row : s->data.n_events;
		c->row = row - 1;
		*ret_ev = &s->data.events[row - 1];
		c->next_seq = (*ret_ev)->seq;
		return 1;
	}
}

int htr_cursor_row(struct htr_cursor *c, size_t block, uint32_t index,
		   const struct htr_event **ret_ev, struct htr_err *err)
{
	struct htr_reader *r = c->reader;
	struct slot *s;
	int rc;
	c->run = 0;
	if (c->generation != r->generation) {
		forget_all(c);
		c->generation = r->generation;
	}
	do {
		if (block >= r->n_blocks || index >= r->blocks[block].n_events) {
			return htr_err_set(err, -ERANGE, "%s: no event %" PRIu32 " in block %zu",
					   r->name, index, block);
		}
		rc = load(c, block, &s, err);
		if (rc == -EAGAIN) {
			forget_all(c);
			c->generation = r->generation;
		}
	} while (rc == -EAGAIN);
	if (rc == 0) {
		*ret_ev = &s->data.events[index];
	}
	return rc;
}
