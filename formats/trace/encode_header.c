/* SPDX-License-Identifier: Apache-2.0
 * Facts into the header message. */
#include <errno.h>
#include <string.h>

#include <holter_trace.pb-c.h>

#include "formats/core/arena.h"
#include "formats/core/cleanup.h"
#include "formats/trace/encode.h"
#include "formats/trace/limit.h"
#include "formats/trace/schema.h"

/* NULL is "not known" and stays absent; known and empty is listed by its field number. */
static int put_text(const char *s, uint32_t field, ProtobufCBinaryData *to, Holter__Header *h,
		    struct htr_err *err)
{
	size_t len = s ? strlen(s) : 0;
	if (len > HTR_MAX_FACT_TEXT) {
		return htr_err_set(err, -EINVAL, "a text of the trace header has %zu bytes", len);
	}
	if (s && !len) {
		h->empty_text[h->n_empty_text++] = field;
	}
	*to = (ProtobufCBinaryData){ len, (uint8_t *)(uintptr_t)s };
	return 0;
}

static int put_texts(const struct htr_facts *f, Holter__Header *h, struct htr_err *err)
{
	const struct {
		const char *text;
		uint32_t field;
		ProtobufCBinaryData *to;
	} table[] = {
		{ f->hostname, 11, &h->hostname },
		{ f->kernel_release, 12, &h->kernel_release },
		{ f->kernel_version, 13, &h->kernel_version },
		{ f->os_name, 14, &h->os_name },
		{ f->recorder_version, 20, &h->recorder_version },
		{ f->command, 21, &h->command },
		{ f->profile, 22, &h->profile },
		{ f->channel, 23, &h->channel },
		{ f->options, 24, &h->options },
		{ f->redaction, 25, &h->redaction },
		{ f->features, 26, &h->features },
		{ f->container_id, 40, &h->container_id },
		{ f->container_name, 41, &h->container_name },
		{ f->container_image, 42, &h->container_image },
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		int rc = put_text(table[i].text, table[i].field, table[i].to, h, err);
		if (rc < 0) {
			return rc;
		}
	}
	return 0;
}

static ProtobufCBinaryData bytes_of(const char *s)
{
	return (ProtobufCBinaryData){ s ? strlen(s) : 0, (uint8_t *)(uintptr_t)s };
}

static int put_users(const struct htr_facts *f, Holter__Header *h, struct htr_arena *a)
{
	Holter__User *u = htr_arena_array(a, f->n_users, sizeof(*u));
	Holter__UserGroup *g = htr_arena_array(a, f->n_groups, sizeof(*g));
	h->user = htr_arena_array(a, f->n_users, sizeof(*h->user));
	h->group = htr_arena_array(a, f->n_groups, sizeof(*h->group));
	if (!u || !g || !h->user || !h->group) {
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < f->n_users; i++) {
		holter__user__init(&u[i]);
		u[i].uid = f->users[i].uid;
		u[i].gid = f->users[i].gid;
		u[i].name = bytes_of(f->users[i].name);
		u[i].home = bytes_of(f->users[i].home);
		u[i].shell = bytes_of(f->users[i].shell);
		h->user[i] = &u[i];
	}
	for (uint32_t i = 0; i < f->n_groups; i++) {
		holter__user_group__init(&g[i]);
		g[i].gid = f->groups[i].gid;
		g[i].name = bytes_of(f->groups[i].name);
		h->group[i] = &g[i];
	}
	h->n_user = f->n_users;
	h->n_group = f->n_groups;
	return 0;
}

static int put_lists(const struct htr_facts *f, Holter__Header *h, struct htr_arena *a)
{
	size_t n = f->n_captured_calls;
	Holter__Interface *m = htr_arena_array(a, f->n_ifaces, sizeof(*m));
	h->iface = htr_arena_array(a, f->n_ifaces, sizeof(*h->iface));
	h->captured = htr_arena_array(a, n, sizeof(*h->captured));
	h->empty_text = htr_arena_array(a, 32, sizeof(*h->empty_text));
	if (!m || !h->iface || !h->captured || !h->empty_text) {
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < f->n_ifaces; i++) {
		holter__interface__init(&m[i]);
		m[i].name = bytes_of(f->ifaces[i].name);
		m[i].family = f->ifaces[i].family;
		m[i].ip = (ProtobufCBinaryData){ 16, (uint8_t *)(uintptr_t)f->ifaces[i].ip };
		m[i].prefix_len = f->ifaces[i].prefix_len;
		h->iface[i] = &m[i];
	}
	h->n_iface = f->n_ifaces;
	for (size_t i = 0; i < n; i++) {
		h->captured[i] = f->captured[i];
	}
	h->n_captured = n;
	return put_users(f, h, a);
}

