/* SPDX-License-Identifier: Apache-2.0
 *
 * tables.c - lookups in the generated tables. The data is in tables_data.c.
 */
#include "formats/model/tables.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <linux/audit.h>

#include "formats/core/cleanup.h"
#include "formats/model/tables_data.h"

#define SIG_RT_MIN 32 /* the kernel's; libc takes the first two or three for itself */
#define SIG_MAX    64
#define N_RT_SIGS  (SIG_MAX - SIG_RT_MIN + 1)

const struct htr_syscall_desc *htr_syscall_lookup(enum htr_arch arch, int32_t nr)
{
	if (arch <= HTR_ARCH_UNSPEC || arch >= HTR_ARCH_MAX || nr < 0) {
		return NULL;
	}
	if (arch == HTR_ARCH_X32) {
		nr &= ~HTR_X32_BIT;
	}
	const struct htr_nr_table *t = &htr_data_nr[arch];
	if ((unsigned)nr >= t->len || t->index[nr] == 0) {
		return NULL;
	}
	return &htr_data_syscalls[t->index[nr] - 1];
}

const struct htr_syscall_desc *htr_syscall_form(const struct htr_syscall_desc *sc,
						const uint64_t args[6])
{
	for (unsigned i = 0; i < sc->n_forms; i++) {
		const struct htr_syscall_form *f = &htr_data_forms[sc->first_form + i];
		if ((args[f->arg] & f->mask) == f->value) {
			return &f->desc;
		}
	}
	return sc;
}

const struct htr_syscall_desc *htr_syscall_by_name(const char *name)
{
	unsigned lo = 0, hi = htr_data_n_syscalls;
	while (lo < hi) {
		unsigned mid = lo + (hi - lo) / 2;
		const struct htr_syscall_desc *sc = &htr_data_syscalls[htr_data_by_name[mid]];
		int c = strcmp(name, sc->name);
		if (c == 0) {
			return sc;
		}
		if (c < 0) {
			hi = mid;
		} else {
			lo = mid + 1;
		}
	}
	return NULL;
}

const struct htr_syscall_desc *htr_syscall_at(unsigned id)
{
	return id < htr_data_n_syscalls ? &htr_data_syscalls[id] : NULL;
}

unsigned htr_syscall_count(void)
{
	return htr_data_n_syscalls;
}

const char *htr_arch_name(enum htr_arch arch)
{
	static const char *const names[HTR_ARCH_MAX] = {
		[HTR_ARCH_X86_64] = "x86_64",
		[HTR_ARCH_I386] = "i386",
		[HTR_ARCH_X32] = "x32",
		[HTR_ARCH_ARM64] = "arm64",
	};
	return (unsigned)arch < HTR_ARCH_MAX ? names[arch] : NULL;
}

enum htr_arch htr_arch_native(void)
{
#if defined(__x86_64__) && defined(__ILP32__)
	return HTR_ARCH_X32;
#elif defined(__x86_64__)
	return HTR_ARCH_X86_64;
#elif defined(__i386__)
	return HTR_ARCH_I386;
#elif defined(__aarch64__)
	return HTR_ARCH_ARM64;
#else
	return HTR_ARCH_UNSPEC;
#endif
}

enum htr_arch htr_arch_from_audit(uint32_t audit_arch, int32_t nr)
{
	switch (audit_arch) {
	case AUDIT_ARCH_X86_64:
		/* -1 is a call that was skipped: all bits are set, it says nothing about x32 */
		return nr >= 0 && (nr & HTR_X32_BIT) ? HTR_ARCH_X32 : HTR_ARCH_X86_64;
	case AUDIT_ARCH_I386:
		return HTR_ARCH_I386;
	case AUDIT_ARCH_AARCH64:
		return HTR_ARCH_ARM64;
	default:
		return HTR_ARCH_UNSPEC;
	}
}

/* ---- named constants --------------------------------------------------------------------------- */

static const struct htr_set_desc *set_get(unsigned set)
{
	return set > HTR_N_NONE && set < HTR_N_MAX ? &htr_data_sets[set] : NULL;
}

static const struct htr_name *enum_find(const struct htr_set_desc *s, uint64_t value)
{
	const struct htr_name *names = &htr_data_names[s->first];
	unsigned lo = 0, hi = s->n_shown;
	while (lo < hi) {
		unsigned mid = lo + (hi - lo) / 2;
		if (names[mid].value == value) {
			return &names[mid];
		}
		if (names[mid].value > value) {
			hi = mid;
		} else {
			lo = mid + 1;
		}
	}
	return NULL;
}

