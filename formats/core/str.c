/* SPDX-License-Identifier: Apache-2.0
 * Classification and escaping of hostile text; small parsers of user text. */
#include "formats/core/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/cleanup.h"

/*
 * What may reach a terminal beyond ASCII: ranges of assigned, left-to-right, non-combining
 * characters whose width every terminal agrees on. Left out on purpose: soft hyphen, combining
 * marks, bidi scripts (their letters reorder the row), ambiguous-width symbols, emoji.
 */
static const struct {
	uint32_t from, to;
	uint8_t width;
} allowed[] = {
	{ 0x00a1, 0x00ac, 1 }, { 0x00ae, 0x0377, 1 }, /* Latin; 0300-036f cut out below */
	{ 0x037a, 0x037f, 1 }, { 0x0384, 0x038a, 1 }, { 0x038e, 0x03a1, 1 }, { 0x03a3, 0x0482, 1 },
	{ 0x048a, 0x052f, 1 }, { 0x0531, 0x0556, 1 }, { 0x0561, 0x0587, 1 }, { 0x10d0, 0x10ff, 1 },
	{ 0x1e00, 0x1f15, 1 }, { 0x2010, 0x2027, 1 }, { 0x2030, 0x205e, 1 }, { 0x20a0, 0x20bf, 1 },
	{ 0x2100, 0x214f, 1 }, { 0x2190, 0x21ff, 1 }, { 0x2200, 0x22ff, 1 }, { 0x2500, 0x25a1, 1 },
	{ 0x3041, 0x3096, 2 }, { 0x30a1, 0x30fa, 2 }, { 0x3400, 0x4dbf, 2 }, { 0x4e00, 0x9fff, 2 },
	{ 0xac00, 0xd7a3, 2 }, { 0xff01, 0xff60, 2 },
};

static uint8_t cp_width(uint32_t cp)
{
	if (cp < 0x7f) {
		return cp >= 0x20;
	}
	if (cp >= 0x0300 && cp <= 0x036f) {
		return 0; /* combining */
	}
	for (size_t i = 0; i < HTR_ARRAY_LEN(allowed); i++) {
		if (cp >= allowed[i].from && cp <= allowed[i].to) {
			return allowed[i].width;
		}
	}
	return 0;
}

struct htr_glyph htr_glyph_next(const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	struct htr_glyph g = { 0 };

	if (!len) {
		return g;
	}
	g.cp = p[0];
	g.len = 1;
	if (p[0] < 0x80) {
		g.valid = true;
		g.width = cp_width(g.cp);
		return g;
	}
	unsigned n = p[0] >= 0xf0 && p[0] <= 0xf4 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc2 ? 2 : 0;
	if (p[0] > 0xf4 || !n || n > len) {
		return g;
	}
	uint32_t cp = p[0] & (0xffu >> (n + 1));
	for (unsigned i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80) {
			return g;
		}
		cp = cp << 6 | (p[i] & 0x3f);
	}
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	if (cp < least[n] || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff)) {
		return g; /* overlong, out of range or surrogate */
	}
	g.cp = cp;
	g.len = (uint8_t)n;
	g.valid = true;
	g.width = cp_width(cp);
	return g;
}

size_t htr_str_escape_glyph(char *dst, const struct htr_glyph *g, const void *bytes)
{
	static const char names[] = "\aa\bb\tt\nn\vv\ff\rr\033e";
	int n;

	if (g->valid && g->cp < 0x20 && g->cp) {
		const char *at = strchr(names, (int)g->cp);
		if (at) {
			dst[0] = '\\';
			dst[1] = at[1];
			dst[2] = '\0';
			return 2;
		}
	}
	if (g->valid && g->cp >= 0x80) {
		n = snprintf(dst, 20, "\\u{%x}", (unsigned)g->cp);
	} else {
		n = snprintf(dst, 20, "\\x%02x", *(const uint8_t *)bytes);
	}
	return n > 0 ? (size_t)n : 0;
}

