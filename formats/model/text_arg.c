/* SPDX-License-Identifier: Apache-2.0
 *
 * text_arg.c - one argument of an event as text. Structures are in text_struct.c.
 */
#include <assert.h>
#include <fcntl.h>
#include <string.h>

#include <sys/sysmacros.h>

#include "formats/core/cleanup.h"
#include "formats/core/str.h"
#include "formats/model/sockaddr.h"
#include "formats/model/text_priv.h"

#define BUF_SHOWN 64 /* bytes of an I/O buffer that a line shows */

typedef void (*render_fn)(struct htr_buf *out, const struct text_arg *a);

static const uint8_t shapes[HTR_A_KIND_MAX + 1] = {
	[HTR_A_INT] = TEXT_I32,
	[HTR_A_UINT] = TEXT_U32,
	[HTR_A_LONG] = TEXT_I64,
	[HTR_A_ULONG] = TEXT_U64,
	[HTR_A_HEX] = TEXT_HEX,
	[HTR_A_PTR] = TEXT_PTR,
	[HTR_A_FD] = TEXT_I32,
	[HTR_A_DIRFD] = TEXT_DIRFD,
	[HTR_A_PATH] = TEXT_STR,
	[HTR_A_STR] = TEXT_STR,
	[HTR_A_BUF] = TEXT_BUF,
	[HTR_A_FLAGS] = TEXT_FLAGS,
	[HTR_A_ENUM] = TEXT_ENUM,
	[HTR_A_MODE] = TEXT_MODE,
	[HTR_A_DEV] = TEXT_DEV,
	[HTR_A_SOCKADDR] = TEXT_ADDR,
	[HTR_A_SOCKLEN_PTR] = TEXT_CELLS,
	[HTR_A_IOVEC] = TEXT_IOV,
	[HTR_A_MSGHDR] = TEXT_MSG,
	[HTR_A_MMSGHDR] = TEXT_MSG,
	[HTR_A_ARGV] = TEXT_STRV,
	[HTR_A_ENVP] = TEXT_ENV,
	[HTR_A_PID] = TEXT_I32,
	[HTR_A_UID] = TEXT_ID,
	[HTR_A_GID] = TEXT_ID,
	[HTR_A_SIGNAL] = TEXT_SIGNAL,
	[HTR_A_SIZE] = TEXT_U64,
	[HTR_A_OFF] = TEXT_I64,
	[HTR_A_OFF_PTR] = TEXT_CELLS,
	[HTR_A_TIMESPEC] = TEXT_STRUCT,
	[HTR_A_TIMEVAL] = TEXT_STRUCT,
	[HTR_A_ITIMERVAL] = TEXT_STRUCT,
	[HTR_A_ITIMERSPEC] = TEXT_STRUCT,
	[HTR_A_TIME] = TEXT_I64,
	[HTR_A_CLOCK] = TEXT_ENUM,
	[HTR_A_STAT] = TEXT_STRUCT,
	[HTR_A_STATX] = TEXT_STRUCT,
	[HTR_A_STATFS] = TEXT_STRUCT,
	[HTR_A_FDPAIR] = TEXT_CELLS,
	[HTR_A_SIGSET] = TEXT_SIGSET,
	[HTR_A_SIGACTION] = TEXT_STRUCT,
	[HTR_A_SIGINFO] = TEXT_STRUCT,
	[HTR_A_POLLFD] = TEXT_STRUCT,
	[HTR_A_EPOLL_EVENT] = TEXT_STRUCT,
	[HTR_A_RLIMIT] = TEXT_STRUCT,
	[HTR_A_RUSAGE] = TEXT_STRUCT,
	[HTR_A_CLONE_ARGS] = TEXT_STRUCT,
	[HTR_A_OPEN_HOW] = TEXT_STRUCT,
	[HTR_A_BPF_ATTR] = TEXT_STRUCT,
	[HTR_A_CAP_HEADER] = TEXT_STRUCT,
	[HTR_A_CAP_DATA] = TEXT_STRUCT,
	[HTR_A_IOURING_PARAMS] = TEXT_STRUCT,
	[HTR_A_WSTATUS] = TEXT_WSTATUS,
	[HTR_A_INT_PTR] = TEXT_CELLS,
	[HTR_A_TID_PTR] = TEXT_CELLS,
	[HTR_A_GROUPS] = TEXT_CELLS,
	[HTR_A_UTSNAME] = TEXT_STRUCT,
	[HTR_A_FUTEX] = TEXT_PTR,
	[TEXT_A_LOSS] = TEXT_LOSS,
};

