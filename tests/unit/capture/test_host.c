/* SPDX-License-Identifier: Apache-2.0
 * Own parsers for passwd, group and container ids; the list of environment values that are kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "capture/host.h"
#include "capture/snapshot.h"

static struct htr_arena mem;

static void users(void **state)
{
	struct htr_user_fact *u;
	const char *text = "root:x:0:0:root:/root:/bin/bash\n"
			   "broken line\n"
			   "nouid:x::0:a:b:c\n"
			   "big:x:4294967296:1:a:b:c\n"
			   "minus:x:-1:1:a:b:c\n"
			   "nobody:*:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
			   "last:x:4294967294:5::/:";

	(void)state;
	assert_int_equal(host_parse_users(text, &u, &mem), 3);
	assert_string_equal(u[0].name, "root");
	assert_string_equal(u[0].shell, "/bin/bash");
	assert_int_equal(u[1].uid, 65534);
	assert_string_equal(u[1].home, "/nonexistent");
	assert_int_equal(u[2].uid, 4294967294u);
	assert_string_equal(u[2].shell, "");
	assert_int_equal(host_parse_users("", &u, &mem), 0);
}

static void groups(void **state)
{
	struct htr_group_fact *g;

	(void)state;
	assert_int_equal(host_parse_groups("wheel:x:10:a,b\n:\nx\nusers:x:100:\n", &g, &mem), 2);
	assert_string_equal(g[0].name, "wheel");
	assert_int_equal(g[1].gid, 100);
}

static void container_ids(void **state)
{
#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	(void)state;
	assert_string_equal(host_container_id("0::/system.slice/docker-" ID ".scope\n", &mem), ID);
	assert_string_equal(host_container_id("12:cpu:/docker/" ID "\n", &mem), ID);
	assert_string_equal(
		host_container_id("1:x:/ecs/0123456789abcdef0123456789abcdef-1234567890\n", &mem),
		"0123456789abcdef0123456789abcdef-1234567890");
	assert_null(host_container_id("0::/user.slice\n", &mem));
	assert_null(host_container_id("0::/" ID "0\n", &mem)); /* too long */
	assert_null(host_container_id("", &mem));
}

static void environment(void **state)
{
	(void)state;
	assert_true(env_is_kept("PATH", 4));
	assert_true(env_is_kept("LD_PRELOAD", 10));
	assert_true(env_is_kept("LC_ALL", 6));
	assert_false(env_is_kept("LC_", 3));
	assert_false(env_is_kept("PATHX", 5));
	assert_false(env_is_kept("AWS_SECRET_ACCESS_KEY", 21));
	assert_false(env_is_kept("PASSWORD", 8));
	assert_false(env_is_kept("", 0));
}

static void facts(void **state)
{
	struct htr_facts f;

	(void)state;
	assert_int_equal(host_facts(&f, &mem, NULL), 0);
	assert_true(f.start_real_ns > 0 && f.start_mono_ns > 0 &&
		    f.start_boot_ns >= f.start_mono_ns);
	assert_true(f.n_cpus > 0 && f.mem_total > 0 && f.n_users > 0);
	assert_non_null(f.kernel_release);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(users),         cmocka_unit_test(groups),
		cmocka_unit_test(container_ids), cmocka_unit_test(environment),
		cmocka_unit_test(facts),
	};
	int r = cmocka_run_group_tests(tests, NULL, NULL);

	htr_arena_fini(&mem);
	return r;
}
