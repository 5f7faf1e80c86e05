/* SPDX-License-Identifier: Apache-2.0
 *
 * container.h - the fixed little-endian structures between the zstd frames: file head, block head, index
 * entry, footer. Written and read byte by byte, never by casting; each says its own length and may only
 * grow. Every function here works on untrusted bytes and looks at nothing outside of them.
 *
 * Source: holter-trace(5), "File head", "Block head", "Index".
 */
#ifndef HTR_TRACE_CONTAINER_H
#define HTR_TRACE_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/core/buf.h"
#include "formats/core/err.h"
#include "formats/trace/block.h"
#include "formats/trace/limit.h"

#define HTR_FORMAT_MAJOR 1
#define HTR_FORMAT_MINOR 0

/* htr_frame_is - p (16 bytes) begins one of our skippable frames, with that magic. */
bool htr_frame_is(const uint8_t *p, const uint8_t magic[8]);
/* htr_frame_may_become - the first len (under 16) bytes look like the beginning of one. */
bool htr_frame_may_become(const uint8_t *p, size_t len, const uint8_t magic[8]);
extern const uint8_t htr_index_magic[8];

/* Compatible: a reader that does not know the bit reads the file all the same. */
enum htr_compat_flags {
	HTR_COMPAT_SIGNED = 1 << 0, /* index carries a signature over the final hash */
	HTR_COMPAT_SEALED = 1 << 1, /* chain hash is keyed, keys ratcheted per block */
	HTR_COMPAT_STAGED = 1 << 2, /* a staging file stood beside this one while it was recorded */
	HTR_COMPAT_RING = 1 << 3,   /* one segment of a ring: earlier ones were deleted */
};

/* Incompatible: a reader that does not know the bit must refuse the file. */
enum htr_incompat_flags {
	HTR_INCOMPAT_ENCRYPTED = 1 << 0, /* parts and skip data are encrypted */
};
#define HTR_INCOMPAT_KNOWN 0u

struct htr_file_head {
	uint16_t major, minor;
	uint32_t compat, incompat;
	uint8_t session[16];
	uint32_t segment;
	uint8_t prev_hash[HTR_HASH_LEN]; /* final hash of the segment before, zeros for the first */
	uint32_t header_size;            /* zstd frame of the header message, right behind */
	uint32_t header_raw;
	uint64_t header_xxh;
};

#define HTR_FILE_HEAD_SIZE 128u /* with its skippable frame head, as this version writes it */

void htr_file_head_encode(const struct htr_file_head *h, uint8_t out[HTR_FILE_HEAD_SIZE]);

/*
 * htr_file_head_decode - check and read a file head
 *
 * @len:      bytes that are there; may be less than the head wants
 * @ret_size: whole size of the frame, where the header frame begins
 * Returns:   0; -EBADMSG not one of ours or damaged, -ENODATA cut short, -EPROTONOSUPPORT.
 */
int htr_file_head_decode(const uint8_t *p, size_t len, struct htr_file_head *ret,
			 uint32_t *ret_size, struct htr_err *err) HTR_MUST_CHECK;

/* htr_file_tag - what each block of a file repeats, so that blocks of other files are recognised. */
uint64_t htr_file_tag(const uint8_t session[16], uint32_t segment);

/* htr_looks_like - what a file that is no trace seems to be ("a gzip file"), for messages. Never NULL. */
const char *htr_looks_like(const uint8_t *p, size_t len);

/* ---- block head --------------------------------------------------------------------------------- */

/* Counters per class of the viewer's overview strip; a position is a place on disk: never renumber. */
enum htr_block_class {
	HTR_BC_ERROR = 0, /* failed calls of any class */
	HTR_BC_EXEC = 1,
	HTR_BC_PROCESS = 2, /* fork family, exit, wait */
	HTR_BC_FILE = 3,    /* takes a path */
	HTR_BC_WRITEFS = 4, /* changes the file system */
	HTR_BC_NETWORK = 5,
	HTR_BC_PRIV = 6,
	HTR_BC_SIGNAL = 7,
	HTR_BC_MEMORY = 8,
	HTR_BC_IO = 9,
	HTR_BC_IPC = 10,
	HTR_BC_TIME = 11,
	HTR_BC_SCHED = 12,
	HTR_BC_DESC = 13,
	HTR_BC_OTHER = 14, /* calls of no class, unknown numbers */
	HTR_BC_NOTE = 15,  /* notes, losses, clocks */
	HTR_BC_MAX = 16
};

struct htr_part_head {
	uint8_t type;  /* enum htr_part_type */
	uint8_t flags; /* 0 */
	uint32_t size; /* bytes in the file */
	uint32_t raw;  /* bytes decompressed */
	uint64_t xxh;  /* XXH64 of the bytes in the file */
};

