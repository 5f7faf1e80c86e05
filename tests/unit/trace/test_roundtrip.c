/* SPDX-License-Identifier: Apache-2.0
 * What goes in comes out, by all three ways of opening. HOLTER_PROP_EVENTS=N: events of the property test. */
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

#include "formats/trace/cursor.h"
#include "formats/trace/reader.h"
#include "formats/trace/writer.h"
#include "tests/unit/trace/gen.h"

#define SEED 0x5eed

static struct gen gen; /* large */

/* @n events into a memory file; returns its descriptor at offset 0. */
static int write_trace(uint64_t n, bool wild, uint32_t unit, uint32_t block_events,
		       struct htr_writer_stats *stats)
{
	struct htr_err err = HTR_ERR_INIT;
	struct htr_facts facts = gen_facts(unit);
	struct htr_writer_opts opts = { .block_events = block_events };
	struct htr_writer *w;
	int fd = memfd_create("trace", MFD_CLOEXEC);
	assert_true(fd >= 0);
	int keep = dup(fd);
	if (htr_writer_open_fd(&w, fd, &facts, &opts, &err) < 0) {
		fail_msg("open: %s", err.msg);
	}
	gen_init(&gen, SEED, wild);
	for (uint64_t i = 0; i < n; i++) {
		const struct htr_event *ev = gen_next(&gen);
		int64_t seq = htr_writer_add(w, ev, &err);
		if (seq != (int64_t)ev->seq) {
			fail_msg("event %llu: %lld: %s", (unsigned long long)i, (long long)seq,
				 err.msg);
		}
	}
	if (htr_writer_close(w, stats, &err) < 0) {
		fail_msg("close: %s", err.msg);
	}
	return keep;
}

/* Make the generator's next event what the file must hold. */
static const struct htr_event *expected(uint32_t unit, uint64_t *last_end)
{
	(void)gen_next(&gen);
	gen_stored(&gen.ev, unit, last_end);
	return &gen.ev;
}

static void check_all(int fd, uint64_t n, bool wild, uint32_t unit, unsigned flags)
{
	struct htr_err err = HTR_ERR_INIT;
	struct htr_reader *r;
	struct htr_cursor *c;
	const struct htr_event *ev;
	uint64_t last_end = 0;
	if (htr_reader_open_fd(&r, dup(fd), "test", flags, &err) < 0) {
		fail_msg("open: %s", err.msg);
	}
	assert_int_equal(htr_cursor_open(&c, r, &err), 0);
	gen_init(&gen, SEED, wild);
	for (uint64_t i = 0; i < n; i++) {
		const char *why = "";
		int rc = htr_cursor_next(c, &ev, &err);
		if (rc != 1) {
			fail_msg("event %llu: %d %s", (unsigned long long)i, rc, err.msg);
		}
		/* the generator's state moves on: keep what it had for the time */
		if (!gen_same(expected(unit, &last_end), ev, &why)) {
			fail_msg("event %llu differs in %s", (unsigned long long)i, why);
		}
	}
	assert_int_equal(htr_cursor_next(c, &ev, &err), 0);
	assert_int_equal(htr_cursor_next(c, &ev, &err), 0);
	assert_int_equal(htr_reader_n_events(r), n);
	assert_int_equal(htr_reader_state(r), HTR_STATE_CLOSED);
	assert_int_equal(htr_reader_n_gaps(r), 0);
	htr_cursor_close(c);
	htr_reader_close(r);
}

static void three_ways(uint64_t n, bool wild, uint32_t unit, uint32_t block_events)
{
	struct htr_writer_stats stats;
	int fd = write_trace(n, wild, unit, block_events, &stats);
	static const unsigned ways[] = { 0, HTR_OPEN_NO_FOOTER, HTR_OPEN_STREAM };
	assert_int_equal(stats.events, n);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
		check_all(fd, n, wild, unit, ways[i]);
	}
	if (n > 1000) {
		print_message("# %llu events, %s, unit %u: %.2f bytes per event\n",
			      (unsigned long long)n, wild ? "wild" : "usual", unit,
			      (double)stats.bytes / (double)n);
	}
	close(fd);
}

