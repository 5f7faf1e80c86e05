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

/* log2 of x > 0 in 1/256, by squaring the mantissa. */
static uint32_t log2_fixed(uint32_t x)
{
	uint32_t whole = 31u - (uint32_t)__builtin_clz(x);
	uint64_t y = (uint64_t)x << (31 - whole); /* 1.0 is 1 << 31 */
	uint32_t part = 0;
	for (int i = 0; i < 8; i++) {
		y = y * y >> 31;
		part <<= 1;
		if (y >> 32) {
			y >>= 1;
			part |= 1;
		}
	}
	return whole << 8 | part;
}

int htr_column_scratch_init(struct htr_column_scratch *s, size_t cap)
{
	*s = (struct htr_column_scratch){ .cap = cap };
	s->last = calloc(HTR_MAX_THREADS, sizeof(*s->last));
	s->stamp = calloc(HTR_MAX_THREADS, sizeof(*s->stamp));
	s->gain = cap ? calloc(HTR_COLUMN_SAMPLE, sizeof(*s->gain)) : NULL;
	bool ok = s->last && s->stamp && (s->gain || !cap);
	for (uint32_t h = 1; s->gain && h < HTR_COLUMN_SAMPLE; h++) {
		s->gain[h] = (h + 1) * log2_fixed(h + 1) - h * log2_fixed(h);
	}
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
	free(s->gain);
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

#define EXCEPTION_BITS 48u /* after zstd */
#define MEMORY_USES    4u  /* blocks */
#define MEMORY_MIN     64u /* values */
#define SYMBOL_BITS    3u  /* of an entropy table, for each different byte */

struct plan {
	uint8_t transform;
	uint8_t width;
	uint64_t offset;
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
	uint32_t need[2][9] = { 0 }; /* two, so that one increment need not wait for the last */
	for (size_t i = 0; i + 1 < n; i += 2) {
		need[0][bytes_of(v[i] - p.offset)]++;
		need[1][bytes_of(v[i + 1] - p.offset)]++;
	}
	if (n % 2) {
		need[0][bytes_of(v[n - 1] - p.offset)]++;
	}
	p.width = (uint8_t)widest;
	p.cost = (uint64_t)widest * n;
	size_t over = 0;
	for (unsigned w = widest; w-- > 0;) {
		over += need[0][w + 1] + need[1][w + 1];
		uint64_t cost = (uint64_t)w * n + over * EXCEPTION_COST;
		if (cost < p.cost) {
			p.cost = cost;
			p.width = (uint8_t)w;
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

static size_t count_exceptions(const struct plan *p, const uint64_t *v, size_t n)
{
	size_t count = 0;
	uint64_t over = p->width < 8 ? 1ull << 8 * p->width : 0;
	for (size_t i = 0; over && i < n; i++) {
		count += v[i] - p->offset >= over;
	}
	return count;
}

static int build(const struct plan *p, const uint64_t *v, size_t n, struct htr_arena *arena,
		 struct htr_column *ret)
{
	size_t n_ex = count_exceptions(p, v, n);
	*ret = (struct htr_column){
		.transform = p->transform,
		.width = p->width,
		.offset = p->offset,
		.planes_len = p->width * n,
		.ex_at_len = n_ex * 2,
		.ex_value_len = n_ex * 8,
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
	for (size_t i = 0; e < n_ex; i++) {
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

/* The numbers of a transform: v itself, or differences in a trial array. */
static const uint64_t *apply(uint8_t transform, const uint64_t *v, size_t n,
			     const uint16_t *threads, struct htr_column_scratch *s)
{
	switch (transform) {
	case HTR_TF_DELTA:
		make_delta(v, n, s->trial[0]);
		return s->trial[0];
	case HTR_TF_DELTA_THREAD:
		make_delta_thread(v, n, threads, s, s->trial[1]);
		return s->trial[1];
	default:
		return v;
	}
}

/*
 * What an entropy coder makes of the planes of a plan, in 1/256 bit: n log n - sum of h log h for each
 * plane with h the count of each byte, and a price for each different byte and each exception. The sum is
 * kept up with every byte that is counted: gain[h] = (h + 1) log (h + 1) - h log h.
 */
static uint64_t entropy(const struct plan *p, const uint64_t *v, size_t n,
			const struct htr_column_scratch *s)
{
	const uint64_t over = p->width < 8 ? 1ull << 8 * p->width : 0;
	const uint64_t most = (uint64_t)n * log2_fixed((uint32_t)n);
	uint64_t sum = 0;
	for (size_t i = 0; over && i < n; i++) {
		sum += v[i] - p->offset >= over ? EXCEPTION_BITS * 256 : 0;
	}
	for (unsigned w = 0; w < p->width; w++) {
		uint16_t count[256] = { 0 };
		uint64_t have = 0;
		for (size_t i = 0; i < n; i++) {
			have += s->gain[count[(uint8_t)((v[i] - p->offset) >> 8 * w)]++];
		}
		unsigned different = 0;
		for (int k = 0; k < 256; k++) {
			different += count[k] != 0;
		}
		sum += most - have + different * SYMBOL_BITS * 256ull;
	}
	return sum;
}

static uint8_t choose(const uint64_t *v, size_t n, const uint16_t *threads,
		      struct htr_column_scratch *s)
{
	size_t some = n < HTR_COLUMN_SAMPLE ? n : HTR_COLUMN_SAMPLE;
	struct plan p = analyse(HTR_TF_RAW, v, some);
	uint64_t least = entropy(&p, v, some, s);
	uint8_t best = HTR_TF_RAW;
	if (p.cost <= some) {
		return best; /* one byte each: differences only make it noisier */
	}
	for (uint8_t t = HTR_TF_DELTA; t <= (threads ? HTR_TF_DELTA_THREAD : HTR_TF_DELTA); t++) {
		const uint64_t *d = apply(t, v, some, threads, s);
		p = analyse(t, d, some);
		uint64_t cost = entropy(&p, d, some, s);
		if (cost < least) {
			least = cost;
			best = t;
		}
	}
	return best;
}

/* Columns of few values cost next to nothing and say little about the next block. */
static uint8_t recall(const uint64_t *v, size_t n, const uint16_t *threads,
		      struct htr_column_memory *m, struct htr_column_scratch *s)
{
	if (!m) {
		return HTR_TF_RAW;
	}
	bool usable = m->transform != HTR_TF_UNSPEC && m->uses < MEMORY_USES &&
		      (threads || m->transform != HTR_TF_DELTA_THREAD);
	if (!usable) {
		m->transform = choose(v, n, threads, s);
		m->uses = 0;
		if (n < MEMORY_MIN) {
			m->uses = MEMORY_USES;
		}
	}
	m->uses++;
	return m->transform;
}

int htr_column_encode(const uint64_t *v, size_t n, const uint16_t *threads,
		      struct htr_column_memory *memory, struct htr_column_scratch *s,
		      struct htr_arena *arena, struct htr_column *ret)
{
	assert(n <= s->cap && n <= HTR_MAX_BLOCK_EVENTS);
	if (n == 0 || constant(v, n)) {
		*ret = (struct htr_column){ .transform = HTR_TF_CONSTANT, .offset = n ? v[0] : 0 };
		return 0;
	}
	uint8_t transform = recall(v, n, threads, memory, s);
	const uint64_t *from = apply(transform, v, n, threads, s);
	struct plan p = analyse(transform, from, n);
	return build(&p, from, n, arena, ret);
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
