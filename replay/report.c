/* SPDX-License-Identifier: Apache-2.0
 *
 * report.c - counting and writing of alerts; what a line looks like is in report_text.c, report_json.c.
 */
#include "replay/report.h"

#include <ctype.h>

void report_fini(struct report *rep)
{
	htr_buf_fini(&rep->line);
}

void report_alert(const struct alert *alert, void *report)
{
	struct report *rep = report;

	if (alert->priority > rep->min_priority) {
		return;
	}
	rep->n_alerts++;
	rep->by_priority[alert->priority < PRIORITY_MAX ? alert->priority : PRIORITY_DEBUG]++;
	htr_buf_reset(&rep->line);
	rep->ops->line(rep, alert, &rep->line);
	if (rep->line.failed ||
	    fwrite(rep->line.data, 1, rep->line.len, rep->out) != rep->line.len) {
		rep->failed = true;
	}
}

enum priority report_worst(const struct report *rep)
{
	for (unsigned i = 0; i < PRIORITY_MAX; i++) {
		if (rep->by_priority[i]) {
			return (enum priority)i;
		}
	}
	return PRIORITY_MAX;
}

void report_summary(const struct report *rep, struct htr_buf *out)
{
	const char *sep = " (";

	htr_buf_printf(out, "%llu alert%s", (unsigned long long)rep->n_alerts,
		       rep->n_alerts == 1 ? "" : "s");
	for (unsigned i = 0; i < PRIORITY_MAX; i++) {
		if (!rep->by_priority[i]) {
			continue;
		}
		htr_buf_printf(out, "%s%llu ", sep, (unsigned long long)rep->by_priority[i]);
		for (const char *p = priority_name((enum priority)i); *p; p++) {
			htr_buf_addc(out, (char)tolower((unsigned char)*p));
		}
		sep = ", ";
	}
	if (rep->n_alerts) {
		htr_buf_addc(out, ')');
	}
}
