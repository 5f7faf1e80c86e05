/* SPDX-License-Identifier: Apache-2.0
 * Files changed and peers reached, per process, each counted once. */
#include "viewer/proctab_seen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "formats/core/cleanup.h"
#include "formats/model/sockaddr.h"
#include "formats/model/state.h"
#include "formats/model/tables.h"

enum effect {
	EFFECT_NONE = 0,
	EFFECT_OPEN,   /* flags decide */
	EFFECT_CHANGE, /* of its last path */
	EFFECT_CONNECT,
	EFFECT_SEND,
	EFFECT_ACCEPT,
};

uint8_t *proctab_effects(void)
{
	static const struct {
		const char *name;
		uint8_t effect;
	} calls[] = {
		{ "open", EFFECT_OPEN },       { "openat", EFFECT_OPEN },
		{ "openat2", EFFECT_OPEN },    { "creat", EFFECT_CHANGE },
		{ "connect", EFFECT_CONNECT }, { "sendto", EFFECT_SEND },
		{ "sendmsg", EFFECT_SEND },    { "sendmmsg", EFFECT_SEND },
		{ "accept", EFFECT_ACCEPT },   { "accept4", EFFECT_ACCEPT },
	};
	unsigned n = htr_syscall_count();
	uint8_t *effects = calloc(n + 1, sizeof(*effects));

	if (!effects) {
		return NULL;
	}
	for (unsigned id = 0; id < n; id++) {
		if (htr_syscall_at(id)->classes & HTR_C_WRITEFS) {
			effects[id] = EFFECT_CHANGE;
		}
	}
	for (size_t i = 0; i < HTR_ARRAY_LEN(calls); i++) {
		const struct htr_syscall_desc *d = htr_syscall_by_name(calls[i].name);
		if (d) {
			effects[d->id] = calls[i].effect;
		}
	}
	return effects;
}

static const struct htr_val *bytes_val(const struct htr_event *ev, unsigned key)
{
	const struct htr_val *v = htr_event_val(ev, key);

	return v && v->type == HTR_VT_BYTES && v->len ? v : NULL;
}

static int seen_add(struct proctab *pt, uint32_t task, enum pseen_kind kind, const void *name,
		    size_t len, uint64_t seq)
{
	struct ptask *t = &pt->tasks[task];
	uint64_t key = htr_hash_bytes(name, len) ^ htr_hash_u64((uint64_t)task << 1 | kind);

	if (htr_map_get(&pt->pairs, key)) {
		return 0;
	}
	if (pt->pairs.n < PROCTAB_SEEN_MAX && htr_map_put(&pt->pairs, key, pt) < 0) {
		return -ENOMEM;
	}
	t->n_written += kind == PSEEN_FILE;
	t->n_peers += kind == PSEEN_PEER;
	pt->version++;
	if (t->n_named >= PROCTAB_NAMED_MAX || pt->n_seen >= PROCTAB_SEEN_MAX) {
		return 0;
	}
	if (pt->n_seen == pt->cap_seen) {
		struct pseen *p = reallocarray(pt->seen, (size_t)pt->cap_seen * 2, sizeof(*p));

		if (!p) {
			return -ENOMEM;
		}
		pt->seen = p;
		pt->cap_seen *= 2;
	}
	uint32_t index = pt->n_seen++;

	pt->seen[index] = (struct pseen){ .kind = (uint8_t)kind,
					  .name = proctab_text(pt, name, len),
					  .seq = seq };
	if (t->last_seen) {
		pt->seen[t->last_seen].next = index;
	} else {
		t->first_seen = index;
	}
	t->last_seen = index;
	t->n_named++;
	return 0;
}

/* Absolute where the event knows enough, else as the program passed it. */
static int see_path(struct proctab *pt, uint32_t task, const struct htr_event *ev,
		    const struct htr_val *path, unsigned base_key)
{
	const struct htr_val *base = bytes_val(ev, base_key);
	cleanup_buf struct htr_buf full = { 0 };

	htr_path_join(&full, base ? (const char *)base->data : "", base ? base->len : 0,
		      (const char *)path->data, path->len);
	if (full.failed) {
		return -ENOMEM;
	}
	return seen_add(pt, task, PSEEN_FILE, full.data, full.len, ev->seq);
}

