/* SPDX-License-Identifier: Apache-2.0
 * Unit tests of viewer/loader, result, proctab, proctree, factbook and session on traces made in memory. */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "formats/core/cleanup.h"
#include "formats/model/tables.h"
#include "formats/trace/writer.h"
#include "viewer/proctree.h"
#include "viewer/session.h"

#define START_REAL (INT64_C(1764000000) * 1000000000) /* 2025-11-24 16:00:00 UTC */

struct maker {
	struct htr_writer *w;
	int fd;
	int64_t ns; /* of the next event */
	struct htr_event_builder b;
};

static void maker_open(struct maker *m, uint32_t block_events)
{
	struct htr_facts facts = { .start_real_ns = START_REAL, .time_unit_ns = 1 };
	struct htr_writer_opts opts = { .block_events = block_events };
	struct htr_err err = HTR_ERR_INIT;

	*m = (struct maker){ .fd = memfd_create("trace", 0), .ns = 1000 };
	assert_true(m->fd >= 0);
	assert_int_equal(htr_writer_open_fd(&m->w, dup(m->fd), &facts, &opts, &err), 0);
}

static struct htr_event_builder *event(struct maker *m, enum htr_event_kind kind, int32_t pid)
{
	htr_builder_init(&m->b, kind);
	m->b.ev.pid = m->b.ev.tid = pid;
	m->b.ev.nr = -1;
	m->b.ev.arch = HTR_ARCH_X86_64;
	m->b.ev.time_ns = m->ns;
	m->ns += 1000;
	return &m->b;
}

static void add(struct maker *m)
{
	struct htr_err err = HTR_ERR_INIT;

	assert_true(htr_writer_add(m->w, htr_builder_done(&m->b), &err) > 0);
}

static void call(struct maker *m, int32_t pid, const char *name, int64_t result)
{
	struct htr_event_builder *b = event(m, HTR_EV_SYSCALL, pid);
	const struct htr_syscall_desc *d = htr_syscall_by_name(name);

	b->ev.nr = d->nr[HTR_ARCH_X86_64];
	b->ev.n_args = d->n_args;
	b->ev.result = result;
	add(m);
}

static void open_file(struct maker *m, int32_t pid, const char *path, uint64_t flags)
{
	struct htr_event_builder *b = event(m, HTR_EV_SYSCALL, pid);
	const struct htr_syscall_desc *d = htr_syscall_by_name("openat");

	b->ev.nr = d->nr[HTR_ARCH_X86_64];
	b->ev.n_args = d->n_args;
	b->ev.args[0] = (uint64_t)-100;
	b->ev.args[2] = flags;
	b->ev.result = 3;
	htr_builder_bytes(b, HTR_K_ARG0 + 1, path, strlen(path), 0);
	htr_builder_bytes(b, HTR_K_FD_PATH, path, strlen(path), 0);
	add(m);
}

static void spawn(struct maker *m, int32_t pid, int32_t child)
{
	struct htr_event_builder *b = event(m, HTR_EV_SPAWN, pid);

	b->ev.flags = HTR_EVF_LAST;
	b->ev.result = child;
	htr_builder_int(b, HTR_K_CHILD_PID, child);
	add(m);
}

static void exec(struct maker *m, int32_t pid, const char *comm)
{
	struct htr_event_builder *b = event(m, HTR_EV_EXEC, pid);
	char exe[64];

	snprintf(exe, sizeof(exe), "/usr/bin/%s", comm);
	b->ev.nr = htr_syscall_by_name("execve")->nr[HTR_ARCH_X86_64];
	htr_builder_bytes(b, HTR_K_EXE, exe, strlen(exe), 0);
	htr_builder_bytes(b, HTR_K_COMM, comm, strlen(comm), 0);
	htr_builder_bytes(b, HTR_K_ARGV, comm, strlen(comm), 0);
	htr_builder_bytes(b, HTR_K_CWD, "/home", 5, 0);
	htr_builder_int(b, HTR_K_UID, 33);
	add(m);
}

static void end(struct maker *m, int32_t pid, int status)
{
	struct htr_event_builder *b = event(m, HTR_EV_EXIT, pid);

	b->ev.flags = HTR_EVF_LAST;
	htr_builder_int(b, HTR_K_EXIT_STATUS, status);
	add(m);
}

static struct session *maker_done(struct maker *m)
{
	struct htr_err err = HTR_ERR_INIT;
	struct htr_reader *r;
	struct session *s = calloc(1, sizeof(*s));

