/* SPDX-License-Identifier: Apache-2.0
 * Whole files, opened by index, by hopping and as a stream; read forwards and backwards, sought in, verified.
 * When the last byte of the input is odd, its checksums are put right first, so that what lies behind them is
 * reached. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "formats/trace/container.h"
#include "formats/trace/cursor.h"
#include "formats/trace/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_EVENTS 300000

static volatile uint64_t sink;

static void touch(const struct htr_event *ev)
{
	uint64_t sum = ev->seq + ev->kind + ev->arch;
	for (unsigned i = 0; i < ev->n_vals; i++) {
		const struct htr_val *v = &ev->vals[i];
		if (v->type == HTR_VT_BYTES && v->len) {
			sum += v->data[0] + v->data[v->len - 1];
		}
	}
	sink += sum;
}

static void walk(struct htr_cursor *c, bool forwards)
{
	const struct htr_event *ev;
	int errors = 0, rc = 1;
	for (int n = 0; rc != 0 && n < MAX_EVENTS && errors < 10000; n++) {
		rc = forwards ? htr_cursor_next(c, &ev, NULL) : htr_cursor_prev(c, &ev, NULL);
		if (rc == 1) {
			touch(ev);
		}
		errors += rc < 0;
	}
}

static void read_all(int fd, unsigned flags)
{
	struct htr_err err = HTR_ERR_INIT;
	struct htr_reader *r;
	struct htr_cursor *c;
	if (lseek(fd, 0, SEEK_SET) < 0 ||
	    htr_reader_open_fd(&r, dup(fd), "fuzz", flags, &err) < 0) {
		return;
	}
	if (htr_cursor_open(&c, r, &err) == 0) {
		walk(c, true);
		walk(c, false);
		if (htr_cursor_seek_time(c, htr_reader_last_ns(r) / 2, &err) == 0) {
			walk(c, true);
		}
		htr_cursor_close(c);
	}
	(void)!htr_reader_verify(r, NULL, &err);
	(void)!htr_reader_refresh(r, &err);
	for (size_t i = 0; i < htr_reader_n_blocks(r); i++) {
		const struct htr_block_info *b = htr_reader_block(r, i);
		sink += htr_block_may_have_thread(b, 1) + htr_block_may_have_string(b, "x", 1);
	}
	htr_reader_close(r);
}

/* ---- putting checksums right; the places are those of holter-trace(5) ---------------------------- */

static void fix_block(uint8_t *p, size_t size, size_t left)
{
	uint32_t fixed = htr_get32(p + 8 + 12), n_parts = htr_get32(p + 8 + 228);
	uint64_t at = size; /* of the part behind the head */
	for (uint32_t i = 0; i < n_parts && i < HTR_MAX_PARTS; i++) {
		uint64_t entry = (uint64_t)8 + fixed + i * 24u;
		if (entry + 24 > size) {
			break;
		}
		uint32_t len = htr_get32(p + entry + 4);
		if (at + len > left) {
			break;
		}
		htr_put64(p + entry + 16, htr_xxh64(p + at, len));
		at += len;
	}
	htr_put64(p + size - 8, htr_xxh64(p + 8, size - 16));
}

static void repair(uint8_t *p, size_t size)
{
	if (size < HTR_FILE_HEAD_SIZE) {
		return;
	}
	uint64_t head = (uint64_t)htr_get32(p + 4) + 8, header = htr_get32(p + 88);
	if (head >= HTR_FILE_HEAD_SIZE && head <= size && header <= size - head) {
		htr_put64(p + 96, htr_xxh64(p + head, header));
		htr_put64(p + head - 8, htr_xxh64(p + 8, head - 16));
	}
	for (size_t at = 0; at < size;) {
		at += htr_find_head(p + at, size - at);
		if (at >= size) {
			break;
		}
		int64_t len = htr_block_head_probe(p + at, size - at);
		if (len > 0 && (uint64_t)len <= size - at) {
			fix_block(p + at, (size_t)len, size - at);
		}
		at += 16;
	}
	if (size >= HTR_FOOTER_SIZE) {
		uint8_t *f = p + size - HTR_FOOTER_SIZE;
		uint64_t index = htr_get64(f + 8), len = htr_get64(f + 16);
		if (index < size && len < size && index + 16 + len + HTR_FOOTER_SIZE == size) {
			htr_put64(f + 64, htr_xxh64(p + index + 16, len));
		}
		htr_put64(f + 112, htr_xxh64(f, 112));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0 || size > 1u << 20) {
		return 0;
	}
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	uint8_t *copy = malloc(size);
	if (fd < 0 || !copy) {
		abort();
	}
	memcpy(copy, data, size);
	if (data[size - 1] & 1) {
		repair(copy, size);
	}
	if (write(fd, copy, size) == (ssize_t)size) {
		read_all(fd, 0);
		read_all(fd, HTR_OPEN_NO_FOOTER);
		read_all(fd, HTR_OPEN_STREAM);
	}
	free(copy);
	close(fd);
	return 0;
}
