/* SPDX-License-Identifier: Apache-2.0
 *
 * state_text.c - bytes that the state owns: counted, reused when the new content fits.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/model/state_int.h"

struct text_head {
	uint32_t refs;
	uint32_t cap; /* bytes behind the head, the NUL included */
	char data[];
};

/* Room that stays unused in a reused block is bounded, so that one long path does not pin memory. */
#define TEXT_SLACK_MAX 4096

static struct text_head *head_of(const struct htr_text *t)
{
	return (struct text_head *)(void *)((char *)(uintptr_t)t->data -
					    offsetof(struct text_head, data));
}

bool text_eq(const struct htr_text *t, const void *data, size_t len)
{
	return t->data != NULL && t->len == len && (len == 0 || memcmp(t->data, data, len) == 0);
}

void text_drop(struct htr_text *t)
{
	if (t->data != NULL) {
		struct text_head *h = head_of(t);

		if (--h->refs == 0) {
			free(h);
		}
	}
	t->data = NULL;
	t->len = 0;
}

void text_share(struct htr_text *dst, const struct htr_text *src)
{
	struct htr_text old = *dst;

	*dst = *src;
	if (src->data != NULL) {
		head_of(src)->refs++;
	}
	text_drop(&old);
}

bool text_set(struct htr_text *t, const void *data, size_t len)
{
	struct text_head *h;
	size_t cap;

	if (text_eq(t, data, len)) {
		return true;
	}
	if (len > UINT32_MAX / 2) {
		return false;
	}
	h = t->data != NULL ? head_of(t) : NULL;
	if (h != NULL && h->refs == 1 && h->cap > len && h->cap - len <= TEXT_SLACK_MAX) {
		if (len > 0) {
			memmove(h->data, data, len);
		}
		h->data[len] = 0;
		t->len = (uint32_t)len;
		return true;
	}
	cap = (len + 1 + 15) & ~(size_t)15;
	h = malloc(sizeof(*h) + cap);
	if (h == NULL) {
		return false;
	}
	h->refs = 1;
	h->cap = (uint32_t)cap;
	if (len > 0) {
		memcpy(h->data, data, len);
	}
	h->data[len] = 0;
	text_drop(t);
	t->data = h->data;
	t->len = (uint32_t)len;
	return true;
}
