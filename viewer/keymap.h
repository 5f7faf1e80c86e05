/* SPDX-License-Identifier: Apache-2.0
 *
 * keymap.h - which key asks for what; defaults from request.h, changed by a file of the user.
 *
 * File:  one request a line, "NAME KEY KEY..." replaces all keys of that request, "NAME none" takes them
 *        away; '#' starts a comment. A key that had another meaning in the same group loses it.
 */
#ifndef HTR_VIEWER_KEYMAP_H
#define HTR_VIEWER_KEYMAP_H

#include <stdint.h>

#include "formats/core/buf.h"
#include "formats/core/err.h"
#include "viewer/request.h"

#define KEYMAP_MAX 256 /* bindings: four per request are plenty */

struct binding {
	uint32_t first; /* 0, or the key that must come before (gg) */
	uint32_t key;
	uint16_t request; /* enum request */
};

struct keymap {
	struct binding at[KEYMAP_MAX];
	unsigned n;
	uint32_t pending; /* first key of a two-key binding, waiting for the second */
};

/* keymap_init - the default keys. */
void keymap_init(struct keymap *km);

/* keymap_parse - apply the text of a key file. Returns: 0, or -EINVAL with the line number in the message
 * (the lines before it stay applied). */
int keymap_parse(struct keymap *km, const char *text, size_t len,
		 struct htr_err *err) HTR_MUST_CHECK;

/* keymap_load - the same from a file; at most 64 kB. Errors: -EINVAL, -E2BIG, the kernel's. */
int keymap_load(struct keymap *km, const char *path, struct htr_err *err) HTR_MUST_CHECK;

/*
 * keymap_lookup - what a key asks for
 *
 * @groups: bit set of enum request_group that answer now
 * Returns: the request; REQ_NONE when unbound or when the key began a two-key binding (km->pending).
 */
enum request keymap_lookup(struct keymap *km, uint32_t key, unsigned groups);

/* keymap_keys - append the keys of a request, joined with blanks, in table order. */
void keymap_keys(const struct keymap *km, enum request req, struct htr_buf *out);
/* keymap_first - append only the first key, for hints. */
void keymap_first(const struct keymap *km, enum request req, struct htr_buf *out);

/* keymap_print - the whole table as text, in the form of a key file with help as comments. */
void keymap_print(const struct keymap *km, struct htr_buf *out);

#endif
