/* SPDX-License-Identifier: Apache-2.0
 * Files cut at every offset, with flipped bits, with blocks dropped, doubled, swapped and spliced in: what
 * comes out is right or is missed aloud. HOLTER_DAMAGE_STEP=N: only every Nth offset (slow builds). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "formats/core/arena.h"
#include "formats/core/buf.h"
#include "formats/core/io.h"
#include "formats/trace/cursor.h"
#include "formats/trace/reader.h"
#include "formats/trace/writer.h"
#include "tests/unit/trace/gen.h"

#define N_EVENTS  600
#define PER_BLOCK 75
#define N_BLOCKS  8

struct span {
	uint64_t at, size;
};

/* One good file and what is in it. */
struct good {
	struct htr_arena arena;
	struct htr_buf file;
	struct htr_event *events[N_EVENTS];
	uint64_t seq[N_EVENTS];
	struct span blocks[N_BLOCKS];
	uint64_t blocks_end; /* the index begins here */
};

static struct gen gen;
static struct good good, other;

static void make(struct good *g, uint64_t seed, uint8_t session)
{
	struct htr_facts facts = gen_facts(1);
	struct htr_writer_opts opts = { .block_events = PER_BLOCK };
	struct htr_writer *w;
	struct htr_reader *r;
	uint64_t last_end = 0;
	int fd = memfd_create("good", MFD_CLOEXEC);
	int keep = dup(fd);
	facts.session_id[0] = session;
	assert_int_equal(htr_writer_open_fd(&w, fd, &facts, &opts, NULL), 0);
	gen_init(&gen, seed, true);
	for (int i = 0; i < N_EVENTS; i++) {
		gen.wild = i % 8 == 0;
		const struct htr_event *ev = gen_next(&gen);
		assert_true(htr_writer_add(w, ev, NULL) > 0);
		g->events[i] = htr_event_dup(ev, &g->arena);
		gen_stored(g->events[i], 1, &last_end);
	}
	assert_int_equal(htr_writer_close(w, NULL, NULL), 0);
	assert_int_equal(htr_reader_open_fd(&r, dup(keep), "good", 0, NULL), 0);
	assert_int_equal(htr_reader_n_blocks(r), N_BLOCKS);
	for (size_t i = 0; i < N_BLOCKS; i++) {
		const struct htr_block_info *b = htr_reader_block(r, i);
		g->blocks[i] = (struct span){ b->offset, b->size };
		g->blocks_end = b->offset + b->size;
	}
	uint64_t size = htr_reader_file_size(r);
	htr_reader_close(r);
	void *to = htr_buf_reserve(&g->file, size);
	assert_int_equal(htr_pread_full(keep, to, size, 0), size);
	g->file.len = size;
	close(keep);
}

static int setup(void **state)
{
	(void)state;
	make(&good, 77, 1);
	make(&other, 78, 2);
	print_message("# file of %zu bytes\n", good.file.len);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	htr_arena_fini(&good.arena);
	htr_arena_fini(&other.arena);
	htr_buf_fini(&good.file);
	htr_buf_fini(&other.file);
	return 0;
}

struct outcome {
	int open_rc;
	uint64_t n_events;
	int n_errors, last_error;
	enum htr_reader_state state;
	uint64_t n_gaps;
	int verify; /* 0, or the error */
};

/* Read from block `from` to the end; each event must be the one of that number. */
static struct outcome read_from(int fd, size_t from, unsigned flags, bool verify)
{
	struct htr_err err = HTR_ERR_INIT;
	struct outcome o = { 0 };
	struct htr_reader *r;
	struct htr_cursor *c;
	const struct htr_event *ev;
	uint64_t last = 0;
	size_t i = 0;
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	o.open_rc = htr_reader_open_fd(&r, dup(fd), "bad", flags, &err);
	if (o.open_rc < 0) {
		assert_true(err.msg[0]);
		return o;
	}
	assert_int_equal(htr_cursor_open(&c, r, &err), 0);
	if (from) {
		assert_int_equal(htr_cursor_seek(c, good.events[from * PER_BLOCK]->seq, &err), 0);
	}
	for (;;) {
		int rc = htr_cursor_next(c, &ev, &err);
		if (rc == 0) {
			break;
		}
		if (rc < 0) {
			o.last_error = rc;
			assert_in_range(++o.n_errors, 1, 100);
			continue;
		}
		assert_true(ev->seq > last);
		last = ev->seq;
		while (i < N_EVENTS && good.events[i]->seq < ev->seq) {
			i++;
		}
		const char *why = "number";
		if (i == N_EVENTS || !gen_same(good.events[i], ev, &why)) {
			fail_msg("event %llu is wrong in its %s", (unsigned long long)ev->seq, why);
		}
		o.n_events++;
	}
	o.state = htr_reader_state(r);
	o.n_gaps = htr_reader_n_gaps(r);
	o.verify = verify ? htr_reader_verify(r, NULL, &err) : 0;
	htr_cursor_close(c);
	htr_reader_close(r);
	return o;
}

