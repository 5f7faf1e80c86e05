/* SPDX-License-Identifier: Apache-2.0
 * Finding the program, and the names of traces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/target.h"

static int find(struct target *t, const char *name, const char *path)
{
	static char *argv[3];

	argv[0] = (char *)name;
	argv[1] = (char *)"one";
	argv[2] = NULL;
	struct htr_err err = HTR_ERR_INIT;

	return target_find(t, argv, path, &err);
}

static void look_up(void **state)
{
	struct target t;

	(void)state;
	assert_int_equal(find(&t, "sh", "/nowhere:/bin"), 0);
	assert_string_equal(t.path, "/bin/sh");
	assert_string_equal(t.as_script[0], "/bin/sh");
	assert_string_equal(t.as_script[1], "/bin/sh");
	assert_string_equal(t.as_script[2], "one");
	assert_null(t.as_script[3]);
	target_fini(&t);
	assert_int_equal(find(&t, "no-such-program", "/bin:/usr/bin"), -ENOENT);
	target_fini(&t);
	assert_int_equal(find(&t, "passwd", "/etc"), -EACCES);
	target_fini(&t);
	/* a path is left to execve */
	assert_int_equal(find(&t, "./missing", "/bin"), 0);
	assert_string_equal(t.path, "./missing");
	target_fini(&t);
}

static void names(void **state)
{
	char out[TARGET_NAME_MAX];

	(void)state;
	setenv("TZ", "UTC", 1);
	target_trace_name(out, "/usr/sbin/nginx", 1700000000000000000LL);
	assert_string_equal(out, "nginx-20231114T221320.htr");
	target_trace_name(out, "a b;c\n", 0);
	assert_string_equal(out, "a_b_c_-19700101T000000.htr");
	target_trace_name(out, "./-rf", 0);
	assert_string_equal(out, "_rf-19700101T000000.htr");
	target_trace_name(out, "dir/", 0);
	assert_string_equal(out, "_-19700101T000000.htr");
	char longer[400];

	memset(longer, 'n', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	target_trace_name(out, longer, 0);
	assert_true(strlen(out) < 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(look_up),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
