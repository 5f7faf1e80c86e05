/* SPDX-License-Identifier: Apache-2.0
 *
 * rows.h - the block under construction: events as they came, their threads, groups and strings made
 * numbers. encode.c turns it into parts. After the first blocks nothing here allocates any more.
 */
#ifndef HTR_TRACE_ROWS_H
#define HTR_TRACE_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/core/buf.h"
#include "formats/core/err.h"
#include "formats/core/map.h"
#include "formats/model/event.h"

struct htr_row {
	uint64_t seq;
	uint64_t end, dur; /* in time units */
	int64_t result;
	uint64_t args[HTR_ARGS_MAX];
	uint32_t val_at; /* first of n_vals in vals */
	uint16_t group, thread;
	uint16_t flags;
	uint8_t n_args, n_vals;
};

/* Same numbers as Values.Type of the schema. */
enum htr_stored_type {
	HTR_ST_INT = 1,
	HTR_ST_STRING = 2,
	HTR_ST_DATA = 3,
};

struct htr_row_val {
	uint64_t v;       /* number, string index, or length of data */
	uint64_t data_at; /* HTR_ST_DATA: offset in data */
	uint8_t key, type, flags;
};

struct htr_row_group {
	uint8_t kind, arch;
	int32_t nr;
	uint32_t n;                        /* rows */
	uint64_t sets[HTR_K_MAX * 4 / 64]; /* bit key * 4 + type: such values exist */
};

struct htr_row_thread {
	int32_t tid, pid;
};

struct htr_row_string {
	uint32_t at, len; /* in blob */
	uint64_t hash;    /* in-process hash */
};

/* The last group seen for a number: saves most look-ups. Checked before it is believed. */
#define HTR_ROWS_RECENT 512u
struct htr_row_recent {
	uint64_t key;
	uint32_t index;
};

struct htr_rows {
	struct htr_row *rows;
	uint32_t n, cap;
	uint64_t unit; /* ns */

	struct htr_row_val *vals;
	uint32_t n_vals, cap_vals;

	struct htr_row_group *groups; /* HTR_MAX_GROUPS */
	uint32_t n_groups;
	uint32_t n_sets; /* bits in all groups' sets: messages a reader must make */
	struct htr_map group_map;
	struct htr_row_recent recent[HTR_ROWS_RECENT];
	struct htr_row_thread *threads; /* cap */
	uint32_t n_threads;
	struct htr_map thread_map;
	uint64_t last_thread_key;
	uint16_t last_thread;

	struct htr_row_string *strings;
	uint32_t n_strings, cap_strings;
	uint32_t *slots; /* string index + 1; 0 free */
	uint32_t cap_slots;
	struct htr_buf blob;
	struct htr_buf data;

	uint64_t last_end; /* of the event before, also over blocks */
	uint64_t first_end;
	uint64_t max_dur;
	uint32_t kinds;
	uint16_t all_flags;
	uint8_t all_val_flags;
	uint64_t lost;
	uint32_t loss_reasons;
};

int htr_rows_init(struct htr_rows *r, uint32_t cap, uint32_t unit_ns,
		  struct htr_err *err) HTR_MUST_CHECK;
void htr_rows_fini(struct htr_rows *r);

/* htr_rows_check - is the event within the limits? 0 or -EINVAL. */
int htr_rows_check(const struct htr_event *ev, struct htr_err *err) HTR_MUST_CHECK;

/*
 * htr_rows_add - take in one checked event
 *
 * Returns: 0; -ENOSPC the block has no room for it (seal, then add again; an empty block has room for any
 *          event), -ENOMEM (nothing was added).
 */
int htr_rows_add(struct htr_rows *r, const struct htr_event *ev, uint64_t seq) HTR_MUST_CHECK;

/* htr_rows_full - time to seal. */
bool htr_rows_full(const struct htr_rows *r);

/* htr_rows_reset - empty, memory kept. */
void htr_rows_reset(struct htr_rows *r);

#endif
