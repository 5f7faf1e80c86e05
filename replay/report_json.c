/* SPDX-License-Identifier: Apache-2.0
 *
 * report_json.c - alerts as Falco's JSON lines, plus "event" and "trace": programs that read Falco's
 * output read this.
 */
#include <string.h>

#include "formats/core/clock.h"
#include "formats/core/json.h"
#include "replay/report.h"

static void add_output(struct htr_buf *out, const struct alert *alert)
{
	cleanup_buf struct htr_buf text = { 0 };
	char time[HTR_TIME_TEXT];

	if (alert->has_time) {
		htr_time_clock(time, alert->real_ns, 9, false);
		htr_buf_printf(&text, "%s: ", time);
	}
	htr_buf_printf(&text, "%s %s", priority_name(alert->priority), alert->message);
	if (text.failed) {
		out->failed = true;
	}
	htr_json_strn(out, "output", htr_buf_str(&text), text.len);
}

static void add_fields(struct htr_buf *out, const struct alert *alert)
{
	/* a quote inside a value is escaped, so this text can only be the key itself */
	bool has_own = strstr(alert->fields, "\"evt.time\":") != NULL;
	bool add_time = alert->has_time && !has_own;

	htr_json_open(out, "output_fields", '{');
	if (add_time) {
		htr_json_int(out, "evt.time", alert->real_ns);
	}
	htr_buf_adds(out, add_time && alert->fields[0] ? "," : "");
	htr_buf_adds(out, alert->fields);
	htr_json_close(out, '}');
}

static void line(const struct report *rep, const struct alert *alert, struct htr_buf *out)
{
	char time[HTR_TIME_TEXT];

	htr_json_open(out, NULL, '{');
	if (rep->facts && rep->facts->hostname) {
		htr_json_str(out, "hostname", rep->facts->hostname);
	}
	add_output(out, alert);
	add_fields(out, alert);
	htr_json_str(out, "priority", priority_name(alert->priority));
	htr_json_str(out, "rule", alert->rule);
	htr_json_str(out, "source", alert->source);
	htr_json_open(out, "tags", '[');
	for (size_t i = 0; i < alert->n_tags; i++) {
		htr_json_elem(out, alert->tags[i], strlen(alert->tags[i]));
	}
	htr_json_close(out, ']');
	if (alert->has_time) {
		htr_time_iso(time, alert->real_ns, 9, false);
		htr_json_str(out, "time", time);
	}
	htr_json_str(out, "detector", alert->detector);
	if (alert->seq) {
		htr_json_uint(out, "event", alert->seq);
	}
	if (rep->trace) {
		htr_json_str(out, "trace", rep->trace);
	}
	htr_json_close(out, '}');
	htr_buf_addc(out, '\n');
}

const struct report_ops report_json = { .name = "json", .line = line };
