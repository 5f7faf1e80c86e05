/* SPDX-License-Identifier: Apache-2.0
 * Unit tests of formats/model/event.c. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "formats/core/cleanup.h"
#include "formats/model/event.h"
#include "formats/model/tables.h"

static void builder_sorts_and_replaces(void **state)
{
	struct htr_event_builder b;
	htr_builder_init(&b, HTR_EV_EXEC);
	htr_builder_int(&b, HTR_K_UID, 7);
	htr_builder_bytes(&b, HTR_K_EXE, "/bin/a", 6, 0);
	htr_builder_bytes(&b, HTR_K_ARG0 + 1, "x", 1, HTR_VF_TRUNCATED);
	htr_builder_int(&b, HTR_K_UID, 1000);
	htr_builder_bytes(&b, HTR_K_ARG0, NULL, 0, 0);
	const struct htr_event *ev = htr_builder_done(&b);

	assert_int_equal(ev->kind, HTR_EV_EXEC);
	assert_int_equal(ev->nr, -1);
	assert_int_equal(ev->n_vals, 4);
	for (unsigned i = 1; i < ev->n_vals; i++) {
		assert_true(ev->vals[i - 1].key < ev->vals[i].key);
	}
	assert_int_equal(htr_event_int(ev, HTR_K_UID, -1), 1000);
	assert_int_equal(htr_event_int(ev, HTR_K_GID, -1), -1);
	assert_int_equal(htr_event_int(ev, HTR_K_EXE, -5), -5); /* bytes are no int */
	const struct htr_val *v = htr_event_val(ev, HTR_K_EXE);
	assert_memory_equal(v->data, "/bin/a", 6);
	assert_non_null(htr_event_val(ev, HTR_K_ARG0)->data);
	assert_null(htr_event_val(ev, HTR_K_CWD));
	assert_int_equal(ev->flags, HTR_EVF_TRUNCATED);
}

static void builder_raises_flags_of_values(void **state)
{
	struct htr_event_builder b;
	htr_builder_init(&b, HTR_EV_SYSCALL);
	b.ev.flags = HTR_EVF_PTRACE;
	htr_builder_bytes(&b, HTR_K_ARG0, "x", 1, HTR_VF_UNSTABLE | HTR_VF_REDACTED | HTR_VF_GUESS);
	assert_int_equal(htr_builder_done(&b)->flags,
			 HTR_EVF_PTRACE | HTR_EVF_UNSTABLE | HTR_EVF_REDACTED);
}

static void builder_says_when_it_is_full(void **state)
{
	struct htr_event_builder b;
	unsigned offered = 0;
	htr_builder_init(&b, HTR_EV_PROC);
	for (int key = HTR_K_MAX - 1; key >= 0; key--) {
		int type = htr_key_type((unsigned)key);
		if (type == HTR_VT_INT) {
			htr_builder_int(&b, (unsigned)key, key);
			offered++;
		} else if (type == HTR_VT_BYTES || key < HTR_K_ARG_MAX) {
			htr_builder_bytes(&b, (unsigned)key, "abc", 3, 0);
			offered++;
		}
	}
	assert_true(offered > HTR_VALS_MAX);
	const struct htr_event *ev = htr_builder_done(&b);
	assert_true(b.overflow);
	assert_int_equal(ev->n_vals, HTR_VALS_MAX);
	assert_true(ev->flags & HTR_EVF_TRUNCATED);
	for (unsigned i = 1; i < ev->n_vals; i++) {
		assert_true(ev->vals[i - 1].key < ev->vals[i].key);
	}
}

static void keys_have_names_and_types(void **state)
{
	assert_string_equal(htr_key_name(HTR_K_EXE), "exe");
	assert_string_equal(htr_key_name(HTR_K_FD_PATH), "fd_path");
	assert_int_equal(htr_key_type(HTR_K_EXE), HTR_VT_BYTES);
	assert_int_equal(htr_key_type(HTR_K_UID), HTR_VT_INT);
	assert_null(htr_key_name(HTR_K_ARG0));
	assert_int_equal(htr_key_type(HTR_K_ARG0), -1);
	assert_null(htr_key_name(15));
	assert_null(htr_key_name(HTR_K_MAX));
	assert_null(htr_key_name(UINT32_MAX));
	for (unsigned i = 0; i < HTR_K_MAX; i++) {
		for (unsigned k = i + 1; htr_key_name(i) && k < HTR_K_MAX; k++) {
			if (htr_key_name(k)) {
				assert_string_not_equal(htr_key_name(i), htr_key_name(k));
			}
		}
	}
}

