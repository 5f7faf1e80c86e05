/* SPDX-License-Identifier: Apache-2.0
 * Byte-plane columns: analysis, packing, unpacking. */
#include "formats/trace/column.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/trace/block.h"
#include "formats/trace/limit.h"

#define EXCEPTION_COST 10 /* bytes: position and value */

int htr_column_scratch_init(struct htr_column_scratch *s, size_t cap)
{
	*s = (struct htr_column_scratch){ .cap = cap };
	s->last = calloc(HTR_MAX_THREADS, sizeof(*s->last));
	s->stamp = calloc(HTR_MAX_THREADS, sizeof(*s->stamp));
	bool ok = s->last && s->stamp;
	for (int i = 0; cap && i < 2; i++) {
		s->trial[i] = calloc(cap, sizeof(*s->trial[i]));
		ok = ok && s->trial[i];
	}
	if (!ok) {
		htr_column_scratch_fini(s);
		return -ENOMEM;
	}
	return 0;
}

void htr_column_scratch_fini(struct htr_column_scratch *s)
{
	free(s->last);
	free(s->stamp);
	free(s->trial[0]);
	free(s->trial[1]);
	*s = (struct htr_column_scratch){ 0 };
}

/* Forget the last values of all threads without touching them. */
static void new_stamp(struct htr_column_scratch *s)
{
	if (++s->now == 0) {
		memset(s->stamp, 0, HTR_MAX_THREADS * sizeof(*s->stamp));
		s->now = 1;
	}
}

/* ---- encoding ----------------------------------------------------------------------------------- */

struct plan {
	uint8_t transform;
	uint8_t width;
	uint64_t offset;
	size_t n_exceptions;
	uint64_t cost; /* bytes before zstd */
};

static unsigned bytes_of(uint64_t v)
{
	return v ? (71u - (unsigned)__builtin_clzll(v)) / 8 : 0;
}

/* The narrower reading, signed or unsigned, decides where the numbers begin. */
static uint64_t lowest(const uint64_t *v, size_t n, uint64_t *ret_range)
{
	uint64_t lo = v[0], hi = v[0];
	int64_t slo = (int64_t)v[0], shi = slo;
	for (size_t i = 1; i < n; i++) {
		uint64_t x = v[i];
		lo = x < lo ? x : lo;
		hi = x > hi ? x : hi;
		slo = (int64_t)x < slo ? (int64_t)x : slo;
		shi = (int64_t)x > shi ? (int64_t)x : shi;
	}
	uint64_t srange = (uint64_t)shi - (uint64_t)slo;
	if (srange < hi - lo) {
		*ret_range = srange;
		return (uint64_t)slo;
	}
	*ret_range = hi - lo;
	return lo;
}

static struct plan analyse(uint8_t transform, const uint64_t *v, size_t n)
{
	struct plan p = { .transform = transform };
	uint64_t range;
	p.offset = lowest(v, n, &range);
	unsigned widest = bytes_of(range);
	size_t need[9] = { 0 };
	for (size_t i = 0; i < n; i++) {
		need[bytes_of(v[i] - p.offset)]++;
	}
	p.width = (uint8_t)widest;
	p.cost = (uint64_t)widest * n;
	size_t over = 0;
	for (unsigned w = widest; w-- > 0;) {
		over += need[w + 1];
		uint64_t cost = (uint64_t)w * n + over * EXCEPTION_COST;
		if (cost < p.cost) {
			p.cost = cost;
			p.width = (uint8_t)w;
			p.n_exceptions = over;
		}
	}
	return p;
}

static void make_delta(const uint64_t *v, size_t n, uint64_t *d)
{
	uint64_t last = 0;
	for (size_t i = 0; i < n; i++) {
		d[i] = v[i] - last;
		last = v[i];
	}
}

