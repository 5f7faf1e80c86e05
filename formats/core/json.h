/* SPDX-License-Identifier: Apache-2.0
 *
 * json.h - writing JSON into a buffer. Commas are the writer's business; nesting is the caller's.
 *
 * Output is always valid UTF-8 and safe inside HTML and on terminals: control characters, DEL, '<', '>',
 * '&' of strings and everything that htr_glyph_next gives no width are written as \uNNNN. Bytes that are no UTF-8 become
 * U+FFFD; who needs them exactly asks htr_json_bytes.
 */
#ifndef HTR_CORE_JSON_H
#define HTR_CORE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/core/buf.h"

/* Members: the key is a trusted name. A comma is put first unless the buffer ends with '{', '[' or is
 * empty, so members simply follow each other. */
void htr_json_key(struct htr_buf *out, const char *key);
void htr_json_str(struct htr_buf *out, const char *key, const char *s);
void htr_json_strn(struct htr_buf *out, const char *key, const void *s, size_t len);
void htr_json_int(struct htr_buf *out, const char *key, int64_t v);
void htr_json_uint(struct htr_buf *out, const char *key, uint64_t v);
void htr_json_bool(struct htr_buf *out, const char *key, bool v);
void htr_json_null(struct htr_buf *out, const char *key);
/* htr_json_bytes - as strn; when the bytes are no UTF-8 a second member "KEY_b64" holds them exactly. */
void htr_json_bytes(struct htr_buf *out, const char *key, const void *s, size_t len);

/* Containers: key NULL inside an array or at the top. */
void htr_json_open(struct htr_buf *out, const char *key, char bracket);
void htr_json_close(struct htr_buf *out, char bracket);

/* htr_json_quote - only the string literal, with its quotes. */
void htr_json_quote(struct htr_buf *out, const void *s, size_t len);
/* Array elements. */
void htr_json_elem(struct htr_buf *out, const void *s, size_t len);

/* htr_b64 - RFC 4648 with padding. */
void htr_b64(struct htr_buf *out, const void *data, size_t len);

#endif
