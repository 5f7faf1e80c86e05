/* SPDX-License-Identifier: Apache-2.0
 * Keys from a text instead of a person; screens as text instead of a terminal. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/cleanup.h"
#include "viewer/run.h"

#define SLICE_STEPS 1024    /* fixed, so that unfinished work stops at the same place everywhere */
#define SETTLE_MAX  4000000 /* slices; a script that needs more has found an endless loop */

struct script {
	struct app *app;
	FILE *out;
	bool settle;
	unsigned slices, events;
};

/* Work asks for screens and screens ask for work: until both rest. */
static int after_step(struct script *s)
{
	unsigned limit = s->settle ? SETTLE_MAX : s->slices;

	app_draw(s->app);
	for (unsigned i = 0; i < limit; i++) {
		if (!app_work(s->app, s->events)) {
			app_draw(s->app);
			if (!app_work(s->app, s->events)) {
				break;
			}
		}
	}
	app_draw(s->app);
	return s->settle && limit == 0 ? -ETIME : 0;
}

static int dump(struct script *s, const char *name, bool styles)
{
	cleanup_buf struct htr_buf text = { 0 };
	const struct canvas *c = &s->app->canvas;

	htr_buf_printf(&text, "== %s%s%dx%d ==\n", name, *name ? " " : "", c->w, c->h);
	if (styles) {
		canvas_dump_styles(c, &text);
	} else {
		canvas_dump(c, &text);
	}
	if (text.failed) {
		return -ENOMEM;
	}
	return fwrite(text.data, 1, text.len, s->out) == text.len ? 0 : -EIO;
}

static int press(struct script *s, const char *word)
{
	uint32_t key = vk_parse(word);

	if (key != VK_NONE) {
		app_key(s->app, key);
		return 0;
	}
	if (strlen(word) == 2) { /* gg */
		char one[2] = { word[0], '\0' };

		if (vk_parse(one) != VK_NONE && vk_parse(word + 1) != VK_NONE) {
			app_key(s->app, vk_parse(one));
			app_key(s->app, vk_parse(word + 1));
			return 0;
		}
	}
	return -EINVAL;
}

static int do_keys(struct script *s, char *args)
{
	char *save = NULL;
	int rc = 0;

	for (char *w = strtok_r(args, " \t", &save); w && rc >= 0;
	     w = strtok_r(NULL, " \t", &save)) {
		rc = press(s, w);
		if (rc >= 0) {
			rc = after_step(s);
		}
	}
	return rc;
}

static int do_type(struct script *s, char *args)
{
	for (const char *p = args; *p; p++) {
		app_key(s->app, (uint8_t)*p);
	}
	return after_step(s);
}

static int do_dump(struct script *s, char *args)
{
	return dump(s, args, false);
}

static int do_styles(struct script *s, char *args)
{
	return dump(s, args, true);
}

static int do_resize(struct script *s, char *args)
{
	int w, h;

	if (sscanf(args, "%dx%d", &w, &h) != 2) {
		return -EINVAL;
	}
	int rc = app_resize(s->app, w, h);
	return rc < 0 ? rc : after_step(s);
}

static int do_mouse(struct script *s, char *args, enum mouse_act act)
{
	struct mouse m = { .act = act };

	if (sscanf(args, "%d %d", &m.x, &m.y) != 2) {
		return -EINVAL;
	}
	app_mouse(s->app, &m);
	return after_step(s);
}

static int do_click(struct script *s, char *args)
{
	return do_mouse(s, args, MOUSE_CLICK);
}

static int do_double(struct script *s, char *args)
{
	return do_mouse(s, args, MOUSE_DOUBLE);
}

static int do_slices(struct script *s, char *args)
{
	s->settle = false;
	s->events = SLICE_STEPS;
	return sscanf(args, "%u %u", &s->slices, &s->events) >= 1 ? 0 : -EINVAL;
}

static int do_settle(struct script *s, char *args)
{
	s->settle = true;
	s->events = SLICE_STEPS;
	return after_step(s);
}

static const struct {
	const char *word;
	int (*fn)(struct script *s, char *args);
} steps[] = {
	{ "type", do_type },     { "dump", do_dump },     { "styles", do_styles },
	{ "resize", do_resize }, { "click", do_click },   { "double", do_double },
	{ "slices", do_slices }, { "settle", do_settle },
};

static int do_line(struct script *s, char *line)
{
	for (size_t i = 0; i < HTR_ARRAY_LEN(steps); i++) {
		size_t n = strlen(steps[i].word);

		if (strncmp(line, steps[i].word, n) == 0 && (line[n] == ' ' || !line[n])) {
			return steps[i].fn(s, line + n + (line[n] == ' '));
		}
	}
	return line[0] == '#' && line[1] ? 0 : do_keys(s, line);
}

int run_script(struct app *app, const char *text, FILE *out, struct htr_err *err)
{
	struct script s = { .app = app, .out = out, .settle = true, .events = SLICE_STEPS };
	unsigned number = 0;

	app_draw(app);
	while (*text && !app->quit) {
		size_t n = strcspn(text, "\n");
		cleanup_free char *line = strndup(text, n);

		if (!line) {
			return htr_err_set(err, -ENOMEM, "out of memory");
		}
		number++;
		/* the first line decides whether anything is read before the first step */
		if (number == 1 && strncmp(line, "slices", 6) != 0) {
			after_step(&s);
		}
		int rc = do_line(&s, line);
		if (rc == -EINVAL) {
			return htr_err_set(err, rc,
					   "script line %u: \"%.60s\" is no key and no step",
					   number, line);
		}
		if (rc < 0) {
			return htr_err_sys(err, -rc, "script line %u", number);
		}
		text += n + (text[n] == '\n');
	}
	return 0;
}
