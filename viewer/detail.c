/* SPDX-License-Identifier: Apache-2.0
 * Lines about a call and its process. Lines about a whole process life are in detail_process.c. */
#include "viewer/detail.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/cleanup.h"
#include "formats/core/clock.h"
#include "formats/core/str.h"
#include "formats/model/sockaddr.h"
#include "formats/model/tables.h"
#include "formats/model/text.h"
#include "viewer/detail_int.h"
#include "viewer/proctree.h"

#define HEX_MAX  4096 /* bytes of one value shown as hex */
#define TREE_MAX 32   /* ancestors named */

struct spans *detail_label(struct textpane *tp, const char *label, struct textline **ret_line)
{
	struct textline *line = textpane_add(tp);

	spans_ownf(&line->text, ST_LABEL, "%-5s ", label);
	if (ret_line) {
		*ret_line = line;
	}
	return &line->text;
}

void detail_text(struct textpane *tp, const char *label, const char *field, const void *bytes,
		 size_t len)
{
	struct textline *line;

	if (!bytes) {
		return;
	}
	struct spans *sp = detail_label(tp, label, &line);

	spans_raw(sp, ST_VALUE, bytes, len);
	if (field) {
		textpane_value(line, field, bytes, len);
	}
}

void detail_cwd(struct textpane *tp, const char *cwd, size_t len)
{
	if (!cwd || !len) {
		return;
	}
	detail_text(tp, "cwd", "proc.cwd", cwd, len);
	struct textline *line = &tp->lines[tp->n - 1];

	if (line->field && cwd[len - 1] != '/') { /* the field of the filter ends with a slash */
		htr_buf_addc(&line->value, '/');
	}
}

/* ---- the call ------------------------------------------------------------------------------------ */

static void add_flags(struct textpane *tp, const struct htr_event *ev)
{
	static const struct {
		unsigned flag;
		const char *text;
	} names[] = {
		{ HTR_EVF_ENTRY_ONLY, "result not recorded" },
		{ HTR_EVF_UNFINISHED, "still running at the end" },
		{ HTR_EVF_UNSTABLE, "arguments may have been changed by another thread" },
		{ HTR_EVF_UNREADABLE, "some memory could not be read" },
		{ HTR_EVF_TRUNCATED, "values cut" },
		{ HTR_EVF_OUTSIDE, "not a descendant of the program" },
		{ HTR_EVF_REDACTED, "values masked" },
		{ HTR_EVF_TAINTED, "uncertain: calls were lost before" },
	};
	struct spans *sp = NULL;

	for (size_t i = 0; i < HTR_ARRAY_LEN(names); i++) {
		if (ev->flags & names[i].flag) {
			if (!sp) {
				sp = detail_label(tp, "note", NULL);
			} else {
				spans_own(sp, ST_ERROR, ", ");
			}
			spans_own(sp, ST_ERROR, names[i].text);
		}
	}
}

static void add_call_line(struct textpane *tp, const struct htr_event *ev)
{
	cleanup_buf struct htr_buf text = { 0 };
	char scratch[24], span[HTR_TIME_TEXT];
	const char *type = htr_event_type_name(ev, scratch);
	struct textline *line = textpane_add(tp);

	htr_text_strace(&text, ev);
	spans_escaped(&line->text, htr_event_failed(ev) ? ST_FAIL : ST_CALL, htr_buf_str(&text),
		      text.len);
	if (ev->dur_ns) {
		htr_time_span(span, (int64_t)ev->dur_ns);
		spans_ownf(&line->text, ST_TIME, "  (%s)", span);
	}
	textpane_value(line, "evt.type", type, strlen(type));
}

