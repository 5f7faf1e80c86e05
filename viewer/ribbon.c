/* SPDX-License-Identifier: Apache-2.0
 * Counts over time. */
#include "viewer/ribbon.h"

#include <string.h>

static unsigned bucket_of(const struct ribbon *r, int64_t ns)
{
	if (ns <= 0 || r->end_ns <= 0) {
		return 0;
	}
	if (ns >= r->end_ns) {
		return RIBBON_BUCKETS - 1;
	}
	return (unsigned)((double)ns / (double)r->end_ns * RIBBON_BUCKETS) % RIBBON_BUCKETS;
}

void ribbon_init(struct ribbon *r, const struct loader *l)
{
	*r = (struct ribbon){ .end_ns = htr_reader_last_ns(l->reader) };
	for (size_t i = 0; i < l->n_blocks; i++) {
		const struct htr_block_info *b = htr_reader_block(l->reader, i);
		unsigned from = bucket_of(r, b->first_ns);
		unsigned to = bucket_of(r, b->last_ns);

		for (unsigned k = from; k <= to; k++) {
			r->heads[k] += (float)b->n_events / (float)(to - from + 1);
		}
	}
}

void ribbon_add(struct ribbon *r, const struct htr_event *ev)
{
	unsigned b = bucket_of(r, ev->time_ns);

	r->events[b] += r->events[b] != UINT32_MAX;
	if (ev->kind == HTR_EV_EXEC) {
		r->execs[b] = (uint16_t)(r->execs[b] + (r->execs[b] != UINT16_MAX));
	}
}

/* Buckets [*a, *b) under column i of w. */
static void buckets_under(const struct ribbon *r, int i, int w, int64_t from_ns, int64_t to_ns,
			  unsigned *a, unsigned *b)
{
	double span = (double)to_ns - (double)from_ns;
	unsigned lo = bucket_of(r, from_ns + (int64_t)(span * i / w));
	unsigned hi = bucket_of(r, from_ns + (int64_t)(span * (i + 1) / w));

	*a = lo;
	*b = hi > lo ? hi : lo + 1;
	if (i == w - 1 && to_ns >= r->end_ns) {
		*b = RIBBON_BUCKETS;
	}
}

static double count_under(const struct ribbon *r, int i, int w, int64_t from_ns, int64_t to_ns)
{
	unsigned a, b;
	double n = 0;

	buckets_under(r, i, w, from_ns, to_ns, &a, &b);
	for (unsigned k = a; k < b; k++) {
		n += r->exact ? (double)r->events[k] : (double)r->heads[k];
	}
	return n / (b - a); /* columns may cover one bucket more or less */
}

void ribbon_draw(const struct ribbon *r, struct canvas *c, struct rect row, int64_t from_ns,
		 int64_t to_ns)
{
	static const char ascii[] = ".:-=+*#@";
	double most = 0;

	int w = row.w > c->w - row.x ? c->w - row.x : row.w;
	for (int i = 0; i < w; i++) {
		double n = count_under(r, i, w, from_ns, to_ns);
		most = n > most ? n : most;
	}
	for (int i = 0; i < w; i++) {
		double n = count_under(r, i, w, from_ns, to_ns);
		int level = n <= 0 ? -1 : (int)(n / most * 7.999);

		if (level >= 0) {
			canvas_fill(c, row.x + i, row.y, 1,
				    c->ascii ? (uint32_t)ascii[level] : 0x2581u + (unsigned)level,
				    ST_RIBBON);
		}
	}
}

int ribbon_column(int w, int64_t from_ns, int64_t to_ns, int64_t at_ns)
{
	if (at_ns < from_ns || at_ns > to_ns || w <= 0) {
		return -1;
	}
	double span = (double)to_ns - (double)from_ns;
	int i = span > 0 ? (int)(((double)at_ns - (double)from_ns) / span * w) : 0;

	return i < w ? i : w - 1;
}

void ribbon_marks(const struct ribbon *r, struct canvas *c, struct rect row, int64_t from_ns,
		  int64_t to_ns, int64_t cursor_ns)
{
	int cursor = ribbon_column(row.w, from_ns, to_ns, cursor_ns);
	int w = row.w > c->w - row.x ? c->w - row.x : row.w;

	for (int i = 0; i < w && r->exact; i++) {
		unsigned a, b, n = 0;

		buckets_under(r, i, w, from_ns, to_ns, &a, &b);
		for (unsigned k = a; k < b; k++) {
			n += r->execs[k];
		}
		if (n) {
			canvas_fill(c, row.x + i, row.y, 1, n > 9 ? '+' : '0' + n, ST_MARK);
		}
	}
	if (cursor >= 0) {
		canvas_own(c, row.x + cursor, row.y, 1, ST_KEY, "^");
	}
}
