/* SPDX-License-Identifier: Apache-2.0
 *
 * frame.h - what every screen has around its body: tabs, time ribbon, filter and status, hint line.
 */
#ifndef HTR_VIEWER_FRAME_H
#define HTR_VIEWER_FRAME_H

#include "viewer/canvas.h"

struct app;

/* Rows of the parts; -1: not shown at this size. */
struct frame {
	int title, ribbon, marks, filter, rule_top, rule_low, hint;
	struct rect body;
};

/* frame_layout - what fits: everything from 60x20 on, the list and one line below 5 rows. */
struct frame frame_layout(int w, int h);

/* frame_draw - all parts but the body. */
void frame_draw(struct app *app, struct canvas *c, const struct frame *f);

#endif
