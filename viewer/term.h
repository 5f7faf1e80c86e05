/* SPDX-License-Identifier: Apache-2.0
 *
 * term.h - the terminal: copies a canvas to it, turns its input into keys. The only user of curses.
 */
#ifndef HTR_VIEWER_TERM_H
#define HTR_VIEWER_TERM_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/core/err.h"
#include "viewer/canvas.h"
#include "viewer/key.h"

struct terminal;

struct term_opts {
	bool color;
	bool mouse;
};

/*
 * term_open - take over the terminal of stdin and stdout
 *
 * Errors: -ENOTTY stdin or stdout is no terminal, -ENOTSUP the terminal cannot place its cursor (TERM=dumb),
 *         -EINVAL TERM is not known here.
 */
int term_open(struct terminal **ret, const struct term_opts *opts,
	      struct htr_err *err) HTR_MUST_CHECK;
/* term_close - give the terminal back as it was; NULL is fine. */
void term_close(struct terminal *t);

void term_size(struct terminal *t, int *ret_w, int *ret_h);
/* term_draw - show a canvas. `all`: paint every cell again. */
void term_draw(struct terminal *t, const struct canvas *c, bool all);
/* term_key - next key; VK_NONE when none came within timeout_ms (-1: wait). */
uint32_t term_key(struct terminal *t, int timeout_ms);
/* term_mouse - what the last VK_MOUSE was. */
struct mouse term_mouse(const struct terminal *t);

/* term_is_utf8 - the locale can show more than ASCII and gives box characters one column. */
bool term_is_utf8(void);

#endif
