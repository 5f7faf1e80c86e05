/* SPDX-License-Identifier: Apache-2.0
 * Ordinals over the blocks of a reader. */
#include "viewer/loader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int loader_open(struct loader *l, const char *path, struct htr_err *err)
{
	struct htr_reader *reader;
	int rc;

	*l = (struct loader){ 0 };
	if (strcmp(path, "-") == 0) {
		return htr_err_set(err, -ESPIPE,
				   "the viewer jumps about in the file: store the stream first "
				   "(holter capture -o FILE, or cat > FILE)");
	}
	rc = htr_reader_open(&reader, path, 0, err);
	if (rc < 0) {
		return rc;
	}
	return loader_open_reader(l, reader, err);
}

int loader_open_reader(struct loader *l, struct htr_reader *reader_take, struct htr_err *err)
{
	*l = (struct loader){ .reader = reader_take };
	int rc = loader_index(l, err);

	if (rc >= 0) {
		rc = htr_cursor_open(&l->rows, reader_take, err);
	}
	if (rc < 0) {
		loader_close(l);
	}
	return rc;
}

bool loader_stale(const struct loader *l)
{
	return l->generation != htr_reader_generation(l->reader);
}

int loader_index(struct loader *l, struct htr_err *err)
{
	size_t n = htr_reader_n_blocks(l->reader);

	free(l->before);
	free(l->blocks);
	l->n_blocks = 0;
	l->n_events = 0;
	l->generation = htr_reader_generation(l->reader);
	l->before = calloc(n + 1, sizeof(*l->before));
	l->blocks = calloc(n + 1, sizeof(*l->blocks));
	if (!l->before || !l->blocks) {
		return htr_err_set(err, -ENOMEM, "out of memory");
	}
	for (size_t i = 0; i < n; i++) {
		const struct htr_block_info *b = htr_reader_block(l->reader, i);

		l->blocks[i] = (struct loader_block){ b->first_seq, b->last_ns };
		l->before[i] = l->n_events;
		l->n_events += b->n_events;
	}
	l->before[n] = l->n_events;
	l->n_blocks = n;
	return 0;
}

void loader_close(struct loader *l)
{
	if (l->rows) {
		htr_cursor_close(l->rows);
	}
	if (l->reader) {
		htr_reader_close(l->reader);
	}
	free(l->before);
	free(l->blocks);
	*l = (struct loader){ 0 };
}

/* Block that holds an ordinal; ordinal < n_events. */
static size_t block_of(const struct loader *l, uint64_t ordinal)
{
	size_t lo = 0, hi = l->n_blocks;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;
		if (l->before[mid] <= ordinal) {
			lo = mid;
		} else {
			hi = mid;
		}
	}
	return lo;
}

int loader_event(struct loader *l, uint64_t ordinal, const struct htr_event **ret,
		 struct htr_err *err)
{
	if (loader_stale(l)) {
		return htr_err_set(err, -ESTALE, "the list of blocks changed");
	}
	if (ordinal >= l->n_events) {
		return htr_err_set(err, -ERANGE, "no such event");
	}
	size_t b = block_of(l, ordinal);
	int rc = htr_cursor_row(l->rows, b, (uint32_t)(ordinal - l->before[b]), ret, err);

	return rc >= 0 && loader_stale(l) ? -ESTALE : rc;
}

/* First ordinal in [lo, hi) whose event is not before the wanted place; unreadable events count as before. */
static uint64_t search(struct loader *l, uint64_t lo, uint64_t hi, uint64_t seq, int64_t ns,
		       bool by_seq)
{
	while (lo < hi) {
		uint64_t mid = lo + (hi - lo) / 2;
		const struct htr_event *ev = NULL;
		bool less = true;

		if (loader_event(l, mid, &ev, NULL) >= 0) {
			less = by_seq ? ev->seq < seq : ev->time_ns < ns;
		}
		if (less) {
			lo = mid + 1;
		} else {
			hi = mid;
		}
	}
	return lo;
}

uint64_t loader_at_seq(struct loader *l, uint64_t seq)
{
	size_t lo = 0, hi = l->n_blocks;

	while (lo < hi) { /* first block that begins after seq */
		size_t mid = lo + (hi - lo) / 2;
		if (l->blocks[mid].first_seq <= seq) {
			lo = mid + 1;
		} else {
			hi = mid;
		}
	}
	if (lo == 0) {
		return 0;
	}
	return search(l, l->before[lo - 1], l->before[lo], seq, 0, true);
}

uint64_t loader_at_time(struct loader *l, int64_t time_ns)
{
	size_t lo = 0, hi = l->n_blocks;

	while (lo < hi) { /* first block that ends at or after the time */
		size_t mid = lo + (hi - lo) / 2;
		if (l->blocks[mid].last_ns < time_ns) {
			lo = mid + 1;
		} else {
			hi = mid;
		}
	}
	if (lo == l->n_blocks) {
		return l->n_events;
	}
	return search(l, l->before[lo], l->before[lo + 1], 0, time_ns, false);
}

int walk_open(struct walk *w, const struct loader *l, struct htr_err *err)
{
	*w = (struct walk){ .loader = l };
	return htr_cursor_open(&w->cur, l->reader, err);
}

void walk_close(struct walk *w)
{
	if (w->cur) {
		htr_cursor_close(w->cur);
	}
	*w = (struct walk){ 0 };
}

uint64_t walk_position(const struct walk *w)
{
	return w->loader->before[w->block] + w->index;
}

int walk_next(struct walk *w, const struct htr_event **ret, uint64_t *ret_ordinal,
	      struct htr_err *err)
{
	const struct loader *l = w->loader;

	while (w->block < l->n_blocks) {
		uint64_t n = l->before[w->block + 1] - l->before[w->block];

		if (w->index >= n) {
			w->block++;
			w->index = 0;
			continue;
		}
		int rc = htr_cursor_row(w->cur, w->block, w->index, ret, err);

		if (loader_stale(l)) {
			return htr_err_set(err, -ESTALE, "the list of blocks changed");
		}
		if (rc >= 0) {
			*ret_ordinal = l->before[w->block] + w->index;
			w->index++;
			return 1;
		}
		if (rc != -EBADMSG && rc != -ENODATA && rc != -E2BIG && rc != -ERANGE) {
			return rc;
		}
		w->damaged += n - w->index;
		w->block++;
		w->index = 0;
	}
	return 0;
}
