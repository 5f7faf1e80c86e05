/* SPDX-License-Identifier: Apache-2.0
 * Line editor. */
#include "viewer/prompt.h"

#include <stdlib.h>
#include <string.h>

#include "formats/core/str.h"
#include "viewer/key.h"
#include "viewer/spans.h"

void history_fini(struct history *h)
{
	for (size_t i = 0; i < h->n; i++) {
		free(h->lines[i]);
	}
	*h = (struct history){ 0 };
}

static void history_drop(struct history *h, size_t i)
{
	free(h->lines[i]);
	h->n--;
	memmove(&h->lines[i], &h->lines[i + 1], (h->n - i) * sizeof(h->lines[0]));
}

void history_add(struct history *h, const char *line)
{
	char *copy = line[0] ? strdup(line) : NULL;

	if (!copy) {
		return;
	}
	for (size_t i = h->n; i > 0; i--) {
		if (strcmp(h->lines[i - 1], line) == 0) {
			history_drop(h, i - 1);
		}
	}
	if (h->n == PROMPT_HISTORY_MAX) {
		history_drop(h, 0);
	}
	h->lines[h->n++] = copy;
}

static void set_text(struct prompt *p, const char *text)
{
	p->len = strnlen(text, PROMPT_MAX);
	memmove(p->text, text, p->len);
	p->text[p->len] = '\0';
	p->at = p->len;
}

void prompt_start(struct prompt *p, struct history *history, const char *text)
{
	p->history = history;
	p->back = 0;
	p->own[0] = '\0';
	set_text(p, text);
}

void prompt_insert(struct prompt *p, const char *text, size_t len)
{
	if (len > PROMPT_MAX - p->len) {
		return;
	}
	memmove(p->text + p->at + len, p->text + p->at, p->len - p->at + 1);
	memcpy(p->text + p->at, text, len);
	p->at += len;
	p->len += len;
}

static size_t left_of(const struct prompt *p, size_t at)
{
	while (at > 0) {
		at--;
		if (((uint8_t)p->text[at] & 0xc0) != 0x80) {
			break;
		}
	}
	return at;
}

static size_t right_of(const struct prompt *p, size_t at)
{
	return at < p->len ? at + htr_glyph_next(p->text + at, p->len - at).len : at;
}

static size_t word_left_of(const struct prompt *p, size_t at)
{
	while (at > 0 && p->text[at - 1] == ' ') {
		at--;
	}
	while (at > 0 && p->text[at - 1] != ' ') {
		at--;
	}
	return at;
}

static enum prompt_result cut(struct prompt *p, size_t from, size_t to)
{
	if (from == to) {
		return PROMPT_GO_ON;
	}
	memmove(p->text + from, p->text + to, p->len - to + 1);
	p->len -= to - from;
	p->at = from;
	return PROMPT_CHANGED;
}

/* Step through the history: older (+1) or newer (-1), only lines that fit what was typed. */
static enum prompt_result walk_history(struct prompt *p, int step, bool anywhere)
{
	const struct history *h = p->history;

	if (!h) {
		return PROMPT_GO_ON;
	}
	if (p->back == 0) {
		memcpy(p->own, p->text, p->len + 1);
	}
	size_t typed = strlen(p->own);
	size_t back = p->back;

	while (true) {
		if (step < 0 && back <= 1) {
			if (back == 0) {
				return PROMPT_GO_ON;
			}
			p->back = 0;
			set_text(p, p->own);
			return PROMPT_CHANGED;
		}
		if (step > 0 && back >= h->n) {
			return PROMPT_GO_ON;
		}
		back = step > 0 ? back + 1 : back - 1;
		const char *line = h->lines[h->n - back];

		if (anywhere ? strstr(line, p->own) != NULL : strncmp(line, p->own, typed) == 0) {
			p->back = back;
			set_text(p, line);
			return PROMPT_CHANGED;
		}
	}
}

static enum prompt_result typed(struct prompt *p, uint32_t key)
{
	uint8_t utf8[8] = { 0 };
	struct htr_buf b = { .data = utf8, .cap = sizeof(utf8) };

	if (key < ' ' || key >= 0x110000 || (key >= 0xd800 && key <= 0xdfff)) {
		return PROMPT_GO_ON;
	}
	utf8_put(&b, key);
	if (htr_glyph_next(b.data, b.len).width == 0) {
		return PROMPT_GO_ON;
	}
	prompt_insert(p, (const char *)utf8, b.len);
	p->back = 0;
	return PROMPT_CHANGED;
}

static enum prompt_result edit(struct prompt *p, uint32_t key)
{
	switch (key) {
	case VK_BACKSPACE:
	case VK_CTRL('h'):
		return p->len ? cut(p, left_of(p, p->at), p->at) : PROMPT_CANCEL;
	case VK_DELETE:
	case VK_CTRL('d'):
		return cut(p, p->at, right_of(p, p->at));
	case VK_CTRL('w'):
		return cut(p, word_left_of(p, p->at), p->at);
	case VK_CTRL('u'):
		return cut(p, 0, p->at);
	case VK_CTRL('k'):
		return cut(p, p->at, p->len);
	default:
		return typed(p, key);
	}
}

enum prompt_result prompt_key(struct prompt *p, uint32_t key)
{
	switch (key) {
	case VK_ENTER:
	case '\n':
		return PROMPT_DONE;
	case VK_ESC:
	case VK_CTRL('c'):
	case VK_CTRL('g'):
		return PROMPT_CANCEL;
	case VK_TAB:
		return PROMPT_COMPLETE;
	case VK_LEFT:
	case VK_CTRL('b'):
		p->at = left_of(p, p->at);
		return PROMPT_GO_ON;
	case VK_RIGHT:
	case VK_CTRL('f'):
		p->at = right_of(p, p->at);
		return PROMPT_GO_ON;
	case VK_HOME:
	case VK_CTRL('a'):
		p->at = 0;
		return PROMPT_GO_ON;
	case VK_END:
	case VK_CTRL('e'):
		p->at = p->len;
		return PROMPT_GO_ON;
	case VK_UP:
	case VK_CTRL('p'):
		return walk_history(p, +1, false);
	case VK_DOWN:
	case VK_CTRL('n'):
		return walk_history(p, -1, false);
	case VK_CTRL('r'):
		return walk_history(p, +1, true);
	default:
		return edit(p, key);
	}
}
