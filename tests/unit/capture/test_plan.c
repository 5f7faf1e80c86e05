/* SPDX-License-Identifier: Apache-2.0
 * Profiles and the -e set arithmetic. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "capture/plan.h"
#include "formats/core/cleanup.h"

static struct plan plan;

static enum how how(const char *name)
{
	const struct htr_syscall_desc *d = htr_syscall_by_name(name);

	assert_non_null(d);
	return plan_how(&plan, d);
}

static void make(enum profile profile, const char *expr)
{
	struct htr_err err = HTR_ERR_INIT;

	assert_int_equal(plan_init(&plan, profile, expr, &err), 0);
}

static void security(void **state)
{
	/* the calls that detection rules in use ask about */
	static const char *const asked[] = {
		"accept",   "accept4",      "bpf",         "chmod",   "connect",   "creat",
		"dup",      "dup2",         "dup3",        "execve",  "execveat",  "fchmod",
		"fchmodat", "finit_module", "init_module", "link",    "linkat",    "listen",
		"mkdir",    "mkdirat",      "open",        "openat",  "openat2",   "ptrace",
		"rename",   "renameat",     "renameat2",   "rmdir",   "sendmsg",   "sendto",
		"setns",    "setuid",       "socket",      "symlink", "symlinkat", "unlink",
		"unlinkat", "unshare",      "userfaultfd",
	};

	(void)state;
	make(PROFILE_SECURITY, NULL);
	for (size_t i = 0; i < HTR_ARRAY_LEN(asked); i++) {
		assert_int_not_equal(how(asked[i]), HOW_NOT);
	}
	assert_int_equal(how("read"), HOW_NOT);
	assert_int_equal(how("close"), HOW_NOT);
	assert_int_equal(how("futex"), HOW_NOT);
	assert_int_equal(how("restart_syscall"), HOW_NOT);
	assert_int_not_equal(how("setuid32"), HOW_NOT); /* 32-bit programs */
	assert_int_equal(how("openat"), HOW_RESULT);
	assert_int_equal(how("clone"), HOW_SPAWN);
	assert_int_equal(how("execve"), HOW_EXEC);
	assert_int_equal(how("ptrace"), HOW_PTRACE);
	assert_int_equal(how("bpf"), HOW_RESTART);
	assert_int_equal(how("sendto"), HOW_RESULT);
	assert_false(plan.io_data);
	assert_false(plan_prefers_ptrace(&plan));
}

static void bigger_profiles(void **state)
{
	size_t small;
	size_t middle;

	(void)state;
	make(PROFILE_SECURITY, NULL);
	small = plan_count(&plan, HTR_ARCH_X86_64);
	make(PROFILE_FORENSIC, NULL);
	middle = plan_count(&plan, HTR_ARCH_X86_64);
	assert_int_equal(how("read"), HOW_RESTART);
	assert_int_equal(how("close"), HOW_RESTART);
	assert_int_equal(how("openat"), HOW_RESULT);
	assert_true(plan.io_data);
	assert_true(plan_prefers_ptrace(&plan));
	make(PROFILE_FULL, NULL);
	assert_true(small < middle && middle < plan_count(&plan, HTR_ARCH_X86_64));
	for (unsigned i = 0; i < htr_syscall_count(); i++) {
		assert_int_not_equal(plan.how[i], HOW_NOT);
	}
}

static void set_arithmetic(void **state)
{
	(void)state;
	make(PROFILE_SECURITY, "openat,%network");
	assert_int_equal(how("openat"), HOW_RESULT);
	assert_int_not_equal(how("recvfrom"), HOW_NOT);
	assert_int_equal(how("execve"), HOW_NOT);

	make(PROFILE_SECURITY, "+read,-openat");
	assert_int_not_equal(how("read"), HOW_NOT);
	assert_int_equal(how("openat"), HOW_NOT);
	assert_int_not_equal(how("execve"), HOW_NOT);

	make(PROFILE_SECURITY, "!%file");
	assert_int_equal(how("openat"), HOW_NOT);
	assert_int_not_equal(how("connect"), HOW_NOT);

	make(PROFILE_SECURITY, "all,!futex");
	assert_int_equal(how("futex"), HOW_NOT);
	assert_int_not_equal(how("getppid"), HOW_NOT);

	make(PROFILE_SECURITY, "none");
	assert_int_equal(plan_count(&plan, HTR_ARCH_X86_64), 0);
}

static void wrong_text(void **state)
{
	static const struct {
		const char *expr, *says;
	} rows[] = {
		{ "opennat", "did you mean openat" },
		{ "%nosuch", "unknown class" },
		{ "openat,,read", "empty" },
		{ "+", "empty" },
		{ "openat, read", "unknown system call" },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		  "over-long" },
	};

	(void)state;
	for (size_t i = 0; i < HTR_ARRAY_LEN(rows); i++) {
		struct htr_err err = HTR_ERR_INIT;

		assert_int_equal(plan_init(&plan, PROFILE_SECURITY, rows[i].expr, &err), -EINVAL);
		assert_non_null(strstr(err.msg, rows[i].says));
	}
}

static void conditions(void **state)
{
	const struct htr_syscall_desc *d = htr_syscall_by_name("sendto");
	uint64_t args[6] = { 3, 0x1000, 10, 0, 0, 0 };

	(void)state;
	make(PROFILE_SECURITY, NULL);
	assert_false(plan_cond_holds(&plan, d, args));
	args[4] = 1ull << 40;
	assert_true(plan_cond_holds(&plan, d, args));
	d = htr_syscall_by_name("tgkill");
	args[2] = 23;
	assert_false(plan_cond_holds(&plan, d, args));
	args[2] = 9;
	assert_true(plan_cond_holds(&plan, d, args));
	/* a call asked for by name is asked for without conditions */
	make(PROFILE_SECURITY, "+tgkill");
	args[2] = 23;
	assert_true(plan_cond_holds(&plan, d, args));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(security),       cmocka_unit_test(bigger_profiles),
		cmocka_unit_test(set_arithmetic), cmocka_unit_test(wrong_text),
		cmocka_unit_test(conditions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
