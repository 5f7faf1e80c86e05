/* SPDX-License-Identifier: Apache-2.0
 * Parts of a line and the walk over what may be shown of them. */
#include "viewer/spans.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/cleanup.h"
#include "formats/core/str.h"

void spans_fini(struct spans *s)
{
	htr_buf_fini(&s->buf);
	s->n = 0;
}

void spans_reset(struct spans *s)
{
	htr_buf_reset(&s->buf);
	s->n = 0;
}

static void add(struct spans *s, enum span_kind kind, enum style style, const void *data,
		size_t len)
{
	size_t off = s->buf.len;

	if (!len || len > UINT32_MAX - off) {
		return;
	}
	htr_buf_add(&s->buf, data, len);
	if (s->buf.failed) {
		return;
	}
	if (s->n == SPANS_MAX) {
		/* the stricter reading wins when kinds differ */
		struct span *last = &s->at[s->n - 1];

		if (last->kind != kind) {
			last->kind = SPAN_RAW;
		}
		last->len += (uint32_t)len;
		return;
	}
	s->at[s->n++] =
		(struct span){ (uint32_t)off, (uint32_t)len, (uint8_t)kind, (uint8_t)style };
}

void spans_own(struct spans *s, enum style style, const char *text)
{
	add(s, SPAN_OWN, style, text, strlen(text));
}

void spans_ownf(struct spans *s, enum style style, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n > 0) {
		add(s, SPAN_OWN, style, text, strlen(text));
	}
}

void spans_raw(struct spans *s, enum style style, const void *bytes, size_t len)
{
	add(s, SPAN_RAW, style, bytes, len);
}

void spans_escaped(struct spans *s, enum style style, const void *text, size_t len)
{
	add(s, SPAN_ESCAPED, style, text, len);
}

