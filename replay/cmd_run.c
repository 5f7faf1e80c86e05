/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_run.c - `holter replay FILE...`: open the detectors, run the traces, say how it went.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/cleanup.h"
#include "formats/core/clock.h"
#include "formats/core/str.h"
#include "replay/cmd.h"
#include "replay/pipeline.h"

/* All filters, all programs, one set of rules. */
#define DETECTORS_MAX (2 * HTR_STRLIST_MAX + 1)

struct session {
	const struct options *opt;
	struct detector *detectors[DETECTORS_MAX];
	size_t n;
	struct report report;
	struct pipeline pl;
	enum priority fail_on; /* PRIORITY_MAX: not asked for */
};

static void session_fini(struct session *s)
{
	for (size_t i = 0; i < s->n; i++) {
		detector_close(s->detectors[i]);
	}
	report_fini(&s->report);
}

static void say(void *data, const char *text)
{
	(void)data;
	(void)htr_cli_error(&replay_command, HTR_EXIT_OK, "%s", text);
}

/* ---- options to things: -1 go on, else the exit code ----------------------------------------------------- */

static int parse_level(const char *name, const char *word, enum priority *to)
{
	if (word && priority_parse(word, to) < 0) {
		return htr_cli_error(&replay_command, HTR_EXIT_USAGE,
				     "--%s: '%.40s' is none of emergency, alert, critical, error, "
				     "warning, notice, informational, debug",
				     name, word);
	}
	return -1;
}

static int set_privileged(struct fact_override *o, const char *value)
{
	if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0) {
		return htr_cli_error(&replay_command, HTR_EXIT_USAGE,
				     "--set: container.privileged is true or false");
	}
	o->container_privileged = value[0] == 't';
	return -1;
}

static int parse_set(struct fact_override *o, const char *text)
{
	const struct {
		const char *field;
		const char **to;
	} fields[] = {
		{ "container.id", &o->container_id },
		{ "container.name", &o->container_name },
		{ "container.image.repository", &o->container_image },
		{ "container.image", &o->container_image },
	};
	const char *eq = strchr(text, '=');
	size_t len = eq ? (size_t)(eq - text) : 0;

	for (size_t i = 0; eq && i < HTR_ARRAY_LEN(fields); i++) {
		if (strlen(fields[i].field) == len && !memcmp(fields[i].field, text, len)) {
			*fields[i].to = eq + 1;
			return -1;
		}
	}
	if (eq && !strncmp(text, "container.privileged=", len + 1)) {
		return set_privileged(o, eq + 1);
	}
	return htr_cli_error(&replay_command, HTR_EXIT_USAGE,
			     "--set: '%.60s' is none of container.id=, container.name=, "
			     "container.image.repository=, container.privileged=",
			     text);
}

static int check_options(struct session *s)
{
	const struct options *opt = s->opt;

	s->fail_on = PRIORITY_MAX;
	s->report.min_priority = PRIORITY_DEBUG;
	int code = parse_level("fail-on", opt->fail_on, &s->fail_on);
	if (code < 0) {
		code = parse_level("priority", opt->priority, &s->report.min_priority);
	}
	for (size_t i = 0; code < 0 && i < opt->set.n; i++) {
		code = parse_set(&s->pl.override, opt->set.items[i]);
	}
	if (code < 0 && !opt->rules.n && !opt->filters.n && !opt->commands.n) {
		return htr_cli_error(&replay_command, HTR_EXIT_USAGE,
				     "no detector: give --rules, --filter or --exec (try --help)");
	}
	if (code < 0 && opt->format && !opt->filters.n) {
		return htr_cli_error(&replay_command, HTR_EXIT_USAGE,
				     "--print is the message of --filter, which is not given");
	}
	if (code < 0 && opt->timeout_ns <= 0) {
		return htr_cli_error(&replay_command, HTR_EXIT_USAGE,
				     "--detector-timeout must be longer than nothing");
	}
	return code;
}

static int open_filters(struct session *s)
{
	const struct options *opt = s->opt;

	for (size_t i = 0; i < opt->filters.n; i++) {
		struct htr_filter_err ferr = { 0 };
		struct htr_err err = HTR_ERR_INIT;
		const char *bad = NULL;
		int r = det_filter_open(&s->detectors[s->n], opt->filters.items[i], opt->format,
					&ferr, &bad, &err);
		if (r == -EINVAL) {
			cleanup_buf struct htr_buf caret = { 0 };
			htr_filter_caret(&caret, bad, &ferr);
			fprintf(stderr, "%s: %s", replay_command.program, htr_buf_str(&caret));
			return HTR_EXIT_USAGE;
		}
		if (r < 0) {
			return htr_cli_fail(&replay_command, &err);
		}
		s->n++;
	}
	return -1;
}

