/* SPDX-License-Identifier: Apache-2.0
 *
 * options.h - the option table of holter-view.
 */
#ifndef HTR_VIEWER_OPTIONS_H
#define HTR_VIEWER_OPTIONS_H

#include <stdbool.h>

#include "formats/core/cli.h"

struct options {
	const char *filter, *at;
	int screen; /* enum screen */
	int color;  /* enum htr_color */
	bool ascii, mouse, utc, local;
	bool plain;
	bool print_keys;
	const char *keymap;
	const char *keys_from;
	bool dump_screen;
	const char *size;
};

extern const struct htr_cmd view_command;

struct options options_defaults(void);

#endif
