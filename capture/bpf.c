/* SPDX-License-Identifier: Apache-2.0
 *
 * bpf.c - the seccomp filter, made by libseccomp; see bpf.h.
 *
 * libseccomp speaks of calls by its own table, which ends where its release does (2.5.4: Linux 5.17), and
 * takes raw numbers for the native architecture only. What it cannot name on the foreign architectures
 * of the same kernel (i386, x32) stands in a few comparisons that we put in front of its program.
 */
#include "capture/bpf.h"

#include <errno.h>
#include <linux/audit.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/arch.h"
#include "formats/core/cleanup.h"
#include "formats/core/io.h"

#define BINARY_TREE 2 /* SCMP_FLTATR_CTL_OPTIMIZE: search instead of a chain */

/* Numbers that libseccomp cannot be told about. */
struct extra {
	uint32_t nr[64];
	size_t n;
};

static void release(scmp_filter_ctx *ctx)
{
	if (*ctx) {
		seccomp_release(*ctx);
	}
}

#define cleanup_ctx HTR_CLEANUP(release)

static int add_rule(scmp_filter_ctx ctx, uint32_t action, int nr, const struct cond *c)
{
	struct scmp_arg_cmp cmp = { .arg = c->arg, .op = SCMP_CMP_NE };

	switch ((enum cond_op)c->op) {
	case COND_NONE:
		return seccomp_rule_add_array(ctx, action, nr, 0, NULL);
	case COND_NONZERO:
		break;
	case COND_NE32: /* all 64 bits: notified once too often is looked at again, see plan.h */
		cmp.datum_a = c->value;
		break;
	}
	return seccomp_rule_add_array(ctx, action, nr, 1, &cmp);
}

static int add_foreign(scmp_filter_ctx ctx, uint32_t token, uint32_t action, struct extra *extra,
		       const struct htr_syscall_desc *d, int32_t nr, const struct cond *c)
{
	int here = seccomp_syscall_resolve_name(d->name);

	if (here != __NR_SCMP_ERROR &&
	    seccomp_syscall_resolve_name_arch(token, d->name) == (int)nr &&
	    add_rule(ctx, action, here, c) == 0) {
		return 0;
	}
	if (extra->n == HTR_ARRAY_LEN(extra->nr)) {
		return -E2BIG;
	}
	extra->nr[extra->n++] = (uint32_t)nr;
	return 0;
}

/* i386 programs reach sockets through socketcall(2): when any of its parts is wanted it must be seen. */
static bool is_wanted(const struct plan *plan, const struct htr_syscall_desc *d, enum htr_arch arch)
{
	static const char *const parts[] = { "socket",  "bind",   "connect", "listen",  "accept",
					     "accept4", "sendto", "sendmsg", "recvfrom" };

	if (plan->how[d->id] != HOW_NOT) {
		return true;
	}
	if (arch != HTR_ARCH_I386 || d != htr_syscall_by_name("socketcall")) {
		return false;
	}
	for (size_t i = 0; i < HTR_ARRAY_LEN(parts); i++) {
		const struct htr_syscall_desc *part = htr_syscall_by_name(parts[i]);

		if (part && plan->how[part->id] != HOW_NOT) {
			return true;
		}
	}
	return false;
}

/* A filter for one architecture alone: so numbers of one never meet another's. */
static int one_arch(scmp_filter_ctx *ret, const struct plan *plan, uint32_t action,
		    enum htr_arch arch, uint32_t token, struct extra *extra)
{
	bool native = token == seccomp_arch_native();
	cleanup_ctx scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int r;

