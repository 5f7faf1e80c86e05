/* SPDX-License-Identifier: Apache-2.0
 * Processes over time: life, images, relations. What they changed is in proctab_seen.c. */
#include "viewer/proctab.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "viewer/proctab_seen.h"

#define OLDER_STEPS_MAX 256  /* former owners of a pid that are tried while the pass still runs */
#define IMAGE_STEPS_MAX 4096 /* images of one process that are tried: more is a hostile trace */

int proctab_init(struct proctab *pt, struct htr_err *err)
{
	*pt = (struct proctab){ .n_tasks = 1, .n_images = 1, .n_seen = 1 };
	pt->cap_tasks = pt->cap_images = pt->cap_seen = 64;
	pt->tasks = calloc(pt->cap_tasks, sizeof(*pt->tasks));
	pt->images = calloc(pt->cap_images, sizeof(*pt->images));
	pt->seen = calloc(pt->cap_seen, sizeof(*pt->seen));
	pt->effects = proctab_effects();
	htr_arena_init(&pt->texts, 0);
	if (!pt->tasks || !pt->images || !pt->seen || !pt->effects) {
		proctab_fini(pt);
		return htr_err_set(err, -ENOMEM, "out of memory");
	}
	pt->images[0].uid = pt->images[0].gid = -1; /* nobody's image knows nothing */
	return 0;
}

void proctab_fini(struct proctab *pt)
{
	free(pt->tasks);
	free(pt->images);
	free(pt->seen);
	free(pt->sorted);
	free(pt->effects);
	htr_map_fini(&pt->by_pid);
	htr_map_fini(&pt->pairs);
	htr_arena_fini(&pt->texts);
	*pt = (struct proctab){ 0 };
}

static uint32_t newest(const struct proctab *pt, int32_t pid)
{
	return (uint32_t)(uintptr_t)htr_map_get(&pt->by_pid, (uint32_t)pid);
}

/* Double an array when full; false without memory. */
static bool room(void *array, uint32_t n, uint32_t *cap, size_t size)
{
	void **at = array;

	if (n < *cap) {
		return true;
	}
	void *p = reallocarray(*at, (size_t)*cap * 2, size);
	if (!p) {
		return false;
	}
	memset((char *)p + (size_t)*cap * size, 0, (size_t)*cap * size);
	*at = p;
	*cap *= 2;
	return true;
}

/* Index of a new process, 0 over the limit, UINT32_MAX without memory. */
static uint32_t task_new(struct proctab *pt, int32_t pid, const struct htr_event *ev)
{
	uint32_t older = newest(pt, pid);

	if (pt->n_tasks >= PROCTAB_TASKS_MAX) {
		pt->n_ignored++;
		return 0;
	}
	if (!room(&pt->tasks, pt->n_tasks, &pt->cap_tasks, sizeof(*pt->tasks)) ||
	    htr_map_put(&pt->by_pid, (uint32_t)pid, (void *)(uintptr_t)pt->n_tasks) < 0) {
		return UINT32_MAX;
	}
	pt->tasks[pt->n_tasks] = (struct ptask){
		.pid = pid,
		.older = older,
		.first_seq = ev->seq,
		.last_seq = ev->seq,
		.start_ns = ev->time_ns,
		.end_ns = ev->time_ns,
		.alive = true,
		.implicit = true,
	};
	pt->version++;
	return pt->n_tasks++;
}

static void link_parent(struct proctab *pt, uint32_t child, uint32_t parent)
{
	struct ptask *c = &pt->tasks[child];

	if (!parent || parent >= child || c->parent) {
		return; /* no cycles: a parent has a lower index */
	}
	struct ptask *p = &pt->tasks[parent];

	c->parent = parent;
	if (p->last_child) {
		pt->tasks[p->last_child].sibling = child;
	} else {
		p->first_child = child;
	}
	p->last_child = child;
	p->n_children++;
	pt->version++;
}

struct ptext proctab_text(struct proctab *pt, const void *data, size_t len)
{
	struct ptext t = { 0 };

	len = len > PROCTAB_TEXT_MAX ? PROCTAB_TEXT_MAX : len;
	t.data = htr_arena_dup(&pt->texts, data, len);
	t.len = t.data ? (uint32_t)len : 0;
	return t;
}

static struct ptext val_text(struct proctab *pt, const struct htr_event *ev, unsigned key)
{
	const struct htr_val *v = htr_event_val(ev, key);

	if (!v || v->type != HTR_VT_BYTES) {
		return (struct ptext){ 0 };
	}
	return proctab_text(pt, v->data, v->len);
}

