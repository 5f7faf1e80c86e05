/* SPDX-License-Identifier: Apache-2.0
 *
 * priority.h - how severe an alert is: the eight words of syslog, as Falco writes them.
 */
#ifndef REPLAY_PRIORITY_H
#define REPLAY_PRIORITY_H

/* A smaller number is more severe. */
enum priority {
	PRIORITY_EMERGENCY = 0,
	PRIORITY_ALERT,
	PRIORITY_CRITICAL,
	PRIORITY_ERROR,
	PRIORITY_WARNING,
	PRIORITY_NOTICE,
	PRIORITY_INFORMATIONAL,
	PRIORITY_DEBUG,
	PRIORITY_MAX
};

/* priority_name - "Critical". Static memory; "Debug" for what is out of range. */
const char *priority_name(enum priority p);

/*
 * priority_parse - word to priority, in any case; "info" stands for Informational
 *
 * Returns: 0 or -EINVAL (abbreviations such as "warn" are no priorities, as with Falco).
 */
int priority_parse(const char *word, enum priority *ret) __attribute__((warn_unused_result));

#endif
