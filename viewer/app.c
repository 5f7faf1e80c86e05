/* SPDX-License-Identifier: Apache-2.0
 * Keys to requests, requests to actions, slices of work, drawing. */
#include "viewer/app.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/cleanup.h"
#include "viewer/frame.h"

int app_init(struct app *app, struct htr_reader *reader_take, int screen, struct htr_err *err)
{
	const char *name = htr_reader_name(reader_take);
	const char *slash = strrchr(name, '/');

	memset(app, 0, sizeof(*app));
	snprintf(app->name, sizeof(app->name), "%s", slash && slash[1] ? slash + 1 : name);
	keymap_init(&app->keymap);
	app->screen = screen;
	int rc = session_open(&app->session, reader_take, screen, err);

	if (rc >= 0 && canvas_resize(&app->canvas, 80, 24) < 0) {
		rc = htr_err_set(err, -ENOMEM, "out of memory");
	}
	if (rc >= 0 && !app_view(app, screen)) {
		rc = htr_err_set(err, -ENOMEM, "out of memory");
	}
	if (rc < 0) {
		app_fini(app);
	}
	return rc;
}

void app_fini(struct app *app)
{
	view_free(app->help);
	for (int i = 0; i < SCREEN_MAX; i++) {
		view_free(app->views[i]);
	}
	dialog_fini(&app->dialog);
	canvas_fini(&app->canvas);
	if (app->session.loader.reader) {
		session_close(&app->session);
	}
	app->help = NULL;
	memset(app->views, 0, sizeof(app->views));
}

int app_resize(struct app *app, int w, int h)
{
	return canvas_resize(&app->canvas, w, h);
}

void app_message(struct app *app, bool is_error, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(app->message, sizeof(app->message), fmt, ap);
	va_end(ap);
	app->message_is_error = is_error;
}

struct view *app_view(struct app *app, int screen)
{
	static const struct view_ops *const ops[SCREEN_MAX] = {
#define OPS(X, id, view, name, key, tab, help) [SCREEN_##id] = &view,
		SCREENS(OPS, 0)
#undef OPS
	};
	struct htr_err err = HTR_ERR_INIT;

	if (!app->views[screen]) {
		app->views[screen] = view_new(ops[screen], app, &app->session, &err);
		if (!app->views[screen]) {
			app_message(app, true, "%s", err.msg);
		}
	}
	return app->views[screen];
}

struct view *app_top(struct app *app)
{
	return app->help ? app->help : app_view(app, app->screen);
}

/* ---- selection ------------------------------------------------------------------------------------- */

static uint64_t place(struct app *app)
{
	struct view *v = app_view(app, app->screen);
	uint64_t at;

	if (v && v->ops->ordinal && v->ops->ordinal(v, &at)) {
		return at;
	}
	return selections_now(&app->session.selections)->ordinal;
}

static void note_place(struct app *app)
{
	selections_note(&app->session.selections, place(app), app->screen);
}

void app_go(struct app *app, uint64_t ordinal)
{
	for (int i = 0; i < SCREEN_MAX; i++) {
		struct view *v = app->views[i];
		if (v && v->ops->go) {
			v->ops->go(v, ordinal);
		}
	}
}

static void change(struct app *app, const struct selection *next)
{
	struct htr_filter_err ferr = { 0 };
	struct htr_err err = HTR_ERR_INIT;

	search_stop(app);
	if (session_select(&app->session, next, &ferr, &err) < 0) {
		app_message(app, true, "%s%s%s", ferr.msg[0] ? ferr.msg : err.msg,
			    ferr.hint[0] ? ", " : "", ferr.hint);
		return;
	}
	app->screen = next->screen;
	if (app_view(app, app->screen)) {
		app_go(app, next->ordinal);
	}
}

