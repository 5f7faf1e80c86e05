/* SPDX-License-Identifier: Apache-2.0
 * Unit tests of formats/model/tables.c and of the data in syscalls.tsv and names.tsv. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <linux/audit.h>
#include <seccomp.h>

#include "formats/core/cleanup.h"
#include "formats/model/tables.h"
#include "tests/unit/model/numbers.h"

/* the highest number of any table here; headers of a later kernel may know more */
#define NEWEST_NR 471

static const struct header_call *headers_of(enum htr_arch arch)
{
	const struct header_call *const tables[HTR_ARCH_MAX] = {
		[HTR_ARCH_X86_64] = header_calls_x86_64,
		[HTR_ARCH_I386] = header_calls_i386,
		[HTR_ARCH_X32] = header_calls_x32,
		[HTR_ARCH_ARM64] = header_calls_arm64,
	};
	return tables[arch];
}

static void numbers_equal_the_headers(void **state)
{
	for (enum htr_arch arch = HTR_ARCH_X86_64; arch < HTR_ARCH_MAX; arch++) {
		unsigned n = 0;
		for (const struct header_call *c = headers_of(arch); c->name; c++) {
			if ((c->nr & ~HTR_X32_BIT) > NEWEST_NR && (c->nr & ~HTR_X32_BIT) < 512) {
				print_message("# %s %ld is newer than the table\n", c->name, c->nr);
				continue;
			}
			const struct htr_syscall_desc *sc =
				htr_syscall_lookup(arch, (int32_t)c->nr);
			if (!sc || strcmp(sc->name, c->name) != 0) {
				fail_msg("%s %ld: headers say %s, table %s", htr_arch_name(arch),
					 c->nr, c->name, sc ? sc->name : "(none)");
			}
			assert_int_equal(sc->nr[arch], c->nr);
			n++;
		}
		assert_true(n > 280);
	}
}

/* The other direction: nothing in the table that the headers deny (calls up to what they know). */
static void headers_know_all_up_to_their_age(void **state)
{
	for (enum htr_arch arch = HTR_ARCH_X86_64; arch < HTR_ARCH_MAX; arch++) {
		const struct header_call *calls = headers_of(arch);
		long newest = 0;
		for (const struct header_call *c = calls; c->name; c++) {
			long nr = c->nr & ~HTR_X32_BIT;
			newest = nr > newest && nr < 512 ? nr : newest;
		}
		for (int32_t nr = 0; nr < 600; nr++) {
			const struct htr_syscall_desc *sc = htr_syscall_lookup(arch, nr);
			/* uretprobe and uprobe came late but took low numbers */
			if (!sc || (nr > newest && nr < 512) || nr == 335 || nr == 336) {
				continue;
			}
			const struct header_call *c = calls;
			while (c->name && (c->nr & ~HTR_X32_BIT) != nr) {
				c++;
			}
			if (!c->name) {
				fail_msg("%s %d %s is not in the headers", htr_arch_name(arch), nr,
					 sc->name);
			}
		}
	}
}

static void names_equal_libseccomp(void **state)
{
	static const struct {
		enum htr_arch arch;
		uint32_t scmp;
	} arches[] = {
		{ HTR_ARCH_X86_64, SCMP_ARCH_X86_64 },
		{ HTR_ARCH_I386, SCMP_ARCH_X86 },
		{ HTR_ARCH_X32, SCMP_ARCH_X32 },
		{ HTR_ARCH_ARM64, SCMP_ARCH_AARCH64 },
	};
	for (size_t i = 0; i < HTR_ARRAY_LEN(arches); i++) {
		unsigned n = 0;
		for (int nr = 0; nr <= NEWEST_NR; nr++) {
			int full = arches[i].arch == HTR_ARCH_X32 ? nr | HTR_X32_BIT : nr;
			char *name = seccomp_syscall_resolve_num_arch(arches[i].scmp, full);
			const struct htr_syscall_desc *sc =
				htr_syscall_lookup(arches[i].arch, full);
			/* libseccomp 2.5 lists for x32 also what the kernel has only for 64-bit */
			if (name && (sc || arches[i].arch != HTR_ARCH_X32)) {
				assert_non_null(sc);
				assert_string_equal(sc->name, name);
				n++;
			}
			free(name);
		}
		assert_true(n > 280);
	}
}

