/* SPDX-License-Identifier: Apache-2.0
 *
 * fdtable.c - descriptors of one process by number, in pages; entries are shared after a fork until
 * one side changes.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/model/state_int.h"

struct fd_ent *fd_ent_new(int32_t num)
{
	struct fd_ent *e = calloc(1, sizeof(*e));

	if (e != NULL) {
		e->refs = 1;
		fd_ent_clear(e, num);
	}
	return e;
}

void fd_ent_clear(struct fd_ent *e, int32_t num)
{
	text_drop(&e->pub.path);
	text_drop(&e->pub.rawpath);
	text_drop(&e->local_path);
	text_drop(&e->peer_path);
	memset(&e->pub, 0, sizeof(e->pub));
	e->bound = false;
	e->pub.num = num;
	e->pub.dev = HTR_UNKNOWN;
	e->pub.ino = HTR_UNKNOWN;
}

void fd_ent_drop(struct fd_ent *e)
{
	if (e == NULL || --e->refs > 0) {
		return;
	}
	text_drop(&e->pub.path);
	text_drop(&e->pub.rawpath);
	text_drop(&e->local_path);
	text_drop(&e->peer_path);
	free(e);
}

static void point_addr(struct htr_addr *a, const struct htr_text *path)
{
	a->path = (const uint8_t *)path->data;
	a->path_len = path->data != NULL ? path->len : 0;
}

struct fd_ent *fd_ent_copy(const struct fd_ent *src)
{
	struct fd_ent *e = malloc(sizeof(*e));

	if (e == NULL) {
		return NULL;
	}
	*e = *src;
	e->refs = 1;
	memset(&e->pub.path, 0, sizeof(e->pub.path));
	memset(&e->pub.rawpath, 0, sizeof(e->pub.rawpath));
	memset(&e->local_path, 0, sizeof(e->local_path));
	memset(&e->peer_path, 0, sizeof(e->peer_path));
	text_share(&e->pub.path, &src->pub.path);
	text_share(&e->pub.rawpath, &src->pub.rawpath);
	text_share(&e->local_path, &src->local_path);
	text_share(&e->peer_path, &src->peer_path);
	point_addr(&e->pub.local, &e->local_path);
	point_addr(&e->pub.peer, &e->peer_path);
	return e;
}

bool fd_ent_set_addr(struct fd_ent *e, bool peer, const struct htr_addr *a)
{
	struct htr_addr *dst = peer ? &e->pub.peer : &e->pub.local;
	struct htr_text *own = peer ? &e->peer_path : &e->local_path;
	bool ok = true;

	if (a->path != NULL) {
		ok = text_set(own, a->path, a->path_len);
	} else {
		text_drop(own);
	}
	*dst = *a;
	point_addr(dst, own);
	return ok;
}

/* ---- pages ------------------------------------------------------------------------------------------ */

/* Index of the first page with base >= the wanted one. */
static uint32_t page_index(const struct fdtable *t, int32_t base)
{
	uint32_t lo = 0;
	uint32_t hi = t->n_pages;

	if (hi > 0 && t->pages[0]->base == base) {
		return 0;
	}
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (t->pages[mid]->base < base) {
			lo = mid + 1;
		} else {
			hi = mid;
		}
	}
	return lo;
}

static struct fd_page *page_get(const struct fdtable *t, int32_t num)
{
	int32_t base = num - num % FD_PAGE_LEN;
	uint32_t i = page_index(t, base);

	return i < t->n_pages && t->pages[i]->base == base ? t->pages[i] : NULL;
}

static struct fd_page *page_make(struct fdtable *t, int32_t num)
{
	int32_t base = num - num % FD_PAGE_LEN;
	uint32_t i = page_index(t, base);
	struct fd_page *pg;

	if (i < t->n_pages && t->pages[i]->base == base) {
		return t->pages[i];
	}
	if (t->n_pages == t->cap) {
		uint32_t cap = t->cap == 0 ? 2 : t->cap * 2;
		struct fd_page **bigger = reallocarray(t->pages, cap, sizeof(*bigger));

		if (bigger == NULL) {
			return NULL;
		}
		t->pages = bigger;
		t->cap = cap;
	}
	pg = calloc(1, sizeof(*pg));
	if (pg == NULL) {
		return NULL;
	}
	pg->base = base;
	memmove(t->pages + i + 1, t->pages + i, (t->n_pages - i) * sizeof(t->pages[0]));
	t->pages[i] = pg;
	t->n_pages++;
	return pg;
}

struct fdtable *fdtable_new(void)
{
	struct fdtable *t = calloc(1, sizeof(*t));

	if (t != NULL) {
		t->refs = 1;
	}
	return t;
}

void fdtable_drop(struct fdtable *t)
{
	if (t == NULL || --t->refs > 0) {
		return;
	}
	for (uint32_t i = 0; i < t->n_pages; i++) {
		for (unsigned j = 0; j < FD_PAGE_LEN; j++) {
			fd_ent_drop(t->pages[i]->ent[j]);
		}
		free(t->pages[i]);
	}
	free(t->pages);
	free(t);
}

struct fdtable *fdtable_copy(const struct fdtable *src)
{
	struct fdtable *t = fdtable_new();

