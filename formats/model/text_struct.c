/* SPDX-License-Identifier: Apache-2.0
 *
 * text_struct.c - structures behind pointers, from raw bytes in the layout of the tracee.
 *
 * A structure is a table of fields; text and JSON walk the same table. Bytes may end anywhere: fields
 * that are not wholly there are left out and "..." says so. A layout that is not known is shown as hex.
 *
 * Source: include/uapi of Linux 6.18 for x86-64 and arm64 (asm/stat.h, asm-generic/stat.h...); i386 and
 *         x32 only where the structure has no longs or its length tells which it is.
 */
#include <string.h>

#include <sys/sysmacros.h>

#include "formats/core/cleanup.h"
#include "formats/core/json.h"
#include "formats/core/str.h"
#include "formats/model/text_priv.h"

#define HEX_SHOWN 64 /* bytes of an unknown structure */
#define N_SIGNALS 64
#define UTS_LEN   65

enum field_kind {
	F_DEC, /* signed */
	F_UNS,
	F_HEX,
	F_PTR,
	F_HANDLER, /* of a signal: address, or one of two small numbers */
	F_MODE,
	F_FLAGS,
	F_DEV,
	F_SIG,
	F_RLIM, /* all ones: no limit */
	F_STR,  /* fixed array, NUL-terminated unless full */
	F_SIGSET,
	F_SPEC,  /* struct timespec of 16 bytes */
	F_VAL,   /* struct timeval of 16 bytes */
	F_STAMP, /* struct statx_timestamp */
};

struct field {
	const char *name;
	uint16_t at;
	uint8_t width;
	uint8_t kind; /* enum field_kind */
	uint16_t set;
};

struct layout {
	uint8_t kind;  /* enum htr_arg_kind */
	uint8_t archs; /* bits 1 << enum htr_arch */
	uint16_t size; /* of one element; an argument is recognised by it when not ANY */
	uint8_t flags;
	uint8_t n;
	const struct field *fields;
};

enum layout_flags {
	L_ARRAY = 1, /* several in a row are usual: brackets around */
	L_EXACT = 2, /* only when the bytes are a multiple of this size (two sizes exist) */
};

#define A64       (1 << HTR_ARCH_X86_64 | 1 << HTR_ARCH_ARM64)
#define A_X86     (1 << HTR_ARCH_X86_64)
#define A_ARM     (1 << HTR_ARCH_ARM64)
#define A_ALL     0xff
#define FIELDS(f) HTR_ARRAY_LEN(f), f

