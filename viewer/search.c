/* SPDX-License-Identifier: Apache-2.0
 * Search over rows, in slices. */
#include "viewer/search.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "viewer/app.h"

static bool focused(struct app *app, struct view_list *ret)
{
	struct view *v = app_top(app);

	return v && v->ops->focused_list && v->ops->focused_list(v, ret);
}

static void begin(struct app *app, enum search_what what, bool down)
{
	struct search *s = &app->search;
	struct view_list vl;

	s->running = SEARCH_NONE;
	if (!focused(app, &vl)) {
		app_message(app, true, "go to the list first (Esc)");
		return;
	}
	uint64_t n = vl.src->len(vl.data);

	if (n == 0) {
		app_message(app, true, "no rows to search");
		return;
	}
	s->running = what;
	s->down = down;
	s->wrapped = false;
	s->total = n;
	s->left = n;
	s->row = vl.list->cur < n ? vl.list->cur : n - 1;
	vl.list->find = s->text[0] ? s->text : NULL;
}

void search_start(struct app *app, const char *text, bool backwards)
{
	struct search *s = &app->search;

	if (text[0]) {
		snprintf(s->text, sizeof(s->text), "%s", text);
	}
	s->backwards = backwards;
	if (!s->text[0]) {
		app_message(app, true, "nothing to search for");
		return;
	}
	begin(app, SEARCH_TEXT, !backwards);
}

void search_again(struct app *app, bool opposite)
{
	if (!app->search.text[0]) {
		app_message(app, true, "no search yet");
		return;
	}
	begin(app, SEARCH_TEXT, app->search.backwards == opposite);
}

void search_error(struct app *app, bool down)
{
	begin(app, SEARCH_ERROR, down);
}

bool search_stop(struct app *app)
{
	bool was = app->search.running != SEARCH_NONE;

	app->search.running = SEARCH_NONE;
	return was;
}

/* One row on, round the end. */
static void step(struct search *s)
{
	if (s->down) {
		s->wrapped = s->wrapped || s->row + 1 >= s->total;
		s->row = s->row + 1 < s->total ? s->row + 1 : 0;
	} else {
		s->wrapped = s->wrapped || s->row == 0;
		s->row = s->row ? s->row - 1 : s->total - 1;
	}
	s->left--;
}

static bool row_fits(struct app *app, const struct view_list *vl, struct htr_buf *text)
{
	struct search *s = &app->search;

	if (s->running == SEARCH_ERROR) {
		const struct htr_event *ev;
		uint64_t ordinal = session_row(&app->session, s->row);

		return loader_event(&app->session.loader, ordinal, &ev, NULL) >= 0 &&
		       htr_event_failed(ev);
	}
	htr_buf_reset(text);
	list_row_text(vl->list, vl->src, vl->data, s->row, text);
	return text_find(htr_buf_str(text), s->text) >= 0;
}

bool search_slice(struct app *app, unsigned budget)
{
	struct search *s = &app->search;
	cleanup_buf struct htr_buf text = { 0 };
	struct view_list vl;

	if (s->running == SEARCH_NONE) {
		return false;
	}
	/* rows may have changed under a running search */
	if (!focused(app, &vl) || vl.src->len(vl.data) < s->total) {
		s->running = SEARCH_NONE;
		return false;
	}
	for (unsigned i = 0; i < budget && s->left; i++) {
		step(s);
		if (row_fits(app, &vl, &text)) {
			s->running = SEARCH_NONE;
			list_move_to(vl.list, s->row, s->total);
			if (s->wrapped) {
				app_message(app, false, "search went round the end");
			}
			return false;
		}
	}
	if (!s->left) {
		app_message(app, true, s->running == SEARCH_ERROR ? "no call failed" : "not found");
		s->running = SEARCH_NONE;
	}
	return s->running != SEARCH_NONE;
}
