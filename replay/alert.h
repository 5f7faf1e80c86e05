/* SPDX-License-Identifier: Apache-2.0
 *
 * alert.h - what a detector says about an event. Lives only while it is handed over.
 */
#ifndef REPLAY_ALERT_H
#define REPLAY_ALERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "replay/priority.h"

struct alert {
	const char *detector; /* who says it: "rules", "filter", or the command of a program */
	const char *rule;     /* name of the rule; text of the filter. Hostile */
	enum priority priority;
	const char *message; /* one line for people, already escaped */
	const char *fields;  /* JSON members `"proc.name":"sh",...`, no braces; "" none */
	const char *source;  /* "syscall" */
	const char *const *tags;
	size_t n_tags;
	uint64_t seq;    /* number of the event; 0: about no single event */
	int64_t real_ns; /* time of the event, ns since the epoch; meaningless without has_time */
	bool has_time;
};

/* alert_fn - take one alert; nothing of it may be kept. */
typedef void (*alert_fn)(const struct alert *alert, void *data);

#endif
