/* SPDX-License-Identifier: Apache-2.0
 *
 * proctab_seen.h - inside of proctab: which files a process changed and which peers it spoke to.
 */
#ifndef HTR_VIEWER_PROCTAB_SEEN_H
#define HTR_VIEWER_PROCTAB_SEEN_H

#include "viewer/proctab.h"

/* proctab_effects - table by system call id of what a call does; owned by the caller, NULL without memory. */
uint8_t *proctab_effects(void);

/* proctab_see - note what a successful call changed or reached. Returns: 0 or -ENOMEM. */
int proctab_see(struct proctab *pt, uint32_t task, const struct htr_event *ev);

/* proctab_text - copy of hostile text, cut at PROCTAB_TEXT_MAX. */
struct ptext proctab_text(struct proctab *pt, const void *data, size_t len);

#endif