void utf8_put(struct htr_buf *out, uint32_t cp)
{
	char b[4];
	size_t n;

	if (cp < 0x80) {
		b[0] = (char)cp;
		n = 1;
	} else if (cp < 0x800) {
		b[0] = (char)(0xc0 | cp >> 6);
		b[1] = (char)(0x80 | (cp & 0x3f));
		n = 2;
	} else if (cp < 0x10000) {
		b[0] = (char)(0xe0 | cp >> 12);
		b[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		b[2] = (char)(0x80 | (cp & 0x3f));
		n = 3;
	} else {
		b[0] = (char)(0xf0 | cp >> 18);
		b[1] = (char)(0x80 | (cp >> 12 & 0x3f));
		b[2] = (char)(0x80 | (cp >> 6 & 0x3f));
		b[3] = (char)(0x80 | (cp & 0x3f));
		n = 4;
	}
	htr_buf_add(out, b, n);
}

/* What stands for our own decoration where only ASCII may be shown. */
static uint32_t own_ascii(uint32_t cp)
{
	static const struct {
		uint32_t cp;
		char ascii;
	} map[] = {
		{ 0x2500, '-' }, { 0x2502, '|' }, { 0x251c, '|' }, { 0x2514, '`' }, { 0x2534, '-' },
		{ 0x252c, '-' }, { 0x2581, '.' }, { 0x2582, ':' }, { 0x2583, '-' }, { 0x2584, '=' },
		{ 0x2585, '+' }, { 0x2586, '*' }, { 0x2587, '#' }, { 0x2588, '@' },
	};

	for (size_t i = 0; i < HTR_ARRAY_LEN(map); i++) {
		if (map[i].cp == cp) {
			return (uint32_t)map[i].ascii;
		}
	}
	return '?';
}

static bool raw_is_clean(const uint8_t *p, size_t len, bool ascii)
{
	if (!htr_str_is_clean(p, len)) {
		return false;
	}
	for (size_t i = 0; ascii && i < len; i++) {
		if (p[i] >= 0x80) {
			return false;
		}
	}
	return true;
}

void span_iter_init(struct span_iter *it, const struct spans *s, bool ascii)
{
	*it = (struct span_iter){ .s = s, .ascii = ascii };
}

static void pend(struct span_iter *it, const char *text, size_t len, bool escape)
{
	memcpy(it->pend, text, len);
	it->pend_len = (uint8_t)len;
	it->pend_pos = 0;
	it->pend_escape = escape;
}

/* Bytes of an escape that htr_str_escape() wrote, 0 when p does not start one. */
static unsigned escape_len(const uint8_t *p, size_t len)
{
	if (len < 2 || p[0] != '\\') {
		return 0;
	}
	if (p[1] == 'x') {
		return len >= 4 ? 4 : 0;
	}
	if (p[1] == 'u' && len >= 4 && p[2] == '{') {
		const uint8_t *end = memchr(p, '}', len < 12 ? len : 12);
		return end ? (unsigned)(end - p + 1) : 0;
	}
	return strchr("abtnvfre\\\"", p[1]) ? 2 : 0;
}

/* One character of the current part; false when only pending text was made. */
static bool step(struct span_iter *it, const struct span *part, struct shown *ret)
{
	const uint8_t *p = it->s->buf.data + part->off + it->pos;
	size_t left = part->len - it->pos;
	struct htr_glyph g = htr_glyph_next(p, left);
	bool shows = g.width && !(it->ascii && g.cp >= 0x80);
	char esc[20];

	if (part->kind == SPAN_ESCAPED && !it->esc_left) {
		it->esc_left = escape_len(p, left);
	}
	it->pos += g.len;
	if (part->kind == SPAN_OWN) {
		uint32_t cp = shows ? g.cp : own_ascii(g.cp);
		*ret = (struct shown){ cp, shows ? g.width : 1, part->style, false };
		return true;
	}
	if (part->kind == SPAN_RAW && it->quoted && (g.cp == '\\' || g.cp == '"') && g.valid) {
		esc[0] = '\\';
		esc[1] = (char)g.cp;
		pend(it, esc, 2, true);
		return false;
	}
	if (!shows) {
		pend(it, esc, htr_str_escape_glyph(esc, &g, p), true);
		it->esc_left = 0;
		return false;
	}
	*ret = (struct shown){ g.cp, g.width, part->style, it->esc_left > 0 };
	it->esc_left -= it->esc_left > 0;
	return true;
}

bool span_iter_next(struct span_iter *it, struct shown *ret)
{
	while (it->part < it->s->n) {
		const struct span *part = &it->s->at[it->part];

		if (it->pend_pos < it->pend_len) {
			*ret = (struct shown){ (uint8_t)it->pend[it->pend_pos++], 1, part->style,
					       it->pend_escape };
			return true;
		}
		if (!it->started) {
			it->started = true;
			it->quoted =
				part->kind == SPAN_RAW &&
				!raw_is_clean(it->s->buf.data + part->off, part->len, it->ascii);
			if (it->quoted) {
				pend(it, "\"", 1, false);
				continue;
			}
		}
		if (it->pos < part->len) {
			if (step(it, part, ret)) {
				return true;
			}
			continue;
		}
		if (it->quoted) {
			it->quoted = false;
			pend(it, "\"", 1, false);
			continue;
		}
		it->part++;
		it->pos = 0;
		it->started = false;
		it->esc_left = 0;
	}
	return false;
}

int spans_width(const struct spans *s, bool ascii)
{
	struct span_iter it;
	struct shown g;
	int w = 0;

	span_iter_init(&it, s, ascii);
	while (w < INT32_MAX - 2 && span_iter_next(&it, &g)) {
		w += g.width;
	}
	return w;
}

void spans_text(struct htr_buf *out, const struct spans *s, bool ascii)
{
	struct span_iter it;
	struct shown g;

	span_iter_init(&it, s, ascii);
	while (span_iter_next(&it, &g)) {
		utf8_put(out, g.cp);
	}
}
