/* SPDX-License-Identifier: Apache-2.0
 * Reproducible events. */
#include "tests/unit/trace/gen.h"

#include <stdio.h>
#include <string.h>

#include "formats/model/tables.h"

uint64_t gen_random(struct gen *g)
{
	/* splitmix64 */
	uint64_t z = g->state += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static uint64_t below(struct gen *g, uint64_t n)
{
	return gen_random(g) % n;
}

static bool chance(struct gen *g, unsigned one_in)
{
	return below(g, one_in) == 0;
}

void gen_init(struct gen *g, uint64_t seed, bool wild)
{
	memset(g, 0, sizeof(*g));
	g->state = seed;
	g->wild = wild;
	g->ev.vals = g->vals;
}

/* ---- wild --------------------------------------------------------------------------------------- */

static uint64_t wild_number(struct gen *g, unsigned slot)
{
	static const uint64_t special[] = {
		0,
		1,
		UINT64_MAX,
		INT64_MAX,
		(uint64_t)INT64_MIN,
		UINT32_MAX,
		INT32_MAX,
		255,
		256,
		65535,
		65536,
		(uint64_t)-11,
		(uint64_t)-4095,
		(uint64_t)-4096,
		0x7fffdeadbeefu,
		1ull << 56,
		(1ull << 56) - 1,
		(1ull << 40) + 5,
	};
	switch (below(g, 6)) {
	case 0:
		return special[below(g, sizeof(special) / sizeof(special[0]))];
	case 1:
		return gen_random(g) >> below(g, 64);
	case 2:
		return g->last_arg[slot] += below(g, 4096);
	case 3:
		return g->last_arg[slot];
	case 4:
		return below(g, 8);
	default:
		return g->last_arg[slot] = gen_random(g);
	}
}

static uint32_t wild_len(struct gen *g, bool data)
{
	if (chance(g, 5000)) {
		return data ? (uint32_t)below(g, 200000) : 128u << 10;
	}
	return (uint32_t)(chance(g, 20) ? below(g, 4097) : below(g, 40));
}

static void wild_bytes(struct gen *g, struct htr_val *v)
{
	uint32_t len = wild_len(g, v->key == HTR_K_IO_DATA);
	if (len > GEN_BYTES - g->used) {
		len = 0;
	}
	uint8_t *to = g->bytes + g->used;
	uint64_t fill = gen_random(g);
	if (chance(g, 3)) {
		/* one of few: the dictionary must find it again */
		char word[32];
		int n = snprintf(word, sizeof(word), "/w/%llu", (unsigned long long)(fill % 500));
		len = (uint32_t)n < len ? (uint32_t)n : len;
		memcpy(to, word, len);
	} else {
		for (uint32_t i = 0; i < len; i++) {
			to[i] = (uint8_t)(fill >> i % 57);
			fill = i % 8 == 7 ? fill * 31 + 7 : fill;
		}
	}
	v->type = HTR_VT_BYTES;
	v->len = len;
	v->data = to;
	g->used += len;
}

static void wild_vals(struct gen *g)
{
	unsigned want = chance(g, 500) ? HTR_VALS_MAX : (unsigned)below(g, 5);
	unsigned key = (unsigned)below(g, 8);
	g->used = 0;
	g->ev.n_vals = 0;
	while (g->ev.n_vals < want && key < HTR_K_MAX) {
		struct htr_val *v = &g->vals[g->ev.n_vals++];
		*v = (struct htr_val){ .key = (uint16_t)key };
		v->flags = chance(g, 20) ? (uint8_t)gen_random(g) : 0;
		if (chance(g, 2)) {
			v->type = HTR_VT_INT;
			v->num = (int64_t)wild_number(g, 7);
		} else {
			wild_bytes(g, v);
		}
		key += 1 + (unsigned)below(g, want > 5 ? 2 : 30);
	}
}

static void wild(struct gen *g)
{
	struct htr_event *e = &g->ev;
	g->seq += 1 + (chance(g, 1000) ? below(g, 1u << 20) : 0);
	if (chance(g, 100000)) {
		g->seq += 1ull << 32;
	}
	e->seq = g->seq;
	e->kind = (uint8_t)(chance(g, 4) ? 1 + below(g, HTR_EV_KIND_MAX - 1) : HTR_EV_SYSCALL);
	e->arch = (uint8_t)(chance(g, 50) ? below(g, HTR_ARCH_MAX) : HTR_ARCH_X86_64);
	e->nr = (int32_t)(chance(g, 300) ? (int64_t)gen_random(g) : (int64_t)below(g, 400) - 1);
	e->tid = (int32_t)(chance(g, 200) ? gen_random(g) : 1000 + below(g, 40));
	e->pid = chance(g, 100) ? (int32_t)gen_random(g) : e->tid;
	e->flags = chance(g, 10) ? (uint16_t)gen_random(g) : 0;
	/* the clock sometimes goes back, jumps, or is at its end */
	switch (below(g, 40)) {
	case 0:
		e->time_ns = (int64_t)(g->time_ns - below(g, 100000));
		break;
	case 1:
		e->time_ns = chance(g, 1000) ? INT64_MIN : 0;
		break;
	case 2:
		g->time_ns += below(g, 1ull << 40);
		e->time_ns = (int64_t)g->time_ns;
		break;
	default:
		g->time_ns += below(g, 30000);
		e->time_ns = (int64_t)g->time_ns;
	}
	e->dur_ns = chance(g, 50) ? wild_number(g, 6) : below(g, 100000);
	e->result = (int64_t)wild_number(g, 6);
	e->n_args = (uint8_t)(chance(g, 10) ? below(g, 7) : 3);
	memset(e->args, 0, sizeof(e->args));
	for (unsigned i = 0; i < e->n_args; i++) {
		e->args[i] = wild_number(g, i);
	}
	wild_vals(g);
}

/* ---- usual -------------------------------------------------------------------------------------- */

static const char *const dirs[] = { "/usr/lib/x86_64-linux-gnu",
				    "/usr/include/linux",
				    "/etc",
				    "/home/build/src/project",
				    "/tmp",
				    "/proc/self" };

static void add_text(struct gen *g, unsigned key, const char *s)
{
	size_t len = strlen(s);
	struct htr_val *v = &g->vals[g->ev.n_vals++];
	memcpy(g->bytes + g->used, s, len);
	*v = (struct htr_val){ .key = (uint16_t)key, .type = HTR_VT_BYTES, .len = (uint32_t)len };
	v->data = g->bytes + g->used;
	g->used += (uint32_t)len;
}

static void path_of(uint32_t file, char out[128])
{
	snprintf(out, 128, "%s/%s%u.%s", dirs[file % 6], file % 3 ? "lib" : "part", file,
		 file % 2 ? "so" : "h");
}

struct usual_call {
	int32_t nr; /* x86_64 */
	unsigned weight;
	unsigned dur; /* ns, typical */
};

/* Shares as in a build and a server: openat, close, read, write, fstat, mmap, newfstatat, futex... */
static const struct usual_call calls[] = {
	{ 0, 22, 1500 }, { 1, 14, 2500 },  { 3, 16, 600 },    { 257, 14, 4000 }, { 5, 8, 500 },
	{ 9, 9, 1800 },  { 262, 7, 2500 }, { 202, 5, 30000 }, { 232, 3, 90000 }, { 8, 2, 300 },
	{ 12, 1, 700 },  { 13, 2, 400 },   { 10, 2, 2500 },   { 11, 1, 6000 },   { 16, 1, 900 },
	{ 21, 1, 1500 }, { 45, 1, 2000 },  { 44, 1, 12000 },
};

static const struct usual_call *pick(struct gen *g)
{
	unsigned sum = 0;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		sum += calls[i].weight;
	}
	unsigned at = (unsigned)below(g, sum);
	size_t i = 0;
	while (at >= calls[i].weight) {
		at -= calls[i++].weight;
	}
	return &calls[i];
}

