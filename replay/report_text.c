/* SPDX-License-Identifier: Apache-2.0
 *
 * report_text.c - alerts as Falco prints them, with the number of the event behind:
 * "20:09:02.480101000: Critical Reverse shell (...) [5120113]".
 *
 * Times are UTC: a trace is read on other machines than it was recorded on, and two people must see the
 * same line.
 */
#include "formats/core/clock.h"
#include "formats/core/str.h"
#include "replay/report.h"

#include <string.h>

#define RESET "\033[0m"

static const char *const COLORS[PRIORITY_MAX] = {
	[PRIORITY_EMERGENCY] = "\033[1;31m",  [PRIORITY_ALERT] = "\033[1;31m",
	[PRIORITY_CRITICAL] = "\033[1;31m",   [PRIORITY_ERROR] = "\033[31m",
	[PRIORITY_WARNING] = "\033[33m",      [PRIORITY_NOTICE] = "\033[36m",
	[PRIORITY_INFORMATIONAL] = "\033[2m", [PRIORITY_DEBUG] = "\033[2m",
};

static void line(const struct report *rep, const struct alert *alert, struct htr_buf *out)
{
	char time[HTR_TIME_TEXT] = "--:--:--.---------";

	if (alert->has_time) {
		htr_time_clock(time, alert->real_ns, 9, false);
	}
	htr_buf_printf(out, "%s: ", time);
	if (rep->color) {
		htr_buf_adds(out, COLORS[alert->priority]);
	}
	htr_buf_adds(out, priority_name(alert->priority));
	if (rep->color) {
		htr_buf_adds(out, RESET);
	}
	htr_buf_addc(out, ' ');
	htr_buf_adds(out, alert->message);
	htr_buf_adds(out, " [");
	if (rep->name_trace && rep->trace) {
		htr_str_escape(out, rep->trace, strlen(rep->trace), HTR_ESC_BLANKS);
		htr_buf_adds(out, alert->seq ? " " : "");
	}
	if (alert->seq) {
		htr_buf_printf(out, "%llu", (unsigned long long)alert->seq);
	} else if (!rep->name_trace) {
		htr_buf_addc(out, '-');
	}
	htr_buf_adds(out, "]\n");
}

const struct report_ops report_text = { .name = "text", .line = line };
