/* SPDX-License-Identifier: Apache-2.0
 *
 * main.c - holter-view: options, locale, who drives the program.
 */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/cleanup.h"
#include "formats/core/io.h"
#include "formats/core/log.h"
#include "viewer/options.h"
#include "viewer/run.h"

#define SCRIPT_MAX ((size_t)1024 * 1024) /* a script of keys */

/* The user's own key file is optional; one that was named must be there. */
static int load_keys(struct keymap *km, const struct options *opt, struct htr_err *err)
{
	const char *config = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");
	cleanup_buf struct htr_buf path = { 0 };

	if (opt->keymap) {
		return keymap_load(km, opt->keymap, err);
	}
	if (opt->keys_from || opt->dump_screen) {
		return 0; /* scripts see the same keys everywhere */
	}
	if (config && config[0] == '/') {
		htr_buf_printf(&path, "%s/holter/keys", config);
	} else if (home && home[0] == '/') {
		htr_buf_printf(&path, "%s/.config/holter/keys", home);
	}
	if (!path.len || access(htr_buf_str(&path), F_OK) < 0) {
		return 0;
	}
	return keymap_load(km, htr_buf_str(&path), err);
}

static int print_keys(const struct options *opt)
{
	struct keymap km;
	struct htr_err err = HTR_ERR_INIT;
	cleanup_buf struct htr_buf out = { 0 };

	keymap_init(&km);
	if (load_keys(&km, opt, &err) < 0) {
		return htr_cli_fail(&view_command, &err);
	}
	keymap_print(&km, &out);
	fputs(htr_buf_str(&out), stdout);
	return fflush(stdout) == 0 ? HTR_EXIT_OK : HTR_EXIT_USAGE;
}

/* What --filter, --at, --local and the like ask for. Returns: -1 go on, else the exit code. */
static int apply(struct app *app, const struct options *opt)
{
	struct htr_err err = HTR_ERR_INIT;
	struct htr_filter_err ferr = { 0 };
	struct selection sel = *selections_now(&app->session.selections);
	uint64_t place = 0;

	app->session.local = opt->local && !opt->utc;
	if (load_keys(&app->keymap, opt, &err) < 0) {
		return htr_cli_fail(&view_command, &err);
	}
	if (opt->filter) {
		cleanup_free char *text = strdup(opt->filter);

		sel.filter = text;
		if (!text || session_select(&app->session, &sel, &ferr, &err) < 0) {
			cleanup_buf struct htr_buf caret = { 0 };

			if (text && ferr.msg[0]) {
				htr_filter_caret(&caret, text, &ferr);
				fputs(htr_buf_str(&caret), stderr);
				return HTR_EXIT_USAGE;
			}
			return htr_cli_fail(&view_command, &err);
		}
	}
	if (opt->at) {
		if (session_goto(&app->session, opt->at, &place, &err) < 0) {
			return htr_cli_error(&view_command, HTR_EXIT_USAGE, "--at: %s", err.msg);
		}
		if (place && place >= app->session.loader.n_events) {
			place = app->session.loader.n_events - 1;
		}
		app_go(app, place);
	}
	return -1;
}

static int run_keys(struct app *app, const struct options *opt, struct htr_err *err)
{
	cleanup_buf struct htr_buf script = { 0 };
	int rc = 0;

	if (opt->keys_from) {
		const char *path = strcmp(opt->keys_from, "-") == 0 ? "/dev/stdin" : opt->keys_from;

		rc = htr_read_file(path, &script, SCRIPT_MAX, err);
	}
	if (rc >= 0 && opt->dump_screen && !strstr(htr_buf_str(&script), "dump") &&
	    !strstr(htr_buf_str(&script), "styles")) {
		htr_buf_adds(&script, "\ndump\n");
	}
	if (rc >= 0 && script.failed) {
		rc = htr_err_set(err, -ENOMEM, "out of memory");
	}
	return rc < 0 ? rc : run_script(app, htr_buf_str(&script), stdout, err);
}

static int run_on_terminal(struct app *app, const struct options *opt, struct htr_err *err)
{
	struct term_opts to = {
		.color = htr_cli_color((enum htr_color)opt->color, STDOUT_FILENO),
		.mouse = opt->mouse,
	};
	int rc = run_terminal(app, &to, err);

	if (rc == -ENOTSUP) { /* a terminal, but one that cannot be drawn on */
		htr_cli_error(&view_command, HTR_EXIT_OK, "%s", err->msg);
		rc = run_plain(app, stdout, err);
	}
	return rc;
}

static int run(struct app *app, const struct options *opt)
{
	struct htr_err err = HTR_ERR_INIT;
	int w = 80, h = 24, rc;

	if (opt->size && (sscanf(opt->size, "%dx%d", &w, &h) != 2 || w < 1 || h < 1)) {
		return htr_cli_error(&view_command, HTR_EXIT_USAGE,
				     "--size: write columns and rows like 80x24");
	}
	int code = apply(app, opt);

	if (code >= 0) {
		return code;
	}
	if (opt->plain) {
		rc = run_plain(app, stdout, &err);
	} else if (opt->keys_from || opt->dump_screen) {
		app->canvas.ascii = opt->ascii;
		rc = app_resize(app, w, h);
		if (rc >= 0) {
			rc = run_keys(app, opt, &err);
		}
	} else {
		app->canvas.ascii = opt->ascii || !term_is_utf8();
		rc = run_on_terminal(app, opt, &err);
	}
	if (rc == -ENOTTY || rc == -EINVAL) {
		return htr_cli_error(&view_command, HTR_EXIT_USAGE, "%s", err.msg);
	}
	if (rc < 0) {
		return htr_cli_fail(&view_command, &err);
	}
	return app->session.damaged || htr_reader_n_gaps(app->session.loader.reader)
		       ? HTR_EXIT_DAMAGED
		       : HTR_EXIT_OK;
}

int main(int argc, char **argv)
{
	struct options opt = options_defaults();
	struct htr_err err = HTR_ERR_INIT;
	struct htr_reader *reader;
	char **args;
	int n_args;

	setlocale(LC_CTYPE, "");
	htr_log_init(NULL);
	int code = htr_cli_start(&view_command, &opt, argc, argv, &args, &n_args, HTR_EXIT_USAGE);
	if (code >= 0) {
		return code;
	}
	if (opt.print_keys) {
		return print_keys(&opt);
	}
	if (n_args != 1) {
		return htr_cli_error(&view_command, HTR_EXIT_USAGE, "%s; see --help",
				     n_args ? "one trace at a time" : "which trace?");
	}
	if (strcmp(args[0], "-") == 0) {
		return htr_cli_error(&view_command, HTR_EXIT_USAGE,
				     "the viewer jumps about in the trace: store the stream in a "
				     "file first");
	}
	if (htr_reader_open(&reader, args[0], 0, &err) < 0) {
		return htr_cli_fail(&view_command, &err);
	}
	cleanup_free struct app *app = malloc(sizeof(*app));

	if (!app) {
		htr_reader_close(reader);
		return htr_cli_error(&view_command, HTR_EXIT_USAGE, "out of memory");
	}
	if (app_init(app, reader, opt.screen, &err) < 0) {
		return htr_cli_fail(&view_command, &err);
	}
	code = run(app, &opt);
	app_fini(app);
	return code;
}
