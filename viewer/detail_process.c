/* SPDX-License-Identifier: Apache-2.0
 * Lines about the life of a process. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "formats/core/clock.h"
#include "formats/model/tables.h"
#include "viewer/detail_int.h"
#include "viewer/proctree.h"

void detail_exit(struct spans *out, const struct ptask *p)
{
	if (p->alive) {
		spans_own(out, ST_VALUE, "no end recorded");
	} else if (!p->has_status) {
		spans_own(out, ST_VALUE, "ended");
	} else if (WIFSIGNALED(p->status)) {
		const char *name = htr_signal_name(WTERMSIG(p->status));

		spans_ownf(out, ST_FAIL, "killed by %s", name ? name : "a signal");
	} else {
		int code = WEXITSTATUS(p->status);
		spans_ownf(out, code ? ST_FAIL : ST_VALUE, "exit %d", code);
	}
}

static void add_life(struct textpane *tp, const struct session *s, const struct ptask *p)
{
	struct spans *sp = detail_label(tp, "life", NULL);
	char text[40];

	if (p->start_ns == INT64_MIN) {
		spans_own(sp, ST_TIME, "before the recording");
	} else {
		session_clock(s, p->start_ns, 6, text);
		spans_own(sp, ST_TIME, text);
	}
	session_clock(s, p->end_ns, 6, text);
	spans_ownf(sp, ST_TIME, " .. %s  ", text);
	detail_exit(sp, p);
}

static void add_counts(struct textpane *tp, const struct ptask *p)
{
	struct spans *sp = detail_label(tp, "did", NULL);

	spans_ownf(sp, ST_VALUE, "events %" PRIu64 "  failed %" PRIu64, p->n_events, p->n_failed);
	spans_ownf(sp, ST_VALUE, "  children %u  files changed %u  peers %u", p->n_children,
		   p->n_written, p->n_peers);
}

/* Number of an image in its process, from 1; 0 when it is not one of them. */
static unsigned image_number(const struct session *s, const struct ptask *p, uint32_t image)
{
	unsigned n = 1;

	for (uint32_t i = p->first_image; i; i = proctab_image(&s->procs, i)->next, n++) {
		if (i == image) {
			return n;
		}
	}
	return 0;
}

static void add_image(struct textpane *tp, const struct session *s, const struct ptask *p,
		      uint32_t image)
{
	const struct pimage *im = proctab_image(&s->procs, image);
	cleanup_buf struct htr_buf cmd = { 0 };
	struct textline *line;
	char text[40], id[24];

	if (p->n_images > 1) {
		struct spans *sp = detail_label(tp, "image", NULL);

		session_clock(s, im->ns, 6, text);
		spans_ownf(sp, ST_KEY, "%u of %u", image_number(s, p, image), p->n_images);
		spans_ownf(sp, ST_VALUE, " since %s  ([ and ] walk)", text);
	}
	detail_text(tp, "exe", "proc.exepath", im->exe.data, im->exe.len);
	if (im->argv.len) {
		proctree_argv(&cmd, im);
		spans_escaped(detail_label(tp, "argv", NULL), ST_VALUE, htr_buf_str(&cmd), cmd.len);
	}
	if (im->uid >= 0) {
		struct spans *sp = detail_label(tp, "user", &line);

		spans_ownf(sp, ST_VALUE, "uid %" PRId64, im->uid);
		if (im->gid >= 0) {
			spans_ownf(sp, ST_VALUE, "  gid %" PRId64, im->gid);
		}
		int n = snprintf(id, sizeof(id), "%" PRId64, im->uid);
		textpane_value(line, "user.uid", id, (size_t)n);
	}
	detail_cwd(tp, im->cwd.data, im->cwd.len);
}

void detail_process(struct textpane *tp, const struct session *s, uint32_t task, uint32_t image)
{
	const struct ptask *p = proctab_task(&s->procs, task);
	uint32_t last = p->last_image ? p->last_image : p->base;
	struct textline *line;
	char pid[16];

	if (!task) {
		return;
	}
	image = image ? image : last;
	struct ptext name = proctab_name(&s->procs, image);
	struct spans *sp = detail_label(tp, "proc", &line);

	spans_raw(sp, ST_PROC, name.data, name.len);
	spans_ownf(sp, ST_PROC, "[%d]", p->pid);
	spans_ownf(sp, ST_DIM, "  parent %d%s", p->ppid, p->outside ? "  not a descendant" : "");
	int n = snprintf(pid, sizeof(pid), "%d", p->pid);
	textpane_value(line, "proc.pid", pid, (size_t)n);
	add_life(tp, s, p);
	add_counts(tp, p);
	add_image(tp, s, p, image);
	detail_chain(tp, s, task, p->last_seq);
}

void detail_seen(struct textpane *tp, const struct session *s, uint32_t task)
{
	static const struct {
		enum pseen_kind kind;
		const char *title, *field;
	} kinds[] = {
		{ PSEEN_FILE, "files changed", "fd.name" },
		{ PSEEN_PEER, "peers", NULL },
	};
	const struct ptask *p = proctab_task(&s->procs, task);

	for (unsigned k = 0; k < 2; k++) {
		uint32_t total = k ? p->n_peers : p->n_written;
		uint32_t shown = 0;

		if (!total) {
			continue;
		}
		spans_ownf(&textpane_add(tp)->text, ST_LABEL, "%s (%u)", kinds[k].title, total);
		for (uint32_t i = p->first_seen; i; i = s->procs.seen[i].next) {
			const struct pseen *seen = &s->procs.seen[i];
			struct textline *line;

			if (seen->kind != kinds[k].kind) {
				continue;
			}
			line = textpane_add(tp);
			spans_own(&line->text, ST_TEXT, "  ");
			spans_raw(&line->text, ST_VALUE, seen->name.data, seen->name.len);
			spans_ownf(&line->text, ST_DIM, "  #%" PRIu64, seen->seq);
			if (kinds[k].field) {
				textpane_value(line, kinds[k].field, seen->name.data,
					       seen->name.len);
			}
			shown++;
		}
		if (shown < total) {
			spans_ownf(&textpane_add(tp)->text, ST_DIM, "  ... and %u more",
				   total - shown);
		}
	}
}