	assert_int_equal(htr_writer_close(m->w, NULL, &err), 0);
	assert_true(lseek(m->fd, 0, SEEK_SET) == 0);
	assert_int_equal(htr_reader_open_fd(&r, m->fd, "test.htr", 0, &err), 0);
	assert_int_equal(session_open(s, r, SCREEN_EVENTS, &err), 0);
	return s;
}

static void settle(struct session *s)
{
	while (session_work(s, 1000)) {
		;
	}
}

static void done(struct session *s)
{
	session_close(s);
	free(s);
}

static int select_filter(struct session *s, const char *filter)
{
	cleanup_free char *text = strdup(filter);
	struct selection next = *selections_now(&s->selections);
	struct htr_filter_err ferr;
	struct htr_err err = HTR_ERR_INIT;

	next.filter = text;
	return session_select(s, &next, &ferr, &err);
}

/* 1,000 events in blocks of 64: every tenth fails, pid 100 + i % 4. */
static struct session *thousand(void)
{
	struct maker m;

	maker_open(&m, 64);
	for (int i = 0; i < 1000; i++) {
		call(&m, 100 + i % 4, i % 10 ? "getppid" : "chdir", i % 10 ? 1 : -ENOENT);
	}
	return maker_done(&m);
}

static void positions_are_stable(void **state)
{
	struct session *s = thousand();
	const struct htr_event *ev;
	struct htr_err err = HTR_ERR_INIT;

	assert_int_equal(s->loader.n_events, 1000);
	assert_true(s->loader.n_blocks >= 15);
	for (uint64_t i = 0; i < 1000; i += 7) {
		assert_int_equal(loader_event(&s->loader, i, &ev, &err), 0);
		assert_int_equal(ev->seq, i + 1);
		assert_int_equal(loader_at_seq(&s->loader, ev->seq), i);
		assert_int_equal(loader_at_time(&s->loader, ev->time_ns), i);
		assert_int_equal(loader_at_time(&s->loader, ev->time_ns - 1), i);
		assert_int_equal(loader_at_time(&s->loader, ev->time_ns + 1), i + 1);
	}
	assert_int_equal(loader_at_seq(&s->loader, 0), 0);
	assert_int_equal(loader_at_seq(&s->loader, 5000), 1000);
	assert_int_equal(loader_at_time(&s->loader, INT64_MAX), 1000);
	assert_int_equal(loader_event(&s->loader, 1000, &ev, &err), -ERANGE);
	done(s);
}

static void places_are_parsed(void **state)
{
	struct session *s = thousand();
	struct htr_err err = HTR_ERR_INIT;
	uint64_t at = 77;

	assert_int_equal(session_goto(s, "#500", &at, &err), 0);
	assert_int_equal(at, 499);
	assert_int_equal(session_goto(s, "+100us", &at, &err), 0);
	assert_int_equal(at, 99);
	assert_int_equal(session_goto(s, "16:00:00.000100", &at, &err), 0);
	assert_int_equal(at, 99);
	assert_int_equal(session_goto(s, "2025-11-24T16:00:00.000500Z", &at, &err), 0);
	assert_int_equal(at, 499);
	assert_int_equal(session_goto(s, "#x", &at, &err), -EINVAL);
	assert_int_equal(session_goto(s, "noon", &at, &err), -EINVAL);
	assert_int_equal(at, 499); /* not touched by failures */
	done(s);
}

static void filters_find_rows_in_slices(void **state)
{
	struct session *s = thousand();

	assert_int_equal(session_n_rows(s), 1000);
	assert_int_equal(select_filter(s, "evt.type = chdir"), 0);
	assert_int_equal(session_n_rows(s), 0);
	assert_true(session_work(s, 100)); /* results appear as they come */
	assert_int_equal(session_n_rows(s), 10);
	assert_int_equal(result_permille(s->result, &s->loader), 100);
	assert_true(session_stop(s));
	settle(s);
	assert_int_equal(session_n_rows(s), 10);
	assert_int_equal(s->result->status, RESULT_STOPPED);
	result_resume(s->result);
	settle(s);
	assert_int_equal(session_n_rows(s), 100);
	assert_int_equal(s->result->status, RESULT_DONE);
	for (uint64_t i = 0; i < 100; i++) {
		assert_int_equal(session_row(s, i), i * 10);
		assert_int_equal(session_rank(s, i * 10), i);
	}
	assert_int_equal(s->result->n_procs, 2); /* 100 and 102 */
	done(s);
}

