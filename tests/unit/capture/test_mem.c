/* SPDX-License-Identifier: Apache-2.0
 * Reading memory of a task (our own): page borders, holes, lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/mem.h"

#define PAGE 4096

/* Two readable pages in front of a hole. */
static char *two_pages(void)
{
	char *p = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(p != MAP_FAILED);
	munmap(p + 2 * PAGE, PAGE);
	return p;
}

static uint64_t at(const void *p)
{
	return (uint64_t)(uintptr_t)p;
}

static void strings(void **state)
{
	char *p = two_pages();
	char buf[MEM_STR_MAX + 1];
	bool cut;

	(void)state;
	memset(p, 'x', 2 * PAGE);
	/* over the border of two pages, ending with the last byte */
	strcpy(p + 2 * PAGE - 10, "123456789");
	assert_int_equal(mem_str(getpid(), at(p + 2 * PAGE - 10), buf, MEM_STR_MAX, &cut), 9);
	assert_string_equal(buf, "123456789");
	assert_false(cut);
	p[2 * PAGE - 1] = 'y';
	/* into the hole */
	assert_int_equal(mem_str(getpid(), at(p + 2 * PAGE - 10), buf, MEM_STR_MAX, &cut), 10);
	assert_true(cut);
	/* no end within the limit */
	assert_int_equal(mem_str(getpid(), at(p), buf, MEM_STR_MAX, &cut), MEM_STR_MAX);
	assert_true(cut);
	assert_int_equal(mem_str(getpid(), at(p), buf, 5, &cut), 5);
	assert_string_equal(buf, "xxxxx");
	p[PAGE - 1] = '\0';
	assert_int_equal(mem_str(getpid(), at(p + PAGE - 1), buf, MEM_STR_MAX, &cut), 0);
	assert_false(cut);
	munmap(p, 2 * PAGE);
}

static void bad_addresses(void **state)
{
	char buf[16];
	bool cut;

	(void)state;
	assert_true(mem_str(getpid(), 0, buf, 15, &cut) < 0);
	assert_true(mem_str(getpid(), UINT64_MAX - 3, buf, 15, &cut) < 0);
	assert_true(mem_read(getpid(), UINT64_MAX, buf, 16) < 0);
	assert_true(mem_read(getpid(), 1ull << 63, buf, 16) < 0);
	assert_int_equal(mem_read(getpid(), 0, buf, 0), 0);
}

static void partial(void **state)
{
	char *p = two_pages();
	char *buf = malloc(3 * PAGE);

	(void)state;
	assert_non_null(buf);
	memset(p, 'q', 2 * PAGE);
	assert_int_equal(mem_read(getpid(), at(p), buf, 3 * PAGE), 2 * PAGE);
	assert_int_equal(buf[2 * PAGE - 1], 'q');
	assert_int_equal(mem_read(getpid(), at(p + 2 * PAGE), buf, 10), -EFAULT);
	free(buf);
	munmap(p, 2 * PAGE);
}

static void many_pages(void **state)
{
	size_t len = 200 * PAGE;
	char *p = malloc(len);
	char *q = malloc(len);

	(void)state;
	assert_true(p && q);
	for (size_t i = 0; i < len; i++) {
		p[i] = (char)(i * 7 + i / PAGE);
	}
	assert_int_equal(mem_read(getpid(), at(p), q, len), len);
	assert_memory_equal(p, q, len);
	free(p);
	free(q);
}

static void lists(void **state)
{
	char *argv[200];
	char big[600];
	char buf[4096];
	bool cut;
	bool bad;

	(void)state;
	memset(big, 'b', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	argv[0] = (char *)"prog";
	argv[1] = (char *)"";
	argv[2] = big;
	argv[3] = NULL;
	ssize_t n = mem_argv(getpid(), at(argv), true, buf, sizeof(buf), &cut, &bad);

	assert_int_equal(n, 4 + 1 + 0 + 1 + 599);
	assert_memory_equal(buf, "prog\0\0bbb", 9);
	assert_false(cut || bad);
	/* more than one batch of pointers */
	for (int i = 0; i < 199; i++) {
		argv[i] = (char *)"ab";
	}
	argv[199] = NULL;
	assert_int_equal(mem_argv(getpid(), at(argv), true, buf, sizeof(buf), &cut, &bad),
			 199 * 3 - 1);
	assert_false(cut || bad);
	/* no room */
	assert_int_equal(mem_argv(getpid(), at(argv), true, buf, 10, &cut, &bad), 10);
	assert_true(cut);
	/* a pointer to nowhere */
	argv[1] = (char *)(uintptr_t)8;
	argv[2] = NULL;
	assert_int_equal(mem_argv(getpid(), at(argv), true, buf, sizeof(buf), &cut, &bad), 3);
	assert_true(bad);
	assert_true(mem_argv(getpid(), 16, true, buf, sizeof(buf), &cut, &bad) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings), cmocka_unit_test(bad_addresses),
		cmocka_unit_test(partial), cmocka_unit_test(many_pages),
		cmocka_unit_test(lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