void app_select(struct app *app, const char *filter, int screen, bool drilled)
{
	struct selection next = *selections_now(&app->session.selections);
	/* the stack may drop the text it is copied from */
	cleanup_free char *text = strdup(filter ? filter : next.filter);

	if (!text) {
		app_message(app, true, "out of memory");
		return;
	}
	note_place(app);
	next.filter = text;
	next.screen = screen;
	next.drilled = drilled;
	next.ordinal = place(app);
	change(app, &next);
}

static void do_step(struct app *app, enum request req)
{
	bool (*const step)(struct session *) = req == REQ_UNDO   ? session_undo
					       : req == REQ_REDO ? session_redo
								 : session_back;

	search_stop(app);
	note_place(app);
	if (!step(&app->session)) {
		app_message(app, false,
			    req == REQ_REDO   ? "nothing to redo"
			    : req == REQ_UNDO ? "nothing to undo"
					      : "nothing to go back to");
		return;
	}
	const struct selection *sel = selections_now(&app->session.selections);

	app->screen = sel->screen;
	if (app_view(app, app->screen)) {
		app_go(app, sel->ordinal);
	}
}

static void do_keep(struct app *app, enum request req)
{
	struct view *v = app_top(app);
	cleanup_buf struct htr_buf value = { 0 }, filter = { 0 };

	if (!v->ops->handle || !v->ops->handle(v, &value) || value.failed) {
		app_message(app, true, "nothing under the cursor that a filter could hold");
		return;
	}
	if (req == REQ_DROP) {
		cleanup_buf struct htr_buf inner = { 0 };

		htr_buf_printf(&inner, "not (%s)", htr_buf_str(&value));
		filter_and(&filter, selections_now(&app->session.selections)->filter,
			   htr_buf_str(&inner));
	} else {
		filter_and(&filter, selections_now(&app->session.selections)->filter,
			   htr_buf_str(&value));
	}
	app_select(app, htr_buf_str(&filter), app->screen, false);
}

/* New time range [from, to), kept within the trace and at least 1 us long. */
static void set_range(struct app *app, int64_t from, int64_t to)
{
	struct selection next = *selections_now(&app->session.selections);
	int64_t end = htr_reader_last_ns(app->session.loader.reader) + 1;
	cleanup_free char *text = strdup(next.filter);

	if (!text) {
		return;
	}
	from = from < 0 ? 0 : from;
	to = to > end ? end : to;
	if (to - from < 1000) {
		app_message(app, false, "no closer");
		return;
	}
	note_place(app);
	next.filter = text;
	next.from_ns = from == 0 ? INT64_MIN : from;
	next.to_ns = to == end ? INT64_MAX : to;
	next.drilled = false;
	next.ordinal = place(app);
	change(app, &next);
}

static void do_zoom(struct app *app, enum request req)
{
	const struct htr_event *ev;
	int64_t from, to;

	session_range(&app->session, &from, &to);
	int64_t span = to - from, mid = from + span / 2;

	if (loader_event(&app->session.loader, place(app), &ev, NULL) >= 0 && ev->time_ns >= from &&
	    ev->time_ns <= to) {
		mid = ev->time_ns;
	}
	if (req == REQ_ZOOM_IN) {
		set_range(app, mid - span / 4, mid + span / 4 + 1);
	} else if (req == REQ_ZOOM_OUT) {
		set_range(app, from - span / 2, to + span / 2 + 1);
	} else if (req == REQ_ZOOM_ALL) {
		set_range(app, 0, INT64_MAX);
	} else if (req == REQ_PAN_LEFT) {
		int64_t by = span / 2 < from ? span / 2 : from;
		set_range(app, from - by, to - by);
	} else {
		int64_t end = htr_reader_last_ns(app->session.loader.reader);
		int64_t by = span / 2 < end - to ? span / 2 : end - to;
		set_range(app, from + by, to + by + 1);
	}
}

/* ---- requests ---------------------------------------------------------------------------------------- */

