/* SPDX-License-Identifier: Apache-2.0
 * State: what the tables of tests/sim cannot say: iteration, lifetime, memory, hostile sizes. */
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
#include "formats/model/tables.h"

static struct htr_event_builder eb;
static uint64_t seq;

static void begin(enum htr_event_kind kind, int32_t tid, int32_t pid, const char *call)
{
	const struct htr_syscall_desc *d = call != NULL ? htr_syscall_by_name(call) : NULL;

	htr_builder_init(&eb, kind);
	eb.ev.seq = ++seq;
	eb.ev.time_ns = (int64_t)seq * 1000;
	eb.ev.tid = tid;
	eb.ev.pid = pid;
	eb.ev.arch = HTR_ARCH_X86_64;
	eb.ev.nr = d != NULL ? d->nr[HTR_ARCH_X86_64] : -1;
}

static int apply(struct htr_state *st)
{
	struct htr_err err = HTR_ERR_INIT;

	return htr_state_apply(st, htr_builder_done(&eb), &err);
}

static struct htr_state *new_state(const struct htr_facts *f)
{
	struct htr_state *st = NULL;
	struct htr_err err = HTR_ERR_INIT;

	assert_int_equal(htr_state_new(&st, f, &err), 0);
	return st;
}

static void fork_to(struct htr_state *st, int32_t parent, int32_t child)
{
	begin(HTR_EV_SPAWN, parent, parent, "clone");
	eb.ev.result = child;
	eb.ev.flags = HTR_EVF_LAST;
	htr_builder_int(&eb, HTR_K_CHILD_PID, child);
	assert_int_equal(apply(st), 0);
}

static void exit_of(struct htr_state *st, int32_t pid)
{
	begin(HTR_EV_EXIT, pid, pid, NULL);
	eb.ev.flags = HTR_EVF_LAST;
	assert_int_equal(apply(st), 0);
}

static void open_fd(struct htr_state *st, int32_t pid, int64_t num, const char *path)
{
	begin(HTR_EV_SYSCALL, pid, pid, "open");
	htr_builder_bytes(&eb, HTR_K_ARG0, path, strlen(path), 0);
	eb.ev.result = num;
	assert_int_equal(apply(st), 0);
}

static void empty(void **unused)
{
	cleanup_state struct htr_state *st = new_state(NULL);
	const struct htr_proc *p;
	size_t pos = 0;

	(void)unused;
	assert_null(htr_state_current(st)->ev);
	assert_null(htr_state_proc(st, 1));
	assert_null(htr_state_thread(st, 0));
	assert_null(htr_state_parent(st, NULL));
	assert_null(htr_state_fd(st, NULL, 0));
	assert_int_equal(htr_state_next_proc(st, &pos, &p), 0);
	assert_true(htr_state_sees(st, 3));
	htr_state_free(NULL);
}

static void iterates_in_order(void **unused)
{
	cleanup_state struct htr_state *st = new_state(NULL);
	const struct htr_proc *p;
	const struct htr_fd *fd;
	static const int64_t nums[] = { 900, 3, 64, 63, 2147483647, 0, 128 };
	static const int32_t sorted[] = { 0, 3, 63, 64, 128, 900, 2147483647 };
	size_t pos = 0;

	(void)unused;
	fork_to(st, 40, 7);
	fork_to(st, 40, 900);
	fork_to(st, 7, 8);
	for (int32_t want = 0; htr_state_next_proc(st, &pos, &p) > 0;) {
		assert_true(p->pid > want);
		want = p->pid;
	}
	assert_int_equal(pos, 901);
	for (size_t i = 0; i < HTR_ARRAY_LEN(nums); i++) {
		open_fd(st, 40, nums[i], "/x");
	}
	pos = 0;
	p = htr_state_proc(st, 40);
	for (size_t i = 0; i < HTR_ARRAY_LEN(sorted); i++) {
		assert_int_equal(htr_state_next_fd(st, p, &pos, &fd), 1);
		assert_int_equal(fd->num, sorted[i]);
	}
	assert_int_equal(htr_state_next_fd(st, p, &pos, &fd), 0);
}

static void removal_waits(void **unused)
{
	cleanup_state struct htr_state *st = new_state(NULL);

	(void)unused;
	fork_to(st, 1, 2);
	exit_of(st, 2);
	assert_non_null(htr_state_proc(st, 2));
	assert_true(htr_state_current(st)->proc->dead);
	begin(HTR_EV_SYSCALL, 1, 1, "getpid");
	assert_int_equal(apply(st), 0);
	assert_null(htr_state_proc(st, 2));
	assert_null(htr_state_thread(st, 2));
}

