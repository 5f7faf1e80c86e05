/* SPDX-License-Identifier: Apache-2.0
 * The process tree over the whole time of the trace; the dead stay. */
#include <inttypes.h>
#include <stdio.h>

#include "viewer/app.h"
#include "viewer/detail.h"
#include "viewer/panes.h"
#include "viewer/proctree.h"
#include "viewer/textpane.h"

enum pane_id { PANE_LIST, PANE_LIFE, PANE_SEEN, PANE_MAX };

struct view_procs {
	struct view v;
	struct proctree tree;
	struct textpane life, seen;
	struct panes panes;
	uint32_t shown; /* process the panes show */
	uint32_t image; /* image the panes show, 0 the last */
};

static struct view_procs *self(struct view *v)
{
	return (struct view_procs *)v;
}

static int open_view(struct view *v, struct htr_err *err)
{
	struct view_procs *p = self(v);

	proctree_init(&p->tree, v->session);
	p->tree.list.col = 3;
	return 0;
}

static void close_view(struct view *v)
{
	struct view_procs *p = self(v);

	proctree_fini(&p->tree);
	textpane_fini(&p->life);
	textpane_fini(&p->seen);
}

/* ---- drawing ------------------------------------------------------------------------------------- */

static void lay_out(struct view_procs *p, struct rect body)
{
	struct panes *ps = &p->panes;

	panes_begin(ps, PANE_MAX);
	if (ps->hidden || body.w < PANES_MIN_W || body.h < PANES_MIN_H) {
		panes_set(ps, PANE_LIST, body);
	} else if (body.w < 100) {
		panes_below(ps, PANE_LIST, PANE_LIFE, body, body.h >= 30 ? body.h * 2 / 5 : 7);
	} else {
		int h = body.h / 2;

		panes_right(ps, PANE_LIST, PANE_LIFE, body, body.w * 2 / 5, true);
		struct rect side = ps->at[PANE_LIFE];

		if (side.h >= 20) {
			panes_below(ps, PANE_LIFE, PANE_SEEN, side, h);
		}
	}
	panes_end(ps, body);
}

static void fill_details(struct view_procs *p, bool own_seen_pane)
{
	uint32_t task = proctree_task(&p->tree);

	if (task != p->shown) {
		p->shown = task;
		p->image = 0;
		p->life.cur = p->life.top = p->seen.cur = p->seen.top = 0;
	}
	textpane_begin(&p->life);
	textpane_begin(&p->seen);
	detail_process(&p->life, p->v.session, task, p->image);
	detail_seen(own_seen_pane ? &p->seen : &p->life, p->v.session, task);
}

static void draw(struct view *v, struct canvas *c, struct rect body)
{
	static const char *const titles[PANE_MAX] = {
		[PANE_LIFE] = "process", [PANE_SEEN] = "files and peers"
	};
	struct view_procs *p = self(v);
	struct panes *ps = &p->panes;

	factbook_want(&v->session->facts, NULL, 0);
	proctree_update(&p->tree);
	lay_out(p, body);
	fill_details(p, panes_shown(ps, PANE_SEEN));
	panes_frames(ps, c, titles);
	list_draw(&p->tree.list, &proctree_wide, &p->tree, c, panes_rect(ps, PANE_LIST),
		  ps->focus == PANE_LIST);
	textpane_draw(&p->life, c, panes_rect(ps, PANE_LIFE), ps->focus == PANE_LIFE);
	textpane_draw(&p->seen, c, panes_rect(ps, PANE_SEEN), ps->focus == PANE_SEEN);
}

static void status(struct view *v, struct htr_buf *out)
{
	struct view_procs *p = self(v);
	uint32_t all = v->session->procs.n_tasks - 1;

	proctree_update(&p->tree);
	if (p->tree.n_keep != all) {
		htr_buf_printf(out, "%u of ", p->tree.n_keep);
	}
	htr_buf_printf(out, "%u %s", all, all == 1 ? "process" : "processes");
	if (p->tree.prune) {
		htr_buf_adds(out, ", pruned");
	}
	if (v->session->scanning) {
		htr_buf_printf(out, ", reading");
	}
}

/* ---- place ----------------------------------------------------------------------------------------- */

static bool ordinal(struct view *v, uint64_t *ret)
{
	struct view_procs *p = self(v);
	uint32_t task = proctree_task(&p->tree);

	if (!task) {
		return false;
	}
	const struct ptask *t = proctab_task(&v->session->procs, task);

	*ret = loader_at_seq(&v->session->loader, t->own_seq ? t->own_seq : t->first_seq);
	return true;
}

static void go(struct view *v, uint64_t at)
{
	struct view_procs *p = self(v);
	const struct htr_event *ev;

	if (loader_event(&v->session->loader, at, &ev, NULL) >= 0 && ev->pid > 0) {
		proctree_go(&p->tree, proctab_find(&v->session->procs, ev->pid, ev->seq));
	}
}