static void make_delta_thread(const uint64_t *v, size_t n, const uint16_t *threads,
			      struct htr_column_scratch *s, uint64_t *d)
{
	new_stamp(s);
	for (size_t i = 0; i < n; i++) {
		uint16_t t = threads[i];
		uint64_t last = s->stamp[t] == s->now ? s->last[t] : 0;
		d[i] = v[i] - last;
		s->last[t] = v[i];
		s->stamp[t] = s->now;
	}
}

static void plane_out(uint8_t *to, const uint64_t *v, size_t n, uint64_t offset, unsigned shift)
{
	for (size_t i = 0; i < n; i++) {
		to[i] = (uint8_t)((v[i] - offset) >> shift);
	}
}

static int build(const struct plan *p, const uint64_t *v, size_t n, struct htr_arena *arena,
		 struct htr_column *ret)
{
	*ret = (struct htr_column){
		.transform = p->transform,
		.width = p->width,
		.offset = p->offset,
		.planes_len = p->width * n,
		.ex_at_len = p->n_exceptions * 2,
		.ex_value_len = p->n_exceptions * 8,
	};
	ret->planes = htr_arena_alloc(arena, ret->planes_len);
	ret->ex_at = htr_arena_alloc(arena, ret->ex_at_len);
	ret->ex_value = htr_arena_alloc(arena, ret->ex_value_len);
	if (!ret->planes || !ret->ex_at || !ret->ex_value) {
		return -ENOMEM;
	}
	for (unsigned w = 0; w < p->width; w++) {
		plane_out(ret->planes + w * n, v, n, p->offset, w * 8);
	}
	size_t e = 0;
	for (size_t i = 0; p->n_exceptions && i < n; i++) {
		uint64_t x = v[i] - p->offset;
		if (bytes_of(x) > p->width) {
			for (unsigned w = 0; w < p->width; w++) {
				ret->planes[w * n + i] = 0;
			}
			htr_put16(ret->ex_at + 2 * e, (uint16_t)i);
			htr_put64(ret->ex_value + 8 * e, x);
			e++;
		}
	}
	assert(e == p->n_exceptions);
	return 0;
}

static bool constant(const uint64_t *v, size_t n)
{
	uint64_t diff = 0;
	for (size_t i = 1; i < n; i++) {
		diff |= v[i] ^ v[0];
	}
	return diff == 0;
}

int htr_column_encode(const uint64_t *v, size_t n, const uint16_t *threads, bool raw,
		      struct htr_column_scratch *s, struct htr_arena *arena, struct htr_column *ret)
{
	assert(n <= s->cap && n <= HTR_MAX_BLOCK_EVENTS);
	if (n == 0 || constant(v, n)) {
		*ret = (struct htr_column){ .transform = HTR_TF_CONSTANT, .offset = n ? v[0] : 0 };
		return 0;
	}
	struct plan best = analyse(HTR_TF_RAW, v, n);
	const uint64_t *from = v;
	if (!raw && (best.width > 1 || best.n_exceptions)) {
		make_delta(v, n, s->trial[0]);
		struct plan p = analyse(HTR_TF_DELTA, s->trial[0], n);
		if (p.cost < best.cost) {
			best = p;
			from = s->trial[0];
		}
	}
	if (!raw && threads && (best.width > 1 || best.n_exceptions)) {
		make_delta_thread(v, n, threads, s, s->trial[1]);
		struct plan p = analyse(HTR_TF_DELTA_THREAD, s->trial[1], n);
		if (p.cost < best.cost) {
			best = p;
			from = s->trial[1];
		}
	}
	return build(&best, from, n, arena, ret);
}

bool htr_column_is_zero(const struct htr_column *c)
{
	return c->transform == HTR_TF_CONSTANT && c->offset == 0;
}

/* ---- decoding ----------------------------------------------------------------------------------- */