static int open_rules(struct session *s)
{
	const struct options *opt = s->opt;
	const struct rules_opts ropts = { .min_priority = s->report.min_priority };
	HTR_CLEANUP(diags_fini) struct diags diags = { 0 };
	struct ruleset *rs = NULL;
	struct htr_err err = HTR_ERR_INIT;

	if (!opt->rules.n) {
		return -1;
	}
	int r = rules_load(&rs, opt->rules.items, opt->rules.n, &ropts, &diags, &err);
	if (r == -EINVAL) {
		for (size_t i = 0; i < diags.n; i++) {
			cleanup_buf struct htr_buf text = { 0 };
			if (diag_code_is_error(diags.items[i].code)) {
				diag_print(&text, &diags.items[i]);
				fputs(htr_buf_str(&text), stderr);
			}
		}
		return htr_cli_error(&replay_command, HTR_EXIT_USAGE, "%s", err.msg);
	}
	if (r < 0) {
		return htr_cli_fail(&replay_command, &err);
	}
	if (diags.n_warnings && !opt->quiet) {
		(void)htr_cli_error(&replay_command, HTR_EXIT_OK,
				    "the rules have %zu warning%s (--validate shows them)",
				    diags.n_warnings, diags.n_warnings == 1 ? "" : "s");
	}
	r = det_rules_open(&s->detectors[s->n], rs, opt->rule_matching == MATCH_FIRST, &err);
	if (r < 0) {
		return htr_cli_fail(&replay_command, &err);
	}
	s->n++;
	return -1;
}

static int open_programs(struct session *s)
{
	const struct options *opt = s->opt;

	for (size_t i = 0; i < opt->commands.n; i++) {
		struct htr_err err = HTR_ERR_INIT;
		int r = det_process_open(&s->detectors[s->n], opt->commands.items[i],
					 opt->timeout_ns, &err);
		if (r < 0) {
			return htr_cli_fail(&replay_command, &err);
		}
		s->n++;
	}
	return -1;
}

/* ---- the run --------------------------------------------------------------------------------------------- */

static void summary(const struct session *s, int64_t began_ns)
{
	cleanup_buf struct htr_buf text = { 0 };

	report_summary(&s->report, &text);
	fprintf(stderr, "%s in %llu events, %.1f s\n", htr_buf_str(&text),
		(unsigned long long)s->pl.n_events,
		(double)(htr_clock_ns(CLOCK_MONOTONIC) - began_ns) / 1e9);
}

/* The worst of what happened decides; a level that was reached counts only in a run that can be trusted. */
static int exit_code(const struct session *s, int code)
{
	if (code != HTR_EXIT_OK) {
		return code;
	}
	if (s->pl.detector_failed) {
		return HTR_EXIT_DETECTOR;
	}
	if (s->pl.damaged) {
		return HTR_EXIT_DAMAGED;
	}
	if (s->fail_on != PRIORITY_MAX && report_worst(&s->report) <= s->fail_on) {
		return HTR_EXIT_DIFFERENT;
	}
	return HTR_EXIT_OK;
}

static int run_files(struct session *s, char **files, int n_files)
{
	int code = HTR_EXIT_OK;

	for (int i = 0; i < n_files; i++) {
		struct htr_err err = HTR_ERR_INIT;
		if (!strcmp(files[i], "-")) {
			/* the trace may still be growing: its alerts are wanted now */
			setvbuf(stdout, NULL, _IOLBF, 0);
		}
		int r = pipeline_run(&s->pl, files[i], &err);
		if (r == -EINTR) {
			return HTR_EXIT_INTERRUPTED;
		}
		if (r < 0) {
			code = htr_cli_fail(&replay_command, &err);
		}
		if (s->report.failed || r == -ENOMEM) {
			break;
		}
	}
	return code;
}

int cmd_run(const struct options *opt, char **files, int n_files,
	    const volatile sig_atomic_t *interrupted)
{
	HTR_CLEANUP(session_fini) struct session s = { .opt = opt };
	int64_t began_ns = htr_clock_ns(CLOCK_MONOTONIC);

	s.pl = (struct pipeline){
		.detectors = s.detectors,
		.report = &s.report,
		.range = opt->range,
		.override = { .container_privileged = -1 },
		.interrupted = interrupted,
		.say = say,
	};
	s.report.ops = opt->json ? &report_json : &report_text;
	s.report.out = stdout;
	s.report.name_trace = n_files > 1;
	s.report.color = !opt->json && htr_cli_color((enum htr_color)opt->color, STDOUT_FILENO);
	int code = check_options(&s);
	code = code < 0 ? open_rules(&s) : code;
	code = code < 0 ? open_filters(&s) : code;
	code = code < 0 ? open_programs(&s) : code;
	if (code >= 0) {
		return code;
	}
	if (!n_files) {
		return htr_cli_error(&replay_command, HTR_EXIT_USAGE, "which file? (try --help)");
	}
	s.pl.n_detectors = s.n;
	code = run_files(&s, files, n_files);
	if (fflush(stdout) != 0 && !s.report.failed) {
		code = htr_cli_error(&replay_command, HTR_EXIT_USAGE,
				     "the alerts cannot be written: %s", strerror(errno));
	}
	if (!opt->quiet && (s.pl.n_events > 0 || code == HTR_EXIT_OK)) {
		summary(&s, began_ns);
	}
	return exit_code(&s, code);
}
