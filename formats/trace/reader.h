/* SPDX-License-Identifier: Apache-2.0
 *
 * reader.h - open a .htr file by its footer, by hopping block heads, or as a stream; never writes.
 *
 * The file is hostile and may still be growing: everything is read with pread (a shrinking file gives
 * errors, not SIGBUS), every length is checked against holter-trace(5) "Limits" before use.
 */
#ifndef HTR_TRACE_READER_H
#define HTR_TRACE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/core/err.h"
#include "formats/model/facts.h"

struct htr_reader;

enum htr_open_flags {
	HTR_OPEN_NO_FOOTER = 1, /* tests: pretend the footer is missing */
	HTR_OPEN_STREAM = 2,    /* read forward only, even if the file could be seeked */
};

/* Why the list of blocks ends where it does. */
enum htr_reader_state {
	HTR_STATE_CLOSED = 0, /* footer present and right */
	HTR_STATE_UNCLOSED =
		1, /* no footer: the recorder died or still writes; all whole blocks are there */
	HTR_STATE_DAMAGED = 2, /* some bytes between good blocks are not readable */
	HTR_STATE_GROWING = 3, /* a recorder holds the lock */
};

struct htr_block_info {
	uint64_t offset; /* of the block head in the file */
	uint64_t size;   /* head and parts together, bytes */
	uint64_t first_seq, last_seq;
	uint32_t n_events;
	int64_t first_ns, last_ns; /* time_ns of the first and last event */
	uint64_t max_dur_ns;       /* longest duration in it */
	uint64_t lost;             /* calls lost since the previous block */
	uint32_t loss_reasons;     /* bit enum htr_loss */
	uint64_t syscalls
		[8]; /* bit nr % 512: a native call with that number is in the block; all ones when
				 calls of another arch are in it */
	uint32_t kinds;       /* bit kind: enum htr_event_kind seen */
	uint32_t flags;       /* HTR_BLOCK_* of block.h */
	uint32_t classes[16]; /* calls per enum htr_block_class of container.h */
	uint32_t n_threads;   /* different threads in it */
	bool damaged;         /* head is good, a part failed its checksum */

	/* Skip data, borrowed from the reader; 0 and NULL when the block has none or there is too much. */
	uint32_t n_listed;
	const uint8_t *threads; /* little-endian i32 each */
	uint32_t bloom_len;
	const uint8_t *bloom;
};

struct htr_gap {
	uint64_t from, to;         /* byte range that could not be read */
	uint64_t seq_from, seq_to; /* missing event numbers, to exclusive; 0,0 unknown */
};

/* htr_block_may_have_thread / _string - false: surely not in the block (whole strings, not parts). */
bool htr_block_may_have_thread(const struct htr_block_info *b, int32_t tid);
bool htr_block_may_have_string(const struct htr_block_info *b, const void *s, size_t len);

/*
 * htr_reader_open - open a trace file; "-" is standard input (stream)
 *
 * Returns: 0 or < 0.
 * Errors:  -EBADMSG not a trace (message says what it looks like), -ENODATA empty or cut inside the
 *          header, -EPROTONOSUPPORT newer major version or unknown incompatible flag, -EISDIR, -ESPIPE for
 *          FIFO/device given by name (a stream must be asked for by "-" or HTR_OPEN_STREAM), otherwise the
 *          kernel's. A damaged or missing end is not an error: see htr_reader_state.
 * Cost:    with footer O(index); without, one pread per block.
 */
int htr_reader_open(struct htr_reader **ret, const char *path, unsigned flags,
		    struct htr_err *err) HTR_MUST_CHECK;
/* htr_reader_open_fd - the same on a descriptor; taken, also on failure. `name` is for messages. */
int htr_reader_open_fd(struct htr_reader **ret, int fd_take, const char *name, unsigned flags,
		       struct htr_err *err) HTR_MUST_CHECK;
void htr_reader_close(struct htr_reader *r);

/* htr_reader_facts - borrowed, valid until close. */
const struct htr_facts *htr_reader_facts(const struct htr_reader *r);
const char *htr_reader_name(const struct htr_reader *r);
enum htr_reader_state htr_reader_state(const struct htr_reader *r);

/* For a stream these know only what has been read so far. A block's info is borrowed until the next
 * call that may find more blocks (refresh, a cursor on a stream or a damaged file). */
size_t htr_reader_n_blocks(const struct htr_reader *r);
/* htr_reader_generation - another number when the list of blocks was made anew because the index had lied: then
 * block numbers kept from before mean nothing. Appended blocks do not change it. */
uint64_t htr_reader_generation(const struct htr_reader *r);
const struct htr_block_info *htr_reader_block(const struct htr_reader *r, size_t i);
uint64_t htr_reader_n_events(const struct htr_reader *r);
uint64_t htr_reader_n_lost(const struct htr_reader *r);
int64_t htr_reader_last_ns(const struct htr_reader *r);
uint64_t htr_reader_file_size(const struct htr_reader *r);
size_t htr_reader_n_gaps(const struct htr_reader *r);
const struct htr_gap *htr_reader_gap(const struct htr_reader *r, size_t i);
/* final BLAKE2b chain value, NULL unless closed */
const uint8_t *htr_reader_final_hash(const struct htr_reader *r);

/*
 * htr_reader_verify - recompute the whole chain: every byte of every block
 *
 * @ret_block: [out, optional] first block that does not fit, on -EBADMSG
 * Shape:      a file that is not closed is checked as far as it goes; that nothing is missing at its end
 *             only a final hash kept elsewhere can show.
 * Returns:    0 chain is whole, -EBADMSG (gap, broken link, wrong hash), -ESPIPE for a stream, or I/O.
 * Cost:       reads the whole file, about 1 ms per MB.
 */
int htr_reader_verify(struct htr_reader *r, size_t *ret_block, struct htr_err *err) HTR_MUST_CHECK;

/* htr_reader_refresh - look for blocks appended since (a trace being recorded). 1 new blocks, 0 none. */
int htr_reader_refresh(struct htr_reader *r, struct htr_err *err) HTR_MUST_CHECK;

static inline void htr_cleanup_reader_(struct htr_reader **r)
{
	htr_reader_close(*r);
}
#define cleanup_reader __attribute__((cleanup(htr_cleanup_reader_)))

#endif
