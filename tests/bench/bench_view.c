/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_view.c - how long a person waits in the viewer, without a terminal.
 *
 * usage: bench_view [EVENTS [TRACE]]     (default 1000000; TRACE is kept when named, else in memory)
 *
 * Prints one line per action of the budget: first screen, jump, page, filter, undo, whole passes, memory.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "formats/core/clock.h"
#include "formats/model/tables.h"
#include "formats/trace/writer.h"
#include "viewer/app.h"

#define CHECK(x)                                                              \
	do {                                                                  \
		if ((x) < 0) {                                                \
			fprintf(stderr, "bench_view: %s: %s\n", #x, err.msg); \
			exit(1);                                              \
		}                                                             \
	} while (0)

static struct htr_err err;

static void put(struct htr_writer *w, struct htr_event_builder *b)
{
	if (htr_writer_add(w, htr_builder_done(b), &err) < 0) {
		fprintf(stderr, "bench_view: %s\n", err.msg);
		exit(1);
	}
}

static void begin(struct htr_event_builder *b, enum htr_event_kind kind, int32_t pid, uint64_t i)
{
	htr_builder_init(b, kind);
	b->ev.pid = b->ev.tid = pid;
	b->ev.nr = -1;
	b->ev.arch = HTR_ARCH_X86_64;
	b->ev.time_ns = (int64_t)(i * 1700);
	b->ev.dur_ns = 900 + i % 7000;
}

static void put_spawn(struct htr_writer *w, uint64_t i, int32_t child)
{
	struct htr_event_builder b;

	begin(&b, HTR_EV_SPAWN, 1, i);
	b.ev.flags = HTR_EVF_LAST;
	b.ev.result = child;
	htr_builder_int(&b, HTR_K_CHILD_PID, child);
	put(w, &b);
	begin(&b, HTR_EV_EXEC, child, i);
	b.ev.nr = htr_syscall_by_name("execve")->nr[HTR_ARCH_X86_64];
	htr_builder_bytes(&b, HTR_K_EXE, "/usr/bin/worker", 15, 0);
	htr_builder_bytes(&b, HTR_K_COMM, "worker", 6, 0);
	htr_builder_bytes(&b, HTR_K_ARGV, "worker\0--id", 11, 0);
	htr_builder_bytes(&b, HTR_K_CWD, "/srv", 4, 0);
	put(w, &b);
}

static void put_call(struct htr_writer *w, uint64_t i, int32_t pid, const char *name)
{
	static const char paths[][24] = { "/etc/ld.so.cache", "/srv/data/index",
					  "/usr/lib/libc.so.6", "/srv/log/access.log" };
	const struct htr_syscall_desc *d = htr_syscall_by_name(name);
	struct htr_event_builder b;
	const char *path = paths[i % 4];

	begin(&b, HTR_EV_SYSCALL, pid, i);
	b.ev.nr = d->nr[HTR_ARCH_X86_64];
	b.ev.n_args = d->n_args;
	b.ev.args[0] = (uint64_t)-100;
	b.ev.result = i % 50 ? 3 + (int64_t)(i % 9) : -2;
	if (d->args[1].kind == HTR_A_PATH) {
		htr_builder_bytes(&b, HTR_K_ARG0 + 1, path, strlen(path), 0);
		htr_builder_bytes(&b, HTR_K_FD_PATH, path, strlen(path), 0);
	}
	put(w, &b);
}

static int make_trace(uint64_t n, const char *path)
{
	static const char *const calls[] = { "openat", "connect",  "newfstatat",
					     "openat", "unlinkat", "openat" };
	struct htr_facts facts = { .start_real_ns = INT64_C(1764000000) * 1000000000,
				   .time_unit_ns = 100 };
	int fd = path ? open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)
		      : memfd_create("bench", MFD_CLOEXEC);
	struct htr_writer *w;
	struct htr_writer_opts opts = { 0 };

	if (fd < 0) {
		perror("bench_view");
		exit(1);
	}
	CHECK(htr_writer_open_fd(&w, dup(fd), &facts, &opts, &err));
	for (uint64_t i = 0; i < n; i++) {
		if (i % 5000 == 0) {
			put_spawn(w, i, 100 + (int32_t)(i / 5000 % 30000));
			i++;
			continue;
		}
		put_call(w, i, 100 + (int32_t)(i / 5000 % 30000), calls[i % 6]);
	}
	CHECK(htr_writer_close(w, NULL, &err));
	return fd;
}