static int check_facts(const struct htr_facts *f, struct htr_err *err)
{
	if (f->time_unit_ns == 0 || f->time_unit_ns > 1000000000u) {
		return htr_err_set(err, -EINVAL, "time unit of %u ns; 1 to 1000000000 are possible",
				   f->time_unit_ns);
	}
	if (f->n_users > HTR_MAX_FACT_LIST || f->n_groups > HTR_MAX_FACT_LIST ||
	    f->n_ifaces > HTR_MAX_FACT_LIST || f->n_captured_calls > HTR_MAX_FACT_LIST) {
		return htr_err_set(err, -EINVAL, "a list of the trace header is longer than %u",
				   HTR_MAX_FACT_LIST);
	}
	return 0;
}

static int pack(const Holter__Header *h, int level, struct htr_buf *out, struct htr_file_head *head,
		struct htr_err *err)
{
	Holter__Trace trace = HOLTER__TRACE__INIT;
	trace.header = (Holter__Header *)(uintptr_t)h;
	cleanup_buf struct htr_buf raw = { 0 };
	size_t len = holter__trace__get_packed_size(&trace);
	if (len > HTR_MAX_HEADER_RAW) {
		return htr_err_set(err, -EINVAL, "trace header of %zu bytes, at most %u", len,
				   HTR_MAX_HEADER_RAW);
	}
	uint8_t *to = htr_buf_reserve(&raw, len);
	if (!to) {
		return htr_err_set(err, -ENOMEM, "no memory for the trace header");
	}
	holter__trace__pack(&trace, to);
	struct htr_packer *packer;
	int rc = htr_packer_new(&packer, level, err);
	if (rc < 0) {
		return rc;
	}
	size_t start = out->len;
	int64_t size = htr_packer_frame(packer, out, raw.data, len, NULL, 0, HTR_MAX_RATIO, err);
	htr_packer_free(packer);
	if (size < 0) {
		return (int)size;
	}
	head->header_size = (uint32_t)size;
	head->header_raw = (uint32_t)len;
	head->header_xxh = htr_xxh64(out->data + start, (size_t)size);
	return 0;
}

int htr_encode_header(const struct htr_facts *f, int level, struct htr_buf *out,
		      struct htr_file_head *head, struct htr_err *err)
{
	Holter__Header h = HOLTER__HEADER__INIT;
	int rc = check_facts(f, err);
	if (rc < 0) {
		return rc;
	}
	struct htr_arena arena;
	htr_arena_init(&arena, 0);
	h.start_real_ns = f->start_real_ns;
	h.start_mono_ns = f->start_mono_ns;
	h.start_boot_ns = f->start_boot_ns;
	h.time_unit_ns = f->time_unit_ns;
	h.session_id = (ProtobufCBinaryData){ 16, (uint8_t *)(uintptr_t)f->session_id };
	h.segment = f->segment;
	h.arch = f->arch;
	h.n_cpus = f->n_cpus;
	h.mem_total_bytes = f->mem_total;
	h.root_pid = f->root_pid;
	h.container_privileged = f->container_privileged;
	h.container_start_ns = f->container_start_ns;
	h.schema = (ProtobufCBinaryData){ htr_schema_len, (uint8_t *)(uintptr_t)htr_schema };
	rc = put_lists(f, &h, &arena);
	if (rc < 0) {
		htr_err_set(err, rc, "no memory for the trace header");
	}
	rc = rc < 0 ? rc : put_texts(f, &h, err);
	rc = rc < 0 ? rc : pack(&h, level, out, head, err);
	htr_arena_fini(&arena);
	return rc;
}
