/* SPDX-License-Identifier: Apache-2.0
 * The events of the current selection, with the whole call and its process beside them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/cleanup.h"
#include "formats/model/text.h"
#include "viewer/app.h"
#include "viewer/detail.h"
#include "viewer/panes.h"
#include "viewer/proctree.h"
#include "viewer/textpane.h"

enum pane_id { PANE_LIST, PANE_CALL, PANE_ACTOR, PANE_TREE, PANE_MAX };

enum column_id { COL_EVENT, COL_TIME, COL_PROC, COL_CALL, COL_SUMMARY, COL_RESULT, COL_MAX };

struct view_events {
	struct view v;
	struct list list;
	struct column columns[COL_MAX];
	struct list_source src;
	struct textpane call, actor;
	struct proctree tree;
	struct panes panes;
	uint64_t target; /* event to stand on as soon as the result has got there */
	bool aiming;
	bool hex;
	uint64_t shown; /* ordinal whose details the panes hold, for their scroll position */
};

/* ---- rows ---------------------------------------------------------------------------------------- */

static struct view_events *self(struct view *v)
{
	return (struct view_events *)v;
}

static uint64_t rows_len(void *data)
{
	struct view_events *e = data;

	return session_n_rows(e->v.session);
}

static void cell_time(struct view_events *e, uint64_t row, const struct htr_event *ev,
		      struct spans *out)
{
	struct session *s = e->v.session;
	char text[40];
	int64_t ns = ev->time_ns;

	if (s->time_format == TIME_CLOCK) {
		session_clock(s, ns, 6, text);
		spans_own(out, ST_TIME, text);
		return;
	}
	if (s->time_format == TIME_DELTA) {
		const struct htr_event *before;

		if (row == 0 ||
		    loader_event(&s->loader, session_row(s, row - 1), &before, NULL) < 0) {
			return;
		}
		ns -= before->time_ns;
	}
	if (ns < 0) {
		ns = 0;
	}
	spans_ownf(out, ST_TIME, "%+8" PRId64 ".%06" PRId64, ns / 1000000000,
		   ns % 1000000000 / 1000);
}

static void cell_summary(const struct htr_event *ev, struct spans *out)
{
	cleanup_buf struct htr_buf text = { 0 };

	htr_text_summary(&text, ev);
	spans_escaped(out, ev->kind == HTR_EV_LOSS ? ST_ERROR : ST_TEXT, htr_buf_str(&text),
		      text.len);
}

static void cell_result(const struct htr_event *ev, struct spans *out)
{
	cleanup_buf struct htr_buf text = { 0 };

	htr_text_result(&text, ev);
	spans_escaped(out, htr_event_failed(ev) ? ST_FAIL : ST_TEXT, htr_buf_str(&text), text.len);
}

static void cell(void *data, uint64_t row, unsigned column, struct spans *out)
{
	struct view_events *e = data;
	struct session *s = e->v.session;
	const struct htr_event *ev;
	char scratch[24];

	if (loader_event(&s->loader, session_row(s, row), &ev, NULL) < 0) {
		if (column == COL_SUMMARY) {
			spans_own(out, ST_ERROR, "(damaged: cannot be read)");
		}
		return;
	}
	switch (column) {
	case COL_EVENT:
		spans_ownf(out, ST_DIM, "%" PRIu64, ev->seq);
		break;
	case COL_TIME:
		cell_time(e, row, ev, out);
		break;
	case COL_PROC:
		if (ev->pid > 0) {
			session_proc(s, ev->pid, ev->seq, out);
		}
		break;
	case COL_CALL:
		spans_own(out, ST_CALL, htr_event_type_name(ev, scratch));
		break;
	case COL_SUMMARY:
		cell_summary(ev, out);
		break;
	case COL_RESULT:
		cell_result(ev, out);
		break;
	default:
		break;
	}
}

/* ---- life ------------------------------------------------------------------------------------------ */

static uint8_t digits(uint64_t n)
{
	char text[24];
	int w = snprintf(text, sizeof(text), "%" PRIu64, n);

	return (uint8_t)(w < 5 ? 5 : w);
}

