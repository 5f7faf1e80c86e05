/* SPDX-License-Identifier: Apache-2.0
 *
 * rec.h - a record being made: event builder, its memory, and what is remembered between entry and result.
 *
 * Records are pooled: in steady state none is allocated.
 */
#ifndef CAPTURE_REC_H
#define CAPTURE_REC_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/plan.h"
#include "formats/core/arena.h"
#include "formats/model/event.h"
#include "formats/model/tables.h"

struct rec {
	struct htr_event_builder b;
	struct htr_arena mem;                /* what the builder's values point to */
	const struct htr_syscall_desc *desc; /* NULL: number unknown to the table */
	enum how how;
	int64_t entry_ns; /* CLOCK_MONOTONIC */
	bool named;       /* asked for by name: no content makes it uninteresting */
	bool skip;        /* turned out to be of no interest: answer, do not record */
	struct rec *next; /* pool */
};

struct rec_pool {
	struct rec *free;
	unsigned n_free;
};

/* rec_get - an empty record of a kind; NULL: out of memory. */
struct rec *rec_get(struct rec_pool *pool, enum htr_event_kind kind);
/* rec_put - give back; NULL is fine. */
void rec_put(struct rec_pool *pool, struct rec *r);
void rec_pool_fini(struct rec_pool *pool);

/* rec_bytes - copy bytes into the record's memory and add them. Out of memory: the value is left out and
 * the record marked as cut. */
void rec_bytes(struct rec *r, unsigned key, const void *data, size_t len, unsigned val_flags);
void rec_int(struct rec *r, unsigned key, int64_t num);

#endif