static void check_names(const struct header_name *h, unsigned min)
{
	unsigned n = 0;
	for (; h->name; h++, n++) {
		unsigned set = htr_names_set(h->set);
		uint64_t value = 0;
		assert_int_not_equal(set, HTR_N_NONE);
		assert_int_equal(htr_names_value(set, h->name, &value), 0);
		uint64_t mask = htr_names_wide(set) ? UINT64_MAX : UINT32_MAX;
		if ((value & mask) != (h->value & mask)) {
			fail_msg("%s %s: headers say 0x%llx, table 0x%llx", h->set, h->name,
				 h->value, (unsigned long long)value);
		}
	}
	assert_true(n > min);
}

static void values_equal_the_headers(void **state)
{
	check_names(header_names_kernel, 700);
	check_names(header_names_libc, 500);
}

static void lookup_refuses_nonsense(void **state)
{
	assert_null(htr_syscall_lookup(HTR_ARCH_UNSPEC, 0));
	assert_null(htr_syscall_lookup(HTR_ARCH_MAX, 0));
	assert_null(htr_syscall_lookup((enum htr_arch)200, 0));
	assert_null(htr_syscall_lookup(HTR_ARCH_X86_64, -1));
	assert_null(htr_syscall_lookup(HTR_ARCH_X86_64, INT32_MIN));
	assert_null(htr_syscall_lookup(HTR_ARCH_X86_64, INT32_MAX));
	assert_null(htr_syscall_lookup(HTR_ARCH_X86_64, 337));
	assert_null(htr_syscall_lookup(HTR_ARCH_X32, INT32_MAX));
	assert_null(htr_syscall_by_name(""));
	assert_null(htr_syscall_by_name("openatt"));
	assert_null(htr_syscall_by_name("zzz"));
	assert_null(htr_syscall_at(htr_syscall_count()));
}

static void every_call_is_found_by_name_and_number(void **state)
{
	assert_true(htr_syscall_count() >= 472);
	for (unsigned i = 0; i < htr_syscall_count(); i++) {
		const struct htr_syscall_desc *sc = htr_syscall_at(i);
		assert_int_equal(sc->id, i);
		assert_ptr_equal(htr_syscall_by_name(sc->name), sc);
		assert_int_equal(sc->nr[HTR_ARCH_UNSPEC], -1);
		for (enum htr_arch a = HTR_ARCH_X86_64; a < HTR_ARCH_MAX; a++) {
			if (sc->nr[a] >= 0) {
				const struct htr_syscall_desc *at =
					htr_syscall_lookup(a, sc->nr[a]);
				assert_non_null(at);
				assert_int_equal(at->id, i);
				assert_string_equal(at->name, sc->name);
			}
		}
		assert_true(sc->n_args <= 6);
		assert_true(sc->classes != 0);
		for (unsigned k = 0; k < sc->n_args; k++) {
			assert_true(sc->args[k].kind < HTR_A_KIND_MAX);
			assert_true(sc->args[k].link < (int)sc->n_args);
			assert_true(sc->args[k].set < HTR_N_MAX);
		}
	}
	assert_int_equal(htr_syscall_by_name("execve")->nr[HTR_ARCH_X32], HTR_X32_BIT | 520);
}

static void arguments_follow_the_architecture(void **state)
{
	const struct htr_syscall_desc *x86 = htr_syscall_lookup(HTR_ARCH_X86_64, 56);
	const struct htr_syscall_desc *arm = htr_syscall_lookup(HTR_ARCH_ARM64, 220);

	assert_string_equal(x86->name, "clone");
	assert_string_equal(arm->name, "clone");
	assert_int_equal(x86->id, arm->id);
	assert_string_equal(x86->args[3].name, "child_tid");
	assert_string_equal(arm->args[3].name, "tls");
	assert_int_equal(x86->nr[HTR_ARCH_ARM64], 220);
	assert_int_equal(arm->nr[HTR_ARCH_X86_64], 56);
	assert_int_equal(arm->classes, x86->classes);
}

static const struct htr_syscall_desc *form(const char *name, uint64_t a0, uint64_t a1, uint64_t a2)
{
	const uint64_t args[6] = { a0, a1, a2 };
	return htr_syscall_form(htr_syscall_by_name(name), args);
}

