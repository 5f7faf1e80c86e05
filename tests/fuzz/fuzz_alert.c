/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_alert.c - hostile lines of external detectors.
 *
 * What must hold: no crash; a refused line has a reason; an accepted one gives a text and a JSON line that hold
 * nothing a terminal would obey and no second line.
 */
#include <stdint.h>
#include <stdlib.h>

#include "formats/core/cleanup.h"
#include "replay/det_process_alert.h"
#include "replay/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define CHECK(x)                 \
	do {                     \
		if (!(x)) {      \
			abort(); \
		}                \
	} while (0)

static void check_line(const struct report_ops *ops, const struct alert *alert)
{
	const struct report rep = { .trace = "t.htr", .name_trace = true };
	cleanup_buf struct htr_buf line = { 0 };

	ops->line(&rep, alert, &line);
	CHECK(line.len && line.data[line.len - 1] == '\n');
	for (size_t i = 0; i + 1 < line.len; i++) {
		CHECK(line.data[i] >= ' ' && line.data[i] != 0x7f);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	HTR_CLEANUP(process_alert_fini) struct process_alert pa = { 0 };
	struct alert alert;
	char why[80] = "";

	if (process_alert_parse(&pa, (const char *)data, len, &alert, why, sizeof(why)) < 0) {
		CHECK(why[0]);
		return 0;
	}
	alert.detector = "fuzz";
	alert.source = "syscall";
	check_line(&report_text, &alert);
	check_line(&report_json, &alert);
	return 0;
}
