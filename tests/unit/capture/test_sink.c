/* SPDX-License-Identifier: Apache-2.0
 * The ring between tracing and writing: nothing is lost or mixed up, a full ring waits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/sink.h"
#include "formats/core/cleanup.h"
#include "formats/trace/cursor.h"

#define N 60000

static struct htr_facts facts = { .time_unit_ns = 1, .arch = 1 };

static void put(struct sink *s, unsigned i)
{
	struct htr_event_builder b;
	static char text[3000];

	memset(text, 'a' + (int)(i % 26), sizeof(text));
	htr_builder_init(&b, HTR_EV_NOTE);
	b.ev.nr = -1;
	b.ev.time_ns = i;
	b.ev.tid = b.ev.pid = (int32_t)(i % 7 + 1);
	htr_builder_bytes(&b, HTR_K_TEXT, text, i % 97 == 0 ? sizeof(text) : i % 60, 0);
	sink_put(s, htr_builder_done(&b));
}

static void all_arrive(void **state)
{
	char path[] = "/tmp/holter-sink-XXXXXX";
	int fd = mkstemp(path);
	struct htr_writer *w;
	struct sink *s;
	struct htr_writer_stats ws;
	struct sink_stats ss;
	struct htr_err err = HTR_ERR_INIT;
	struct htr_writer_opts opts = { .level = 1 };

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(htr_writer_open_fd(&w, fd, &facts, &opts, &err), 0);
	assert_int_equal(sink_start(&s, w, &err), 0);
	for (unsigned i = 0; i < N; i++) {
		put(s, i);
	}
	assert_int_equal(sink_finish(s, &ws, &ss, &err), 0);
	assert_int_equal(ws.events, N);
	assert_int_equal(ss.dropped, 0);
	assert_true(ss.max_fill <= SINK_RING_SIZE);

	cleanup_reader struct htr_reader *r = NULL;
	cleanup_cursor struct htr_cursor *c = NULL;
	const struct htr_event *ev;
	unsigned n = 0;

	assert_int_equal(htr_reader_open(&r, path, 0, &err), 0);
	assert_int_equal(htr_cursor_open(&c, r, &err), 0);
	while (htr_cursor_next(c, &ev, &err) == 1) {
		const struct htr_val *v = htr_event_val(ev, HTR_K_TEXT);
		uint32_t len = n % 97 == 0 ? 3000 : n % 60;

		assert_int_equal(ev->time_ns, n);
		assert_true(v ? v->len == len : len == 0);
		if (len) {
			assert_int_equal(v->data[0], 'a' + (int)(n % 26));
			assert_int_equal(v->data[len - 1], 'a' + (int)(n % 26));
		}
		n++;
	}
	assert_int_equal(n, N);
	unlink(path);
}

static void full_disk_is_counted(void **state)
{
	struct htr_writer *w;
	struct sink *s;
	struct sink_stats ss;
	struct htr_err err = HTR_ERR_INIT;
	struct htr_writer_opts opts = { .stream = true, .block_events = 64 };
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	if (htr_writer_open_fd(&w, fd, &facts, &opts, &err) < 0) {
		return; /* said at once: as good */
	}
	assert_int_equal(sink_start(&s, w, &err), 0);
	for (unsigned i = 0; i < 5000; i++) {
		put(s, i);
	}
	assert_true(sink_finish(s, NULL, &ss, &err) < 0);
	assert_true(ss.dropped > 0);
	assert_true(strlen(err.msg) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_arrive),
		cmocka_unit_test(full_disk_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