static const struct field timespec64[] = {
	{ "tv_sec", 0, 8, F_DEC, 0 },
	{ "tv_nsec", 8, 8, F_DEC, 0 },
};
static const struct field timespec32[] = {
	{ "tv_sec", 0, 4, F_DEC, 0 },
	{ "tv_nsec", 4, 4, F_DEC, 0 },
};
static const struct field timeval64[] = {
	{ "tv_sec", 0, 8, F_DEC, 0 },
	{ "tv_usec", 8, 8, F_DEC, 0 },
};
static const struct field timeval32[] = {
	{ "tv_sec", 0, 4, F_DEC, 0 },
	{ "tv_usec", 4, 4, F_DEC, 0 },
};
static const struct field itimerval[] = {
	{ "it_interval", 0, 16, F_VAL, 0 },
	{ "it_value", 16, 16, F_VAL, 0 },
};
static const struct field itimerspec[] = {
	{ "it_interval", 0, 16, F_SPEC, 0 },
	{ "it_value", 16, 16, F_SPEC, 0 },
};
static const struct field stat_x86[] = {
	{ "st_mode", 24, 4, F_MODE, 0 },   { "st_size", 48, 8, F_DEC, 0 },
	{ "st_uid", 28, 4, F_UNS, 0 },     { "st_gid", 32, 4, F_UNS, 0 },
	{ "st_dev", 0, 8, F_DEV, 0 },      { "st_ino", 8, 8, F_UNS, 0 },
	{ "st_nlink", 16, 8, F_UNS, 0 },   { "st_rdev", 40, 8, F_DEV, 0 },
	{ "st_mtime", 88, 16, F_SPEC, 0 }, { "st_ctime", 104, 16, F_SPEC, 0 },
};
static const struct field stat_arm[] = {
	{ "st_mode", 16, 4, F_MODE, 0 },   { "st_size", 48, 8, F_DEC, 0 },
	{ "st_uid", 24, 4, F_UNS, 0 },     { "st_gid", 28, 4, F_UNS, 0 },
	{ "st_dev", 0, 8, F_DEV, 0 },      { "st_ino", 8, 8, F_UNS, 0 },
	{ "st_nlink", 20, 4, F_UNS, 0 },   { "st_rdev", 32, 8, F_DEV, 0 },
	{ "st_mtime", 88, 16, F_SPEC, 0 }, { "st_ctime", 104, 16, F_SPEC, 0 },
};
static const struct field statx[] = {
	{ "stx_mask", 0, 4, F_FLAGS, HTR_N_STATX },
	{ "stx_mode", 28, 2, F_MODE, 0 },
	{ "stx_size", 40, 8, F_UNS, 0 },
	{ "stx_uid", 20, 4, F_UNS, 0 },
	{ "stx_gid", 24, 4, F_UNS, 0 },
	{ "stx_nlink", 16, 4, F_UNS, 0 },
	{ "stx_ino", 32, 8, F_UNS, 0 },
	{ "stx_btime", 80, 16, F_STAMP, 0 },
	{ "stx_ctime", 96, 16, F_STAMP, 0 },
	{ "stx_mtime", 112, 16, F_STAMP, 0 },
};
static const struct field statfs64[] = {
	{ "f_type", 0, 8, F_HEX, 0 },    { "f_bsize", 8, 8, F_DEC, 0 },
	{ "f_blocks", 16, 8, F_UNS, 0 }, { "f_bfree", 24, 8, F_UNS, 0 },
	{ "f_bavail", 32, 8, F_UNS, 0 }, { "f_files", 40, 8, F_UNS, 0 },
	{ "f_ffree", 48, 8, F_UNS, 0 },
};
static const struct field sigaction64[] = {
	{ "sa_handler", 0, 8, F_HANDLER, 0 },
	{ "sa_mask", 24, 8, F_SIGSET, 0 },
	{ "sa_flags", 8, 8, F_FLAGS, HTR_N_SA },
};
static const struct field siginfo64[] = {
	{ "si_signo", 0, 4, F_SIG, 0 },   { "si_code", 8, 4, F_DEC, 0 },
	{ "si_pid", 16, 4, F_DEC, 0 },    { "si_uid", 20, 4, F_UNS, 0 },
	{ "si_status", 24, 4, F_DEC, 0 },
};
static const struct field pollfd[] = {
	{ "fd", 0, 4, F_DEC, 0 },
	{ "events", 4, 2, F_FLAGS, HTR_N_POLL_EVENTS },
	{ "revents", 6, 2, F_FLAGS, HTR_N_POLL_EVENTS },
};
static const struct field epoll_packed[] = {
	/* x86 packs it */
	{ "events", 0, 4, F_FLAGS, HTR_N_EPOLL_EVENTS },
	{ "data", 4, 8, F_HEX, 0 },
};
static const struct field epoll_aligned[] = {
	{ "events", 0, 4, F_FLAGS, HTR_N_EPOLL_EVENTS },
	{ "data", 8, 8, F_HEX, 0 },
};
static const struct field rlimit64[] = {
	{ "rlim_cur", 0, 8, F_RLIM, 0 },
	{ "rlim_max", 8, 8, F_RLIM, 0 },
};
static const struct field rlimit32[] = {
	{ "rlim_cur", 0, 4, F_RLIM, 0 },
	{ "rlim_max", 4, 4, F_RLIM, 0 },
};
static const struct field rusage64[] = {
	{ "ru_utime", 0, 16, F_VAL, 0 },   { "ru_stime", 16, 16, F_VAL, 0 },
	{ "ru_maxrss", 32, 8, F_DEC, 0 },  { "ru_minflt", 64, 8, F_DEC, 0 },
	{ "ru_majflt", 72, 8, F_DEC, 0 },  { "ru_nvcsw", 128, 8, F_DEC, 0 },
	{ "ru_nivcsw", 136, 8, F_DEC, 0 },
};
static const struct field clone_args[] = {
	{ "flags", 0, 8, F_FLAGS, HTR_N_CLONE3 },
	{ "pidfd", 8, 8, F_PTR, 0 },
	{ "child_tid", 16, 8, F_PTR, 0 },
	{ "parent_tid", 24, 8, F_PTR, 0 },
	{ "exit_signal", 32, 8, F_SIG, 0 },
	{ "stack", 40, 8, F_PTR, 0 },
	{ "stack_size", 48, 8, F_UNS, 0 },
	{ "tls", 56, 8, F_PTR, 0 },
	{ "set_tid", 64, 8, F_PTR, 0 },
	{ "set_tid_size", 72, 8, F_UNS, 0 },
	{ "cgroup", 80, 8, F_UNS, 0 },
};
static const struct field open_how[] = {
	{ "flags", 0, 8, F_FLAGS, HTR_N_OPEN },
	{ "mode", 8, 8, F_MODE, 0 },
	{ "resolve", 16, 8, F_FLAGS, HTR_N_RESOLVE },
};
static const struct field cap_header[] = {
	{ "version", 0, 4, F_HEX, 0 },
	{ "pid", 4, 4, F_DEC, 0 },
};
static const struct field cap_data[] = {
	/* low words of one set, then high words */
	{ "effective", 0, 4, F_HEX, 0 },
	{ "permitted", 4, 4, F_HEX, 0 },
	{ "inheritable", 8, 4, F_HEX, 0 },
};
static const struct field uring_params[] = {
	{ "sq_entries", 0, 4, F_UNS, 0 },
	{ "cq_entries", 4, 4, F_UNS, 0 },
	{ "flags", 8, 4, F_FLAGS, HTR_N_IO_URING_SETUP },
	{ "sq_thread_cpu", 12, 4, F_UNS, 0 },
	{ "sq_thread_idle", 16, 4, F_UNS, 0 },
	{ "features", 20, 4, F_HEX, 0 },
	{ "wq_fd", 24, 4, F_UNS, 0 },
};
static const struct field utsname[] = {
	{ "sysname", 0, UTS_LEN, F_STR, 0 },
	{ "nodename", UTS_LEN, UTS_LEN, F_STR, 0 },
	{ "release", 2 * UTS_LEN, UTS_LEN, F_STR, 0 },
	{ "version", 3 * UTS_LEN, UTS_LEN, F_STR, 0 },
	{ "machine", 4 * UTS_LEN, UTS_LEN, F_STR, 0 },
};

