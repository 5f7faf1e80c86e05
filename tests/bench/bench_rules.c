/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_rules.c - where the time of a replay goes: decoding, state, and each set of rules, on one trace.
 *
 * usage: bench_rules TRACE.htr ROUNDS RULES[,RULES...] ...
 *
 * Each further argument is one set of rules files, joined by commas. Best of ROUNDS; the parts are
 * differences between runs that do one thing more. Processor time, so that a busy machine matters less.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/cleanup.h"
#include "formats/core/clock.h"
#include "formats/trace/cursor.h"
#include "replay/detector.h"

struct result {
	uint64_t events, alerts;
	int64_t ns;
};

static void count_alert(const struct alert *alert, void *data)
{
	(void)alert;
	++*(uint64_t *)data;
}

static _Noreturn void fail(const struct htr_err *err)
{
	fprintf(stderr, "bench_rules: %s\n", err->msg);
	exit(1);
}

/* One pass; state and detector are optional. */
static struct result pass(struct htr_reader *reader, bool with_state, struct detector *d)
{
	cleanup_cursor struct htr_cursor *cursor = NULL;
	cleanup_state struct htr_state *state = NULL;
	struct htr_err err = HTR_ERR_INIT;
	struct result res = { 0 };
	const struct htr_event *ev;
	int r;

	if (htr_cursor_open(&cursor, reader, &err) < 0 ||
	    htr_state_new(&state, htr_reader_facts(reader), &err) < 0) {
		fail(&err);
	}
	if (d) {
		d->alert = count_alert;
		d->alert_data = &res.alerts;
	}
	int64_t began = htr_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	while ((r = htr_cursor_next(cursor, &ev, &err)) > 0) {
		res.events++;
		if (with_state && htr_state_apply(state, ev, &err) < 0) {
			fail(&err);
		}
		if (d && d->ops->event(d, state, &err) < 0) {
			fail(&err);
		}
	}
	res.ns = htr_clock_ns(CLOCK_PROCESS_CPUTIME_ID) - began;
	if (r < 0) {
		fail(&err);
	}
	return res;
}

static struct result best(struct htr_reader *reader, int rounds, bool with_state,
			  struct detector *d)
{
	struct result least = { 0 };

	for (int i = 0; i < rounds; i++) {
		struct result res = pass(reader, with_state, d);
		if (!i || res.ns < least.ns) {
			least = res;
		}
	}
	return least;
}

static void show(const char *what, struct result res, int64_t before_ns)
{
	double n = res.events ? (double)res.events : 1.0;

	printf("%-44.44s %7.2f M events/s %7.1f ns/event, of that %6.1f here %8llu alerts\n", what,
	       n * 1e3 / (double)res.ns, (double)res.ns / n, (double)(res.ns - before_ns) / n,
	       (unsigned long long)res.alerts);
}

static struct detector *load(char *names)
{
	HTR_CLEANUP(diags_fini) struct diags diags = { 0 };
	struct rules_opts opts = { PRIORITY_DEBUG };
	struct htr_err err = HTR_ERR_INIT;
	struct ruleset *rs = NULL;
	struct detector *d = NULL;
	const char *files[16];
	size_t n = 0;

	for (char *save, *f = strtok_r(names, ",", &save); f && n < HTR_ARRAY_LEN(files);
	     f = strtok_r(NULL, ",", &save)) {
		files[n++] = f;
	}
	int64_t began = htr_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	if (rules_load(&rs, files, n, &opts, &diags, &err) < 0) {
		fail(&err);
	}
	printf("%zu rules of %zu files loaded in %.1f ms\n", rs->n_run, n,
	       (double)(htr_clock_ns(CLOCK_PROCESS_CPUTIME_ID) - began) / 1e6);
	if (det_rules_open(&d, rs, false, &err) < 0) {
		fail(&err);
	}
	return d;
}

int main(int argc, char **argv)
{
	cleanup_reader struct htr_reader *reader = NULL;
	struct htr_err err = HTR_ERR_INIT;

	if (argc < 4) {
		fprintf(stderr, "usage: bench_rules TRACE.htr ROUNDS RULES[,RULES...] ...\n");
		return 2;
	}
	int rounds = atoi(argv[2]) > 0 ? atoi(argv[2]) : 1;
	if (htr_reader_open(&reader, argv[1], 0, &err) < 0) {
		fail(&err);
	}
	struct result decode = best(reader, rounds, false, NULL);
	struct result state = best(reader, rounds, true, NULL);
	show("decode", decode, 0);
	show("decode + state", state, decode.ns);
	for (int i = 3; i < argc; i++) {
		char what[80];
		struct detector *d = load(argv[i]);
		snprintf(what, sizeof(what), "decode + state + %s",
			 strrchr(argv[i], '/') ? strrchr(argv[i], '/') + 1 : argv[i]);
		show(what, best(reader, rounds, true, d), state.ns);
		detector_close(d);
	}
	return 0;
}
