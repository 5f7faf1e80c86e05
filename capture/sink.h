/* SPDX-License-Identifier: Apache-2.0
 *
 * sink.h - events on their way to the file: a ring between the tracing thread and the writer thread.
 *
 * One thread puts, the writer thread takes out, packs blocks, compresses and writes. A full ring holds the
 * putting thread, and with it the tracees: nothing is dropped. After an output error events are counted as
 * lost and the recorded program goes on.
 *
 * Owned by the writer thread while it runs: the trace writer. Shared: the ring.
 */
#ifndef CAPTURE_SINK_H
#define CAPTURE_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/core/err.h"
#include "formats/model/event.h"
#include "formats/trace/writer.h"

#define SINK_RING_SIZE (4u << 20) /* bytes: about 20,000 events, 0.2 s of the hottest load */

struct sink;

struct sink_stats {
	uint64_t events;   /* taken over so far */
	uint64_t dropped;  /* not stored: output error or event over a limit */
	uint64_t waits;    /* times the tracing thread had to wait for the writer */
	uint64_t max_fill; /* most bytes that ever stood in the ring */
};

/*
 * sink_start - take over an open writer and start the thread
 *
 * @w_take: taken, also on failure (abandoned then); NULL: everything is dropped uncounted
 */
int sink_start(struct sink **ret, struct htr_writer *w_take, struct htr_err *err) HTR_MUST_CHECK;

/* sink_put - copy one event into the ring; waits while it is full. One thread at a time. */
void sink_put(struct sink *s, const struct htr_event *ev);

void sink_stats(const struct sink *s, struct sink_stats *ret);

/*
 * sink_finish - write what is left, close the writer, end the thread, free
 *
 * @ret_written: [out, optional] totals of the file
 * Returns: 0, or the first output error.
 */
int sink_finish(struct sink *s, struct htr_writer_stats *ret_written, struct sink_stats *ret_stats,
		struct htr_err *err);

#endif