static void a_bad_filter_changes_nothing(void **state)
{
	struct session *s = thousand();
	const struct result *before;

	assert_int_equal(select_filter(s, "evt.type = chdir"), 0);
	settle(s);
	before = s->result;
	assert_int_equal(select_filter(s, "no.such.field = 1"), -EINVAL);
	assert_int_equal(select_filter(s, "evt.type = "), -EINVAL);
	assert_ptr_equal(s->result, before);
	assert_string_equal(selections_now(&s->selections)->filter, "evt.type = chdir");
	done(s);
}

static void undo_shows_the_old_result_at_once(void **state)
{
	struct session *s = thousand();

	assert_int_equal(select_filter(s, "evt.type = chdir"), 0);
	settle(s);
	assert_int_equal(select_filter(s, "proc.pid = 101"), 0);
	settle(s);
	assert_int_equal(session_n_rows(s), 250);
	assert_true(session_undo(s));
	assert_int_equal(session_n_rows(s), 100); /* without any work */
	assert_true(session_undo(s));
	assert_int_equal(session_n_rows(s), 1000);
	assert_true(session_redo(s));
	assert_int_equal(session_n_rows(s), 100);
	/* more filters than the cache holds: still right, found again */
	for (int i = 0; i < 2 * RESULT_CACHE; i++) {
		char text[40];

		snprintf(text, sizeof(text), "evt.num < %d", i + 2);
		assert_int_equal(select_filter(s, text), 0);
		settle(s);
		assert_int_equal(session_n_rows(s), i + 1);
	}
	while (session_undo(s)) {
		;
	}
	settle(s);
	assert_int_equal(session_n_rows(s), 1000);
	done(s);
}

static void a_time_range_narrows_any_result(void **state)
{
	struct session *s = thousand();
	struct selection next;
	struct htr_err err = HTR_ERR_INIT;
	int64_t from, to;

	assert_int_equal(select_filter(s, "evt.type = chdir"), 0);
	settle(s);
	next = *selections_now(&s->selections);
	next.from_ns = 201000; /* events 200 .. 399 from 0 */
	next.to_ns = 401000;
	cleanup_free char *text = strdup(next.filter);
	next.filter = text;
	assert_int_equal(session_select(s, &next, NULL, &err), 0);
	assert_int_equal(session_n_rows(s), 20);
	assert_int_equal(session_row(s, 0), 200);
	assert_int_equal(session_rank(s, 0), 0);
	assert_int_equal(session_rank(s, 999), 20);
	session_range(s, &from, &to);
	assert_int_equal(from, 201000);
	assert_int_equal(to, 401000);
	assert_true(session_undo(s));
	assert_int_equal(session_n_rows(s), 100);
	done(s);
}

static const char *name_at(struct session *s, int32_t pid, uint64_t seq, char out[64])
{
	uint32_t task = proctab_find(&s->procs, pid, seq);
	struct ptext t = proctab_name(&s->procs, proctab_image_at(&s->procs, task, seq));

	snprintf(out, 64, "%.*s", (int)t.len, t.data ? t.data : "");
	return out;
}

static void processes_over_time(void **state)
{
	struct maker m;
	char name[64];

	maker_open(&m, 16);
	exec(&m, 10, "init");              /* 1 */
	spawn(&m, 10, 20);                 /* 2 */
	exec(&m, 20, "sh");                /* 3 */
	exec(&m, 20, "cat");               /* 4 */
	open_file(&m, 20, "/tmp/a", 0x41); /* 5: written */
	open_file(&m, 20, "/tmp/a", 0x41); /* 6: the same again */
	open_file(&m, 20, "/etc/b", 0);    /* 7: only read */
	open_file(&m, 20, "/dev/null", 1); /* 8: does not count */
	end(&m, 20, 256);                  /* 9 */
	call(&m, 10, "getppid", 0);        /* 10 */
	spawn(&m, 10, 20);                 /* 11: pid used again */
	call(&m, 20, "getppid", 10);       /* 12 */
	struct session *s = maker_done(&m);
	settle(s);

	assert_int_equal(s->procs.n_tasks - 1, 3);
	uint32_t first = proctab_find(&s->procs, 20, 5);
	uint32_t second = proctab_find(&s->procs, 20, 12);
	const struct ptask *p = proctab_task(&s->procs, first);

	assert_true(first && second && first != second);
	assert_int_equal(p->n_images, 2);
	assert_int_equal(p->n_written, 1);
	assert_false(p->alive);
	assert_int_equal(p->status, 256);
	assert_true(proctab_task(&s->procs, second)->alive);
	assert_string_equal(name_at(s, 20, 3, name), "sh");
	assert_string_equal(name_at(s, 20, 5, name), "cat");
	assert_string_equal(name_at(s, 20, 12, name), "init"); /* inherited */
	assert_string_equal(name_at(s, 999, 5, name), "");
	done(s);
}

