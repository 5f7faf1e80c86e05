/* SPDX-License-Identifier: Apache-2.0
 * Opening, the list of blocks, loading one of them. */
#include "formats/trace/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/cleanup.h"
#include "formats/trace/decode.h"
#include "formats/trace/index.h"
#include "formats/trace/limit.h"
#include "formats/trace/recover.h"

/* ---- the list ----------------------------------------------------------------------------------- */

static int grow(void **p, size_t *cap, size_t n, size_t elem)
{
	if (n < *cap) {
		return 0;
	}
	size_t want = *cap ? *cap * 2 : 64;
	void *q = reallocarray(*p, want, elem);
	if (!q) {
		return -ENOMEM;
	}
	*p = q;
	*cap = want;
	return 0;
}

/* Skip data is a convenience: without memory for it nothing is skipped. */
static void keep_skip_data(struct htr_reader *r, const struct htr_block_head *h,
			   struct htr_block_info *b)
{
	if (h->n_listed) {
		b->threads = htr_arena_dup(&r->skip_arena, h->threads, (size_t)h->n_listed * 4);
		b->n_listed = b->threads ? h->n_listed : 0;
	}
	if (h->bloom_len) {
		b->bloom = htr_arena_dup(&r->skip_arena, h->bloom, h->bloom_len);
		b->bloom_len = b->bloom ? h->bloom_len : 0;
	}
}

int htr_reader_add_block(struct htr_reader *r, uint64_t offset, const struct htr_block_head *h,
			 uint64_t head_xxh, uint32_t head_size, bool seen, struct htr_err *err)
{
	size_t cap = r->cap_blocks;
	if (grow((void **)&r->priv, &cap, r->n_blocks, sizeof(*r->priv)) < 0 ||
	    grow((void **)&r->blocks, &r->cap_blocks, r->n_blocks, sizeof(*r->blocks)) < 0) {
		return htr_err_set(err, -ENOMEM, "no memory for the list of blocks");
	}
	struct htr_block_info *b = &r->blocks[r->n_blocks];
	*b = (struct htr_block_info){
		.offset = offset,
		.size = head_size + htr_block_parts_size(h),
		.first_seq = h->first_seq,
		.last_seq = h->last_seq,
		.n_events = h->n_events,
		.first_ns = h->first_ns,
		.last_ns = h->last_ns,
		.max_dur_ns = h->max_dur_ns,
		.lost = h->lost,
		.loss_reasons = h->loss_reasons,
		.kinds = h->kinds,
		.flags = h->flags,
		.n_threads = h->n_threads,
	};
	memcpy(b->syscalls, h->syscalls, sizeof(b->syscalls));
	memcpy(b->classes, h->classes, sizeof(b->classes));
	keep_skip_data(r, h, b);
	struct htr_block_priv *p = &r->priv[r->n_blocks];
	*p = (struct htr_block_priv){ .head_xxh = head_xxh, .head_size = head_size, .seen = seen };

	r->n_blocks++;
	r->n_events += h->n_events;
	if (__builtin_add_overflow(r->n_lost, h->lost, &r->n_lost)) {
		r->n_lost = UINT64_MAX;
	}
	r->walk_at = offset + b->size;
	r->next_number = h->number + 1;
	r->next_seq = h->last_seq + 1;
	r->last_ns = h->last_ns;
	memcpy(r->last_hash, h->own_hash, HTR_HASH_LEN);
	r->chain_known = true;
	return 0;
}

int htr_reader_add_gap(struct htr_reader *r, struct htr_gap gap, struct htr_err *err)
{
	if (r->n_gaps == HTR_MAX_GAPS) {
		struct htr_gap *last = &r->gaps[r->n_gaps - 1];
		last->to = gap.to > last->to ? gap.to : last->to;
		last->seq_to = gap.seq_to > last->seq_to ? gap.seq_to : last->seq_to;
		return 0;
	}
	if (grow((void **)&r->gaps, &r->cap_gaps, r->n_gaps, sizeof(*r->gaps)) < 0) {
		return htr_err_set(err, -ENOMEM, "no memory for the list of gaps");
	}
	r->gaps[r->n_gaps++] = gap;
	return 0;
}

void htr_reader_clear(struct htr_reader *r)
{
	r->n_blocks = r->n_gaps = 0;
	r->n_events = r->n_lost = 0;
	r->tail_gap = 0;
	r->walk_at = r->blocks_at;
	r->next_number = 0;
	r->next_seq = 1;
	r->last_ns = 0;
	memcpy(r->last_hash, r->start_hash, HTR_HASH_LEN);
	r->chain_known = true;
	r->chain_broken = r->walk_done = r->torn = false;
	r->footer_seen = r->from_index = r->damaged = false;
	r->false_heads = 0;
	r->generation++;
	htr_arena_reset(&r->skip_arena);
}

