/* SPDX-License-Identifier: Apache-2.0
 * Growable byte buffer. */
#include "formats/core/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void htr_buf_fini(struct htr_buf *b)
{
	free(b->data);
	*b = (struct htr_buf){ 0 };
}

void htr_buf_reset(struct htr_buf *b)
{
	b->len = 0;
	b->failed = false;
	if (b->data) {
		b->data[0] = '\0';
	}
}

void *htr_buf_reserve(struct htr_buf *b, size_t n)
{
	size_t need;

	if (b->failed) {
		return NULL;
	}
	if (__builtin_add_overflow(b->len, n, &need) || __builtin_add_overflow(need, 1, &need)) {
		b->failed = true;
		return NULL;
	}
	if (need > b->cap) {
		size_t cap = b->cap > SIZE_MAX / 2 ? need : b->cap * 2;
		if (cap < need) {
			cap = need;
		}
		if (cap < 64) {
			cap = 64;
		}
		uint8_t *p = realloc(b->data, cap);
		if (!p) {
			b->failed = true;
			return NULL;
		}
		b->data = p;
		b->cap = cap;
	}
	return b->data + b->len;
}

void htr_buf_add(struct htr_buf *b, const void *data, size_t len)
{
	void *to = htr_buf_reserve(b, len);
	if (to) {
		if (len) {
			memcpy(to, data, len);
		}
		b->len += len;
		b->data[b->len] = '\0';
	}
}

void htr_buf_adds(struct htr_buf *b, const char *s)
{
	htr_buf_add(b, s, strlen(s));
}

void htr_buf_addc(struct htr_buf *b, char c)
{
	htr_buf_add(b, &c, 1);
}

void htr_buf_printf(struct htr_buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	char *to = n < 0 ? NULL : htr_buf_reserve(b, (size_t)n);
	if (to) {
		va_start(ap, fmt);
		vsnprintf(to, (size_t)n + 1, fmt, ap);
		va_end(ap);
		b->len += (size_t)n;
	}
}

const char *htr_buf_str(const struct htr_buf *b)
{
	return b->data ? (const char *)b->data : "";
}
