/* SPDX-License-Identifier: Apache-2.0
 * What a row of the process tree shows. */
#include <string.h>

#include "formats/core/cleanup.h"
#include "formats/core/clock.h"
#include "formats/core/str.h"
#include "viewer/proctree.h"

/* One argument as a shell user would read it. */
static void add_arg(struct htr_buf *out, const char *arg, size_t len)
{
	bool quote = len == 0 || memchr(arg, ' ', len) || !htr_str_is_clean(arg, len);

	htr_buf_adds(out, quote ? "\"" : "");
	htr_str_escape(out, arg, len, HTR_ESC_QUOTES);
	htr_buf_adds(out, quote ? "\"" : "");
}

static bool usual_place(struct ptext exe)
{
	static const char *const dirs[] = { "/bin/",      "/usr/bin/",       "/sbin/",
					    "/usr/sbin/", "/usr/local/bin/", "/usr/local/sbin/" };

	for (size_t i = 0; i < HTR_ARRAY_LEN(dirs); i++) {
		size_t n = strlen(dirs[i]);
		if (exe.len > n && memcmp(exe.data, dirs[i], n) == 0 &&
		    !memchr(exe.data + n, '/', exe.len - n)) {
			return true;
		}
	}
	return false;
}

void proctree_argv(struct htr_buf *out, const struct pimage *im)
{
	for (size_t at = 0; im->argv.len && at <= im->argv.len;) {
		size_t n = strnlen(im->argv.data + at, im->argv.len - at);

		htr_buf_adds(out, at ? " " : "");
		add_arg(out, im->argv.data + at, n);
		at += n + 1;
	}
	if (im->argv.len == PROCTAB_TEXT_MAX) {
		htr_buf_adds(out, " ...");
	}
}

/* Programs may call themselves what they like: said when it is not their name. */
static void add_alias(struct htr_buf *out, const struct pimage *im, struct ptext name)
{
	size_t n = im->argv.len ? strnlen(im->argv.data, im->argv.len) : 0;
	const char *slash = n ? memrchr(im->argv.data, '/', n) : NULL;
	const char *base = slash ? slash + 1 : im->argv.data;
	size_t len = n - (size_t)(base - im->argv.data);
	const char *own = name.len ? memrchr(name.data, '/', name.len) : NULL;

	own = own ? own + 1 : name.data;
	size_t own_len = name.len - (size_t)(own - name.data);

	len -= len > 0 && base[0] == '-'; /* login shells */
	base += n && base[0] == '-';
	if (!len || !own_len || strncmp(base, own, len < own_len ? len : own_len) == 0) {
		return;
	}
	htr_buf_adds(out, " (as ");
	add_arg(out, im->argv.data, n);
	htr_buf_adds(out, ")");
}

void proctree_command(struct htr_buf *out, const struct proctab *pt, uint32_t image)
{
	const struct pimage *im = proctab_image(pt, image);
	struct ptext name =
		im->exe.len && !usual_place(im->exe) ? im->exe : proctab_name(pt, image);
	size_t at = 0;

	if (!name.len) {
		htr_buf_adds(out, "?");
		return;
	}
	add_arg(out, name.data, name.len);
	for (unsigned i = 0; im->argv.len && at <= im->argv.len; i++) {
		size_t n = strnlen(im->argv.data + at, im->argv.len - at);

		if (i > 0) {
			htr_buf_addc(out, ' ');
			add_arg(out, im->argv.data + at, n);
		}
		at += n + 1;
	}
	if (im->argv.len == PROCTAB_TEXT_MAX) {
		htr_buf_adds(out, " ...");
	}
	add_alias(out, im, name);
}

static const struct proctree_row *row_at(const struct proctree *t, uint64_t row)
{
	return &t->rows[row];
}

static void add_guides(const struct proctree_row *row, struct spans *out)
{
	char text[PROCTREE_GUIDES * 3 + 1];
	size_t n = 0;

	if (row->depth > PROCTREE_GUIDES) {
		spans_ownf(out, ST_RULE, "(%u) `- ", row->depth);
		return;
	}
	for (uint32_t k = 1; k < row->depth; k++) {
		memcpy(text + n, row->guides >> k & 1 ? "|  " : "   ", 3);
		n += 3;
	}
	if (row->depth) {
		memcpy(text + n, row->last ? "`- " : "|- ", 3);
		n += 3;
	}
	text[n] = '\0';
	spans_own(out, ST_RULE, text);
}

