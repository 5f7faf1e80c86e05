/* SPDX-License-Identifier: Apache-2.0
 * holter cat - print events as text or JSON Lines; by time range and filter expression. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/cli/cmd.h"
#include "formats/core/cleanup.h"
#include "formats/core/clock.h"
#include "formats/core/str.h"
#include "formats/filter/event_json.h"
#include "formats/filter/filter.h"
#include "formats/model/text.h"
#include "formats/trace/cursor.h"

enum style {
	STYLE_LINE,
	STYLE_STRACE,
	STYLE_JSON,
	STYLE_FORMAT,
};

struct options {
	bool json, strace, quiet, no_pager;
	const char *range, *format;
	int64_t limit;
	bool local;
};

#define AT(member) offsetof(struct options, member)
static const struct htr_opt option_table[] = {
	{ 't', "time", HTR_OPT_STR, AT(range), "FROM..TO",
	  "only events that ended in this range: 20:09..20:11, +3.2s..+4s", NULL },
	{ 'j', "json", HTR_OPT_FLAG, AT(json), NULL, "one JSON object per event", NULL },
	{ 0, "strace", HTR_OPT_FLAG, AT(strace), NULL, "all arguments, as strace prints them",
	  NULL },
	{ 'p', "print", HTR_OPT_STR, AT(format), "FORMAT",
	  "print fields: '%evt.time %proc.name %fd.name'", NULL },
	{ 'n', "limit", HTR_OPT_INT, AT(limit), "N", "stop after N events that match", NULL },
	{ 0, "local", HTR_OPT_FLAG, AT(local), NULL, "local time instead of UTC", NULL },
	{ 'q', "quiet", HTR_OPT_FLAG, AT(quiet), NULL, "no count at the end", NULL },
	{ 0, "no-pager", HTR_OPT_FLAG, AT(no_pager), NULL, "never start a pager", NULL },
};
#undef AT

static const struct htr_cmd command = {
	.program = "holter cat",
	.usage = "FILE [FILTER]",
	.summary = "Print the events of a trace. FILE may be - for standard input.",
	.details = "FILTER is in the language of Falco and sysdig, see holter-filter(7):\n"
		   "  holter cat web.htr 'proc.name=sh and evt.type in (openat,connect,execve)'\n",
	.opts = option_table,
	.n_opts = HTR_ARRAY_LEN(option_table),
	.formats = "trace format 1.0",
};

struct cat {
	struct options opt;
	enum style style;
	struct htr_reader *reader;
	struct htr_cursor *cursor;
	struct htr_state *state;
	struct htr_filter *filter;
	struct htr_format *format;
	struct htr_buf line;
	int64_t from, to;
	uint64_t shown, seen;
	bool damaged;
};

static void cat_fini(struct cat *c)
{
	htr_buf_fini(&c->line);
	htr_format_free(c->format);
	htr_filter_free(c->filter);
	htr_state_free(c->state);
	htr_cursor_close(c->cursor);
	htr_reader_close(c->reader);
}

/* 5120113 20:09:02.480101 sh[212]   connect 3 -> 198.51.100.23:4444 = 0 */
static void put_line(struct cat *c, const struct htr_event *ev)
{
	const struct htr_current *cur = htr_state_current(c->state);
	char time[HTR_TIME_TEXT], scratch[24];
	struct htr_buf *out = &c->line;

	htr_time_clock(time, htr_reader_facts(c->reader)->start_real_ns + ev->time_ns, 6,
		       c->opt.local);
	htr_buf_printf(out, "%8llu %s ", (unsigned long long)ev->seq, time);
	size_t at = out->len;
	if (cur->proc) {
		struct htr_text name = htr_proc_name(cur->proc);
		htr_str_escape(out, name.data ? name.data : "", name.len, HTR_ESC_BLANKS);
	}
	htr_buf_printf(out, "[%d]", ev->pid);
	size_t used = out->len - at;
	htr_buf_printf(out, "%*s ", used < 16 ? (int)(16 - used) : 0, "");
	if (c->style == STYLE_STRACE && htr_event_is_call(ev)) {
		htr_text_strace(out, ev);
	} else {
		htr_buf_adds(out, htr_event_type_name(ev, scratch));
		htr_buf_addc(out, ' ');
		at = out->len;
		htr_text_summary(out, ev);
		if (htr_event_is_call(ev)) {
			htr_buf_adds(out, out->len > at ? " = " : "= ");
			htr_text_result(out, ev);
		}
	}
	htr_buf_addc(out, '\n');
}

static void put_event(struct cat *c, const struct htr_event *ev)
{
	htr_buf_reset(&c->line);
	switch (c->style) {
	case STYLE_JSON:
		htr_event_json(&c->line, c->state);
		htr_buf_addc(&c->line, '\n');
		break;
	case STYLE_FORMAT:
		htr_format_print(c->format, c->state, &c->line);
		htr_buf_addc(&c->line, '\n');
		break;
	case STYLE_LINE:
	case STYLE_STRACE:
		put_line(c, ev);
		break;
	}
	fwrite(c->line.data, 1, c->line.len, stdout);
}

