/* SPDX-License-Identifier: Apache-2.0
 *
 * screens.h - the screens, one line each: a new screen is its own view_NAME.c and a line here.
 */
#ifndef HTR_VIEWER_SCREENS_H
#define HTR_VIEWER_SCREENS_H

/* clang-format off */
/*        id      ops          name      key  tab     help */
#define SCREENS(S, X) \
	S(X, PROCS,  view_procs,  "procs",  "2", "Proc", "the process tree") \
	S(X, EVENTS, view_events, "events", "3", "Evts", "the events")
/* clang-format on */

/* What a screen adds to the request table (request.h). */
#define SCREEN_REQUEST(X, id, ops, name, key, tab, help) \
	X(SCREEN_##id, "screen-" name, key, RG_SCREEN, help)

#define SCREEN_ENUM(X, id, ops, name, key, tab, help) SCREEN_##id,
enum screen { SCREENS(SCREEN_ENUM, 0) SCREEN_MAX };
#undef SCREEN_ENUM

#endif
