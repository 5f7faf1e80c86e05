/* SPDX-License-Identifier: Apache-2.0
 *
 * tables_data.h - the generated arrays, as gen_tables.py writes them. Private to tables.c.
 */
#ifndef HTR_MODEL_TABLES_DATA_H
#define HTR_MODEL_TABLES_DATA_H

#include "formats/model/tables.h"

/* A form of a call: its descriptor when (args[arg] & mask) == value. */
struct htr_syscall_form {
	uint64_t mask, value;
	uint8_t arg;
	struct htr_syscall_desc desc;
};

/* number -> index + 1 in htr_data_syscalls, 0 none */
struct htr_nr_table {
	const uint16_t *index;
	unsigned len;
};

struct htr_name {
	const char *name;
	uint64_t value;
	uint64_t mask; /* enums: the value itself */
};

/* Names of a set: n_shown of them (enums by value), then aliases up to n. */
struct htr_set_desc {
	const char *name;
	uint16_t first;
	uint16_t n_shown;
	uint16_t n;
	bool is_enum;
	bool wide; /* has values above 32 bits */
};

/* base rows (index == id), then the variants of other architectures */
extern const struct htr_syscall_desc htr_data_syscalls[];
extern const unsigned htr_data_n_syscalls; /* base rows only */
extern const struct htr_syscall_form htr_data_forms[];
extern const struct htr_nr_table htr_data_nr[HTR_ARCH_MAX];
extern const uint16_t htr_data_by_name[]; /* ids in the order of names */
extern const struct htr_name htr_data_names[];
extern const struct htr_set_desc htr_data_sets[];

#endif
