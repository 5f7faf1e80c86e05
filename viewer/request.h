/* SPDX-License-Identifier: Apache-2.0
 *
 * request.h - everything a person can ask for: one table that makes key bindings, help, hint line, man
 * page and `holter view --keys`.
 */
#ifndef HTR_VIEWER_REQUEST_H
#define HTR_VIEWER_REQUEST_H

#include "viewer/screens.h"

/* Which part of the program answers. A key may mean different things in different groups. */
enum request_group {
	RG_MOVE = 0,
	RG_SCREEN,
	RG_SELECT,
	RG_SEARCH,
	RG_TREE,
	RG_EVENT,
	RG_PROGRAM,
	RG_MAX
};

/* Groups that work on every screen. */
#define RG_COMMON \
	(1u << RG_MOVE | 1u << RG_SCREEN | 1u << RG_SELECT | 1u << RG_SEARCH | 1u << RG_PROGRAM)

/* clang-format off */
/*     id            name             default keys          group       help */
#define REQUESTS(X) \
	X(DOWN,          "down",          "j Down",             RG_MOVE,    "one row down") \
	X(UP,            "up",            "k Up",               RG_MOVE,    "one row up") \
	X(PAGE_DOWN,     "page-down",     "PgDn Ctrl-f",        RG_MOVE,    "one page down") \
	X(PAGE_UP,       "page-up",       "PgUp Ctrl-b",        RG_MOVE,    "one page up") \
	X(HALF_DOWN,     "half-down",     "Ctrl-d",             RG_MOVE,    "half a page down") \
	X(HALF_UP,       "half-up",       "Ctrl-u",             RG_MOVE,    "half a page up") \
	X(TOP,           "top",           "gg Home",            RG_MOVE,    "to the first row") \
	X(BOTTOM,        "bottom",        "G End",              RG_MOVE,    "to the last row") \
	X(LEFT,          "left",          "h Left",             RG_MOVE,    "previous column; fold a tree") \
	X(RIGHT,         "right",         "l Right",            RG_MOVE,    "next column; unfold a tree") \
	X(SCROLL_LEFT,   "scroll-left",   "H",                  RG_MOVE,    "scroll long texts left") \
	X(SCROLL_RIGHT,  "scroll-right",  "L",                  RG_MOVE,    "scroll long texts right") \
	X(ENTER,         "enter",         "Enter",              RG_MOVE,    "go into what is under the cursor") \
	X(BACK,          "back",          "Backspace",          RG_MOVE,    "back to where the last Enter came from") \
	SCREENS(SCREEN_REQUEST, X) \
	X(NEXT_PANE,     "next-pane",     "Tab",                RG_SCREEN,  "next pane") \
	X(PREV_PANE,     "previous-pane", "Shift-Tab",          RG_SCREEN,  "previous pane") \
	X(ZOOM_PANE,     "zoom-pane",     "z",                  RG_SCREEN,  "this pane alone, and back") \
	X(HIDE_PANE,     "hide-panes",    "\\",                 RG_SCREEN,  "hide or show the panes beside the list") \
	X(TIME_FORMAT,   "time-format",   ".",                  RG_SCREEN,  "times: of day, since start, since the row before") \
	X(TIME_ZONE,     "time-zone",     "Z",                  RG_SCREEN,  "times in UTC or local") \
	X(FILTER,        "filter",        ":",                  RG_SELECT,  "edit the filter (holter-filter(7))") \
	X(KEEP,          "keep",          "=",                  RG_SELECT,  "keep only what has the value under the cursor") \
	X(DROP,          "drop",          "!",                  RG_SELECT,  "drop what has the value under the cursor") \
	X(UNDO,          "undo",          "u",                  RG_SELECT,  "undo the last change of filter or zoom") \
	X(REDO,          "redo",          "Ctrl-r",             RG_SELECT,  "redo it") \
	X(GOTO_TIME,     "goto",          "t",                  RG_SELECT,  "go to a time or event: 20:09:02, +3.2s, #5120113") \
	X(ZOOM_IN,       "zoom-in",       "+",                  RG_SELECT,  "half the time range, round the cursor") \
	X(ZOOM_OUT,      "zoom-out",      "-",                  RG_SELECT,  "double the time range") \
	X(ZOOM_ALL,      "zoom-all",      "0",                  RG_SELECT,  "the whole trace") \
	X(PAN_LEFT,      "pan-left",      "<",                  RG_SELECT,  "move the time range to earlier") \
	X(PAN_RIGHT,     "pan-right",     ">",                  RG_SELECT,  "move the time range to later") \
	X(FIND,          "find",          "/",                  RG_SEARCH,  "find text in the visible columns") \
	X(FIND_BACK,     "find-back",     "Ctrl-/",             RG_SEARCH,  "find text backwards") \
	X(FIND_NEXT,     "find-next",     "n",                  RG_SEARCH,  "next match") \
	X(FIND_PREV,     "find-previous", "N",                  RG_SEARCH,  "previous match") \
	X(FOLD,          "fold",          "Space",              RG_TREE,    "fold or unfold this branch") \
	X(UNFOLD_ALL,    "unfold-all",    "*",                  RG_TREE,    "unfold everything") \
	X(PARENT,        "parent",        "a",                  RG_TREE,    "go to the parent process") \
	X(PRUNE,         "prune",         "p",                  RG_TREE,    "only branches that wrote files or spoke to peers") \
	X(SORT,          "sort",          "S",                  RG_TREE,    "sort: tree, start, lasted, pid, written, peers") \
	X(IMAGE_PREV,    "image-previous","[",                  RG_TREE,    "previous program this process was") \
	X(IMAGE_NEXT,    "image-next",    "]",                  RG_TREE,    "next program this process became") \
	X(PROCESS,       "process",       "a",                  RG_EVENT,   "show the process of this event in the tree") \
	X(HEX,           "hex",           "v",                  RG_EVENT,   "values as text or as hex") \
	X(NEXT_ERROR,    "next-error",    "e",                  RG_EVENT,   "next call that failed") \
	X(PREV_ERROR,    "previous-error","E",                  RG_EVENT,   "previous call that failed") \
	X(HELP,          "help",          "? F1",               RG_PROGRAM, "keys of this screen") \
	X(CLOSE,         "close",         "Esc",                RG_PROGRAM, "close the topmost thing; stop running work") \
	X(STOP,          "stop",          "Ctrl-c",             RG_PROGRAM, "stop running work; twice: quit") \
	X(REDRAW,        "redraw",        "Ctrl-l",             RG_PROGRAM, "paint the screen again") \
	X(QUIT,          "quit",          "q",                  RG_PROGRAM, "close the pane or dialog; on the last one quit")
/* clang-format on */

enum request {
	REQ_NONE = 0,
#define X(id, name, keys, group, help) REQ_##id,
	REQUESTS(X)
#undef X
		REQ_MAX
};

struct request_info {
	const char *name;
	const char *
		keys; /* default keys, blank-separated; two characters are pressed one after the other */
	enum request_group group;
	const char *help;
};

/* request_info - static memory; NULL for REQ_NONE and beyond the table. */
const struct request_info *request_info(enum request req);
/* request_by_name - REQ_NONE unknown. */
enum request request_by_name(const char *name);
/* request_group_title - heading of a group in help and man page. */
const char *request_group_title(enum request_group group);

#endif