static int image_add(struct proctab *pt, uint32_t task, const struct htr_event *ev)
{
	if (pt->n_images >= PROCTAB_IMAGES_MAX) {
		pt->n_ignored++;
		return 0;
	}
	if (!room(&pt->images, pt->n_images, &pt->cap_images, sizeof(*pt->images))) {
		return -ENOMEM;
	}
	struct ptask *t = &pt->tasks[task];
	uint32_t index = pt->n_images++;

	pt->images[index] = (struct pimage){
		.seq = ev->seq,
		.ns = ev->time_ns,
		.exe = val_text(pt, ev, HTR_K_EXE),
		.argv = val_text(pt, ev, HTR_K_ARGV),
		.comm = val_text(pt, ev, HTR_K_COMM),
		.cwd = val_text(pt, ev, HTR_K_CWD),
		.uid = htr_event_int(ev, HTR_K_UID, -1),
		.gid = htr_event_int(ev, HTR_K_GID, -1),
	};
	if (t->last_image) {
		pt->images[t->last_image].next = index;
	} else {
		t->first_image = index;
	}
	t->last_image = index;
	t->n_images++;
	pt->version++;
	return 0;
}

/* The process an event belongs to; made when nothing told of it before. */
static uint32_t task_of(struct proctab *pt, const struct htr_event *ev)
{
	uint32_t i = newest(pt, ev->pid);

	if (i && !pt->tasks[i].alive && ev->seq > pt->tasks[i].last_seq &&
	    ev->kind != HTR_EV_EXIT && ev->kind != HTR_EV_SIGNAL) {
		i = 0; /* the pid is used again */
	}
	return i ? i : task_new(pt, ev->pid, ev);
}

static int on_spawn(struct proctab *pt, uint32_t parent, const struct htr_event *ev)
{
	int32_t pid = (int32_t)htr_event_int(ev, HTR_K_CHILD_PID, ev->result);

	if (!(ev->flags & HTR_EVF_LAST) || pid == ev->pid || pid <= 0) {
		return 0; /* a thread */
	}
	uint32_t child = newest(pt, pid);

	if (!child || !pt->tasks[child].alive || !pt->tasks[child].implicit ||
	    pt->tasks[child].parent) {
		child = task_new(pt, pid, ev);
	}
	if (child == 0 || child == UINT32_MAX) {
		return child ? -ENOMEM : 0;
	}
	int32_t ppid = (int32_t)htr_event_int(ev, HTR_K_CHILD_PPID, ev->pid);
	uint32_t up = ppid == ev->pid ? parent : newest(pt, ppid);
	struct ptask *t = &pt->tasks[child];

	t->ppid = ppid;
	t->implicit = false;
	t->base = proctab_image_at(pt, parent, ev->seq);
	t->outside = pt->tasks[parent].outside;
	link_parent(pt, child, up);
	return 0;
}

static int on_image(struct proctab *pt, uint32_t task, const struct htr_event *ev)
{
	struct ptask *t = &pt->tasks[task];
	int32_t ppid = (int32_t)htr_event_int(ev, HTR_K_PPID, t->ppid);

	if (ev->kind == HTR_EV_PROC && ev->tid != ev->pid && t->n_images) {
		return 0; /* a further thread of a known process */
	}
	if (!t->parent) {
		t->ppid = ppid;
		link_parent(pt, task, newest(pt, ppid));
	}
	if (ev->kind == HTR_EV_PROC && t->implicit) {
		t->start_ns = INT64_MIN;
	}
	t->implicit = false;
	t->outside = (ev->flags & HTR_EVF_OUTSIDE) != 0;
	return image_add(pt, task, ev);
}

static void on_end(struct proctab *pt, uint32_t task, const struct htr_event *ev)
{
	struct ptask *t = &pt->tasks[task];

	if (!(ev->flags & HTR_EVF_LAST)) {
		return;
	}
	t->alive = false;
	t->has_status = htr_event_val(ev, HTR_K_EXIT_STATUS) != NULL;
	t->status = (int32_t)htr_event_int(ev, HTR_K_EXIT_STATUS, 0);
	pt->version++;
}

int proctab_add(struct proctab *pt, const struct htr_event *ev, struct htr_err *err)
{
	int rc = 0;

	if (ev->pid <= 0) {
		return 0;
	}
	uint32_t i = task_of(pt, ev);

	if (i == 0 || i == UINT32_MAX) {
		return i ? htr_err_set(err, -ENOMEM, "out of memory") : 0;
	}
	struct ptask *t = &pt->tasks[i];

	t->own_seq = t->own_seq ? t->own_seq : ev->seq;
	t->last_seq = ev->seq;
	t->end_ns = ev->time_ns;
	t->n_events++;
	t->n_failed += htr_event_failed(ev);
	if (ev->kind == HTR_EV_SPAWN) {
		rc = on_spawn(pt, i, ev);
	} else if (ev->kind == HTR_EV_EXEC || ev->kind == HTR_EV_PROC) {
		rc = on_image(pt, i, ev);
	} else if (ev->kind == HTR_EV_EXIT) {
		on_end(pt, i, ev);
	} else if (ev->kind == HTR_EV_SYSCALL) {
		rc = proctab_see(pt, i, ev);
	}
	return rc < 0 ? htr_err_set(err, rc, "out of memory") : 0;
}

