/* SPDX-License-Identifier: Apache-2.0
 * Rows of the process tree. What a row shows is in proctree_text.c. */
#include "viewer/proctree.h"

#include <stdlib.h>
#include <string.h>

void proctree_init(struct proctree *t, struct session *s)
{
	*t = (struct proctree){ .session = s, .dirty = true };
}

void proctree_fini(struct proctree *t)
{
	free(t->rows);
	free(t->keep);
	htr_map_fini(&t->folded);
	list_fini(&t->list);
	*t = (struct proctree){ 0 };
}

const char *proctree_sort_name(enum proctree_sort sort)
{
	static const char *const names[PROCTREE_SORT_MAX] = {
		"as a tree", "by start",         "by how long they lasted",
		"by pid",    "by files written", "by peers",
	};

	return (unsigned)sort < PROCTREE_SORT_MAX ? names[sort] : "";
}

static void mark_matched(struct proctree *t)
{
	const struct proctab *pt = &t->session->procs;
	const struct result *r = t->session->result;

	for (size_t i = 0; i < r->n_procs; i++) {
		uint32_t task = proctab_find(pt, r->procs[i].pid, r->procs[i].seq);
		if (task) {
			t->keep[task] = 1;
		}
	}
}

/* Which processes are shown: those that count and, in a tree, everybody above them. */
static bool choose(struct proctree *t)
{
	const struct proctab *pt = &t->session->procs;
	bool all = t->session->result->all;
	uint8_t *keep = realloc(t->keep, pt->n_tasks);

	if (!keep) {
		return false;
	}
	t->keep = keep;
	memset(keep, all, pt->n_tasks);
	if (!all) {
		mark_matched(t);
	}
	for (uint32_t i = 1; t->prune && i < pt->n_tasks; i++) {
		keep[i] = keep[i] && (pt->tasks[i].n_written || pt->tasks[i].n_peers);
	}
	t->n_keep = 0;
	for (uint32_t i = pt->n_tasks - 1; i > 0; i--) {
		t->n_keep += keep[i] == 1;
		if (keep[i] && t->sort == PROCTREE_TREE && pt->tasks[i].parent &&
		    !keep[pt->tasks[i].parent]) {
			keep[pt->tasks[i].parent] = 2; /* only for the shape */
		}
	}
	return true;
}

static bool push_row(struct proctree *t, const struct proctree_row *row)
{
	if (t->n == t->cap) {
		uint32_t cap = t->cap ? t->cap * 2 : 64;
		struct proctree_row *p = reallocarray(t->rows, cap, sizeof(*p));

		if (!p) {
			return false;
		}
		t->rows = p;
		t->cap = cap;
	}
	t->rows[t->n++] = *row;
	return true;
}

/* First shown process from i on along the siblings (roots: along the whole table). */
static uint32_t shown_from(const struct proctree *t, uint32_t i, bool roots)
{
	const struct proctab *pt = &t->session->procs;

	if (roots) {
		while (i && i < pt->n_tasks && (pt->tasks[i].parent || !t->keep[i])) {
			i++;
		}
		return i < pt->n_tasks ? i : 0;
	}
	while (i && !t->keep[i]) {
		i = pt->tasks[i].sibling;
	}
	return i;
}

static uint32_t shown_after(const struct proctree *t, uint32_t i, uint32_t depth)
{
	return depth ? shown_from(t, t->session->procs.tasks[i].sibling, false)
		     : shown_from(t, i + 1, true);
}

/* Pre-order walk along the links, without recursion: a hostile trace may be a million levels deep. */
static bool fill_tree(struct proctree *t)
{
	const struct proctab *pt = &t->session->procs;
	struct proctree_row row = { .task = shown_from(t, 1, true) };

	while (row.task) {
		uint64_t bit = row.depth < 64 ? UINT64_C(1) << row.depth : 0;
		uint32_t after = shown_after(t, row.task, row.depth);

		row.last = !after;
		row.guides = after ? row.guides | bit : row.guides & ~bit;
		if (!push_row(t, &row)) {
			return false;
		}
		uint32_t child = htr_map_get(&t->folded, row.task)
					 ? 0
					 : shown_from(t, pt->tasks[row.task].first_child, false);
		if (child) {
			row.task = child;
			row.depth++;
			continue;
		}
		while (!after && row.depth > 0) {
			row.task = pt->tasks[row.task].parent;
			row.depth--;
			after = shown_after(t, row.task, row.depth);
		}
		row.task = after;
	}
	return true;
}

int64_t proctree_lasted(const struct proctree *t, const struct ptask *p)
{
	int64_t end = p->alive ? htr_reader_last_ns(t->session->loader.reader) : p->end_ns;

	return end - (p->start_ns > 0 ? p->start_ns : 0);
}

