/* SPDX-License-Identifier: Apache-2.0
 *
 * theme.h - what a cell means, and how each meaning looks in mono, 8 and 256 colours.
 *
 * No meaning is carried by colour alone. The background is never set except for the cursor row.
 */
#ifndef HTR_VIEWER_THEME_H
#define HTR_VIEWER_THEME_H

#include <stdint.h>

/* clang-format off */
/*       id        256  8   bits: bold, dim, underline, reverse
 * colours are terminal numbers, -1 the default; blue and orange instead of green and red */
#define STYLES(X) \
	X(TEXT,     -1, -1, 0) \
	X(DIM,     245, -1, THEME_DIM) \
	X(TITLE,    -1, -1, THEME_BOLD) \
	X(TAB,      -1, -1, 0) \
	X(TAB_ON,   -1, -1, THEME_REVERSE) \
	X(HEAD,     -1, -1, THEME_BOLD) \
	X(HEAD_ON,  -1, -1, THEME_BOLD | THEME_UNDERLINE) \
	X(RULE,    245, -1, THEME_DIM) \
	X(LABEL,    33,  4, 0) \
	X(VALUE,    -1, -1, 0) \
	X(TIME,     -1, -1, 0) \
	X(PROC,     39,  6, 0) \
	X(CALL,     -1, -1, THEME_BOLD) \
	X(FAIL,    208,  3, THEME_BOLD) \
	X(ERROR,   208,  1, THEME_BOLD) \
	X(OK,       39,  6, 0) \
	X(MATCH,   214,  3, THEME_BOLD | THEME_UNDERLINE) \
	X(KEY,      -1, -1, THEME_BOLD) \
	X(RIBBON,   39,  6, 0) \
	X(MARK,    214,  3, THEME_BOLD)
/* clang-format on */

#define THEME_BOLD      1
#define THEME_DIM       2
#define THEME_UNDERLINE 4
#define THEME_REVERSE   8

enum style {
#define X(id, c256, c8, bits) ST_##id,
	STYLES(X)
#undef X
		ST_MAX
};

struct theme_look {
	int16_t fg256, fg8; /* -1: the terminal's default */
	uint8_t bits;       /* THEME_* */
};

/* theme_look - how a style looks. Static memory. */
const struct theme_look *theme_look(enum style style);
/* theme_letter - one letter per style, for dumps of attributes in tests. */
char theme_letter(enum style style);

#endif