static void forms_follow_the_command(void **state)
{
	assert_int_equal(form("openat", 0, 0, 0)->n_args, 3);
	assert_int_equal(form("openat", 0, 0, 0x40)->n_args, 4);     /* O_CREAT */
	assert_int_equal(form("openat", 0, 0, 0x410000)->n_args, 4); /* O_TMPFILE */
	assert_int_equal(form("openat", 0, 0, 0x10000)->n_args, 3);  /* O_DIRECTORY alone */
	assert_int_equal(form("fcntl", 3, 1, 0)->n_args, 2);         /* F_GETFD */
	assert_int_equal(form("fcntl", 3, 0, 0)->ret, HTR_R_FD);     /* F_DUPFD */
	assert_int_equal(form("fcntl", 3, 4, 0)->args[2].set, HTR_N_OPEN);
	assert_int_equal(form("fcntl", 3, 0xffffffff00000004, 0)->args[2].set, HTR_N_OPEN);
	assert_int_equal(form("fcntl", 3, 9999, 0)->args[2].kind, HTR_A_HEX);
	assert_int_equal(form("prctl", 15, 0, 0)->args[1].kind, HTR_A_STR);
	assert_int_equal(form("futex", 0, 128, 0)->n_args, 4); /* FUTEX_WAIT_PRIVATE */
	assert_int_equal(form("futex", 0, 129, 0)->n_args, 3);
	assert_int_equal(form("ioctl", 0, 0x5412, 0)->args[2].count, 1); /* TIOCSTI: one byte */
	assert_int_equal(form("socket", 16, 3, 9)->args[2].set, HTR_N_NETLINK);
	assert_int_equal(form("getpid", 0, 0, 0)->n_args, 0);
	assert_int_equal(form("fcntl", 3, 4, 0)->id, htr_syscall_by_name("fcntl")->id);
}

static void classes_are_what_capture_relies_on(void **state)
{
	static const struct {
		const char *name;
		uint32_t has, has_not;
	} t[] = {
		{ "openat", HTR_C_FILE | HTR_C_FDNEW | HTR_C_BLOCKS, HTR_C_IO | HTR_C_RESTARTS },
		{ "execve", HTR_C_EXEC | HTR_C_FILE, HTR_C_BLOCKS },
		{ "execveat", HTR_C_EXEC | HTR_C_FILE, 0 },
		{ "read", HTR_C_IO | HTR_C_BLOCKS, HTR_C_FILE | HTR_C_RESTARTS },
		{ "connect", HTR_C_NETWORK | HTR_C_BLOCKS, HTR_C_FDNEW },
		{ "accept4", HTR_C_NETWORK | HTR_C_FDNEW | HTR_C_BLOCKS, 0 },
		{ "unlinkat", HTR_C_FILE | HTR_C_WRITEFS | HTR_C_RESTARTS, HTR_C_BLOCKS },
		{ "mount", HTR_C_PRIV | HTR_C_WRITEFS, 0 },
		{ "setuid", HTR_C_PRIV | HTR_C_RESTARTS, 0 },
		{ "ptrace", HTR_C_PRIV, 0 },
		{ "clone", HTR_C_PROCESS | HTR_C_RESTARTS, HTR_C_EXEC },
		{ "vfork", HTR_C_PROCESS | HTR_C_RESTARTS | HTR_C_BLOCKS, 0 },
		{ "kill", HTR_C_SIGNAL | HTR_C_RESTARTS, 0 },
		{ "nanosleep", HTR_C_TIME | HTR_C_BLOCKS, HTR_C_RESTARTS },
		{ "tuxcall", HTR_C_OBSOLETE, 0 },
	};
	for (size_t i = 0; i < HTR_ARRAY_LEN(t); i++) {
		const struct htr_syscall_desc *sc = htr_syscall_by_name(t[i].name);
		assert_int_equal(sc->classes & t[i].has, t[i].has);
		assert_int_equal(sc->classes & t[i].has_not, 0);
	}
	for (unsigned i = 0; i < htr_syscall_count(); i++) {
		const struct htr_syscall_desc *sc = htr_syscall_at(i);
		bool makes_fd = sc->ret == HTR_R_FD;
		bool takes_path = false;
		for (unsigned k = 0; k < sc->n_args; k++) {
			takes_path |= sc->args[k].kind == HTR_A_PATH;
			makes_fd |= sc->args[k].kind == HTR_A_FDPAIR;
		}
		if (makes_fd) {
			assert_true(sc->classes & HTR_C_FDNEW);
		}
		if (takes_path) {
			assert_true(sc->classes & HTR_C_FILE);
		}
	}
}

