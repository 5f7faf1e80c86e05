/* SPDX-License-Identifier: Apache-2.0
 *
 * argtext.c - parameters of events as text and as raw values, in the forms that Falco prints, because rules
 * compare with them: names of flags in Falco's order, S_I* bits of modes, names of users and processes.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "formats/core/cleanup.h"
#include "formats/filter/params.h"
#include "formats/model/openflags.h"
#include "formats/model/text.h"

struct bit_name {
	uint64_t mask, value;
	const char *name;
};

static void add_bits(struct htr_buf *out, const struct bit_name *t, size_t n, uint64_t v)
{
	size_t start = out->len;

	for (size_t i = 0; i < n; i++) {
		if ((v & t[i].mask) == t[i].value) {
			if (out->len > start) {
				htr_buf_addc(out, '|');
			}
			htr_buf_adds(out, t[i].name);
		}
	}
}

void text_open_flags(struct htr_buf *out, uint64_t flags)
{
	/* the order of Falco's output */
	static const struct bit_name names[] = {
		{ HTR_O_LARGEFILE, HTR_O_LARGEFILE, "O_LARGEFILE" },
		{ HTR_O_DIRECTORY, HTR_O_DIRECTORY, "O_DIRECTORY" },
		{ HTR_O_DIRECT, HTR_O_DIRECT, "O_DIRECT" },
		{ HTR_O_TRUNC, HTR_O_TRUNC, "O_TRUNC" },
		{ HTR_O_SYNC, HTR_O_SYNC, "O_SYNC" },
		{ HTR_O_NONBLOCK, HTR_O_NONBLOCK, "O_NONBLOCK" },
		{ HTR_O_EXCL, HTR_O_EXCL, "O_EXCL" },
		{ HTR_O_SYNC, HTR_O_DSYNC, "O_DSYNC" },
		{ HTR_O_APPEND, HTR_O_APPEND, "O_APPEND" },
		{ HTR_O_CREAT, HTR_O_CREAT, "O_CREAT" },
		{ HTR_O_ACCMODE, HTR_O_RDWR, "O_RDWR" },
		{ HTR_O_ACCMODE, HTR_O_WRONLY, "O_WRONLY" },
		{ HTR_O_ACCMODE, 0, "O_RDONLY" },
		{ HTR_O_CLOEXEC, HTR_O_CLOEXEC, "O_CLOEXEC" },
		{ HTR_O_TMPFILE, HTR_O_TMPFILE, "O_TMPFILE" },
		{ HTR_O_NOFOLLOW, HTR_O_NOFOLLOW, "O_NOFOLLOW" },
		{ HTR_O_NOCTTY, HTR_O_NOCTTY, "O_NOCTTY" },
		{ HTR_O_PATH, HTR_O_PATH, "O_PATH" },
		{ HTR_O_NOATIME, HTR_O_NOATIME, "O_NOATIME" },
	};

	add_bits(out, names, HTR_ARRAY_LEN(names), flags);
}

void text_mode_bits(struct htr_buf *out, uint64_t mode)
{
	static const struct bit_name names[] = {
		{ 01, 01, "S_IXOTH" },       { 02, 02, "S_IWOTH" },
		{ 04, 04, "S_IROTH" },       { 010, 010, "S_IXGRP" },
		{ 020, 020, "S_IWGRP" },     { 040, 040, "S_IRGRP" },
		{ 0100, 0100, "S_IXUSR" },   { 0200, 0200, "S_IWUSR" },
		{ 0400, 0400, "S_IRUSR" },   { 01000, 01000, "S_ISVTX" },
		{ 02000, 02000, "S_ISGID" }, { 04000, 04000, "S_ISUID" },
	};
	size_t start = out->len;

	add_bits(out, names, HTR_ARRAY_LEN(names), mode);
	if (out->len == start) {
		htr_buf_addc(out, '0');
	}
}

/* ---- open flags of any call that opens --------------------------------------------------------------------- */

static bool open_how(const struct fctx *fx, unsigned i, uint64_t *ret)
{
	const struct htr_val *v = htr_event_val(fx->ev, HTR_K_ARG0 + 2);

	if (v == NULL || v->type != HTR_VT_BYTES || v->len < 8 * (i + 1)) {
		return false;
	}
	memcpy(ret, v->data + 8 * (size_t)i, 8);
	return true;
}