/* A lineage of 100,000 and one parent of 100,000: no recursion, no loop, no long walk. */
static void deep_and_wide(void **unused)
{
	cleanup_state struct htr_state *st = new_state(NULL);
	const struct htr_proc *p;
	unsigned n = 0;

	(void)unused;
	for (int32_t i = 1; i < 100000; i++) {
		fork_to(st, i, i + 1);
	}
	p = htr_state_proc(st, 100000);
	assert_non_null(p);
	while ((p = htr_state_parent(st, p)) != NULL) {
		n++;
	}
	assert_int_equal(n, 99999);
	assert_non_null(htr_state_ancestor(st, htr_state_proc(st, 100000), 99999));
	assert_null(htr_state_ancestor(st, htr_state_proc(st, 100000), 100000));
	for (int32_t i = 200000; i < 300000; i++) {
		fork_to(st, 5, i);
	}
	exit_of(st, 5);
	begin(HTR_EV_SYSCALL, 200000, 200000, "getpid");
	assert_int_equal(apply(st), 0);
	assert_int_equal(htr_state_proc(st, 200000)->ppid, 1);
	assert_int_equal(htr_state_proc(st, 6)->ppid, 1);
}

static void cycles_are_cut(void **unused)
{
	cleanup_state struct htr_state *st = new_state(NULL);

	(void)unused;
	for (int round = 0; round < 3; round++) {
		for (int32_t i = 2; i < 20; i++) {
			begin(HTR_EV_PROC, i, i, NULL);
			htr_builder_int(&eb, HTR_K_PPID, 2 + (i + round) % 18);
			assert_int_equal(apply(st), 0);
		}
	}
	for (int32_t i = 2; i < 20; i++) {
		assert_null(htr_state_ancestor(st, htr_state_proc(st, i), 1000));
	}
	for (int32_t i = 2; i < 20; i++) {
		exit_of(st, i);
	}
}

static void only_the_living_are_kept(void **unused)
{
	cleanup_state struct htr_state *st = new_state(NULL);
	const struct htr_proc *p;
	size_t pos = 0;
	unsigned n = 0;

	(void)unused;
	for (int32_t i = 10; i < 20000; i++) {
		fork_to(st, 1, i);
		open_fd(st, i, 3, "/some/file");
		exit_of(st, i);
	}
	begin(HTR_EV_SYSCALL, 1, 1, "getpid");
	assert_int_equal(apply(st), 0);
	while (htr_state_next_proc(st, &pos, &p) > 0) {
		n++;
	}
	assert_int_equal(n, 1);
}

static void sees(void **unused)
{
	static const uint16_t captured[] = { 2, 59, 257, 435 };
	struct htr_facts f = { .captured = captured, .n_captured_calls = 4 };
	cleanup_state struct htr_state *st = new_state(&f);

	(void)unused;
	assert_true(htr_state_sees(st, 2));
	assert_true(htr_state_sees(st, 257));
	assert_true(htr_state_sees(st, 435));
	assert_false(htr_state_sees(st, 3));
	assert_false(htr_state_sees(st, 500));
	assert_false(htr_state_sees(st, -1));
}

static void joins(const char *base, const char *path, const char *want)
{
	cleanup_buf struct htr_buf b = { 0 };

	htr_buf_adds(&b, "pre");
	htr_path_join(&b, base, strlen(base), path, strlen(path));
	assert_string_equal(htr_buf_str(&b) + 3, want);
}

static void paths(void **unused)
{
	(void)unused;
	joins("/", "/etc/passwd", "/etc/passwd");
	joins("/a/b", "c", "/a/b/c");
	joins("/a/b/", "./c//d/", "/a/b/c/d");
	joins("/a/b", "../c", "/a/c");
	joins("/a/b", "../../../../c", "/c");
	joins("/a/b", "", "/a/b");
	joins("/a/b", ".", "/a/b");
	joins("/a", "..", "/");
	joins("/", "..", "/");
	joins("/", ".", "/");
	joins("", "/", "/");
	joins("", "//x", "/x");
	joins("", "/etc/../etc/../etc/shadow", "/etc/shadow");
	joins("/x", "/.hidden/..f/...", "/.hidden/..f/...");
	joins("", "a/b/../c", "a/c");
	joins("", "../a", "../a");
	joins("", "../../a/..", "../..");
	joins("", "a/..", ".");
	joins("", "", "");
	joins("rel", "x", "rel/x");
	joins("..", "..", "../..");
}

