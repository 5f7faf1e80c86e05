/* SPDX-License-Identifier: Apache-2.0
 *
 * field_evt.c - evt.* and syscall.*: what happened, when, with which parameters and result.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/cleanup.h"
#include "formats/core/clock.h"
#include "formats/filter/field_int.h"
#include "formats/model/openflags.h"

#define NS_PER_S 1000000000

int64_t real_time(const struct fctx *fx, int64_t time_ns)
{
	int64_t start = fx->facts != NULL ? fx->facts->start_real_ns : 0;
	int64_t sum;

	if (time_ns == HTR_UNKNOWN || __builtin_add_overflow(start, time_ns, &sum)) {
		return HTR_UNKNOWN;
	}
	return sum;
}

static bool has_result(const struct fctx *fx)
{
	return fx->ev->kind <= HTR_EV_EXEC && htr_event_has_result(fx->ev);
}

static bool failed(const struct fctx *fx)
{
	return has_result(fx) && fx->ev->result < 0 && fx->ev->result >= -4095;
}

/* ---- numbers and times ----------------------------------------------------------------------------------- */

GETTER(get_evt_num)
{
	int64_t real = real_time(fx, fx->ev->time_ns);
	int64_t rel = fx->ev->time_ns;

	(void)nth;
	switch (ref->impl->aux) {
	case E_NUM:
		out->u = fx->ev->seq;
		return true;
	case E_COUNT:
		out->u = 1;
		return true;
	case E_COUNT_ERROR:
		out->u = failed(fx);
		return true;
	case E_RAWRES:
		out->i = fx->ev->result;
		return has_result(fx);
	case E_RAWTIME:
		return give_int(out, real);
	case E_RAWTIME_S:
		out->i = real / NS_PER_S;
		return real != HTR_UNKNOWN;
	case E_RAWTIME_NS:
		out->i = real % NS_PER_S;
		return real != HTR_UNKNOWN;
	case E_RELTIME_S:
		rel /= NS_PER_S;
		break;
	case E_RELTIME_NS:
		rel %= NS_PER_S;
		break;
	default:
		break;
	}
	out->i = rel;
	return true;
}

GETTER(get_evt_time)
{
	int64_t real = real_time(fx, fx->ev->time_ns);
	struct htr_buf *b = &ref->buf;
	char text[HTR_TIME_TEXT];

	(void)nth;
	if (real == HTR_UNKNOWN) {
		return false;
	}
	htr_buf_reset(b);
	switch (ref->impl->aux) {
	case T_TIME:
		htr_time_clock(text, real, 9, false);
		break;
	case T_TIME_S:
		htr_time_clock(text, real, 0, false);
		break;
	case T_ISO: {
		size_t n;

		/* Falco writes the offset without a colon */
		htr_time_iso(text, real, 9, false);
		n = strlen(text);
		htr_buf_add(b, text, n > 0 && text[n - 1] == 'Z' ? n - 1 : n);
		htr_buf_adds(b, "+0000");
		return give_buf(out, b);
	}
	case T_DATETIME:
		htr_time_date(text, real, false);
		htr_buf_adds(b, text);
		htr_buf_printf(b, ".%09lld", (long long)(real % NS_PER_S));
		return give_buf(out, b);
	default:
		htr_time_date(text, real, false);
		break;
	}
	htr_buf_adds(b, text);
	return give_buf(out, b);
}

static bool is_wait(const struct fctx *fx);

GETTER(get_evt_latency)
{
	int64_t dur = fx->ev->dur_ns > INT64_MAX ? INT64_MAX : (int64_t)fx->ev->dur_ns;
	char text[HTR_TIME_TEXT];

	(void)nth;
	if (!has_result(fx) || (ref->impl->aux == L_WAIT && !is_wait(fx))) {
		return false;
	}
	switch (ref->impl->aux) {
	case L_SECONDS:
		out->i = dur / NS_PER_S;
		return true;
	case L_FRACTION:
		out->i = dur % NS_PER_S;
		return true;
	case L_HUMAN:
		htr_time_span(text, dur);
		htr_buf_reset(&ref->buf);
		htr_buf_adds(&ref->buf, text);
		return give_buf(out, &ref->buf);
	default:
		out->i = dur;
		return true;
	}
}

/* ---- type and result ---------------------------------------------------------------------------------------- */

GETTER(get_evt_type)
{
	char scratch[24];
	const char *name;

	(void)nth;
	if (fx->desc != NULL) {
		return give_str(out, fx->desc->name);
	}
	name = htr_event_type_name(fx->ev, scratch);
	if (name == scratch) {
		htr_buf_reset(&ref->buf);
		htr_buf_adds(&ref->buf, name);
		return give_buf(out, &ref->buf);
	}
	return give_str(out, name);
}

GETTER(get_syscall_type)
{
	return htr_event_is_call(fx->ev) && get_evt_type(fx, ref, nth, out);
}