static int open_kind(const struct fctx *fx)
{
	static const char *const calls[] = { "open", "openat", "openat2", "creat",
					     "open_by_handle_at" };

	for (size_t i = 0; fx->desc != NULL && i < HTR_ARRAY_LEN(calls); i++) {
		if (strcmp(calls[i], fx->desc->name) == 0) {
			return (int)i;
		}
	}
	return -1;
}

uint64_t call_open_flags(const struct fctx *fx, bool *ret_known)
{
	uint64_t v = 0;

	*ret_known = true;
	switch (open_kind(fx)) {
	case 0:
		return htr_open_flags(fx->ev->arch, fx->ev->args[1]);
	case 1:
	case 4:
		return htr_open_flags(fx->ev->arch, fx->ev->args[2]);
	case 2:
		*ret_known = open_how(fx, 0, &v);
		return htr_open_flags(fx->ev->arch, v);
	case 3:
		return HTR_O_CREAT | HTR_O_WRONLY | HTR_O_TRUNC;
	default:
		*ret_known = false;
		return 0;
	}
}

uint64_t call_open_mode(const struct fctx *fx)
{
	uint64_t v = 0;

	switch (open_kind(fx)) {
	case 0:
		return fx->ev->args[2];
	case 1:
		return fx->ev->args[3];
	case 2:
		return open_how(fx, 1, &v) ? v : 0;
	case 3:
		return fx->ev->args[1];
	default:
		return 0;
	}
}

/* ---- numbers ---------------------------------------------------------------------------------------------------- */

static int64_t arg_number(const struct fctx *fx, unsigned i)
{
	uint64_t raw = fx->ev->args[i];

	if (fx->desc == NULL || i >= fx->desc->n_args) {
		return (int64_t)raw;
	}
	switch (fx->desc->args[i].kind) {
	case HTR_A_INT:
	case HTR_A_FD:
	case HTR_A_DIRFD:
	case HTR_A_PID:
	case HTR_A_SIGNAL:
	case HTR_A_UID:
	case HTR_A_GID:
	case HTR_A_CLOCK:
		return (int32_t)raw;
	case HTR_A_UINT:
	case HTR_A_ENUM:
	case HTR_A_MODE:
		return (int64_t)(uint32_t)raw;
	default:
		return (int64_t)raw;
	}
}

static uint64_t cap_mask(const struct fctx *fx, unsigned which, bool *ret_known)
{
	const struct htr_val *v = htr_event_val(fx->ev, HTR_K_ARG0 + 1);
	uint32_t lo;
	uint32_t hi = 0;

	*ret_known = v != NULL && v->type == HTR_VT_BYTES && v->len >= 12;
	if (!*ret_known) {
		return 0;
	}
	memcpy(&lo, v->data + 4 * (size_t)which, 4);
	if (v->len >= 24) {
		memcpy(&hi, v->data + 12 + 4 * (size_t)which, 4);
	}
	return (uint64_t)hi << 32 | lo;
}

static bool exit_number(const struct fctx *fx, unsigned which, int64_t *ret)
{
	int64_t status = htr_event_int(fx->ev, HTR_K_EXIT_STATUS, HTR_UNKNOWN);
	int st = (int)status;

	if (status == HTR_UNKNOWN) {
		return false;
	}
	switch (which) {
	case 0:
		*ret = status;
		break;
	case 1:
		*ret = WIFEXITED(st) ? WEXITSTATUS(st) : 0;
		break;
	case 2:
		*ret = WIFSIGNALED(st) ? WTERMSIG(st) : 0;
		break;
	default:
		*ret = WIFSIGNALED(st) && WCOREDUMP(st);
		break;
	}
	return true;
}