/* Returns an exit code, or -1 to go on. */
static int compile(struct cat *c, char **words, int n_words)
{
	cleanup_buf struct htr_buf text = { 0 };
	cleanup_buf struct htr_buf caret = { 0 };
	struct htr_filter_err ferr = { 0 };
	struct htr_err err = HTR_ERR_INIT;
	int r = 0;

	for (int i = 0; i < n_words; i++) {
		htr_buf_printf(&text, "%s%s", i ? " " : "", words[i]);
	}
	const char *bad = NULL;
	if (n_words) {
		r = htr_filter_compile(&c->filter, htr_buf_str(&text), NULL, NULL, &ferr, &err);
		bad = htr_buf_str(&text);
	}
	if (r >= 0 && c->opt.format) {
		r = htr_format_compile(&c->format, c->opt.format, &ferr, &err);
		bad = c->opt.format;
	}
	if (r == -EINVAL) {
		htr_filter_caret(&caret, bad, &ferr);
		fprintf(stderr, "%s: %s", command.program, htr_buf_str(&caret));
		return HTR_EXIT_USAGE;
	}
	return r < 0 ? htr_cli_fail(&command, &err) : -1;
}

/* 1 go on, 0 stop, < 0 exit code negated */
static int one(struct cat *c, const struct htr_event *ev, struct htr_err *err)
{
	int r = htr_state_apply(c->state, ev, err);
	if (r < 0) {
		return r;
	}
	c->seen++;
	if (ev->time_ns > c->to) {
		return 0;
	}
	if (ev->time_ns < c->from || (c->filter && !htr_filter_match(c->filter, c->state))) {
		return 1;
	}
	put_event(c, ev);
	c->shown++;
	if (ferror(stdout) || (c->opt.limit > 0 && c->shown >= (uint64_t)c->opt.limit)) {
		return 0;
	}
	return 1;
}

static int run(struct cat *c, struct htr_err *err)
{
	const struct htr_event *ev;

	for (;;) {
		int r = htr_cursor_next(c->cursor, &ev, err);
		if (r == -EBADMSG || r == -ENODATA) {
			c->damaged = true;
			htr_cli_error(&command, HTR_EXIT_DAMAGED, "warning: %s", err->msg);
			continue;
		}
		if (r <= 0) {
			return r;
		}
		r = one(c, ev, err);
		if (r <= 0) {
			return r;
		}
	}
}

static int open_trace(struct cat *c, const char *file, struct htr_err *err)
{
	int r = htr_reader_open(&c->reader, file, 0, err);
	if (r < 0) {
		return r;
	}
	const struct htr_facts *facts = htr_reader_facts(c->reader);
	c->from = INT64_MIN;
	c->to = INT64_MAX;
	if (c->opt.range) {
		r = htr_time_parse_range(c->opt.range, facts->start_real_ns,
					 facts->start_real_ns + htr_reader_last_ns(c->reader),
					 &c->from, &c->to, err);
		if (r < 0) {
			return r;
		}
	}
	r = htr_cursor_open(&c->cursor, c->reader, err);
	return r < 0 ? r : htr_state_new(&c->state, facts, err);
}

int cmd_cat(int argc, char **argv)
{
	HTR_CLEANUP(cat_fini) struct cat c = { 0 };
	struct htr_err err = HTR_ERR_INIT;
	char **args;
	int n_args;

	int code = htr_cli_start(&command, &c.opt, argc, argv, &args, &n_args, HTR_EXIT_USAGE);
	if (code >= 0) {
		return code;
	}
	if (!n_args) {
		return htr_cli_error(&command, HTR_EXIT_USAGE, "which file? (try --help)");
	}
	if (c.opt.json + c.opt.strace + !!c.opt.format > 1) {
		return htr_cli_error(&command, HTR_EXIT_USAGE,
				     "--json, --strace and --print exclude each other");
	}
	c.style = c.opt.json     ? STYLE_JSON
		  : c.opt.format ? STYLE_FORMAT
		  : c.opt.strace ? STYLE_STRACE
				 : STYLE_LINE;
	code = compile(&c, args + 1, n_args - 1);
	if (code >= 0) {
		return code;
	}
	if (open_trace(&c, args[0], &err) < 0) {
		return htr_cli_fail(&command, &err);
	}
	pid_t pager = pager_start(!c.opt.no_pager && !c.opt.json);
	int r = run(&c, &err);
	pager_end(pager);
	if (!c.opt.quiet) {
		uint64_t all = htr_reader_n_events(c.reader);
		fprintf(stderr, "%llu of %llu events\n", (unsigned long long)c.shown,
			(unsigned long long)(all > c.seen ? all : c.seen));
	}
	if (r < 0) {
		return htr_cli_fail(&command, &err);
	}
	enum htr_reader_state state = htr_reader_state(c.reader);
	if (state == HTR_STATE_UNCLOSED || state == HTR_STATE_DAMAGED) {
		if (!c.damaged) {
			htr_cli_error(
				&command, HTR_EXIT_DAMAGED,
				"warning: %s: the end is missing (not closed cleanly); %llu events were read",
				htr_reader_name(c.reader), (unsigned long long)c.seen);
		}
		c.damaged = true;
	}
	return c.damaged ? HTR_EXIT_DAMAGED : HTR_EXIT_OK;
}
