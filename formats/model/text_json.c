/* SPDX-License-Identifier: Apache-2.0
 *
 * text_json.c - arguments and values of one event as members of a JSON object.
 */
#include <fcntl.h>
#include <stdio.h>

#include "formats/core/cleanup.h"
#include "formats/core/json.h"
#include "formats/model/sockaddr.h"
#include "formats/model/text_priv.h"

#define NAME_MAX_LEN 64 /* member names are argument names of the table plus a suffix */

typedef void (*json_fn)(struct htr_buf *out, const struct text_arg *a);

/* NAME + suffix as a key in the caller's memory. */
static const char *key_with(char key[NAME_MAX_LEN], const char *name, const char *suffix)
{
	snprintf(key, NAME_MAX_LEN, "%.40s%.20s", name, suffix);
	return key;
}

/* Content that was not recorded: null, and where it was. */
static void json_absent(struct htr_buf *out, const struct text_arg *a)
{
	char key[NAME_MAX_LEN];
	htr_json_null(out, a->desc->name);
	if (a->raw != 0) {
		cleanup_buf struct htr_buf text = { 0 };
		htr_buf_printf(&text, "0x%llx", (unsigned long long)a->raw);
		htr_json_str(out, key_with(key, a->desc->name, "_ptr"), htr_buf_str(&text));
	}
}

static void add_truncated(struct htr_buf *out, const char *name, const struct htr_val *v)
{
	char key[NAME_MAX_LEN];
	if (v->flags & HTR_VF_TRUNCATED) {
		htr_json_bool(out, key_with(key, name, "_truncated"), true);
	}
}

static void add_bytes(struct htr_buf *out, const char *name, const struct htr_val *v)
{
	htr_json_bytes(out, name, v->data, v->len);
	add_truncated(out, name, v);
}

static void add_strv(struct htr_buf *out, const char *name, const struct htr_val *v)
{
	const uint8_t *s;
	size_t len, pos = 0;

	htr_json_open(out, name, '[');
	while (text_next_str(v, &pos, &s, &len)) {
		htr_json_elem(out, s, len);
	}
	htr_json_close(out, ']');
	add_truncated(out, name, v);
}

static void add_addr(struct htr_buf *out, const char *name, const struct htr_val *v)
{
	cleanup_buf struct htr_buf text = { 0 };
	struct htr_addr addr = htr_addr_parse(v->data, v->len);
	htr_addr_text(&text, &addr);
	htr_json_bytes(out, name, htr_buf_str(&text), text.len);
}

/* ---- arguments --------------------------------------------------------------------------------- */

static void json_text(struct htr_buf *out, const struct text_arg *a)
{
	cleanup_buf struct htr_buf text = { 0 };
	text_arg_render(&text, a);
	htr_json_strn(out, a->desc->name, htr_buf_str(&text), text.len);
}

static void json_hex(struct htr_buf *out, const struct text_arg *a)
{
	cleanup_buf struct htr_buf text = { 0 };
	htr_buf_printf(&text, "0x%llx", (unsigned long long)a->raw);
	htr_json_str(out, a->desc->name, htr_buf_str(&text));
}

static void json_ptr(struct htr_buf *out, const struct text_arg *a)
{
	if (a->raw == 0) {
		htr_json_null(out, a->desc->name);
	} else {
		json_hex(out, a);
	}
}

static void json_i32(struct htr_buf *out, const struct text_arg *a)
{
	htr_json_int(out, a->desc->name, (int32_t)a->raw);
}

static void json_u32(struct htr_buf *out, const struct text_arg *a)
{
	htr_json_uint(out, a->desc->name, (uint32_t)a->raw);
}

static void json_i64(struct htr_buf *out, const struct text_arg *a)
{
	htr_json_int(out, a->desc->name,
		     a->arch == HTR_ARCH_I386 ? (int32_t)a->raw : (int64_t)a->raw);
}

static void json_u64(struct htr_buf *out, const struct text_arg *a)
{
	htr_json_uint(out, a->desc->name, a->raw);
}

static void json_id(struct htr_buf *out, const struct text_arg *a)
{
	uint32_t id = (uint32_t)a->raw;
	htr_json_int(out, a->desc->name, id == UINT32_MAX ? -1 : (int64_t)id);
}

static void json_dirfd(struct htr_buf *out, const struct text_arg *a)
{
	if ((int32_t)a->raw == AT_FDCWD) {
		json_text(out, a);
	} else {
		json_i32(out, a);
	}
}

static void json_str(struct htr_buf *out, const struct text_arg *a)
{
	if (a->val) {
		add_bytes(out, a->desc->name, a->val);
	} else {
		json_absent(out, a);
	}
}

static void json_strv(struct htr_buf *out, const struct text_arg *a)
{
	const struct htr_val *v = text_arg_strv(a);
	if (v) {
		add_strv(out, a->desc->name, v);
	} else {
		json_absent(out, a);
	}
}

/* The environment of a new image stands in "data"; here only what was recorded of the argument. */
static void json_env(struct htr_buf *out, const struct text_arg *a)
{
	if (a->val) {
		add_strv(out, a->desc->name, a->val);
	} else {
		json_absent(out, a);
	}
}

static void json_addr(struct htr_buf *out, const struct text_arg *a)
{
	if (a->val) {
		add_addr(out, a->desc->name, a->val);
	} else {
		json_absent(out, a);
	}
}