/* The first that fits counts. */
static const struct layout layouts[] = {
	{ HTR_A_TIMESPEC, A_ALL, 16, L_EXACT, FIELDS(timespec64) },
	{ HTR_A_TIMESPEC, A_ALL, 8, L_EXACT, FIELDS(timespec32) },
	{ HTR_A_TIMEVAL, A_ALL, 16, L_EXACT, FIELDS(timeval64) },
	{ HTR_A_TIMEVAL, A_ALL, 8, L_EXACT, FIELDS(timeval32) },
	{ HTR_A_ITIMERVAL, A64, 32, 0, FIELDS(itimerval) },
	{ HTR_A_ITIMERSPEC, A_ALL, 32, L_EXACT, FIELDS(itimerspec) },
	{ HTR_A_STAT, A_X86, 144, 0, FIELDS(stat_x86) },
	{ HTR_A_STAT, A_ARM, 128, 0, FIELDS(stat_arm) },
	{ HTR_A_STATX, A_ALL, 256, 0, FIELDS(statx) },
	{ HTR_A_STATFS, A64, 120, 0, FIELDS(statfs64) },
	{ HTR_A_SIGACTION, A64, 32, 0, FIELDS(sigaction64) },
	{ HTR_A_SIGINFO, A64, 128, 0, FIELDS(siginfo64) },
	{ HTR_A_POLLFD, A_ALL, 8, L_ARRAY, FIELDS(pollfd) },
	{ HTR_A_EPOLL_EVENT, (uint8_t)~A_ARM, 12, L_ARRAY, FIELDS(epoll_packed) },
	{ HTR_A_EPOLL_EVENT, A_ARM, 16, L_ARRAY, FIELDS(epoll_aligned) },
	{ HTR_A_RLIMIT, A_ALL, 16, L_EXACT, FIELDS(rlimit64) },
	{ HTR_A_RLIMIT, A_ALL, 8, L_EXACT, FIELDS(rlimit32) },
	{ HTR_A_RUSAGE, A64, 144, 0, FIELDS(rusage64) },
	{ HTR_A_CLONE_ARGS, A_ALL, 88, 0, FIELDS(clone_args) },
	{ HTR_A_OPEN_HOW, A_ALL, 24, 0, FIELDS(open_how) },
	{ HTR_A_CAP_HEADER, A_ALL, 8, 0, FIELDS(cap_header) },
	{ HTR_A_CAP_DATA, A_ALL, 12, L_ARRAY, FIELDS(cap_data) },
	{ HTR_A_IOURING_PARAMS, A_ALL, 120, 0, FIELDS(uring_params) },
	{ HTR_A_UTSNAME, A_ALL, 6 * UTS_LEN, 0, FIELDS(utsname) },
};

