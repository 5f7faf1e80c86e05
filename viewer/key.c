/* SPDX-License-Identifier: Apache-2.0
 * Names of keys. */
#include "viewer/key.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "formats/core/cleanup.h"
#include "formats/core/str.h"

/* The first name of a key is the one that is shown. */
static const struct {
	const char *name;
	uint32_t key;
} names[] = {
	{ "Up", VK_UP },
	{ "Down", VK_DOWN },
	{ "Left", VK_LEFT },
	{ "Right", VK_RIGHT },
	{ "Home", VK_HOME },
	{ "End", VK_END },
	{ "PgUp", VK_PAGE_UP },
	{ "PgDn", VK_PAGE_DOWN },
	{ "Ins", VK_INSERT },
	{ "Del", VK_DELETE },
	{ "Tab", VK_TAB },
	{ "Shift-Tab", VK_SHIFT_TAB },
	{ "Enter", VK_ENTER },
	{ "Esc", VK_ESC },
	{ "Backspace", VK_BACKSPACE },
	{ "Space", ' ' },
	{ "Hash", '#' }, /* in a key file # starts a comment */
	{ "Ctrl-/", 0x1f },
	/* other spellings */
	{ "PageUp", VK_PAGE_UP },
	{ "PPage", VK_PAGE_UP },
	{ "PageDown", VK_PAGE_DOWN },
	{ "NPage", VK_PAGE_DOWN },
	{ "Insert", VK_INSERT },
	{ "IC", VK_INSERT },
	{ "Delete", VK_DELETE },
	{ "DC", VK_DELETE },
	{ "BTab", VK_SHIFT_TAB },
	{ "S-Tab", VK_SHIFT_TAB },
	{ "Return", VK_ENTER },
	{ "Escape", VK_ESC },
	{ "BSpace", VK_BACKSPACE },
};

uint32_t vk_parse(const char *name)
{
	size_t len = strlen(name);
	struct htr_glyph g = htr_glyph_next(name, len);
	unsigned f;
	int used = 0;

	if (g.len == len && g.width && g.cp != ' ') {
		return g.cp;
	}
	for (size_t i = 0; i < HTR_ARRAY_LEN(names); i++) {
		if (strcasecmp(names[i].name, name) == 0) {
			return names[i].key;
		}
	}
	if (sscanf(name, "F%u%n", &f, &used) == 1 && (size_t)used == len && f >= 1 && f <= 12) {
		return VK_F1 + f - 1;
	}
	const char *ch = !strncasecmp(name, "Ctrl-", 5) ? name + 5
			 : !strncasecmp(name, "C-", 2)  ? name + 2
			 : name[0] == '^'               ? name + 1
							: "";
	if (ch[0] && !ch[1] && ((ch[0] >= '@' && ch[0] <= '_') || (ch[0] >= 'a' && ch[0] <= 'z'))) {
		return VK_CTRL(ch[0]);
	}
	return VK_NONE;
}

const char *vk_name(uint32_t key, char out[KEY_NAME_MAX])
{
	for (size_t i = 0; i < HTR_ARRAY_LEN(names); i++) {
		if (names[i].key == key) {
			snprintf(out, KEY_NAME_MAX, "%s", names[i].name);
			return out;
		}
	}
	if (key >= VK_F1 && key <= VK_F12) {
		snprintf(out, KEY_NAME_MAX, "F%u", (unsigned)(key - VK_F1 + 1));
	} else if (key < 0x20) {
		snprintf(out, KEY_NAME_MAX, "Ctrl-%c", (int)(key < 27 ? key | 0x60 : key | 0x40));
	} else if (key < 0x7f) {
		snprintf(out, KEY_NAME_MAX, "%c", (int)key);
	} else {
		snprintf(out, KEY_NAME_MAX, "U+%04X", (unsigned)key);
	}
	return out;
}