static void usual_fd_call(struct gen *g, unsigned proc)
{
	struct htr_event *e = &g->ev;
	unsigned fd = (unsigned)(3 + below(g, 4));
	char path[128];
	e->args[0] = fd;
	path_of(g->files[proc][fd], path);
	switch (e->nr) {
	case 0:
	case 1:
	case 44:
	case 45:
		e->n_args = 3;
		e->args[1] = 0x55d0c0000000u + proc * 0x1000000u + fd * 0x1000;
		e->args[2] = chance(g, 3) ? 4096 : 832;
		e->result = chance(g, 5) ? (int64_t)below(g, 4096) : (int64_t)e->args[2];
		if (chance(g, 30)) {
			e->result = -11;
		}
		break;
	case 9:
		e->n_args = 6;
		e->args[0] = 0;
		e->args[1] = 4096 * (1 + below(g, 40));
		e->args[2] = 1;
		e->args[3] = 2;
		e->args[4] = fd;
		g->last_arg[proc] -= e->args[1];
		e->result = (int64_t)(0x7f1200000000u + g->last_arg[proc] % 0x10000000u);
		break;
	case 8:
		e->n_args = 3;
		e->result = (int64_t)(g->pos[proc][fd] += 4096);
		e->args[1] = (uint64_t)e->result;
		break;
	default:
		e->n_args = 2;
		e->args[1] = 0x7ffe00000000u + proc * 0x100000u + 0x1a0;
		e->result = 0;
		break;
	}
}

static void usual_open(struct gen *g, unsigned proc)
{
	struct htr_event *e = &g->ev;
	char path[128];
	uint32_t file = (uint32_t)(chance(g, 4) ? below(g, 900) : below(g, 60));
	unsigned fd = (unsigned)(3 + below(g, 4));
	path_of(file, path);
	e->n_args = 4;
	e->args[0] = (uint64_t)-100;
	e->args[1] = 0x7f1200001000u + file * 0x60;
	e->args[2] = chance(g, 6) ? 0x241 : 0x80000;
	e->args[3] = chance(g, 6) ? 0644 : 0;
	add_text(g, 1, path);
	if (e->nr == 257 && !chance(g, 4)) {
		g->files[proc][fd] = file;
		e->result = fd;
		add_text(g, HTR_K_FD_PATH, path);
	} else {
		e->result = e->nr == 257 || chance(g, 3) ? -2 : 0;
	}
}

