/* SPDX-License-Identifier: Apache-2.0
 *
 * sink.c - single-producer single-consumer ring of serialised events; see sink.h.
 *
 * The consumer sleeps for TICK and is woken early only when much has piled up, so that putting an event
 * costs no system call.
 */
#include "capture/sink.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "formats/core/clock.h"

#define TICK_NS        (20 * 1000000L)      /* consumer's sleep while events flow */
#define IDLE_TICK_NS   (500 * 1000000L)     /* and while none come */
#define WAKE_FILL      (SINK_RING_SIZE / 4) /* wake the consumer early from this fill on */
#define RECORD_MAX     (SINK_RING_SIZE / 2)
#define SKIP           UINT32_MAX         /* n_vals of a filler at the end of the ring */
#define FLUSH_AFTER_NS (5 * 1000000000LL) /* seal a block that stayed open that long */

struct head {
	uint32_t size; /* of the whole record, a multiple of 8 */
	uint32_t n_vals;
	struct htr_event ev;
};

struct sink {
	uint8_t *ring;
	_Alignas(64) _Atomic uint64_t put; /* bytes ever put; written by the producer */
	_Alignas(64) _Atomic uint64_t got; /* bytes ever taken; written by the consumer */
	_Atomic uint32_t consumer_sleeps, producer_waits; /* futex words */
	_Atomic bool ending;
	pthread_t thread;
	struct htr_writer *writer; /* owned by the thread while it runs */
	struct htr_err err;        /* first output error */
	int error;
	int64_t open_since; /* ns, first event of the open block; 0 none */
	struct htr_writer_stats written;
	_Atomic uint64_t dropped;
	uint64_t events, waits, max_fill; /* producer's */
};

static void futex_wait(_Atomic uint32_t *word, uint32_t value, long ns)
{
	struct timespec ts = { .tv_sec = ns / 1000000000L, .tv_nsec = ns % 1000000000L };

	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, &ts, NULL, 0);
}

static void futex_wake(_Atomic uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

/* ---- consumer ------------------------------------------------------------------------------------- */

static void store(struct sink *s, struct head *h)
{
	struct htr_val *vals = (struct htr_val *)(void *)(h + 1);
	const uint8_t *data = (const uint8_t *)(vals + h->n_vals);

	for (uint32_t i = 0; i < h->n_vals; i++) {
		if (vals[i].type == HTR_VT_BYTES) {
			vals[i].data = data;
			data += vals[i].len;
		}
	}
	h->ev.vals = vals;
	h->ev.n_vals = (uint8_t)h->n_vals;
	if (s->error || !s->writer) {
		atomic_fetch_add_explicit(&s->dropped, s->writer != NULL, memory_order_relaxed);
		return;
	}
	int64_t r = htr_writer_add(s->writer, &h->ev, &s->err);

	if (r < 0) {
		atomic_fetch_add_explicit(&s->dropped, 1, memory_order_relaxed);
		s->error = r == -EINVAL ? 0 : (int)r;
	}
}

/* All that is there now. Returns false when there was nothing. */
static bool take_all(struct sink *s)
{
	uint64_t got = atomic_load_explicit(&s->got, memory_order_relaxed);
	uint64_t put = atomic_load_explicit(&s->put, memory_order_acquire);
	bool any = got != put;

	while (got != put) {
		struct head *h = (struct head *)(void *)(s->ring + got % SINK_RING_SIZE);

		if (h->n_vals != SKIP) {
			store(s, h);
		}
		got += h->size;
		atomic_store_explicit(&s->got, got, memory_order_release);
		if (atomic_load(&s->producer_waits)) {
			atomic_store(&s->producer_waits, 0);
			futex_wake(&s->producer_waits);
		}
	}
	return any;
}

/* A quiet trace must not keep its last events in memory for ever. */
static void flush_old(struct sink *s, bool any)
{
	int64_t now = htr_clock_ns(CLOCK_MONOTONIC);

	if (!s->writer || s->error) {
		return;
	}
	if (any && !s->open_since) {
		s->open_since = now;
	}
	if (s->open_since && now - s->open_since > FLUSH_AFTER_NS) {
		s->error = htr_writer_flush(s->writer, &s->err);
		s->open_since = 0;
	}
}

static void *consumer(void *arg)
{
	struct sink *s = arg;
	unsigned quiet = 0;

	(void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), 5); /* packing is not urgent */
	for (;;) {
		bool ending = atomic_load(&s->ending);
		bool any = take_all(s);

		if (ending && !any) {
			return NULL;
		}
		flush_old(s, any);
		quiet = any ? 0 : quiet + 1;
		atomic_store(&s->consumer_sleeps, 1);
		if (!atomic_load(&s->ending)) {
			futex_wait(&s->consumer_sleeps, 1, quiet > 25 ? IDLE_TICK_NS : TICK_NS);
		}
		atomic_store(&s->consumer_sleeps, 0);
	}
}

/* ---- producer ------------------------------------------------------------------------------------- */

static void wake_consumer(struct sink *s)
{
	if (atomic_exchange(&s->consumer_sleeps, 0)) {
		futex_wake(&s->consumer_sleeps);
	}
}