/* ---- the clock -------------------------------------------------------------------------------------- */

static int64_t started;

static void start(void)
{
	started = htr_clock_ns(CLOCK_MONOTONIC);
}

static void stop(const char *what, const char *budget)
{
	char text[HTR_TIME_TEXT];

	htr_time_span(text, htr_clock_ns(CLOCK_MONOTONIC) - started);
	printf("%-44s %12s   %s\n", what, text, budget);
}

static void keys(struct app *app, const char *text)
{
	for (; *text; text++) {
		app_key(app, *text == '\n' ? VK_ENTER : (uint8_t)*text);
	}
}

static void settle(struct app *app)
{
	while (app_work(app, 4096)) {
		;
	}
	app_draw(app);
}

static void until_rows(struct app *app, uint64_t n)
{
	while (session_n_rows(&app->session) < n && app_work(app, 512)) {
		;
	}
	app_draw(app);
}

static void first_screen(struct app *app, int fd)
{
	struct htr_reader *r;

	start();
	CHECK(htr_reader_open_fd(&r, fd, "bench.htr", 0, &err));
	CHECK(app_init(app, r, SCREEN_EVENTS, &err));
	CHECK(app_resize(app, 160, 50));
	app_draw(app);
	stop("open to first screen", "200 ms");
}

static void walk_about(struct app *app)
{
	start();
	keys(app, "G");
	app_draw(app);
	stop("jump to the end", "100 ms");
	start();
	keys(app, "t+0.5s\n");
	app_draw(app);
	stop("jump to a time", "100 ms");
	start();
	for (int i = 0; i < 100; i++) {
		app_key(app, VK_PAGE_DOWN);
		app_draw(app);
	}
	stop("100 pages down", "1.6 s");
}

static void filter_and_undo(struct app *app)
{
	start();
	keys(app, ":evt.type = unlinkat and evt.failed = true\n");
	until_rows(app, 100);
	stop("filter, first 100 rows", "300 ms");
	start();
	settle(app);
	stop("filter, full count", "30 s at 100 M");
	start();
	keys(app, "u");
	app_draw(app);
	stop("undo", "50 ms");
	start();
	app_key(app, 0x12);
	app_draw(app);
	stop("redo", "50 ms");
	start();
	keys(app, "2");
	app_draw(app);
	stop("process tree", "100 ms");
	start();
	keys(app, "u\n");
	app_draw(app);
	until_rows(app, 1);
	stop("drill into a process, first row", "100 ms");
}

int main(int argc, char **argv)
{
	uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
	static struct app app;
	struct rusage before, after;

	err = HTR_ERR_INIT;
	start();
	int fd = make_trace(n, argc > 2 ? argv[2] : NULL);

	printf("%" PRIu64 " events, %.1f MB\n", n, (double)lseek(fd, 0, SEEK_END) / 1e6);
	stop("(writing them)", "");
	getrusage(RUSAGE_SELF, &before);
	lseek(fd, 0, SEEK_SET);
	first_screen(&app, fd);
	start();
	settle(&app);
	stop("all passes: processes, ribbon, facts", "");
	walk_about(&app);
	settle(&app);
	filter_and_undo(&app);
	getrusage(RUSAGE_SELF, &after);
	printf("%-44s %9ld MB   512 MB\n", "memory at most", after.ru_maxrss / 1024);
	app_fini(&app);
	return 0;
}