/* The numbers of records that are no calls, described like arguments. */
static const struct htr_arg_desc signal_args[] = {
	{ "signal", HTR_A_SIGNAL, HTR_DIR_IN, -1, 0, HTR_N_NONE },
	{ "sender", HTR_A_PID, HTR_DIR_IN, -1, 0, HTR_N_NONE },
	{ "code", HTR_A_INT, HTR_DIR_IN, -1, 0, HTR_N_NONE },
};
static const struct htr_arg_desc fd_args[] = {
	{ "fd", HTR_A_FD, HTR_DIR_IN, -1, 0, HTR_N_NONE },
};
static const struct htr_arg_desc loss_args[] = {
	{ "count", HTR_A_ULONG, HTR_DIR_IN, -1, 0, HTR_N_NONE },
	{ "reason", TEXT_A_LOSS, HTR_DIR_IN, -1, 0, HTR_N_NONE },
};
static const struct htr_arg_desc clock_args[] = {
	{ "realtime", HTR_A_LONG, HTR_DIR_IN, -1, 0, HTR_N_NONE },
	{ "boottime", HTR_A_LONG, HTR_DIR_IN, -1, 0, HTR_N_NONE },
};
static const struct {
	const struct htr_arg_desc *args;
	unsigned n;
} pseudo[HTR_EV_KIND_MAX] = {
	[HTR_EV_SIGNAL] = { signal_args, HTR_ARRAY_LEN(signal_args) },
	[HTR_EV_FD] = { fd_args, HTR_ARRAY_LEN(fd_args) },
	[HTR_EV_LOSS] = { loss_args, HTR_ARRAY_LEN(loss_args) },
	[HTR_EV_CLOCK] = { clock_args, HTR_ARRAY_LEN(clock_args) },
};

/* Arguments of a call with an unknown number: registers as they were. */
static const struct htr_arg_desc raw_args[HTR_ARGS_MAX] = {
	{ "arg1", HTR_A_HEX, HTR_DIR_IN, -1, 0, HTR_N_NONE },
	{ "arg2", HTR_A_HEX, HTR_DIR_IN, -1, 0, HTR_N_NONE },
	{ "arg3", HTR_A_HEX, HTR_DIR_IN, -1, 0, HTR_N_NONE },
	{ "arg4", HTR_A_HEX, HTR_DIR_IN, -1, 0, HTR_N_NONE },
	{ "arg5", HTR_A_HEX, HTR_DIR_IN, -1, 0, HTR_N_NONE },
	{ "arg6", HTR_A_HEX, HTR_DIR_IN, -1, 0, HTR_N_NONE },
};

const struct htr_arg_desc *htr_event_arg(const struct htr_event *ev, unsigned i)
{
	if (!htr_event_is_call(ev)) {
		return ev->kind < HTR_EV_KIND_MAX && i < pseudo[ev->kind].n
			       ? &pseudo[ev->kind].args[i]
			       : NULL;
	}
	const struct htr_syscall_desc *sc = htr_syscall_lookup(ev->arch, ev->nr);
	if (!sc) {
		return i < ev->n_args && i < HTR_ARGS_MAX ? &raw_args[i] : NULL;
	}
	sc = htr_syscall_form(sc, ev->args);
	return i < sc->n_args ? &sc->args[i] : NULL;
}