/* ---- questions ----------------------------------------------------------------------------------- */

static int by_pid_and_seq(const void *a, const void *b, void *data)
{
	const struct proctab *pt = data;
	const struct ptask *x = &pt->tasks[*(const uint32_t *)a];
	const struct ptask *y = &pt->tasks[*(const uint32_t *)b];

	if (x->pid != y->pid) {
		return x->pid < y->pid ? -1 : 1;
	}
	return (x->first_seq > y->first_seq) - (x->first_seq < y->first_seq);
}

int proctab_finish(struct proctab *pt, struct htr_err *err)
{
	uint32_t n = pt->n_tasks - 1;

	free(pt->sorted);
	pt->sorted = calloc((size_t)n + 1, sizeof(*pt->sorted));
	if (!pt->sorted) {
		return htr_err_set(err, -ENOMEM, "out of memory");
	}
	for (uint32_t i = 0; i < n; i++) {
		pt->sorted[i] = i + 1;
	}
	qsort_r(pt->sorted, n, sizeof(*pt->sorted), by_pid_and_seq, pt);
	htr_map_fini(&pt->pairs);
	pt->pairs = (struct htr_map){ 0 };
	pt->version++;
	return 0;
}

static uint32_t find_sorted(const struct proctab *pt, int32_t pid, uint64_t seq)
{
	uint32_t lo = 0, hi = pt->n_tasks - 1;

	while (lo < hi) { /* first entry behind (pid, seq) */
		uint32_t mid = lo + (hi - lo) / 2;
		const struct ptask *t = &pt->tasks[pt->sorted[mid]];

		if (t->pid < pid || (t->pid == pid && t->first_seq <= seq)) {
			lo = mid + 1;
		} else {
			hi = mid;
		}
	}
	if (lo > 0 && pt->tasks[pt->sorted[lo - 1]].pid == pid) {
		return pt->sorted[lo - 1];
	}
	return lo < pt->n_tasks - 1 && pt->tasks[pt->sorted[lo]].pid == pid ? pt->sorted[lo] : 0;
}

uint32_t proctab_find(const struct proctab *pt, int32_t pid, uint64_t seq)
{
	if (pt->sorted) {
		return find_sorted(pt, pid, seq);
	}
	uint32_t i = newest(pt, pid);

	for (unsigned n = 0; i && n < OLDER_STEPS_MAX; n++) {
		if (pt->tasks[i].first_seq <= seq || !pt->tasks[i].older) {
			break;
		}
		i = pt->tasks[i].older;
	}
	return i;
}

const struct ptask *proctab_task(const struct proctab *pt, uint32_t index)
{
	return &pt->tasks[index < pt->n_tasks ? index : 0];
}

const struct pimage *proctab_image(const struct proctab *pt, uint32_t index)
{
	return &pt->images[index < pt->n_images ? index : 0];
}

uint32_t proctab_image_at(const struct proctab *pt, uint32_t task, uint64_t seq)
{
	const struct ptask *t = proctab_task(pt, task);
	uint32_t at = t->base;

	if (t->last_image && pt->images[t->last_image].seq <= seq) {
		return t->last_image;
	}
	uint32_t i = t->first_image;
	for (unsigned n = 0; i && n < IMAGE_STEPS_MAX && pt->images[i].seq <= seq; n++) {
		at = i;
		i = pt->images[i].next;
	}
	return at ? at : t->first_image;
}

static struct ptext last_part(struct ptext path)
{
	const char *end = path.data + path.len;
	const char *slash = memrchr(path.data, '/', path.len);

	if (slash && slash + 1 < end) {
		path.len = (uint32_t)(end - slash - 1);
		path.data = slash + 1;
	}
	return path;
}

struct ptext proctab_name(const struct proctab *pt, uint32_t image)
{
	const struct pimage *im = proctab_image(pt, image);

	if (im->comm.len) {
		return im->comm;
	}
	if (im->exe.len) {
		return last_part(im->exe);
	}
	if (im->argv.len) {
		struct ptext arg0 = { im->argv.data,
				      (uint32_t)strnlen(im->argv.data, im->argv.len) };
		return last_part(arg0);
	}
	return (struct ptext){ 0 };
}