static void do_screen(struct app *app, enum request req)
{
	static const enum request screens[SCREEN_MAX] = {
#define REQ(X, id, ops, name, key, tab, help) [SCREEN_##id] = REQ_SCREEN_##id,
		SCREENS(REQ, 0)
#undef REQ
	};

	view_free(app->help);
	app->help = NULL;
	for (int i = 0; i < SCREEN_MAX; i++) {
		if (screens[i] == req && i != app->screen) {
			uint64_t at = place(app);

			search_stop(app);
			app->screen = i;
			struct view *v = app_view(app, i);
			if (v && v->ops->go) {
				v->ops->go(v, at);
			}
		}
	}
}

static void do_dialog(struct app *app, enum request req)
{
	const char *filter = selections_now(&app->session.selections)->filter;

	switch ((int)req) {
	case REQ_FILTER:
		dialog_open(app, DIALOG_FILTER, filter);
		break;
	case REQ_GOTO_TIME:
		dialog_open(app, DIALOG_GOTO, "");
		break;
	case REQ_FIND:
		dialog_open(app, DIALOG_FIND, "");
		break;
	default:
		dialog_open(app, DIALOG_FIND_BACK, "");
		break;
	}
}

static void do_find_next(struct app *app, enum request req)
{
	search_again(app, req == REQ_FIND_PREV);
}

static void do_help(struct app *app, enum request req)
{
	struct htr_err err = HTR_ERR_INIT;

	if (app->help) {
		view_free(app->help);
		app->help = NULL;
		return;
	}
	search_stop(app);
	app->help = view_new(&view_help, app, &app->session, &err);
}

/* Esc: the topmost thing: help, work. Ctrl-c: work, then the program. */
static void do_close(struct app *app, enum request req)
{
	bool again = app->stop_asked;

	app->stop_asked = false;
	if (search_stop(app) || session_stop(&app->session)) {
		app_message(app, false, "stopped");
	} else if (app->help) {
		view_free(app->help);
		app->help = NULL;
	} else if (req == REQ_STOP && again) {
		app->quit = true;
	} else if (req == REQ_STOP) {
		app->stop_asked = true;
		app_message(app, false, "nothing is running; once more to quit");
	}
}

static void do_quit(struct app *app, enum request req)
{
	if (app->help) {
		view_free(app->help);
		app->help = NULL;
	} else if (app->quit_asked) {
		app->quit = true;
	} else {
		app->quit_asked = true;
		app_message(app, false, "once more to quit");
	}
}

static void do_settings(struct app *app, enum request req)
{
	static const char *const names[TIME_FORMAT_MAX] = { "of day", "since the start",
							    "since the row before" };
	struct session *s = &app->session;

	if (req == REQ_TIME_ZONE) {
		s->local = !s->local;
		app_message(app, false, "times in %s", s->local ? "the local zone" : "UTC");
	} else if (req == REQ_TIME_FORMAT) {
		s->time_format = (enum time_format)((s->time_format + 1) % TIME_FORMAT_MAX);
		app_message(app, false, "times %s", names[s->time_format]);
	} else {
		app->repaint = true;
	}
}

static const struct {
	enum request req;
	void (*fn)(struct app *app, enum request req);
} actions[] = {
#define SCREEN_ACTION(X, id, ops, name, key, tab, help) { REQ_SCREEN_##id, do_screen },
	SCREENS(SCREEN_ACTION, 0)
#undef SCREEN_ACTION
		{ REQ_FILTER, do_dialog },
	{ REQ_GOTO_TIME, do_dialog },
	{ REQ_FIND, do_dialog },
	{ REQ_FIND_BACK, do_dialog },
	{ REQ_FIND_NEXT, do_find_next },
	{ REQ_FIND_PREV, do_find_next },
	{ REQ_KEEP, do_keep },
	{ REQ_DROP, do_keep },
	{ REQ_UNDO, do_step },
	{ REQ_REDO, do_step },
	{ REQ_BACK, do_step },
	{ REQ_ZOOM_IN, do_zoom },
	{ REQ_ZOOM_OUT, do_zoom },
	{ REQ_ZOOM_ALL, do_zoom },
	{ REQ_PAN_LEFT, do_zoom },
	{ REQ_PAN_RIGHT, do_zoom },
	{ REQ_TIME_FORMAT, do_settings },
	{ REQ_TIME_ZONE, do_settings },
	{ REQ_REDRAW, do_settings },
	{ REQ_HELP, do_help },
	{ REQ_CLOSE, do_close },
	{ REQ_STOP, do_close },
	{ REQ_QUIT, do_quit },
};

