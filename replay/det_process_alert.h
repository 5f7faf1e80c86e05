/* SPDX-License-Identifier: Apache-2.0
 *
 * det_process_alert.h - an alert as a line of JSON, as external detectors write it; the only door to jansson.
 */
#ifndef REPLAY_DET_PROCESS_ALERT_H
#define REPLAY_DET_PROCESS_ALERT_H

#include <stddef.h>

#include "formats/core/arena.h"
#include "formats/core/buf.h"
#include "replay/alert.h"

/* Memory of the alert parsed last. A zeroed struct is valid. */
struct process_alert {
	struct htr_arena arena;
	struct htr_buf message, fields;
};

void process_alert_fini(struct process_alert *aj);

/*
 * process_alert_parse - one line to an alert
 *
 * Shape:   {"rule":TEXT, "priority":WORD, "output":TEXT, "event":N, "output_fields":{..}, "tags":[..]};
 *          only "rule" is required. Priority is Notice and output the rule's name when absent. Other
 *          members are ignored.
 * @ret:    [out] borrowed from aj until its next use; detector, source and time are left empty
 * @why:    [out] what is wrong, on -EINVAL
 * Returns: 0, -EINVAL, -ENOMEM.
 */
int process_alert_parse(struct process_alert *aj, const char *line, size_t len, struct alert *ret,
			char *why, size_t why_size) __attribute__((warn_unused_result));

#endif