static void type_names(void **state)
{
	char s[24];
	struct htr_event ev = { .kind = HTR_EV_SYSCALL, .arch = HTR_ARCH_X86_64, .nr = 257 };
	assert_string_equal(htr_event_type_name(&ev, s), "openat");
	ev.arch = HTR_ARCH_ARM64;
	ev.nr = 56;
	assert_string_equal(htr_event_type_name(&ev, s), "openat");
	ev.arch = 99;
	assert_string_equal(htr_event_type_name(&ev, s), "syscall_56");
	ev.nr = INT32_MAX;
	assert_string_equal(htr_event_type_name(&ev, s), "syscall_2147483647");
	ev = (struct htr_event){ .kind = HTR_EV_SPAWN, .nr = -1 };
	assert_string_equal(htr_event_type_name(&ev, s), "clone");
	ev = (struct htr_event){ .kind = HTR_EV_SPAWN, .nr = 58, .arch = HTR_ARCH_X86_64 };
	assert_string_equal(htr_event_type_name(&ev, s), "vfork");
	static const struct {
		uint8_t kind;
		const char *name;
	} t[] = {
		{ HTR_EV_EXIT, "procexit" }, { HTR_EV_SIGNAL, "signaldeliver" },
		{ HTR_EV_PROC, "procinfo" }, { HTR_EV_FD, "fdinfo" },
		{ HTR_EV_LOSS, "loss" },     { HTR_EV_NOTE, "note" },
		{ HTR_EV_CLOCK, "clock" },   { HTR_EV_EXEC, "execve" },
		{ 200, "unknown" },          { HTR_EV_UNSPEC, "unknown" },
	};
	for (size_t i = 0; i < HTR_ARRAY_LEN(t); i++) {
		ev = (struct htr_event){ .kind = t[i].kind, .nr = -1 };
		assert_string_equal(htr_event_type_name(&ev, s), t[i].name);
	}
}

static void failed_and_is_call(void **state)
{
	struct htr_event ev = { .kind = HTR_EV_SYSCALL, .nr = 2, .result = -ENOENT };
	assert_true(htr_event_is_call(&ev));
	assert_true(htr_event_failed(&ev));
	ev.result = -4096; /* an address, as mmap may return */
	assert_false(htr_event_failed(&ev));
	ev.result = -ENOENT;
	ev.flags = HTR_EVF_ENTRY_ONLY;
	assert_false(htr_event_failed(&ev));
	ev = (struct htr_event){ .kind = HTR_EV_EXIT, .nr = 2, .result = -1 };
	assert_false(htr_event_is_call(&ev));
	assert_false(htr_event_failed(&ev));
}

static void dup_is_deep(void **state)
{
	struct htr_arena arena;
	struct htr_event_builder b;
	char text[] = "/tmp/x";
	htr_arena_init(&arena, 0);
	htr_builder_init(&b, HTR_EV_SYSCALL);
	htr_builder_bytes(&b, HTR_K_ARG0, text, 6, 0);
	htr_builder_int(&b, HTR_K_FD_INO, 5);
	htr_builder_bytes(&b, HTR_K_AT_PATH, "", 0, 0);
	struct htr_event *copy = htr_event_dup(htr_builder_done(&b), &arena);
	memset(text, 'z', 6);
	memset(&b, 0xee, sizeof(b));
	assert_int_equal(copy->n_vals, 3);
	assert_memory_equal(htr_event_val(copy, HTR_K_ARG0)->data, "/tmp/x", 6);
	assert_int_equal(htr_event_int(copy, HTR_K_FD_INO, 0), 5);

	struct htr_event bare = { .kind = HTR_EV_EXIT };
	copy = htr_event_dup(&bare, &arena);
	assert_non_null(copy);
	assert_null(htr_event_val(copy, HTR_K_ARG0));
	htr_arena_fini(&arena);
}

static void dup_without_memory_is_null(void **state)
{
	struct htr_event_builder b;
	htr_builder_init(&b, HTR_EV_SYSCALL);
	htr_builder_bytes(&b, HTR_K_ARG0, "0123456789", 10, 0);
	const struct htr_event *ev = htr_builder_done(&b);
	size_t limit = 1;
	struct htr_event *copy = NULL;
	for (; !copy; limit += 8) {
		struct htr_arena arena;
		assert_true(limit < 4096);
		htr_arena_init(&arena, limit);
		copy = htr_event_dup(ev, &arena);
		htr_arena_fini(&arena);
	}
	assert_true(limit > sizeof(struct htr_event));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(builder_sorts_and_replaces),
		cmocka_unit_test(builder_raises_flags_of_values),
		cmocka_unit_test(builder_says_when_it_is_full),
		cmocka_unit_test(keys_have_names_and_types),
		cmocka_unit_test(type_names),
		cmocka_unit_test(failed_and_is_call),
		cmocka_unit_test(dup_is_deep),
		cmocka_unit_test(dup_without_memory_is_null),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
