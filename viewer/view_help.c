/* SPDX-License-Identifier: Apache-2.0
 * Keys of the current screen, from the request table; a list, so it can be searched. */
#include <stdlib.h>
#include <string.h>

#include "formats/core/cleanup.h"
#include "viewer/app.h"

struct view_help {
	struct view v;
	struct list list;
	unsigned groups;
	unsigned n;
	uint16_t rows[REQ_MAX + 2 * RG_MAX]; /* request, or HEADING + group, or 0 an empty line */
};

#define HEADING 0x8000u

static struct view_help *self(struct view *v)
{
	return (struct view_help *)v;
}

static int open_view(struct view *v, struct htr_err *err)
{
	struct view_help *h = self(v);

	h->groups = RG_COMMON | v->app->views[v->app->screen]->ops->groups;
	for (unsigned g = 0; g < RG_MAX; g++) {
		if (!(h->groups & 1u << g)) {
			continue;
		}
		if (h->n) {
			h->rows[h->n++] = 0;
		}
		h->rows[h->n++] = (uint16_t)(HEADING + g);
		for (unsigned r = 1; r < REQ_MAX; r++) {
			if (request_info((enum request)r)->group == g) {
				h->rows[h->n++] = (uint16_t)r;
			}
		}
	}
	return 0;
}

static void close_view(struct view *v)
{
	list_fini(&self(v)->list);
}

static uint64_t rows_len(void *data)
{
	return ((struct view_help *)data)->n;
}

static void cell(void *data, uint64_t row, unsigned column, struct spans *out)
{
	struct view_help *h = data;
	unsigned id = h->rows[row];
	const struct request_info *info = request_info((enum request)id);

	if (id & HEADING) {
		if (column == 1) {
			spans_own(out, ST_HEAD,
				  request_group_title((enum request_group)(id & ~HEADING)));
		}
	} else if (info && column == 0) {
		cleanup_buf struct htr_buf keys = { 0 };

		keymap_keys(&h->v.app->keymap, (enum request)id, &keys);
		spans_own(out, ST_KEY, htr_buf_str(&keys));
	} else if (info && column == 1) {
		spans_own(out, ST_TEXT, info->help);
	} else if (info) {
		spans_own(out, ST_DIM, info->name);
	}
}

static const struct column columns[] = {
	{ .head = "KEY", .width = 14 },
	{ .head = "WHAT IT DOES  (/ finds, Esc closes)", .width = 20, .grows = true },
	{ .head = "NAME", .width = 15, .drop = 1 },
};

static const struct list_source source = {
	.columns = columns,
	.n_columns = HTR_ARRAY_LEN(columns),
	.len = rows_len,
	.cell = cell,
};

static void draw(struct view *v, struct canvas *c, struct rect body)
{
	struct view_help *h = self(v);

	list_draw(&h->list, &source, h, c, body, true);
}

static bool request(struct view *v, enum request req)
{
	struct view_help *h = self(v);

	return list_request(&h->list, &source, h, req);
}

static bool focused_list(struct view *v, struct view_list *ret)
{
	struct view_help *h = self(v);

	*ret = (struct view_list){ &h->list, &source, h };
	return true;
}

static void status(struct view *v, struct htr_buf *out)
{
	htr_buf_adds(out, "keys of this screen");
}

const struct view_ops view_help = {
	.size = sizeof(struct view_help),
	.hints = {
		{ REQ_CLOSE, "close" },
		{ REQ_FIND, "find" },
		{ REQ_FIND_NEXT, "next" },
	},
	.open = open_view,
	.close = close_view,
	.draw = draw,
	.request = request,
	.focused_list = focused_list,
	.status = status,
};