static struct outcome read_all(int fd, unsigned flags, bool verify)
{
	return read_from(fd, 0, flags, verify);
}

static int file_of(const struct htr_buf *b)
{
	int fd = memfd_create("bad", MFD_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(htr_write_all(fd, b->data, b->len), 0);
	return fd;
}

static size_t step(void)
{
	const char *s = getenv("HOLTER_DAMAGE_STEP");
	return s ? strtoull(s, NULL, 10) : 1;
}

static void test_cut_everywhere(void **state)
{
	(void)state;
	int fd = file_of(&good.file);
	size_t by = step();
	size_t stream_every = 31 * by;
	for (size_t len = good.file.len; len-- > 0;) {
		if (len % by) {
			continue;
		}
		assert_int_equal(ftruncate(fd, (off_t)len), 0);
		uint64_t whole = 0, border = good.blocks[0].at;
		for (size_t i = 0; i < N_BLOCKS; i++) {
			if (good.blocks[i].at + good.blocks[i].size <= len) {
				whole += PER_BLOCK;
				border = good.blocks[i].at + good.blocks[i].size;
			}
		}
		/* mostly from the last whole block on: that is where the cut shows */
		bool stream = len % stream_every == 0;
		size_t from = stream || len % 16 == 0 || !whole ? 0 : whole / PER_BLOCK - 1;
		struct outcome o = read_from(fd, from, stream ? HTR_OPEN_STREAM : 0, false);
		if (len < good.blocks[0].at) {
			assert_int_equal(o.open_rc, -ENODATA);
			continue;
		}
		assert_int_equal(o.open_rc, 0);
		assert_int_equal(o.n_events, whole - from * PER_BLOCK);
		assert_int_equal(o.state, HTR_STATE_UNCLOSED);
		/* said once, when a block was cut; a cut index takes nothing away */
		bool torn = len > border && len < good.blocks_end;
		if (torn) {
			assert_int_equal(o.last_error, -ENODATA);
		}
		assert_in_range(o.n_errors, torn, len > border);
	}
	close(fd);
}

static void flip(int fd, uint64_t bit)
{
	uint8_t b;
	assert_int_equal(pread(fd, &b, 1, (off_t)(bit / 8)), 1);
	b = (uint8_t)(b ^ 1u << bit % 8);
	assert_int_equal(pwrite(fd, &b, 1, (off_t)(bit / 8)), 1);
}

static void test_bit_flips(void **state)
{
	(void)state;
	static const unsigned ways[] = { 0, HTR_OPEN_NO_FOOTER, 0, 0,
					 0, HTR_OPEN_NO_FOOTER, 0, HTR_OPEN_STREAM };
	int fd = file_of(&good.file);
	uint64_t bits = good.file.len * 8, lost_one = 0;
	size_t rounds = 20000 / step();
	gen_init(&gen, 4711, true);
	for (size_t i = 0; i < rounds; i++) {
		uint64_t bit = gen_random(&gen) % bits;
		flip(fd, bit);
		/* mostly from the block before on */
		size_t from = 0;
		while (i % 8 && ways[i / 2 % 8] != HTR_OPEN_STREAM && from + 2 < N_BLOCKS &&
		       good.blocks[from + 2].at <= bit / 8) {
			from++;
		}
		struct outcome o = read_from(fd, from, ways[i / 2 % 8], i % 16 == 0);
		if (bit / 8 < good.blocks[0].at) {
			assert_true(o.open_rc < 0);
		} else {
			assert_int_equal(o.open_rc, 0);
			bool in_block = bit / 8 < good.blocks_end;
			/* the damage stays in its block and is told */
			assert_int_equal(o.n_events, N_EVENTS - (from + in_block) * PER_BLOCK);
			assert_true(!in_block || o.n_errors == 1);
			assert_true(!in_block || o.state == HTR_STATE_DAMAGED);
			assert_true(!in_block || i % 16 || ways[i / 2 % 8] == HTR_OPEN_STREAM ||
				    o.verify < 0);
			lost_one += in_block;
		}
		flip(fd, bit);
	}
	assert_true(lost_one > rounds / 2);
	assert_int_equal(read_all(fd, 0, true).n_events, N_EVENTS);
	close(fd);
}

/* ---- block surgery ------------------------------------------------------------------------------ */

static void put_head(struct htr_buf *b)
{
	htr_buf_reset(b);
	htr_buf_add(b, good.file.data, good.blocks[0].at);
}

static void put_block(struct htr_buf *b, const struct good *g, size_t i)
{
	htr_buf_add(b, g->file.data + g->blocks[i].at, g->blocks[i].size);
}

static void put_tail(struct htr_buf *b)
{
	htr_buf_add(b, good.file.data + good.blocks_end, good.file.len - good.blocks_end);
}

/* @lost: blocks of the original that cannot come out any more. */
static void check_surgery(const struct htr_buf *b, size_t lost)
{
	static const unsigned ways[] = { 0, HTR_OPEN_NO_FOOTER, HTR_OPEN_STREAM };
	int fd = file_of(b);
	for (size_t w = 0; w < 3; w++) {
		struct outcome o = read_all(fd, ways[w], ways[w] != HTR_OPEN_STREAM);
		assert_int_equal(o.open_rc, 0);
		assert_int_equal(o.n_events, N_EVENTS - lost * PER_BLOCK);
		assert_int_equal(o.state, HTR_STATE_DAMAGED);
		assert_true(o.n_errors > 0);
		assert_true(o.n_gaps > 0);
		if (ways[w] != HTR_OPEN_STREAM) {
			assert_int_equal(o.verify, -EBADMSG);
		}
	}
	close(fd);
}

static void test_surgery(void **state)
{
	(void)state;
	struct htr_buf b = { 0 };
	int cases = 0;
	for (size_t k = 0; k < N_BLOCKS; k++) {
		/* dropped */
		put_head(&b);
		for (size_t i = 0; i < N_BLOCKS; i++) {
			if (i != k) {
				put_block(&b, &good, i);
			}
		}
		put_tail(&b);
		check_surgery(&b, 1);
		cases++;
		for (size_t j = 0; j < N_BLOCKS; j++) {
			/* block k once more behind block j */
			put_head(&b);
			for (size_t i = 0; i < N_BLOCKS; i++) {
				put_block(&b, &good, i);
				if (i == j) {
					put_block(&b, &good, k);
				}
			}
			put_tail(&b);
			/* a copy of a later block that comes early pushes out those between */
			check_surgery(&b, k > j + 1 ? k - j - 1 : 0);
			cases++;
			/* one of another recording in place of k, numbered j there */
			put_head(&b);
			for (size_t i = 0; i < N_BLOCKS; i++) {
				put_block(&b, i == k ? &other : &good, i == k ? j : i);
			}
			put_tail(&b);
			check_surgery(&b, 1);
			cases++;
		}
		/* changed places with the next one: one of both is lost */
		if (k + 1 < N_BLOCKS) {
			put_head(&b);
			for (size_t i = 0; i < N_BLOCKS; i++) {
				size_t from = i == k ? k + 1 : i == k + 1 ? k : i;
				put_block(&b, &good, from);
			}
			put_tail(&b);
			check_surgery(&b, 1);
			cases++;
		}
		/* bytes pushed in before it */
		put_head(&b);
		for (size_t i = 0; i < N_BLOCKS; i++) {
			if (i == k) {
				htr_buf_add(&b, good.file.data, 1000);
			}
			put_block(&b, &good, i);
		}
		put_tail(&b);
		check_surgery(&b, 0);
		cases++;
	}
	/* two whole files one after the other: the second is no continuation */
	htr_buf_reset(&b);
	htr_buf_add(&b, good.file.data, good.file.len);
	htr_buf_add(&b, good.file.data, good.file.len);
	check_surgery(&b, 0);
	print_message("# %d cases\n", cases + 1);
	htr_buf_fini(&b);
}

/* ---- an index that lies ------------------------------------------------------------------------- */

static void test_index_of_another_content(void **state)
{
	(void)state;
	/* same session, same numbers, other events: the index is right in itself but not for this file */
	struct good *twin = calloc(1, sizeof(*twin));
	struct htr_buf b = { 0 };
	make(twin, 77, 1);
	assert_int_equal(twin->file.len, good.file.len);
	htr_arena_fini(&twin->arena);
	htr_buf_fini(&twin->file);
	memset(twin, 0, sizeof(*twin));
	make(twin, 79, 1);
	put_head(&b);
	for (size_t i = 0; i < N_BLOCKS; i++) {
		put_block(&b, &good, i);
	}
	htr_buf_add(&b, twin->file.data + twin->blocks_end, twin->file.len - twin->blocks_end);
	int fd = file_of(&b);
	struct outcome o = read_all(fd, 0, true);
	assert_int_equal(o.open_rc, 0);
	assert_int_equal(o.n_events, N_EVENTS); /* heads win */
	close(fd);
	htr_arena_fini(&twin->arena);
	htr_buf_fini(&twin->file);
	free(twin);
	htr_buf_fini(&b);
}

static void test_growing(void **state)
{
	(void)state;
	struct htr_err err = HTR_ERR_INIT;
	struct htr_facts facts = gen_facts(1);
	struct htr_writer_opts opts = { .block_events = 10 };
	struct htr_writer *w;
	struct htr_reader *r;
	struct htr_cursor *c;
	const struct htr_event *ev;
	char dir[] = "/tmp/htr-growing-XXXXXX";
	char path[64];
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/t.htr", dir);
	assert_int_equal(htr_writer_open(&w, -100, path, false, &facts, &opts, &err), 0);
	strcat(path, ".partial");
	gen_init(&gen, 5, false);
	for (int i = 0; i < 25; i++) {
		assert_true(htr_writer_add(w, gen_next(&gen), &err) > 0);
	}
	assert_int_equal(htr_reader_open(&r, path, 0, &err), 0);
	assert_int_equal(htr_reader_state(r), HTR_STATE_GROWING);
	assert_int_equal(htr_reader_n_events(r), 20);
	assert_int_equal(htr_cursor_open(&c, r, &err), 0);
	int n = 0;
	while (htr_cursor_next(c, &ev, &err) == 1) {
		n++;
	}
	assert_int_equal(n, 20);
	assert_int_equal(htr_reader_refresh(r, &err), 0);
	assert_int_equal(htr_writer_flush(w, &err), 0);
	assert_int_equal(htr_reader_refresh(r, &err), 1);
	while (htr_cursor_next(c, &ev, &err) == 1) {
		n++;
	}
	assert_int_equal(n, 25);
	/* a second recorder must not take the name */
	struct htr_writer *second;
	path[strlen(path) - strlen(".partial")] = '\0';
	assert_int_equal(htr_writer_open(&second, -100, path, true, &facts, &opts, &err), -EEXIST);
	assert_int_equal(htr_writer_close(w, NULL, &err), 0);
	assert_int_equal(htr_reader_refresh(r, &err), 0);
	assert_int_equal(htr_reader_state(r), HTR_STATE_CLOSED);
	htr_cursor_close(c);
	htr_reader_close(r);
	/* the final name is taken now */
	assert_int_equal(htr_writer_open(&second, -100, path, false, &facts, &opts, &err), -EEXIST);
	assert_int_equal(htr_writer_open(&second, -100, path, true, &facts, &opts, &err), 0);
	htr_writer_abandon(second);
	/* what the dead one left is not overwritten by mistake, only on purpose */
	strcat(path, ".partial");
	assert_int_equal(access(path, F_OK), 0);
	path[strlen(path) - strlen(".partial")] = '\0';
	assert_int_equal(htr_writer_open(&second, -100, path, true, &facts, &opts, &err), 0);
	assert_int_equal(htr_writer_close(second, NULL, &err), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_growing),
		cmocka_unit_test(test_index_of_another_content),
		cmocka_unit_test(test_surgery),
		cmocka_unit_test(test_bit_flips),
		cmocka_unit_test(test_cut_everywhere),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
