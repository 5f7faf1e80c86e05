/* SPDX-License-Identifier: Apache-2.0
 * Places and focus of panes. */
#include "viewer/panes.h"

#include <assert.h>
#include <string.h>

#include "viewer/selection.h"

void panes_begin(struct panes *p, unsigned n)
{
	assert(n <= PANES_MAX);
	p->n = n;
	memset(p->at, 0, sizeof(p->at));
	memset(p->title, 0, sizeof(p->title));
	p->n_rules = 0;
}

void panes_set(struct panes *p, unsigned pane, struct rect r)
{
	p->at[pane] = r;
}

void panes_below(struct panes *p, unsigned upper, unsigned lower, struct rect room, int h)
{
	p->at[upper] = (struct rect){ room.x, room.y, room.w, room.h - h };
	p->title[lower] = (struct rect){ room.x, room.y + room.h - h, room.w, 1 };
	p->at[lower] = (struct rect){ room.x, room.y + room.h - h + 1, room.w, h - 1 };
}

void panes_right(struct panes *p, unsigned left, unsigned right, struct rect room, int w,
		 bool titled)
{
	int x = room.x + room.w - w;

	p->at[left] = (struct rect){ room.x, room.y, room.w - w - 1, room.h };
	p->rule[p->n_rules++] = (struct rect){ x - 1, room.y, 1, room.h };
	p->at[right] = (struct rect){ x, room.y + titled, w, room.h - titled };
	if (titled) {
		p->title[right] = (struct rect){ x, room.y, w, 1 };
	}
}

void panes_end(struct panes *p, struct rect body)
{
	if (p->focus >= p->n) {
		p->focus = 0;
	}
	if (p->zoomed) {
		unsigned focus = p->focus;

		panes_begin(p, p->n);
		p->at[focus] = body;
		if (focus && body.h > 4) {
			p->title[focus] = (struct rect){ body.x, body.y, body.w, 1 };
			p->at[focus].y++;
			p->at[focus].h--;
		}
	} else if (!panes_shown(p, p->focus)) {
		p->focus = 0;
	}
}

void panes_frames(const struct panes *p, struct canvas *c, const char *const *titles)
{
	for (unsigned i = 0; i < p->n_rules; i++) {
		canvas_column(c, p->rule[i].x, p->rule[i].y, p->rule[i].h);
	}
	for (unsigned i = 0; i < p->n; i++) {
		const struct rect *r = &p->title[i];

		if (r->w <= 0) {
			continue;
		}
		canvas_fill(c, r->x, r->y, r->w, 0x2500, ST_RULE);
		if (titles[i] && r->w > 8) {
			canvas_ownf(c, r->x + 3, r->y, r->w - 3,
				    i == p->focus ? ST_HEAD_ON : ST_HEAD, " %s ", titles[i]);
		}
	}
}

struct rect panes_rect(const struct panes *p, unsigned pane)
{
	return p->at[pane];
}

bool panes_shown(const struct panes *p, unsigned pane)
{
	return p->at[pane].w > 0 && p->at[pane].h > 0;
}

void panes_focus(struct panes *p, unsigned pane)
{
	p->zoomed = pane && !panes_shown(p, pane);
	p->focus = pane;
}

static void step(struct panes *p, unsigned by)
{
	unsigned i = p->focus;

	if (p->zoomed) {
		p->focus = (i + by) % p->n; /* each alone, in turn */
		return;
	}
	do {
		i = (i + by) % p->n;
	} while (i != p->focus && !panes_shown(p, i));
	p->focus = i;
}

bool panes_request(struct panes *p, enum request req)
{
	switch ((int)req) {
	case REQ_NEXT_PANE:
		step(p, 1);
		return true;
	case REQ_PREV_PANE:
		step(p, p->n - 1);
		return true;
	case REQ_ZOOM_PANE:
		p->zoomed = !p->zoomed;
		return true;
	case REQ_HIDE_PANE:
		p->hidden = !p->hidden;
		p->zoomed = false;
		p->focus = 0;
		return true;
	case REQ_CLOSE:
	case REQ_QUIT:
		if (!p->zoomed && p->focus == 0) {
			return false;
		}
		p->zoomed = false;
		p->focus = 0;
		return true;
	default:
		return false;
	}
}

void panes_click(struct panes *p, int x, int y)
{
	for (unsigned i = 0; i < p->n; i++) {
		const struct rect *r = &p->at[i];
		if (x >= r->x && x < r->x + r->w && y >= r->y && y < r->y + r->h) {
			p->focus = i;
		}
	}
}

bool panes_line_handle(const struct textline *line, struct htr_buf *out)
{
	if (!line || !line->field) {
		return false;
	}
	htr_buf_printf(out, "%s = ", line->field);
	filter_value(out, line->value.data, line->value.len);
	return true;
}
