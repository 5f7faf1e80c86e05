/* SPDX-License-Identifier: Apache-2.0
 * State without memory: every allocation of a story fails once. The error is -ENOMEM, the state stays whole,
 * and nothing is lost to the heap. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "formats/core/cleanup.h"
#include "formats/model/state.h"
#include "tests/lib/story.h"

static long fail_after = -1;

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t m);
void *__real_realloc(void *p, size_t n);
void *__real_reallocarray(void *p, size_t n, size_t m);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t m);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_reallocarray(void *p, size_t n, size_t m);

static bool fails(void)
{
	return fail_after >= 0 && fail_after-- == 0;
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

static const char *const LINES[] = {
	"proc 1 comm=\"init\" argv=[\"init\"] cwd=\"/\" exe=\"/sbin/init\" env=[\"A=1\"]",
	"1: fork 2",
	"2: exec \"/bin/sh\" [\"sh\",\"-c\",\"x\"] cwd=\"/tmp\"",
	"2: openat(AT_FDCWD, \"a/../b\", O_RDONLY) = 3",
	"2: openat(AT_FDCWD, \"/nope\", O_RDONLY) = ENOENT",
	"2: thread 3",
	"3: socket(AF_INET, SOCK_STREAM, 0) = 900",
	"3: connect(900, 1.2.3.4:80, 16) = 0",
	"3: connect(4, unix:/run/x, 110) = 0",
	"2: fork 5",
	"5: dup2(900, 0) = 0",
	"5: fcntl(3, F_SETFD, 1) = 0",
	"5: memfd_create(\"x\", 0) = 7",
	"5: fork 6 clone_flags=0x400",
	"6: exec \"/x\" [\"x\"]",
	"6: chdir(\"/a/very/long/directory/name/that/needs/a/block/of/its/own\") = 0",
	"5: close_range(0, 100, 4) = 0",
	"5: exit 0",
	"6: pipe2(0, 0) = 0 fd1=70 fd2=200",
	"2: exit 0",
	"6: getpid() = 6",
};

struct run {
	struct htr_state *st;
	const struct htr_event *ev[64];
	struct htr_arena arena;
	size_t n;
};

static void collect(const struct htr_event *ev, void *data)
{
	struct run *r = data;

	r->ev[r->n++] = htr_event_dup(ev, &r->arena);
}

/* Walk over everything that the state holds. */
static void look_at_all(const struct htr_state *st)
{
	const struct htr_proc *p;
	const struct htr_fd *fd;
	cleanup_buf struct htr_buf b = { 0 };
	size_t pos = 0;

	while (htr_state_next_proc(st, &pos, &p) > 0) {
		size_t at = 0;

		(void)htr_proc_cmdline_text(p);
		(void)htr_proc_args_text(p);
		(void)htr_state_ancestor(st, p, 10);
		while (htr_state_next_fd(st, p, &at, &fd) > 0) {
			htr_fd_name(&b, fd);
		}
	}
}

static void each_allocation_fails(void **unused)
{
	static struct run r;
	struct story *story = story_new(collect, &r);
	unsigned errors = 0;

	(void)unused;
	for (size_t i = 0; i < HTR_ARRAY_LEN(LINES); i++) {
		story_line(story, LINES[i], (unsigned)i + 1);
	}
	for (long n = 0;; n++) {
		struct htr_state *st = NULL;
		struct htr_err err = HTR_ERR_INIT;

		fail_after = n;
		if (htr_state_new(&st, NULL, &err) < 0) {
			assert_int_equal(err.code, -ENOMEM);
			continue;
		}
		for (size_t i = 0; i < r.n; i++) {
			int e = htr_state_apply(st, r.ev[i], &err);

			if (e < 0) {
				assert_int_equal(e, -ENOMEM);
				errors++;
			}
			look_at_all(st);
		}
		htr_state_free(st);
		if (fail_after >= 0) {
			fail_after = -1;
			assert_true(n > 50);
			break;
		}
	}
	assert_true(errors > 40);
	story_free(story);
	htr_arena_fini(&r.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_allocation_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
