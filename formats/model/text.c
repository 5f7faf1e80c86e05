/* SPDX-License-Identifier: Apache-2.0
 *
 * text.c - whole events as text: argument lists, summaries, results, the strace form.
 */
#include "formats/model/text.h"

#include <string.h>

#include "formats/core/cleanup.h"
#include "formats/core/str.h"
#include "formats/model/text_priv.h"

void htr_text_args(struct htr_buf *out, const struct htr_event *ev)
{
	struct text_arg a;
	for (unsigned i = 0; text_arg_get(&a, ev, i); i++) {
		htr_buf_adds(out, i ? ", " : "");
		text_arg_render(out, &a);
	}
}

/* ---- summary ----------------------------------------------------------------------------------- */

static void add_escaped(struct htr_buf *out, const struct htr_val *v)
{
	htr_str_escape(out, v->data, v->len, 0);
	htr_buf_adds(out, v->flags & HTR_VF_TRUNCATED ? "..." : "");
}

static const struct htr_val *bytes_of(const struct htr_event *ev, unsigned key)
{
	const struct htr_val *v = htr_event_val(ev, key);
	return v && v->type == HTR_VT_BYTES ? v : NULL;
}

/* A command line for people: words joined with blanks, a word with blanks or none in quotes. */
static void add_command(struct htr_buf *out, const struct htr_val *argv)
{
	const uint8_t *s;
	size_t len, pos = 0;

	for (bool first = true; text_next_str(argv, &pos, &s, &len); first = false) {
		bool quote = len == 0 || memchr(s, ' ', len) || memchr(s, '"', len);
		htr_buf_adds(out, first ? "" : " ");
		htr_buf_adds(out, quote ? "\"" : "");
		htr_str_escape(out, s, len, quote ? HTR_ESC_QUOTES : 0);
		htr_buf_adds(out, quote ? "\"" : "");
	}
	htr_buf_adds(out, argv->flags & HTR_VF_TRUNCATED ? "..." : "");
}

/* What runs: the command line, else the file, else the short name. */
static bool sum_image(struct htr_buf *out, const struct htr_event *ev)
{
	static const uint8_t keys[] = { HTR_K_EXE, HTR_K_COMM };
	const struct htr_val *v = bytes_of(ev, HTR_K_ARGV);

	if (v && v->len > 0) {
		add_command(out, v);
		return true;
	}
	for (size_t i = 0; i < HTR_ARRAY_LEN(keys); i++) {
		v = bytes_of(ev, keys[i]);
		if (v) {
			add_escaped(out, v);
			return true;
		}
	}
	return false;
}

static bool sum_spawn(struct htr_buf *out, const struct htr_event *ev)
{
	int64_t pid = htr_event_int(ev, HTR_K_CHILD_PID, -1);
	bool thread = pid >= 0 ? pid == ev->pid : !(ev->flags & HTR_EVF_LAST);
	htr_buf_printf(out, "%s %lld", thread ? "thread" : "child", (long long)ev->result);
	return true;
}

static bool sum_exit(struct htr_buf *out, const struct htr_event *ev)
{
	htr_text_result(out, ev);
	return true;
}

static bool sum_signal(struct htr_buf *out, const struct htr_event *ev)
{
	text_signal(out, (int32_t)ev->args[0]);
	if ((int32_t)ev->args[1] > 0) {
		htr_buf_printf(out, " from %d", (int32_t)ev->args[1]);
	}
	return true;
}

static bool sum_fd(struct htr_buf *out, const struct htr_event *ev)
{
	const struct htr_val *path = bytes_of(ev, HTR_K_FD_PATH);
	htr_buf_printf(out, "%d", (int32_t)ev->args[0]);
	if (path) {
		htr_buf_addc(out, ' ');
		add_escaped(out, path);
	}
	return true;
}