static const struct layout *layout_find(const struct text_arg *a)
{
	for (size_t i = 0; i < HTR_ARRAY_LEN(layouts); i++) {
		const struct layout *l = &layouts[i];
		if (l->kind != a->desc->kind || !(l->archs & 1u << a->arch)) {
			continue;
		}
		size_t n = a->desc->count > 1 ? a->desc->count : 1;
		bool exact = l->flags & L_ARRAY ? a->val->len % l->size == 0
						: a->val->len == n * l->size;
		if (!(l->flags & L_EXACT) || exact) {
			return l;
		}
	}
	return NULL;
}

/* ---- text -------------------------------------------------------------------------------------- */

void text_sigset(struct htr_buf *out, uint64_t mask)
{
	bool negate = __builtin_popcountll(mask) > N_SIGNALS / 2;
	bool any = false;

	if (negate) {
		htr_buf_addc(out, '~');
		mask = ~mask;
	}
	htr_buf_addc(out, '[');
	for (unsigned i = 0; i < N_SIGNALS; i++) {
		if (mask >> i & 1) {
			htr_buf_adds(out, any ? " " : "");
			text_signal(out, i + 1);
			any = true;
		}
	}
	htr_buf_addc(out, ']');
}

static void add_dev(struct htr_buf *out, uint64_t dev)
{
	htr_buf_printf(out, "makedev(%#x, %#x)", major(dev), minor(dev));
}

static bool is_unlimited(const struct field *f, uint64_t v)
{
	return v == (f->width == 8 ? UINT64_MAX : UINT32_MAX);
}

/* A field of at most 8 bytes that has a better form than a decimal number. */
static void add_named(struct htr_buf *out, const struct field *f, uint64_t v, enum htr_arch arch)
{
	switch (f->kind) {
	case F_PTR:
		htr_buf_printf(out, v ? "0x%llx" : "NULL", (unsigned long long)v);
		break;
	case F_HANDLER:
		if (v < 2) {
			htr_buf_adds(out, v ? "SIG_IGN" : "SIG_DFL");
		} else {
			htr_buf_printf(out, "0x%llx", (unsigned long long)v);
		}
		break;
	case F_MODE:
		text_mode(out, (uint32_t)v);
		break;
	case F_FLAGS:
		text_flags(out, f->set, v, arch);
		break;
	case F_DEV:
		add_dev(out, v);
		break;
	case F_SIG:
		text_signal(out, (int64_t)v);
		break;
	case F_SIGSET:
		text_sigset(out, v);
		break;
	case F_RLIM:
		if (is_unlimited(f, v)) {
			htr_buf_adds(out, "RLIM_INFINITY");
		} else {
			htr_buf_printf(out, "%llu", (unsigned long long)v);
		}
		break;
	default:
		htr_buf_printf(out, "0x%llx", (unsigned long long)v);
		break;
	}
}