static int open_view(struct view *v, struct htr_err *err)
{
	struct view_events *e = self(v);
	const struct loader *l = &v->session->loader;
	const struct htr_event *last;
	uint64_t seq = l->n_events;

	if (l->n_events && loader_event(&v->session->loader, l->n_events - 1, &last, NULL) >= 0) {
		seq = last->seq;
	}
	e->columns[COL_EVENT] = (struct column){ "EVENT", digits(seq), 3, false, true };
	e->columns[COL_TIME] = (struct column){ "TIME", 15, 2, false, false };
	e->columns[COL_PROC] = (struct column){ "PROC", 15, 1, false, false };
	e->columns[COL_CALL] = (struct column){ "CALL", 10, 0, false, false };
	e->columns[COL_SUMMARY] = (struct column){ "SUMMARY", 16, 0, true, false };
	e->columns[COL_RESULT] = (struct column){ "RESULT", 8, 0, false, true };
	e->src = (struct list_source){ e->columns, COL_MAX, rows_len, cell, NULL };
	e->list.col = COL_CALL;
	e->shown = UINT64_MAX;
	proctree_init(&e->tree, v->session);
	return 0;
}

static void close_view(struct view *v)
{
	struct view_events *e = self(v);

	list_fini(&e->list);
	textpane_fini(&e->call);
	textpane_fini(&e->actor);
	proctree_fini(&e->tree);
}

/* ---- place ----------------------------------------------------------------------------------------- */

static bool ordinal(struct view *v, uint64_t *ret)
{
	struct view_events *e = self(v);

	if (e->aiming) {
		*ret = e->target;
		return true;
	}
	if (e->list.cur >= session_n_rows(v->session)) {
		return false;
	}
	*ret = session_row(v->session, e->list.cur);
	return true;
}

static void go(struct view *v, uint64_t at)
{
	struct view_events *e = self(v);

	e->target = at;
	e->aiming = true;
}

/* Stand on the target; done once the pass has come by it. */
static void aim(struct view_events *e)
{
	struct session *s = e->v.session;
	const struct result *r = s->result;

	if (!e->aiming) {
		return;
	}
	list_move_to(&e->list, session_rank(s, e->target), session_n_rows(s));
	if (r->status != RESULT_RUNNING || walk_position(&r->walk) > e->target) {
		e->aiming = false;
	}
}

/* ---- drawing ----------------------------------------------------------------------------------------- */

/* Facts are wanted for the visible rows and the pages around them, so that moving shows them at once. */
static void want_facts(struct view_events *e)
{
	struct session *s = e->v.session;
	uint64_t want[FACTBOOK_WANT_MAX];
	uint64_t n = session_n_rows(s);
	uint64_t before = e->list.cur < FACTBOOK_WANT_MAX / 2 ? e->list.cur : FACTBOOK_WANT_MAX / 2;
	unsigned k = 0;

	for (uint64_t row = e->list.cur - before; row < n && k < FACTBOOK_WANT_MAX; row++) {
		want[k++] = session_row(s, row);
	}
	factbook_want(&s->facts, want, k);
}

static void fill_details(struct view_events *e, bool own_actor_pane)
{
	struct session *s = e->v.session;
	const struct htr_event *ev;
	uint64_t at;

	textpane_begin(&e->call);
	textpane_begin(&e->actor);
	if (!ordinal(&e->v, &at) || loader_event(&s->loader, at, &ev, NULL) < 0) {
		return;
	}
	if (at != e->shown) {
		e->call.cur = e->call.top = e->actor.cur = e->actor.top = 0;
		e->shown = at;
	}
	detail_call(&e->call, s, at, ev);
	detail_actor(own_actor_pane ? &e->actor : &e->call, s, at, ev);
	if (own_actor_pane) {
		detail_seen(&e->actor, s, proctab_find(&s->procs, ev->pid, ev->seq));
	}
	detail_values(&e->call, ev, e->hex);
}

static void lay_out(struct view_events *e, struct rect body)
{
	struct panes *p = &e->panes;

	panes_begin(p, PANE_MAX);
	if (p->hidden || body.w < PANES_MIN_W || body.h < PANES_MIN_H) {
		panes_set(p, PANE_LIST, body);
	} else if (body.w < 100) {
		panes_below(p, PANE_LIST, PANE_CALL, body, body.h >= 30 ? body.h * 2 / 5 : 8);
	} else if (body.w < 140 || body.h < 24) {
		/* the list gets what it needs, the pane the rest */
		panes_right(p, PANE_LIST, PANE_CALL, body, body.w > 117 ? body.w - 81 : 36, true);
	} else {
		int h = body.h * 2 / 5;
		struct rect top = { body.x, body.y, body.w, body.h - h };
		struct rect low = { body.x, body.y + top.h, body.w, h };

		panes_right(p, PANE_TREE, PANE_LIST, top, top.w - 38, false);
		panes_right(p, PANE_CALL, PANE_ACTOR, low, low.w / 2, true);
		p->title[PANE_CALL] = (struct rect){ low.x, low.y, p->at[PANE_CALL].w, 1 };
		p->at[PANE_CALL].y++;
		p->at[PANE_CALL].h--;
	}
	panes_end(p, body);
}

