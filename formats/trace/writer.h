/* SPDX-License-Identifier: Apache-2.0
 *
 * writer.h - events into one .htr file: head, header, blocks, index, footer.
 *
 * The writer writes to a descriptor that the caller opened (or creates FILE.partial beneath a
 * directory and renames it after the footer is synced). It never opens anything by a name taken from a
 * tracee. Blocks are independent: a file whose end is missing is readable up to its last whole block.
 *
 * Source: holter-trace(5).
 */
#ifndef HTR_TRACE_WRITER_H
#define HTR_TRACE_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/core/err.h"
#include "formats/model/event.h"
#include "formats/model/facts.h"

#define HTR_BLOCK_EVENTS 16384 /* default events per block: seek under 1 ms, 5 % larger than 64 k */

struct htr_writer;

enum htr_sync {
	HTR_SYNC_NEVER = 0,
	HTR_SYNC_1S = 1, /* fdatasync after a block, at most once a second (default) */
	HTR_SYNC_BLOCK = 2,
};

struct htr_writer_opts {
	uint32_t block_events; /* 0: HTR_BLOCK_EVENTS; at most 65536 */
	int level;             /* zstd level, 0: 3 */
	enum htr_sync sync;
	bool stream; /* output is a pipe: no seeking, no .partial, no sync */
};

struct htr_writer_stats {
	uint64_t events, blocks, bytes; /* bytes written to the file so far */
	uint64_t losses;                /* events counted as lost by HTR_EV_LOSS records */
	uint8_t final_hash[32];         /* BLAKE2b chain value after close */
};

/*
 * htr_writer_open - create NAME.partial (O_EXCL, mode 0600, no links followed) beneath dirfd, lock it,
 * write head and header
 *
 * @dirfd: directory, borrowed; AT_FDCWD for the current one
 * @name:  final file name; must not exist yet unless overwrite
 * Returns: 0 or -errno (-EEXIST when NAME or NAME.partial exists).
 */
int htr_writer_open(struct htr_writer **ret, int dirfd, const char *name, bool overwrite,
		    const struct htr_facts *facts, const struct htr_writer_opts *opts,
		    struct htr_err *err) HTR_MUST_CHECK;

/* htr_writer_open_fd - write to an open descriptor (taken: closed by close, also on failure here). */
int htr_writer_open_fd(struct htr_writer **ret, int fd_take, const struct htr_facts *facts,
		       const struct htr_writer_opts *opts, struct htr_err *err) HTR_MUST_CHECK;

/*
 * htr_writer_add - append one event; the writer numbers it (ev->seq is ignored unless it is higher than
 * the next number: a gap is kept) and copies all it needs
 *
 * Shape:   time_ns should not go back; a smaller time than the last one is stored as the last one.
 * Returns: the event's number (> 0), or -errno: -EINVAL for an event over the limits (not stored),
 *          otherwise an I/O error, which sticks.
 */
int64_t htr_writer_add(struct htr_writer *w, const struct htr_event *ev,
		       struct htr_err *err) HTR_MUST_CHECK;

/* htr_writer_flush - seal the current block early (live followers; at most once in a while: small blocks
 * cost bytes). */
int htr_writer_flush(struct htr_writer *w, struct htr_err *err) HTR_MUST_CHECK;

void htr_writer_stats(const struct htr_writer *w, struct htr_writer_stats *ret);

/* htr_writer_close - last block, index, footer, fdatasync, rename, free. `w` is gone on failure too. */
int htr_writer_close(struct htr_writer *w, struct htr_writer_stats *ret_stats /* may be NULL */,
		     struct htr_err *err);

/* htr_writer_abandon - free without finishing: what is in the file stays as an unclosed trace. */
void htr_writer_abandon(struct htr_writer *w);

#endif
