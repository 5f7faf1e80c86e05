/* SPDX-License-Identifier: Apache-2.0
 *
 * app.h - the program: one struct that owns everything, takes keys, does work in slices, draws.
 *
 * It never touches a terminal: term.c and script.c drive it.
 */
#ifndef HTR_VIEWER_APP_H
#define HTR_VIEWER_APP_H

#include <stdbool.h>
#include <stdint.h>

#include "viewer/canvas.h"
#include "viewer/dialog.h"
#include "viewer/key.h"
#include "viewer/keymap.h"
#include "viewer/search.h"
#include "viewer/session.h"
#include "viewer/view.h"

#define APP_MESSAGE_MAX 256

struct app {
	struct session session;
	struct keymap keymap;
	struct canvas canvas;
	struct view *views[SCREEN_MAX]; /* made when first shown */
	struct view *help;              /* over the screen; NULL closed */
	int screen;                     /* enum screen */
	struct dialog dialog;
	struct search search;
	char name[64];                 /* last part of the file name */
	char message[APP_MESSAGE_MAX]; /* own text; one key long */
	bool message_is_error;
	int tab_x[SCREEN_MAX], tab_w[SCREEN_MAX]; /* where the tabs were drawn */
	bool quit, quit_asked, stop_asked;
	bool repaint; /* the terminal shall be painted again */
};

/* app_init - the reader is taken, also on failure. */
int app_init(struct app *app, struct htr_reader *reader_take, int screen,
	     struct htr_err *err) HTR_MUST_CHECK;
void app_fini(struct app *app);

/* app_resize - any size; returns 0 or -ENOMEM. */
int app_resize(struct app *app, int w, int h) HTR_MUST_CHECK;
void app_key(struct app *app, uint32_t key);
void app_mouse(struct app *app, const struct mouse *m);
/* app_pending - there is work to do. */
bool app_pending(const struct app *app);
/* app_work - one slice; true: more to do. */
bool app_work(struct app *app, unsigned budget);
/* app_draw - the whole canvas anew. */
void app_draw(struct app *app);

/* ---- services for views -------------------------------------------------------------------------- */

/* app_message - one line of own text on the hint line until the next key. */
void app_message(struct app *app, bool is_error, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* app_select - set filter and screen as one step of undo; drilled: Backspace comes back. NULL: keep the filter. */
void app_select(struct app *app, const char *filter, int screen, bool drilled);
/* app_view - the view of a screen, opened when needed; NULL without memory. */
struct view *app_view(struct app *app, int screen);
/* app_top - the view that has the keys. */
struct view *app_top(struct app *app);
/* app_request - do it. */
void app_request(struct app *app, enum request req);
/* app_go - move all views to an event. */
void app_go(struct app *app, uint64_t ordinal);

#endif
