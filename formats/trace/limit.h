/* SPDX-License-Identifier: Apache-2.0
 *
 * limit.h - what a .htr file may ask of its reader. The writer never exceeds these, the reader refuses
 * what does (-E2BIG or -EBADMSG).
 *
 * Source: holter-trace(5), "Limits". Each value has its reason beside it.
 */
#ifndef HTR_TRACE_LIMIT_H
#define HTR_TRACE_LIMIT_H

#define HTR_MAX_BLOCK_EVENTS 65536u /* positions in a block fit 16 bits */
#define HTR_MAX_THREADS      65536u /* per block: thread index fits 16 bits */
#define HTR_MAX_GROUPS       4096u  /* (kind, arch, nr) per block: bounds sub-messages on decode */
#define HTR_MAX_VALUES       (1u << 20)   /* values per block: 16 MiB of struct htr_val */
#define HTR_MAX_STRING       (128u << 10) /* one string: Linux' MAX_ARG_STRLEN, whole argv here */
#define HTR_MAX_DATA         (1u << 20)   /* I/O bytes of one event */
#define HTR_MAX_STRINGS      (1u << 20)   /* distinct strings per block */

#define HTR_MAX_PART_RAW   (16u << 20) /* decompressed part: memory of one decode */
#define HTR_MAX_DATA_RAW   (64u << 20) /* the same for part D */
#define HTR_MAX_PART_SIZE  (16u << 20) /* compressed part W, T, A, S */
#define HTR_MAX_DATA_SIZE  (65u << 20) /* compressed part D: raw plus what zstd adds to noise */
#define HTR_MAX_PARTS      16u
#define HTR_MAX_HEAP       (64u << 20) /* protobuf-c may take while decoding one part (D: raw + 1 MiB) */
#define HTR_MAX_HEAD       (64u << 10) /* block head */
#define HTR_MAX_SKIP_DATA  (16u << 10) /* thread list and bloom in a head */
#define HTR_MAX_FILE_HEAD  4096u
#define HTR_MAX_HEADER_RAW (16u << 20) /* header message: 65,536 users and more */
#define HTR_MAX_WINDOW_LOG 23          /* zstd window 8 MiB */

#define HTR_MAX_BLOCKS (16u << 20)  /* per file */
#define HTR_MAX_INDEX  (512u << 20) /* a larger index is ignored and rebuilt by hopping */
#define HTR_MAX_GAPS   (1u << 20)   /* remembered one by one; more are counted into the last */
#define HTR_MAX_FALSE_HEADS \
	4096u /* head magics that turn out wrong before resync gives up: bounds the
				      work a file full of magics can ask for */

#define HTR_MAX_FACT_TEXT (1u << 20) /* one text of the header */
#define HTR_MAX_FACT_LIST 65536u     /* users, groups, interfaces, captured calls */

/* Decompressed bytes per compressed byte, checked above HTR_RATIO_FLOOR decompressed bytes: a file must
 * pay for the work it asks for. A writer that packs better appends a skippable frame of zeros. */
#define HTR_MAX_RATIO      200u
#define HTR_MAX_DATA_RATIO 1000u
#define HTR_RATIO_FLOOR    (1u << 20)

#define HTR_LIST_THREADS 64u   /* threads listed in a head; a block with more lists none */
#define HTR_BLOOM_MAX    4096u /* bytes */
#define HTR_BLOOM_STRINGS \
	8192u /* with more distinct strings the bloom would say yes to everything */

/* Where a writer seals a block early so that the above hold. */
#define HTR_SEAL_STRINGS (2u << 20)
#define HTR_SEAL_DATA    (8u << 20)
#define HTR_SEAL_ARGS    (8u << 20)
#define HTR_SEAL_HEAP    (40u << 20)

#endif