void app_request(struct app *app, enum request req)
{
	struct view *v = app_top(app);
	bool quit_asked = app->quit_asked, stop_asked = app->stop_asked;

	app->quit_asked = quit_asked && req == REQ_QUIT;
	app->stop_asked = stop_asked && req == REQ_STOP;
	if (!v || v->ops->request(v, req)) {
		return;
	}
	for (size_t i = 0; i < HTR_ARRAY_LEN(actions); i++) {
		if (actions[i].req == req) {
			actions[i].fn(app, req);
			return;
		}
	}
}

void app_key(struct app *app, uint32_t key)
{
	struct view *v = app_top(app);

	session_refresh(&app->session);
	app->message[0] = '\0';
	if (app->dialog.kind != DIALOG_NONE) {
		dialog_key(app, key);
		return;
	}
	unsigned groups = RG_COMMON | (v ? v->ops->groups : 0);
	enum request req = keymap_lookup(&app->keymap, key, groups);

	if (req != REQ_NONE) {
		app_request(app, req);
	} else if (!app->keymap.pending) {
		char name[KEY_NAME_MAX];

		app_message(app, false, "%s means nothing here; ? shows the keys",
			    vk_name(key, name));
	}
}

void app_mouse(struct app *app, const struct mouse *m)
{
	static const enum request wheel[] = {
		[MOUSE_WHEEL_UP] = REQ_UP, [MOUSE_WHEEL_DOWN] = REQ_DOWN
	};
	struct frame f = frame_layout(app->canvas.w, app->canvas.h);
	struct view *v = app_top(app);

	app->message[0] = '\0';
	if (app->dialog.kind != DIALOG_NONE || !v) {
		return;
	}
	if (m->act == MOUSE_WHEEL_UP || m->act == MOUSE_WHEEL_DOWN) {
		for (int i = 0; i < 3; i++) {
			app_request(app, wheel[m->act]);
		}
		return;
	}
	if (m->y == f.title) {
		static const enum request screens[SCREEN_MAX] = {
#define REQ(X, id, ops, name, key, tab, help) [SCREEN_##id] = REQ_SCREEN_##id,
			SCREENS(REQ, 0)
#undef REQ
		};
		for (int i = 0; i < SCREEN_MAX; i++) {
			if (m->x >= app->tab_x[i] && m->x < app->tab_x[i] + app->tab_w[i]) {
				do_screen(app, screens[i]);
			}
		}
		return;
	}
	if (v->ops->click && v->ops->click(v, m->x, m->y) && m->act == MOUSE_DOUBLE) {
		app_request(app, REQ_ENTER);
	}
}

bool app_pending(const struct app *app)
{
	return app->search.running != SEARCH_NONE || session_pending(&app->session);
}

bool app_work(struct app *app, unsigned budget)
{
	bool more = search_slice(app, budget / 16 + 1);

	return session_work(&app->session, budget) || more;
}

void app_draw(struct app *app)
{
	struct canvas *c = &app->canvas;
	struct frame f = frame_layout(c->w, c->h);
	struct view *v = app_top(app);

	session_refresh(&app->session);
	canvas_clear(c);
	if (v) {
		v->ops->draw(v, c, f.body);
	}
	frame_draw(app, c, &f);
	dialog_draw(app, c);
}
