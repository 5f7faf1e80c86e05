/* SPDX-License-Identifier: Apache-2.0
 * Summary and process tree as text, for logs, pipes and screen readers. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "formats/core/clock.h"
#include "viewer/detail.h"
#include "viewer/proctree.h"
#include "viewer/run.h"

static void add_fact(struct htr_buf *out, const char *label, const char *text)
{
	cleanup_spans struct spans s = { 0 };

	if (text && text[0]) {
		htr_buf_printf(out, "%-9s ", label);
		spans_raw(&s, ST_TEXT, text, strlen(text));
		spans_text(out, &s, false);
		htr_buf_addc(out, '\n');
	}
}

static void add_quality(struct htr_buf *out, const struct session *s)
{
	static const char *const states[] = {
		[HTR_STATE_CLOSED] = "closed cleanly",
		[HTR_STATE_UNCLOSED] = "not closed (all whole blocks are there)",
		[HTR_STATE_DAMAGED] = "damaged",
		[HTR_STATE_GROWING] = "being recorded",
	};
	const struct htr_reader *r = s->loader.reader;

	htr_buf_printf(out, "quality   %s  lost %" PRIu64 "  gaps %zu", states[htr_reader_state(r)],
		       htr_reader_n_lost(r), htr_reader_n_gaps(r));
	if (s->damaged) {
		htr_buf_printf(out, "  unreadable %" PRIu64, s->damaged);
	}
	htr_buf_addc(out, '\n');
}

static void add_summary(struct htr_buf *out, struct app *app)
{
	struct session *s = &app->session;
	const struct htr_facts *f = session_facts(s);
	int64_t end = htr_reader_last_ns(s->loader.reader);
	int64_t start = f ? f->start_real_ns : 0;
	char a[HTR_TIME_TEXT], b[HTR_TIME_TEXT], span[HTR_TIME_TEXT];
	uint64_t execs = s->procs.n_images - 1;

	add_fact(out, "trace", app->name);
	if (f) {
		add_fact(out, "program", f->command);
		add_fact(out, "host", f->hostname);
		add_fact(out, "container", f->container_name ? f->container_name : f->container_id);
		add_fact(out, "channel", f->channel);
	}
	htr_time_date(a, start, s->local);
	htr_time_date(b, start + end, s->local);
	htr_time_span(span, end);
	htr_buf_printf(out, "time      %s .. %s %s (%s)\n", a, b, s->local ? "local" : "UTC", span);
	htr_buf_printf(out, "events    %" PRIu64 "  processes %u  programs started %" PRIu64 "\n",
		       s->loader.n_events, s->procs.n_tasks - 1, execs);
	add_quality(out, s);
}

static void add_tree(struct htr_buf *out, struct session *s)
{
	struct proctree tree;
	cleanup_spans struct spans cell = { 0 };
	static const int widths[] = { 8, 9, 7, 0, 0, 0 };

	proctree_init(&tree, s);
	proctree_update(&tree);
	htr_buf_printf(out, "\n%-8s %9s %7s  %s  (files changed, peers)\n", "START", "LASTED",
		       "PID", "PROCESS");
	for (uint64_t row = 0; row < tree.n; row++) {
		for (unsigned col = 0; col < 4; col++) {
			spans_reset(&cell);
			proctree_wide.cell(&tree, row, col, &cell);
			int pad = widths[col] - spans_width(&cell, false);

			if (col == 1 || col == 2) {
				htr_buf_printf(out, "%*s", pad > 0 ? pad : 0, "");
				pad = 0;
			}
			spans_text(out, &cell, false);
			htr_buf_printf(out, "%*s", pad > 0 ? pad : 0, "");
			htr_buf_adds(out, col == 2 ? "  " : col < 3 ? " " : "");
		}
		const struct ptask *p = proctab_task(&s->procs, tree.rows[row].task);

		spans_reset(&cell);
		spans_own(&cell, ST_TEXT, "  ");
		detail_exit(&cell, p);
		if (p->n_written || p->n_peers) {
			spans_ownf(&cell, ST_TEXT, "  (%u, %u)", p->n_written, p->n_peers);
		}
		spans_text(out, &cell, false);
		htr_buf_addc(out, '\n');
	}
	proctree_fini(&tree);
}

int run_plain(struct app *app, FILE *out, struct htr_err *err)
{
	cleanup_buf struct htr_buf text = { 0 };

	while (app_work(app, 65536)) {
		;
	}
	add_summary(&text, app);
	add_tree(&text, &app->session);
	if (text.failed) {
		return htr_err_set(err, -ENOMEM, "out of memory");
	}
	if (fwrite(text.data, 1, text.len, out) != text.len || fflush(out) != 0) {
		return htr_err_sys(err, errno, "cannot write");
	}
	return app->session.err.code;
}
