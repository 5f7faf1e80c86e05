/* SPDX-License-Identifier: Apache-2.0
 *
 * types.c - event types as numbers, and which of them a condition can match at all.
 *
 * Rules: a check of evt.type restricts, `and` intersects, `or` unites, a negation goes to the leaves; every
 * other check is neutral, negated or not.
 */
#include <string.h>

#include "formats/core/cleanup.h"
#include "formats/core/str.h"
#include "formats/filter/filter_int.h"

/* Types that are no system call of ours but that a rule may name. kind 0: legal, never matches here. */
static const struct {
	const char *name;
	uint8_t kind;
} META[] = {
	{ "procexit", HTR_EV_EXIT },
	{ "signaldeliver", HTR_EV_SIGNAL },
	{ "procinfo", HTR_EV_PROC },
	{ "fdinfo", HTR_EV_FD },
	{ "loss", HTR_EV_LOSS },
	{ "drop", HTR_EV_LOSS },
	{ "note", HTR_EV_NOTE },
	{ "clock", HTR_EV_CLOCK },
	{ "asyncevent", 0 },
	{ "container", 0 },
	{ "cpu_hotplug", 0 },
	{ "generic", 0 },
	{ "groupadded", 0 },
	{ "groupdeleted", 0 },
	{ "infra", 0 },
	{ "k8s", 0 },
	{ "mesos", 0 },
	{ "notification", 0 },
	{ "page_fault", 0 },
	{ "pluginevent", 0 },
	{ "scapevent", 0 },
	{ "switch", 0 },
	{ "syscall", 0 },
	{ "sysdigevent", 0 },
	{ "tracer", 0 },
	{ "useradded", 0 },
	{ "userdeleted", 0 },
	/* names of Falco for calls that have another name in the kernel's table */
	{ "umount2", 0 },
	{ "sendfile64", 0 },
	{ "stat64", 0 },
	{ "fstat64", 0 },
	{ "lstat64", 0 },
	{ "fstatat64", 0 },
	{ "llseek", 0 },
	{ "pread", 0 },
	{ "pwrite", 0 },
	{ "sigreturn", 0 },
};

unsigned type_id(const struct htr_event *ev, const struct htr_syscall_desc **ret_desc)
{
	const struct htr_syscall_desc *d = NULL;

	*ret_desc = NULL;
	if (ev->kind > HTR_EV_EXEC) {
		return EVENT_ID_MAX + (ev->kind < 32u ? ev->kind : 0u);
	}
	if (ev->nr >= 0) {
		d = htr_syscall_lookup(ev->arch, ev->nr);
	} else if (ev->kind == HTR_EV_SPAWN) {
		d = htr_syscall_by_name("clone");
	}
	*ret_desc = ev->nr >= 0 ? d : NULL;
	return d != NULL && d->id < EVENT_ID_MAX ? d->id : EVENT_ID_MAX + HTR_EV_SYSCALL;
}

bool type_has(const struct htr_type_set *ts, unsigned id)
{
	if (id < EVENT_ID_MAX) {
		return ts->syscalls[id / 64] >> (id % 64) & 1;
	}
	return ts->kinds >> (id - EVENT_ID_MAX) & 1;
}

bool htr_type_set_has(const struct htr_type_set *ts, const struct htr_event *ev)
{
	const struct htr_syscall_desc *d;

	return ts->all || type_has(ts, type_id(ev, &d));
}

bool type_by_name(struct htr_type_set *ts, const char *name, size_t len)
{
	const struct htr_syscall_desc *d;

	if (memchr(name, 0, len) != NULL) {
		return false;
	}
	d = htr_syscall_by_name(name);
	if (d != NULL && d->id < EVENT_ID_MAX) {
		ts->syscalls[d->id / 64] |= (uint64_t)1 << (d->id % 64);
		return true;
	}
	for (size_t i = 0; i < HTR_ARRAY_LEN(META); i++) {
		if (strcmp(META[i].name, name) == 0) {
			if (META[i].kind != 0) {
				ts->kinds |= 1u << META[i].kind;
			}
			return true;
		}
	}
	return false;
}

const char *type_nearest(const char *name)
{
	unsigned best = strlen(name) < 5 ? 2 : 3;
	const char *hint = NULL;

	for (unsigned i = 0; i < htr_syscall_count(); i++) {
		const struct htr_syscall_desc *d = htr_syscall_at(i);
		unsigned n = d != NULL ? htr_str_distance(name, d->name) : 255;

		if (n < best) {
			best = n;
			hint = d->name;
		}
	}
	for (size_t i = 0; i < HTR_ARRAY_LEN(META); i++) {
		unsigned n = htr_str_distance(name, META[i].name);

		if (n < best) {
			best = n;
			hint = META[i].name;
		}
	}
	return hint;
}

/* ---- sets ---------------------------------------------------------------------------------------------- */

static void set_all(struct htr_type_set *ts)
{
	memset(ts, 0xff, sizeof(*ts));
	ts->all = true;
}

static void set_or(struct htr_type_set *a, const struct htr_type_set *b)
{
	a->all = a->all || b->all;
	a->kinds |= b->kinds;
	for (size_t i = 0; i < HTR_ARRAY_LEN(a->syscalls); i++) {
		a->syscalls[i] |= b->syscalls[i];
	}
}

static void set_and(struct htr_type_set *a, const struct htr_type_set *b)
{
	a->all = a->all && b->all;
	a->kinds &= b->kinds;
	for (size_t i = 0; i < HTR_ARRAY_LEN(a->syscalls); i++) {
		a->syscalls[i] &= b->syscalls[i];
	}
}

static void set_not(struct htr_type_set *a)
{
	a->kinds = ~a->kinds;
	for (size_t i = 0; i < HTR_ARRAY_LEN(a->syscalls); i++) {
		a->syscalls[i] = ~a->syscalls[i];
	}
}

// NOLINTNEXTLINE(misc-no-recursion): bounded by the nesting of the condition
static void collect(const struct node *n, bool negated, struct htr_type_set *ret)
{
	struct htr_type_set one;
	bool unite;

	switch ((enum node_kind)n->kind) {
	case N_NOT:
		collect(n->kids[0], !negated, ret);
		return;
	case N_CHECK:
		if (n->check->types == NULL) {
			set_all(ret);
			return;
		}
		*ret = *n->check->types;
		ret->all = false;
		if (negated) {
			set_not(ret);
		}
		return;
	case N_AND:
	case N_OR:
		break;
	}
	unite = (n->kind == N_OR) != negated;
	collect(n->kids[0], negated, ret);
	for (unsigned i = 1; i < n->n_kids; i++) {
		collect(n->kids[i], negated, &one);
		if (unite) {
			set_or(ret, &one);
		} else {
			set_and(ret, &one);
		}
	}
}

void types_of(const struct node *root, struct htr_type_set *ret)
{
	collect(root, false, ret);
}