static void add_times(struct textpane *tp, const struct session *s, const struct htr_event *ev)
{
	char enter[40], done[40], num[24];
	struct textline *line;
	struct spans *sp = detail_label(tp, "time", &line);

	session_clock(s, ev->time_ns, 9, done);
	if (ev->dur_ns && ev->dur_ns <= (uint64_t)ev->time_ns) {
		session_clock(s, ev->time_ns - (int64_t)ev->dur_ns, 9, enter);
		spans_ownf(sp, ST_TIME, "%s .. ", enter);
	}
	spans_ownf(sp, ST_TIME, "%s", done);
	spans_ownf(sp, ST_DIM, "  event %" PRIu64, ev->seq);
	if (ev->tid > 0) {
		spans_ownf(sp, ST_DIM, "  tid %d", ev->tid);
	}
	int n = snprintf(num, sizeof(num), "%" PRIu64, ev->seq);
	textpane_value(line, "evt.num", num, (size_t)n);
}

static void add_descriptor(struct textpane *tp, const struct fact *f)
{
	struct textline *line;

	if (!f || !f->fd_type) {
		return;
	}
	struct spans *sp = detail_label(tp, "fd", &line);

	if (f->fd_num != HTR_UNKNOWN && f->fd_num >= 0) {
		spans_ownf(sp, ST_VALUE, "%" PRId64 " ", f->fd_num);
	}
	spans_ownf(sp, ST_DIM, "%s ", f->fd_type);
	if (f->fd_name.data) {
		spans_raw(sp, ST_VALUE, f->fd_name.data, f->fd_name.len);
		textpane_value(line, "fd.name", f->fd_name.data, f->fd_name.len);
	}
}

