/* SPDX-License-Identifier: Apache-2.0
 * Option tables. Prints only in the functions whose header says so. */
#include "formats/core/cli.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/cleanup.h"
#include "formats/core/clock.h"
#include "formats/core/str.h"

const char *const htr_color_words[] = { "auto", "always", "never", NULL };

/* What every program has. */
enum builtin {
	BUILTIN_NONE,
	BUILTIN_HELP,
	BUILTIN_VERSION,
	BUILTIN_DUMP,
};

static bool takes_arg(const struct htr_opt *o)
{
	return o->type != HTR_OPT_FLAG && o->type != HTR_OPT_COUNT;
}

/* ---- one value ----------------------------------------------------------------------------------- */

static int set_list(struct htr_strlist *list, const struct htr_opt *o, const char *value,
		    struct htr_err *err)
{
	if (list->n == HTR_STRLIST_MAX) {
		return htr_err_set(err, -E2BIG, "--%s given more than %d times", o->name,
				   HTR_STRLIST_MAX);
	}
	list->items[list->n++] = value;
	return 0;
}

static int set_enum(int *to, const struct htr_opt *o, const char *value, struct htr_err *err)
{
	char words[200] = "";

	for (int i = 0; o->words[i]; i++) {
		if (!strcmp(o->words[i], value)) {
			*to = i;
			return 0;
		}
		size_t at = strlen(words);
		snprintf(words + at, sizeof(words) - at, "%s%s", i ? ", " : "", o->words[i]);
	}
	return htr_err_set(err, -EINVAL, "--%s: '%.60s' is none of %s", o->name, value, words);
}

static int set_value(const struct htr_opt *o, void *opts, const char *value, bool on,
		     struct htr_err *err)
{
	void *to = (char *)opts + o->offset;
	int r = 0;
	const char *want = "";

	switch (o->type) {
	case HTR_OPT_FLAG:
		*(bool *)to = on;
		break;
	case HTR_OPT_COUNT:
		*(int *)to += 1;
		break;
	case HTR_OPT_STR:
		*(const char **)to = value;
		break;
	case HTR_OPT_LIST:
		return set_list(to, o, value, err);
	case HTR_OPT_ENUM:
		return set_enum(to, o, value, err);
	case HTR_OPT_INT:
		r = htr_str_to_i64(value, to);
		want = "a number";
		break;
	case HTR_OPT_SIZE:
		r = htr_str_to_size(value, to);
		want = "a size such as 4096, 64k or 256M";
		break;
	case HTR_OPT_SPAN:
		r = htr_time_parse_span(value, to);
		want = "a time span such as 10s or 200ms";
		break;
	}
	if (r < 0) {
		return htr_err_set(err, r, "--%s: '%.60s' is not %s", o->name, value, want);
	}
	return 0;
}

/* ---- finding options -------------------------------------------------------------------------------- */

static const struct htr_opt *by_letter(const struct htr_cmd *cmd, char c)
{
	for (size_t i = 0; i < cmd->n_opts; i++) {
		if (cmd->opts[i].letter == c) {
			return &cmd->opts[i];
		}
	}
	return NULL;
}

static const struct htr_opt *by_name(const struct htr_cmd *cmd, const char *name, size_t len)
{
	for (size_t i = 0; i < cmd->n_opts; i++) {
		if (strlen(cmd->opts[i].name) == len && !memcmp(cmd->opts[i].name, name, len)) {
			return &cmd->opts[i];
		}
	}
	return NULL;
}

static enum builtin builtin(const char *name, size_t len)
{
	static const struct {
		const char *name;
		enum builtin b;
	} all[] = {
		{ "help", BUILTIN_HELP },
		{ "version", BUILTIN_VERSION },
		{ "dump-options", BUILTIN_DUMP },
	};
	for (size_t i = 0; i < HTR_ARRAY_LEN(all); i++) {
		if (strlen(all[i].name) == len && !memcmp(all[i].name, name, len)) {
			return all[i].b;
		}
	}
	return BUILTIN_NONE;
}

static int unknown(const struct htr_cmd *cmd, const char *name, size_t len, struct htr_err *err)
{
	char given[64];
	const char *best = NULL;
	unsigned best_distance = 4;

	snprintf(given, sizeof(given), "%.*s", (int)(len < 60 ? len : 60), name);
	for (size_t i = 0; i < cmd->n_opts; i++) {
		unsigned d = htr_str_distance(given, cmd->opts[i].name);
		if (d < best_distance) {
			best_distance = d;
			best = cmd->opts[i].name;
		}
	}
	return best ? htr_err_set(err, -EINVAL, "unknown option --%s (did you mean --%s?)", given,
				  best)
		    : htr_err_set(err, -EINVAL, "unknown option --%s (try --help)", given);
}