static uint64_t prop_events(void)
{
	const char *s = getenv("HOLTER_PROP_EVENTS");
	return s ? strtoull(s, NULL, 10) : 1000000;
}

static void test_property(void **state)
{
	(void)state;
	uint64_t n = prop_events();
	three_ways(n / 2, true, 1, 0);
	three_ways(n / 10, true, 100, 1000);
	three_ways(n - n / 2 - n / 10, false, 100, 0);
}

static void test_small(void **state)
{
	(void)state;
	for (uint64_t n = 0; n < 40; n++) {
		three_ways(n, true, 1000, 7);
	}
	three_ways(70000, true, 1, 65536);
	three_ways(100, true, 1000000000, 1);
}

/* ---- single behaviours -------------------------------------------------------------------------- */

static struct htr_reader *open_usual(uint64_t n, uint32_t block_events, struct htr_cursor **ret)
{
	struct htr_reader *r;
	int fd = write_trace(n, false, 1, block_events, NULL);
	assert_int_equal(htr_reader_open_fd(&r, fd, "test", 0, NULL), 0);
	assert_int_equal(htr_cursor_open(ret, r, NULL), 0);
	return r;
}

static void test_back_and_forth(void **state)
{
	(void)state;
	struct htr_cursor *c;
	const struct htr_event *ev;
	struct htr_reader *r = open_usual(5000, 512, &c);
	uint64_t x = 1;
	uint64_t at = 0; /* events before the cursor */
	assert_int_equal(htr_cursor_prev(c, &ev, NULL), 0);
	for (int i = 0; i < 200000; i++) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		bool fwd = (x >> 60) < (i / 20000 % 2 ? 12u : 8u);
		int rc = fwd ? htr_cursor_next(c, &ev, NULL) : htr_cursor_prev(c, &ev, NULL);
		if (fwd ? at == 5000 : at == 0) {
			assert_int_equal(rc, 0);
			continue;
		}
		assert_int_equal(rc, 1);
		at = fwd ? at + 1 : at - 1;
		assert_int_equal(ev->seq, fwd ? at : at + 1);
	}
	htr_cursor_close(c);
	htr_reader_close(r);
}

static void test_seek(void **state)
{
	(void)state;
	struct htr_cursor *c;
	const struct htr_event *ev;
	struct htr_reader *r = open_usual(5000, 512, &c);
	for (uint64_t seq = 0; seq <= 5001; seq += 13) {
		assert_int_equal(htr_cursor_seek(c, seq, NULL), 0);
		int rc = htr_cursor_next(c, &ev, NULL);
		assert_int_equal(rc, seq <= 5000);
		if (rc) {
			assert_int_equal(ev->seq, seq ? seq : 1u);
		}
	}
	assert_int_equal(htr_cursor_seek(c, UINT64_MAX, NULL), 0);
	assert_int_equal(htr_cursor_next(c, &ev, NULL), 0);
	int64_t end = htr_reader_last_ns(r);
	for (int64_t t = -5; t <= end + 1000; t += end / 97) {
		assert_int_equal(htr_cursor_seek_time(c, t, NULL), 0);
		int rc = htr_cursor_next(c, &ev, NULL);
		assert_int_equal(rc, t <= end);
		if (rc) {
			assert_true(ev->time_ns >= t);
			uint64_t seq = ev->seq;
			assert_int_equal(htr_cursor_prev(c, &ev, NULL), 1);
			assert_int_equal(ev->seq, seq);
			if (htr_cursor_prev(c, &ev, NULL) == 1) {
				assert_true(ev->time_ns < t);
			}
		}
	}
	htr_cursor_close(c);
	htr_reader_close(r);
}

