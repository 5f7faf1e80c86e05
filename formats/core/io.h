/* SPDX-License-Identifier: Apache-2.0
 *
 * io.h - whole reads and writes over interrupted and short system calls.
 */
#ifndef HTR_CORE_IO_H
#define HTR_CORE_IO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "formats/core/buf.h"
#include "formats/core/err.h"

/* htr_write_all - all bytes or an error; short writes are continued (a full tmpfs starts with one).
 * Returns 0 or -errno. */
int htr_write_all(int fd, const void *data, size_t len) HTR_MUST_CHECK;

/* htr_read_full - up to len bytes, fewer only at the end of input. Returns the count or -errno. */
ssize_t htr_read_full(int fd, void *data, size_t len) HTR_MUST_CHECK;

/* htr_pread_full - the same at an offset. */
ssize_t htr_pread_full(int fd, void *data, size_t len, uint64_t offset) HTR_MUST_CHECK;

/*
 * htr_read_file - whole file into a buffer (appended)
 *
 * @max: bytes; a larger file is -E2BIG. /proc files (size 0) are fine.
 */
int htr_read_file(const char *path, struct htr_buf *out, size_t max,
		  struct htr_err *err) HTR_MUST_CHECK;

#endif