bool text_arg_get(struct text_arg *a, const struct htr_event *ev, unsigned i)
{
	const struct htr_arg_desc *desc = htr_event_arg(ev, i);
	if (!desc) {
		return false;
	}
	const struct htr_val *val =
		htr_event_is_call(ev) ? htr_event_val(ev, HTR_K_ARG0 + i) : NULL;
	*a = (struct text_arg){
		.ev = ev,
		.desc = desc,
		.val = val && val->type == HTR_VT_BYTES ? val : NULL,
		.raw = ev->arch == HTR_ARCH_I386 ? (uint32_t)ev->args[i] : ev->args[i],
		.arch = ev->arch,
	};
	return true;
}

enum text_shape text_arg_shape(const struct text_arg *a)
{
	return a->desc->kind <= TEXT_A_LOSS ? shapes[a->desc->kind] : TEXT_HEX;
}

const struct htr_val *text_arg_io(const struct text_arg *a)
{
	const struct htr_val *v = htr_event_val(a->ev, HTR_K_IO_DATA);
	return v && v->type == HTR_VT_BYTES ? v : NULL;
}

const struct htr_val *text_arg_strv(const struct text_arg *a)
{
	const struct htr_val *v = a->val;
	if (!v) {
		v = htr_event_val(a->ev, HTR_K_ARGV);
	}
	return v && v->type == HTR_VT_BYTES ? v : NULL;
}

/* ---- one function per shape -------------------------------------------------------------------- */

static void show_hex(struct htr_buf *out, const struct text_arg *a)
{
	htr_buf_printf(out, a->raw ? "0x%llx" : "%llx", (unsigned long long)a->raw);
}

static void show_ptr(struct htr_buf *out, const struct text_arg *a)
{
	if (a->raw == 0) {
		htr_buf_adds(out, "NULL");
	} else {
		show_hex(out, a);
	}
}

static void show_i32(struct htr_buf *out, const struct text_arg *a)
{
	htr_buf_printf(out, "%d", (int32_t)a->raw);
}

static void show_u32(struct htr_buf *out, const struct text_arg *a)
{
	htr_buf_printf(out, "%u", (uint32_t)a->raw);
}

static void show_i64(struct htr_buf *out, const struct text_arg *a)
{
	int64_t v = a->arch == HTR_ARCH_I386 ? (int32_t)a->raw : (int64_t)a->raw;
	htr_buf_printf(out, "%lld", (long long)v);
}

static void show_u64(struct htr_buf *out, const struct text_arg *a)
{
	htr_buf_printf(out, "%llu", (unsigned long long)a->raw);
}

static void show_id(struct htr_buf *out, const struct text_arg *a)
{
	if ((uint32_t)a->raw == UINT32_MAX) {
		htr_buf_adds(out, "-1");
	} else {
		show_u32(out, a);
	}
}

static void show_dirfd(struct htr_buf *out, const struct text_arg *a)
{
	if ((int32_t)a->raw == AT_FDCWD) {
		htr_buf_adds(out, "AT_FDCWD");
	} else {
		show_i32(out, a);
	}
}

/* Bytes in quotes; cut says that there was more. Plain: the bytes alone. */
static void add_bytes(struct htr_buf *out, const struct text_arg *a, const uint8_t *data,
		      size_t len, bool cut)
{
	if (a->plain) {
		htr_buf_add(out, data, len);
		return;
	}
	htr_buf_addc(out, '"');
	htr_str_escape(out, data, len, HTR_ESC_QUOTES);
	htr_buf_adds(out, cut ? "\"..." : "\"");
}

static void add_io(struct htr_buf *out, const struct text_arg *a, const struct htr_val *v)
{
	bool cut = !a->plain && v->len > BUF_SHOWN;
	add_bytes(out, a, v->data, cut ? BUF_SHOWN : v->len,
		  cut || (v->flags & HTR_VF_TRUNCATED) != 0);
}

static void show_str(struct htr_buf *out, const struct text_arg *a)
{
	if (!a->val) {
		show_ptr(out, a);
		return;
	}
	add_bytes(out, a, a->val->data, a->val->len, (a->val->flags & HTR_VF_TRUNCATED) != 0);
}

