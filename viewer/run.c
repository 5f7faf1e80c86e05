/* SPDX-License-Identifier: Apache-2.0
 * The loop at a terminal: keys first, then work in slices of a few milliseconds, then the screen. */
#include "viewer/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/clock.h"

#define SLICE_NS     (8 * INT64_C(1000000))  /* work between two looks at the keyboard */
#define REDRAW_NS    (60 * INT64_C(1000000)) /* while work runs: 16 screens a second are enough */
#define SLICE_STEPS  512                     /* events between two looks at the clock */
#define IDLE_MS      500 /* a terminal that hung up is noticed after this time */
#define KEYS_AT_ONCE 64  /* pasted or repeated keys taken before the next screen */

static void work_for_a_while(struct app *app)
{
	int64_t end = htr_clock_ns(CLOCK_MONOTONIC) + SLICE_NS;

	while (app_work(app, SLICE_STEPS) && htr_clock_ns(CLOCK_MONOTONIC) < end) {
		;
	}
}

static int take_key(struct app *app, struct terminal *t, uint32_t key)
{
	int w, h;

	switch (key) {
	case VK_RESIZE:
		term_size(t, &w, &h);
		app->repaint = true;
		return app_resize(app, w, h);
	case VK_HANGUP:
		app->quit = true;
		return 0;
	case VK_MOUSE: {
		struct mouse m = term_mouse(t);
		app_mouse(app, &m);
		return 0;
	}
	default:
		app_key(app, key);
		return 0;
	}
}

static int loop(struct app *app, struct terminal *t)
{
	int64_t drawn = 0;
	bool dirty = true;
	int rc = 0;

	while (!app->quit && rc >= 0) {
		int64_t now = htr_clock_ns(CLOCK_MONOTONIC);

		if (dirty && (!app_pending(app) || now - drawn >= REDRAW_NS)) {
			app_draw(app); /* may ask for facts: then there is work again */
			term_draw(t, &app->canvas, app->repaint);
			app->repaint = false;
			drawn = now;
			dirty = false;
		}
		bool busy = app_pending(app);
		uint32_t key = term_key(t, busy || dirty ? 0 : IDLE_MS);

		for (unsigned n = 0; key != VK_NONE && rc >= 0 && !app->quit && n < KEYS_AT_ONCE;
		     n++) {
			rc = take_key(app, t, key);
			dirty = true;
			drawn = 0; /* a key shows at once */
			key = n + 1 < KEYS_AT_ONCE ? term_key(t, 0) : VK_NONE;
		}
		if (busy && !app->quit) {
			work_for_a_while(app);
			dirty = true;
		}
	}
	return rc;
}

int run_terminal(struct app *app, const struct term_opts *opts, struct htr_err *err)
{
	struct terminal *t;
	int w, h;
	int rc = term_open(&t, opts, err);

	if (rc < 0) {
		return rc;
	}
	term_size(t, &w, &h);
	rc = app_resize(app, w, h);
	if (rc >= 0) {
		rc = loop(app, t);
	}
	term_close(t);
	return rc < 0 ? htr_err_set(err, rc, "out of memory") : 0;
}
