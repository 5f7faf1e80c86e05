/* SPDX-License-Identifier: Apache-2.0
 *
 * panes.h - the panes of a screen: where they are, which has the focus, zoomed or hidden.
 *
 * Pane 0 is the list. A view says how the room is split; the rest is the same for all views.
 */
#ifndef HTR_VIEWER_PANES_H
#define HTR_VIEWER_PANES_H

#include <stdbool.h>

#include "viewer/canvas.h"
#include "viewer/request.h"
#include "viewer/textpane.h"

#define PANES_MAX   6
#define PANES_MIN_W 60 /* smaller bodies show the list only */
#define PANES_MIN_H 14

struct panes {
	unsigned n;
	struct rect at[PANES_MAX];    /* w 0: not shown */
	struct rect title[PANES_MAX]; /* row for the pane's name; w 0: none */
	struct rect rule[PANES_MAX];  /* vertical rules */
	unsigned n_rules;
	unsigned focus;
	bool zoomed; /* the focused pane alone */
	bool hidden; /* the list alone */
};

/* panes_begin - forget the places. */
void panes_begin(struct panes *p, unsigned n);
/* panes_set - a pane without a title. */
void panes_set(struct panes *p, unsigned pane, struct rect r);
/* panes_below - room into `upper` and, under a title row, `lower` of h rows with its title. */
void panes_below(struct panes *p, unsigned upper, unsigned lower, struct rect room, int h);
/* panes_right - room into `left` and, behind a rule, `right` of w columns; both keep the room's height. A
 * right pane has a title row when `titled`. */
void panes_right(struct panes *p, unsigned left, unsigned right, struct rect room, int w,
		 bool titled);
/* panes_end - apply zoom; a pane that is not there loses the focus. */
void panes_end(struct panes *p, struct rect body);

/* panes_frames - rules and titles; titles[i] NULL: none. */
void panes_frames(const struct panes *p, struct canvas *c, const char *const *titles);

struct rect panes_rect(const struct panes *p, unsigned pane);
bool panes_shown(const struct panes *p, unsigned pane);
/* panes_focus - give a pane the focus; when the layout does not show it, it is zoomed. */
void panes_focus(struct panes *p, unsigned pane);
/* panes_request - next, previous, zoom, hide, close. False: not one of them, or nothing to close. */
bool panes_request(struct panes *p, enum request req);
/* panes_click - focus to the pane under x, y. */
void panes_click(struct panes *p, int x, int y);

/* panes_line_handle - append the filter of a line that is a handle; false: it is none. */
bool panes_line_handle(const struct textline *line, struct htr_buf *out);

#endif