static void show_buf(struct htr_buf *out, const struct text_arg *a)
{
	const struct htr_val *v = a->val ? a->val : text_arg_io(a);
	if (v) {
		add_io(out, a, v);
	} else {
		show_ptr(out, a);
	}
}

static void show_strv(struct htr_buf *out, const struct text_arg *a)
{
	const struct htr_val *v = text_arg_strv(a);
	const uint8_t *s;
	size_t len, pos = 0;

	if (!v) {
		show_ptr(out, a);
		return;
	}
	htr_buf_adds(out, a->plain ? "" : "[");
	for (bool first = true; text_next_str(v, &pos, &s, &len); first = false) {
		htr_buf_adds(out, first ? "" : a->plain ? " " : ", ");
		add_bytes(out, a, s, len, false);
	}
	if (!a->plain) {
		htr_buf_adds(out, v->flags & HTR_VF_TRUNCATED ? "...]" : "]");
	}
}

static void show_env(struct htr_buf *out, const struct text_arg *a)
{
	const struct htr_val *v = a->val ? a->val : htr_event_val(a->ev, HTR_K_ENV_NAMES);
	const uint8_t *s;
	size_t len, pos = 0;
	unsigned n = 0;

	if (a->plain && v && v->type == HTR_VT_BYTES) {
		struct text_arg strv = *a;
		strv.val = v;
		show_strv(out, &strv);
		return;
	}
	show_ptr(out, a);
	if (v && v->type == HTR_VT_BYTES) {
		while (text_next_str(v, &pos, &s, &len)) {
			n++;
		}
		htr_buf_printf(out, " /* %u vars */", n);
	}
}

static void show_flags(struct htr_buf *out, const struct text_arg *a)
{
	text_flags(out, a->desc->set, a->raw, a->arch);
}

static void show_enum(struct htr_buf *out, const struct text_arg *a)
{
	unsigned set = a->desc->kind == HTR_A_CLOCK ? (unsigned)HTR_N_CLOCK : a->desc->set;
	const char *name = htr_names_enum(set, (uint32_t)a->raw);
	if (name) {
		htr_buf_adds(out, name);
	} else if ((uint32_t)a->raw < 4096) {
		show_u32(out, a);
	} else {
		htr_buf_printf(out, "0x%x", (uint32_t)a->raw);
	}
}

static void show_mode(struct htr_buf *out, const struct text_arg *a)
{
	text_mode(out, (uint32_t)a->raw & 0xffff); /* umode_t has 16 bits */
}

static void show_dev(struct htr_buf *out, const struct text_arg *a)
{
	htr_buf_printf(out, "makedev(%#x, %#x)", major((uint32_t)a->raw), minor((uint32_t)a->raw));
}

static void show_signal(struct htr_buf *out, const struct text_arg *a)
{
	text_signal(out, (int32_t)a->raw);
}

static void show_addr(struct htr_buf *out, const struct text_arg *a)
{
	cleanup_buf struct htr_buf text = { 0 };

	if (!a->val) {
		show_ptr(out, a);
		return;
	}
	struct htr_addr addr = htr_addr_parse(a->val->data, a->val->len);
	if (a->plain) {
		htr_addr_text(out, &addr);
		return;
	}
	htr_addr_text(&text, &addr);
	if (text.len > 0 && !addr.path) {
		htr_buf_add(out, text.data, text.len);
	} else {
		add_bytes(out, a, (const uint8_t *)htr_buf_str(&text), text.len, false);
	}
}

static void show_msg(struct htr_buf *out, const struct text_arg *a)
{
	const struct htr_val *io = text_arg_io(a);

	if ((!a->val || a->val->len == 0) && !io) {
		show_ptr(out, a);
		return;
	}
	if (a->val && a->val->len > 0) {
		show_addr(out, a);
	}
	if (io && !a->plain) {
		htr_buf_adds(out, a->val && a->val->len > 0 ? " " : "");
		add_io(out, a, io);
	}
}

static void show_iov(struct htr_buf *out, const struct text_arg *a)
{
	const struct htr_val *io = text_arg_io(a);
	if (io) {
		add_io(out, a, io);
	} else {
		show_ptr(out, a);
	}
}