/* ---- argv ----------------------------------------------------------------------------------------------- */

struct parse {
	const struct htr_cmd *cmd;
	void *opts;
	int argc, at;
	char **argv;
	enum builtin builtin;
	struct htr_err *err;
};

static int parse_long(struct parse *p, const char *arg)
{
	size_t len = strcspn(arg, "=");
	const char *value = arg[len] ? arg + len + 1 : NULL;
	bool on = true;
	const struct htr_opt *o = by_name(p->cmd, arg, len);

	if (!o && (p->builtin = builtin(arg, len)) != BUILTIN_NONE) {
		return 0;
	}
	if (!o && len > 3 && !strncmp(arg, "no-", 3)) {
		o = by_name(p->cmd, arg + 3, len - 3);
		if (o && o->type != HTR_OPT_FLAG) {
			o = NULL;
		}
		on = false;
	}
	if (!o) {
		return unknown(p->cmd, arg, len, p->err);
	}
	if (!takes_arg(o)) {
		if (value) {
			return htr_err_set(p->err, -EINVAL, "--%s takes no value", o->name);
		}
	} else if (!value) {
		if (p->at == p->argc) {
			return htr_err_set(p->err, -EINVAL, "--%s needs %s", o->name, o->arg);
		}
		value = p->argv[p->at++];
	}
	return set_value(o, p->opts, value, on, p->err);
}

static int parse_short(struct parse *p, const char *arg)
{
	for (; *arg; arg++) {
		const struct htr_opt *o = by_letter(p->cmd, *arg);
		const char *value = NULL;

		if (!o && *arg == 'h') {
			p->builtin = BUILTIN_HELP;
			return 0;
		}
		if (!o) {
			return htr_err_set(p->err, -EINVAL, "unknown option -%c (try --help)",
					   isprint((unsigned char)*arg) ? *arg : '?');
		}
		bool last = takes_arg(o);
		if (last) {
			value = arg[1] ? arg + 1 : p->at < p->argc ? p->argv[p->at++] : NULL;
			if (!value) {
				return htr_err_set(p->err, -EINVAL, "-%c needs %s", o->letter,
						   o->arg);
			}
		}
		int r = set_value(o, p->opts, value, true, p->err);
		if (r < 0 || last) {
			return r;
		}
	}
	return 0;
}

static int from_environment(const struct htr_cmd *cmd, void *opts, struct htr_err *err)
{
	for (size_t i = 0; i < cmd->n_opts; i++) {
		const struct htr_opt *o = &cmd->opts[i];
		char name[64];
		int n = snprintf(name, sizeof(name), "HOLTER_%s", o->name);

		for (int k = 0; k < n && k < (int)sizeof(name); k++) {
			name[k] = name[k] == '-' ? '_' : (char)toupper((unsigned char)name[k]);
		}
		const char *value = getenv(name);
		if (!value || !*value || o->type == HTR_OPT_COUNT) {
			continue;
		}
		bool on = strcmp(value, "0") && strcmp(value, "no") && strcmp(value, "false");
		int r = set_value(o, opts, value, on, err);
		if (r < 0) {
			htr_err_wrap(err, "%s", name);
			return r;
		}
		if (o->type == HTR_OPT_LIST) {
			continue;
		}
	}
	return 0;
}

static void dump_options(const struct htr_cmd *cmd, struct htr_buf *out)
{
	for (size_t i = 0; i < cmd->n_opts; i++) {
		const struct htr_opt *o = &cmd->opts[i];
		htr_buf_printf(out, "%c\t%s\t%s\t", o->letter ? o->letter : '-', o->name,
			       o->arg ? o->arg : "-");
		for (int k = 0; o->words && o->words[k]; k++) {
			htr_buf_printf(out, "%s%s", k ? "," : "", o->words[k]);
		}
		htr_buf_printf(out, "\t%.*s\n", (int)strcspn(o->help, "\n"), o->help);
	}
}

static int run_builtin(const struct htr_cmd *cmd, enum builtin b, struct htr_buf *out)
{
	if (b == BUILTIN_HELP) {
		htr_cli_help(cmd, out);
	} else if (b == BUILTIN_VERSION) {
		htr_buf_printf(out, "%s %s%s%s\n", cmd->program, HOLTER_VERSION,
			       cmd->formats ? ", " : "", cmd->formats ? cmd->formats : "");
	} else {
		dump_options(cmd, out);
	}
	return 1;
}

