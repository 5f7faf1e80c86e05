/* SPDX-License-Identifier: Apache-2.0
 * The header message into facts. Untrusted input. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <holter_trace.pb-c.h>

#include "formats/core/cleanup.h"
#include "formats/trace/decode.h"
#include "formats/trace/decode_heap.h"
#include "formats/trace/limit.h"

/* Text may hold NULs when it is hostile: facts are C strings, so it ends there. */
static const char *text(struct htr_arena *a, const ProtobufCBinaryData *b, bool *ok)
{
	if (b->len == 0) {
		return NULL;
	}
	char *s = htr_arena_dup(a, b->data, b->len);
	*ok = *ok && s;
	return s;
}

static const char *text_or_empty(struct htr_arena *a, const ProtobufCBinaryData *b, bool *ok)
{
	const char *s = text(a, b, ok);
	return s ? s : "";
}

static void texts(struct htr_arena *a, const Holter__Header *h, struct htr_facts *f, bool *ok)
{
	const struct {
		uint32_t field;
		const ProtobufCBinaryData *from;
		const char **to;
	} table[] = {
		{ 11, &h->hostname, &f->hostname },
		{ 12, &h->kernel_release, &f->kernel_release },
		{ 13, &h->kernel_version, &f->kernel_version },
		{ 14, &h->os_name, &f->os_name },
		{ 20, &h->recorder_version, &f->recorder_version },
		{ 21, &h->command, &f->command },
		{ 22, &h->profile, &f->profile },
		{ 23, &h->channel, &f->channel },
		{ 24, &h->options, &f->options },
		{ 25, &h->redaction, &f->redaction },
		{ 26, &h->features, &f->features },
		{ 40, &h->container_id, &f->container_id },
		{ 41, &h->container_name, &f->container_name },
		{ 42, &h->container_image, &f->container_image },
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		*table[i].to = text(a, table[i].from, ok);
		for (size_t k = 0; k < h->n_empty_text && !*table[i].to; k++) {
			if (h->empty_text[k] == table[i].field) {
				*table[i].to = "";
			}
		}
	}
}

static void users(struct htr_arena *a, const Holter__Header *h, struct htr_facts *f, bool *ok)
{
	struct htr_user_fact *u = htr_arena_array(a, h->n_user, sizeof(*u));
	struct htr_group_fact *g = htr_arena_array(a, h->n_group, sizeof(*g));
	if (!u || !g) {
		*ok = false;
		return;
	}
	for (size_t i = 0; i < h->n_user; i++) {
		const Holter__User *m = h->user[i];
		u[i] = (struct htr_user_fact){
			.uid = m->uid,
			.gid = m->gid,
			.name = text_or_empty(a, &m->name, ok),
			.home = text_or_empty(a, &m->home, ok),
			.shell = text_or_empty(a, &m->shell, ok),
		};
	}
	for (size_t i = 0; i < h->n_group; i++) {
		const Holter__UserGroup *m = h->group[i];
		g[i] = (struct htr_group_fact){
			.gid = m->gid,
			.name = text_or_empty(a, &m->name, ok),
		};
	}
	f->n_users = (uint32_t)h->n_user;
	f->users = u;
	f->n_groups = (uint32_t)h->n_group;
	f->groups = g;
}

static void lists(struct htr_arena *a, const Holter__Header *h, struct htr_facts *f, bool *ok)
{
	struct htr_iface_fact *m = htr_arena_array(a, h->n_iface, sizeof(*m));
	uint16_t *captured = htr_arena_array(a, h->n_captured, sizeof(*captured));
	if (!m || !captured) {
		*ok = false;
		return;
	}
	for (size_t i = 0; i < h->n_iface; i++) {
		const Holter__Interface *from = h->iface[i];
		m[i].name = text_or_empty(a, &from->name, ok);
		m[i].family = (uint16_t)from->family;
		m[i].prefix_len = (uint8_t)(from->prefix_len <= 128 ? from->prefix_len : 128);
		size_t len = from->ip.len < sizeof(m[i].ip) ? from->ip.len : sizeof(m[i].ip);
		if (len) {
			memcpy(m[i].ip, from->ip.data, len);
		}
	}
	for (size_t i = 0; i < h->n_captured; i++) {
		captured[i] = (uint16_t)h->captured[i];
	}
	f->n_ifaces = (uint32_t)h->n_iface;
	f->ifaces = m;
	f->n_captured_calls = h->n_captured;
	f->captured = captured;
	users(a, h, f, ok);
}