/* A child that is seen before its parent's record, and records that contradict each other. */
static void odd_orders_are_tolerated(void **state)
{
	struct maker m;

	maker_open(&m, 16);
	call(&m, 5, "getppid", 0);
	call(&m, 6, "getppid", 5); /* before its spawn */
	spawn(&m, 5, 6);
	spawn(&m, 6, 5); /* the parent as child of its child */
	spawn(&m, 6, 6);
	spawn(&m, 6, 0);
	spawn(&m, 6, -3);
	for (int32_t pid = 1; pid < 5; pid++) {
		struct htr_event_builder *b = event(&m, HTR_EV_PROC, pid);
		htr_builder_int(b, HTR_K_PPID, pid % 4 + 1); /* a ring */
		add(&m);
	}
	end(&m, 6, 0);
	end(&m, 6, 9);
	end(&m, 77, 0);
	struct session *s = maker_done(&m);
	struct proctree t;

	settle(s);
	uint32_t child = proctab_find(&s->procs, 6, 2);
	assert_int_equal(proctab_task(&s->procs, proctab_task(&s->procs, child)->parent)->pid, 5);
	proctree_init(&t, s);
	proctree_update(&t);
	assert_int_equal(t.n, s->procs.n_tasks - 1); /* each process once */
	proctree_fini(&t);
	done(s);
}

/* Deep and broad forests: no recursion, every process is a row. */
static void big_trees_are_walked(void **state)
{
	enum { DEEP = 20000, BROAD = 20000 };
	struct maker m;
	struct proctree t;

	maker_open(&m, 0);
	for (int32_t i = 1; i < DEEP; i++) {
		spawn(&m, i, i + 1);
	}
	for (int32_t i = 1; i < BROAD; i++) {
		spawn(&m, 1, DEEP + i);
	}
	struct session *s = maker_done(&m);

	settle(s);
	proctree_init(&t, s);
	proctree_update(&t);
	assert_int_equal(t.n, DEEP + BROAD - 1);
	assert_int_equal(t.rows[DEEP - 1].depth, DEEP - 1);
	for (enum proctree_sort k = PROCTREE_TREE; k < PROCTREE_SORT_MAX; k++) {
		t.sort = k;
		t.dirty = true;
		proctree_update(&t);
		assert_int_equal(t.n, DEEP + BROAD - 1);
	}
	t.sort = PROCTREE_TREE;
	t.dirty = true;
	proctree_update(&t);
	assert_true(proctree_go(&t, proctab_find(&s->procs, DEEP, UINT64_MAX)));
	assert_true(proctree_request(&t, REQ_TOP, &proctree_wide));
	assert_true(proctree_request(&t, REQ_FOLD, &proctree_wide));
	proctree_update(&t);
	assert_int_equal(t.n, 1);
	assert_true(proctree_go(&t, proctab_find(&s->procs, 50, UINT64_MAX))); /* unfolds */
	proctree_fini(&t);
	done(s);
}

static void only_processes_with_matches_stay(void **state)
{
	struct maker m;
	struct proctree t;

	maker_open(&m, 16);
	exec(&m, 1, "init");
	spawn(&m, 1, 2);
	spawn(&m, 1, 3);
	spawn(&m, 3, 4);
	call(&m, 4, "chdir", 0);
	call(&m, 2, "getppid", 1);
	struct session *s = maker_done(&m);

	settle(s);
	assert_int_equal(select_filter(s, "evt.type = chdir"), 0);
	settle(s);
	proctree_init(&t, s);
	proctree_update(&t);
	assert_int_equal(t.n_keep, 1);
	assert_int_equal(t.n, 3); /* 1, 3 for the shape, 4 */
	t.prune = true;
	t.dirty = true;
	proctree_update(&t);
	assert_int_equal(t.n, 0); /* 4 wrote nothing */
	proctree_fini(&t);
	done(s);
}

static const struct fact *fact_at(struct session *s, uint64_t ordinal)
{
	factbook_want(&s->facts, &ordinal, 1);
	while (factbook_slice(&s->facts, 10)) {
		;
	}
	return factbook_get(&s->facts, ordinal);
}