static bool is_terminal_or_null(const struct htr_val *path)
{
	static const char *const boring[] = { "/dev/null", "/dev/tty", "/dev/pts/", "/dev/zero" };

	for (size_t i = 0; i < HTR_ARRAY_LEN(boring); i++) {
		size_t n = strlen(boring[i]);
		if (path->len >= n && memcmp(path->data, boring[i], n) == 0) {
			return true;
		}
	}
	return false;
}

static uint64_t open_flags(const struct htr_event *ev, const struct htr_syscall_desc *d)
{
	for (unsigned i = 0; i < d->n_args; i++) {
		if (d->args[i].kind == HTR_A_FLAGS && d->args[i].set == HTR_N_OPEN) {
			return ev->args[i];
		}
		const struct htr_val *how = htr_event_val(ev, i);
		if (d->args[i].kind == HTR_A_OPEN_HOW && how && how->len >= 8) {
			uint64_t flags;
			memcpy(&flags, how->data, sizeof(flags)); /* little-endian, first member */
			return flags;
		}
	}
	return 0;
}

static int see_change(struct proctab *pt, uint32_t task, const struct htr_event *ev,
		      const struct htr_syscall_desc *d)
{
	const struct htr_val *path = NULL;
	unsigned n_paths = 0;

	for (unsigned i = 0; i < d->n_args; i++) {
		if (d->args[i].kind == HTR_A_PATH && bytes_val(ev, i)) {
			path = bytes_val(ev, i);
			n_paths++;
		}
	}
	if (!path) {
		path = bytes_val(ev, HTR_K_FD_PATH);
	}
	if (!path || is_terminal_or_null(path)) {
		return 0;
	}
	return see_path(pt, task, ev, path, n_paths > 1 ? HTR_K_AT_PATH2 : HTR_K_AT_PATH);
}

static int see_open(struct proctab *pt, uint32_t task, const struct htr_event *ev,
		    const struct htr_syscall_desc *d)
{
	const struct htr_val *real = bytes_val(ev, HTR_K_FD_PATH);

	if (!(open_flags(ev, d) & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC))) {
		return 0;
	}
	if (!real || real->data[0] != '/') {
		return see_change(pt, task, ev, d);
	}
	return is_terminal_or_null(real) ? 0 : see_path(pt, task, ev, real, HTR_K_MAX);
}

static int see_peer(struct proctab *pt, uint32_t task, const struct htr_event *ev,
		    const struct htr_syscall_desc *d, bool with_port)
{
	const struct htr_val *raw = bytes_val(ev, HTR_K_SOCK_PEER);
	cleanup_buf struct htr_buf text = { 0 };

	for (unsigned i = 0; !raw && i < d->n_args; i++) {
		if (d->args[i].kind == HTR_A_SOCKADDR) {
			raw = bytes_val(ev, i);
		}
	}
	if (!raw) {
		return 0;
	}
	struct htr_addr a = htr_addr_parse(raw->data, raw->len);

	if (a.family != AF_INET && a.family != AF_INET6) {
		return 0;
	}
	if (with_port) {
		htr_addr_text(&text, &a);
	} else {
		htr_addr_ip_text(&text, &a);
	}
	if (text.failed) {
		return -ENOMEM;
	}
	return seen_add(pt, task, PSEEN_PEER, htr_buf_str(&text), text.len, ev->seq);
}

int proctab_see(struct proctab *pt, uint32_t task, const struct htr_event *ev)
{
	const struct htr_syscall_desc *d = htr_syscall_lookup((enum htr_arch)ev->arch, ev->nr);
	enum effect effect = d ? (enum effect)pt->effects[d->id] : EFFECT_NONE;

	if (effect == EFFECT_NONE) {
		return 0;
	}
	if (ev->result < 0 && !(effect == EFFECT_CONNECT && ev->result == -EINPROGRESS)) {
		return 0;
	}
	switch (effect) {
	case EFFECT_OPEN:
		return see_open(pt, task, ev, d);
	case EFFECT_CHANGE:
		return see_change(pt, task, ev, d);
	case EFFECT_CONNECT:
	case EFFECT_SEND:
		return see_peer(pt, task, ev, d, true);
	case EFFECT_ACCEPT:
		return see_peer(pt, task, ev, d, false);
	case EFFECT_NONE:
		break;
	}
	return 0;
}
