/* SPDX-License-Identifier: Apache-2.0
 * JSON writer. Reading JSON is jansson's work. */
#include "formats/core/json.h"

#include <string.h>

#include "formats/core/str.h"

static void comma(struct htr_buf *out)
{
	if (!out->len) {
		return;
	}
	uint8_t last = out->data[out->len - 1];
	if (last != '{' && last != '[' && last != '\n') {
		htr_buf_addc(out, ',');
	}
}

static void put_u(struct htr_buf *out, uint32_t cp)
{
	if (cp >= 0x10000) {
		cp -= 0x10000;
		htr_buf_printf(out, "\\u%04x\\u%04x", 0xd800 + (cp >> 10), 0xdc00 + (cp & 0x3ff));
	} else {
		htr_buf_printf(out, "\\u%04x", cp);
	}
}

/* Bytes from the start that stand for themselves: nearly all of nearly every string. */
static size_t plain_run(const uint8_t *p, size_t len)
{
	size_t n = 0;

	while (n < len && p[n] >= ' ' && p[n] < 0x7f && p[n] != '"' && p[n] != '\\' &&
	       p[n] != '<' && p[n] != '>' && p[n] != '&') {
		n++;
	}
	return n;
}

void htr_json_quote(struct htr_buf *out, const void *s, size_t len)
{
	const uint8_t *p = s;

	htr_buf_addc(out, '"');
	for (size_t i = 0; i < len;) {
		size_t run = plain_run(p + i, len - i);
		if (run) {
			htr_buf_add(out, p + i, run);
			i += run;
			continue;
		}
		struct htr_glyph g = htr_glyph_next(p + i, len - i);
		if (!g.valid) {
			htr_buf_adds(out, "\xef\xbf\xbd");
		} else if (g.cp == '"' || g.cp == '\\') {
			htr_buf_addc(out, '\\');
			htr_buf_addc(out, (char)g.cp);
		} else if (g.cp == '\n') {
			htr_buf_adds(out, "\\n");
		} else if (g.cp == '\t') {
			htr_buf_adds(out, "\\t");
		} else if (!g.width || g.cp == '<' || g.cp == '>' || g.cp == '&') {
			put_u(out, g.cp);
		} else {
			htr_buf_add(out, p + i, g.len);
		}
		i += g.len;
	}
	htr_buf_addc(out, '"');
}

void htr_json_key(struct htr_buf *out, const char *key)
{
	comma(out);
	if (key) {
		htr_buf_addc(out, '"');
		htr_buf_adds(out, key);
		htr_buf_adds(out, "\":");
	}
}

void htr_json_strn(struct htr_buf *out, const char *key, const void *s, size_t len)
{
	htr_json_key(out, key);
	htr_json_quote(out, s, len);
}

void htr_json_str(struct htr_buf *out, const char *key, const char *s)
{
	htr_json_strn(out, key, s, strlen(s));
}

/* Numbers are most of what is written; printf took a quarter of the time of `cat --json`. */
static void put_number(struct htr_buf *out, uint64_t v, bool negative)
{
	char digits[24];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	if (negative) {
		digits[--at] = '-';
	}
	htr_buf_add(out, digits + at, sizeof(digits) - at);
}

void htr_json_int(struct htr_buf *out, const char *key, int64_t v)
{
	htr_json_key(out, key);
	put_number(out, v < 0 ? -(uint64_t)v : (uint64_t)v, v < 0);
}

void htr_json_uint(struct htr_buf *out, const char *key, uint64_t v)
{
	htr_json_key(out, key);
	put_number(out, v, false);
}

void htr_json_bool(struct htr_buf *out, const char *key, bool v)
{
	htr_json_key(out, key);
	htr_buf_adds(out, v ? "true" : "false");
}

void htr_json_null(struct htr_buf *out, const char *key)
{
	htr_json_key(out, key);
	htr_buf_adds(out, "null");
}

void htr_json_bytes(struct htr_buf *out, const char *key, const void *s, size_t len)
{
	htr_json_strn(out, key, s, len);
	if (plain_run(s, len) != len && !htr_str_is_utf8(s, len)) {
		comma(out);
		htr_buf_addc(out, '"');
		htr_buf_adds(out, key);
		htr_buf_adds(out, "_b64\":\"");
		htr_b64(out, s, len);
		htr_buf_addc(out, '"');
	}
}

void htr_json_open(struct htr_buf *out, const char *key, char bracket)
{
	htr_json_key(out, key);
	htr_buf_addc(out, bracket);
}

void htr_json_close(struct htr_buf *out, char bracket)
{
	htr_buf_addc(out, bracket == '{' ? '}' : bracket == '[' ? ']' : bracket);
}

void htr_json_elem(struct htr_buf *out, const void *s, size_t len)
{
	comma(out);
	htr_json_quote(out, s, len);
}

void htr_b64(struct htr_buf *out, const void *data, size_t len)
{
	static const char set[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i += 3) {
		uint32_t w = (uint32_t)p[i] << 16;
		w |= i + 1 < len ? (uint32_t)p[i + 1] << 8 : 0;
		w |= i + 2 < len ? p[i + 2] : 0;
		char q[4] = { set[w >> 18], set[w >> 12 & 63], i + 1 < len ? set[w >> 6 & 63] : '=',
			      i + 2 < len ? set[w & 63] : '=' };
		htr_buf_add(out, q, 4);
	}
}