/* Raw number of a parameter; false when it is none or not known. */
static bool param_number(const struct fctx *fx, unsigned param, int64_t *ret)
{
	unsigned n = param >> 8;
	const struct htr_val *v;
	uint64_t u = 0;
	bool known = true;

	switch (param & 0xff) {
	case PS_ARG:
	case PS_NUM:
		if (n >= HTR_ARGS_MAX) {
			return false;
		}
		v = htr_event_val(fx->ev, HTR_K_ARG0 + n);
		*ret = arg_number(fx, n);
		return v == NULL || v->type != HTR_VT_BYTES;
	case PS_RES:
	case PS_FDRES:
		*ret = fx->ev->result;
		return htr_event_has_result(fx->ev);
	case PS_FDVAL:
	case PS_VAL:
		v = htr_event_val(fx->ev, n);
		if (v == NULL || v->type != HTR_VT_INT) {
			return false;
		}
		*ret = v->num;
		return true;
	case PS_HOW:
		known = open_how(fx, n, &u);
		*ret = (int64_t)u;
		return known;
	case PS_EXIT:
		return exit_number(fx, n, ret);
	case PS_SIGNAL:
		*ret = (int32_t)fx->ev->args[n];
		return true;
	case PS_CAP:
		*ret = (int64_t)cap_mask(fx, n, &known);
		return known;
	case PS_SOCK_TYPE:
		*ret = (int64_t)(fx->ev->args[1] & 0xf);
		return true;
	case PS_SOCK_FLAGS:
		*ret = (int64_t)(fx->ev->args[1] & (SOCK_CLOEXEC | SOCK_NONBLOCK));
		return true;
	default:
		return false;
	}
}

/* ---- text --------------------------------------------------------------------------------------------------------- */

static void add_number(struct htr_buf *out, int64_t v)
{
	htr_buf_printf(out, "%lld", (long long)v);
}

/* "<f>/etc/passwd", "<4t>10.0.0.1:5->10.0.0.2:80"; the number when the table does not know it */
static void fd_text(const struct fctx *fx, int64_t num, struct htr_buf *out)
{
	const struct htr_fd *fd =
		num >= 0 && num <= INT32_MAX ? htr_state_fd(fx->st, fx->proc, (int32_t)num) : NULL;
	char letter = fd != NULL ? htr_fd_type_char(fd->type) : 0;

	if (fd == NULL) {
		add_number(out, num);
		return;
	}
	htr_buf_addc(out, '<');
	htr_buf_addc(out, letter != 0 ? letter : 'o');
	if (fd->type == HTR_FD_IPV4 || fd->type == HTR_FD_IPV6) {
		htr_buf_adds(out, fd->proto == 6 ? "t" : fd->proto == 17 ? "u" : "");
	}
	htr_buf_addc(out, '>');
	htr_fd_name(out, fd);
}

static void result_text(const struct fctx *fx, bool is_fd, struct htr_buf *out)
{
	int64_t r = fx->ev->result;
	const char *name = r < 0 && r >= -4095 ? htr_errno_name((int)-r) : NULL;

	if (name != NULL) {
		htr_buf_adds(out, name);
	} else if (is_fd && r >= 0) {
		fd_text(fx, r, out);
	} else {
		add_number(out, r);
	}
}

static void names_text(struct htr_buf *out, const char *name, int64_t num)
{
	if (name != NULL) {
		htr_buf_adds(out, name);
	} else {
		add_number(out, num);
	}
}

static void pid_text(const struct fctx *fx, int64_t pid, struct htr_buf *out)
{
	const struct htr_proc *p =
		pid > 0 && pid <= INT32_MAX ? htr_state_proc(fx->st, (int32_t)pid) : NULL;
	struct htr_text name = htr_proc_name(p);

	if (name.len > 0) {
		htr_buf_add(out, name.data, name.len);
	} else {
		add_number(out, pid);
	}
}

static bool is_chmod(const struct fctx *fx)
{
	return strstr(fx->desc->name, "chmod") != NULL;
}

static void enum_text(const struct htr_arg_desc *a, int64_t num, struct htr_buf *out)
{
	if (a->set == HTR_N_AF && num == AF_UNIX) {
		htr_buf_adds(out, "AF_LOCAL"); /* Falco's name */
		return;
	}
	names_text(out, htr_names_enum(a->set, (uint64_t)num), num);
}

