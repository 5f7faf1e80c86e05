/* SPDX-License-Identifier: Apache-2.0
 * Unit tests of formats/model/facts.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sys/socket.h>

#include "formats/core/cleanup.h"
#include "formats/model/facts.h"

static const struct htr_user_fact users[] = {
	{ .uid = 0, .gid = 0, .name = "root", .home = "/root", .shell = "/bin/sh" },
	{ .uid = 33, .gid = 33, .name = "www", .home = "/var/www", .shell = "" },
};
static const struct htr_group_fact groups[] = { { .gid = 5, .name = "tty" } };
static const struct htr_iface_fact ifaces[] = {
	{ .name = "lo", .family = AF_INET, .ip = { 127, 0, 0, 1 }, .prefix_len = 8 },
};
static const uint16_t captured[] = { 1, 59, 257 };
static const struct htr_facts full = {
	.start_real_ns = 123,
	.hostname = "h",
	.kernel_release = "6.18",
	.kernel_version = "#1",
	.os_name = "os",
	.recorder_version = "1",
	.command = "ls -la",
	.profile = "full",
	.channel = "ptrace",
	.options = "-q",
	.redaction = "none",
	.features = "killable",
	.n_captured_calls = 3,
	.captured = captured,
	.container_id = "c1",
	.container_name = "web",
	.container_image = "img",
	.n_users = 2,
	.n_groups = 1,
	.n_ifaces = 1,
	.users = users,
	.groups = groups,
	.ifaces = ifaces,
};

static void dup_copies_everything(void **state)
{
	struct htr_arena arena;
	htr_arena_init(&arena, 0);
	struct htr_facts *f = htr_facts_dup(&full, &arena);

	assert_non_null(f);
	assert_int_equal(f->start_real_ns, 123);
	assert_string_equal(f->hostname, "h");
	assert_string_equal(f->container_image, "img");
	assert_string_equal(f->features, "killable");
	assert_memory_equal(f->captured, captured, sizeof(captured));
	assert_string_equal(f->users[1].home, "/var/www");
	assert_string_equal(f->groups[0].name, "tty");
	assert_string_equal(f->ifaces[0].name, "lo");
	assert_int_equal(f->ifaces[0].prefix_len, 8);
	/* nothing is shared */
	assert_ptr_not_equal(f->hostname, full.hostname);
	assert_ptr_not_equal(f->kernel_release, full.kernel_release);
	assert_ptr_not_equal(f->kernel_version, full.kernel_version);
	assert_ptr_not_equal(f->os_name, full.os_name);
	assert_ptr_not_equal(f->recorder_version, full.recorder_version);
	assert_ptr_not_equal(f->command, full.command);
	assert_ptr_not_equal(f->profile, full.profile);
	assert_ptr_not_equal(f->channel, full.channel);
	assert_ptr_not_equal(f->options, full.options);
	assert_ptr_not_equal(f->redaction, full.redaction);
	assert_ptr_not_equal(f->features, full.features);
	assert_ptr_not_equal(f->container_id, full.container_id);
	assert_ptr_not_equal(f->container_name, full.container_name);
	assert_ptr_not_equal(f->container_image, full.container_image);
	assert_ptr_not_equal(f->captured, full.captured);
	assert_ptr_not_equal(f->users[0].name, users[0].name);
	assert_ptr_not_equal(f->groups[0].name, groups[0].name);
	assert_ptr_not_equal(f->ifaces[0].name, ifaces[0].name);
	htr_arena_fini(&arena);
}

static void dup_of_nothing(void **state)
{
	struct htr_arena arena;
	const struct htr_facts empty = { .container_privileged = -1 };
	htr_arena_init(&arena, 0);
	struct htr_facts *f = htr_facts_dup(&empty, &arena);
	assert_non_null(f);
	assert_null(f->hostname);
	assert_null(f->captured);
	assert_int_equal(f->container_privileged, -1);
	htr_arena_fini(&arena);
}

static void dup_without_memory_is_null(void **state)
{
	size_t limit = 1;
	for (bool done = false; !done; limit += 16) {
		struct htr_arena arena;
		assert_true(limit < 8192);
		htr_arena_init(&arena, limit);
		done = htr_facts_dup(&full, &arena) != NULL;
		htr_arena_fini(&arena);
	}
	assert_true(limit > sizeof(full));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dup_copies_everything),
		cmocka_unit_test(dup_of_nothing),
		cmocka_unit_test(dup_without_memory_is_null),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