static void json_cells(struct htr_buf *out, const struct text_arg *a)
{
	bool is_signed;
	unsigned width = text_cell_width(a->desc->kind, &is_signed);
	bool many = a->desc->kind == HTR_A_FDPAIR || a->desc->kind == HTR_A_GROUPS;

	if (!a->val && a->desc->kind == HTR_A_FDPAIR && htr_event_val(a->ev, HTR_K_FD1)) {
		htr_json_open(out, a->desc->name, '[');
		htr_json_int(out, NULL, htr_event_int(a->ev, HTR_K_FD1, -1));
		htr_json_int(out, NULL, htr_event_int(a->ev, HTR_K_FD2, -1));
		htr_json_close(out, ']');
		return;
	}
	if (!a->val || (!many && a->val->len < width)) {
		json_absent(out, a);
		return;
	}
	if (many) {
		htr_json_open(out, a->desc->name, '[');
	}
	for (size_t i = 0; i + width <= a->val->len && (many || i == 0); i += width) {
		const char *key = many ? NULL : a->desc->name;
		if (is_signed) {
			htr_json_int(out, key, text_le_signed(a->val->data + i, width));
		} else {
			htr_json_uint(out, key, text_le(a->val->data + i, width));
		}
	}
	if (many) {
		htr_json_close(out, ']');
		add_truncated(out, a->desc->name, a->val);
	}
}

static void json_enum(struct htr_buf *out, const struct text_arg *a)
{
	unsigned set = a->desc->kind == HTR_A_CLOCK ? (unsigned)HTR_N_CLOCK : a->desc->set;
	const char *name = htr_names_enum(set, (uint32_t)a->raw);
	if (name) {
		htr_json_str(out, a->desc->name, name);
	} else {
		json_u32(out, a);
	}
}

static void json_sigset(struct htr_buf *out, const struct text_arg *a)
{
	if (a->val && a->val->len >= 8) {
		json_text(out, a);
	} else {
		json_absent(out, a);
	}
}

static void json_wstatus(struct htr_buf *out, const struct text_arg *a)
{
	if (a->val && a->val->len >= 4) {
		cleanup_buf struct htr_buf text = { 0 };
		text_wait_status(&text, (int)text_le_signed(a->val->data, 4));
		htr_json_str(out, a->desc->name, htr_buf_str(&text));
	} else {
		json_absent(out, a);
	}
}

static void json_struct(struct htr_buf *out, const struct text_arg *a)
{
	if (a->val && a->val->len > 0) {
		text_struct_json(out, a->desc->name, a);
		add_truncated(out, a->desc->name, a->val);
	} else {
		json_absent(out, a);
	}
}

/* I/O bytes stand in "data" (io_data); the argument itself is an address unless it has a value. */
static const json_fn members[TEXT_SHAPE_MAX] = {
	[TEXT_HEX] = json_hex,       [TEXT_PTR] = json_ptr,         [TEXT_I32] = json_i32,
	[TEXT_U32] = json_u32,       [TEXT_I64] = json_i64,         [TEXT_U64] = json_u64,
	[TEXT_ID] = json_id,         [TEXT_DIRFD] = json_dirfd,     [TEXT_STR] = json_str,
	[TEXT_BUF] = json_str,       [TEXT_STRV] = json_strv,       [TEXT_ENV] = json_env,
	[TEXT_FLAGS] = json_text,    [TEXT_ENUM] = json_enum,       [TEXT_MODE] = json_text,
	[TEXT_DEV] = json_text,      [TEXT_SIGNAL] = json_text,     [TEXT_ADDR] = json_addr,
	[TEXT_MSG] = json_addr,      [TEXT_IOV] = json_absent,      [TEXT_CELLS] = json_cells,
	[TEXT_SIGSET] = json_sigset, [TEXT_WSTATUS] = json_wstatus, [TEXT_STRUCT] = json_struct,
	[TEXT_LOSS] = json_text,
};

/* ---- values ------------------------------------------------------------------------------------ */

static void add_groups(struct htr_buf *out, const char *name, const struct htr_val *v)
{
	htr_json_open(out, name, '[');
	for (size_t i = 0; i + 4 <= v->len; i += 4) {
		htr_json_uint(out, NULL, text_le(v->data + i, 4));
	}
	htr_json_close(out, ']');
	add_truncated(out, name, v);
}

static void add_value(struct htr_buf *out, const struct htr_val *v)
{
	const char *name = htr_key_name(v->key);
	char unknown[NAME_MAX_LEN];

	if (!name) { /* from a newer recorder: shown all the same */
		snprintf(unknown, sizeof(unknown), "key_%u", v->key);
		name = unknown;
	}
	if (v->type == HTR_VT_INT) {
		htr_json_int(out, name, v->num);
		return;
	}
	switch (v->key) {
	case HTR_K_ARGV:
	case HTR_K_ENV_NAMES:
	case HTR_K_ENV:
	case HTR_K_CGROUP:
		add_strv(out, name, v);
		break;
	case HTR_K_SOCK_LOCAL:
	case HTR_K_SOCK_PEER:
		add_addr(out, name, v);
		break;
	case HTR_K_GROUPS:
		add_groups(out, name, v);
		break;
	default:
		add_bytes(out, name, v);
		break;
	}
}

void htr_text_json_args(struct htr_buf *out, const struct htr_event *ev)
{
	struct text_arg a;
	bool open = false;

	htr_json_open(out, "args", '{');
	for (unsigned i = 0; text_arg_get(&a, ev, i); i++) {
		members[text_arg_shape(&a)](out, &a);
	}
	htr_json_close(out, '}');
	for (unsigned i = 0; i < ev->n_vals; i++) {
		if (ev->vals[i].key < HTR_K_FD_PATH) {
			continue;
		}
		if (!open) {
			htr_json_open(out, "data", '{');
			open = true;
		}
		add_value(out, &ev->vals[i]);
	}
	if (open) {
		htr_json_close(out, '}');
	}
}
