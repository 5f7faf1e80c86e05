/* SPDX-License-Identifier: Apache-2.0
 * Curses. Nothing here knows what the cells mean beyond their style. */
#include "viewer/term.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

struct terminal {
	SCREEN *screen;
	int colors; /* 0, 8 or 256 */
	struct mouse mouse;
};

bool term_is_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0 && wcwidth(0x2581) == 1 &&
	       wcwidth(0x2500) == 1;
}

static void init_colors(struct terminal *t, bool color)
{
	if (!color || !has_colors() || start_color() == ERR) {
		return;
	}
	use_default_colors();
	t->colors = COLORS >= 256 && COLOR_PAIRS > ST_MAX ? 256 : 8;
	for (int i = 0; i < ST_MAX; i++) {
		const struct theme_look *look = theme_look((enum style)i);

		init_pair((short)(i + 1), t->colors == 256 ? look->fg256 : look->fg8, -1);
	}
}

/* Ctrl-c, Ctrl-\ and flow control are keys for us; Ctrl-z keeps its meaning. */
static void set_tty(void)
{
	struct termios tio;

	cbreak();
	noecho();
	nonl();
	if (tcgetattr(STDIN_FILENO, &tio) == 0) {
		tio.c_cc[VINTR] = _POSIX_VDISABLE;
		tio.c_cc[VQUIT] = _POSIX_VDISABLE;
		tio.c_iflag &= ~(tcflag_t)(IXON | IXOFF);
		tcsetattr(STDIN_FILENO, TCSADRAIN, &tio);
	}
	def_prog_mode();
}

/* Curses would draw on such a terminal, but in a heap. */
static bool can_move(void)
{
	const char *cup = tigetstr("cup");

	return cup && cup != (char *)-1;
}

int term_open(struct terminal **ret, const struct term_opts *opts, struct htr_err *err)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		return htr_err_set(err, -ENOTTY,
				   "no terminal here; --plain prints the trace as text");
	}
	struct terminal *t = calloc(1, sizeof(*t));
	int status;

	if (!t) {
		return htr_err_set(err, -ENOMEM, "out of memory");
	}
	if (setupterm(NULL, STDOUT_FILENO, &status) == ERR || !can_move()) {
		const char *name = getenv("TERM");
		bool known = status == 1;

		free(t);
		return htr_err_set(
			err, known ? -ENOTSUP : -EINVAL,
			known ? "TERM=%.40s cannot place a cursor; --plain prints the trace "
				"as text"
			      : "TERM=%.40s is not known here; try TERM=vt100, or --plain",
			name ? name : "");
	}
	t->screen = newterm(NULL, stdout, stdin);
	if (!t->screen) {
		free(t);
		return htr_err_set(err, -ENOTSUP, "this terminal cannot be used; try --plain");
	}
	set_term(t->screen);
	set_tty();
	set_escdelay(25);
	keypad(stdscr, TRUE);
	meta(stdscr, TRUE);
	leaveok(stdscr, FALSE);
	init_colors(t, opts->color);
	if (opts->mouse) {
		mousemask(BUTTON1_CLICKED | BUTTON1_PRESSED | BUTTON1_DOUBLE_CLICKED |
				  BUTTON4_PRESSED | BUTTON5_PRESSED,
			  NULL);
		mouseinterval(150);
	}
	*ret = t;
	return 0;
}

void term_close(struct terminal *t)
{
	if (t) {
		/* without a second screen buffer the shell goes on here */
		move(LINES - 1, 0);
		clrtoeol();
		refresh();
		endwin();
		delscreen(t->screen);
		free(t);
	}
}

void term_size(struct terminal *t, int *ret_w, int *ret_h)
{
	*ret_w = COLS > 0 ? COLS : 1;
	*ret_h = LINES > 0 ? LINES : 1;
}

static attr_t attrs_of(const struct terminal *t, const struct cell *cell)
{
	const struct theme_look *look = theme_look((enum style)cell->style);
	bool reverse = look->bits & THEME_REVERSE;
	attr_t a = A_NORMAL;

	a |= look->bits & THEME_BOLD ? A_BOLD : 0;
	a |= look->bits & THEME_DIM && t->colors != 256 ? A_DIM : 0;
	a |= look->bits & THEME_UNDERLINE ? A_UNDERLINE : 0;
	a |= cell->flags & CELL_MATCH ? A_UNDERLINE | A_BOLD : 0;
	/* an escape stays visible on the cursor row: it is the one that is not reversed */
	reverse ^= (cell->flags & CELL_ESCAPE) != 0;
	reverse ^= (cell->flags & CELL_CURSOR) != 0;
	return a | (reverse ? A_REVERSE : 0);
}

