/* SPDX-License-Identifier: Apache-2.0
 *
 * key.h - keys as numbers and as names: a character is its code point, everything else starts at KEY_BASE.
 */
#ifndef HTR_VIEWER_KEY_H
#define HTR_VIEWER_KEY_H

#include <stdint.h>

#define KEY_NAME_MAX 16
#define VK_CTRL(c)   ((uint32_t)(c)&0x1f)

enum vk {
	VK_NONE = 0,
	VK_TAB = 9,
	VK_ENTER = 13,
	VK_ESC = 27,
	VK_BACKSPACE = 127,
	VK_BASE = 0x200000, /* above all code points */
	VK_UP,
	VK_DOWN,
	VK_LEFT,
	VK_RIGHT,
	VK_HOME,
	VK_END,
	VK_PAGE_UP,
	VK_PAGE_DOWN,
	VK_INSERT,
	VK_DELETE,
	VK_SHIFT_TAB,
	VK_F1, /* .. VK_F1 + 11 */
	VK_F12 = VK_F1 + 11,
	VK_MOUSE,  /* term_mouse() tells where */
	VK_RESIZE, /* the terminal has a new size */
	VK_HANGUP, /* the terminal is gone */
};

enum mouse_act {
	MOUSE_CLICK = 1,
	MOUSE_DOUBLE,
	MOUSE_WHEEL_UP,
	MOUSE_WHEEL_DOWN,
};

struct mouse {
	int x, y;
	int act; /* enum mouse_act */
};

/* vk_parse - "j", "Down", "Ctrl-d", "C-d", "^D", "F5", "PgUp" (and tmux' names) to a key; VK_NONE unknown. */
uint32_t vk_parse(const char *name);

/* vk_name - the name vk_parse() reads back. Returns out. */
const char *vk_name(uint32_t key, char out[KEY_NAME_MAX]);

#endif