static bool sum_loss(struct htr_buf *out, const struct htr_event *ev)
{
	if (ev->args[0] != 0) {
		htr_buf_printf(out, "%llu calls lost", (unsigned long long)ev->args[0]);
	} else {
		htr_buf_adds(out, "calls lost, number unknown");
	}
	htr_buf_printf(out, ": %s", text_loss_name(ev->args[1]));
	return true;
}

static bool sum_note(struct htr_buf *out, const struct htr_event *ev)
{
	const struct htr_val *text = bytes_of(ev, HTR_K_TEXT);
	if (text) {
		add_escaped(out, text);
	}
	return true;
}

typedef bool (*summary_fn)(struct htr_buf *out, const struct htr_event *ev);

/* false: nothing to say, go on with the arguments */
static const summary_fn summaries[HTR_EV_KIND_MAX] = {
	[HTR_EV_SPAWN] = sum_spawn, [HTR_EV_EXEC] = sum_image,    [HTR_EV_EXIT] = sum_exit,
	[HTR_EV_PROC] = sum_image,  [HTR_EV_SIGNAL] = sum_signal, [HTR_EV_FD] = sum_fd,
	[HTR_EV_LOSS] = sum_loss,   [HTR_EV_NOTE] = sum_note,
};

/* Worth a place in a list? */
static bool in_summary(const struct text_arg *a, unsigned n_args)
{
	bool has = a->val && a->val->len > 0;

	switch (text_arg_shape(a)) {
	case TEXT_STR:
	case TEXT_ADDR:
	case TEXT_STRV:
	case TEXT_WSTATUS:
		return a->val != NULL;
	case TEXT_MSG:
		return has;
	case TEXT_FLAGS:
		return a->raw != 0 || htr_names_enum(a->desc->set, 0);
	case TEXT_ENUM:
	case TEXT_MODE:
	case TEXT_SIGNAL:
	case TEXT_ID:
	case TEXT_DEV:
		return true;
	case TEXT_DIRFD:
		return (int32_t)a->raw >= 0;
	case TEXT_I32:
		if (a->desc->kind == HTR_A_FD) {
			return (int32_t)a->raw >= 0 || n_args == 1;
		}
		return a->desc->kind == HTR_A_PID || n_args == 1;
	case TEXT_CELLS:
		return a->desc->kind == HTR_A_FDPAIR || a->desc->kind == HTR_A_GROUPS;
	case TEXT_STRUCT:
		return has && a->desc->dir != HTR_DIR_OUT && a->desc->kind != HTR_A_SIGACTION;
	case TEXT_U32:
	case TEXT_I64:
	case TEXT_U64:
	case TEXT_HEX:
		return n_args == 1;
	case TEXT_PTR:
	case TEXT_BUF:
	case TEXT_ENV:
	case TEXT_IOV:
	case TEXT_SIGSET:
	case TEXT_LOSS:
	case TEXT_SHAPE_MAX:
		return false;
	}
	return false;
}

/* Between a descriptor and an address: which way it goes. */
static const char *arrow(const struct text_arg *a)
{
	bool address = text_arg_shape(a) == TEXT_ADDR || text_arg_shape(a) == TEXT_MSG;
	if (!address) {
		return " ";
	}
	if (strcmp(a->desc->name, "src_addr") == 0) {
		return " <- ";
	}
	const struct htr_syscall_desc *sc = htr_syscall_lookup(a->ev->arch, a->ev->nr);
	static const struct {
		const char *call;
		const char *sign;
	} signs[] = {
		{ "accept", " <- " },   { "accept4", " <- " }, { "recvmsg", " <- " },
		{ "recvmmsg", " <- " }, { "bind", " at " },    { "getsockname", " at " },
	};
	for (size_t i = 0; sc && i < HTR_ARRAY_LEN(signs); i++) {
		if (strcmp(sc->name, signs[i].call) == 0) {
			return signs[i].sign;
		}
	}
	return " -> ";
}

