/* SPDX-License-Identifier: Apache-2.0
 *
 * scan.h - one pass over a trace that counts what `info` tells: processes, files, peers, errors, quality.
 */
#ifndef HTR_CLI_SCAN_H
#define HTR_CLI_SCAN_H

#include <stdint.h>

#include "formats/core/err.h"
#include "formats/core/map.h"
#include "formats/model/event.h"
#include "formats/trace/reader.h"

#define SCAN_NR_MAX    1024 /* native numbers counted one by one; larger ones share the last slot */
#define SCAN_ERRNO_MAX 134

struct scan {
	uint64_t events, calls, failed;
	uint64_t kinds[HTR_EV_KIND_MAX];
	uint64_t per_nr[SCAN_NR_MAX];
	uint64_t per_errno[SCAN_ERRNO_MAX];
	uint64_t new_processes; /* spawned or found, not threads */
	uint64_t lost;          /* calls counted by loss records */
	uint64_t gaps;          /* loss records */
	uint64_t foreign;       /* calls of another architecture than the host's */
	/* event flags */
	uint64_t entry_only, unfinished, unstable, unreadable, truncated, redacted, outside;
	uint64_t damaged_blocks;
	struct htr_smap files, peers; /* distinct names, count as value */
	int64_t root_status;          /* wait status of the recorded program; -1 unknown */
};

void scan_fini(struct scan *s);

/* scan_run - fills a zeroed struct. Damage is counted, not an error. Returns 0, -ENOMEM or an I/O error. */
int scan_run(struct scan *s, struct htr_reader *reader, struct htr_err *err) HTR_MUST_CHECK;

#endif