/* ---- requests ---------------------------------------------------------------------------------------- */

/* A pid may have had several owners: then the numbers of the events tell them apart. */
static void process_filter(struct view_procs *p, struct htr_buf *out)
{
	const struct proctab *pt = &p->v.session->procs;
	uint32_t task = proctree_task(&p->tree);
	const struct ptask *t = proctab_task(pt, task);

	htr_buf_printf(out, "proc.pid = %d", t->pid);
	if (t->older) {
		htr_buf_printf(out, " and evt.num >= %" PRIu64, t->first_seq);
	}
	if (proctab_find(pt, t->pid, UINT64_MAX) != task) {
		htr_buf_printf(out, " and evt.num <= %" PRIu64, t->last_seq);
	}
}

static bool drill(struct view_procs *p)
{
	cleanup_buf struct htr_buf filter = { 0 };
	uint32_t task = proctree_task(&p->tree);

	if (!task) {
		return true;
	}
	process_filter(p, &filter);
	if (!filter.failed) {
		app_select(p->v.app, htr_buf_str(&filter), SCREEN_EVENTS, true);
	}
	return true;
}

static void walk_images(struct view_procs *p, bool forward)
{
	const struct proctab *pt = &p->v.session->procs;
	const struct ptask *t = proctab_task(pt, p->shown);
	uint32_t now = p->image ? p->image : t->last_image;

	if (t->n_images < 2) {
		app_message(p->v.app, false, "this process was one program only");
		return;
	}
	if (forward) {
		uint32_t next = proctab_image(pt, now)->next;
		p->image = next ? next : now;
		return;
	}
	uint32_t before = now;
	for (uint32_t i = t->first_image; i && i != now; i = proctab_image(pt, i)->next) {
		before = i;
	}
	p->image = before;
}

static bool tree_request(struct view_procs *p, enum request req)
{
	if (!proctree_request(&p->tree, req, &proctree_wide)) {
		return false;
	}
	if (req == REQ_SORT) {
		app_message(p->v.app, false, "sorted %s", proctree_sort_name(p->tree.sort));
	} else if (req == REQ_PRUNE) {
		app_message(p->v.app, false, "%s",
			    p->tree.prune ? "only branches that wrote files or spoke to peers"
					  : "all branches");
	}
	return true;
}

static bool request(struct view *v, enum request req)
{
	struct view_procs *p = self(v);

	switch ((int)req) {
	case REQ_ENTER:
		return drill(p);
	case REQ_IMAGE_PREV:
	case REQ_IMAGE_NEXT:
		walk_images(p, req == REQ_IMAGE_NEXT);
		return true;
	default:
		break;
	}
	if (panes_request(&p->panes, req)) {
		return true;
	}
	if (p->panes.focus == PANE_LIFE && textpane_request(&p->life, req)) {
		return true;
	}
	if (p->panes.focus == PANE_SEEN && textpane_request(&p->seen, req)) {
		return true;
	}
	return p->panes.focus == PANE_LIST && tree_request(p, req);
}

static bool handle(struct view *v, struct htr_buf *out)
{
	struct view_procs *p = self(v);

	if (p->panes.focus == PANE_LIFE) {
		return panes_line_handle(textpane_at(&p->life), out);
	}
	if (p->panes.focus == PANE_SEEN) {
		return panes_line_handle(textpane_at(&p->seen), out);
	}
	if (!proctree_task(&p->tree)) {
		return false;
	}
	/* this process and everything below it */
	htr_buf_printf(out, "proc.pid = %d or proc.apid = %d",
		       proctab_task(&v->session->procs, proctree_task(&p->tree))->pid,
		       proctab_task(&v->session->procs, proctree_task(&p->tree))->pid);
	return true;
}

static bool focused_list(struct view *v, struct view_list *ret)
{
	struct view_procs *p = self(v);

	proctree_update(&p->tree);
	*ret = (struct view_list){ &p->tree.list, &proctree_wide, &p->tree };
	return p->panes.focus == PANE_LIST;
}

static bool click(struct view *v, int x, int y)
{
	struct view_procs *p = self(v);
	uint64_t row;

	panes_click(&p->panes, x, y);
	if (p->panes.focus == PANE_LIST && list_row_at(&p->tree.list, x, y, p->tree.n, &row)) {
		p->tree.list.cur = row;
		return true;
	}
	return false;
}

const struct view_ops view_procs = {
	.size = sizeof(struct view_procs),
	.groups = 1u << RG_TREE,
	.hints = {
		{ REQ_ENTER, "events" },
		{ REQ_FOLD, "fold" },
		{ REQ_PRUNE, "prune" },
		{ REQ_KEEP, "only this tree" },
		{ REQ_UNDO, "undo" },
		{ REQ_FILTER, "filter" },
		{ REQ_FIND, "find" },
		{ REQ_SORT, "sort" },
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