	if (!ctx) {
		return -ENOMEM;
	}
	r = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ALLOW);
	if (r == 0) {
		r = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, BINARY_TREE);
	}
	if (r == 0 && !native) {
		r = seccomp_arch_add(ctx, token);
		r = r == 0 ? seccomp_arch_remove(ctx, SCMP_ARCH_NATIVE) : r;
	}
	for (unsigned i = 0; r == 0 && i < htr_syscall_count(); i++) {
		const struct htr_syscall_desc *d = htr_syscall_at(i);

		if (d->nr[arch] >= 0 && is_wanted(plan, d, arch)) {
			r = native ? add_rule(ctx, action, d->nr[arch], &plan->cond[i])
				   : add_foreign(ctx, token, action, extra, d, d->nr[arch],
						 &plan->cond[i]);
		}
	}
	if (r == 0) {
		*ret = steal_ptr(ctx);
	}
	return r;
}

/* `into` takes over the other architecture's filter. */
static int merge(scmp_filter_ctx into, const struct plan *plan, uint32_t action, enum htr_arch arch,
		 uint32_t token, struct extra *extra)
{
	scmp_filter_ctx other = NULL;
	int r = one_arch(&other, plan, action, arch, token, extra);

	if (r < 0) {
		return r;
	}
	r = seccomp_merge(into, other); /* releases `other` on success */
	if (r < 0) {
		seccomp_release(other);
	}
	return r;
}

/* ---- the program ----------------------------------------------------------------------------------- */

static void emit(struct bpf_prog *p, uint16_t code, uint32_t k, unsigned jt, unsigned jf)
{
	p->insn[p->len++] =
		(struct sock_filter){ .code = code, .jt = (uint8_t)jt, .jf = (uint8_t)jf, .k = k };
}

/* arch == audit and nr is one of them: action; else go on behind. At most 2 * 64 + 3 instructions. */
static void emit_extra(struct bpf_prog *p, uint32_t audit, const struct extra *x, uint32_t action)
{
	if (!x->n) {
		return;
	}
	emit(p, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, audit, 0, (unsigned)(2 * x->n + 1));
	emit(p, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	for (size_t i = 0; i < x->n; i++) {
		emit(p, BPF_JMP | BPF_JEQ | BPF_K, x->nr[i], 0, 1);
		emit(p, BPF_RET | BPF_K, action, 0, 0);
	}
}

static int append(struct bpf_prog *p, scmp_filter_ctx ctx)
{
	cleanup_fd int fd = memfd_create("filter", MFD_CLOEXEC);
	size_t room = sizeof(p->insn) - p->len * sizeof(p->insn[0]);

	if (fd < 0) {
		return -errno;
	}
	int r = seccomp_export_bpf(ctx, fd);
	if (r < 0) {
		return r;
	}
	ssize_t n = htr_pread_full(fd, &p->insn[p->len], room, 0);
	if (n < 0) {
		return (int)n;
	}
	if (n == 0 || (size_t)n == room || (size_t)n % sizeof(p->insn[0])) {
		return -E2BIG;
	}
	p->len = (uint16_t)(p->len + (size_t)n / sizeof(p->insn[0]));
	return 0;
}

int bpf_build(struct bpf_prog *prog, const struct plan *plan, uint32_t action, struct htr_err *err)
{
	cleanup_ctx scmp_filter_ctx ctx = NULL;
	struct extra i386 = { .n = 0 }, x32 = { .n = 0 };
	int r = one_arch(&ctx, plan, action, htr_arch_native(), seccomp_arch_native(), NULL);

	if (r == 0 && htr_arch_native() == HTR_ARCH_X86_64) {
		r = merge(ctx, plan, action, HTR_ARCH_I386, SCMP_ARCH_X86, &i386);
		if (r == 0) {
			r = merge(ctx, plan, action, HTR_ARCH_X32, SCMP_ARCH_X32, &x32);
		}
	}
	prog->len = 0;
	if (r == 0) {
		emit_extra(prog, AUDIT_ARCH_I386, &i386, action);
		emit_extra(prog, AUDIT_ARCH_X86_64, &x32, action);
		r = append(prog, ctx);
	}
	return r < 0 ? htr_err_sys(err, -r, "cannot build the seccomp filter") : 0;
}