static void wait_for_room(struct sink *s, uint64_t put, uint64_t need)
{
	s->waits++;
	for (;;) {
		atomic_store(&s->producer_waits, 1);
		uint64_t got = atomic_load(&s->got);

		if (put + need - got <= SINK_RING_SIZE) {
			atomic_store(&s->producer_waits, 0);
			return;
		}
		wake_consumer(s);
		futex_wait(&s->producer_waits, 1, TICK_NS);
	}
}

static size_t record_size(const struct htr_event *ev)
{
	size_t size = sizeof(struct head) + ev->n_vals * sizeof(struct htr_val);

	for (unsigned i = 0; i < ev->n_vals; i++) {
		size += ev->vals[i].type == HTR_VT_BYTES ? ev->vals[i].len : 0;
	}
	return (size + 7) & ~(size_t)7;
}

static void serialise(uint8_t *at, size_t size, const struct htr_event *ev)
{
	struct head *h = (struct head *)(void *)at;
	struct htr_val *vals = (struct htr_val *)(void *)(h + 1);
	uint8_t *data = (uint8_t *)(vals + ev->n_vals);

	h->size = (uint32_t)size;
	h->n_vals = ev->n_vals;
	h->ev = *ev;
	if (ev->n_vals) {
		memcpy(vals, ev->vals, ev->n_vals * sizeof(*vals));
	}
	for (unsigned i = 0; i < ev->n_vals; i++) {
		if (vals[i].type == HTR_VT_BYTES && vals[i].len) {
			memcpy(data, vals[i].data, vals[i].len);
			data += vals[i].len;
		}
	}
}

void sink_put(struct sink *s, const struct htr_event *ev)
{
	size_t size = record_size(ev);
	uint64_t put = atomic_load_explicit(&s->put, memory_order_relaxed);
	uint64_t to_end = SINK_RING_SIZE - put % SINK_RING_SIZE;
	uint64_t need = size <= to_end ? size : size + to_end;

	s->events++;
	if (size > RECORD_MAX) {
		atomic_fetch_add_explicit(&s->dropped, 1, memory_order_relaxed);
		return;
	}
	if (put + need - atomic_load_explicit(&s->got, memory_order_acquire) > SINK_RING_SIZE) {
		wait_for_room(s, put, need);
	}
	if (size > to_end) {
		/* a record is never cut by the end; head.size and n_vals always fit: sizes are
		 * multiples of 8 */
		uint32_t filler[2] = { (uint32_t)to_end, SKIP };

		memcpy(s->ring + put % SINK_RING_SIZE, filler, sizeof(filler));
		put += to_end;
	}
	serialise(s->ring + put % SINK_RING_SIZE, size, ev);
	put += size;
	atomic_store_explicit(&s->put, put, memory_order_release);
	uint64_t fill = put - atomic_load_explicit(&s->got, memory_order_relaxed);

	s->max_fill = fill > s->max_fill ? fill : s->max_fill;
	if (fill > WAKE_FILL) {
		wake_consumer(s);
	}
}

void sink_stats(const struct sink *s, struct sink_stats *ret)
{
	*ret = (struct sink_stats){
		.events = s->events,
		.dropped = atomic_load_explicit(&s->dropped, memory_order_relaxed),
		.waits = s->waits,
		.max_fill = s->max_fill,
	};
}

int sink_start(struct sink **ret, struct htr_writer *w_take, struct htr_err *err)
{
	struct sink *s = NULL;
	sigset_t all;
	sigset_t old;
	int r = ENOMEM;

	if (posix_memalign((void **)&s, 64, sizeof(*s)) == 0) {
		memset(s, 0, sizeof(*s));
		s->err = HTR_ERR_INIT;
		s->writer = w_take;
		s->ring = mmap(NULL, SINK_RING_SIZE, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (s->ring != MAP_FAILED) {
			sigfillset(&all);
			pthread_sigmask(SIG_SETMASK, &all, &old);
			r = pthread_create(&s->thread, NULL, consumer, s);
			pthread_sigmask(SIG_SETMASK, &old, NULL);
			if (r == 0) {
				*ret = s;
				return 0;
			}
			munmap(s->ring, SINK_RING_SIZE);
		}
		free(s);
	}
	if (w_take) {
		htr_writer_abandon(w_take);
	}
	return htr_err_sys(err, r, "cannot start the writer thread");
}

int sink_finish(struct sink *s, struct htr_writer_stats *ret_written, struct sink_stats *ret_stats,
		struct htr_err *err)
{
	atomic_store(&s->ending, true);
	wake_consumer(s);
	pthread_join(s->thread, NULL);
	int error = s->error;
	struct htr_err first = s->err;

	if (s->writer) {
		struct htr_err late = HTR_ERR_INIT;
		int r = htr_writer_close(s->writer, &s->written, &late);

		if (r < 0 && !error) {
			error = r;
			first = late;
		}
	}
	if (ret_written) {
		*ret_written = s->written;
	}
	if (ret_stats) {
		sink_stats(s, ret_stats);
	}
	if (error && err) {
		*err = first;
	}
	munmap(s->ring, SINK_RING_SIZE);
	free(s);
	return error;
}
