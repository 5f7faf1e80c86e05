/* SPDX-License-Identifier: Apache-2.0
 * The nth allocation fails, n = 1, 2, ..., once and for good: open, write, close and read say -ENOMEM, keep
 * what they promise, and leak nothing (under a sanitizer). Linked with --wrap for the allocators. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "formats/core/io.h"
#include "formats/trace/cursor.h"
#include "formats/trace/reader.h"
#include "formats/trace/writer.h"
#include "tests/unit/trace/gen.h"

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t m);
void *__real_realloc(void *p, size_t n);
void *__real_reallocarray(void *p, size_t n, size_t m);
char *__real_strdup(const char *s);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t m);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_reallocarray(void *p, size_t n, size_t m);
char *__wrap_strdup(const char *s);

/* 0: never; otherwise the allocation that fails. */
static unsigned long fail_at, count;
static bool for_good;

static bool fails(void)
{
	count++;
	return fail_at && (for_good ? count >= fail_at : count == fail_at);
}

void *__wrap_malloc(size_t n)
{
	return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t m)
{
	return fails() ? NULL : __real_calloc(n, m);
}

void *__wrap_realloc(void *p, size_t n)
{
	return fails() ? NULL : __real_realloc(p, n);
}

void *__wrap_reallocarray(void *p, size_t n, size_t m)
{
	return fails() ? NULL : __real_reallocarray(p, n, m);
}

char *__wrap_strdup(const char *s)
{
	return fails() ? NULL : __real_strdup(s);
}

#define N_EVENTS 400

static struct gen gen;

static void arm(unsigned long n, bool good)
{
	count = 0;
	fail_at = n;
	for_good = good;
}

/* Write a file while allocation n fails. Returns true when nothing failed any more. */
static bool write_once(unsigned long n, bool good, int *ret_fd)
{
	struct htr_err err = HTR_ERR_INIT;
	struct htr_facts facts = gen_facts(1);
	struct htr_writer_opts opts = { .block_events = 64 };
	struct htr_writer *w;
	int fd = memfd_create("t", MFD_CLOEXEC);
	*ret_fd = dup(fd);
	gen_init(&gen, 3, true);
	arm(n, good);
	int rc = htr_writer_open_fd(&w, fd, &facts, &opts, &err);
	if (rc < 0) {
		arm(0, false);
		assert_int_equal(rc, -ENOMEM);
		assert_true(err.msg[0]);
		return false;
	}
	bool clean = true;
	for (int i = 0; i < N_EVENTS; i++) {
		const struct htr_event *ev = gen_next(&gen);
		int64_t seq = htr_writer_add(w, ev, &err);
		if (seq < 0) {
			assert_int_equal(seq, -ENOMEM);
			clean = false;
		}
	}
	rc = htr_writer_close(w, NULL, &err);
	bool hit = count >= n;
	arm(0, false);
	assert_true(rc == 0 || rc == -ENOMEM);
	return clean && rc == 0 && !hit;
}

/* Read fd while allocation n fails; what comes out is a part of what is in it, in order. */
static bool read_once(int fd, unsigned long n, bool good, unsigned flags)
{
	struct htr_err err = HTR_ERR_INIT;
	struct htr_reader *r;
	struct htr_cursor *c;
	const struct htr_event *ev;
	uint64_t last = 0, events = 0;
	bool clean = true;
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	int copy = dup(fd);
	arm(n, good);
	int rc = htr_reader_open_fd(&r, copy, "t", flags, &err);
	if (rc < 0) {
		arm(0, false);
		assert_int_equal(rc, -ENOMEM);
		return false;
	}
	rc = htr_cursor_open(&c, r, &err);
	if (rc < 0) {
		arm(0, false);
		assert_int_equal(rc, -ENOMEM);
		htr_reader_close(r);
		return false;
	}
	for (int errors = 0; errors < 20;) {
		rc = htr_cursor_next(c, &ev, &err);
		if (rc == 0) {
			break;
		}
		if (rc < 0) {
			/* memory is no damage: the same block again, now or never */
			assert_int_equal(rc, -ENOMEM);
			clean = false;
			errors++;
			continue;
		}
		assert_true(ev->seq > last);
		last = ev->seq;
		events++;
	}
	bool hit = count >= n;
	arm(0, false);
	if (!good || !hit) {
		assert_int_equal(events, N_EVENTS);
	}
	assert_int_equal(htr_reader_n_gaps(r), 0);
	htr_cursor_close(c);
	htr_reader_close(r);
	return clean && !hit;
}

static void test_write(void **state)
{
	(void)state;
	for (int good = 0; good < 2; good++) {
		unsigned long n = 0;
		int fd;
		bool done = false;
		while (!done) {
			struct htr_err err = HTR_ERR_INIT;
			struct htr_reader *r;
			done = write_once(++n, good, &fd);
			/* whatever was lost, the file is whole blocks */
			if (htr_reader_open_fd(&r, dup(fd), "t", 0, &err) == 0) {
				assert_int_equal(htr_reader_n_gaps(r), 0);
				assert_int_equal(htr_reader_verify(r, NULL, &err), 0);
				htr_reader_close(r);
			}
			close(fd);
			assert_true(n < 5000);
		}
		print_message("# write: %lu allocations, %s\n", n, good ? "for good" : "once");
	}
}

static void test_read(void **state)
{
	(void)state;
	static const unsigned ways[] = { 0, HTR_OPEN_NO_FOOTER, HTR_OPEN_STREAM };
	int fd;
	assert_true(write_once(1000000, false, &fd));
	for (int good = 0; good < 2; good++) {
		for (size_t w = 0; w < 3; w++) {
			unsigned long n = 1;
			while (!read_once(fd, n, good, ways[w])) {
				assert_true(++n < 5000);
			}
			print_message("# read: %lu allocations\n", n);
		}
	}
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
