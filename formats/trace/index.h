/* SPDX-License-Identifier: Apache-2.0
 *
 * index.h - the index at the end of a file: all block heads again. It only saves time; heads decide.
 */
#ifndef HTR_TRACE_INDEX_H
#define HTR_TRACE_INDEX_H

#include "formats/core/buf.h"
#include "formats/core/err.h"
#include "formats/trace/container.h"
#include "formats/trace/reader_priv.h"

/* htr_index_add - append the entry of one block; out.failed says whether memory was there. */
void htr_index_add(struct htr_buf *out, uint64_t offset, const uint8_t *head_frame,
		   uint32_t head_size);

/*
 * htr_index_load - fill the reader's list from footer and index
 *
 * Returns: 1 done; 0 there is none, or it contradicts itself (the list is empty, hop instead); < 0 I/O or
 *          memory. r->footer_seen is set when the footer itself is right.
 */
int htr_index_load(struct htr_reader *r, struct htr_err *err) HTR_MUST_CHECK;

#endif