static void names(void **unused)
{
	struct htr_proc p = { .comm = { "sh", 2 }, .image.argv = { "sh\0-c\0a b", 9 } };
	struct htr_proc none = { .comm = { NULL, 0 } };
	cleanup_buf struct htr_buf b = { 0 };

	(void)unused;
	htr_proc_args(&b, &p);
	assert_string_equal(htr_buf_str(&b), "-c a b");
	htr_buf_reset(&b);
	htr_proc_cmdline(&b, &p);
	assert_string_equal(htr_buf_str(&b), "sh -c a b");
	assert_int_equal(htr_proc_argv(&p, 2).len, 3);
	assert_null(htr_proc_argv(&p, 3).data);
	assert_null(htr_proc_argv(&none, 0).data);
	assert_string_equal(htr_proc_name(&none).data, "");
	assert_string_equal(htr_proc_name(NULL).data, "");
	p.image.argv.len = 2;
	htr_buf_reset(&b);
	htr_proc_cmdline(&b, &p);
	assert_string_equal(htr_buf_str(&b), "sh");
	assert_null(htr_fd_type_name((enum htr_fd_type)200));
	assert_int_equal(htr_fd_type_char(HTR_FD_UNKNOWN), 0);
}

/* Joined texts follow the image. */
static void joined_texts_are_renewed(void **unused)
{
	cleanup_state struct htr_state *st = new_state(NULL);

	(void)unused;
	begin(HTR_EV_EXEC, 5, 5, "execve");
	htr_builder_bytes(&eb, HTR_K_COMM, "one", 3, 0);
	htr_builder_bytes(&eb, HTR_K_ARGV, "one\0x", 5, 0);
	assert_int_equal(apply(st), 0);
	assert_string_equal(htr_proc_cmdline_text(htr_state_proc(st, 5)).data, "one x");
	fork_to(st, 5, 6);
	assert_string_equal(htr_proc_cmdline_text(htr_state_proc(st, 6)).data, "one x");
	begin(HTR_EV_EXEC, 5, 5, "execve");
	htr_builder_bytes(&eb, HTR_K_COMM, "two", 3, 0);
	htr_builder_bytes(&eb, HTR_K_ARGV, "two\0y", 5, 0);
	assert_int_equal(apply(st), 0);
	assert_string_equal(htr_proc_cmdline_text(htr_state_proc(st, 5)).data, "two y");
	assert_string_equal(htr_proc_args_text(htr_state_proc(st, 5)).data, "y");
	assert_string_equal(htr_proc_cmdline_text(htr_state_proc(st, 6)).data, "one x");
}

/* Every call number of every architecture, every argument value that is odd: nothing may break. */
static void any_call(void **unused)
{
	static const uint64_t odd[] = {
		0, UINT64_MAX, INT32_MAX, (uint64_t)INT64_MIN, 3, 1u << 31
	};
	cleanup_state struct htr_state *st = new_state(NULL);

	(void)unused;
	for (int arch = 0; arch < HTR_ARCH_MAX + 1; arch++) {
		for (int32_t nr = -1; nr < 600; nr++) {
			for (size_t o = 0; o < HTR_ARRAY_LEN(odd); o++) {
				begin(HTR_EV_SYSCALL, 5, 5, NULL);
				eb.ev.arch = (uint8_t)arch;
				eb.ev.nr = nr;
				eb.ev.result = (int64_t)odd[o];
				for (unsigned i = 0; i < HTR_ARGS_MAX; i++) {
					eb.ev.args[i] = odd[(o + i) % HTR_ARRAY_LEN(odd)];
					htr_builder_bytes(&eb, HTR_K_ARG0 + i, "\xff\0x",
							  (o + i) % 4, 0);
				}
				assert_int_equal(apply(st), 0);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty),          cmocka_unit_test(iterates_in_order),
		cmocka_unit_test(removal_waits),  cmocka_unit_test(deep_and_wide),
		cmocka_unit_test(cycles_are_cut), cmocka_unit_test(only_the_living_are_kept),
		cmocka_unit_test(sees),           cmocka_unit_test(paths),
		cmocka_unit_test(names),          cmocka_unit_test(joined_texts_are_renewed),
		cmocka_unit_test(any_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