static int rebuild(struct htr_reader *r, struct htr_err *err)
{
	htr_reader_clear(r);
	r->damaged = true; /* the index lied about this file */
	return htr_walk_all(r, err);
}

/* ---- opening ------------------------------------------------------------------------------------ */

static int check_kind(int fd, unsigned flags, uint64_t *ret_size, struct htr_err *err)
{
	struct stat st;
	if (fstat(fd, &st) < 0) {
		return htr_err_sys(err, errno, "stat");
	}
	*ret_size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
	if (S_ISDIR(st.st_mode)) {
		return htr_err_set(err, -EISDIR, "is a directory, not a trace");
	}
	if (flags & HTR_OPEN_STREAM || S_ISREG(st.st_mode)) {
		return 0;
	}
	const char *what = S_ISFIFO(st.st_mode)   ? "a FIFO"
			   : S_ISSOCK(st.st_mode) ? "a socket"
			   : S_ISCHR(st.st_mode)  ? "a character device"
						  : "a block device";
	return htr_err_set(err, -ESPIPE,
			   "is %s, not a trace file; to read a stream, redirect it to standard "
			   "input and name the file \"-\"",
			   what);
}

/* A recorder holds the lock for as long as it lives. */
static bool locked(int fd)
{
	if (flock(fd, LOCK_SH | LOCK_NB) == 0) {
		flock(fd, LOCK_UN);
		return false;
	}
	return errno == EWOULDBLOCK;
}

static int read_head(struct htr_reader *r, struct htr_err *err)
{
	const uint8_t *p;
	size_t got;
	uint32_t size;
	int rc = htr_source_get(&r->src, 0, HTR_MAX_FILE_HEAD, &p, &got, err);
	if (rc == 0 && got == 0) {
		rc = htr_err_set(err, -ENODATA, "is empty, not a trace");
	}
	rc = rc < 0 ? rc : htr_file_head_decode(p, got, &r->head, &size, err);
	rc = rc < 0 ? rc : htr_source_get(&r->src, size, r->head.header_size, &p, &got, err);
	if (rc < 0) {
		return rc;
	}
	if (got < r->head.header_size) {
		return htr_err_set(err, -ENODATA, "cut off inside the trace header");
	}
	rc = htr_decode_header(&r->head, p, size, &r->arena, &r->facts, err);
	if (rc < 0) {
		return rc;
	}
	r->tag = htr_file_tag(r->head.session, r->head.segment);
	r->blocks_at = (uint64_t)size + r->head.header_size;
	rc = htr_source_get(&r->src, 0, r->blocks_at, &p, &got, err);
	if (rc == 0 && got < r->blocks_at) {
		rc = htr_err_set(err, -ENODATA, "cut off inside the trace header");
	}
	if (rc == 0) {
		htr_chain_hash(r->start_hash, &(struct htr_piece){ p, got }, 1);
	}
	return rc;
}

static int read_list(struct htr_reader *r, unsigned flags, struct htr_err *err)
{
	htr_reader_clear(r);
	if (r->src.stream) {
		return 0;
	}
	r->growing = locked(r->src.fd);
	int rc = flags & HTR_OPEN_NO_FOOTER ? 0 : htr_index_load(r, err);
	return rc == 0 ? htr_walk_all(r, err) : (rc < 0 ? rc : 0);
}

int htr_reader_open_fd(struct htr_reader **ret, int fd_take, const char *name, unsigned flags,
		       struct htr_err *err)
{
	cleanup_fd int fd = fd_take;
	uint64_t size;
	int rc = check_kind(fd, flags, &size, err);
	if (rc < 0) {
		htr_err_wrap(err, "%s", name);
		return rc;
	}
	cleanup_reader struct htr_reader *r = calloc(1, sizeof(*r));
	if (r) {
		r->src.fd = steal_fd(&fd);
		r->name = strdup(name);
	}
	if (!r || !r->name) {
		return htr_err_set(err, -ENOMEM, "%s: no memory", name);
	}
	r->src.stream = flags & HTR_OPEN_STREAM;
	r->file_size = size;
	htr_arena_init(&r->skip_arena, HTR_SKIP_MEMORY);
	rc = read_head(r, err);
	rc = rc < 0 ? rc : read_list(r, flags, err);
	if (rc < 0) {
		htr_err_wrap(err, "%s", name);
		return rc;
	}
	*ret = steal_ptr(r);
	return 0;
}