static void flags_are_named(void **state)
{
	static const struct {
		unsigned set;
		uint64_t value;
		const char *text;
	} t[] = {
		{ HTR_N_OPEN, 0, "O_RDONLY" },
		{ HTR_N_OPEN, 0x80000, "O_RDONLY|O_CLOEXEC" },
		{ HTR_N_OPEN, 0x42, "O_RDWR|O_CREAT" },
		{ HTR_N_OPEN, 3, "0x3" },
		{ HTR_N_OPEN, 0x101001, "O_WRONLY|O_SYNC" },
		{ HTR_N_OPEN, 0x1001, "O_WRONLY|O_DSYNC" },
		{ HTR_N_OPEN, 0x410002, "O_RDWR|O_TMPFILE" },
		{ HTR_N_OPEN, 0x10000, "O_RDONLY|O_DIRECTORY" },
		{ HTR_N_OPEN, 0x4000002, "O_RDWR|0x4000000" },
		{ HTR_N_OPEN_ARM64, 0x4000, "O_RDONLY|O_DIRECTORY" },
		{ HTR_N_MAP, 0x22, "MAP_PRIVATE|MAP_ANONYMOUS" },
		{ HTR_N_MAP, 0x54040022, "MAP_PRIVATE|MAP_HUGE_2MB|MAP_ANONYMOUS|MAP_HUGETLB" },
		{ HTR_N_PROT, 0, "PROT_NONE" },
		{ HTR_N_PROT, 5, "PROT_READ|PROT_EXEC" },
		{ HTR_N_AT, 0, "0" },
		{ HTR_N_ACCESS, 0, "F_OK" },
		{ HTR_N_ACCESS, 5, "X_OK|R_OK" },
		{ HTR_N_SOCK, 0x80801, "SOCK_STREAM|SOCK_NONBLOCK|SOCK_CLOEXEC" },
		{ HTR_N_FUTEX, 128, "FUTEX_WAIT|FUTEX_PRIVATE_FLAG" },
		{ HTR_N_FILE_TYPE, 0100644, "S_IFREG|0x1a4" },
		{ HTR_N_WAIT, 0x40000001, "WNOHANG|__WALL" },
		{ HTR_N_CLONE3, 0x100000000, "CLONE_CLEAR_SIGHAND" },
		{ HTR_N_FCNTL, 4, "F_SETFL" }, /* an enum that came here names its value */
		{ HTR_N_FCNTL, 4444, "0x115c" },
		{ HTR_N_NONE, 5, "0x5" },
		{ 60000, 5, "0x5" },
		{ HTR_N_SIGHOW, UINT64_MAX, "0xffffffffffffffff" },
	};
	for (size_t i = 0; i < HTR_ARRAY_LEN(t); i++) {
		cleanup_buf struct htr_buf b = { 0 };
		htr_names_flags(&b, t[i].set, t[i].value);
		assert_string_equal(htr_buf_str(&b), t[i].text);
	}
}

static void enums_and_values(void **state)
{
	uint64_t v = 0;
	assert_string_equal(htr_names_enum(HTR_N_PRCTL, 15), "PR_SET_NAME");
	assert_string_equal(htr_names_enum(HTR_N_FCNTL, 1030), "F_DUPFD_CLOEXEC");
	assert_null(htr_names_enum(HTR_N_FCNTL, 4444));
	assert_null(htr_names_enum(HTR_N_NONE, 0));
	assert_null(htr_names_enum(HTR_N_MAX, 0));
	assert_string_equal(htr_names_enum(HTR_N_IOCTL, 0x5401), "TCGETS");
	assert_int_equal(htr_names_value(HTR_N_OPEN, "O_NDELAY", &v), 0); /* alias */
	assert_int_equal(v, 0x800);
	assert_int_equal(htr_names_value(HTR_N_OPEN, "O_NOPE", &v), -ENOENT);
	assert_int_equal(htr_names_value(HTR_N_MAX, "O_RDWR", &v), -ENOENT);
	assert_int_equal(htr_names_arch(HTR_N_OPEN, HTR_ARCH_ARM64), HTR_N_OPEN_ARM64);
	assert_int_equal(htr_names_arch(HTR_N_OPEN, HTR_ARCH_I386), HTR_N_OPEN);
	assert_string_equal(htr_names_at(HTR_N_SEEK, 4, &v), "SEEK_HOLE");
	assert_null(htr_names_at(HTR_N_SEEK, 5, &v));
	/* every name of every set is found by value and by name */
	for (unsigned set = HTR_N_NONE + 1; set < HTR_N_MAX; set++) {
		const char *name;
		for (unsigned i = 0; (name = htr_names_at(set, i, &v)); i++) {
			uint64_t again = 0;
			assert_int_equal(htr_names_value(set, name, &again), 0);
			assert_int_equal(again, v);
			assert_non_null(htr_names_enum(set, v));
		}
	}
}

