/* SPDX-License-Identifier: Apache-2.0
 *
 * pipeline.h - one trace through the state and all detectors in one pass.
 */
#ifndef REPLAY_PIPELINE_H
#define REPLAY_PIPELINE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "formats/core/err.h"
#include "replay/detector.h"
#include "replay/report.h"

/* Facts of the task that the user states because the recording does not know them. NULL: as recorded. */
struct fact_override {
	const char *container_id;
	const char *container_name;
	const char *container_image;
	int8_t container_privileged; /* -1: as recorded */
};

struct pipeline {
	struct detector **detectors; /* borrowed */
	size_t n_detectors;
	struct report *report; /* borrowed */
	const char *range;     /* FROM..TO as typed, or NULL */
	struct fact_override override;
	const volatile sig_atomic_t *interrupted; /* stop when set; may be NULL */
	/* told about what the caller should print: warnings and lines about detectors */
	void (*say)(void *data, const char *text);
	void *say_data;

	/* results, summed over all traces */
	uint64_t n_events;
	bool damaged; /* some part of a trace could not be read */
	bool detector_failed;
};

/*
 * pipeline_run - replay one trace; "-" is standard input
 *
 * Returns: 0 (also when the trace is damaged or a detector failed: see the struct), < 0 when the trace
 *          cannot be opened, -EINVAL for a bad range, -ENOMEM, -EINTR interrupted, -EIO the alerts cannot be written.
 */
int pipeline_run(struct pipeline *pl, const char *file, struct htr_err *err) HTR_MUST_CHECK;

#endif
