/* SPDX-License-Identifier: Apache-2.0
 * What a block head says about its block, so that a reader may pass it over. */
#include <string.h>

#include "formats/model/tables.h"
#include "formats/trace/encode_priv.h"
#include "formats/trace/limit.h"

static const struct {
	uint32_t class;
	enum htr_block_class counter;
} class_counters[] = {
	{ HTR_C_EXEC, HTR_BC_EXEC },       { HTR_C_PROCESS, HTR_BC_PROCESS },
	{ HTR_C_FILE, HTR_BC_FILE },       { HTR_C_WRITEFS, HTR_BC_WRITEFS },
	{ HTR_C_NETWORK, HTR_BC_NETWORK }, { HTR_C_PRIV, HTR_BC_PRIV },
	{ HTR_C_SIGNAL, HTR_BC_SIGNAL },   { HTR_C_MEMORY, HTR_BC_MEMORY },
	{ HTR_C_IO, HTR_BC_IO },           { HTR_C_IPC, HTR_BC_IPC },
	{ HTR_C_TIME, HTR_BC_TIME },       { HTR_C_SCHED, HTR_BC_SCHED },
	{ HTR_C_DESC, HTR_BC_DESC },
};

static void count_group(const struct htr_row_group *g, struct htr_block_head *h)
{
	switch (g->kind) {
	case HTR_EV_EXIT:
		h->classes[HTR_BC_PROCESS] += g->n;
		return;
	case HTR_EV_SIGNAL:
		h->classes[HTR_BC_SIGNAL] += g->n;
		return;
	case HTR_EV_LOSS:
	case HTR_EV_NOTE:
	case HTR_EV_CLOCK:
		h->classes[HTR_BC_NOTE] += g->n;
		return;
	default:
		break;
	}
	const struct htr_syscall_desc *d =
		g->nr >= 0 && g->arch < HTR_ARCH_MAX ? htr_syscall_lookup(g->arch, g->nr) : NULL;
	bool any = false;
	for (size_t i = 0; d && i < sizeof(class_counters) / sizeof(class_counters[0]); i++) {
		if (d->classes & class_counters[i].class) {
			h->classes[class_counters[i].counter] += g->n;
			any = true;
		}
	}
	if (!any && g->nr >= 0) {
		h->classes[HTR_BC_OTHER] += g->n;
	}
}

static bool failed_call(const struct htr_row *row, const struct htr_row_group *g)
{
	return g->nr >= 0 && row->result < 0 && row->result >= -4095 &&
	       !(row->flags & (HTR_EVF_ENTRY_ONLY | HTR_EVF_UNFINISHED));
}

static void skip_data(struct htr_encoder *e, const struct htr_rows *r, struct htr_block_head *h)
{
	for (uint32_t i = 0; i < r->n_groups; i++) {
		const struct htr_row_group *g = &r->groups[i];
		count_group(g, h);
		if (g->nr >= 0 && g->arch == e->native_arch) {
			h->syscalls[g->nr % 512 / 64] |= 1ull << g->nr % 64;
		} else if (g->nr >= 0) {
			h->flags |= HTR_BLOCK_FOREIGN;
		}
	}
	if (h->flags & HTR_BLOCK_FOREIGN) {
		memset(h->syscalls, 0xff, sizeof(h->syscalls));
	}
	for (uint32_t i = 0; i < r->n; i++) {
		h->classes[HTR_BC_ERROR] += failed_call(&r->rows[i], &r->groups[r->rows[i].group]);
	}
	h->n_threads = r->n_threads;
	if (r->n_threads <= HTR_LIST_THREADS) {
		h->n_listed = r->n_threads;
		h->threads = e->listed;
		for (uint32_t i = 0; i < r->n_threads; i++) {
			htr_put32(e->listed + 4 * i, (uint32_t)r->threads[i].tid);
		}
	}
	if (r->n_strings && r->n_strings <= HTR_BLOOM_STRINGS) {
		uint32_t len = (r->n_strings * 10 + 63) / 64 * 8;
		h->bloom_len = len < HTR_BLOOM_MAX ? len : HTR_BLOOM_MAX;
		h->bloom = e->bloom;
		memset(e->bloom, 0, h->bloom_len);
		for (uint32_t i = 0; i < r->n_strings; i++) {
			const struct htr_row_string *s = &r->strings[i];
			htr_bloom_add(e->bloom, h->bloom_len,
				      htr_xxh3(r->blob.data + s->at, s->len));
		}
	}
}

void htr_encode_head(struct htr_encoder *e, const struct htr_rows *r, uint64_t number,
		     struct htr_block_head *h)
{
	*h = (struct htr_block_head){
		.number = number,
		.first_seq = r->rows[0].seq,
		.last_seq = r->rows[r->n - 1].seq,
		.n_events = r->n,
		.time_unit_ns = (uint32_t)r->unit,
		.first_ns = (int64_t)(r->first_end * r->unit),
		.last_ns = (int64_t)(r->last_end * r->unit),
		.max_dur_ns = r->max_dur * r->unit,
		.lost = r->lost,
		.loss_reasons = r->loss_reasons,
		.kinds = r->kinds,
	};
	skip_data(e, r, h);
	bool unstable = r->all_flags & HTR_EVF_UNSTABLE || r->all_val_flags & HTR_VF_UNSTABLE;
	bool redacted = r->all_flags & HTR_EVF_REDACTED || r->all_val_flags & HTR_VF_REDACTED;
	bool cut = r->all_flags & HTR_EVF_TRUNCATED || r->all_val_flags & HTR_VF_TRUNCATED;
	h->flags |= (unstable ? HTR_BLOCK_UNSTABLE : 0u) | (redacted ? HTR_BLOCK_REDACTED : 0u) |
		    (cut ? HTR_BLOCK_TRUNCATED : 0u) |
		    (h->classes[HTR_BC_ERROR] ? HTR_BLOCK_ERRORS : 0u) |
		    (r->kinds & 1u << HTR_EV_LOSS ? HTR_BLOCK_LOSS : 0u) |
		    (r->n < r->cap ? HTR_BLOCK_EARLY : 0u);
}
