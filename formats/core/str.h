/* SPDX-License-Identifier: Apache-2.0
 *
 * str.h - hostile text: the one function between trace bytes and anything a person looks at.
 *
 * Shape:  printable ASCII and a whitelist of UTF-8 of known width pass; everything else (C0, DEL,
 *         C1, invalid UTF-8, bidi controls, zero-width, combining, private use, unassigned) becomes
 *         \n, \t, \r, \e, \\ or \xNN / \u{NNNN}. The result is reversible.
 * Source: Unicode 15 general categories; CVE-2021-25743 for what happens without it.
 */
#ifndef HTR_CORE_STR_H
#define HTR_CORE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/core/buf.h"

/* One step of decoding. */
struct htr_glyph {
	uint32_t cp;   /* code point; for invalid UTF-8 the byte itself */
	uint8_t len;   /* bytes consumed, 1..4; 0 only at the end of input */
	uint8_t width; /* columns on a terminal, 1 or 2; 0: must not be printed */
	bool valid;    /* well-formed UTF-8 */
};

/* htr_glyph_next - classify the next character of hostile bytes; never reads past len. */
struct htr_glyph htr_glyph_next(const void *bytes, size_t len);

enum htr_esc_flags {
	HTR_ESC_QUOTES = 1,   /* also escape the double quote (result goes inside "...") */
	HTR_ESC_BLANKS = 2,   /* also escape the blank (result must stay one word) */
	HTR_ESC_KEEP_BSL = 4, /* leave a lone backslash as it is (not reversible) */
};

/* htr_str_escape - append the printable form of len hostile bytes. */
void htr_str_escape(struct htr_buf *out, const void *bytes, size_t len, unsigned flags);

/* htr_str_escape_glyph - the escape for one glyph of width 0, as \xNN.. or \u{...}; dst >= 20 bytes.
 * Returns its length. */
size_t htr_str_escape_glyph(char *dst, const struct htr_glyph *g, const void *bytes);

/* htr_str_is_clean - no character would be escaped. */
bool htr_str_is_clean(const void *bytes, size_t len);

/* htr_str_is_utf8 - well-formed UTF-8 without surrogates (what proto3 string and JSON want). */
bool htr_str_is_utf8(const void *bytes, size_t len);

/* Parsing of user text; -EINVAL with nothing written when the text is not wholly of that form. */
int htr_str_to_u64(const char *s, uint64_t *ret) __attribute__((warn_unused_result));
int htr_str_to_i64(const char *s, int64_t *ret) __attribute__((warn_unused_result));
/* htr_str_to_size - "4096", "64k", "256M", "1G" (powers of 1024) to bytes. */
int htr_str_to_size(const char *s, uint64_t *ret) __attribute__((warn_unused_result));

/* htr_str_distance - edit distance, cut off at 255; for "did you mean". */
unsigned htr_str_distance(const char *a, const char *b);

#endif
