/* SPDX-License-Identifier: Apache-2.0
 *
 * event.c - reading, copying and building one event. Storing it is formats/trace, showing it text.h.
 */
#include "formats/model/event.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/cleanup.h"
#include "formats/model/tables.h"

#define ERRNO_MAX 4095 /* the kernel's MAX_ERRNO: results -4095..-1 are errors */

struct key_info {
	const char *name;
	uint8_t type; /* enum htr_val_type */
};

#define BYTES(n)                \
	{                       \
		n, HTR_VT_BYTES \
	}
#define INT(n)                \
	{                     \
		n, HTR_VT_INT \
	}

static const struct key_info keys[HTR_K_MAX] = {
	[HTR_K_FD_PATH] = BYTES("fd_path"),
	[HTR_K_FD_DEV] = INT("fd_dev"),
	[HTR_K_FD_INO] = INT("fd_ino"),
	[HTR_K_FD_MODE] = INT("fd_mode"),
	[HTR_K_FD_FLAGS] = INT("fd_flags"),
	[HTR_K_SOCK_LOCAL] = BYTES("sock_local"),
	[HTR_K_SOCK_PEER] = BYTES("sock_peer"),
	[HTR_K_SOCK_TYPE] = INT("sock_type"),
	[HTR_K_SOCK_PROTO] = INT("sock_proto"),
	[HTR_K_SOCK_FAMILY] = INT("sock_family"),
	[HTR_K_AT_PATH] = BYTES("at_path"),
	[HTR_K_FD2] = INT("fd2"),
	[HTR_K_FD1] = INT("fd1"),
	[HTR_K_AT_PATH2] = BYTES("at_path2"),

	[HTR_K_EXE] = BYTES("exe"),
	[HTR_K_ARGV] = BYTES("argv"),
	[HTR_K_ENV_NAMES] = BYTES("env_names"),
	[HTR_K_ENV] = BYTES("env"),
	[HTR_K_CWD] = BYTES("cwd"),
	[HTR_K_ROOT] = BYTES("root"),
	[HTR_K_COMM] = BYTES("comm"),
	[HTR_K_EXE_DEV] = INT("exe_dev"),
	[HTR_K_EXE_INO] = INT("exe_ino"),
	[HTR_K_EXE_MODE] = INT("exe_mode"),
	[HTR_K_EXE_CTIME] = INT("exe_ctime"),
	[HTR_K_EXE_MTIME] = INT("exe_mtime"),
	[HTR_K_EXE_UID] = INT("exe_uid"),

	[HTR_K_PPID] = INT("ppid"),
	[HTR_K_PGID] = INT("pgid"),
	[HTR_K_SID] = INT("sid"),
	[HTR_K_TTY] = INT("tty"),
	[HTR_K_UID] = INT("uid"),
	[HTR_K_EUID] = INT("euid"),
	[HTR_K_SUID] = INT("suid"),
	[HTR_K_FSUID] = INT("fsuid"),
	[HTR_K_GID] = INT("gid"),
	[HTR_K_EGID] = INT("egid"),
	[HTR_K_SGID] = INT("sgid"),
	[HTR_K_FSGID] = INT("fsgid"),
	[HTR_K_LOGINUID] = INT("loginuid"),
	[HTR_K_CAP_INH] = INT("cap_inh"),
	[HTR_K_CAP_PRM] = INT("cap_prm"),
	[HTR_K_CAP_EFF] = INT("cap_eff"),
	[HTR_K_CAP_BND] = INT("cap_bnd"),
	[HTR_K_CAP_AMB] = INT("cap_amb"),
	[HTR_K_NNP] = INT("nnp"),
	[HTR_K_VPID] = INT("vpid"),
	[HTR_K_VTID] = INT("vtid"),
	[HTR_K_VPGID] = INT("vpgid"),
	[HTR_K_VSID] = INT("vsid"),
	[HTR_K_START] = INT("start"),
	[HTR_K_GROUPS] = BYTES("groups"),
	[HTR_K_CGROUP] = BYTES("cgroup"),
	[HTR_K_PID_NS] = INT("pid_ns"),
	[HTR_K_MNT_NS] = INT("mnt_ns"),
	[HTR_K_USER_NS] = INT("user_ns"),
	[HTR_K_NET_NS] = INT("net_ns"),

	[HTR_K_CHILD_PID] = INT("child_pid"),
	[HTR_K_CLONE_FLAGS] = INT("clone_flags"),
	[HTR_K_CHILD_PPID] = INT("child_ppid"),

	[HTR_K_EXIT_STATUS] = INT("exit_status"),
	[HTR_K_OLD_TID] = INT("old_tid"),

	[HTR_K_TEXT] = BYTES("text"),
	[HTR_K_IO_DATA] = BYTES("io_data"),
	[HTR_K_IO_LEN] = INT("io_len"),
};

const char *htr_key_name(unsigned key)
{
	return key < HTR_K_MAX ? keys[key].name : NULL;
}

int htr_key_type(unsigned key)
{
	return htr_key_name(key) ? (int)keys[key].type : -1;
}

const struct htr_val *htr_event_val(const struct htr_event *ev, unsigned key)
{
	unsigned lo = 0, hi = ev->n_vals;
	while (lo < hi) {
		unsigned mid = lo + (hi - lo) / 2;
		if (ev->vals[mid].key == key) {
			return &ev->vals[mid];
		}
		if (ev->vals[mid].key > key) {
			hi = mid;
		} else {
			lo = mid + 1;
		}
	}
	return NULL;
}