struct htr_block_head {
	uint64_t number; /* of the block, from 0 */
	uint64_t file_tag;
	uint64_t first_seq, last_seq;
	uint32_t n_events;
	uint32_t flags;        /* enum htr_block_flags */
	uint32_t time_unit_ns; /* repeated from the header */
	int64_t first_ns, last_ns;
	uint64_t max_dur_ns;
	uint64_t lost;         /* sum of the loss records in the block */
	uint32_t loss_reasons; /* bit enum htr_loss */
	uint32_t kinds;        /* bit enum htr_event_kind */
	uint64_t syscalls[8];
	uint32_t classes[HTR_BC_MAX];
	uint32_t n_threads; /* in the block; listed only up to HTR_LIST_THREADS */
	uint8_t prev_hash[HTR_HASH_LEN], own_hash[HTR_HASH_LEN];
	uint32_t n_parts;
	struct htr_part_head parts[HTR_MAX_PARTS];
	uint32_t n_listed;      /* thread ids in `threads`: n_threads or 0 */
	const uint8_t *threads; /* little-endian i32 each; borrowed */
	uint32_t bloom_len;     /* bytes, 0: no bloom (any string may be in the block) */
	const uint8_t *bloom;   /* borrowed */
};

/* htr_block_head_encode - append the frame of a block head; own_hash is stored as given. */
int htr_block_head_encode(const struct htr_block_head *h, struct htr_buf *out,
			  struct htr_err *err) HTR_MUST_CHECK;

/* Bytes that must be read to know how long a block head is. */
#define HTR_BLOCK_PROBE 16u

/*
 * htr_block_head_probe - is this the beginning of a block head, and how long is it
 *
 * Returns: size of the whole frame (> 0), 0 not a block head, -ENODATA len is under HTR_BLOCK_PROBE and
 *          the bytes may become one, or an index.
 */
int64_t htr_block_head_probe(const uint8_t *p, size_t len);

/*
 * htr_block_head_decode - check and read a block head (limits, checksum, agreement of its fields)
 *
 * @len:    exactly the frame
 * Returns: 0, -EBADMSG, -E2BIG. threads and bloom point into p.
 */
int htr_block_head_decode(const uint8_t *p, size_t len, struct htr_block_head *ret,
			  struct htr_err *err) HTR_MUST_CHECK;

/* htr_block_head_chain - own hash: prev_hash, the head with own_hash and checksum zeroed, the parts. */
int htr_block_head_chain(const uint8_t *frame, size_t frame_len, const void *parts,
			 size_t parts_len, uint8_t ret[HTR_HASH_LEN]);

/* htr_block_head_set_own - put own_hash into an encoded frame and correct its checksum. */
void htr_block_head_set_own(uint8_t *frame, size_t frame_len, const uint8_t own[HTR_HASH_LEN]);

/* htr_find_head - offset of the first HTR_BLOCK_PROBE bytes that begin a block head or an index; len when
 * there are none. */
size_t htr_find_head(const uint8_t *p, size_t len);

/* htr_block_parts_size - bytes of all parts; checked not to overflow by decode. */
uint64_t htr_block_parts_size(const struct htr_block_head *h);

/* htr_bloom_add / htr_bloom_has - four bits out of the string's XXH3-64. */
void htr_bloom_add(uint8_t *bloom, uint32_t len, uint64_t hash);
bool htr_bloom_has(const uint8_t *bloom, uint32_t len, uint64_t hash);

/* ---- index and footer --------------------------------------------------------------------------- */

struct htr_footer {
	uint64_t index_offset; /* of the index frame in the file */
	uint64_t entries_len;  /* bytes of entries in it */
	uint64_t n_blocks, n_events;
	uint64_t last_seq;
	int64_t last_ns;
	uint64_t lost;
	uint64_t entries_xxh;
	uint8_t final_hash[HTR_HASH_LEN];
};

#define HTR_FOOTER_SIZE      128u
#define HTR_INDEX_HEAD       16u /* frame head and magic in front of the entries */
#define HTR_INDEX_ENTRY_HEAD 12u /* offset u64 and length u32 in front of each copied head frame */

void htr_footer_encode(const struct htr_footer *f, uint8_t out[HTR_FOOTER_SIZE]);
int htr_footer_decode(const uint8_t p[HTR_FOOTER_SIZE], struct htr_footer *ret,
		      struct htr_err *err) HTR_MUST_CHECK;

/* htr_index_head_encode - frame head and magic in front of entries_len bytes and a footer. */
void htr_index_head_encode(uint8_t out[HTR_INDEX_HEAD], uint64_t entries_len);
/* htr_index_probe - size of the whole index frame when p (HTR_INDEX_HEAD bytes) begins one, else 0. */
int64_t htr_index_probe(const uint8_t *p, size_t len);

#endif