static void show_cells(struct htr_buf *out, const struct text_arg *a)
{
	bool is_signed;
	unsigned width = text_cell_width(a->desc->kind, &is_signed);

	if (!a->val && a->desc->kind == HTR_A_FDPAIR && htr_event_val(a->ev, HTR_K_FD1)) {
		htr_buf_printf(out, "[%lld, %lld]", (long long)htr_event_int(a->ev, HTR_K_FD1, -1),
			       (long long)htr_event_int(a->ev, HTR_K_FD2, -1));
		return;
	}
	if (!a->val || a->val->len < width) {
		show_ptr(out, a);
		return;
	}
	htr_buf_addc(out, '[');
	for (size_t i = 0; i + width <= a->val->len; i += width) {
		htr_buf_adds(out, i ? ", " : "");
		if (is_signed) {
			htr_buf_printf(out, "%lld",
				       (long long)text_le_signed(a->val->data + i, width));
		} else {
			htr_buf_printf(out, "%llu",
				       (unsigned long long)text_le(a->val->data + i, width));
		}
	}
	htr_buf_adds(out, a->val->flags & HTR_VF_TRUNCATED ? "...]" : "]");
}

static void show_sigset(struct htr_buf *out, const struct text_arg *a)
{
	if (a->val && a->val->len >= 8) {
		text_sigset(out, text_le(a->val->data, 8));
	} else {
		show_ptr(out, a);
	}
}

static void show_wstatus(struct htr_buf *out, const struct text_arg *a)
{
	if (a->val && a->val->len >= 4) {
		htr_buf_addc(out, '[');
		text_wait_status(out, (int)text_le_signed(a->val->data, 4));
		htr_buf_addc(out, ']');
	} else {
		show_ptr(out, a);
	}
}

static void show_struct(struct htr_buf *out, const struct text_arg *a)
{
	if (a->val && a->val->len > 0) {
		text_struct(out, a);
	} else {
		show_ptr(out, a);
	}
}

static void show_loss(struct htr_buf *out, const struct text_arg *a)
{
	htr_buf_adds(out, text_loss_name(a->raw));
}

static const render_fn shows[TEXT_SHAPE_MAX] = {
	[TEXT_HEX] = show_hex,       [TEXT_PTR] = show_ptr,         [TEXT_I32] = show_i32,
	[TEXT_U32] = show_u32,       [TEXT_I64] = show_i64,         [TEXT_U64] = show_u64,
	[TEXT_ID] = show_id,         [TEXT_DIRFD] = show_dirfd,     [TEXT_STR] = show_str,
	[TEXT_BUF] = show_buf,       [TEXT_STRV] = show_strv,       [TEXT_ENV] = show_env,
	[TEXT_FLAGS] = show_flags,   [TEXT_ENUM] = show_enum,       [TEXT_MODE] = show_mode,
	[TEXT_DEV] = show_dev,       [TEXT_SIGNAL] = show_signal,   [TEXT_ADDR] = show_addr,
	[TEXT_MSG] = show_msg,       [TEXT_IOV] = show_iov,         [TEXT_CELLS] = show_cells,
	[TEXT_SIGSET] = show_sigset, [TEXT_WSTATUS] = show_wstatus, [TEXT_STRUCT] = show_struct,
	[TEXT_LOSS] = show_loss,
};

void text_arg_render(struct htr_buf *out, const struct text_arg *a)
{
	shows[text_arg_shape(a)](out, a);
}

void htr_text_arg(struct htr_buf *out, const struct htr_event *ev, unsigned i)
{
	struct text_arg a;
	if (text_arg_get(&a, ev, i)) {
		text_arg_render(out, &a);
	}
}

void htr_text_arg_plain(struct htr_buf *out, const struct htr_event *ev, unsigned i)
{
	struct text_arg a;
	if (text_arg_get(&a, ev, i)) {
		a.plain = true;
		text_arg_render(out, &a);
	}
}
