/* SPDX-License-Identifier: Apache-2.0
 *
 * clock.h - clocks, time of day as text, and times that users type.
 *
 * Units: all int64_t times are nanoseconds. Text is UTC unless `local` is asked for.
 */
#ifndef HTR_CORE_CLOCK_H
#define HTR_CORE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "formats/core/err.h"

int64_t htr_clock_ns(clockid_t id);

#define HTR_TIME_TEXT 40 /* bytes that every function below fits into */

/* htr_time_iso - "2026-11-21T20:09:02.480101000Z"; digits 0, 3, 6 or 9 behind the second. */
void htr_time_iso(char out[HTR_TIME_TEXT], int64_t real_ns, unsigned digits, bool local);
/* htr_time_date - "2026-11-21 20:09:02". */
void htr_time_date(char out[HTR_TIME_TEXT], int64_t real_ns, bool local);
/* htr_time_clock - "20:09:02.480101"; digits 0, 3, 6 or 9. */
void htr_time_clock(char out[HTR_TIME_TEXT], int64_t real_ns, unsigned digits, bool local);
/* htr_time_span - a duration for people: "912 ns", "91 us", "1.52 s", "12m12s", "3h02m". */
void htr_time_span(char out[HTR_TIME_TEXT], int64_t ns);

/*
 * htr_time_parse - a point in time as a user types it
 *
 * Shape:   "20:08:50[.fff]" (first such moment at or after start_real - 1 day that falls into
 *          [start, end] if any, else the one on start's day), "+3.2s" / "+5m" / "+200ms" (since start),
 *          "2026-11-21T20:08:50[.fff][Z]", "2026-11-21 20:08:50"; UTC.
 * @ret:    ns since trace start
 * Returns: 0 or -EINVAL with a message that shows the forms.
 */
int htr_time_parse(const char *s, int64_t start_real_ns, int64_t end_real_ns, int64_t *ret,
		   struct htr_err *err) HTR_MUST_CHECK;

/* htr_time_parse_range - "A..B", "A..", "..B", "A" (= "A..A+1s"); open ends are INT64_MIN/INT64_MAX. */
int htr_time_parse_range(const char *s, int64_t start_real_ns, int64_t end_real_ns,
			 int64_t *ret_from, int64_t *ret_to, struct htr_err *err) HTR_MUST_CHECK;

/* htr_time_parse_span - "3.2s", "200ms", "15us", "10ns", "5m", "2h", "1d" to ns; -EINVAL. */
int htr_time_parse_span(const char *s, int64_t *ret) HTR_MUST_CHECK;

#endif
