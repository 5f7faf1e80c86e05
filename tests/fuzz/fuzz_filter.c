/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_filter.c - hostile conditions and output templates, judged over hostile events.
 *
 * What must hold: no crash; an error has a place inside the text; what loads has a canonical text that
 * loads, prints the same again and gives the same verdict; a match lies inside the filter's event types.
 *
 * Build for a long run: see tests/fuzz/meson.build, "long runs".
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/cleanup.h"
#include "formats/filter/event_json.h"
#include "formats/filter/filter.h"
#include "formats/model/tables.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define CHECK(x)                 \
	do {                     \
		if (!(x)) {      \
			abort(); \
		}                \
	} while (0)

static const char *macro(const char *name, void *data)
{
	(void)data;
	return strcmp(name, "m") == 0 ? "evt.num>1 or proc.name=x" : NULL;
}

/* The bytes behind the first NUL of the input are values of events: paths, addresses, arguments. */
struct feed {
	const uint8_t *p;
	size_t len;
};

static size_t take(struct feed *f, size_t max, const uint8_t **ret)
{
	size_t n = f->len > 0 ? f->p[0] % (max + 1) : 0;

	if (f->len > 0) {
		f->p++;
		f->len--;
	}
	n = n < f->len ? n : f->len;
	*ret = f->p;
	f->p += n;
	f->len -= n;
	return n;
}

static int64_t number(struct feed *f)
{
	const uint8_t *p;
	size_t n = take(f, 8, &p);
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++) {
		v = v << 8 | p[i];
	}
	return (int64_t)v;
}

static void one_event(struct feed *f, struct htr_state *st, uint64_t seq,
		      struct htr_event_builder *b)
{
	struct htr_err err = HTR_ERR_INIT;
	unsigned n_vals;
	const uint8_t *p;
	size_t n;

	htr_builder_init(b, (enum htr_event_kind)(number(f) % HTR_EV_KIND_MAX));
	b->ev.seq = seq;
	b->ev.tid = (int32_t)(number(f) % 8);
	b->ev.pid = (int32_t)(number(f) % 8);
	b->ev.nr = (int32_t)(number(f) % 480);
	b->ev.arch = (uint8_t)(1 + (uint64_t)number(f) % 4);
	b->ev.flags = (uint16_t)number(f);
	b->ev.result = number(f);
	for (unsigned i = 0; i < HTR_ARGS_MAX; i++) {
		b->ev.args[i] = (uint64_t)number(f);
	}
	n_vals = (unsigned)(number(f) & 15);
	for (unsigned i = 0; i < n_vals; i++) {
		unsigned key = (unsigned)(number(f) & 127);

		if (htr_key_type(key) == HTR_VT_INT) {
			htr_builder_int(b, key, number(f));
		} else {
			n = take(f, 64, &p);
			htr_builder_bytes(b, key, p, n, 0);
		}
	}
	CHECK(htr_state_apply(st, htr_builder_done(b), &err) == 0);
}

static void count(const struct htr_explain_item *item, void *data)
{
	CHECK(strlen(item->text) < sizeof(item->text) && strlen(item->value) < sizeof(item->value));
	(void)data;
}

static void try_filter(const char *text, struct htr_state *st)
{
	struct htr_filter_err ferr = { 0 };
	struct htr_err err = HTR_ERR_INIT;
	cleanup_filter struct htr_filter *f = NULL;
	cleanup_filter struct htr_filter *again = NULL;
	cleanup_buf struct htr_buf canon = { 0 };
	cleanup_buf struct htr_buf twice = { 0 };
	bool hit;

	if (htr_filter_compile(&f, text, macro, NULL, &ferr, &err) < 0) {
		CHECK(ferr.pos <= strlen(text) && ferr.msg[0] != 0);
		htr_filter_caret(&canon, text, &ferr);
		CHECK(canon.len > 0);
		return;
	}
	hit = htr_filter_match(f, st);
	CHECK(!hit || htr_type_set_has(htr_filter_types(f), htr_state_current(st)->ev));
	htr_filter_explain(f, st, count, NULL);
	htr_filter_text(f, &canon);
	CHECK(htr_filter_compile(&again, htr_buf_str(&canon), macro, NULL, &ferr, &err) == 0);
	htr_filter_text(again, &twice);
	CHECK(strcmp(htr_buf_str(&canon), htr_buf_str(&twice)) == 0);
	CHECK(htr_filter_match(again, st) == hit);
}

static void try_format(const char *text, struct htr_state *st)
{
	struct htr_filter_err ferr = { 0 };
	struct htr_err err = HTR_ERR_INIT;
	cleanup_format struct htr_format *f = NULL;
	cleanup_buf struct htr_buf out = { 0 };

	if (htr_format_compile(&f, text, &ferr, &err) == 0) {
		htr_format_print(f, st, &out);
		htr_buf_reset(&out);
		htr_format_json_fields(f, st, &out);
	} else {
		CHECK(ferr.pos <= strlen(text));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct htr_user_fact users[] = { { 0, 0, "root", "/root", "/bin/sh" } };
	static const struct htr_facts facts = { .users = users,
						.n_users = 1,
						.container_id = "0123456789abcdef",
						.container_image = "a/b:c@d",
						.start_real_ns = 1795291740000000000 };
	const uint8_t *nul = len > 0 ? memchr(data, 0, len) : NULL;
	size_t text_len = nul != NULL ? (size_t)(nul - data) : len;
	struct feed f = { nul != NULL ? nul + 1 : data + len,
			  nul != NULL ? len - text_len - 1 : 0 };
	struct htr_err err = HTR_ERR_INIT;
	cleanup_state struct htr_state *st = NULL;
	cleanup_free char *text = malloc(text_len + 1);
	cleanup_buf struct htr_buf json = { 0 };
	struct htr_event_builder b;

	if (text == NULL || htr_state_new(&st, &facts, &err) < 0) {
		return 0;
	}
	if (text_len > 0) {
		memcpy(text, data, text_len);
	}
	text[text_len] = 0;
	for (uint64_t seq = 1; seq <= 12; seq++) {
		one_event(&f, st, seq, &b);
		if (f.len == 0) {
			break;
		}
	}
	htr_event_json(&json, st);
	try_filter(text, st);
	try_format(text, st);
	return 0;
}