static void cell_process(const struct proctree *t, const struct proctree_row *row,
			 struct spans *out, bool with_pid)
{
	const struct proctab *pt = &t->session->procs;
	const struct ptask *p = proctab_task(pt, row->task);
	enum style style = t->keep[row->task] == 2 ? ST_DIM : ST_PROC;

	add_guides(row, out);
	if (with_pid) {
		struct ptext name = proctab_name(pt, p->last_image ? p->last_image : p->base);

		spans_raw(out, style, name.data, name.len);
		spans_ownf(out, style, "[%d]", p->pid);
	} else {
		cleanup_buf struct htr_buf cmd = { 0 };

		if (p->outside && !p->parent) {
			spans_own(out, ST_DIM, "(not a child of the program) ");
		}
		proctree_command(&cmd, pt, p->last_image ? p->last_image : p->base);
		spans_escaped(out, style, htr_buf_str(&cmd), cmd.len);
		if (!p->last_image) {
			spans_own(out, ST_DIM, p->base ? " (fork)" : " (name not recorded)");
		} else if (p->n_images > 1) {
			spans_ownf(out, ST_DIM, " [%u programs]", p->n_images);
		}
	}
	if (htr_map_get(&t->folded, row->task)) {
		spans_ownf(out, ST_KEY, " +%u", p->n_children);
	}
}

static void cell_start(const struct proctree *t, const struct ptask *p, struct spans *out)
{
	char text[40];

	if (p->start_ns == INT64_MIN) {
		spans_own(out, ST_DIM, "before");
		return;
	}
	session_clock(t->session, p->start_ns, 0, text);
	spans_own(out, ST_TIME, text);
}

static void cell_lasted(const struct proctree *t, const struct ptask *p, struct spans *out)
{
	char text[HTR_TIME_TEXT];
	int64_t ns = proctree_lasted(t, p);

	htr_time_span(text, ns > 0 ? ns : 0);
	spans_ownf(out, ST_TIME, "%s%s", text, p->alive ? "+" : "");
}

static void cell_count(uint32_t n, struct spans *out)
{
	if (n) {
		spans_ownf(out, ST_MARK, "%u", n);
	} else {
		spans_own(out, ST_DIM, ".");
	}
}

static void cell_wide(void *data, uint64_t row_number, unsigned column, struct spans *out)
{
	const struct proctree *t = data;
	const struct proctree_row *row = row_at(t, row_number);
	const struct ptask *p = proctab_task(&t->session->procs, row->task);

	switch (column) {
	case 0:
		cell_start(t, p, out);
		break;
	case 1:
		cell_lasted(t, p, out);
		break;
	case 2:
		spans_ownf(out, ST_TEXT, "%d", p->pid);
		break;
	case 3:
		cell_process(t, row, out, false);
		break;
	case 4:
		cell_count(p->n_written, out);
		break;
	case 5:
		cell_count(p->n_peers, out);
		break;
	default:
		break;
	}
}

static void cell_narrow(void *data, uint64_t row_number, unsigned column, struct spans *out)
{
	const struct proctree *t = data;

	cell_process(t, row_at(t, row_number), out, true);
}

static uint64_t tree_len(void *data)
{
	const struct proctree *t = data;

	return t->n;
}

static const struct column wide_columns[] = {
	{ .head = "START", .width = 8, .drop = 2 },
	{ .head = "LASTED", .width = 8, .drop = 3, .right = true },
	{ .head = "PID", .width = 7, .right = true },
	{ .head = "PROCESS", .width = 16, .grows = true },
	{ .head = "W", .width = 3, .drop = 1, .right = true },
	{ .head = "N", .width = 3, .drop = 1, .right = true },
};

static const struct column narrow_columns[] = {
	{ .head = "PROCESS TREE", .width = 12, .grows = true },
};

const struct list_source proctree_wide = {
	.columns = wide_columns,
	.n_columns = HTR_ARRAY_LEN(wide_columns),
	.len = tree_len,
	.cell = cell_wide,
};

const struct list_source proctree_narrow = {
	.columns = narrow_columns,
	.n_columns = HTR_ARRAY_LEN(narrow_columns),
	.len = tree_len,
	.cell = cell_narrow,
};
