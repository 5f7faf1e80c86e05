/* SPDX-License-Identifier: Apache-2.0
 * Prompts and what becomes of their text. */
#include "viewer/dialog.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/cleanup.h"
#include "viewer/app.h"

struct dialog_ops {
	const char *label, *note;
	void (*changed)(struct app *app); /* optional */
	/* false: stay open, dialog.note says why */
	bool (*done)(struct app *app, const char *text);
	void (*complete)(struct app *app); /* Tab; optional */
};

/* ---- filter -------------------------------------------------------------------------------------- */

static void filter_check(struct app *app)
{
	struct dialog *d = &app->dialog;
	cleanup_filter struct htr_filter *f = NULL;
	struct htr_err err = HTR_ERR_INIT;
	const char *text = d->prompt.text;

	d->ferr = (struct htr_filter_err){ 0 };
	d->invalid = false;
	d->note[0] = '\0';
	if (!text[strspn(text, " \t")]) {
		return;
	}
	if (htr_filter_compile(&f, text, NULL, NULL, &d->ferr, &err) < 0) {
		d->invalid = true;
		snprintf(d->note, sizeof(d->note), "col %zu: %.160s%s%.60s", d->ferr.pos + 1,
			 d->ferr.msg[0] ? d->ferr.msg : err.msg, d->ferr.hint[0] ? ", " : "",
			 d->ferr.hint);
	}
}

static bool filter_done(struct app *app, const char *text)
{
	filter_check(app);
	if (app->dialog.invalid) {
		return false;
	}
	app_select(app, text, app->screen, false);
	return true;
}

/* Field names that begin with the word left of the cursor: the part they share is put in. */
static void filter_complete(struct app *app)
{
	struct dialog *d = &app->dialog;
	struct prompt *p = &d->prompt;
	size_t n_fields, from = p->at, shared = 0, n = 0;
	const struct htr_field_info *fields = htr_fields(&n_fields), *first = NULL;

	while (from > 0 && !strchr(" ()=<>!,", p->text[from - 1])) {
		from--;
	}
	size_t len = p->at - from;
	size_t w = 0;

	d->note[0] = '\0';
	for (size_t i = 0; i < n_fields; i++) {
		if (strncmp(fields[i].name, p->text + from, len) != 0) {
			continue;
		}
		if (!n++) {
			first = &fields[i];
			shared = strlen(first->name);
		}
		size_t k = 0;
		while (k < shared && fields[i].name[k] == first->name[k]) {
			k++;
		}
		shared = k;
		if (w < sizeof(d->note)) {
			w += (size_t)snprintf(d->note + w, sizeof(d->note) - w, "%s ",
					      fields[i].name);
		}
	}
	if (n == 1) {
		snprintf(d->note, sizeof(d->note), "%s: %s", first->name, first->help);
	} else if (n == 0) {
		snprintf(d->note, sizeof(d->note), "no field begins like this");
	}
	if (first && shared > len) {
		prompt_insert(p, first->name + len, shared - len);
	}
	d->invalid = false; /* the note says something better */
}

/* ---- time, find ------------------------------------------------------------------------------------ */

static bool goto_done(struct app *app, const char *text)
{
	struct htr_err err = HTR_ERR_INIT;
	uint64_t ordinal;

	if (!text[0]) {
		return true;
	}
	if (session_goto(&app->session, text, &ordinal, &err) < 0) {
		snprintf(app->dialog.note, sizeof(app->dialog.note), "%.200s", err.msg);
		return false;
	}
	if (ordinal >= app->session.loader.n_events && ordinal > 0) {
		ordinal = app->session.loader.n_events - 1;
		app_message(app, false, "that is behind the end: the last event");
	}
	app_go(app, ordinal);
	return true;
}

static bool find_done(struct app *app, const char *text)
{
	search_start(app, text, false);
	return true;
}

static bool find_back_done(struct app *app, const char *text)
{
	search_start(app, text, true);
	return true;
}

static const struct dialog_ops kinds[DIALOG_MAX] = {
	[DIALOG_FILTER] = { "Filter: ", "Enter applies, Tab completes, Up history, Esc cancels",
			    filter_check, filter_done, filter_complete },
	[DIALOG_GOTO] = { "Go to: ", "20:09:02  +3.2s  #5120113  2026-11-21T20:09:02Z", NULL,
			  goto_done, NULL },
	[DIALOG_FIND] = { "/", "text in the visible columns; capital letters count when typed",
			  NULL, find_done, NULL },
	[DIALOG_FIND_BACK] = { "Find back: ", "text in the visible columns, upwards", NULL,
			       find_back_done, NULL },
};

