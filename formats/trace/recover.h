/* SPDX-License-Identifier: Apache-2.0
 *
 * recover.h - walking from block head to block head. One way for a missing footer, a torn end, a damaged
 * middle, a growing file and a pipe. Never writes.
 *
 * Source: holter-trace(5), "Reading a damaged file".
 */
#ifndef HTR_TRACE_RECOVER_H
#define HTR_TRACE_RECOVER_H

#include "formats/core/err.h"
#include "formats/trace/reader_priv.h"

/*
 * htr_walk_step - find the next block and add it to the reader's list
 *
 * Returns: 1 one more block; 0 no more now (r->walk_done: and never will be; r->torn: the file ends inside
 *          a block); < 0 I/O or memory. Damage is no error: it becomes a gap.
 */
int htr_walk_step(struct htr_reader *r, struct htr_err *err) HTR_MUST_CHECK;

/* htr_walk_all - step to the end. */
int htr_walk_all(struct htr_reader *r, struct htr_err *err) HTR_MUST_CHECK;

#endif