static void errno_signal_and_capability_names(void **state)
{
	assert_string_equal(htr_errno_name(EACCES), "EACCES");
	assert_string_equal(htr_errno_name(512), "ERESTARTSYS");
	assert_string_equal(htr_errno_name(516), "ERESTART_RESTARTBLOCK");
	assert_string_equal(htr_errno_name(EAGAIN), "EAGAIN");
	assert_null(htr_errno_name(0));
	assert_null(htr_errno_name(-13));
	assert_null(htr_errno_name(41));
	assert_null(htr_errno_name(100000));
	assert_string_equal(htr_signal_name(9), "SIGKILL");
	assert_string_equal(htr_signal_name(32), "SIGRT_0");
	assert_string_equal(htr_signal_name(64), "SIGRT_32");
	assert_null(htr_signal_name(0));
	assert_null(htr_signal_name(65));
	assert_null(htr_signal_name(-9));
	assert_string_equal(htr_cap_name(21), "CAP_SYS_ADMIN");
	assert_string_equal(htr_cap_name(40), "CAP_CHECKPOINT_RESTORE");
	assert_null(htr_cap_name(41));
	for (int e = 1; e < 134; e++) {
		const char *libc = strerrorname_np(e);
		const char *ours = htr_errno_name(e);
		if (libc && ours) {
			assert_string_equal(ours, e == ENOTSUP ? "EOPNOTSUPP" : libc);
		} else {
			assert_true(!libc && !ours);
		}
	}
}

static void architectures(void **state)
{
	assert_string_equal(htr_arch_name(HTR_ARCH_X86_64), "x86_64");
	assert_null(htr_arch_name(HTR_ARCH_UNSPEC));
	assert_null(htr_arch_name((enum htr_arch)77));
	assert_int_equal(htr_arch_from_audit(AUDIT_ARCH_X86_64, 0), HTR_ARCH_X86_64);
	assert_int_equal(htr_arch_from_audit(AUDIT_ARCH_X86_64, HTR_X32_BIT | 1), HTR_ARCH_X32);
	assert_int_equal(htr_arch_from_audit(AUDIT_ARCH_X86_64, -1), HTR_ARCH_X86_64);
	assert_int_equal(htr_arch_from_audit(AUDIT_ARCH_I386, 5), HTR_ARCH_I386);
	assert_int_equal(htr_arch_from_audit(AUDIT_ARCH_AARCH64, 5), HTR_ARCH_ARM64);
	assert_int_equal(htr_arch_from_audit(0, 5), HTR_ARCH_UNSPEC);
	assert_int_not_equal(htr_arch_native(), HTR_ARCH_UNSPEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_equal_the_headers),
		cmocka_unit_test(headers_know_all_up_to_their_age),
		cmocka_unit_test(names_equal_libseccomp),
		cmocka_unit_test(values_equal_the_headers),
		cmocka_unit_test(lookup_refuses_nonsense),
		cmocka_unit_test(every_call_is_found_by_name_and_number),
		cmocka_unit_test(arguments_follow_the_architecture),
		cmocka_unit_test(forms_follow_the_command),
		cmocka_unit_test(classes_are_what_capture_relies_on),
		cmocka_unit_test(flags_are_named),
		cmocka_unit_test(enums_and_values),
		cmocka_unit_test(errno_signal_and_capability_names),
		cmocka_unit_test(architectures),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