/* ---- life -------------------------------------------------------------------------------------------- */

void dialog_fini(struct dialog *d)
{
	for (unsigned i = 0; i < DIALOG_MAX; i++) {
		history_fini(&d->history[i]);
	}
}

void dialog_open(struct app *app, enum dialog_kind kind, const char *text)
{
	struct dialog *d = &app->dialog;

	d->kind = kind;
	d->ferr = (struct htr_filter_err){ 0 };
	d->invalid = false;
	d->note[0] = '\0';
	prompt_start(&d->prompt, &d->history[kind], text);
}

void dialog_close(struct app *app)
{
	app->dialog.kind = DIALOG_NONE;
}

void dialog_key(struct app *app, uint32_t key)
{
	struct dialog *d = &app->dialog;
	enum dialog_kind kind = d->kind;
	const struct dialog_ops *ops = &kinds[kind];

	switch (prompt_key(&d->prompt, key)) {
	case PROMPT_CHANGED:
		d->note[0] = '\0';
		if (ops->changed) {
			ops->changed(app);
		}
		break;
	case PROMPT_COMPLETE:
		if (ops->complete) {
			ops->complete(app);
		}
		break;
	case PROMPT_CANCEL:
		dialog_close(app);
		break;
	case PROMPT_DONE:
		history_add(&d->history[kind], d->prompt.text);
		if (ops->done(app, d->prompt.text)) {
			dialog_close(app);
		}
		break;
	case PROMPT_GO_ON:
		break;
	}
}

/* ---- drawing ------------------------------------------------------------------------------------------- */

static int width_of(const char *text, size_t len, bool ascii)
{
	cleanup_spans struct spans s = { 0 };

	spans_escaped(&s, ST_TEXT, text, len);
	return spans_width(&s, ascii);
}

/* The line under the prompt: ^~~~ where the text is wrong. */
static void draw_caret(struct app *app, struct canvas *c, int y, int label, int skip)
{
	const struct dialog *d = &app->dialog;
	size_t pos = d->ferr.pos < d->prompt.len ? d->ferr.pos : d->prompt.len;
	size_t len = d->ferr.len < d->prompt.len - pos ? d->ferr.len : d->prompt.len - pos;
	int x = label + width_of(d->prompt.text, pos, c->ascii) - skip;
	int w = width_of(d->prompt.text + pos, len, c->ascii);

	canvas_own(c, x, y, 1, ST_ERROR, "^");
	for (int i = 1; i < w; i++) {
		canvas_own(c, x + i, y, 1, ST_ERROR, "~");
	}
}

void dialog_draw(struct app *app, struct canvas *c)
{
	struct dialog *d = &app->dialog;
	const struct dialog_ops *ops = &kinds[d->kind];
	cleanup_spans struct spans text = { 0 };
	bool tall = c->h >= 6;
	int y = tall ? c->h - 2 : c->h - 1;

	if (d->kind == DIALOG_NONE) {
		return;
	}
	for (int row = tall ? c->h - 3 : y; row < c->h; row++) {
		canvas_fill(c, 0, row, c->w, ' ', ST_TEXT);
	}
	int label = canvas_own(c, 0, y, c->w, ST_LABEL, ops->label);
	int room = c->w - label - 1;
	int at = width_of(d->prompt.text, d->prompt.at, c->ascii);
	int skip = at > room && room > 0 ? at - room : 0;

	spans_escaped(&text, ST_TEXT, d->prompt.text, d->prompt.len);
	canvas_spans(c, label, y, c->w - label, &text, skip, 0);
	c->cursor_x = label + at - skip;
	c->cursor_y = y;
	c->cursor_shown = true;
	if (tall) {
		cleanup_spans struct spans note = { 0 };

		/* the note may quote what was typed, so it is treated like foreign text */
		spans_escaped(&note, d->invalid ? ST_ERROR : ST_DIM,
			      d->note[0] ? d->note : ops->note,
			      strlen(d->note[0] ? d->note : ops->note));
		canvas_spans(c, 0, c->h - 3, c->w, &note, 0, 0);
		if (d->invalid) {
			draw_caret(app, c, c->h - 1, label, skip);
		}
	}
}
