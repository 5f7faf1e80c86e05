/* SPDX-License-Identifier: Apache-2.0
 * Unit tests of report*.c, priority.c and det_process_alert.c: alerts in and out as text and JSON. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "replay/det_process_alert.h"
#include "replay/report.h"

static const char *const TAGS[] = { "container", "T1059" };

static const struct alert ALERT = {
	.detector = "rules",
	.rule = "Reverse \"shell\"",
	.priority = PRIORITY_CRITICAL,
	.message = "Reverse shell (proc=sh)",
	.fields = "\"proc.name\":\"sh\",\"fd.num\":3",
	.source = "syscall",
	.tags = TAGS,
	.n_tags = 2,
	.seq = 5120113,
	.real_ns = INT64_C(1795291742480101000),
	.has_time = true,
};

static const char *line(const struct report_ops *ops, const struct report *base,
			const struct alert *alert)
{
	static char text[2000];
	struct report rep = *base;

	memset(text, 0, sizeof(text));
	FILE *f = fmemopen(text, sizeof(text) - 1, "w");
	rep.ops = ops;
	rep.out = f;
	report_alert(alert, &rep);
	fclose(f);
	report_fini(&rep);
	return text;
}

static const struct report BASE = { .min_priority = PRIORITY_DEBUG, .trace = "web.htr" };

static void text_is_falcos_plus_the_number(void **state)
{
	assert_string_equal(line(&report_text, &BASE, &ALERT),
			    "20:09:02.480101000: Critical Reverse shell (proc=sh) [5120113]\n");
}

static void text_names_the_trace_when_there_are_several(void **state)
{
	struct report base = BASE;

	base.name_trace = true;
	base.trace = "a b\n.htr";
	const char *got = line(&report_text, &base, &ALERT);
	assert_non_null(strstr(got, " [a\\x20b\\n.htr 5120113]\n"));
}

static void text_without_event_or_time(void **state)
{
	struct alert a = ALERT;

	a.seq = 0;
	a.has_time = false;
	assert_string_equal(line(&report_text, &BASE, &a),
			    "--:--:--.---------: Critical Reverse shell (proc=sh) [-]\n");
}

static void colour_only_around_the_priority(void **state)
{
	struct report base = BASE;

	base.color = true;
	assert_string_equal(line(&report_text, &base, &ALERT),
			    "20:09:02.480101000: \033[1;31mCritical\033[0m Reverse shell (proc=sh) "
			    "[5120113]\n");
}

static void json_is_falcos_plus_event_and_trace(void **state)
{
	struct htr_facts facts = { .hostname = "web" };
	struct report base = BASE;

	base.facts = &facts;
	assert_string_equal(
		line(&report_json, &base, &ALERT),
		"{\"hostname\":\"web\","
		"\"output\":\"20:09:02.480101000: Critical Reverse shell (proc=sh)\","
		"\"output_fields\":{\"evt.time\":1795291742480101000,\"proc.name\":\"sh\","
		"\"fd.num\":3},\"priority\":\"Critical\",\"rule\":\"Reverse \\\"shell\\\"\","
		"\"source\":\"syscall\",\"tags\":[\"container\",\"T1059\"],"
		"\"time\":\"2026-11-21T20:09:02.480101000Z\",\"detector\":\"rules\","
		"\"event\":5120113,\"trace\":\"web.htr\"}\n");
}

static void json_keeps_a_time_field_of_the_rule(void **state)
{
	struct alert a = ALERT;

	a.fields = "\"evt.time\":7";
	assert_non_null(
		strstr(line(&report_json, &BASE, &a), "\"output_fields\":{\"evt.time\":7}"));
	a.fields = "";
	a.has_time = false;
	assert_non_null(strstr(line(&report_json, &BASE, &a), "\"output_fields\":{}"));
}

static void priorities_are_counted_and_filtered(void **state)
{
	struct report rep = { .ops = &report_text, .min_priority = PRIORITY_WARNING };
	struct alert a = ALERT;
	struct htr_buf text = { 0 };

	rep.out = fopen("/dev/null", "w");
	report_summary(&rep, &text);
	assert_string_equal(htr_buf_str(&text), "0 alerts");
	assert_int_equal(report_worst(&rep), PRIORITY_MAX);
	a.priority = PRIORITY_NOTICE;
	report_alert(&a, &rep);
	a.priority = PRIORITY_WARNING;
	report_alert(&a, &rep);
	report_alert(&a, &rep);
	htr_buf_reset(&text);
	report_summary(&rep, &text);
	assert_string_equal(htr_buf_str(&text), "2 alerts (2 warning)");
	a.priority = PRIORITY_ALERT;
	report_alert(&a, &rep);
	assert_int_equal(report_worst(&rep), PRIORITY_ALERT);
	htr_buf_reset(&text);
	report_summary(&rep, &text);
	assert_string_equal(htr_buf_str(&text), "3 alerts (1 alert, 2 warning)");
	htr_buf_fini(&text);
	fclose(rep.out);
	report_fini(&rep);
}

static void full_disk_is_noticed(void **state)
{
	struct report rep = { .ops = &report_text, .min_priority = PRIORITY_DEBUG };

	rep.out = fopen("/dev/full", "w");
	setvbuf(rep.out, NULL, _IONBF, 0);
	report_alert(&ALERT, &rep);
	assert_true(rep.failed);
	fclose(rep.out);
	report_fini(&rep);
}

static void priority_words(void **state)
{
	static const char *const good[] = { "EMERGENCY", "alert",         "Critical",
					    "error",     "WARNING",       "Notice",
					    "Info",      "informational", "debug" };
	static const char *const bad[] = { "warn", "crit", "", "notice ", "3", "err" };
	enum priority p;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(priority_parse(good[i], &p), 0);
	}
	assert_int_equal(p, PRIORITY_DEBUG);
	assert_int_equal(priority_parse("info", &p), 0);
	assert_string_equal(priority_name(p), "Informational");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_true(priority_parse(bad[i], &p) < 0);
	}
}

/* ---- alerts of programs ----------------------------------------------------------------------------------- */