static void arg_text(const struct fctx *fx, unsigned i, struct htr_buf *out)
{
	const struct htr_arg_desc *a = &fx->desc->args[i];
	int64_t num = arg_number(fx, i);
	const struct htr_user_fact *u;
	const struct htr_group_fact *g;

	switch (a->kind) {
	case HTR_A_FD:
		fd_text(fx, num, out);
		return;
	case HTR_A_DIRFD:
		if (num == AT_FDCWD) {
			htr_buf_adds(out, "AT_FDCWD");
		} else {
			fd_text(fx, num, out);
		}
		return;
	case HTR_A_FLAGS:
		if (a->set == HTR_N_OPEN || a->set == HTR_N_OPEN_ARM64) {
			text_open_flags(out, htr_open_flags(fx->ev->arch, (uint64_t)num));
		} else {
			htr_names_flags(out, a->set, (uint64_t)num);
		}
		return;
	case HTR_A_ENUM:
		enum_text(a, num, out);
		return;
	case HTR_A_MODE:
		if (is_chmod(fx)) {
			text_mode_bits(out, (uint64_t)num);
		} else {
			htr_buf_printf(out, num != 0 ? "0%llo" : "%llo", (unsigned long long)num);
		}
		return;
	case HTR_A_UID:
		u = htr_facts_user(fx->facts, (uint32_t)num);
		names_text(out, u != NULL ? u->name : num == 0 ? "root" : NULL, num);
		return;
	case HTR_A_GID:
		g = htr_facts_group(fx->facts, (uint32_t)num);
		names_text(out, g != NULL ? g->name : num == 0 ? "root" : NULL, num);
		return;
	case HTR_A_PID:
		pid_text(fx, num, out);
		return;
	case HTR_A_SIGNAL:
		names_text(out, htr_signal_name((int)num), num);
		return;
	default:
		htr_text_arg_plain(out, fx->ev, i);
		return;
	}
}

static void exe_flags(const struct fctx *fx, struct htr_buf *out)
{
	static const struct {
		const char *field, *name;
	} flags[] = {
		{ "proc.is_exe_writable", "EXE_WRITABLE" },
		{ "proc.is_exe_upper_layer", "EXE_UPPER_LAYER" },
		{ "proc.is_exe_from_memfd", "EXE_FROM_MEMFD" },
	};
	struct fctx copy = *fx;
	size_t start = out->len;

	for (size_t i = 0; i < HTR_ARRAY_LEN(flags); i++) {
		size_t suffix;
		struct field_ref ref = { .info = field_find(flags[i].field, strlen(flags[i].field),
							    &suffix) };
		struct value v;

		ref.impl = field_impl_of(ref.info);
		if (ref.impl->get(&copy, &ref, 0, &v) && v.i != 0) {
			htr_buf_adds(out, out->len > start ? "|" : "");
			htr_buf_adds(out, flags[i].name);
		}
	}
	if (out->len == start) {
		htr_buf_addc(out, '0');
	}
}

static bool field_text(const struct fctx *fx, unsigned i, struct htr_buf *out)
{
	const char *name = param_field(i);
	struct fctx copy = *fx;
	struct field_ref ref = { 0 };
	struct value v;
	size_t suffix;
	bool ok;

	if (name == NULL) {
		return false;
	}
	ref.info = field_find(name, strlen(name), &suffix);
	ref.impl = field_impl_of(ref.info);
	ok = ref.impl->get(&copy, &ref, 0, &v);
	if (ok) {
		value_text(out, ref.info->type, &v);
	}
	htr_buf_fini(&ref.buf);
	return ok;
}

static bool data_bytes(const struct fctx *fx, struct value *out)
{
	const struct htr_val *v = htr_event_val(fx->ev, HTR_K_IO_DATA);

	for (unsigned i = 0; v == NULL && fx->desc != NULL && i < fx->desc->n_args; i++) {
		if (fx->desc->args[i].kind == HTR_A_BUF) {
			v = htr_event_val(fx->ev, HTR_K_ARG0 + i);
		}
	}
	if (v == NULL || v->type != HTR_VT_BYTES) {
		return false;
	}
	out->s.p = (const char *)v->data;
	out->s.n = v->len;
	return true;
}

static bool value_by_key(const struct fctx *fx, unsigned key, struct htr_buf *out)
{
	const struct htr_val *v = htr_event_val(fx->ev, key);

	if (v == NULL) {
		return false;
	}
	if (v->type == HTR_VT_BYTES) {
		htr_buf_add(out, v->data, v->len);
	} else if (key == HTR_K_CLONE_FLAGS) {
		htr_names_flags(out, HTR_N_CLONE, (uint64_t)v->num);
	} else {
		add_number(out, v->num);
	}
	return true;
}

