/* SPDX-License-Identifier: Apache-2.0
 *
 * loader.h - a trace as numbered positions: event k of the file is (block, index), nothing is copied.
 *
 * An ordinal counts the events of the blocks in file order from 0. It is what lists, filter results and
 * undo store. The trace is only read.
 */
#ifndef HTR_VIEWER_LOADER_H
#define HTR_VIEWER_LOADER_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/core/err.h"
#include "formats/model/event.h"
#include "formats/trace/cursor.h"
#include "formats/trace/reader.h"

/* What is needed of a block; the reader may replace its own list. */
struct loader_block {
	uint64_t first_seq;
	int64_t last_ns;
};

struct loader {
	struct htr_reader *reader;
	struct htr_cursor *rows;     /* random access, for what is on the screen */
	uint64_t *before;            /* n_blocks + 1: ordinal of each block's first event */
	struct loader_block *blocks; /* n_blocks */
	uint64_t generation;         /* of the reader's list of blocks that this was made from */
	size_t n_blocks;
	uint64_t n_events;
};

/* loader_open - Errors: as htr_reader_open; -ESPIPE for a stream (the viewer must be able to seek). */
int loader_open(struct loader *l, const char *path, struct htr_err *err) HTR_MUST_CHECK;
/* loader_open_reader - the same with an open reader, taken also on failure. */
int loader_open_reader(struct loader *l, struct htr_reader *reader_take,
		       struct htr_err *err) HTR_MUST_CHECK;
void loader_close(struct loader *l);

/*
 * loader_stale - the reader found that its index had lied and made its list of blocks anew: ordinals mean
 * nothing any more, every access fails with -ESTALE until loader_index()
 */
bool loader_stale(const struct loader *l);
/* loader_index - number the events (again). Returns: 0 or -ENOMEM (then there are none). */
int loader_index(struct loader *l, struct htr_err *err) HTR_MUST_CHECK;

/* loader_event - event at an ordinal. Borrowed until the next call with this loader. Errors: -ERANGE,
 * -EBADMSG (its block is damaged), -ESTALE, -ENOMEM. */
int loader_event(struct loader *l, uint64_t ordinal, const struct htr_event **ret,
		 struct htr_err *err) HTR_MUST_CHECK;

/* loader_at_seq - ordinal of the first event numbered seq or later; n_events when there is none. */
uint64_t loader_at_seq(struct loader *l, uint64_t seq);
/* loader_at_time - ordinal of the first event at or after a time (ns since trace start). */
uint64_t loader_at_time(struct loader *l, int64_t time_ns);

/* A pass over all events in order, in slices, with its own cursor. */
struct walk {
	const struct loader *loader;
	struct htr_cursor *cur;
	size_t block; /* next event */
	uint32_t index;
	uint64_t damaged; /* events in damaged blocks, skipped */
};

int walk_open(struct walk *w, const struct loader *l, struct htr_err *err) HTR_MUST_CHECK;
/* walk_close - free; a zeroed walk is fine. */
void walk_close(struct walk *w);
/* walk_next - Returns: 1 event and its ordinal; 0 end; < 0 error (-ESTALE, -ENOMEM or the kernel's; damaged blocks are
 * stepped over and counted). */
int walk_next(struct walk *w, const struct htr_event **ret, uint64_t *ret_ordinal,
	      struct htr_err *err) HTR_MUST_CHECK;
/* walk_position - ordinal of the next event. */
uint64_t walk_position(const struct walk *w);

#endif
