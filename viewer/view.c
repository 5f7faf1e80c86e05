/* SPDX-License-Identifier: Apache-2.0
 * Making and freeing views. */
#include "viewer/view.h"

#include <errno.h>
#include <stdlib.h>

struct view *view_new(const struct view_ops *ops, struct app *app, struct session *s,
		      struct htr_err *err)
{
	struct view *v = calloc(1, ops->size);

	if (!v) {
		htr_err_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	v->ops = ops;
	v->app = app;
	v->session = s;
	if (ops->open && ops->open(v, err) < 0) {
		view_free(v);
		return NULL;
	}
	return v;
}

void view_free(struct view *v)
{
	if (v) {
		if (v->ops->close) {
			v->ops->close(v);
		}
		free(v);
	}
}