/* Printable ASCII that no flag touches is copied in one piece: it is nearly all of the text. */
static size_t plain_run(const uint8_t *p, size_t len)
{
	size_t n = 0;

	while (n < len && p[n] > ' ' && p[n] < 0x7f && p[n] != '\\' && p[n] != '"') {
		n++;
	}
	return n;
}

void htr_str_escape(struct htr_buf *out, const void *bytes, size_t len, unsigned flags)
{
	const uint8_t *p = bytes;
	char esc[20];

	for (size_t i = 0; i < len;) {
		size_t run = plain_run(p + i, len - i);
		struct htr_glyph g;

		if (run) {
			htr_buf_add(out, p + i, run);
			i += run;
			continue;
		}
		g = htr_glyph_next(p + i, len - i);
		if (g.cp == '\\' && !(flags & HTR_ESC_KEEP_BSL)) {
			htr_buf_add(out, "\\\\", 2);
		} else if (g.cp == '"' && (flags & HTR_ESC_QUOTES)) {
			htr_buf_add(out, "\\\"", 2);
		} else if (g.cp == ' ' && (flags & HTR_ESC_BLANKS)) {
			htr_buf_add(out, "\\x20", 4);
		} else if (g.width) {
			htr_buf_add(out, p + i, g.len);
		} else {
			htr_buf_add(out, esc, htr_str_escape_glyph(esc, &g, p + i));
		}
		i += g.len;
	}
}

bool htr_str_is_clean(const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i < len;) {
		struct htr_glyph g = htr_glyph_next(p + i, len - i);
		if (!g.width || g.cp == '\\') {
			return false;
		}
		i += g.len;
	}
	return true;
}

bool htr_str_is_utf8(const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i < len;) {
		struct htr_glyph g = htr_glyph_next(p + i, len - i);
		if (!g.valid) {
			return false;
		}
		i += g.len;
	}
	return true;
}

int htr_str_to_u64(const char *s, uint64_t *ret)
{
	char *end;

	if (*s < '0' || *s > '9') {
		return -EINVAL;
	}
	errno = 0;
	unsigned long long v = strtoull(s, &end, 0);
	if (errno || *end) {
		return -EINVAL;
	}
	*ret = v;
	return 0;
}

int htr_str_to_i64(const char *s, int64_t *ret)
{
	char *end;
	const char *digits = s + (*s == '-' || *s == '+');

	if (*digits < '0' || *digits > '9') {
		return -EINVAL;
	}
	errno = 0;
	long long v = strtoll(s, &end, 0);
	if (errno || *end) {
		return -EINVAL;
	}
	*ret = v;
	return 0;
}

int htr_str_to_size(const char *s, uint64_t *ret)
{
	char *end;

	if (*s < '0' || *s > '9') {
		return -EINVAL;
	}
	errno = 0;
	unsigned long long v = strtoull(s, &end, 10);
	static const char units[] = "kmgt";
	unsigned shift = 0;

	if (*end) {
		const char *u = strchr(units, *end | 0x20);
		if (!u || !*u) {
			return -EINVAL;
		}
		shift = 10 * (unsigned)(u - units + 1);
		end++;
		end += *end == 'i';
		end += *end == 'B';
	}
	if (errno || *end || v > UINT64_MAX >> shift) {
		return -EINVAL;
	}
	*ret = (uint64_t)v << shift;
	return 0;
}

unsigned htr_str_distance(const char *a, const char *b)
{
	enum { MAX = 64 };
	size_t n = strlen(a), m = strlen(b);
	unsigned row[MAX + 1];

	if (n > MAX || m > MAX) {
		return 255;
	}
	for (size_t j = 0; j <= m; j++) {
		row[j] = (unsigned)j;
	}
	for (size_t i = 1; i <= n; i++) {
		unsigned diag = row[0];
		row[0] = (unsigned)i;
		for (size_t j = 1; j <= m; j++) {
			unsigned up = row[j];
			unsigned best = diag + (a[i - 1] != b[j - 1]);
			if (up + 1 < best) {
				best = up + 1;
			}
			if (row[j - 1] + 1 < best) {
				best = row[j - 1] + 1;
			}
			row[j] = best;
			diag = up;
		}
	}
	return row[m];
}