GETTER(get_evt_type_is)
{
	struct htr_type_set ts = { 0 };

	(void)nth;
	out->u = type_by_name(&ts, ref->key, ref->key_len) && type_has(&ts, fx->event_id);
	return true;
}

GETTER(get_evt_dir)
{
	(void)ref;
	(void)nth;
	return give_str(out, "<");
}

GETTER(get_evt_source)
{
	(void)fx;
	(void)ref;
	(void)nth;
	return give_str(out, "syscall");
}

GETTER(get_evt_res)
{
	const char *name;

	(void)nth;
	if (!has_result(fx)) {
		return false;
	}
	if (!failed(fx)) {
		return give_str(out, "SUCCESS");
	}
	name = htr_errno_name((int)-fx->ev->result);
	if (name != NULL) {
		return give_str(out, name);
	}
	htr_buf_reset(&ref->buf);
	htr_buf_printf(&ref->buf, "%lld", (long long)fx->ev->result);
	return give_buf(out, &ref->buf);
}

/* ---- classes of calls ------------------------------------------------------------------------------------------ */

static bool name_in(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(name, list[i]) == 0) {
			return true;
		}
	}
	return false;
}

#define NAME_IN(d, list) name_in((d)->name, list, HTR_ARRAY_LEN(list))

static const char *const READS[] = {
	"read",     "pread64", "readv",    "preadv", "preadv2",
	"recvfrom", "recvmsg", "recvmmsg", "recv",   "mq_timedreceive"
};
static const char *const WRITES[] = { "write",  "pwrite64", "writev",   "pwritev", "pwritev2",
				      "sendto", "sendmsg",  "sendmmsg", "send",    "mq_timedsend" };
static const char *const WAITS[] = { "select",       "pselect6",        "poll",
				     "ppoll",        "epoll_wait",      "epoll_pwait",
				     "epoll_pwait2", "wait4",           "waitid",
				     "nanosleep",    "clock_nanosleep", "futex",
				     "pause",        "rt_sigsuspend",   "rt_sigtimedwait",
				     "io_getevents", "futex_wait",      "futex_waitv" };

static bool is_io_read(const struct fctx *fx)
{
	return fx->desc != NULL && (fx->desc->classes & HTR_C_IO) && NAME_IN(fx->desc, READS);
}

static bool is_io_write(const struct fctx *fx)
{
	return fx->desc != NULL && (fx->desc->classes & HTR_C_IO) && NAME_IN(fx->desc, WRITES);
}

static bool is_wait(const struct fctx *fx)
{
	return fx->desc != NULL && NAME_IN(fx->desc, WAITS);
}

/* The class of an I/O call is that of its descriptor. */
static const char *io_category(const struct fctx *fx)
{
	static const char *const by_type[HTR_FD_TYPE_MAX] = {
		[HTR_FD_FILE] = "file",   [HTR_FD_DIR] = "file",   [HTR_FD_MEMFD] = "file",
		[HTR_FD_IPV4] = "net",    [HTR_FD_IPV6] = "net",   [HTR_FD_UNIX] = "net",
		[HTR_FD_NETLINK] = "net", [HTR_FD_PACKET] = "net", [HTR_FD_SOCKET] = "net",
		[HTR_FD_PIPE] = "ipc",    [HTR_FD_EVENT] = "ipc",
	};
	const char *c =
		fx->fd != NULL && fx->fd->type < HTR_FD_TYPE_MAX ? by_type[fx->fd->type] : NULL;

	return c != NULL ? c : "other";
}

GETTER(get_evt_category)
{
	static const struct {
		uint32_t classes;
		const char *name;
	} order[] = {
		{ HTR_C_SIGNAL, "signal" },   { HTR_C_NETWORK, "net" }, { HTR_C_EXEC, "process" },
		{ HTR_C_PROCESS, "process" }, { HTR_C_FILE, "file" },   { HTR_C_WRITEFS, "file" },
		{ HTR_C_MEMORY, "memory" },   { HTR_C_IPC, "ipc" },     { HTR_C_TIME, "time" },
		{ HTR_C_SCHED, "process" },   { HTR_C_DESC, "file" },   { HTR_C_PRIV, "system" },
	};

	(void)ref;
	(void)nth;
	if (fx->desc == NULL) {
		return give_str(out, fx->ev->kind == HTR_EV_EXIT     ? "process"
				     : fx->ev->kind == HTR_EV_SIGNAL ? "signal"
								     : "internal");
	}
	if (is_io_read(fx) || is_io_write(fx)) {
		return give_str(out, io_category(fx));
	}
	if (is_wait(fx)) {
		return give_str(out, "wait");
	}
	for (size_t i = 0; i < HTR_ARRAY_LEN(order); i++) {
		if (fx->desc->classes & order[i].classes) {
			return give_str(out, order[i].name);
		}
	}
	return give_str(out, "other");
}

/* ---- booleans ---------------------------------------------------------------------------------------------------- */