void term_draw(struct terminal *t, const struct canvas *c, bool all)
{
	int w = c->w < COLS ? c->w : COLS;
	int h = c->h < LINES ? c->h : LINES;

	erase();
	for (int y = 0; y < h; y++) {
		for (int x = 0; x < w; x++) {
			const struct cell *cell = canvas_cell(c, x, y);
			wchar_t text[2] = { (wchar_t)cell->cp, 0 };
			cchar_t cc;

			if (!cell->width ||
			    (cell->cp == ' ' && !cell->flags && cell->style != ST_TAB_ON)) {
				continue;
			}
			if (x + cell->width > w || wcwidth(text[0]) != cell->width) {
				text[0] = '?'; /* the locale disagrees about this character */
			}
			setcchar(&cc, text, attrs_of(t, cell),
				 t->colors ? (short)(cell->style + 1) : 0, NULL);
			mvadd_wch(y, x, &cc);
		}
	}
	curs_set(c->cursor_shown ? 1 : 0);
	move(c->cursor_y < h ? c->cursor_y : 0, c->cursor_x < w ? c->cursor_x : 0);
	if (all) {
		clearok(curscr, TRUE);
	}
	refresh();
}

static uint32_t special(int key)
{
	static const struct {
		int curses;
		uint32_t key;
	} map[] = {
		{ KEY_UP, VK_UP },
		{ KEY_DOWN, VK_DOWN },
		{ KEY_LEFT, VK_LEFT },
		{ KEY_RIGHT, VK_RIGHT },
		{ KEY_HOME, VK_HOME },
		{ KEY_END, VK_END },
		{ KEY_PPAGE, VK_PAGE_UP },
		{ KEY_NPAGE, VK_PAGE_DOWN },
		{ KEY_IC, VK_INSERT },
		{ KEY_DC, VK_DELETE },
		{ KEY_BTAB, VK_SHIFT_TAB },
		{ KEY_ENTER, VK_ENTER },
		{ KEY_BACKSPACE, VK_BACKSPACE },
		{ KEY_A1, VK_HOME },
		{ KEY_C1, VK_END },
		{ KEY_RESIZE, VK_RESIZE },
	};

	for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++) {
		if (map[i].curses == key) {
			return map[i].key;
		}
	}
	if (key >= KEY_F(1) && key <= KEY_F(12)) {
		return VK_F1 + (uint32_t)(key - KEY_F(1));
	}
	return VK_NONE;
}

static uint32_t mouse_key(struct terminal *t)
{
	MEVENT ev;

	if (getmouse(&ev) == ERR) {
		return VK_NONE;
	}
	t->mouse = (struct mouse){ ev.x, ev.y, 0 };
	if (ev.bstate & BUTTON4_PRESSED) {
		t->mouse.act = MOUSE_WHEEL_UP;
	} else if (ev.bstate & BUTTON5_PRESSED) {
		t->mouse.act = MOUSE_WHEEL_DOWN;
	} else if (ev.bstate & BUTTON1_DOUBLE_CLICKED) {
		t->mouse.act = MOUSE_DOUBLE;
	} else if (ev.bstate & (BUTTON1_CLICKED | BUTTON1_PRESSED)) {
		t->mouse.act = MOUSE_CLICK;
	} else {
		return VK_NONE;
	}
	return VK_MOUSE;
}

/* ERR means "nothing came" as well as "nobody is there any more"; poll tells them apart. */
static uint32_t nothing_came(void)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };

	if (poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR | POLLNVAL))) {
		return VK_HANGUP;
	}
	return VK_NONE;
}

uint32_t term_key(struct terminal *t, int timeout_ms)
{
	wint_t ch;

	timeout(timeout_ms);
	int rc = get_wch(&ch);

	if (rc == ERR) {
		return nothing_came();
	}
	if (rc == KEY_CODE_YES) {
		return ch == KEY_MOUSE ? mouse_key(t) : special((int)ch);
	}
	if (ch == '\n' || ch == '\r') {
		return VK_ENTER;
	}
	return ch == 8 ? VK_BACKSPACE : (uint32_t)ch;
}

struct mouse term_mouse(const struct terminal *t)
{
	return t->mouse;
}
