/* SPDX-License-Identifier: Apache-2.0
 * One part of a block, before compression: first byte its type, the rest the message. The other parts are
 * those of a good block of 60 events, so that mutations meet the code behind checksums and zstd. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/trace/decode.h"
#include "formats/trace/encode.h"
#include "formats/trace/limit.h"
#include "formats/trace/rows.h"
#include "tests/unit/trace/gen.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define N_EVENTS 60

static struct gen gen;

struct fixture {
	struct htr_block_head head; /* borrows from the encoder */
	struct htr_encoder *encoder;
	struct htr_rows rows;
	struct htr_buf parts;
	struct htr_packer *packer;
	struct htr_decoder *decoder;
	struct htr_block_data out;
};

static volatile uint64_t sink;

static void must(bool ok)
{
	if (!ok) {
		abort();
	}
}

static void prepare(struct fixture *f)
{
	must(htr_rows_init(&f->rows, N_EVENTS, 1, NULL) == 0);
	must(htr_encoder_new(&f->encoder, N_EVENTS, 0, 1, NULL) == 0);
	must(htr_packer_new(&f->packer, 1, NULL) == 0);
	must(htr_decoder_new(&f->decoder, NULL) == 0);
	gen_init(&gen, 99, false);
	for (uint64_t i = 0; i < N_EVENTS; i++) {
		struct htr_event ev = *gen_next(&gen);
		struct htr_val v[8];
		uint8_t n = ev.n_vals;
		memcpy(v, ev.vals, n * sizeof(v[0]));
		if (i % 4 == 0) {
			v[n++] = (struct htr_val){ .key = HTR_K_IO_DATA, .len = 5 };
			v[n - 1].data = (const uint8_t *)"hello";
			v[n++] = (struct htr_val){ .key = HTR_K_IO_LEN, .type = HTR_VT_INT };
		}
		ev.vals = v;
		ev.n_vals = n;
		must(htr_rows_check(&ev, NULL) == 0);
		must(htr_rows_add(&f->rows, &ev, i + 1) == 0);
	}
	must(htr_encoder_block(f->encoder, &f->rows, 0, &f->parts, &f->head, NULL) == 0);
}

/* The fixture's parts with one replaced. */
static bool replace(struct fixture *f, uint8_t type, const uint8_t *msg, size_t len,
		    struct htr_buf *out, struct htr_block_head *h)
{
	const uint8_t *at = f->parts.data;
	*h = f->head;
	for (uint32_t i = 0; i < h->n_parts; i++) {
		struct htr_part_head *p = &h->parts[i];
		if (p->type != type) {
			htr_buf_add(out, at, p->size);
			at += p->size;
			continue;
		}
		at += p->size;
		size_t start = out->len;
		int64_t size = htr_packer_frame(f->packer, out, msg, len, NULL, 0, 1u << 30, NULL);
		must(size > 0);
		p->size = (uint32_t)size;
		p->raw = (uint32_t)len;
		p->xxh = htr_xxh64(out->data + start, (size_t)size);
	}
	return !out->failed;
}

static void look(const struct htr_block_data *d)
{
	for (uint32_t i = 0; i < d->n_events; i++) {
		const struct htr_event *e = &d->events[i];
		must(e->seq == i + 1 || i > 0);
		must(e->n_args <= HTR_ARGS_MAX && e->n_vals <= HTR_VALS_MAX);
		must(e->kind < HTR_EV_KIND_MAX);
		for (unsigned k = 0; k < e->n_vals; k++) {
			const struct htr_val *v = &e->vals[k];
			must(v->key < HTR_K_MAX && (k == 0 || v->key > e->vals[k - 1].key));
			for (uint32_t b = 0; v->type == HTR_VT_BYTES && b < v->len; b++) {
				sink += v->data[b];
			}
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fixture f;
	struct htr_block_head h;
	struct htr_buf parts = { 0 };
	if (!f.encoder) {
		prepare(&f);
		const char *dir = getenv("HOLTER_FUZZ_SEEDS");
		const uint8_t *at = f.parts.data;
		struct htr_unpacker *u;
		must(htr_unpacker_new(&u, NULL) == 0);
		/* write the good parts as seeds, once, when asked to */
		for (uint32_t i = 0; dir && i < f.head.n_parts; i++) {
			const struct htr_part_head *p = &f.head.parts[i];
			char name[512];
			uint8_t *raw = malloc(p->raw + 1);
			must(raw != NULL);
			raw[0] = p->type;
			must(htr_unpacker_frame(u, at, p->size, raw + 1, p->raw, 1000, NULL) == 0);
			at += p->size;
			snprintf(name, sizeof(name), "%s/part%u", dir, p->type);
			FILE *out = fopen(name, "wb");
			must(out && fwrite(raw, 1, p->raw + 1, out) == p->raw + 1u);
			fclose(out);
			free(raw);
		}
		htr_unpacker_free(u);
	}
	if (size < 2 || size > 1u << 20) {
		return 0;
	}
	uint8_t type = (uint8_t)(1 + (data[0] - 1u) % 5);
	if (replace(&f, type, data + 1, size - 1, &parts, &h)) {
		if (htr_decoder_block(f.decoder, &h, parts.data, 0, HTR_DECODE_ALL, &f.out, NULL) ==
		    0) {
			look(&f.out);
		}
		if (htr_decoder_block(f.decoder, &h, parts.data, 0, HTR_DECODE_HOT, &f.out, NULL) ==
		    0) {
			look(&f.out);
		}
	}
	htr_buf_fini(&parts);
	return 0;
}