/* An open of any kind; flags in the kernel's values. */
static bool open_flag(const struct fctx *fx, unsigned which)
{
	bool known;
	uint64_t f = call_open_flags(fx, &known);
	bool creat;

	if (!known) {
		return false;
	}
	creat = (f & HTR_O_CREAT) || (f & HTR_O_TMPFILE) == HTR_O_TMPFILE;
	switch (which) {
	case B_OPEN_READ:
		return (f & HTR_O_ACCMODE) == 0 || (f & HTR_O_ACCMODE) == HTR_O_RDWR;
	case B_OPEN_WRITE:
		return (f & HTR_O_ACCMODE) == HTR_O_WRONLY || (f & HTR_O_ACCMODE) == HTR_O_RDWR;
	case B_OPEN_EXEC:
		return creat && (call_open_mode(fx) & 0111);
	default:
		return creat;
	}
}

static bool is_syslog(const struct fctx *fx)
{
	struct value v;

	return is_io_write(fx) && fx->fd != NULL && fx->fd->type == HTR_FD_UNIX &&
	       fx->fd->peer.path_len == 8 && give_str(&v, "/dev/log") &&
	       memcmp(fx->fd->peer.path, v.s.p, 8) == 0;
}

GETTER(get_evt_bool)
{
	(void)nth;
	switch (ref->impl->aux) {
	case B_FAILED:
		return has_result(fx) && give_bool(out, failed(fx));
	case B_IO:
		return give_bool(out, fx->desc != NULL && (fx->desc->classes & HTR_C_IO));
	case B_IO_READ:
		return give_bool(out, is_io_read(fx));
	case B_IO_WRITE:
		return give_bool(out, is_io_write(fx));
	case B_WAIT:
		return give_bool(out, is_wait(fx));
	case B_SYSLOG:
		return give_bool(out, is_syslog(fx));
	case B_OPEN_READ:
	case B_OPEN_WRITE:
	case B_OPEN_EXEC:
	case B_OPEN_CREATE:
		return give_bool(out, open_flag(fx, ref->impl->aux));
	case B_TAINTED:
		return give_bool(out, (fx->proc != NULL && fx->proc->tainted) ||
					      (fx->ev->flags & HTR_EVF_TAINTED));
	case B_UNSTABLE:
		return give_bool(out, (fx->ev->flags & HTR_EVF_UNSTABLE) != 0);
	case B_ENTRY_ONLY:
		return give_bool(out, (fx->ev->flags & HTR_EVF_ENTRY_ONLY) != 0);
	default:
		return give_bool(out, false);
	}
}

GETTER(get_evt_io_dir)
{
	(void)ref;
	(void)nth;
	return give_str(out, is_io_read(fx) ? "r" : is_io_write(fx) ? "w" : NULL);
}

/* ---- data and parameters -------------------------------------------------------------------------------------------- */

GETTER(get_evt_buffer)
{
	const struct htr_val *v = htr_event_val(fx->ev, HTR_K_IO_DATA);

	(void)ref;
	(void)nth;
	if (v == NULL && fx->desc != NULL && (fx->desc->classes & HTR_C_IO)) {
		for (unsigned i = 0; i < fx->desc->n_args && v == NULL; i++) {
			if (fx->desc->args[i].kind == HTR_A_BUF) {
				v = htr_event_val(fx->ev, HTR_K_ARG0 + i);
			}
		}
	}
	if (v == NULL || v->type != HTR_VT_BYTES) {
		return false;
	}
	out->s.p = (const char *)v->data;
	out->s.n = v->len;
	return true;
}

GETTER(get_evt_buflen)
{
	int64_t len = htr_event_int(fx->ev, HTR_K_IO_LEN, fx->ev->result);

	(void)ref;
	(void)nth;
	if (fx->desc == NULL || !(fx->desc->classes & HTR_C_IO) || !has_result(fx) || len < 0) {
		return false;
	}
	out->u = (uint64_t)len;
	return true;
}

GETTER(get_evt_abspath)
{
	bool second = ref->key != NULL && strcmp(ref->key, "dst") == 0;

	(void)nth;
	return give_text(out, second ? fx->cur->path2 : fx->cur->path);
}

GETTER(get_evt_arg)
{
	unsigned param;

	(void)nth;
	if (ref->has_index) {
		const char *name;

		param = param_at(fx, ref->index, &name);
	} else {
		param = ref->params[fx->event_id];
	}
	htr_buf_reset(&ref->buf);
	return param != PARAM_NONE && param_text(fx, param, &ref->buf) && give_buf(out, &ref->buf);
}

GETTER(get_evt_rawarg)
{
	unsigned param = ref->params[fx->event_id];

	(void)nth;
	htr_buf_reset(&ref->buf);
	return param != PARAM_NONE && param_raw(fx, param, &ref->buf, ref->type, out);
}

GETTER(get_evt_args)
{
	(void)nth;
	htr_buf_reset(&ref->buf);
	param_args(fx, &ref->buf);
	return give_buf(out, &ref->buf);
}
