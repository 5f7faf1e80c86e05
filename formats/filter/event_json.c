/* SPDX-License-Identifier: Apache-2.0
 *
 * event_json.c - the JSON form of an event in its state. Arguments and values are the business of
 * formats/model/text.h; here only who, when, where and how it ended.
 */
#include "formats/filter/event_json.h"

#include "formats/core/cleanup.h"
#include "formats/core/clock.h"
#include "formats/core/json.h"
#include "formats/model/tables.h"
#include "formats/model/text.h"

static const char *const KIND_NAMES[HTR_EV_KIND_MAX] = {
	[HTR_EV_SYSCALL] = "syscall", [HTR_EV_SPAWN] = "spawn",   [HTR_EV_EXEC] = "exec",
	[HTR_EV_EXIT] = "exit",       [HTR_EV_SIGNAL] = "signal", [HTR_EV_PROC] = "proc",
	[HTR_EV_FD] = "fd",           [HTR_EV_LOSS] = "loss",     [HTR_EV_NOTE] = "note",
	[HTR_EV_CLOCK] = "clock",
};

/* Names of enum htr_event_flags. PTRACE says how the event was seen, the others what is doubtful. */
static const struct {
	uint16_t flag;
	const char *name;
} FLAG_NAMES[] = {
	{ HTR_EVF_ENTRY_ONLY, "entry_only" },
	{ HTR_EVF_UNFINISHED, "unfinished" },
	{ HTR_EVF_UNSTABLE, "unstable" },
	{ HTR_EVF_UNREADABLE, "unreadable" },
	{ HTR_EVF_TRUNCATED, "truncated" },
	{ HTR_EVF_PTRACE, "ptrace" },
	{ HTR_EVF_LAST, "last" },
	{ HTR_EVF_OUTSIDE, "outside" },
	{ HTR_EVF_REDACTED, "redacted" },
	{ HTR_EVF_TAINTED, "tainted" },
};

const char *htr_event_kind_name(unsigned kind)
{
	const char *name = kind < HTR_ARRAY_LEN(KIND_NAMES) ? KIND_NAMES[kind] : NULL;
	return name ? name : "unknown";
}

static void add_text(struct htr_buf *out, const char *key, struct htr_text t)
{
	if (t.data) {
		htr_json_bytes(out, key, t.data, t.len);
	}
}

static void add_time(struct htr_buf *out, const struct htr_state *st, const struct htr_event *ev)
{
	const struct htr_facts *facts = htr_state_facts(st);
	int64_t real_ns;
	char text[HTR_TIME_TEXT];

	/* both come from a file: a sum out of range is shown as the time since the start */
	if (!facts || __builtin_add_overflow(facts->start_real_ns, ev->time_ns, &real_ns)) {
		real_ns = ev->time_ns;
	}
	htr_time_iso(text, real_ns, 9, false);
	htr_json_str(out, "time", text);
	htr_json_int(out, "ts", real_ns);
	htr_json_uint(out, "dur", ev->dur_ns);
}

static void add_who(struct htr_buf *out, const struct htr_current *cur)
{
	const struct htr_proc *p = cur->proc;

	htr_json_int(out, "pid", cur->ev->pid);
	htr_json_int(out, "tid", cur->ev->tid);
	if (!p) {
		return;
	}
	htr_json_int(out, "ppid", p->ppid);
	add_text(out, "proc", htr_proc_name(p));
	add_text(out, "exe", p->image.exe);
	if (p->euid != HTR_UNKNOWN) {
		htr_json_int(out, "user", p->euid);
	}
}

/* A call through another table than the machine's own (int 0x80, x32) is worth a second look. */
static void add_arch(struct htr_buf *out, const struct htr_state *st, const struct htr_event *ev)
{
	const struct htr_facts *facts = htr_state_facts(st);
	const char *name = htr_arch_name(ev->arch);

	if (htr_event_is_call(ev) && name && facts && facts->arch != ev->arch) {
		htr_json_str(out, "arch", name);
	}
}

static void add_result(struct htr_buf *out, const struct htr_event *ev)
{
	if (!htr_event_is_call(ev) || !htr_event_has_result(ev)) {
		return;
	}
	htr_json_int(out, "res", ev->result);
	if (htr_event_failed(ev)) {
		const char *name = htr_errno_name((int)-ev->result);
		if (name) {
			htr_json_str(out, "errno", name);
		}
	}
}

static void add_fd(struct htr_buf *out, const struct htr_current *cur)
{
	if (!cur->fd && cur->fd_num == HTR_UNKNOWN) {
		return;
	}
	htr_json_open(out, "fd", '{');
	if (cur->fd_num != HTR_UNKNOWN) {
		htr_json_int(out, "num", cur->fd_num);
	}
	if (cur->fd) {
		cleanup_buf struct htr_buf name = { 0 };
		htr_fd_name(&name, cur->fd);
		if (name.failed) {
			out->failed = true;
		}
		htr_json_bytes(out, "name", htr_buf_str(&name), name.len);
		const char *type = htr_fd_type_name(cur->fd->type);
		if (type) {
			htr_json_str(out, "type", type);
		}
		if (cur->fd->guess) {
			htr_json_bool(out, "guess", true);
		}
	}
	htr_json_close(out, '}');
}

static void add_flags(struct htr_buf *out, const struct htr_event *ev)
{
	if (!ev->flags) {
		return;
	}
	htr_json_open(out, "flags", '[');
	for (size_t i = 0; i < HTR_ARRAY_LEN(FLAG_NAMES); i++) {
		if (ev->flags & FLAG_NAMES[i].flag) {
			htr_json_str(out, NULL, FLAG_NAMES[i].name);
		}
	}
	htr_json_close(out, ']');
}

void htr_event_json(struct htr_buf *out, const struct htr_state *st)
{
	const struct htr_current *cur = htr_state_current(st);
	char scratch[24];

	if (!cur || !cur->ev) {
		return;
	}
	const struct htr_event *ev = cur->ev;
	htr_json_open(out, NULL, '{');
	htr_json_int(out, "v", HTR_EVENT_JSON_VERSION);
	htr_json_uint(out, "num", ev->seq);
	add_time(out, st, ev);
	htr_json_str(out, "kind", htr_event_kind_name(ev->kind));
	htr_json_str(out, "type", htr_event_type_name(ev, scratch));
	add_arch(out, st, ev);
	add_who(out, cur);
	htr_text_json_args(out, ev);
	add_result(out, ev);
	add_fd(out, cur);
	add_flags(out, ev);
	htr_json_close(out, '}');
}