static bool how_text(const struct fctx *fx, unsigned i, struct htr_buf *out)
{
	uint64_t v;

	if (!open_how(fx, i, &v)) {
		return false;
	}
	if (i == 0) {
		text_open_flags(out, htr_open_flags(fx->ev->arch, v));
	} else if (i == 1) {
		htr_buf_printf(out, v != 0 ? "0%llo" : "%llo", (unsigned long long)v);
	} else {
		htr_names_flags(out, HTR_N_RESOLVE, v);
	}
	return true;
}

/* Numbers with names of their own. */
static void number_text(const struct fctx *fx, unsigned param, int64_t num, struct htr_buf *out)
{
	unsigned n = param >> 8;

	switch (param & 0xff) {
	case PS_FDVAL:
		fd_text(fx, num, out);
		break;
	case PS_EXIT:
	case PS_SIGNAL:
		if (n == ((param & 0xff) == PS_EXIT ? 2 : 0) && num != 0) {
			names_text(out, htr_signal_name((int)num), num);
		} else {
			add_number(out, num);
		}
		break;
	case PS_CAP:
		for (unsigned i = 0; i < 64; i++) {
			const char *name = (uint64_t)num >> i & 1 ? htr_cap_name(i) : NULL;

			if (name != NULL) {
				htr_buf_adds(out, out->len > 0 ? "|" : "");
				htr_buf_adds(out, name);
			}
		}
		break;
	case PS_SOCK_FLAGS:
		htr_buf_adds(out, num == 0               ? "O_NONE"
				  : num == SOCK_CLOEXEC  ? "O_CLOEXEC"
				  : num == SOCK_NONBLOCK ? "O_NONBLOCK"
							 : "O_NONBLOCK|O_CLOEXEC");
		break;
	default:
		add_number(out, num);
		break;
	}
}

bool param_text(struct fctx *fx, unsigned param, struct htr_buf *out)
{
	unsigned n = param >> 8;
	struct value v;
	int64_t num;

	switch (param & 0xff) {
	case PS_ARG:
		if (fx->desc == NULL || n >= fx->desc->n_args) {
			return false;
		}
		arg_text(fx, n, out);
		return true;
	case PS_RES:
	case PS_FDRES:
		if (!htr_event_has_result(fx->ev)) {
			return false;
		}
		result_text(fx, (param & 0xff) == PS_FDRES, out);
		return true;
	case PS_VAL:
		return value_by_key(fx, n, out);
	case PS_TUPLE:
		if (fx->fd == NULL || fx->fd->peer.family == 0) {
			return false;
		}
		htr_fd_name(out, fx->fd);
		return true;
	case PS_DATA:
		if (!data_bytes(fx, &v)) {
			return false;
		}
		htr_buf_add(out, v.s.p, v.s.n);
		return true;
	case PS_HOW:
		return how_text(fx, n, out);
	case PS_FIELD:
		return field_text(fx, n, out);
	case PS_EXE_FLAGS:
		exe_flags(fx, out);
		return true;
	default:
		if (!param_number(fx, param, &num)) {
			return false;
		}
		number_text(fx, param, num, out);
		return true;
	}
}

bool param_raw(struct fctx *fx, unsigned param, struct htr_buf *buf, unsigned type,
	       struct value *out)
{
	if (type == HTR_FT_INT) {
		return param_number(fx, param, &out->i);
	}
	if (type == HTR_FT_BYTES && (param & 0xff) == PS_DATA) {
		return data_bytes(fx, out);
	}
	return param_text(fx, param, buf) && give_buf(out, buf);
}

void param_args(struct fctx *fx, struct htr_buf *out)
{
	struct htr_buf text = { 0 };
	const char *name = NULL;

	for (unsigned i = 0;; i++) {
		unsigned param = param_at(fx, i, &name);
		char dec[24];
		int64_t num;

		if (param == PARAM_NONE) {
			break;
		}
		htr_buf_reset(&text);
		if (!param_text(fx, param, &text)) {
			continue;
		}
		if (out->len > 0) {
			htr_buf_addc(out, ' ');
		}
		htr_buf_adds(out, name);
		htr_buf_addc(out, '=');
		if (param_number(fx, param, &num)) {
			snprintf(dec, sizeof(dec), "%lld", (long long)num);
			if (strcmp(dec, htr_buf_str(&text)) != 0) {
				htr_buf_printf(out, "%s(%s)", dec, htr_buf_str(&text));
				continue;
			}
		}
		htr_buf_add(out, text.data, text.len);
	}
	htr_buf_fini(&text);
}
