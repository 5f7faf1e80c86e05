/* SPDX-License-Identifier: Apache-2.0
 * Facts at events by replay. */
#include "viewer/factbook.h"

#include <stdlib.h>
#include <string.h>

void factbook_init(struct factbook *fb, const struct loader *loader)
{
	*fb = (struct factbook){ .loader = loader };
}

void factbook_fini(struct factbook *fb)
{
	for (unsigned i = 0; i < FACTBOOK_KEEP; i++) {
		free(fb->at[i].texts);
	}
	walk_close(&fb->walk);
	htr_state_free(fb->state);
	*fb = (struct factbook){ 0 };
}

static struct fact *find(struct factbook *fb, uint64_t ordinal)
{
	for (unsigned i = 0; i < FACTBOOK_KEEP; i++) {
		if (fb->at[i].used && fb->at[i].ordinal == ordinal) {
			return &fb->at[i];
		}
	}
	return NULL;
}

const struct fact *factbook_get(struct factbook *fb, uint64_t ordinal)
{
	struct fact *f = find(fb, ordinal);

	if (f) {
		f->used = ++fb->clock;
	}
	return f;
}

void factbook_want(struct factbook *fb, const uint64_t *ordinals, unsigned n)
{
	fb->n_want = 0;
	for (unsigned i = 0; i < n && fb->n_want < FACTBOOK_WANT_MAX; i++) {
		if (!factbook_get(fb, ordinals[i])) {
			fb->want[fb->n_want++] = ordinals[i];
		}
	}
}

/* Slot of the facts that were not looked at for the longest time. */
static struct fact *slot(struct factbook *fb)
{
	struct fact *oldest = &fb->at[0];

	for (unsigned i = 1; i < FACTBOOK_KEEP && oldest->used; i++) {
		if (fb->at[i].used < oldest->used) {
			oldest = &fb->at[i];
		}
	}
	free(oldest->texts);
	*oldest = (struct fact){ 0 };
	return oldest;
}

struct texts {
	struct htr_buf buf;
	struct htr_text *to[8];
	size_t off[8];
	unsigned n;
};

static void keep(struct texts *ts, struct htr_text *to, const void *data, size_t len)
{
	if (!data) {
		return;
	}
	ts->to[ts->n] = to;
	ts->off[ts->n++] = ts->buf.len;
	to->len = (uint32_t)len;
	htr_buf_add(&ts->buf, data, len);
	htr_buf_addc(&ts->buf, '\0');
}

static void keep_names(struct texts *ts, struct fact *f, const struct htr_facts *facts)
{
	const struct htr_user_fact *u = facts ? htr_facts_user(facts, f->uid) : NULL;
	const struct htr_group_fact *g = facts ? htr_facts_group(facts, f->gid) : NULL;

	if (u) {
		keep(ts, &f->user, u->name, strlen(u->name));
	}
	if (g) {
		keep(ts, &f->group, g->name, strlen(g->name));
	}
}

static void fill_proc(struct fact *f, const struct htr_proc *p)
{
	f->has_proc = true;
	f->uid = p->uid;
	f->euid = p->euid;
	f->gid = p->gid;
	f->egid = p->egid;
	f->sid = p->sid;
	f->tty = p->tty;
	f->cap_eff = p->cap_eff;
	f->tainted = p->tainted;
}

static int take_down(struct factbook *fb, uint64_t ordinal)
{
	const struct htr_current *now = htr_state_current(fb->state);
	struct texts ts = { 0 };
	cleanup_buf struct htr_buf name = { 0 };
	struct fact *f = slot(fb);

	f->ordinal = ordinal;
	f->fd_num = now->fd_num;
	f->uid = f->euid = f->gid = f->egid = f->sid = f->tty = f->cap_eff = HTR_UNKNOWN;
	keep(&ts, &f->path, now->path.data, now->path.len);
	keep(&ts, &f->path2, now->path2.data, now->path2.len);
	if (now->proc) {
		fill_proc(f, now->proc);
		keep(&ts, &f->cwd, now->proc->cwd.data, now->proc->cwd.len);
		keep(&ts, &f->root, now->proc->root.data, now->proc->root.len);
		keep_names(&ts, f, htr_state_facts(fb->state));
	}
	if (now->fd) {
		f->fd_type = htr_fd_type_name((enum htr_fd_type)now->fd->type);
		htr_fd_name(&name, now->fd);
		keep(&ts, &f->fd_name, name.len ? name.data : NULL, name.len);
	}
	if (ts.buf.failed || name.failed) {
		htr_buf_fini(&ts.buf);
		*f = (struct fact){ 0 };
		return -1;
	}
	f->texts = (char *)ts.buf.data;
	for (unsigned i = 0; i < ts.n; i++) {
		ts.to[i]->data = f->texts + ts.off[i];
	}
	f->used = ++fb->clock;
	return 0;
}

/* Begin again before `ordinal`: here the start of the trace, as there are no keyframes. */
static int factbook_rewind(struct factbook *fb, uint64_t ordinal)
{
	walk_close(&fb->walk);
	htr_state_free(fb->state);
	fb->state = NULL;
	int rc = htr_state_new(&fb->state, htr_reader_facts(fb->loader->reader), NULL);

	return rc < 0 ? rc : walk_open(&fb->walk, fb->loader, NULL);
}

static int one_event(struct factbook *fb)
{
	const struct htr_event *ev;
	uint64_t ordinal;
	int rc = walk_next(&fb->walk, &ev, &ordinal, NULL);

	if (rc > 0) {
		rc = htr_state_apply(fb->state, ev, NULL);
	} else {
		fb->n_want = 0; /* end, or no memory */
		return rc;
	}
	while (rc >= 0 && fb->n_want && fb->want[0] <= ordinal) {
		if (fb->want[0] == ordinal) {
			rc = take_down(fb, ordinal);
		}
		fb->n_want--; /* also one in a damaged block: it will never come */
		memmove(&fb->want[0], &fb->want[1], fb->n_want * sizeof(fb->want[0]));
	}
	return rc;
}

bool factbook_pending(const struct factbook *fb)
{
	return fb->n_want && !fb->failed;
}

bool factbook_slice(struct factbook *fb, unsigned budget)
{
	int rc = 0;

	if (!fb->n_want || fb->failed) {
		return false;
	}
	if (!fb->state || fb->want[0] < walk_position(&fb->walk)) {
		rc = factbook_rewind(fb, fb->want[0]);
	}
	for (unsigned i = 0; i < budget && rc >= 0 && fb->n_want; i++) {
		rc = one_event(fb);
	}
	fb->failed = rc < 0;
	return fb->n_want && !fb->failed;
}