int64_t htr_event_int(const struct htr_event *ev, unsigned key, int64_t dflt)
{
	const struct htr_val *v = htr_event_val(ev, key);
	return v && v->type == HTR_VT_INT ? v->num : dflt;
}

bool htr_event_is_call(const struct htr_event *ev)
{
	return ev->nr >= 0 &&
	       (ev->kind == HTR_EV_SYSCALL || ev->kind == HTR_EV_SPAWN || ev->kind == HTR_EV_EXEC);
}

bool htr_event_failed(const struct htr_event *ev)
{
	return htr_event_is_call(ev) && htr_event_has_result(ev) && ev->result < 0 &&
	       ev->result >= -ERRNO_MAX;
}

const char *htr_event_type_name(const struct htr_event *ev, char scratch[24])
{
	static const char *const kinds[HTR_EV_KIND_MAX] = {
		[HTR_EV_UNSPEC] = "unknown", [HTR_EV_SYSCALL] = "unknown",
		[HTR_EV_SPAWN] = "clone",    [HTR_EV_EXEC] = "execve",
		[HTR_EV_EXIT] = "procexit",  [HTR_EV_SIGNAL] = "signaldeliver",
		[HTR_EV_PROC] = "procinfo",  [HTR_EV_FD] = "fdinfo",
		[HTR_EV_LOSS] = "loss",      [HTR_EV_NOTE] = "note",
		[HTR_EV_CLOCK] = "clock",
	};
	if (!htr_event_is_call(ev)) {
		return ev->kind < HTR_EV_KIND_MAX ? kinds[ev->kind] : "unknown";
	}
	const struct htr_syscall_desc *sc = htr_syscall_lookup(ev->arch, ev->nr);
	if (sc) {
		return sc->name;
	}
	snprintf(scratch, 24, "syscall_%d", ev->nr);
	return scratch;
}

struct htr_event *htr_event_dup(const struct htr_event *ev, struct htr_arena *arena)
{
	struct htr_event *copy = htr_arena_dup(arena, ev, sizeof(*ev));
	if (!copy || ev->n_vals == 0) {
		if (copy) {
			copy->vals = NULL;
		}
		return copy;
	}
	struct htr_val *vals = htr_arena_array(arena, ev->n_vals, sizeof(*vals));
	if (!vals) {
		return NULL;
	}
	memcpy(vals, ev->vals, ev->n_vals * sizeof(*vals));
	for (unsigned i = 0; i < ev->n_vals; i++) {
		if (vals[i].type != HTR_VT_BYTES) {
			continue;
		}
		vals[i].data = htr_arena_dup(arena, vals[i].data, vals[i].len);
		if (!vals[i].data) {
			return NULL;
		}
	}
	copy->vals = vals;
	return copy;
}

/* ---- building ---------------------------------------------------------------------------------- */

void htr_builder_init(struct htr_event_builder *b, enum htr_event_kind kind)
{
	b->ev = (struct htr_event){ .kind = (uint8_t)kind, .nr = -1 };
	b->overflow = false;
}

/* The slot for a key: the one it has, or a new one, or NULL when all are taken. */
static struct htr_val *builder_slot(struct htr_event_builder *b, unsigned key)
{
	assert(key < HTR_K_MAX);
	for (unsigned i = 0; i < b->ev.n_vals; i++) {
		if (b->vals[i].key == key) {
			return &b->vals[i];
		}
	}
	if (b->ev.n_vals == HTR_VALS_MAX) {
		b->overflow = true;
		return NULL;
	}
	return &b->vals[b->ev.n_vals++];
}

void htr_builder_bytes(struct htr_event_builder *b, unsigned key, const void *data, size_t len,
		       unsigned val_flags)
{
	assert(htr_key_type(key) != HTR_VT_INT);
	struct htr_val *v = builder_slot(b, key);
	if (!v) {
		return;
	}
	if (len > UINT32_MAX) {
		len = UINT32_MAX;
		val_flags |= HTR_VF_TRUNCATED;
	}
	*v = (struct htr_val){
		.key = (uint16_t)key,
		.type = HTR_VT_BYTES,
		.flags = (uint8_t)val_flags,
		.len = (uint32_t)len,
		.data = len > 0 ? data : (const uint8_t *)"",
	};
}

void htr_builder_int(struct htr_event_builder *b, unsigned key, int64_t num)
{
	assert(htr_key_type(key) != HTR_VT_BYTES);
	struct htr_val *v = builder_slot(b, key);
	if (v) {
		*v = (struct htr_val){ .key = (uint16_t)key, .type = HTR_VT_INT, .num = num };
	}
}

const struct htr_event *htr_builder_done(struct htr_event_builder *b)
{
	unsigned flags = b->ev.flags;

	/* few values, nearly sorted: insertion */
	for (unsigned i = 0; i < b->ev.n_vals; i++) {
		struct htr_val v = b->vals[i];
		unsigned at = i;
		for (; at > 0 && b->vals[at - 1].key > v.key; at--) {
			b->vals[at] = b->vals[at - 1];
		}
		b->vals[at] = v;
		flags |= v.flags & HTR_VF_TRUNCATED ? HTR_EVF_TRUNCATED : 0;
		flags |= v.flags & HTR_VF_UNSTABLE ? HTR_EVF_UNSTABLE : 0;
		flags |= v.flags & HTR_VF_REDACTED ? HTR_EVF_REDACTED : 0;
	}
	flags |= b->overflow ? HTR_EVF_TRUNCATED : 0;
	b->ev.flags = (uint16_t)flags;
	b->ev.vals = b->vals;
	return &b->ev;
}