/* Seconds and a fraction: struct timespec, timeval, statx_timestamp. */
static const struct {
	const char *fraction;
	uint8_t width;
} times[] = {
	[F_SPEC] = { "tv_nsec", 8 },
	[F_VAL] = { "tv_usec", 8 },
	[F_STAMP] = { "tv_nsec", 4 },
};

static bool is_time(const struct field *f)
{
	return f->kind == F_SPEC || f->kind == F_VAL || f->kind == F_STAMP;
}

static void add_field(struct htr_buf *out, const struct field *f, const uint8_t *p,
		      const struct text_arg *a)
{
	if (is_time(f)) {
		htr_buf_printf(out, "{tv_sec=%lld, %s=%lld}", (long long)text_le_signed(p, 8),
			       times[f->kind].fraction,
			       (long long)text_le_signed(p + 8, times[f->kind].width));
	} else if (f->kind == F_STR) {
		htr_buf_addc(out, '"');
		htr_str_escape(out, p, strnlen((const char *)p, f->width), HTR_ESC_QUOTES);
		htr_buf_addc(out, '"');
	} else if (f->kind == F_DEC) {
		htr_buf_printf(out, "%lld", (long long)text_le_signed(p, f->width));
	} else if (f->kind == F_UNS) {
		htr_buf_printf(out, "%llu", (unsigned long long)text_le(p, f->width));
	} else {
		add_named(out, f, text_le(p, f->width), a->arch);
	}
}

/* Source: utimensat(2); special values of the fraction instead of a time. */
static const char *time_word(const struct text_arg *a, const struct layout *l, const uint8_t *p)
{
	if (a->desc->kind != HTR_A_TIMESPEC || a->desc->count < 2) {
		return NULL;
	}
	switch (text_le(p + l->fields[1].at, l->fields[1].width)) {
	case 0x3fffffff:
		return "UTIME_NOW";
	case 0x3ffffffe:
		return "UTIME_OMIT";
	default:
		return NULL;
	}
}

/* In a summary: addresses say nothing, and zero is what most fields are. */
static bool is_dull(const struct field *f, const uint8_t *p)
{
	switch (f->kind) {
	case F_PTR:
		return true;
	case F_UNS:
	case F_HEX:
	case F_FLAGS:
	case F_SIG:
	case F_MODE:
		return f->at != 0 && text_le(p, f->width) == 0;
	default:
		return false;
	}
}

static void add_one(struct htr_buf *out, const struct text_arg *a, const struct layout *l,
		    const uint8_t *p, size_t len)
{
	const char *word = len >= l->size ? time_word(a, l, p) : NULL;
	if (word) {
		htr_buf_adds(out, word);
		return;
	}
	bool any = false;
	htr_buf_addc(out, '{');
	for (unsigned i = 0; i < l->n; i++) {
		const struct field *f = &l->fields[i];
		bool there = (size_t)f->at + f->width <= len;
		if (there && a->brief && is_dull(f, p + f->at)) {
			continue;
		}
		htr_buf_adds(out, any ? ", " : "");
		if (!there) {
			htr_buf_adds(out, "...");
			break;
		}
		htr_buf_printf(out, "%s=", f->name);
		add_field(out, f, p + f->at, a);
		any = true;
	}
	htr_buf_addc(out, '}');
}

