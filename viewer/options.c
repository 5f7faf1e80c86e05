/* SPDX-License-Identifier: Apache-2.0
 * The option table of holter-view. */
#include "viewer/options.h"

#include "formats/core/cleanup.h"
#include "viewer/screens.h"

static const char *const screen_words[] = {
#define WORD(X, id, ops, name, key, tab, help) [SCREEN_##id] = name,
	SCREENS(WORD, 0)
#undef WORD
		NULL
};

#define AT(member) offsetof(struct options, member)
static const struct htr_opt option_table[] = {
	{ 'f', "filter", HTR_OPT_STR, AT(filter), "FILTER", "show only the events that match",
	  NULL },
	{ 't', "at", HTR_OPT_STR, AT(at), "PLACE",
	  "start at EVENT or #EVENT, 20:09:02, +3.2s or a full date", NULL },
	{ 0, "screen", HTR_OPT_ENUM, AT(screen), "NAME", "start with procs or events",
	  screen_words },
	{ 0, "plain", HTR_OPT_FLAG, AT(plain), NULL,
	  "print summary and process tree as text instead", NULL },
	{ 0, "ascii", HTR_OPT_FLAG, AT(ascii), NULL,
	  "draw with ASCII only (automatic without a UTF-8 locale)", NULL },
	{ 0, "color", HTR_OPT_ENUM, AT(color), "WHEN", "auto, always or never", htr_color_words },
	{ 0, "mouse", HTR_OPT_FLAG, AT(mouse), NULL,
	  "use the mouse (default; --no-mouse leaves it to the terminal)", NULL },
	{ 0, "utc", HTR_OPT_FLAG, AT(utc), NULL, "times in UTC (default)", NULL },
	{ 0, "local", HTR_OPT_FLAG, AT(local), NULL, "times in the local zone", NULL },
	{ 0, "keys", HTR_OPT_FLAG, AT(print_keys), NULL, "print the table of keys", NULL },
	{ 0, "keymap", HTR_OPT_STR, AT(keymap), "FILE",
	  "read key bindings from FILE instead of ~/.config/holter/keys", NULL },
	{ 0, "keys-from", HTR_OPT_STR, AT(keys_from), "FILE",
	  "take keys from a script instead of a terminal", NULL },
	{ 0, "dump-screen", HTR_OPT_FLAG, AT(dump_screen), NULL,
	  "print the screen as text at the end; needs no terminal", NULL },
	{ 0, "size", HTR_OPT_STR, AT(size), "CxR", "columns and rows of the dumped screen (80x24)",
	  NULL },
};
#undef AT

const struct htr_cmd view_command = {
	.program = "holter view",
	.usage = "FILE",
	.summary = "Look at a recorded trace: events, processes, filters. Press ? for the keys.",
	.details = "  holter view web.htr\n"
		   "  holter view web.htr --filter 'proc.name=sh' --at 20:09:02\n"
		   "  holter view web.htr --plain | less\n\n"
		   "The trace is only read, nothing is executed, nothing is written.\n"
		   "Exit codes: 0 done, 2 usage or bad filter, 3 no trace or damaged.\n",
	.opts = option_table,
	.n_opts = HTR_ARRAY_LEN(option_table),
	.formats = "trace format 1.0",
};

struct options options_defaults(void)
{
	return (struct options){ .screen = SCREEN_EVENTS, .mouse = true };
}