static bool same_text(struct htr_text a, struct htr_text b)
{
	return a.data && b.data && a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

void detail_call(struct textpane *tp, struct session *s, uint64_t ordinal,
		 const struct htr_event *ev)
{
	const struct fact *f = factbook_get(&s->facts, ordinal);

	add_call_line(tp, ev);
	add_times(tp, s, ev);
	add_flags(tp, ev);
	if (f && !same_text(f->path, f->fd_name)) {
		detail_text(tp, "path", "evt.abspath", f->path.data, f->path.len);
	}
	if (f) {
		detail_text(tp, "path2", NULL, f->path2.data, f->path2.len);
	}
	add_descriptor(tp, f);
}

/* ---- its process ----------------------------------------------------------------------------------- */

void detail_chain(struct textpane *tp, const struct session *s, uint32_t task, uint64_t seq)
{
	uint32_t chain[TREE_MAX];
	unsigned n = 0;

	for (uint32_t i = task; i && n < TREE_MAX; i = proctab_task(&s->procs, i)->parent) {
		chain[n++] = i;
	}
	if (n < 2) {
		return;
	}
	struct spans *sp = detail_label(tp, "tree", NULL);

	if (n == TREE_MAX) {
		spans_own(sp, ST_DIM, "... > ");
	}
	for (unsigned k = n > 10 ? 10 : n; k > 0; k--) {
		const struct ptask *p = proctab_task(&s->procs, chain[k - 1]);
		struct ptext name =
			proctab_name(&s->procs, proctab_image_at(&s->procs, chain[k - 1], seq));

		spans_raw(sp, ST_PROC, name.data, name.len);
		spans_ownf(sp, ST_PROC, "[%d]%s", p->pid, k > 1 ? " > " : "");
	}
}

static void add_id(struct spans *sp, const char *what, int64_t id, int64_t effective,
		   const struct htr_text *name)
{
	if (id == HTR_UNKNOWN || id == -1) {
		return;
	}
	spans_ownf(sp, ST_VALUE, "%s %" PRId64, what, id);
	if (name && name->data) {
		spans_own(sp, ST_VALUE, "(");
		spans_raw(sp, ST_VALUE, name->data, name->len);
		spans_own(sp, ST_VALUE, ")");
	}
	if (effective != HTR_UNKNOWN && effective != id) {
		spans_ownf(sp, ST_ERROR, " effective %" PRId64, effective);
	}
	spans_own(sp, ST_VALUE, "  ");
}

static void add_caps(struct spans *sp, int64_t caps)
{
	if (caps == HTR_UNKNOWN) {
		return;
	}
	spans_own(sp, ST_VALUE, "caps ");
	if (caps == 0) {
		spans_own(sp, ST_VALUE, "none");
		return;
	}
	unsigned n = (unsigned)__builtin_popcountll((uint64_t)caps);
	unsigned shown = 0;

	for (unsigned bit = 0; bit < 64 && n <= 4; bit++) {
		const char *name = caps >> bit & 1 ? htr_cap_name(bit) : NULL;
		if (name) {
			spans_ownf(sp, ST_VALUE, "%s%s", shown++ ? "," : "",
				   strncmp(name, "CAP_", 4) == 0 ? name + 4 : name);
		}
	}
	if (!shown) {
		spans_ownf(sp, ST_VALUE, "%u (0x%" PRIx64 ")", n, (uint64_t)caps);
	}
}

static void add_identity(struct textpane *tp, const struct fact *f, const struct pimage *im)
{
	struct textline *line;
	char id[24];

	if (!f && im->uid < 0) {
		return;
	}
	struct spans *sp = detail_label(tp, "user", &line);
	int64_t uid = f ? f->uid : im->uid;

	add_id(sp, "uid", uid, f ? f->euid : HTR_UNKNOWN, f ? &f->user : NULL);
	add_id(sp, "gid", f ? f->gid : im->gid, f ? f->egid : HTR_UNKNOWN, f ? &f->group : NULL);
	if (f) {
		add_caps(sp, f->cap_eff);
	} else {
		spans_own(sp, ST_DIM, "(at start of this program)");
	}
	if (uid >= 0) {
		int n = snprintf(id, sizeof(id), "%" PRId64, uid);
		textpane_value(line, "user.uid", id, (size_t)n);
	}
}

void detail_actor(struct textpane *tp, struct session *s, uint64_t ordinal,
		  const struct htr_event *ev)
{
	const struct fact *f = factbook_get(&s->facts, ordinal);
	uint32_t task = proctab_find(&s->procs, ev->pid, ev->seq);
	uint32_t image = proctab_image_at(&s->procs, task, ev->seq);
	const struct pimage *im = proctab_image(&s->procs, image);
	cleanup_buf struct htr_buf cmd = { 0 };
	struct textline *line;
	char pid[16];

	if (ev->pid <= 0) {
		return;
	}
	struct spans *sp = detail_label(tp, "proc", &line);

	session_proc(s, ev->pid, ev->seq, sp);
	int n = snprintf(pid, sizeof(pid), "%d", ev->pid);
	textpane_value(line, "proc.pid", pid, (size_t)n);
	if (!task && s->scanning) {
		spans_own(sp, ST_DIM, "  (reading...)");
	}
	detail_chain(tp, s, task, ev->seq);
	detail_text(tp, "exe", "proc.exepath", im->exe.data, im->exe.len);
	if (im->argv.len) {
		proctree_argv(&cmd, im);
		spans_escaped(detail_label(tp, "argv", NULL), ST_VALUE, htr_buf_str(&cmd), cmd.len);
	}
	add_identity(tp, f, im);
	if (f) {
		detail_cwd(tp, f->cwd.data, f->cwd.len);
	} else {
		detail_cwd(tp, im->cwd.data, im->cwd.len);
	}
}

/* ---- values ------------------------------------------------------------------------------------------ */

static void add_hex(struct textpane *tp, const uint8_t *p, size_t len)
{
	size_t n = len < HEX_MAX ? len : HEX_MAX;

	for (size_t at = 0; at < n; at += 16) {
		struct spans *sp = &textpane_add(tp)->text;
		char row[80];
		int w = snprintf(row, sizeof(row), "  %04zx ", at);

		for (size_t i = 0; i < 16; i++) {
			w += at + i < n ? snprintf(row + w, sizeof(row) - (size_t)w, " %02x",
						   p[at + i])
					: snprintf(row + w, sizeof(row) - (size_t)w, "   ");
		}
		w += snprintf(row + w, sizeof(row) - (size_t)w, "  ");
		for (size_t i = 0; i < 16 && at + i < n; i++) {
			uint8_t b = p[at + i];
			row[w++] = b >= 0x20 && b < 0x7f ? (char)b : '.';
		}
		row[w] = '\0';
		spans_own(sp, ST_VALUE, row);
	}
	if (n < len) {
		spans_ownf(&textpane_add(tp)->text, ST_DIM, "  ... %zu more bytes", len - n);
	}
}

static void value_name(const struct htr_event *ev, unsigned key, char out[32])
{
	const struct htr_syscall_desc *d = htr_syscall_lookup((enum htr_arch)ev->arch, ev->nr);
	const char *name = htr_key_name(key);

	if (key < HTR_K_ARG_MAX && d && key < d->n_args) {
		name = d->args[key].name;
	}
	if (name) {
		snprintf(out, 32, "%s", name);
	} else {
		snprintf(out, 32, "value %u", key);
	}
}

static void add_list(struct spans *sp, const struct htr_val *v)
{
	cleanup_buf struct htr_buf text = { 0 };
	const char *p = (const char *)v->data;
	size_t at = 0;

	while (at <= v->len) {
		size_t n = strnlen(p + at, v->len - at);

		htr_buf_adds(&text, at ? " \"" : "\"");
		htr_str_escape(&text, p + at, n, HTR_ESC_QUOTES);
		htr_buf_adds(&text, "\"");
		at += n + 1;
	}
	spans_escaped(sp, ST_VALUE, htr_buf_str(&text), text.len);
}

static void add_address(struct spans *sp, const struct htr_val *v)
{
	cleanup_buf struct htr_buf text = { 0 };
	struct htr_addr a = htr_addr_parse(v->data, v->len);

	htr_addr_text(&text, &a);
	spans_raw(sp, ST_VALUE, htr_buf_str(&text), text.len);
}

static void add_value(struct textpane *tp, const struct htr_event *ev, const struct htr_val *v,
		      bool hex)
{
	struct spans *sp = &textpane_add(tp)->text;
	char name[32];

	value_name(ev, v->key, name);
	spans_ownf(sp, ST_DIM, "  %-10s ", name);
	if (v->type == HTR_VT_INT) {
		spans_ownf(sp, ST_VALUE, hex ? "0x%" PRIx64 : "%" PRId64, v->num);
	} else if (hex) {
		spans_ownf(sp, ST_DIM, "%u bytes", v->len);
		add_hex(tp, v->data, v->len);
	} else if (v->key < HTR_K_ARG_MAX) {
		cleanup_buf struct htr_buf text = { 0 };

		htr_text_arg(&text, ev, v->key);
		spans_escaped(sp, ST_VALUE, htr_buf_str(&text), text.len);
	} else if (v->key == HTR_K_ARGV || v->key == HTR_K_ENV || v->key == HTR_K_ENV_NAMES) {
		add_list(sp, v);
	} else if (v->key == HTR_K_SOCK_LOCAL || v->key == HTR_K_SOCK_PEER) {
		add_address(sp, v);
	} else {
		spans_raw(sp, ST_VALUE, v->data, v->len);
	}
	if (!hex && v->flags) {
		spans_ownf(sp, ST_ERROR, "%s%s%s%s", v->flags & HTR_VF_TRUNCATED ? " (cut)" : "",
			   v->flags & HTR_VF_UNSTABLE ? " (changed while read)" : "",
			   v->flags & HTR_VF_REDACTED ? " (masked)" : "",
			   v->flags & HTR_VF_GUESS ? " (looked up later)" : "");
	}
}

void detail_values(struct textpane *tp, const struct htr_event *ev, bool hex)
{
	if (!ev->n_vals && !(hex && ev->n_args)) {
		return;
	}
	spans_own(&textpane_add(tp)->text, ST_LABEL, hex ? "values as hex" : "values");
	for (unsigned i = 0; i < ev->n_args && i < HTR_ARGS_MAX && hex; i++) {
		char name[32];

		value_name(ev, i, name);
		spans_ownf(&textpane_add(tp)->text, ST_DIM, "  %-10s 0x%" PRIx64, name,
			   ev->args[i]);
	}
	for (unsigned i = 0; i < ev->n_vals; i++) {
		add_value(tp, ev, &ev->vals[i], hex);
	}
}