static void add_hex_bytes(struct htr_buf *out, const struct htr_val *v)
{
	size_t n = v->len < HEX_SHOWN ? v->len : HEX_SHOWN;
	htr_buf_adds(out, "hex:");
	for (size_t i = 0; i < n; i++) {
		htr_buf_printf(out, "%02x", v->data[i]);
	}
	htr_buf_adds(out, n < v->len || (v->flags & HTR_VF_TRUNCATED) ? "..." : "");
}

/* How many elements the bytes hold, the last perhaps not wholly. */
static size_t count_of(const struct text_arg *a, const struct layout *l)
{
	bool many = (l->flags & L_ARRAY) || a->desc->count > 1;
	return many ? (a->val->len + l->size - 1) / l->size : 1;
}

static size_t rest_of(const struct text_arg *a, size_t at)
{
	return at < a->val->len ? a->val->len - at : 0;
}

void text_struct(struct htr_buf *out, const struct text_arg *a)
{
	const struct layout *l = layout_find(a);
	if (!l) {
		add_hex_bytes(out, a->val);
		return;
	}
	size_t n = count_of(a, l);
	bool brackets = (l->flags & L_ARRAY) || n > 1;
	htr_buf_adds(out, brackets ? "[" : "");
	for (size_t i = 0; i < n; i++) {
		size_t at = i * l->size;
		htr_buf_adds(out, i ? ", " : "");
		add_one(out, a, l, a->val->data + at, rest_of(a, at));
	}
	htr_buf_adds(out, a->val->flags & HTR_VF_TRUNCATED ? "..." : "");
	htr_buf_adds(out, brackets ? "]" : "");
}

/* ---- JSON -------------------------------------------------------------------------------------- */

static void field_json(struct htr_buf *out, const struct field *f, const uint8_t *p,
		       const struct text_arg *a)
{
	cleanup_buf struct htr_buf text = { 0 };

	if (is_time(f)) {
		htr_json_open(out, f->name, '{');
		htr_json_int(out, "tv_sec", text_le_signed(p, 8));
		htr_json_int(out, times[f->kind].fraction,
			     text_le_signed(p + 8, times[f->kind].width));
		htr_json_close(out, '}');
	} else if (f->kind == F_STR) {
		htr_json_bytes(out, f->name, p, strnlen((const char *)p, f->width));
	} else if (f->kind == F_DEC) {
		htr_json_int(out, f->name, text_le_signed(p, f->width));
	} else if (f->kind == F_UNS ||
		   (f->kind == F_RLIM && !is_unlimited(f, text_le(p, f->width)))) {
		htr_json_uint(out, f->name, text_le(p, f->width));
	} else {
		add_named(&text, f, text_le(p, f->width), a->arch);
		htr_json_strn(out, f->name, text.data, text.len);
	}
}

static void one_json(struct htr_buf *out, const char *key, const struct text_arg *a,
		     const struct layout *l, const uint8_t *p, size_t len)
{
	htr_json_open(out, key, '{');
	for (unsigned i = 0; i < l->n; i++) {
		const struct field *f = &l->fields[i];
		if ((size_t)f->at + f->width <= len) {
			field_json(out, f, p + f->at, a);
		}
	}
	htr_json_close(out, '}');
}

void text_struct_json(struct htr_buf *out, const char *key, const struct text_arg *a)
{
	const struct layout *l = layout_find(a);
	if (!l) {
		cleanup_buf struct htr_buf text = { 0 };
		add_hex_bytes(&text, a->val);
		htr_json_strn(out, key, text.data, text.len);
		return;
	}
	size_t n = count_of(a, l);
	bool brackets = (l->flags & L_ARRAY) || n > 1;
	if (!brackets) {
		one_json(out, key, a, l, a->val->data, a->val->len);
		return;
	}
	htr_json_open(out, key, '[');
	for (size_t i = 0; i < n; i++) {
		size_t at = i * l->size;
		one_json(out, NULL, a, l, a->val->data + at, rest_of(a, at));
	}
	htr_json_close(out, ']');
}
