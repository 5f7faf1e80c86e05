/* SPDX-License-Identifier: Apache-2.0
 *
 * detector.c - what detectors share.
 */
#include "replay/detector.h"

void detector_close(struct detector *d)
{
	if (d) {
		d->ops->close(d);
	}
}

int64_t detector_real_ns(const struct htr_facts *facts, int64_t time_ns)
{
	int64_t start = facts ? facts->start_real_ns : 0;
	int64_t sum;

	if (__builtin_add_overflow(start, time_ns, &sum)) {
		return start < 0 ? INT64_MIN : INT64_MAX;
	}
	return sum;
}

int64_t detector_time(const struct htr_state *st)
{
	return detector_real_ns(htr_state_facts(st), htr_state_current(st)->ev->time_ns);
}
