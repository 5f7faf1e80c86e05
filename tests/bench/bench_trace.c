/* SPDX-License-Identifier: Apache-2.0
 * What the trace layer costs: ns to write an event, events per second read back, bytes per event and part.
 * usage: bench_trace [-n EVENTS] [FILE.htr...]    without files: made-up usual events */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "formats/core/arena.h"
#include "formats/core/cleanup.h"
#include "formats/core/clock.h"
#include "formats/trace/container.h"
#include "formats/trace/cursor.h"
#include "formats/trace/reader_priv.h"
#include "formats/trace/writer.h"
#include "tests/unit/trace/gen.h"

#define ROUNDS 5

struct input {
	struct htr_arena arena;
	struct htr_event **events;
	size_t n, cap;
	int64_t later; /* added to times: one file begins where the one before ended */
};

static void die(const char *what, const struct htr_err *err)
{
	fprintf(stderr, "bench_trace: %s: %s\n", what, err->msg);
	exit(1);
}

static void add(struct input *in, const struct htr_event *ev)
{
	if (in->n == in->cap) {
		in->cap = in->cap ? in->cap * 2 : 65536;
		in->events = reallocarray(in->events, in->cap, sizeof(*in->events));
	}
	in->events[in->n] = htr_event_dup(ev, &in->arena);
	if (!in->events[in->n]) {
		exit(1);
	}
	in->events[in->n]->time_ns += in->later;
	in->events[in->n++]->seq = 0;
}

static void from_file(struct input *in, const char *path)
{
	struct htr_err err = HTR_ERR_INIT;
	struct htr_reader *r;
	struct htr_cursor *c = NULL;
	const struct htr_event *ev;
	if (htr_reader_open(&r, path, 0, &err) < 0 || htr_cursor_open(&c, r, &err) < 0) {
		die("open", &err);
	}
	while (htr_cursor_next(c, &ev, &err) == 1) {
		add(in, ev);
	}
	in->later += htr_reader_last_ns(r);
	htr_cursor_close(c);
	htr_reader_close(r);
}

static double cpu_ns(void)
{
	return (double)htr_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

static int write_all(const struct input *in, uint32_t unit, double *best, uint64_t *bytes)
{
	struct htr_err err = HTR_ERR_INIT;
	struct htr_facts facts = gen_facts(unit);
	struct htr_writer_stats st;
	struct htr_writer *w;
	int fd = memfd_create("bench", MFD_CLOEXEC);
	int keep = dup(fd);
	double from = cpu_ns();
	if (htr_writer_open_fd(&w, fd, &facts, NULL, &err) < 0) {
		die("open", &err);
	}
	for (size_t i = 0; i < in->n; i++) {
		if (htr_writer_add(w, in->events[i], &err) < 0) {
			die("add", &err);
		}
	}
	if (htr_writer_close(w, &st, &err) < 0) {
		die("close", &err);
	}
	double ns = (cpu_ns() - from) / (double)in->n;
	*best = ns < *best ? ns : *best;
	*bytes = st.bytes;
	return keep;
}

static uint64_t sink;

static double read_all(int fd, size_t n, bool hot)
{
	struct htr_err err = HTR_ERR_INIT;
	struct htr_reader *r;
	struct htr_cursor *c = NULL;
	const struct htr_event *ev;
	double best = 1e9;
	for (int i = 0; i < ROUNDS; i++) {
		if (htr_reader_open_fd(&r, dup(fd), "bench", 0, &err) < 0 ||
		    htr_cursor_open(&c, r, &err) < 0) {
			die("open", &err);
		}
		htr_cursor_hot(c, hot);
		double from = cpu_ns();
		while (htr_cursor_next(c, &ev, &err) == 1) {
			sink += (uint64_t)ev->nr;
		}
		double ns = (cpu_ns() - from) / (double)n;
		best = ns < best ? ns : best;
		htr_cursor_close(c);
		htr_reader_close(r);
	}
	return best;
}

static void parts(int fd, size_t n)
{
	static const char *const names[] = { "", "who", "when", "args", "strings", "data" };
	uint64_t size[6] = { 0 }, raw[6] = { 0 }, heads = 0;
	struct htr_err err = HTR_ERR_INIT;
	struct htr_reader *r;
	if (htr_reader_open_fd(&r, dup(fd), "bench", 0, &err) < 0) {
		die("open", &err);
	}
	for (size_t b = 0; b < htr_reader_n_blocks(r); b++) {
		struct htr_block_head h;
		const uint8_t *p;
		if (htr_reader_load(r, b, &h, &p, &err) < 0) {
			die("load", &err);
		}
		heads += htr_reader_block(r, b)->size - htr_block_parts_size(&h);
		for (uint32_t i = 0; i < h.n_parts; i++) {
			if (h.parts[i].type < 6) {
				size[h.parts[i].type] += h.parts[i].size;
				raw[h.parts[i].type] += h.parts[i].raw;
			}
		}
	}
	printf("    head %.3f", (double)heads / (double)n);
	for (int i = 1; i < 6; i++) {
		printf("  %s %.3f (%.2f)", names[i], (double)size[i] / (double)n,
		       (double)raw[i] / (double)n);
	}
	printf("  B/event (before zstd)\n");
	htr_reader_close(r);
}

int main(int argc, char **argv)
{
	static const uint32_t units[] = { 1, 100, 1000 };
	static struct gen gen;
	struct input in = { 0 };
	size_t n = 1000000;
	int i = 1;
	if (argc > 2 && strcmp(argv[1], "-n") == 0) {
		n = strtoull(argv[2], NULL, 10);
		i = 3;
	}
	if (i == argc) {
		gen_init(&gen, 1, false);
		while (in.n < n) {
			add(&in, gen_next(&gen));
		}
	}
	for (; i < argc; i++) {
		from_file(&in, argv[i]);
	}
	printf("%zu events\n%8s %10s %10s %12s %12s\n", in.n, "unit", "B/event", "write ns",
	       "rows M/s", "hot M/s");
	for (size_t u = 0; u < HTR_ARRAY_LEN(units); u++) {
		double best = 1e9;
		uint64_t bytes = 0;
		int fd = -1;
		for (int k = 0; k < ROUNDS; k++) {
			if (fd >= 0) {
				close(fd);
			}
			fd = write_all(&in, units[u], &best, &bytes);
		}
		printf("%5u ns %10.3f %10.1f %12.1f %12.1f\n", units[u],
		       (double)bytes / (double)in.n, best, 1e3 / read_all(fd, in.n, false),
		       1e3 / read_all(fd, in.n, true));
		parts(fd, in.n);
		close(fd);
	}
	struct rusage ru;
	getrusage(RUSAGE_SELF, &ru);
	printf("peak memory %ld MB (with the events themselves)\n", ru.ru_maxrss / 1024);
	free(in.events);
	htr_arena_fini(&in.arena);
	return sink == 1;
}