static int compare(const void *a, const void *b, void *data)
{
	const struct proctree *t = data;
	uint32_t ia = ((const struct proctree_row *)a)->task;
	uint32_t ib = ((const struct proctree_row *)b)->task;
	const struct ptask *x = proctab_task(&t->session->procs, ia);
	const struct ptask *y = proctab_task(&t->session->procs, ib);
	int64_t d = 0;

	if (t->sort == PROCTREE_LASTED) {
		int64_t lx = proctree_lasted(t, x), ly = proctree_lasted(t, y);

		d = (lx < ly) - (lx > ly);
	} else if (t->sort == PROCTREE_PID) {
		d = (x->pid > y->pid) - (x->pid < y->pid);
	} else if (t->sort == PROCTREE_WRITTEN) {
		d = (int64_t)y->n_written - x->n_written;
	} else if (t->sort == PROCTREE_PEERS) {
		d = (int64_t)y->n_peers - x->n_peers;
	} else if (x->start_ns != y->start_ns) {
		d = x->start_ns < y->start_ns ? -1 : 1;
	}
	if (d) {
		return d < 0 ? -1 : 1;
	}
	return (ia > ib) - (ia < ib);
}

static bool fill_sorted(struct proctree *t)
{
	for (uint32_t i = 1; i < t->session->procs.n_tasks; i++) {
		struct proctree_row row = { .task = i };
		if (t->keep[i] == 1 && !push_row(t, &row)) {
			return false;
		}
	}
	if (t->n) {
		qsort_r(t->rows, t->n, sizeof(*t->rows), compare, t);
	}
	return true;
}

static uint32_t row_of(const struct proctree *t, uint32_t task)
{
	for (uint32_t i = 0; i < t->n; i++) {
		if (t->rows[i].task == task) {
			return i;
		}
	}
	return UINT32_MAX;
}

void proctree_update(struct proctree *t)
{
	const struct result *r = t->session->result;

	if (!t->dirty && t->version == t->session->procs.version && t->result_id == r->id &&
	    t->result_procs == r->n_procs) {
		return;
	}
	uint32_t at = proctree_task(t);

	t->dirty = false;
	t->version = t->session->procs.version;
	t->result_id = r->id;
	t->result_procs = r->n_procs;
	t->row_count_all = t->session->procs.n_tasks - 1;
	t->n = 0;
	t->failed = !choose(t) || !(t->sort == PROCTREE_TREE ? fill_tree(t) : fill_sorted(t));
	t->want = t->want ? t->want : at;
	uint32_t row = t->want ? row_of(t, t->want) : UINT32_MAX;
	if (row != UINT32_MAX) {
		t->want = 0;
		if (row != t->list.cur) {
			list_move_to(&t->list, row, t->n);
		}
	}
}

uint32_t proctree_task(const struct proctree *t)
{
	return t->list.cur < t->n ? t->rows[t->list.cur].task : 0;
}

bool proctree_go(struct proctree *t, uint32_t task)
{
	for (uint32_t up = proctab_task(&t->session->procs, task)->parent; up;
	     up = proctab_task(&t->session->procs, up)->parent) {
		if (htr_map_del(&t->folded, up)) {
			t->dirty = true;
		}
	}
	proctree_update(t);
	uint32_t row = row_of(t, task);

	t->want = row == UINT32_MAX ? task : 0;
	if (row == UINT32_MAX) {
		return false;
	}
	list_move_to(&t->list, row, t->n);
	return true;
}

static void fold(struct proctree *t, int want)
{
	uint32_t task = proctree_task(t);
	bool is = htr_map_get(&t->folded, task) != NULL;

	if (!task || !proctab_task(&t->session->procs, task)->first_child) {
		return;
	}
	bool folded = want < 0 ? !is : want > 0;
	if (folded && htr_map_put(&t->folded, task, t) < 0) {
		t->failed = true;
	} else if (!folded) {
		htr_map_del(&t->folded, task);
	}
	t->dirty = true;
}

bool proctree_request(struct proctree *t, enum request req, const struct list_source *src)
{
	const struct ptask *p = proctab_task(&t->session->procs, proctree_task(t));
	bool is_folded = htr_map_get(&t->folded, proctree_task(t)) != NULL;

	switch ((int)req) {
	case REQ_FOLD:
		fold(t, -1);
		return true;
	case REQ_LEFT:
		if (p->first_child && !is_folded) {
			fold(t, 1);
		} else if (p->parent) {
			proctree_go(t, p->parent);
		}
		return true;
	case REQ_RIGHT:
		fold(t, 0);
		return true;
	case REQ_PARENT:
		if (p->parent) {
			proctree_go(t, p->parent);
		}
		return true;
	case REQ_UNFOLD_ALL:
		htr_map_fini(&t->folded);
		t->folded = (struct htr_map){ 0 };
		t->dirty = true;
		return true;
	case REQ_PRUNE:
		t->prune = !t->prune;
		t->dirty = true;
		return true;
	case REQ_SORT:
		t->sort = (enum proctree_sort)((t->sort + 1) % PROCTREE_SORT_MAX);
		t->dirty = true;
		return true;
	default:
		if (!list_request(&t->list, src, t, req)) {
			return false;
		}
		t->want = 0;
		return true;
	}
}