int htr_reader_open(struct htr_reader **ret, const char *path, unsigned flags, struct htr_err *err)
{
	if (strcmp(path, "-") == 0) {
		int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
		if (fd < 0) {
			return htr_err_sys(err, errno, "standard input");
		}
		return htr_reader_open_fd(ret, fd, "standard input", flags | HTR_OPEN_STREAM, err);
	}
	/* without O_NONBLOCK the open of a FIFO would wait for a writer */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		return htr_err_sys(err, errno, "%s", path);
	}
	if (flags & HTR_OPEN_STREAM && fcntl(fd, F_SETFL, 0) < 0) {
		int e = errno;
		close(fd);
		return htr_err_sys(err, e, "%s", path);
	}
	return htr_reader_open_fd(ret, fd, path, flags, err);
}

void htr_reader_close(struct htr_reader *r)
{
	if (!r) {
		return;
	}
	htr_source_fini(&r->src);
	htr_arena_fini(&r->arena);
	htr_arena_fini(&r->skip_arena);
	free(r->blocks);
	free(r->priv);
	free(r->gaps);
	free(r->name);
	free(r);
}

int htr_reader_refresh(struct htr_reader *r, struct htr_err *err)
{
	struct stat st;
	if (r->src.stream) {
		return htr_walk_step(r, err);
	}
	if (r->walk_done) {
		r->growing = r->growing && locked(r->src.fd);
		return 0;
	}
	r->growing = locked(r->src.fd);
	if (fstat(r->src.fd, &st) < 0) {
		return htr_err_sys(err, errno, "%s: stat", r->name);
	}
	r->file_size = (uint64_t)st.st_size;
	r->torn = false;
	r->src.win_len = 0; /* what was read behind the end then is not what is there now */
	size_t before = r->n_blocks;
	int rc = htr_walk_all(r, err);
	return rc < 0 ? (htr_err_wrap(err, "%s", r->name), rc) : r->n_blocks > before;
}

/* ---- one block ---------------------------------------------------------------------------------- */

static int changed(struct htr_reader *r, size_t i, struct htr_err *err)
{
	if (r->from_index) {
		int rc = rebuild(r, err);
		return rc < 0 ? rc : -EAGAIN;
	}
	return htr_err_set_at(err, -EBADMSG, (int64_t)r->blocks[i].offset,
			      "%s: block %zu changed while it was read", r->name, i);
}

static int get_head(struct htr_reader *r, size_t i, size_t len, const uint8_t **ret,
		    struct htr_err *err)
{
	const struct htr_block_info *b = &r->blocks[i];
	struct htr_block_priv *p = &r->priv[i];
	size_t got;
	int rc = htr_source_get(&r->src, b->offset, len, ret, &got, err);
	if (rc < 0) {
		htr_err_wrap(err, "%s", r->name);
		return rc;
	}
	if (got < len && !r->from_index) {
		return htr_err_set_at(err, -ENODATA, (int64_t)b->offset, "%s: block %zu is cut off",
				      r->name, i);
	}
	if (got < len || htr_xxh64(*ret, p->head_size) != p->head_xxh) {
		return changed(r, i, err);
	}
	p->seen = true;
	return 0;
}

int htr_reader_check_head(struct htr_reader *r, size_t i, struct htr_err *err)
{
	const uint8_t *p;
	return r->priv[i].seen ? 0 : get_head(r, i, r->priv[i].head_size, &p, err);
}

int htr_reader_load(struct htr_reader *r, size_t i, struct htr_block_head *ret_head,
		    const uint8_t **ret_parts, struct htr_err *err)
{
	const uint8_t *p;
	int rc = get_head(r, i, r->blocks[i].size, &p, err);
	if (rc < 0) {
		return rc;
	}
	rc = htr_block_head_decode(p, r->priv[i].head_size, ret_head, err);
	*ret_parts = p + r->priv[i].head_size;
	return rc;
}

int htr_reader_mark_damaged(struct htr_reader *r, size_t i, struct htr_err *err)
{
	struct htr_block_info *b = &r->blocks[i];
	if (b->damaged) {
		return 0;
	}
	b->damaged = true;
	r->damaged = true;
	return htr_reader_add_gap(r,
				  (struct htr_gap){ .from = b->offset,
						    .to = b->offset + b->size,
						    .seq_from = b->first_seq,
						    .seq_to = b->last_seq + 1 },
				  err);
}