static void sum_args(struct htr_buf *out, const struct htr_event *ev)
{
	struct text_arg a;
	unsigned n = 0;
	bool any = false;

	while (htr_event_arg(ev, n)) {
		n++;
	}
	for (unsigned i = 0; text_arg_get(&a, ev, i); i++) {
		if (!in_summary(&a, n)) {
			continue;
		}
		htr_buf_adds(out, any ? arrow(&a) : "");
		a.brief = true;
		text_arg_render(out, &a);
		any = true;
	}
}

void htr_text_summary(struct htr_buf *out, const struct htr_event *ev)
{
	summary_fn fn = ev->kind < HTR_EV_KIND_MAX ? summaries[ev->kind] : NULL;
	if (!fn || !fn(out, ev)) {
		sum_args(out, ev);
	}
}

/* ---- result ------------------------------------------------------------------------------------ */

static void add_errno(struct htr_buf *out, int64_t result)
{
	const char *name = htr_errno_name((int)-result);
	if (name) {
		htr_buf_adds(out, name);
	} else {
		htr_buf_printf(out, "errno %d", (int)-result);
	}
}

static void add_success(struct htr_buf *out, const struct htr_event *ev)
{
	const struct htr_syscall_desc *sc = htr_syscall_lookup(ev->arch, ev->nr);
	bool narrow = ev->arch == HTR_ARCH_I386;
	uint64_t bits = narrow ? (uint32_t)ev->result : (uint64_t)ev->result;

	if (sc && htr_syscall_form(sc, ev->args)->ret == HTR_R_ADDR) {
		htr_buf_printf(out, "0x%llx", (unsigned long long)bits);
	} else if (sc && sc->ret == HTR_R_NONE) {
		htr_buf_addc(out, '?');
	} else if (sc && sc->n_args == 1 && sc->args[0].kind == HTR_A_MODE) {
		text_mode(out, (uint32_t)ev->result); /* umask gives the former one */
	} else {
		htr_buf_printf(out, "%lld", (long long)ev->result);
	}
}

void htr_text_result(struct htr_buf *out, const struct htr_event *ev)
{
	if (ev->kind == HTR_EV_EXIT) {
		const struct htr_val *v = htr_event_val(ev, HTR_K_EXIT_STATUS);
		if (v && v->type == HTR_VT_INT) {
			text_wait_status(out, (int)v->num);
		} else {
			htr_buf_addc(out, '?');
		}
		return;
	}
	if (!htr_event_is_call(ev) && ev->kind != HTR_EV_SPAWN && ev->kind != HTR_EV_EXEC) {
		return;
	}
	if (!htr_event_has_result(ev)) {
		htr_buf_addc(out, '?');
	} else if (htr_event_failed(ev)) {
		add_errno(out, ev->result);
	} else {
		add_success(out, ev);
	}
}

/* ---- strace ------------------------------------------------------------------------------------ */

static void strace_other(struct htr_buf *out, const struct htr_event *ev)
{
	char scratch[24];
	const char *frame = ev->kind == HTR_EV_EXIT ? "+++" : "---";

	htr_buf_printf(out, "%s %s ", frame, htr_event_type_name(ev, scratch));
	size_t before = out->len;
	htr_text_summary(out, ev);
	htr_buf_printf(out, "%s%s", out->len > before ? " " : "", frame);
}

void htr_text_strace(struct htr_buf *out, const struct htr_event *ev)
{
	char scratch[24];

	if (!htr_event_is_call(ev)) {
		strace_other(out, ev);
		return;
	}
	htr_buf_printf(out, "%s(", htr_event_type_name(ev, scratch));
	htr_text_args(out, ev);
	if (ev->flags & HTR_EVF_UNFINISHED) {
		htr_buf_adds(out, " <unfinished ...>");
		return;
	}
	htr_buf_adds(out, htr_event_failed(ev) ? ") = -1 " : ") = ");
	htr_text_result(out, ev);
}