static void usual(struct gen *g)
{
	struct htr_event *e = &g->ev;
	const struct usual_call *c = pick(g);
	/* processes come in runs: the scheduler gives slices */
	unsigned proc = (unsigned)((g->n / 7 + below(g, 10) / 8) % 5);
	e->seq = ++g->seq;
	e->kind = HTR_EV_SYSCALL;
	e->arch = HTR_ARCH_X86_64;
	e->nr = c->nr;
	e->tid = e->pid = (int32_t)(4000 + proc + g->n / 200000);
	e->flags = c->nr % 2 ? HTR_EVF_PTRACE : 0;
	uint64_t dur = c->dur / 2 + below(g, c->dur);
	g->time_ns += 1500 + below(g, 12000) + (chance(g, 50) ? below(g, 200000) : 0);
	e->time_ns = (int64_t)g->time_ns;
	e->dur_ns = dur;
	memset(e->args, 0, sizeof(e->args));
	e->n_vals = 0;
	g->used = 0;
	if (c->nr == 257 || c->nr == 262 || c->nr == 21) {
		usual_open(g, proc);
	} else {
		usual_fd_call(g, proc);
	}
}

const struct htr_event *gen_next(struct gen *g)
{
	if (g->wild) {
		wild(g);
	} else {
		usual(g);
	}
	g->n++;
	return &g->ev;
}

/* ---- comparing ---------------------------------------------------------------------------------- */

struct htr_facts gen_facts(uint32_t time_unit_ns)
{
	static const struct htr_user_fact users[] = {
		{ 0, 0, "root", "/root", "/bin/bash" },
		{ 1000, 1000, "build", "/home/build", "" },
	};
	static const struct htr_group_fact groups[] = { { 0, "root" }, { 1000, "build" } };
	static const struct htr_iface_fact ifaces[] = { { "lo", 2, { 127, 0, 0, 1 }, 8 },
							{ "eth0", 10, { 0xfe, 0x80 }, 64 } };
	static const uint16_t captured[] = { 0, 1, 2, 257 };
	return (struct htr_facts){
		.start_real_ns = 1795305600000000000,
		.start_mono_ns = 123456789,
		.start_boot_ns = 123456790,
		.time_unit_ns = time_unit_ns,
		.session_id = { 1, 2, 3, 4, 5, 6, 7, 8 },
		.arch = HTR_ARCH_X86_64,
		.hostname = "host",
		.kernel_release = "6.1.0",
		.kernel_version = "#1 SMP",
		.os_name = "",
		.n_cpus = 2,
		.mem_total = 4ull << 30,
		.recorder_version = "0.1.0",
		.command = "make -j2",
		.profile = "full",
		.channel = "notify+ptrace",
		.redaction = "none",
		.root_pid = 4000,
		.n_captured_calls = 4,
		.captured = captured,
		.container_privileged = -1,
		.container_start_ns = 5,
		.n_users = 2,
		.n_groups = 2,
		.n_ifaces = 2,
		.users = users,
		.groups = groups,
		.ifaces = ifaces,
	};
}

void gen_stored(struct htr_event *ev, uint32_t unit, uint64_t *last_end)
{
	uint64_t end = ev->time_ns > 0 ? (uint64_t)ev->time_ns / unit : 0;
	*last_end = end > *last_end ? end : *last_end;
	ev->time_ns = (int64_t)(*last_end * unit);
	ev->dur_ns = ev->dur_ns / unit * unit;
}

bool gen_same(const struct htr_event *a, const struct htr_event *b, const char **why)
{
#define CHECK(cond, name)             \
	do {                          \
		if (!(cond)) {        \
			*why = name;  \
			return false; \
		}                     \
	} while (0)
	CHECK(a->seq == b->seq, "seq");
	CHECK(a->time_ns == b->time_ns, "time_ns");
	CHECK(a->dur_ns == b->dur_ns, "dur_ns");
	CHECK(a->tid == b->tid && a->pid == b->pid, "tid, pid");
	CHECK(a->nr == b->nr, "nr");
	CHECK(a->kind == b->kind, "kind");
	CHECK(a->arch == b->arch, "arch");
	CHECK(a->flags == b->flags, "flags");
	CHECK(a->result == b->result, "result");
	CHECK(a->n_args == b->n_args && memcmp(a->args, b->args, sizeof(a->args)) == 0, "args");
	CHECK(a->n_vals == b->n_vals, "n_vals");
	for (unsigned i = 0; i < a->n_vals; i++) {
		const struct htr_val *x = &a->vals[i], *y = &b->vals[i];
		CHECK(x->key == y->key && x->type == y->type && x->flags == y->flags, "value");
		if (x->type == HTR_VT_INT) {
			CHECK(x->num == y->num, "number");
		} else {
			CHECK(x->len == y->len &&
				      (x->len == 0 || memcmp(x->data, y->data, x->len) == 0),
			      "bytes");
		}
	}
#undef CHECK
	return true;
}
