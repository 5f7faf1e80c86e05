/* SPDX-License-Identifier: Apache-2.0
 *
 * detail.h - the lines of the detail panes: a whole call, a whole process. Lines are handles for = and !.
 */
#ifndef HTR_VIEWER_DETAIL_H
#define HTR_VIEWER_DETAIL_H

#include "viewer/session.h"
#include "viewer/textpane.h"

/* detail_call - append the call as strace would write it, times, paths, descriptor. */
void detail_call(struct textpane *tp, struct session *s, uint64_t ordinal,
		 const struct htr_event *ev);
/* detail_actor - append the process of an event as it was then: program, identity, ancestors. */
void detail_actor(struct textpane *tp, struct session *s, uint64_t ordinal,
		  const struct htr_event *ev);
/* detail_values - append every recorded value, as text or as hex. */
void detail_values(struct textpane *tp, const struct htr_event *ev, bool hex);

/* detail_process - append a process over its whole life; image: index of the program to show, 0 the last. */
void detail_process(struct textpane *tp, const struct session *s, uint32_t task, uint32_t image);
/* detail_seen - append the files it changed and the peers it spoke to. */
void detail_seen(struct textpane *tp, const struct session *s, uint32_t task);

/* detail_exit - "exit 1", "SIGKILL", "alive at the end" . */
void detail_exit(struct spans *out, const struct ptask *p);

#endif