static int facts_of(const Holter__Header *h, const struct htr_file_head *head, uint64_t offset,
		    struct htr_arena *a, const struct htr_facts **ret, struct htr_err *err)
{
	if (h->time_unit_ns == 0 || h->time_unit_ns > 1000000000u) {
		return htr_err_set_at(err, -EBADMSG, (int64_t)offset,
				      "header is damaged: time unit of %u ns", h->time_unit_ns);
	}
	if (h->n_user > HTR_MAX_FACT_LIST || h->n_group > HTR_MAX_FACT_LIST ||
	    h->n_iface > HTR_MAX_FACT_LIST || h->n_captured > HTR_MAX_FACT_LIST ||
	    h->n_empty_text > HTR_MAX_FACT_LIST) {
		return htr_err_set_at(err, -E2BIG, (int64_t)offset,
				      "header has a list longer than %u", HTR_MAX_FACT_LIST);
	}
	struct htr_facts *f = htr_arena_alloc(a, sizeof(*f));
	bool ok = f;
	if (ok) {
		*f = (struct htr_facts){
			.start_real_ns = h->start_real_ns,
			.start_mono_ns = h->start_mono_ns,
			.start_boot_ns = h->start_boot_ns,
			.time_unit_ns = h->time_unit_ns,
			.segment = head->segment,
			.arch = h->arch < 256 ? (uint8_t)h->arch : 0,
			.n_cpus = h->n_cpus,
			.mem_total = h->mem_total_bytes,
			.root_pid = h->root_pid,
			.container_privileged = (int8_t)(h->container_privileged > 0   ? 1
							 : h->container_privileged < 0 ? -1
										       : 0),
			.container_start_ns = h->container_start_ns,
		};
		memcpy(f->session_id, head->session, sizeof(f->session_id));
		texts(a, h, f, &ok);
		lists(a, h, f, &ok);
	}
	if (!ok) {
		return htr_err_set(err, -ENOMEM, "no memory for the trace header");
	}
	*ret = f;
	return 0;
}

int htr_decode_header(const struct htr_file_head *head, const uint8_t *frame, uint64_t offset,
		      struct htr_arena *arena, const struct htr_facts **ret, struct htr_err *err)
{
	if (htr_xxh64(frame, head->header_size) != head->header_xxh) {
		return htr_err_set_at(err, -EBADMSG, (int64_t)offset,
				      "trace header is damaged (wrong checksum)");
	}
	struct htr_unpacker *u;
	int rc = htr_unpacker_new(&u, err);
	if (rc < 0) {
		return rc;
	}
	struct htr_arena heap;
	htr_arena_init(&heap, 0);
	struct htr_decode_heap budget = { .arena = &heap, .budget = HTR_MAX_HEAP };
	cleanup_free uint8_t *raw = malloc(head->header_raw);
	rc = raw ? htr_unpacker_frame(u, frame, head->header_size, raw, head->header_raw,
				      HTR_MAX_RATIO, err)
		 : htr_err_set(err, -ENOMEM, "no memory for the trace header");
	htr_unpacker_free(u);
	if (rc == 0) {
		ProtobufCAllocator alloc = { htr_decode_heap_alloc, htr_decode_heap_free, &budget };
		Holter__Trace *t = holter__trace__unpack(&alloc, head->header_raw, raw);
		if (!t) {
			rc = htr_decode_heap_error(&budget, err);
		} else if (!t->header || t->n_block) {
			rc = htr_err_set(err, -EBADMSG, "no header message in the header frame");
		} else {
			rc = facts_of(t->header, head, offset, arena, ret, err);
		}
	}
	htr_arena_fini(&heap);
	if (rc < 0 && err && err->offset < 0) {
		err->offset = (int64_t)offset;
	}
	return rc < 0 ? (htr_err_wrap(err, "trace header"), rc) : 0;
}
