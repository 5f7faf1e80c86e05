/* SPDX-License-Identifier: Apache-2.0
 * Events into a file: naming, locking, blocks, chain, index, footer. */
#include "formats/trace/writer.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/buf.h"
#include "formats/core/cleanup.h"
#include "formats/core/clock.h"
#include "formats/core/io.h"
#include "formats/trace/container.h"
#include "formats/trace/encode.h"
#include "formats/trace/index.h"
#include "formats/trace/limit.h"
#include "formats/trace/rows.h"

#define SYNC_PERIOD_NS INT64_C(1000000000)

struct htr_writer {
	int fd;
	int dirfd;     /* directory of the file, -1 when only a descriptor was given */
	char *name;    /* base name; NULL with a descriptor */
	char *partial; /* base name while recording */
	bool overwrite;
	bool stream;
	enum htr_sync sync;
	int64_t synced_ns;

	struct htr_rows rows;
	struct htr_encoder *encoder;
	struct htr_buf head, parts; /* one encoded block */
	struct htr_buf index;
	bool index_lost; /* no memory or over the limit: the reader will hop */

	uint64_t at; /* bytes written */
	uint64_t next_seq;
	uint64_t n_blocks, n_events;
	uint64_t last_seq;
	int64_t last_ns;
	uint64_t lost;
	uint64_t tag;
	uint8_t hash[HTR_HASH_LEN]; /* of the last block, of the header before the first */
	int failed;                 /* an I/O error sticks */
};

/* ---- names -------------------------------------------------------------------------------------- */

/* A .partial that nobody holds the lock of was left by a recorder that died. */
static int remove_stale(const struct htr_writer *w, struct htr_err *err)
{
	cleanup_fd int fd =
		openat(w->dirfd, w->partial, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0) {
		return errno == ENOENT ? 0 : htr_err_sys(err, errno, "%s", w->partial);
	}
	struct stat st;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		return htr_err_set(err, -EEXIST, "%s is in the way and is no file", w->partial);
	}
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		return htr_err_set(err, -EEXIST, "%s is being written by another recorder",
				   w->partial);
	}
	if (unlinkat(w->dirfd, w->partial, 0) < 0 && errno != ENOENT) {
		return htr_err_sys(err, errno, "%s", w->partial);
	}
	return 0;
}

