/* SPDX-License-Identifier: Apache-2.0
 * The parts that every screen has. */
#include "viewer/frame.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/clock.h"
#include "viewer/app.h"

struct frame frame_layout(int w, int h)
{
	struct frame f = { -1, -1, -1, -1, -1, -1, -1, { 0, 0, w, h } };
	int y = 0, low = h;

	if (h >= 2) {
		f.hint = --low;
	}
	if (h >= 5) {
		f.title = y++;
		if (h >= 16 && w >= 60) {
			f.ribbon = y++;
		}
		if (h >= 20 && w >= 60) {
			f.marks = y++;
			f.rule_low = --low;
		}
		f.filter = y++;
		if (f.marks >= 0) {
			f.rule_top = y++;
		}
	}
	f.body = (struct rect){ 0, y, w, low - y };
	return f;
}

/* ---- title --------------------------------------------------------------------------------------- */

static const char *tab_name(int screen, const char **ret_key)
{
	static const char *const tabs[SCREEN_MAX][2] = {
#define TAB(X, id, ops, name, key, tab, help) [SCREEN_##id] = { key, tab },
		SCREENS(TAB, 0)
#undef TAB
	};

	*ret_key = tabs[screen][0];
	return tabs[screen][1];
}

/* What a person must know about the quality of this recording, shortest first. */
static void quality(const struct session *s, char *out, size_t size)
{
	static const char *const states[] = {
		[HTR_STATE_CLOSED] = "",
		[HTR_STATE_UNCLOSED] = "not closed ",
		[HTR_STATE_DAMAGED] = "damaged ",
		[HTR_STATE_GROWING] = "being recorded ",
	};
	const struct htr_reader *r = s->loader.reader;
	uint64_t lost = htr_reader_n_lost(r);
	size_t gaps = htr_reader_n_gaps(r);
	int n = snprintf(out, size, "%s", states[htr_reader_state(r)]);

	if (lost && n >= 0 && (size_t)n < size) {
		n += snprintf(out + n, size - (size_t)n, "lost %" PRIu64 " ", lost);
	}
	if (gaps && n >= 0 && (size_t)n < size) {
		n += snprintf(out + n, size - (size_t)n, "gaps %zu ", gaps);
	}
	if (s->damaged && n >= 0 && (size_t)n < size) {
		snprintf(out + n, size - (size_t)n, "unreadable %" PRIu64 " ", s->damaged);
	}
}

static void draw_title(struct app *app, struct canvas *c, int y)
{
	cleanup_spans struct spans name = { 0 };
	char text[96];
	int x = 1;

	spans_raw(&name, ST_TITLE, app->name, strlen(app->name));
	x += canvas_spans(c, x, y, c->w < 60 ? 16 : 24, &name, 0, 0) + 2;
	for (int i = 0; i < SCREEN_MAX; i++) {
		const char *key;
		const char *tab = tab_name(i, &key);
		bool on = i == app->screen && !app->help;

		app->tab_x[i] = x;
		app->tab_w[i] = canvas_ownf(c, x, y, c->w - x, on ? ST_TAB_ON : ST_TAB,
					    on ? "[%s %s]" : " %s %s ", key, tab);
		x += app->tab_w[i];
	}
	const struct htr_facts *facts = session_facts(&app->session);

	quality(&app->session, text, sizeof(text));
	if (c->w >= 100 && facts && facts->command) {
		cleanup_spans struct spans cmd = { 0 };
		int room = c->w - x - 6 - (int)strlen(text);

		spans_raw(&cmd, ST_DIM, facts->command, strlen(facts->command));
		x += 2 + canvas_spans(c, x + 2, y, room < 60 ? room : 60, &cmd, 0, 0);
	}
	int w = (int)strlen(text) + 2;
	if (w > c->w - x - 1) {
		text[0] = '\0';
		w = 2;
	}
	if (x + w < c->w) {
		canvas_own(c, c->w - w, y, w, ST_ERROR, text);
		canvas_own(c, c->w - 2, y, 1, ST_KEY, "?");
	}
}

/* ---- time ------------------------------------------------------------------------------------------ */

static void draw_ribbon(struct app *app, struct canvas *c, const struct frame *f)
{
	struct session *s = &app->session;
	const struct selection *sel = selections_now(&s->selections);
	struct view *v = app_view(app, app->screen);
	const struct htr_event *ev;
	int64_t from, to, at = -1;
	char a[40], b[40];
	uint64_t ordinal;
	struct rect ribbon = { 9, f->ribbon, c->w - 18, 1 }, marks = { 9, f->marks, c->w - 18, 1 };

	session_range(s, &from, &to);
	session_clock(s, from, 0, a);
	session_clock(s, to, 0, b);
	canvas_own(c, 0, f->ribbon, 8, ST_TIME, a);
	canvas_own(c, c->w - 8, f->ribbon, 8, ST_TIME, b);
	ribbon_draw(s->ribbon, c, ribbon, from, to);
	if (f->marks < 0) {
		return;
	}
	if (v && v->ops->ordinal && v->ops->ordinal(v, &ordinal) &&
	    loader_event(&s->loader, ordinal, &ev, NULL) >= 0) {
		at = ev->time_ns;
	}
	bool zoomed = sel->from_ns != INT64_MIN || sel->to_ns != INT64_MAX;

	canvas_own(c, 0, f->marks, 8, ST_DIM, zoomed ? "zoomed" : "execs");
	ribbon_marks(s->ribbon, c, marks, from, to, at);
	htr_time_span(a, to - from);
	int len = (int)strlen(a);
	canvas_own(c, c->w - (len < 8 ? len : 8), f->marks, 8, ST_DIM, a);
}

