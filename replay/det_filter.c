/* SPDX-License-Identifier: Apache-2.0
 *
 * det_filter.c - the smallest detector: a filter expression, an alert for each match.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/cleanup.h"
#include "formats/core/str.h"
#include "formats/model/text.h"
#include "replay/detector.h"

/* Fields that accompany the line of `cat`, in the JSON form. */
#define DEFAULT_FIELDS \
	"%evt.type %evt.res %proc.name %proc.pid %proc.cmdline %proc.exepath %user.uid %fd.name"

struct det_filter {
	struct detector base;
	struct htr_filter *filter;
	struct htr_format *format; /* the message, or the fields of the default one */
	bool own_format;
	struct htr_buf message, fields;
};

static int filter_begin(struct detector *d, const struct trace_info *info, struct htr_err *err)
{
	(void)d;
	(void)info;
	(void)err;
	return 0;
}

/* sh[212] connect 3 -> 198.51.100.23:4444 = 0 */
static void default_message(struct htr_buf *out, const struct htr_state *st)
{
	const struct htr_current *cur = htr_state_current(st);
	char scratch[24];

	if (cur->proc) {
		struct htr_text name = htr_proc_name(cur->proc);
		htr_str_escape(out, name.data ? name.data : "", name.len, HTR_ESC_BLANKS);
	}
	htr_buf_printf(out, "[%d] %s ", cur->ev->pid, htr_event_type_name(cur->ev, scratch));
	size_t at = out->len;
	htr_text_summary(out, cur->ev);
	if (htr_event_is_call(cur->ev)) {
		htr_buf_adds(out, out->len > at ? " = " : "= ");
		htr_text_result(out, cur->ev);
	}
}

static int filter_event(struct detector *d, const struct htr_state *st, struct htr_err *err)
{
	struct det_filter *f = (struct det_filter *)d;

	if (!htr_filter_match(f->filter, st)) {
		return 0;
	}
	htr_buf_reset(&f->message);
	htr_buf_reset(&f->fields);
	if (f->own_format) {
		htr_format_print(f->format, st, &f->message);
	} else {
		default_message(&f->message, st);
	}
	htr_format_json_fields(f->format, st, &f->fields);
	if (f->message.failed || f->fields.failed) {
		return htr_err_set(err, -ENOMEM, "out of memory for an alert");
	}
	const struct alert alert = {
		.detector = "filter",
		.rule = d->name,
		.priority = PRIORITY_NOTICE,
		.message = htr_buf_str(&f->message),
		.fields = htr_buf_str(&f->fields),
		.source = RULES_SOURCE,
		.seq = htr_state_current(st)->ev->seq,
		.real_ns = detector_time(st),
		.has_time = true,
	};
	d->alert(&alert, d->alert_data);
	return 0;
}

static void filter_close(struct detector *d)
{
	struct det_filter *f = (struct det_filter *)d;

	htr_buf_fini(&f->message);
	htr_buf_fini(&f->fields);
	htr_format_free(f->format);
	htr_filter_free(f->filter);
	free(f);
}

static const struct detector_ops FILTER_OPS = {
	.kind = "filter",
	.begin = filter_begin,
	.event = filter_event,
	.close = filter_close,
};

int det_filter_open(struct detector **ret, const char *text, const char *format,
		    struct htr_filter_err *ferr, const char **ret_bad, struct htr_err *err)
{
	struct det_filter *f = calloc(1, sizeof(*f));

	if (!f) {
		return htr_err_set(err, -ENOMEM, "out of memory");
	}
	f->base.ops = &FILTER_OPS;
	f->base.name = text;
	f->own_format = format != NULL;
	*ret_bad = text;
	int r = htr_filter_compile(&f->filter, text, NULL, NULL, ferr, err);
	if (r >= 0) {
		const char *template = format ? format : DEFAULT_FIELDS;
		*ret_bad = template;
		r = htr_format_compile(&f->format, template, ferr, err);
	}
	if (r < 0) {
		filter_close(&f->base);
		return r;
	}
	*ret = &f->base;
	return 0;
}