static int create(struct htr_writer *w, struct htr_err *err)
{
	struct stat st;
	if (!w->overwrite && fstatat(w->dirfd, w->name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		return htr_err_set(err, -EEXIST, "%s exists already", w->name);
	}
	int rc = w->overwrite ? remove_stale(w, err) : 0;
	if (rc < 0) {
		return rc;
	}
	w->fd = openat(w->dirfd, w->partial, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		       0600);
	if (w->fd < 0 && errno == EEXIST) {
		return htr_err_set(err, -EEXIST,
				   "%s exists already: another recording writes it, or one ended "
				   "without closing it (it can be read as it is)",
				   w->partial);
	}
	if (w->fd < 0) {
		return htr_err_sys(err, errno, "%s", w->partial);
	}
	/* whatever the umask; a reader holds its shared lock only for a moment */
	if (fchmod(w->fd, 0600) < 0 || flock(w->fd, LOCK_EX) < 0) {
		return htr_err_sys(err, errno, "%s", w->partial);
	}
	return 0;
}

static int split_name(struct htr_writer *w, int dirfd, const char *name, struct htr_err *err)
{
	cleanup_free char *a = strdup(name);
	cleanup_free char *b = strdup(name);
	if (!a || !b) {
		return htr_err_set(err, -ENOMEM, "no memory for a file name");
	}
	const char *base = basename(b);
	if (!*name || strcmp(base, "/") == 0 || strcmp(base, ".") == 0 || strcmp(base, "..") == 0 ||
	    name[strlen(name) - 1] == '/') {
		return htr_err_set(err, -EISDIR, "%s: is no name for a file", name);
	}
	const char *dir = dirname(a);
	w->name = strdup(base);
	if (!w->name || asprintf(&w->partial, "%s.partial", base) < 0) {
		w->partial = NULL;
		return htr_err_set(err, -ENOMEM, "no memory for a file name");
	}
	w->dirfd = openat(dirfd, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return w->dirfd < 0 ? htr_err_sys(err, errno, "%s", dir) : 0;
}

/* ---- open --------------------------------------------------------------------------------------- */

static int put(struct htr_writer *w, const void *data, size_t len, struct htr_err *err)
{
	if (w->failed) {
		return htr_err_sys(err, -w->failed, "write");
	}
	int rc = htr_write_all(w->fd, data, len);
	if (rc < 0) {
		w->failed = rc;
		return htr_err_sys(err, -rc, "write");
	}
	w->at += len;
	return 0;
}

static int put_header(struct htr_writer *w, const struct htr_facts *facts, int level,
		      struct htr_err *err)
{
	struct htr_file_head h = {
		.major = HTR_FORMAT_MAJOR,
		.minor = HTR_FORMAT_MINOR,
		.segment = facts->segment,
	};
	static const uint8_t zero[16];
	memcpy(h.session, facts->session_id, sizeof(h.session));
	if (memcmp(h.session, zero, sizeof(zero)) == 0) {
		htr_random(h.session, sizeof(h.session));
	}
	struct htr_facts f = *facts;
	memcpy(f.session_id, h.session, sizeof(f.session_id));
	int rc = htr_encode_header(&f, level, &w->parts, &h, err);
	if (rc < 0) {
		return rc;
	}
	uint8_t head[HTR_FILE_HEAD_SIZE];
	htr_file_head_encode(&h, head);
	const struct htr_piece pieces[] = { { head, sizeof(head) },
					    { w->parts.data, w->parts.len } };
	htr_chain_hash(w->hash, pieces, 2);
	w->tag = htr_file_tag(h.session, h.segment);
	htr_buf_add(&w->head, head, sizeof(head));
	htr_buf_add(&w->head, w->parts.data, w->parts.len);
	if (w->head.failed) {
		return htr_err_set(err, -ENOMEM, "no memory for the trace header");
	}
	return put(w, w->head.data, w->head.len, err);
}

static int prepare(struct htr_writer *w, const struct htr_facts *facts,
		   const struct htr_writer_opts *opts, struct htr_err *err)
{
	static const struct htr_writer_opts defaults = { .sync = HTR_SYNC_1S };
	opts = opts ? opts : &defaults;
	uint32_t n = opts->block_events ? opts->block_events : HTR_BLOCK_EVENTS;
	if (n > HTR_MAX_BLOCK_EVENTS || opts->level < 0 || opts->level > 19) {
		return htr_err_set(err, -EINVAL,
				   "%u events per block (at most %u), level %d (1 to 19)", n,
				   HTR_MAX_BLOCK_EVENTS, opts->level);
	}
	if (facts->time_unit_ns == 0 || facts->time_unit_ns > 1000000000u) {
		return htr_err_set(err, -EINVAL, "time unit of %u ns; 1 to 1000000000 are possible",
				   facts->time_unit_ns);
	}
	w->stream = opts->stream;
	w->sync = opts->stream ? HTR_SYNC_NEVER : opts->sync;
	w->next_seq = 1;
	int rc = htr_rows_init(&w->rows, n, facts->time_unit_ns, err);
	return rc < 0 ? rc : htr_encoder_new(&w->encoder, n, opts->level, facts->arch, err);
}

static void drop(struct htr_writer *w)
{
	if (w->fd >= 0) {
		close(w->fd);
	}
	if (w->dirfd >= 0) {
		close(w->dirfd);
	}
	free(w->name);
	free(w->partial);
	htr_rows_fini(&w->rows);
	htr_encoder_free(w->encoder);
	htr_buf_fini(&w->head);
	htr_buf_fini(&w->parts);
	htr_buf_fini(&w->index);
	free(w);
}

static struct htr_writer *new_writer(void)
{
	struct htr_writer *w = calloc(1, sizeof(*w));
	if (w) {
		w->fd = w->dirfd = -1;
	}
	return w;
}

int htr_writer_open_fd(struct htr_writer **ret, int fd_take, const struct htr_facts *facts,
		       const struct htr_writer_opts *opts, struct htr_err *err)
{
	struct htr_writer *w = new_writer();
	if (!w) {
		close(fd_take);
		return htr_err_set(err, -ENOMEM, "no memory for a writer");
	}
	w->fd = fd_take;
	int rc = prepare(w, facts, opts, err);
	if (rc == 0 && !w->stream && lseek(w->fd, 0, SEEK_CUR) > 0) {
		rc = htr_err_set(err, -EINVAL, "the output is not at its beginning");
	}
	if (rc == 0 && !w->stream) {
		(void)flock(w->fd, LOCK_EX | LOCK_NB); /* for readers; not every file system can */
	}
	rc = rc < 0 ? rc : put_header(w, facts, opts ? opts->level : 0, err);
	if (rc < 0) {
		drop(w);
		return rc;
	}
	*ret = w;
	return 0;
}

int htr_writer_open(struct htr_writer **ret, int dirfd, const char *name, bool overwrite,
		    const struct htr_facts *facts, const struct htr_writer_opts *opts,
		    struct htr_err *err)
{
	struct htr_writer *w = new_writer();
	if (!w) {
		return htr_err_set(err, -ENOMEM, "no memory for a writer");
	}
	w->overwrite = overwrite;
	int rc = prepare(w, facts, opts, err);
	rc = rc < 0 ? rc : split_name(w, dirfd, name, err);
	rc = rc < 0 ? rc : create(w, err);
	if (rc == 0) {
		rc = put_header(w, facts, opts ? opts->level : 0, err);
		if (rc < 0) {
			unlinkat(w->dirfd, w->partial, 0); /* holds nothing yet */
		}
	}
	if (rc < 0) {
		drop(w);
		return rc;
	}
	*ret = w;
	return 0;
}

/* ---- blocks ------------------------------------------------------------------------------------- */

static int sync_now(struct htr_writer *w, struct htr_err *err)
{
	if (fdatasync(w->fd) < 0 && errno != EINVAL && errno != EROFS) {
		/* Linux reports a write-back error once: the file cannot be trusted from here on */
		w->failed = -errno;
		return htr_err_sys(err, errno, "sync");
	}
	return 0;
}

static int maybe_sync(struct htr_writer *w, struct htr_err *err)
{
	if (w->sync == HTR_SYNC_NEVER) {
		return 0;
	}
	int64_t now = htr_clock_ns(CLOCK_MONOTONIC);
	if (w->sync == HTR_SYNC_1S && now - w->synced_ns < SYNC_PERIOD_NS) {
		return 0;
	}
	w->synced_ns = now;
	return sync_now(w, err);
}

static void index_block(struct htr_writer *w, uint64_t offset)
{
	if (w->index_lost) {
		return;
	}
	htr_index_add(&w->index, offset, w->head.data, (uint32_t)w->head.len);
	if (w->index.failed || w->index.len > HTR_MAX_INDEX) {
		w->index_lost = true;
		htr_buf_fini(&w->index);
	}
}

static int seal(struct htr_writer *w, struct htr_err *err)
{
	struct htr_block_head h;
	if (w->rows.n == 0) {
		return 0;
	}
	if (w->failed) {
		return htr_err_sys(err, -w->failed, "write");
	}
	htr_buf_reset(&w->head);
	htr_buf_reset(&w->parts);
	int rc = htr_encoder_block(w->encoder, &w->rows, w->n_blocks, &w->parts, &h, err);
	if (rc < 0) {
		return rc;
	}
	h.file_tag = w->tag;
	memcpy(h.prev_hash, w->hash, HTR_HASH_LEN);
	memset(h.own_hash, 0, HTR_HASH_LEN);
	rc = htr_block_head_encode(&h, &w->head, err);
	if (rc < 0) {
		return rc;
	}
	uint8_t own[HTR_HASH_LEN];
	htr_block_head_chain(w->head.data, w->head.len, w->parts.data, w->parts.len, own);
	htr_block_head_set_own(w->head.data, w->head.len, own);
	uint64_t offset = w->at;
	size_t head_len = w->head.len;
	/* one write: what is torn then is torn in one place */
	htr_buf_add(&w->head, w->parts.data, w->parts.len);
	if (w->head.failed) {
		return htr_err_set(err, -ENOMEM, "no memory for a block");
	}
	rc = put(w, w->head.data, w->head.len, err);
	if (rc < 0) {
		return rc;
	}
	w->head.len = head_len;
	index_block(w, offset);
	memcpy(w->hash, own, HTR_HASH_LEN);
	w->n_blocks++;
	w->n_events += h.n_events;
	w->last_seq = h.last_seq;
	w->last_ns = h.last_ns;
	if (__builtin_add_overflow(w->lost, h.lost, &w->lost)) {
		w->lost = UINT64_MAX;
	}
	htr_rows_reset(&w->rows);
	return maybe_sync(w, err);
}

int64_t htr_writer_add(struct htr_writer *w, const struct htr_event *ev, struct htr_err *err)
{
	if (w->failed) {
		return htr_err_sys(err, -w->failed, "write");
	}
	int rc = htr_rows_check(ev, err);
	if (rc < 0) {
		return rc;
	}
	uint64_t seq = ev->seq > w->next_seq ? ev->seq : w->next_seq;
	if (seq > INT64_MAX) {
		return htr_err_set(err, -EINVAL, "event number out of range");
	}
	if (htr_rows_full(&w->rows)) {
		/* sealing failed for lack of memory before: try again */
		rc = seal(w, err);
		if (rc < 0) {
			return rc;
		}
	}
	rc = htr_rows_add(&w->rows, ev, seq);
	if (rc == -ENOSPC) {
		rc = seal(w, err);
		rc = rc < 0 ? rc : htr_rows_add(&w->rows, ev, seq);
	}
	if (rc < 0) {
		return htr_err_set(err, rc, "no memory for an event");
	}
	w->next_seq = seq + 1;
	if (htr_rows_full(&w->rows)) {
		rc = seal(w, err);
		if (rc < 0 && rc != -ENOMEM) {
			return rc;
		}
	}
	return (int64_t)seq;
}

int htr_writer_flush(struct htr_writer *w, struct htr_err *err)
{
	return seal(w, err);
}

void htr_writer_stats(const struct htr_writer *w, struct htr_writer_stats *ret)
{
	*ret = (struct htr_writer_stats){
		.events = w->n_events + w->rows.n,
		.blocks = w->n_blocks,
		.bytes = w->at,
		.losses = w->lost + w->rows.lost,
	};
	memcpy(ret->final_hash, w->hash, sizeof(ret->final_hash));
}

/* ---- close -------------------------------------------------------------------------------------- */

static int put_index(struct htr_writer *w, struct htr_err *err)
{
	uint8_t head[HTR_INDEX_HEAD], foot[HTR_FOOTER_SIZE];
	struct htr_footer f = {
		.index_offset = w->at,
		.entries_len = w->index.len,
		.n_blocks = w->n_blocks,
		.n_events = w->n_events,
		.last_seq = w->last_seq,
		.last_ns = w->last_ns,
		.lost = w->lost,
		.entries_xxh = htr_xxh64(w->index.data ? w->index.data : head, w->index.len),
	};
	memcpy(f.final_hash, w->hash, HTR_HASH_LEN);
	htr_index_head_encode(head, f.entries_len);
	htr_footer_encode(&f, foot);
	int rc = put(w, head, sizeof(head), err);
	rc = rc < 0 ? rc : put(w, w->index.data, w->index.len, err);
	return rc < 0 ? rc : put(w, foot, sizeof(foot), err);
}

static int give_name(struct htr_writer *w, struct htr_err *err)
{
	unsigned flags = w->overwrite ? 0 : RENAME_NOREPLACE;
	int rc = renameat2(w->dirfd, w->partial, w->dirfd, w->name, flags);
	if (rc < 0 && flags && errno == EINVAL) {
		/* a file system without RENAME_NOREPLACE; a hard link refuses as well */
		rc = linkat(w->dirfd, w->partial, w->dirfd, w->name, 0);
		rc = rc < 0 ? rc : unlinkat(w->dirfd, w->partial, 0);
	}
	if (rc < 0) {
		return htr_err_sys(err, errno, "rename %s to %s", w->partial, w->name);
	}
	(void)fsync(w->dirfd); /* not every file system can; the file itself is synced */
	return 0;
}

int htr_writer_close(struct htr_writer *w, struct htr_writer_stats *ret_stats, struct htr_err *err)
{
	int rc = seal(w, err);
	rc = rc < 0 ? rc : put_index(w, err);
	if (rc == 0 && w->sync != HTR_SYNC_NEVER) {
		rc = sync_now(w, err);
	}
	if (rc == 0 && w->name) {
		rc = give_name(w, err);
	}
	if (ret_stats) {
		htr_writer_stats(w, ret_stats);
	}
	int fd = w->fd;
	w->fd = -1;
	if (close(fd) < 0 && rc == 0 && errno != EINTR) {
		rc = htr_err_sys(err, errno, "close");
	}
	drop(w);
	return rc;
}

void htr_writer_abandon(struct htr_writer *w)
{
	if (w) {
		drop(w);
	}
}