/* ---- filter and status -------------------------------------------------------------------------------- */

static void work_status(struct app *app, struct htr_buf *out)
{
	static const char *const words[] = {
		[RESULT_RUNNING] = "running",
		[RESULT_DONE] = "ok",
		[RESULT_STOPPED] = "stopped at",
		[RESULT_FAILED] = "failed at",
	};
	const struct session *s = &app->session;
	const struct result *r = s->result;

	if (app->search.running != SEARCH_NONE) {
		uint64_t done = app->search.total - app->search.left;

		htr_buf_printf(out, "  searching %u%%",
			       (unsigned)(done * 100 / (app->search.total + 1)));
		return;
	}
	htr_buf_printf(out, "  %s", words[r->status]);
	if (r->status != RESULT_DONE) {
		htr_buf_printf(out, " %u%%", result_permille(r, &s->loader) / 10);
	}
	if (r->status == RESULT_FAILED) {
		htr_buf_printf(out, ": %s", r->err.msg);
	} else if (s->err.code) {
		htr_buf_printf(out, "  %s", s->err.msg);
	}
}

static void draw_filter(struct app *app, struct canvas *c, int y)
{
	const char *filter = selections_now(&app->session.selections)->filter;
	cleanup_buf struct htr_buf status = { 0 };
	cleanup_spans struct spans right = { 0 }, text = { 0 };
	struct view *v = app_top(app);

	if (v) {
		v->ops->status(v, &status);
	}
	work_status(app, &status);
	spans_escaped(&right, ST_OK, htr_buf_str(&status), status.len);
	int w = spans_width(&right, c->ascii);

	w = w > c->w ? c->w : w;
	canvas_spans(c, c->w - w, y, w, &right, 0, 0);
	if (c->w - w < 12) {
		return;
	}
	int x = c->w >= 60 ? canvas_own(c, 0, y, c->w, ST_LABEL, "Filter: ") : 0;
	if (filter[0]) {
		spans_escaped(&text, ST_TEXT, filter, strlen(filter));
	} else {
		spans_own(&text, ST_DIM, "(none)");
	}
	canvas_spans(c, x, y, c->w - w - x - 1, &text, 0, 0);
}

/* ---- hints -------------------------------------------------------------------------------------------- */

static void draw_hints(struct app *app, struct canvas *c, int y)
{
	struct view *v = app_top(app);
	int x = 0;

	if (app->message[0]) {
		cleanup_spans struct spans msg = { 0 };

		spans_escaped(&msg, app->message_is_error ? ST_ERROR : ST_OK, app->message,
			      strlen(app->message));
		canvas_spans(c, 0, y, c->w, &msg, 0, 0);
		return;
	}
	if (c->w < 30) {
		canvas_own(c, 0, y, c->w, ST_KEY, "? help");
		return;
	}
	/* help and quit are always there; the rest as far as it fits */
	cleanup_buf struct htr_buf help = { 0 };

	keymap_first(&app->keymap, REQ_HELP, &help);
	htr_buf_adds(&help, " help  ");
	keymap_first(&app->keymap, REQ_QUIT, &help);
	htr_buf_adds(&help, " quit");
	int room = c->w - (int)help.len - 1;

	for (unsigned i = 0; v && i < VIEW_HINTS_MAX && v->ops->hints[i].label; i++) {
		const struct view_hint *h = &v->ops->hints[i];
		cleanup_buf struct htr_buf key = { 0 };

		if (h->req == REQ_HELP) {
			continue;
		}
		keymap_first(&app->keymap, h->req, &key);
		int need = (int)key.len + 1 + (int)strlen(h->label);
		if (!key.len || x + need > room) {
			continue;
		}
		x += canvas_own(c, x, y, c->w - x, ST_KEY, htr_buf_str(&key));
		x += canvas_ownf(c, x, y, c->w - x, ST_DIM, " %s", h->label) + 2;
	}
	canvas_own(c, room + 1, y, (int)help.len, ST_DIM, htr_buf_str(&help));
}

void frame_draw(struct app *app, struct canvas *c, const struct frame *f)
{
	if (f->title >= 0) {
		draw_title(app, c, f->title);
	}
	if (f->ribbon >= 0) {
		draw_ribbon(app, c, f);
	}
	if (f->filter >= 0) {
		draw_filter(app, c, f->filter);
	}
	if (f->rule_top >= 0) {
		canvas_fill(c, 0, f->rule_top, c->w, 0x2500, ST_RULE);
	}
	if (f->rule_low >= 0) {
		canvas_fill(c, 0, f->rule_low, c->w, 0x2500, ST_RULE);
	}
	if (f->hint >= 0) {
		draw_hints(app, c, f->hint);
	}
}
