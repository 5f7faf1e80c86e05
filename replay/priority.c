/* SPDX-License-Identifier: Apache-2.0
 *
 * priority.c - words and numbers of priorities.
 */
#include "replay/priority.h"

#include <errno.h>
#include <strings.h>

static const char *const NAMES[PRIORITY_MAX] = {
	[PRIORITY_EMERGENCY] = "Emergency",
	[PRIORITY_ALERT] = "Alert",
	[PRIORITY_CRITICAL] = "Critical",
	[PRIORITY_ERROR] = "Error",
	[PRIORITY_WARNING] = "Warning",
	[PRIORITY_NOTICE] = "Notice",
	[PRIORITY_INFORMATIONAL] = "Informational",
	[PRIORITY_DEBUG] = "Debug",
};

const char *priority_name(enum priority p)
{
	return (unsigned)p < PRIORITY_MAX ? NAMES[p] : NAMES[PRIORITY_DEBUG];
}

int priority_parse(const char *word, enum priority *ret)
{
	for (unsigned i = 0; i < PRIORITY_MAX; i++) {
		if (strcasecmp(word, NAMES[i]) == 0) {
			*ret = (enum priority)i;
			return 0;
		}
	}
	if (strcasecmp(word, "info") == 0) {
		*ret = PRIORITY_INFORMATIONAL;
		return 0;
	}
	return -EINVAL;
}