int htr_cli_parse(const struct htr_cmd *cmd, void *opts, int argc, char **argv, char ***ret_args,
		  int *ret_n_args, struct htr_buf *out, struct htr_err *err)
{
	struct parse p = { .cmd = cmd, .opts = opts, .argc = argc, .argv = argv, .err = err };
	int n = 0;

	int r = from_environment(cmd, opts, err);
	if (r < 0) {
		return r;
	}
	for (p.at = 1; p.at < argc;) {
		char *arg = argv[p.at++];

		if (!strcmp(arg, "--")) {
			break;
		}
		if (arg[0] != '-' || !arg[1]) {
			argv[1 + n++] = arg;
			if (cmd->stop_at_operand) {
				break;
			}
			continue;
		}
		r = arg[1] == '-' ? parse_long(&p, arg + 2) : parse_short(&p, arg + 1);
		if (r < 0) {
			return r;
		}
		if (p.builtin != BUILTIN_NONE) {
			return run_builtin(cmd, p.builtin, out);
		}
	}
	while (p.at < argc) {
		argv[1 + n++] = argv[p.at++];
	}
	argv[argc ? 1 + n : 0] = NULL; /* n + 1 <= argc, and argv[argc] exists */
	*ret_args = argv + (argc ? 1 : 0);
	*ret_n_args = n;
	return 0;
}

int htr_cli_start(const struct htr_cmd *cmd, void *opts, int argc, char **argv, char ***ret_args,
		  int *ret_n_args, enum htr_exit usage_code)
{
	cleanup_buf struct htr_buf out = { 0 };
	struct htr_err err = HTR_ERR_INIT;

	int r = htr_cli_parse(cmd, opts, argc, argv, ret_args, ret_n_args, &out, &err);
	if (r < 0) {
		return htr_cli_error(cmd, usage_code, "%s", err.msg);
	}
	if (r > 0) {
		fputs(htr_buf_str(&out), stdout);
		return fflush(stdout) ? HTR_EXIT_USAGE : HTR_EXIT_OK;
	}
	return -1;
}

/* ---- help --------------------------------------------------------------------------------------------- */

#define HELP_COLUMN 28

static void help_line(struct htr_buf *out, const char *left, const char *help)
{
	size_t len = strlen(left);

	htr_buf_adds(out, left);
	if (len >= HELP_COLUMN - 1) {
		htr_buf_addc(out, '\n');
		len = 0;
	}
	for (;;) {
		size_t n = strcspn(help, "\n");
		htr_buf_printf(out, "%*s%.*s\n", (int)(HELP_COLUMN - len), "", (int)n, help);
		help += n;
		if (!*help) {
			return;
		}
		help++;
		len = 0;
	}
}

void htr_cli_help(const struct htr_cmd *cmd, struct htr_buf *out)
{
	htr_buf_printf(out, "Usage: %s [OPTIONS] %s\n\n%s\n\nOptions:\n", cmd->program, cmd->usage,
		       cmd->summary);
	for (size_t i = 0; i < cmd->n_opts; i++) {
		const struct htr_opt *o = &cmd->opts[i];
		char left[96];
		int n = o->letter ? snprintf(left, sizeof(left), "  -%c, --%s", o->letter, o->name)
				  : snprintf(left, sizeof(left), "      --%s", o->name);
		if (o->arg && n > 0 && (size_t)n < sizeof(left)) {
			snprintf(left + n, sizeof(left) - (size_t)n, "=%s", o->arg);
		}
		help_line(out, left, o->help);
	}
	help_line(out, "  -h, --help", "show this text");
	help_line(out, "      --version", "show the version");
	if (cmd->details) {
		htr_buf_printf(out, "\n%s", cmd->details);
	}
}

/* ---- errors --------------------------------------------------------------------------------------------- */

int htr_cli_error(const struct htr_cmd *cmd, enum htr_exit code, const char *fmt, ...)
{
	char text[HTR_ERR_MSG_MAX];
	cleanup_buf struct htr_buf safe = { 0 };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	htr_str_escape(&safe, text, strlen(text), HTR_ESC_KEEP_BSL);
	fprintf(stderr, "%s: %s\n", cmd->program, htr_buf_str(&safe));
	return code;
}

int htr_cli_fail(const struct htr_cmd *cmd, const struct htr_err *err)
{
	enum htr_exit code = HTR_EXIT_DAMAGED;

	if (err->code == -EINVAL) {
		code = HTR_EXIT_USAGE;
	}
	if (err->offset >= 0) {
		return htr_cli_error(cmd, code, "%s (at byte %lld)", err->msg,
				     (long long)err->offset);
	}
	return htr_cli_error(cmd, code, "%s", err->msg);
}

bool htr_cli_color(enum htr_color option, int fd)
{
	if (option != HTR_COLOR_AUTO) {
		return option == HTR_COLOR_ALWAYS;
	}
	const char *no = getenv("NO_COLOR"), *force = getenv("CLICOLOR_FORCE");
	const char *term = getenv("TERM");

	if (no && *no) {
		return false;
	}
	if (force && *force && strcmp(force, "0")) {
		return true;
	}
	return isatty(fd) && term && strcmp(term, "dumb");
}
