/* SPDX-License-Identifier: Apache-2.0
 * The table of looks. */
#include "viewer/theme.h"

#include <assert.h>

const struct theme_look *theme_look(enum style style)
{
	static const struct theme_look looks[ST_MAX] = {
#define X(id, c256, c8, bits) [ST_##id] = { c256, c8, bits },
		STYLES(X)
#undef X
	};

	assert((unsigned)style < ST_MAX);
	return &looks[style];
}

char theme_letter(enum style style)
{
	assert((unsigned)style < ST_MAX);
	return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[style];
}

_Static_assert(ST_MAX <= 26, "theme_letter needs one letter per style");