const char *htr_names_enum(unsigned set, uint64_t value)
{
	const struct htr_set_desc *s = set_get(set);
	if (!s) {
		return NULL;
	}
	if (s->is_enum) {
		const struct htr_name *n = enum_find(s, value);
		return n ? n->name : NULL;
	}
	for (unsigned i = 0; i < s->n_shown; i++) {
		const struct htr_name *n = &htr_data_names[s->first + i];
		if (n->value == value) {
			return n->name;
		}
	}
	return NULL;
}

void htr_names_flags(struct htr_buf *out, unsigned set, uint64_t value)
{
	const struct htr_set_desc *s = set_get(set);
	uint64_t rest = value; /* bits without a name yet */
	bool any = false;

	for (unsigned i = 0; s && i < s->n_shown; i++) {
		const struct htr_name *n = &htr_data_names[s->first + i];
		bool field = n->mask != n->value;
		/* a field is looked up in the whole value, a bit only where nobody named it yet */
		if (s->is_enum ? value != n->value
			       : ((field ? value : rest) & n->mask) != n->value) {
			continue;
		}
		if (any) {
			htr_buf_addc(out, '|');
		}
		htr_buf_adds(out, n->name);
		any = true;
		rest &= s->is_enum ? 0 : ~n->mask;
	}
	if (rest != 0) {
		htr_buf_printf(out, "%s0x%llx", any ? "|" : "", (unsigned long long)rest);
	} else if (!any) {
		htr_buf_addc(out, '0');
	}
}

int htr_names_value(unsigned set, const char *name, uint64_t *ret)
{
	const struct htr_set_desc *s = set_get(set);
	for (unsigned i = 0; s && i < s->n; i++) {
		const struct htr_name *n = &htr_data_names[s->first + i];
		if (strcmp(n->name, name) == 0) {
			*ret = n->value;
			return 0;
		}
	}
	return -ENOENT;
}

unsigned htr_names_arch(unsigned set, enum htr_arch arch)
{
	if (arch == HTR_ARCH_ARM64) {
		if (set == HTR_N_OPEN) {
			return HTR_N_OPEN_ARM64;
		}
		if (set == HTR_N_OPEN_FLAGS) {
			return HTR_N_OPEN_FLAGS_ARM64;
		}
	}
	return set;
}

bool htr_names_wide(unsigned set)
{
	const struct htr_set_desc *s = set_get(set);
	return s && s->wide;
}

const char *htr_names_at(unsigned set, unsigned i, uint64_t *ret_value)
{
	const struct htr_set_desc *s = set_get(set);
	if (!s || i >= s->n_shown) {
		return NULL;
	}
	const struct htr_name *n = &htr_data_names[s->first + i];
	if (ret_value) {
		*ret_value = n->value;
	}
	return n->name;
}

unsigned htr_names_set(const char *name)
{
	for (unsigned i = HTR_N_NONE + 1; i < HTR_N_MAX; i++) {
		if (strcmp(htr_data_sets[i].name, name) == 0) {
			return i;
		}
	}
	return HTR_N_NONE;
}

const char *htr_errno_name(int errnum)
{
	return errnum > 0 ? htr_names_enum(HTR_N_ERRNO, (unsigned)errnum) : NULL;
}

const char *htr_signal_name(int sig)
{
	static const char rt[N_RT_SIGS][sizeof("SIGRT_32")] = {
		"SIGRT_0",  "SIGRT_1",  "SIGRT_2",  "SIGRT_3",  "SIGRT_4",  "SIGRT_5",  "SIGRT_6",
		"SIGRT_7",  "SIGRT_8",  "SIGRT_9",  "SIGRT_10", "SIGRT_11", "SIGRT_12", "SIGRT_13",
		"SIGRT_14", "SIGRT_15", "SIGRT_16", "SIGRT_17", "SIGRT_18", "SIGRT_19", "SIGRT_20",
		"SIGRT_21", "SIGRT_22", "SIGRT_23", "SIGRT_24", "SIGRT_25", "SIGRT_26", "SIGRT_27",
		"SIGRT_28", "SIGRT_29", "SIGRT_30", "SIGRT_31", "SIGRT_32",
	};
	if (sig >= SIG_RT_MIN && sig <= SIG_MAX) {
		return rt[sig - SIG_RT_MIN];
	}
	return sig > 0 ? htr_names_enum(HTR_N_SIGNAL, (unsigned)sig) : NULL;
}

const char *htr_cap_name(unsigned cap)
{
	return htr_names_enum(HTR_N_CAP, cap);
}
