/* SPDX-License-Identifier: Apache-2.0
 * The filter, run by a small interpreter of classic BPF on every number of every architecture. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <string.h>

#include "capture/bpf.h"

static struct bpf_prog prog;
static struct plan plan;

/* The instructions that the kernel's own emulator for the bitmap of allowed calls knows, plus argument loads. */
static uint32_t run(const struct seccomp_data *sd)
{
	uint32_t a = 0;

	for (unsigned pc = 0, steps = 0; pc < prog.len; pc++) {
		const struct sock_filter *f = &prog.insn[pc];

		assert_true(++steps <= prog.len); /* jumps go forward only */
		switch (f->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			assert_true(f->k % 4 == 0 && f->k < sizeof(*sd));
			memcpy(&a, (const char *)sd + f->k, 4);
			break;
		case BPF_JMP | BPF_JA:
			pc += f->k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			pc += a == f->k ? f->jt : f->jf;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			pc += a >= f->k ? f->jt : f->jf;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			pc += a > f->k ? f->jt : f->jf;
			break;
		case BPF_RET | BPF_K:
			return f->k;
		default:
			fail_msg("instruction %x", f->code);
		}
	}
	fail_msg("runs off the end");
	return 0;
}

static void check_arch(uint32_t audit, int64_t from, int64_t to)
{
	for (int64_t nr = from; nr < to; nr++) {
		struct seccomp_data sd = { .nr = (int)nr, .arch = audit };
		enum htr_arch arch = htr_arch_from_audit(audit, (int32_t)nr);
		const struct htr_syscall_desc *d = htr_syscall_lookup(arch, (int32_t)nr);
		/* libseccomp has no conditions on calls that i386 also makes through socketcall */
		bool direct = audit == AUDIT_ARCH_I386 && d && strcmp(d->name, "sendto") == 0;
		bool want = plan_how(&plan, d) != HOW_NOT &&
			    (direct || plan_cond_holds(&plan, d, (const uint64_t[6]){ 0 }));
		bool mux = audit == AUDIT_ARCH_I386 && nr == 102;

		assert_int_equal(run(&sd),
				 want || mux ? SECCOMP_RET_USER_NOTIF : SECCOMP_RET_ALLOW);
	}
}

static void every_number(void **state)
{
	static const enum profile profiles[] = { PROFILE_SECURITY, PROFILE_FORENSIC, PROFILE_FULL };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(plan_init(&plan, profiles[i], NULL, NULL), 0);
		assert_int_equal(bpf_build(&prog, &plan, SECCOMP_RET_USER_NOTIF, NULL), 0);
		assert_true(prog.len < BPF_PROG_MAX);
		check_arch(AUDIT_ARCH_X86_64, 0, 2048);
		check_arch(AUDIT_ARCH_X86_64, HTR_X32_BIT, HTR_X32_BIT + 1024);
		check_arch(AUDIT_ARCH_X86_64, -3, 0);
		check_arch(AUDIT_ARCH_I386, 0, 2048);
	}
}

static void unknown_architecture(void **state)
{
	(void)state;
	assert_int_equal(plan_init(&plan, PROFILE_FULL, NULL, NULL), 0);
	assert_int_equal(bpf_build(&prog, &plan, SECCOMP_RET_USER_NOTIF, NULL), 0);
	for (int nr = 0; nr < 600; nr++) {
		struct seccomp_data sd = { .nr = nr, .arch = AUDIT_ARCH_MIPS };

		assert_int_equal(run(&sd), SECCOMP_RET_ALLOW);
	}
}

static void argument_conditions(void **state)
{
	struct seccomp_data sd = { .arch = AUDIT_ARCH_X86_64 };

	(void)state;
	assert_int_equal(plan_init(&plan, PROFILE_SECURITY, NULL, NULL), 0);
	assert_int_equal(bpf_build(&prog, &plan, SECCOMP_RET_USER_NOTIF, NULL), 0);
	sd.nr = htr_syscall_by_name("sendto")->nr[HTR_ARCH_X86_64];
	assert_int_equal(run(&sd), SECCOMP_RET_ALLOW);
	sd.args[4] = 0x7fff00000000ull; /* only the high half */
	assert_int_equal(run(&sd), SECCOMP_RET_USER_NOTIF);
	sd.args[4] = 1;
	assert_int_equal(run(&sd), SECCOMP_RET_USER_NOTIF);
	sd.nr = htr_syscall_by_name("tgkill")->nr[HTR_ARCH_X86_64];
	sd.args[2] = 23;
	assert_int_equal(run(&sd), SECCOMP_RET_ALLOW);
	sd.args[2] = 9;
	assert_int_equal(run(&sd), SECCOMP_RET_USER_NOTIF);
}

static void empty_plan(void **state)
{
	(void)state;
	assert_int_equal(plan_init(&plan, PROFILE_SECURITY, "none", NULL), 0);
	assert_int_equal(bpf_build(&prog, &plan, SECCOMP_RET_USER_NOTIF, NULL), 0);
	check_arch(AUDIT_ARCH_X86_64, 0, 600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_number),
		cmocka_unit_test(unknown_architecture),
		cmocka_unit_test(argument_conditions),
		cmocka_unit_test(empty_plan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