static void test_rows(void **state)
{
	(void)state;
	struct htr_cursor *c;
	const struct htr_event *ev;
	struct htr_err err = HTR_ERR_INIT;
	struct htr_reader *r = open_usual(5000, 512, &c);
	assert_int_equal(htr_reader_n_blocks(r), 10);
	for (size_t b = 10; b-- > 0;) {
		const struct htr_block_info *info = htr_reader_block(r, b);
		for (uint32_t i = 0; i < info->n_events; i += 37) {
			assert_int_equal(htr_cursor_row(c, b, i, &ev, NULL), 0);
			assert_int_equal(ev->seq, info->first_seq + i);
		}
		assert_int_equal(htr_cursor_row(c, b, info->n_events, &ev, &err), -ERANGE);
	}
	assert_int_equal(htr_cursor_row(c, 10, 0, &ev, &err), -ERANGE);
	assert_null(htr_reader_block(r, 10));
	htr_cursor_close(c);
	htr_reader_close(r);
}

static bool want_no_block(const struct htr_block_info *b, void *data)
{
	(*(int *)data)++;
	return b->first_seq == 1025;
}

static void test_hint_and_skip_data(void **state)
{
	(void)state;
	struct htr_cursor *c;
	const struct htr_event *ev;
	int asked = 0;
	struct htr_reader *r = open_usual(5000, 512, &c);
	htr_cursor_hint(c, want_no_block, &asked);
	uint64_t n = 0;
	while (htr_cursor_next(c, &ev, NULL) == 1) {
		assert_int_equal(ev->seq, 1025 + n++);
	}
	assert_int_equal(n, 512);
	assert_int_equal(asked, 10);
	while (htr_cursor_prev(c, &ev, NULL) == 1) {
		assert_int_equal(ev->seq, 1025 + --n);
	}
	assert_int_equal(n, 0);

	/* heads must not deny what is in their block */
	htr_cursor_hint(c, NULL, NULL);
	htr_cursor_hot(c, false);
	for (size_t i = 0; i < htr_reader_n_blocks(r); i++) {
		const struct htr_block_info *b = htr_reader_block(r, i);
		uint32_t errors = 0;
		for (uint32_t k = 0; k < b->n_events; k++) {
			assert_int_equal(htr_cursor_row(c, i, k, &ev, NULL), 0);
			assert_true(b->kinds >> ev->kind & 1);
			assert_true(b->syscalls[ev->nr % 512 / 64] >> ev->nr % 64 & 1);
			assert_true(htr_block_may_have_thread(b, ev->tid));
			assert_true(b->max_dur_ns >= ev->dur_ns);
			errors += htr_event_failed(ev);
			for (unsigned v = 0; v < ev->n_vals; v++) {
				assert_true(htr_block_may_have_string(b, ev->vals[v].data,
								      ev->vals[v].len));
			}
		}
		assert_int_equal(b->classes[0], errors);
		assert_false(b->syscalls[59 / 64] >> 59 & 1);
		assert_false(htr_block_may_have_thread(b, 1));
		assert_false(htr_block_may_have_string(b, "/etc/shadow", 11));
	}
	htr_cursor_close(c);
	htr_reader_close(r);
}

static void test_hot(void **state)
{
	(void)state;
	struct htr_cursor *c, *hot;
	const struct htr_event *a, *b;
	struct htr_reader *r = open_usual(3000, 700, &c);
	assert_int_equal(htr_cursor_open(&hot, r, NULL), 0);
	htr_cursor_hot(hot, true);
	while (htr_cursor_next(c, &a, NULL) == 1) {
		assert_int_equal(htr_cursor_next(hot, &b, NULL), 1);
		assert_int_equal(a->seq, b->seq);
		assert_int_equal(a->time_ns, b->time_ns);
		assert_int_equal(a->tid, b->tid);
		assert_int_equal(a->nr, b->nr);
		assert_int_equal(b->n_vals, 0);
		assert_int_equal(b->n_args, 0);
	}
	htr_cursor_close(hot);
	htr_cursor_close(c);
	htr_reader_close(r);
}

