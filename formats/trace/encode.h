/* SPDX-License-Identifier: Apache-2.0
 *
 * encode.h - events and facts into the messages of holter_trace.proto, packed as zstd frames.
 */
#ifndef HTR_TRACE_ENCODE_H
#define HTR_TRACE_ENCODE_H

#include <stdint.h>

#include "formats/core/buf.h"
#include "formats/core/err.h"
#include "formats/model/facts.h"
#include "formats/trace/container.h"
#include "formats/trace/rows.h"

struct htr_encoder;

/*
 * htr_encoder_new
 *
 * @block_events: most events of one block
 * @level:        zstd level, 0 for the default
 * @native_arch:  enum htr_arch of the host: its call numbers go into the bitmap of the head
 */
int htr_encoder_new(struct htr_encoder **ret, uint32_t block_events, int level, uint8_t native_arch,
		    struct htr_err *err) HTR_MUST_CHECK;
void htr_encoder_free(struct htr_encoder *e);

/*
 * htr_encoder_block - the parts of one block
 *
 * @rows:  not empty; unchanged
 * @out:   parts are appended
 * @head:  all but hashes and file tag is filled in; threads and bloom are borrowed from the encoder until
 *         the next call
 * Returns: 0, -ENOMEM, -EIO (zstd).
 */
int htr_encoder_block(struct htr_encoder *e, const struct htr_rows *rows, uint64_t number,
		      struct htr_buf *out, struct htr_block_head *head,
		      struct htr_err *err) HTR_MUST_CHECK;

/*
 * htr_encode_header - append the zstd frame of the header message
 *
 * Returns: 0 (sizes and checksum written into head), -ENOMEM, -EINVAL (facts over the limits).
 */
int htr_encode_header(const struct htr_facts *facts, int level, struct htr_buf *out,
		      struct htr_file_head *head, struct htr_err *err) HTR_MUST_CHECK;

#endif