static int parse(struct process_alert *pa, const char *text, struct alert *ret)
{
	char why[80] = "";

	int r = process_alert_parse(pa, text, strlen(text), ret, why, sizeof(why));
	assert_int_equal(r < 0, why[0] != '\0');
	return r;
}

static void program_alerts(void **state)
{
	struct process_alert pa = { 0 };
	struct alert a;

	assert_int_equal(parse(&pa, "{\"rule\":\"R\"}", &a), 0);
	assert_string_equal(a.rule, "R");
	assert_string_equal(a.message, "R");
	assert_string_equal(a.fields, "");
	assert_int_equal(a.priority, PRIORITY_NOTICE);
	assert_int_equal(a.seq, 0);
	assert_int_equal(
		parse(&pa,
		      "{\"rule\":\"R\",\"priority\":\"CRITICAL\",\"output\":\"a\\u001b[2Jb\","
		      "\"event\":7,\"output_fields\":{\"x\":1,\"y\":\"\\u00e9\\u007f\"},"
		      "\"tags\":[\"t\",3,\"u\"],\"more\":[{}]}",
		      &a),
		0);
	assert_string_equal(a.message, "a\\e[2Jb");
	assert_string_equal(a.fields, "\"x\":1,\"y\":\"\\u00E9\\u007f\"");
	assert_int_equal(a.priority, PRIORITY_CRITICAL);
	assert_int_equal(a.seq, 7);
	assert_int_equal(a.n_tags, 2);
	assert_string_equal(a.tags[1], "u");
	process_alert_fini(&pa);
}

static void program_garbage(void **state)
{
	static const char *const bad[] = {
		"hello",
		"{",
		"[]",
		"7",
		"null",
		"{}",
		"{\"rule\":7}",
		"{\"rule\":null}",
		"{\"rule\":\"R\",\"priority\":\"loud\"}",
		"{\"rule\":\"R\",\"priority\":1}",
		"{\"rule\":\"R\",\"event\":0}",
		"{\"rule\":\"R\",\"event\":-4}",
		"{\"rule\":\"R\",\"event\":\"7\"}",
		"{\"rule\":\"R\",\"event\":1.5}",
		"{\"rule\":\"R\",\"output\":[]}",
		"{\"rule\":\"R\"} trailing",
		"{\"rule\":\"R\",\"rule\":\"S\"}",
		"{\"rule\":\"nul \\u0000\"}",
		"\xff\xfe",
	};
	struct process_alert pa = { 0 };
	struct alert a;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (parse(&pa, bad[i], &a) != -EINVAL) {
			fail_msg("accepted: %s", bad[i]);
		}
	}
	process_alert_fini(&pa);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_falcos_plus_the_number),
		cmocka_unit_test(text_names_the_trace_when_there_are_several),
		cmocka_unit_test(text_without_event_or_time),
		cmocka_unit_test(colour_only_around_the_priority),
		cmocka_unit_test(json_is_falcos_plus_event_and_trace),
		cmocka_unit_test(json_keeps_a_time_field_of_the_rule),
		cmocka_unit_test(priorities_are_counted_and_filtered),
		cmocka_unit_test(full_disk_is_noticed),
		cmocka_unit_test(priority_words),
		cmocka_unit_test(program_alerts),
		cmocka_unit_test(program_garbage),
	};
	return cmocka_run_group_tests_name("replay/report", tests, NULL, NULL);
}