	if (t == NULL || src->n_pages == 0) {
		return t;
	}
	t->pages = calloc(src->n_pages, sizeof(*t->pages));
	if (t->pages == NULL) {
		free(t);
		return NULL;
	}
	t->cap = src->n_pages;
	for (uint32_t i = 0; i < src->n_pages; i++) {
		struct fd_page *pg = malloc(sizeof(*pg));

		if (pg == NULL) {
			fdtable_drop(t);
			return NULL;
		}
		*pg = *src->pages[i];
		for (unsigned j = 0; j < FD_PAGE_LEN; j++) {
			if (pg->ent[j] != NULL) {
				pg->ent[j]->refs++;
			}
		}
		t->pages[t->n_pages++] = pg;
	}
	return t;
}

struct fd_ent *fdtable_get(const struct fdtable *t, int32_t num)
{
	const struct fd_page *pg;

	if (num < 0 || t == NULL) {
		return NULL;
	}
	pg = page_get(t, num);
	return pg != NULL ? pg->ent[num - pg->base] : NULL;
}

bool fdtable_put(struct fdtable *t, int32_t num, struct fd_ent *ent)
{
	struct fd_page *pg = num >= 0 ? page_make(t, num) : NULL;
	struct fd_ent **at;

	if (pg == NULL) {
		fd_ent_drop(ent);
		return false;
	}
	at = &pg->ent[num - pg->base];
	if (*at == NULL) {
		pg->used++;
	}
	fd_ent_drop(*at);
	*at = ent;
	return true;
}

struct fd_ent *fdtable_own(struct fdtable *t, int32_t num, bool *oom)
{
	struct fd_page *pg;
	struct fd_ent **at;

	if (num < 0) {
		return NULL;
	}
	pg = page_get(t, num);
	if (pg == NULL || pg->ent[num - pg->base] == NULL) {
		return NULL;
	}
	at = &pg->ent[num - pg->base];
	if ((*at)->refs > 1) {
		struct fd_ent *mine = fd_ent_copy(*at);

		if (mine == NULL) {
			*oom = true;
			return NULL;
		}
		fd_ent_drop(*at);
		*at = mine;
	}
	return *at;
}

static void page_free_if_empty(struct fdtable *t, uint32_t i)
{
	if (t->pages[i]->used == 0) {
		free(t->pages[i]);
		t->n_pages--;
		memmove(t->pages + i, t->pages + i + 1, (t->n_pages - i) * sizeof(t->pages[0]));
	}
}

static void remove_one(struct fdtable *t, int32_t num)
{
	uint32_t i = page_index(t, num - num % FD_PAGE_LEN);
	struct fd_page *pg = i < t->n_pages ? t->pages[i] : NULL;

	if (pg == NULL || pg->base != num - num % FD_PAGE_LEN || pg->ent[num - pg->base] == NULL) {
		return;
	}
	fd_ent_drop(pg->ent[num - pg->base]);
	pg->ent[num - pg->base] = NULL;
	pg->used--;
	/* page 0 is kept: nearly every process uses it again at once */
	if (pg->base != 0) {
		page_free_if_empty(t, i);
	}
}

void fdtable_remove_range(struct fdtable *t, int32_t lo, int32_t hi)
{
	uint32_t i;

	if (lo == hi && lo >= 0) {
		remove_one(t, lo);
		return;
	}
	if (lo < 0) {
		lo = 0;
	}
	i = page_index(t, lo - lo % FD_PAGE_LEN);
	while (i < t->n_pages && t->pages[i]->base <= hi) {
		struct fd_page *pg = t->pages[i];
		uint32_t before = t->n_pages;

		for (unsigned j = 0; j < FD_PAGE_LEN; j++) {
			int32_t num = pg->base + (int32_t)j;

			if (pg->ent[j] != NULL && num >= lo && num <= hi) {
				fd_ent_drop(pg->ent[j]);
				pg->ent[j] = NULL;
				pg->used--;
			}
		}
		if (pg->base != 0) {
			page_free_if_empty(t, i);
		}
		if (t->n_pages == before) {
			i++;
		}
	}
}

void fdtable_cloexec(struct fdtable *t)
{
	for (uint32_t i = t->n_pages; i-- > 0;) {
		struct fd_page *pg = t->pages[i];

		for (unsigned j = 0; j < FD_PAGE_LEN; j++) {
			if (pg->ent[j] != NULL && pg->ent[j]->pub.cloexec) {
				fd_ent_drop(pg->ent[j]);
				pg->ent[j] = NULL;
				pg->used--;
			}
		}
		page_free_if_empty(t, i);
	}
}

int fdtable_next(const struct fdtable *t, size_t *pos, struct fd_ent **ret)
{
	int32_t from;
	uint32_t i;

	if (*pos > INT32_MAX) {
		return 0;
	}
	from = (int32_t)*pos;
	for (i = page_index(t, from - from % FD_PAGE_LEN); i < t->n_pages; i++) {
		const struct fd_page *pg = t->pages[i];
		unsigned j = from > pg->base ? (unsigned)(from - pg->base) : 0;

		for (; j < FD_PAGE_LEN; j++) {
			if (pg->ent[j] != NULL) {
				*ret = pg->ent[j];
				*pos = (size_t)pg->base + j + 1;
				return 1;
			}
		}
	}
	return 0;
}
