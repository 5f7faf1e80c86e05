/* SPDX-License-Identifier: Apache-2.0
 *
 * spans.h - one line of text made of parts that know where they came from, and the only walk that turns
 * such parts into things that may be shown.
 *
 * Whatever draws (canvas.c), prints (--plain) or searches (search.c) goes through span_iter_next(), so a
 * person sees, finds and exports the same characters. Bytes of a trace never take another way.
 */
#ifndef HTR_VIEWER_SPANS_H
#define HTR_VIEWER_SPANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/core/buf.h"
#include "viewer/theme.h"

#define SPANS_MAX 24 /* parts of one line; what is more is joined to the last part */

enum span_kind {
	SPAN_OWN = 0,     /* text of this program */
	SPAN_RAW = 1,     /* bytes of the trace: escaped where needed, then in quotes */
	SPAN_ESCAPED = 2, /* already passed htr_str_escape(): escapes are only made visible */
};

struct span {
	uint32_t off, len;
	uint8_t kind;  /* enum span_kind */
	uint8_t style; /* enum style */
};

struct spans {
	struct htr_buf buf; /* owned */
	unsigned n;
	struct span at[SPANS_MAX];
};

void spans_fini(struct spans *s);
/* spans_reset - no parts; memory kept. */
void spans_reset(struct spans *s);

/* spans_own - append text of this program; never pass bytes of a trace here. */
void spans_own(struct spans *s, enum style style, const char *text);
void spans_ownf(struct spans *s, enum style style, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* spans_raw - append hostile bytes; an empty name shows nothing. */
void spans_raw(struct spans *s, enum style style, const void *bytes, size_t len);
/* spans_escaped - append the output of formats/model/text.h. */
void spans_escaped(struct spans *s, enum style style, const void *text, size_t len);

/* One character as it may be shown. */
struct shown {
	uint32_t cp;
	uint8_t width; /* 1 or 2 */
	uint8_t style; /* enum style */
	bool escape;   /* part of an escape: reverse video */
};

struct span_iter {
	const struct spans *s;
	bool ascii; /* show nothing beyond ASCII */
	unsigned part;
	size_t pos;   /* in the part */
	bool started; /* the part's opening quote was decided */
	bool quoted;
	unsigned esc_left; /* rest of an escape in an already escaped part */
	char pend[24];     /* escape being handed out */
	uint8_t pend_len, pend_pos;
	bool pend_escape;
};

/* span_iter_init - start at the first part. @s must not change while iterating. */
void span_iter_init(struct span_iter *it, const struct spans *s, bool ascii);
/* span_iter_next - false at the end. */
bool span_iter_next(struct span_iter *it, struct shown *ret);

/* spans_width - columns the whole line needs. */
int spans_width(const struct spans *s, bool ascii);
/* spans_text - append the line as it is shown, as UTF-8. */
void spans_text(struct htr_buf *out, const struct spans *s, bool ascii);

/* utf8_put - append one code point as UTF-8. */
void utf8_put(struct htr_buf *out, uint32_t cp);

#define cleanup_spans __attribute__((cleanup(spans_fini)))

#endif
