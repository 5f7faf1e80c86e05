/* SPDX-License-Identifier: Apache-2.0
 *
 * detail_int.h - pieces shared by detail.c and detail_process.c.
 */
#ifndef HTR_VIEWER_DETAIL_INT_H
#define HTR_VIEWER_DETAIL_INT_H

#include "viewer/detail.h"

/* detail_label - new line that begins with a label. */
struct spans *detail_label(struct textpane *tp, const char *label, struct textline **ret_line);
/* detail_text - label and hostile text that is a handle for `field` (NULL: none); nothing when bytes is NULL. */
void detail_text(struct textpane *tp, const char *label, const char *field, const void *bytes,
		 size_t len);
/* detail_cwd - the working directory as a handle for proc.cwd. */
void detail_cwd(struct textpane *tp, const char *cwd, size_t len);
/* detail_chain - the line with the ancestors. */
void detail_chain(struct textpane *tp, const struct session *s, uint32_t task, uint64_t seq);

#endif
