/* SPDX-License-Identifier: Apache-2.0
 *
 * buf.h - growable byte buffer. Failure sticks: after one failed append `failed` stays set and
 * further appends do nothing, so a builder checks once at its end.
 */
#ifndef HTR_CORE_BUF_H
#define HTR_CORE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct htr_buf {
	uint8_t *data; /* owned; NUL-terminated behind len when not NULL */
	size_t len;
	size_t cap;
	bool failed; /* an allocation failed; content is incomplete */
};

/* htr_buf_fini - free; a zeroed struct is a valid empty buffer. */
void htr_buf_fini(struct htr_buf *b);
/* htr_buf_reset - length 0, memory kept, `failed` cleared. */
void htr_buf_reset(struct htr_buf *b);

/* htr_buf_reserve - room for n more bytes; returns where to write them (then add to len), or NULL. */
void *htr_buf_reserve(struct htr_buf *b, size_t n);

void htr_buf_add(struct htr_buf *b, const void *data, size_t len);
void htr_buf_adds(struct htr_buf *b, const char *s);
void htr_buf_addc(struct htr_buf *b, char c);
void htr_buf_printf(struct htr_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* htr_buf_str - content as a C string, "" when empty; borrowed until the next change. */
const char *htr_buf_str(const struct htr_buf *b);

#define cleanup_buf __attribute__((cleanup(htr_buf_fini)))

#endif
