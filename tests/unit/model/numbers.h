/* SPDX-License-Identifier: Apache-2.0
 *
 * numbers.h - what gen_numbers.py found in the headers of this machine. Tables end with a NULL name.
 */
#ifndef HTR_TEST_NUMBERS_H
#define HTR_TEST_NUMBERS_H

struct header_call {
	const char *name;
	long nr;
};

struct header_name {
	const char *set;
	const char *name;
	unsigned long long value;
};

extern const struct header_call header_calls_x86_64[], header_calls_i386[], header_calls_x32[],
	header_calls_arm64[];
extern const struct header_name header_names_kernel[], header_names_libc[];

#endif