int htr_reader_verify(struct htr_reader *r, size_t *ret_block, struct htr_err *err)
{
	uint8_t prev[HTR_HASH_LEN], own[HTR_HASH_LEN];
	size_t none, *bad = ret_block ? ret_block : &none;
	if (r->src.stream) {
		return htr_err_set(err, -ESPIPE, "%s: a stream cannot be verified", r->name);
	}
	memcpy(prev, r->start_hash, HTR_HASH_LEN);
	for (size_t i = 0; i < r->n_blocks; i++) {
		struct htr_block_head h;
		const uint8_t *parts;
		*bad = i;
		int rc = htr_reader_load(r, i, &h, &parts, err);
		if (rc == -EAGAIN) {
			return htr_err_set_at(err, -EBADMSG, -1, "%s: index and blocks differ",
					      r->name);
		}
		if (rc < 0) {
			return rc;
		}
		uint64_t at = r->blocks[i].offset;
		if (r->priv[i].gap || memcmp(h.prev_hash, prev, HTR_HASH_LEN) != 0) {
			return htr_err_set_at(err, -EBADMSG, (int64_t)at,
					      "%s: chain broken before block %zu", r->name, i);
		}
		rc = htr_block_head_chain(parts - r->priv[i].head_size, r->priv[i].head_size, parts,
					  htr_block_parts_size(&h), own);
		if (rc < 0 || memcmp(own, h.own_hash, HTR_HASH_LEN) != 0) {
			return htr_err_set_at(err, -EBADMSG, (int64_t)at,
					      "%s: block %zu does not have the hash it states",
					      r->name, i);
		}
		memcpy(prev, own, HTR_HASH_LEN);
	}
	*bad = r->n_blocks;
	if (r->tail_gap ||
	    (r->footer_seen && memcmp(prev, r->footer.final_hash, HTR_HASH_LEN) != 0)) {
		return htr_err_set_at(err, -EBADMSG, -1, "%s: blocks are missing at the end",
				      r->name);
	}
	return 0;
}

/* ---- getters ------------------------------------------------------------------------------------ */

const struct htr_facts *htr_reader_facts(const struct htr_reader *r)
{
	return r->facts;
}

const char *htr_reader_name(const struct htr_reader *r)
{
	return r->name;
}

enum htr_reader_state htr_reader_state(const struct htr_reader *r)
{
	if (r->n_gaps || r->damaged || r->chain_broken) {
		return HTR_STATE_DAMAGED;
	}
	if (r->footer_seen) {
		return HTR_STATE_CLOSED;
	}
	return r->growing ? HTR_STATE_GROWING : HTR_STATE_UNCLOSED;
}

size_t htr_reader_n_blocks(const struct htr_reader *r)
{
	return r->n_blocks;
}

uint64_t htr_reader_generation(const struct htr_reader *r)
{
	return r->generation;
}

const struct htr_block_info *htr_reader_block(const struct htr_reader *r, size_t i)
{
	return i < r->n_blocks ? &r->blocks[i] : NULL;
}

uint64_t htr_reader_n_events(const struct htr_reader *r)
{
	return r->n_events;
}

uint64_t htr_reader_n_lost(const struct htr_reader *r)
{
	return r->n_lost;
}

int64_t htr_reader_last_ns(const struct htr_reader *r)
{
	return r->last_ns;
}

uint64_t htr_reader_file_size(const struct htr_reader *r)
{
	return r->src.stream ? r->walk_at : r->file_size;
}

size_t htr_reader_n_gaps(const struct htr_reader *r)
{
	return r->n_gaps;
}

const struct htr_gap *htr_reader_gap(const struct htr_reader *r, size_t i)
{
	return i < r->n_gaps ? &r->gaps[i] : NULL;
}

const uint8_t *htr_reader_final_hash(const struct htr_reader *r)
{
	return htr_reader_state(r) == HTR_STATE_CLOSED ? r->footer.final_hash : NULL;
}

bool htr_block_may_have_thread(const struct htr_block_info *b, int32_t tid)
{
	for (uint32_t i = 0; i < b->n_listed; i++) {
		if ((int32_t)htr_get32(b->threads + 4 * (size_t)i) == tid) {
			return true;
		}
	}
	return b->n_listed == 0;
}

bool htr_block_may_have_string(const struct htr_block_info *b, const void *s, size_t len)
{
	return htr_bloom_has(b->bloom, b->bloom_len, htr_xxh3(s, len));
}