/* The tree follows the event under the cursor unless somebody walks in it. */
static void draw_tree(struct view_events *e, struct canvas *c)
{
	struct session *s = e->v.session;
	const struct htr_event *ev;
	bool focus = e->panes.focus == PANE_TREE;
	uint64_t at;

	proctree_update(&e->tree);
	if (!focus && ordinal(&e->v, &at) && loader_event(&s->loader, at, &ev, NULL) >= 0) {
		proctree_go(&e->tree, proctab_find(&s->procs, ev->pid, ev->seq));
	}
	list_draw(&e->tree.list, &proctree_narrow, &e->tree, c, panes_rect(&e->panes, PANE_TREE),
		  focus);
}

static void draw(struct view *v, struct canvas *c, struct rect body)
{
	static const char *const titles[PANE_MAX] = {
		[PANE_CALL] = "event", [PANE_ACTOR] = "process"
	};
	struct view_events *e = self(v);
	struct panes *p = &e->panes;

	aim(e);
	lay_out(e, body);
	if (panes_shown(p, PANE_CALL) || panes_shown(p, PANE_ACTOR)) {
		want_facts(e);
	} else {
		factbook_want(&v->session->facts, NULL, 0);
	}
	fill_details(e, panes_shown(p, PANE_ACTOR));
	panes_frames(p, c, titles);
	if (panes_shown(p, PANE_TREE)) {
		draw_tree(e, c);
	}
	list_draw(&e->list, &e->src, e, c, panes_rect(p, PANE_LIST), p->focus == PANE_LIST);
	textpane_draw(&e->call, c, panes_rect(p, PANE_CALL), p->focus == PANE_CALL);
	textpane_draw(&e->actor, c, panes_rect(p, PANE_ACTOR), p->focus == PANE_ACTOR);
}

/* ---- requests ---------------------------------------------------------------------------------------- */

static bool drill(struct view_events *e)
{
	if (e->panes.focus == PANE_LIST) {
		panes_focus(&e->panes, PANE_CALL);
		return true;
	}
	if (e->panes.focus == PANE_TREE) {
		const struct ptask *p = proctab_task(&e->v.session->procs, proctree_task(&e->tree));
		char filter[64];

		snprintf(filter, sizeof(filter), "proc.pid = %d", p->pid);
		app_select(e->v.app, filter, SCREEN_EVENTS, true);
		return true;
	}
	return false;
}

static bool show_process(struct view_events *e)
{
	struct session *s = e->v.session;
	const struct htr_event *ev;
	uint64_t at;

	if (ordinal(&e->v, &at) && loader_event(&s->loader, at, &ev, NULL) >= 0) {
		app_select(e->v.app, NULL, SCREEN_PROCS, true);
		app_go(e->v.app, at);
	}
	return true;
}

static bool request(struct view *v, enum request req)
{
	struct view_events *e = self(v);

	switch ((int)req) {
	case REQ_ENTER:
		return drill(e);
	case REQ_HEX:
		e->hex = !e->hex;
		app_message(v->app, false, "values as %s", e->hex ? "hex" : "text");
		return true;
	case REQ_PROCESS:
		return show_process(e);
	case REQ_NEXT_ERROR:
	case REQ_PREV_ERROR:
		panes_focus(&e->panes, PANE_LIST);
		search_error(v->app, req == REQ_NEXT_ERROR);
		return true;
	default:
		break;
	}
	if (panes_request(&e->panes, req)) {
		return true;
	}
	switch (e->panes.focus) {
	case PANE_CALL:
		return textpane_request(&e->call, req);
	case PANE_ACTOR:
		return textpane_request(&e->actor, req);
	case PANE_TREE:
		return proctree_request(&e->tree, req, &proctree_narrow);
	default:
		if (list_request(&e->list, &e->src, e, req)) {
			e->aiming = false;
			return true;
		}
		return false;
	}
}

/* ---- handles ----------------------------------------------------------------------------------------- */