static void test_facts(void **state)
{
	(void)state;
	struct htr_cursor *c;
	struct htr_reader *r = open_usual(1, 1, &c);
	const struct htr_facts *f = htr_reader_facts(r);
	struct htr_facts g = gen_facts(1);
	assert_int_equal(f->start_real_ns, g.start_real_ns);
	assert_int_equal(f->start_mono_ns, g.start_mono_ns);
	assert_int_equal(f->start_boot_ns, g.start_boot_ns);
	assert_int_equal(f->time_unit_ns, 1);
	assert_memory_equal(f->session_id, g.session_id, 16);
	assert_int_equal(f->arch, g.arch);
	assert_string_equal(f->hostname, g.hostname);
	assert_string_equal(f->os_name, "");
	assert_null(f->options);
	assert_null(f->container_id);
	assert_string_equal(f->command, g.command);
	assert_int_equal(f->n_captured_calls, 4);
	assert_int_equal(f->captured[3], 257);
	assert_int_equal(f->container_privileged, -1);
	assert_int_equal(f->container_start_ns, 5);
	assert_int_equal(f->n_users, 2);
	assert_string_equal(f->users[1].name, "build");
	assert_string_equal(f->users[1].shell, "");
	assert_string_equal(f->groups[1].name, "build");
	assert_int_equal(f->n_ifaces, 2);
	assert_int_equal(f->ifaces[1].family, 10);
	assert_int_equal(f->ifaces[1].ip[0], 0xfe);
	assert_int_equal(f->ifaces[1].prefix_len, 64);
	htr_cursor_close(c);
	htr_reader_close(r);
}

static void test_refused_events(void **state)
{
	(void)state;
	struct htr_facts facts = gen_facts(1);
	struct htr_writer *w;
	struct htr_err err = HTR_ERR_INIT;
	int fd = memfd_create("trace", MFD_CLOEXEC);
	assert_int_equal(htr_writer_open_fd(&w, fd, &facts, NULL, &err), 0);
	struct htr_val v[2] = { { .key = 3, .type = HTR_VT_INT },
				{ .key = 3, .type = HTR_VT_INT } };
	struct htr_event ev = { .kind = HTR_EV_SYSCALL, .vals = v, .n_vals = 2 };
	assert_int_equal(htr_writer_add(w, &ev, &err), -EINVAL); /* key twice */
	v[1].key = HTR_K_MAX;
	assert_int_equal(htr_writer_add(w, &ev, &err), -EINVAL);
	v[1].key = 4;
	v[1].type = 9;
	assert_int_equal(htr_writer_add(w, &ev, &err), -EINVAL);
	v[1].type = HTR_VT_BYTES;
	v[1].len = (128 << 10) + 1;
	assert_int_equal(htr_writer_add(w, &ev, &err), -EINVAL);
	ev.n_vals = 0;
	ev.n_args = 7;
	assert_int_equal(htr_writer_add(w, &ev, &err), -EINVAL);
	ev.n_args = 0;
	ev.kind = HTR_EV_UNSPEC;
	assert_int_equal(htr_writer_add(w, &ev, &err), -EINVAL);
	ev.kind = HTR_EV_KIND_MAX;
	assert_int_equal(htr_writer_add(w, &ev, &err), -EINVAL);
	ev.kind = HTR_EV_NOTE;
	ev.seq = UINT64_MAX;
	assert_int_equal(htr_writer_add(w, &ev, &err), -EINVAL);
	ev.seq = 0;
	assert_int_equal(htr_writer_add(w, &ev, &err), 1);
	assert_int_equal(htr_writer_close(w, NULL, &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_back_and_forth),
		cmocka_unit_test(test_seek),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_hint_and_skip_data),
		cmocka_unit_test(test_hot),
		cmocka_unit_test(test_refused_events),
		cmocka_unit_test(test_property),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
