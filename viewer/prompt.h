/* SPDX-License-Identifier: Apache-2.0
 *
 * prompt.h - a line editor with history in memory (nothing is written to disk).
 */
#ifndef HTR_VIEWER_PROMPT_H
#define HTR_VIEWER_PROMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROMPT_MAX         4096 /* bytes of one line */
#define PROMPT_HISTORY_MAX 100  /* lines kept, the oldest go */

struct history {
	char *lines[PROMPT_HISTORY_MAX]; /* owned, oldest first */
	size_t n;
};

struct prompt {
	char text[PROMPT_MAX + 1]; /* UTF-8, NUL-terminated */
	size_t len, at;            /* bytes; at = cursor */
	struct history *history;   /* borrowed, may be NULL */
	size_t back;               /* 0: own line; 1: newest of the history ... */
	char own[PROMPT_MAX + 1];  /* the typed line while history is shown */
};

enum prompt_result {
	PROMPT_GO_ON = 0,
	PROMPT_CHANGED, /* the text is another */
	PROMPT_DONE,    /* Enter */
	PROMPT_CANCEL,  /* Esc, Ctrl-c, Backspace in an empty line */
	PROMPT_COMPLETE /* Tab */
};

void history_fini(struct history *h);
/* history_add - remember a line as the newest; repeated and empty lines are not kept twice. Out of memory
 * forgets silently. */
void history_add(struct history *h, const char *line);

/* prompt_start - empty editor with the given text, cursor at its end. */
void prompt_start(struct prompt *p, struct history *history, const char *text);

/* prompt_key - Left Right Home End Ctrl-a Ctrl-e Ctrl-b Ctrl-f, Backspace Del Ctrl-d, Ctrl-w (word), Ctrl-u Ctrl-k
 * (line), Up Down (history lines that begin with what was typed), Ctrl-r (that contain it). */
enum prompt_result prompt_key(struct prompt *p, uint32_t key);

/* prompt_insert - put text at the cursor; what does not fit is left out. */
void prompt_insert(struct prompt *p, const char *text, size_t len);

#endif