static bool summary_handle(struct view_events *e, uint64_t at, struct htr_buf *out)
{
	const struct fact *f = factbook_get(&e->v.session->facts, at);

	if (f && f->fd_name.data) {
		htr_buf_adds(out, "fd.name = ");
		filter_value(out, f->fd_name.data, f->fd_name.len);
		return true;
	}
	if (f && f->path.data) {
		htr_buf_adds(out, "evt.abspath = ");
		filter_value(out, f->path.data, f->path.len);
		return true;
	}
	return false;
}

static void result_handle(const struct htr_event *ev, struct htr_buf *out)
{
	const char *name = htr_event_failed(ev) ? htr_errno_name((int)-ev->result) : NULL;

	if (name) {
		htr_buf_printf(out, "evt.res = %s", name);
	} else {
		htr_buf_printf(out, "evt.failed = %s", htr_event_failed(ev) ? "true" : "false");
	}
}

static bool list_handle(struct view_events *e, struct htr_buf *out)
{
	const struct htr_event *ev;
	char scratch[24];
	uint64_t at;

	if (!ordinal(&e->v, &at) || loader_event(&e->v.session->loader, at, &ev, NULL) < 0) {
		return false;
	}
	switch (e->list.col) {
	case COL_EVENT:
		htr_buf_printf(out, "evt.num = %" PRIu64, ev->seq);
		return true;
	case COL_TIME:
		htr_buf_printf(out, "evt.num >= %" PRIu64, ev->seq);
		return true;
	case COL_PROC:
		htr_buf_printf(out, "proc.pid = %d", ev->pid);
		return ev->pid > 0;
	case COL_CALL:
		htr_buf_printf(out, "evt.type = %s", htr_event_type_name(ev, scratch));
		return true;
	case COL_SUMMARY:
		return summary_handle(e, at, out);
	case COL_RESULT:
		result_handle(ev, out);
		return true;
	default:
		return false;
	}
}

static bool handle(struct view *v, struct htr_buf *out)
{
	struct view_events *e = self(v);

	switch (e->panes.focus) {
	case PANE_CALL:
		return panes_line_handle(textpane_at(&e->call), out);
	case PANE_ACTOR:
		return panes_line_handle(textpane_at(&e->actor), out);
	case PANE_TREE: {
		uint32_t task = proctree_task(&e->tree);

		htr_buf_printf(out, "proc.pid = %d", proctab_task(&v->session->procs, task)->pid);
		return task != 0;
	}
	default:
		return list_handle(e, out);
	}
}

static bool focused_list(struct view *v, struct view_list *ret)
{
	struct view_events *e = self(v);

	if (e->panes.focus == PANE_TREE) {
		*ret = (struct view_list){ &e->tree.list, &proctree_narrow, &e->tree };
		return true;
	}
	*ret = (struct view_list){ &e->list, &e->src, e };
	e->aiming = false;
	return e->panes.focus == PANE_LIST;
}

static void status(struct view *v, struct htr_buf *out)
{
	uint64_t n = session_n_rows(v->session);

	htr_buf_printf(out, "%" PRIu64 " %s", n, n == 1 ? "row" : "rows");
}

static bool click(struct view *v, int x, int y)
{
	struct view_events *e = self(v);
	uint64_t row;

	panes_click(&e->panes, x, y);
	if (e->panes.focus == PANE_LIST &&
	    list_row_at(&e->list, x, y, session_n_rows(v->session), &row)) {
		e->aiming = false;
		e->list.cur = row;
		return true;
	}
	if (e->panes.focus == PANE_TREE && list_row_at(&e->tree.list, x, y, e->tree.n, &row)) {
		e->tree.list.cur = row;
		return true;
	}
	return false;
}

const struct view_ops view_events = {
	.size = sizeof(struct view_events),
	.groups = 1u << RG_EVENT,
	.hints = {
		{ REQ_ENTER, "detail" },
		{ REQ_FILTER, "filter" },
		{ REQ_KEEP, "keep" },
		{ REQ_DROP, "drop" },
		{ REQ_UNDO, "undo" },
		{ REQ_FIND, "find" },
		{ REQ_GOTO_TIME, "time" },
		{ REQ_PROCESS, "process" },
		{ REQ_NEXT_PANE, "pane" },
		{ REQ_HELP, "help" },
	},
	.open = open_view,
	.close = close_view,
	.draw = draw,
	.request = request,
	.handle = handle,
	.focused_list = focused_list,
	.ordinal = ordinal,
	.go = go,
	.status = status,
	.click = click,
};
