/* SPDX-License-Identifier: Apache-2.0
 *
 * bpf.h - the seccomp filter of a plan as classic BPF. Builds an array, installs nothing.
 *
 * Shape:  architecture first (native, 32-bit, x32 by its bit; a number of an unknown architecture is let
 *         through, never refused), then a search over the wanted numbers, then the conditions on
 *         arguments. Numbers that are not wanted load nothing but arch and nr, so kernels since 5.11
 *         answer for them from a bitmap without running the program at all.
 * Source: Documentation/userspace-api/seccomp_filter.rst; kernel/seccomp.c (seccomp_cache_prepare).
 */
#ifndef CAPTURE_BPF_H
#define CAPTURE_BPF_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/plan.h"
#include "formats/core/err.h"

#define BPF_PROG_MAX 4096 /* BPF_MAXINSNS of the kernel */

struct bpf_prog {
	struct sock_filter insn[BPF_PROG_MAX];
	uint16_t len;
};

/*
 * bpf_build - the filter that gives `action` for the plan's calls and allows all others
 *
 * @action: SECCOMP_RET_* value
 * A condition on an argument may be left out for a foreign architecture or widened to 64 bits: who is
 * notified looks at plan_cond_holds again.
 *
 * Returns: 0; -ENOMEM; -EINVAL when the kernel has no user notification; -E2BIG when it does not fit into
 *          BPF_PROG_MAX (cannot happen with the built-in table).
 * Cost:    about 4 ms, once: libseccomp keeps a tree per architecture.
 */
int bpf_build(struct bpf_prog *prog, const struct plan *plan, uint32_t action,
	      struct htr_err *err) HTR_MUST_CHECK;

#endif