static inline __attribute__((always_inline)) void join(uint64_t *out, const uint8_t *p, size_t n,
						       uint64_t offset, const unsigned width)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t x = 0;
		for (unsigned w = 0; w < width; w++) {
			x |= (uint64_t)p[w * n + i] << 8 * w;
		}
		out[i] = x + offset;
	}
}

static void join_planes(const struct htr_column *c, size_t n, uint64_t *out)
{
	switch (c->width) {
	case 0:
		join(out, c->planes, n, c->offset, 0);
		break;
	case 1:
		join(out, c->planes, n, c->offset, 1);
		break;
	case 2:
		join(out, c->planes, n, c->offset, 2);
		break;
	case 3:
		join(out, c->planes, n, c->offset, 3);
		break;
	case 4:
		join(out, c->planes, n, c->offset, 4);
		break;
	case 5:
		join(out, c->planes, n, c->offset, 5);
		break;
	case 6:
		join(out, c->planes, n, c->offset, 6);
		break;
	case 7:
		join(out, c->planes, n, c->offset, 7);
		break;
	default:
		join(out, c->planes, n, c->offset, 8);
		break;
	}
}

static int patch(const struct htr_column *c, size_t n, uint64_t *out, struct htr_err *err)
{
	size_t n_ex = c->ex_at_len / 2;
	size_t next = 0;
	for (size_t e = 0; e < n_ex; e++) {
		size_t at = htr_get16(c->ex_at + 2 * e);
		if (at >= n || at < next) {
			return htr_err_set(err, -EBADMSG, "exception outside of its column");
		}
		out[at] = htr_get64(c->ex_value + 8 * e) + c->offset;
		next = at + 1;
	}
	return 0;
}

static int undo_delta_thread(uint64_t *v, size_t n, const uint16_t *threads,
			     struct htr_column_scratch *s, struct htr_err *err)
{
	if (!threads) {
		return htr_err_set(err, -EBADMSG, "column must not refer to threads");
	}
	new_stamp(s);
	for (size_t i = 0; i < n; i++) {
		uint16_t t = threads[i];
		uint64_t last = s->stamp[t] == s->now ? s->last[t] : 0;
		v[i] += last;
		s->last[t] = v[i];
		s->stamp[t] = s->now;
	}
	return 0;
}

static void undo_delta(uint64_t *v, size_t n)
{
	uint64_t last = 0;
	for (size_t i = 0; i < n; i++) {
		last += v[i];
		v[i] = last;
	}
}

int htr_column_decode(const struct htr_column *c, size_t n, const uint16_t *threads,
		      struct htr_column_scratch *s, uint64_t *out, struct htr_column_view *ret,
		      struct htr_err *err)
{
	bool constant_form = c->transform == HTR_TF_CONSTANT || c->transform == HTR_TF_UNSPEC;
	if (constant_form) {
		if (c->width || c->planes_len || c->ex_at_len || c->ex_value_len) {
			return htr_err_set(err, -EBADMSG, "constant column with content");
		}
		ret->constant = c->offset;
		ret->v = &ret->constant;
		ret->step = 0;
		return 0;
	}
	if (c->transform > HTR_TF_DELTA_THREAD || c->width > 8 || c->planes_len != c->width * n ||
	    c->ex_at_len % 2 || c->ex_at_len / 2 > n || c->ex_at_len * 4 != c->ex_value_len) {
		return htr_err_set(err, -EBADMSG,
				   "column of %zu values: transform %u, width %u, %zu bytes", n,
				   c->transform, c->width, c->planes_len);
	}
	join_planes(c, n, out);
	int rc = c->ex_at_len ? patch(c, n, out, err) : 0;
	if (rc == 0 && c->transform == HTR_TF_DELTA) {
		undo_delta(out, n);
	} else if (rc == 0 && c->transform == HTR_TF_DELTA_THREAD) {
		rc = undo_delta_thread(out, n, threads, s, err);
	}
	ret->v = out;
	ret->step = 1;
	return rc;
}