static void facts_are_those_of_the_moment(void **state)
{
	struct maker m;

	maker_open(&m, 16);
	exec(&m, 10, "sh");
	for (int i = 0; i < 40; i++) {
		call(&m, 10, "getppid", 1);
	}
	open_file(&m, 10, "/tmp/out", 0x41);
	struct session *s = maker_done(&m);
	const struct fact *f = fact_at(s, 41);

	assert_non_null(f);
	assert_true(f->has_proc);
	assert_int_equal(f->uid, 33);
	assert_string_equal(f->cwd.data, "/home");
	assert_string_equal(f->fd_name.data, "/tmp/out");
	f = fact_at(s, 3); /* behind: the replay begins again */
	assert_non_null(f);
	assert_string_equal(f->cwd.data, "/home");
	assert_null(f->fd_type);
	/* an event that does not exist ends the wish */
	assert_null(fact_at(s, 5000));
	done(s);
}

/* A thousand calls of which a byte of block 5 was flipped: in its head, or (from the end) in its parts. */
static struct session *flipped(off_t from_start, off_t from_end)
{
	struct maker m;
	struct htr_err err = HTR_ERR_INIT;
	struct htr_reader *r;
	struct session *s = calloc(1, sizeof(*s));
	char byte;

	maker_open(&m, 64);
	for (int i = 0; i < 1000; i++) {
		call(&m, 100 + i % 4, i % 10 ? "getppid" : "chdir", 0);
	}
	assert_int_equal(htr_writer_close(m.w, NULL, &err), 0);
	assert_int_equal(htr_reader_open_fd(&r, dup(m.fd), "test.htr", 0, &err), 0);
	const struct htr_block_info *b = htr_reader_block(r, 5);
	off_t at =
		from_end ? (off_t)(b->offset + b->size) - from_end : (off_t)b->offset + from_start;

	htr_reader_close(r);
	assert_int_equal(pread(m.fd, &byte, 1, at), 1);
	byte = (char)(byte ^ 0x55);
	assert_int_equal(pwrite(m.fd, &byte, 1, at), 1);
	assert_int_equal(htr_reader_open_fd(&r, m.fd, "test.htr", 0, &err), 0);
	assert_int_equal(session_open(s, r, SCREEN_EVENTS, &err), 0);
	return s;
}

/* Its block is lost, everything else is there, and it is said. */
static void a_damaged_block_is_counted(void **state)
{
	for (off_t at = 0; at < 60; at += 3) {
		struct session *s = flipped(at, at % 2 ? 20 + at : 0);
		const struct htr_event *ev;
		uint64_t bad = 0;

		settle(s);
		for (uint64_t i = 0; i < s->loader.n_events; i++) {
			bad += loader_event(&s->loader, i, &ev, NULL) < 0;
		}
		assert_true(bad <= 64); /* one block at the most */
		session_refresh(s);     /* a damaged head shows only when it is read */
		settle(s);
		assert_false(loader_stale(&s->loader));
		assert_int_equal(s->loader.n_events - s->damaged, 1000 - 64);
		assert_true(s->damaged == 64 || htr_reader_n_gaps(s->loader.reader) == 1);
		assert_int_equal(select_filter(s, "evt.type = chdir"), 0);
		settle(s);
		assert_int_equal(s->result->status, RESULT_DONE);
		assert_in_range(session_n_rows(s), 93, 94);
		assert_int_equal(loader_at_seq(&s->loader, 1), 0);
		done(s);
	}
}

static void an_empty_trace_is_fine(void **state)
{
	struct maker m;
	uint64_t at = 5;
	struct htr_err err = HTR_ERR_INIT;

	maker_open(&m, 16);
	struct session *s = maker_done(&m);

	settle(s);
	assert_int_equal(session_n_rows(s), 0);
	assert_int_equal(session_rank(s, 7), 0);
	assert_int_equal(session_goto(s, "#1", &at, &err), 0);
	assert_int_equal(at, 0);
	assert_int_equal(select_filter(s, "proc.name = sh"), 0);
	settle(s);
	assert_int_equal(session_n_rows(s), 0);
	done(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(positions_are_stable),
		cmocka_unit_test(places_are_parsed),
		cmocka_unit_test(filters_find_rows_in_slices),
		cmocka_unit_test(a_bad_filter_changes_nothing),
		cmocka_unit_test(undo_shows_the_old_result_at_once),
		cmocka_unit_test(a_time_range_narrows_any_result),
		cmocka_unit_test(processes_over_time),
		cmocka_unit_test(odd_orders_are_tolerated),
		cmocka_unit_test(big_trees_are_walked),
		cmocka_unit_test(only_processes_with_matches_stay),
		cmocka_unit_test(facts_are_those_of_the_moment),
		cmocka_unit_test(a_damaged_block_is_counted),
		cmocka_unit_test(an_empty_trace_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
