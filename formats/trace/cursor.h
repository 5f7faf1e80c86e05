/* SPDX-License-Identifier: Apache-2.0
 *
 * cursor.h - walk the events of a trace in order, from any place, whole blocks decoded at a time.
 *
 * A cursor borrows its reader. Decoded blocks live in the cursor's own small cache (arenas), so several
 * cursors may stand in one file. One thread at a time per cursor.
 */
#ifndef HTR_TRACE_CURSOR_H
#define HTR_TRACE_CURSOR_H

#include <stdint.h>

#include "formats/core/err.h"
#include "formats/model/event.h"
#include "formats/trace/reader.h"

struct htr_cursor;

/* Says whether a block may hold a wanted event; false skips it without decoding. */
typedef bool (*htr_block_hint_fn)(const struct htr_block_info *block, void *data);

int htr_cursor_open(struct htr_cursor **ret, struct htr_reader *reader,
		    struct htr_err *err) HTR_MUST_CHECK;
void htr_cursor_close(struct htr_cursor *cur);

/* htr_cursor_hint - skip blocks for which fn says false. NULL: none. Not for state building. */
void htr_cursor_hint(struct htr_cursor *cur, htr_block_hint_fn fn, void *data);

/* htr_cursor_hot - from now on decode only number, time, duration, thread, kind, call and flags; results,
 * arguments and values are 0. Several times as fast. */
void htr_cursor_hot(struct htr_cursor *cur, bool hot);

/*
 * htr_cursor_next - step to the next event
 *
 * @ret_ev:  [out, borrowed] valid until the next call on @cur that decodes another block; callers treat
 *           it as valid until the next call
 * Shape:    file order; gaps in seq mean recorded drops or damaged blocks.
 * Returns:  1 event; 0 end; < 0 error.
 * Errors:   -EBADMSG damaged block (err->offset set; a further call goes on after it), -ENODATA the
 *           file ends inside a block (a further call returns 0), -ENOMEM.
 * Cost:     amortised O(1); decompresses at most one block.
 */
int htr_cursor_next(struct htr_cursor *cur, const struct htr_event **ret_ev, struct htr_err *err)
	__attribute__((warn_unused_result, nonnull(1, 2)));

/*
 * htr_cursor_prev - step back; the mirror of next
 *
 * Shape:   the cursor stands between two events: next gives the one behind it, prev the one before it, so
 *          prev right after next gives the same event again.
 * Returns: 1 event; 0 beginning; < 0 as next, -ESPIPE on streams once the block is gone.
 */
int htr_cursor_prev(struct htr_cursor *cur, const struct htr_event **ret_ev,
		    struct htr_err *err) HTR_MUST_CHECK;

/* htr_cursor_seek - so that next returns the first event with number >= seq (end: next returns 0). */
int htr_cursor_seek(struct htr_cursor *cur, uint64_t seq, struct htr_err *err) HTR_MUST_CHECK;

/* htr_cursor_seek_time - so that next returns the first event with time_ns >= t. */
int htr_cursor_seek_time(struct htr_cursor *cur, int64_t time_ns,
			 struct htr_err *err) HTR_MUST_CHECK;

/*
 * htr_cursor_row - event by position: block index and index in the block (viewer: rows are positions)
 *
 * Returns: 0, -ERANGE, or as next. The event stays valid until another block must be decoded and the
 *          cache (8 blocks) is full; callers treat it as valid until the next call.
 */
int htr_cursor_row(struct htr_cursor *cur, size_t block, uint32_t index,
		   const struct htr_event **ret_ev, struct htr_err *err) HTR_MUST_CHECK;

static inline void htr_cleanup_cursor_(struct htr_cursor **c)
{
	htr_cursor_close(*c);
}
#define cleanup_cursor __attribute__((cleanup(htr_cleanup_cursor_)))

#endif
