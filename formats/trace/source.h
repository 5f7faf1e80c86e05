/* SPDX-License-Identifier: Apache-2.0
 *
 * source.h - bytes of a trace at an offset, from a file or from a pipe, through one window. A file is read
 * with pread: one that shrinks meanwhile gives short answers, not SIGBUS. A pipe keeps what is behind
 * `keep` and cannot go further back.
 */
#ifndef HTR_TRACE_SOURCE_H
#define HTR_TRACE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/core/err.h"

struct htr_source {
	int fd; /* owned */
	bool stream;
	bool eof;     /* stream: no more bytes will come */
	uint8_t *win; /* owned */
	size_t win_len, win_cap;
	uint64_t win_at; /* offset of win[0] in the file */
	uint64_t keep;   /* stream: bytes from here on may still be asked for */
};

void htr_source_fini(struct htr_source *s);

/*
 * htr_source_get - up to len bytes at off
 *
 * @ret:     [out, borrowed] until the next call
 * @ret_len: fewer than len only at the end of the file
 * Returns:  0, -ESPIPE (stream, gone already), -ENOMEM, or the kernel's.
 */
int htr_source_get(struct htr_source *s, uint64_t off, size_t len, const uint8_t **ret,
		   size_t *ret_len, struct htr_err *err) HTR_MUST_CHECK;

#endif
