/* SPDX-License-Identifier: Apache-2.0
 *
 * dialog.h - the prompts: filter, time, find. A table of kinds; each says what its text means.
 */
#ifndef HTR_VIEWER_DIALOG_H
#define HTR_VIEWER_DIALOG_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/filter/filter.h"
#include "viewer/canvas.h"
#include "viewer/prompt.h"

struct app;

enum dialog_kind {
	DIALOG_NONE = 0,
	DIALOG_FILTER,
	DIALOG_GOTO,
	DIALOG_FIND,
	DIALOG_FIND_BACK,
	DIALOG_MAX
};

struct dialog {
	enum dialog_kind kind;
	struct prompt prompt;
	struct history history[DIALOG_MAX];
	struct htr_filter_err ferr; /* of the filter as typed; kind NONE: valid */
	bool invalid;
	char note[256]; /* own text: what is wrong or what may be typed */
};

void dialog_fini(struct dialog *d);
/* dialog_open - text: what stands there first. */
void dialog_open(struct app *app, enum dialog_kind kind, const char *text);
void dialog_close(struct app *app);
void dialog_key(struct app *app, uint32_t key);
/* dialog_draw - over the last rows of the canvas. */
void dialog_draw(struct app *app, struct canvas *c);

#endif
