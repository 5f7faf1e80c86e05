/* SPDX-License-Identifier: Apache-2.0
 *
 * view.h - what a screen is: a table of functions. Views draw into the canvas and answer requests; they
 * know the session and the few services of app.h, not each other.
 */
#ifndef HTR_VIEWER_VIEW_H
#define HTR_VIEWER_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/core/err.h"
#include "viewer/canvas.h"
#include "viewer/list.h"
#include "viewer/request.h"
#include "viewer/session.h"

struct app;
struct view;

struct view_hint {
	enum request req;
	const char *label;
};

#define VIEW_HINTS_MAX 10

/* The list that has the focus, for search and mouse. */
struct view_list {
	struct list *list;
	const struct list_source *src;
	void *data;
};

struct view_ops {
	size_t size;                            /* bytes of the view; begins with struct view */
	unsigned groups;                        /* bit set of enum request_group beyond RG_COMMON */
	struct view_hint hints[VIEW_HINTS_MAX]; /* for the hint line, in order of worth */

	int (*open)(struct view *v, struct htr_err *err); /* optional */
	void (*close)(struct view *v);                    /* optional */
	void (*draw)(struct view *v, struct canvas *c, struct rect body);
	/* false: not for this view */
	bool (*request)(struct view *v, enum request req);
	/* optional: append a filter that holds for the value under the cursor; false: nothing there */
	bool (*handle)(struct view *v, struct htr_buf *out);
	/* optional: false while a pane of text has the focus */
	bool (*focused_list)(struct view *v, struct view_list *ret);
	/* optional: event the cursor stands on; false: none */
	bool (*ordinal)(struct view *v, uint64_t *ret);
	/* optional: move to an event (the selection changed elsewhere) */
	void (*go)(struct view *v, uint64_t ordinal);
	/* append what the status shows: "97 rows" */
	void (*status)(struct view *v, struct htr_buf *out);
	/* optional: a click at x, y; true: cursor moved */
	bool (*click)(struct view *v, int x, int y);
};

struct view {
	const struct view_ops *ops;
	struct app *app;
	struct session *session;
};

#define SCREEN_OPS(X, id, ops, name, key, tab, help) extern const struct view_ops ops;
SCREENS(SCREEN_OPS, 0)
#undef SCREEN_OPS
extern const struct view_ops view_help;

/* view_new - allocate and open. Returns NULL with err set. */
struct view *view_new(const struct view_ops *ops, struct app *app, struct session *s,
		      struct htr_err *err);
void view_free(struct view *v);

#endif
