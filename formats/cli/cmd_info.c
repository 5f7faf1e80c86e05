/* SPDX-License-Identifier: Apache-2.0
 * holter info - what is in a trace and how good the recording is. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "formats/cli/cmd.h"
#include "formats/cli/scan.h"
#include "formats/core/cleanup.h"
#include "formats/core/clock.h"
#include "formats/core/json.h"
#include "formats/core/str.h"
#include "formats/model/tables.h"

struct options {
	bool json, quick, no_pager, local;
};

#define AT(member) offsetof(struct options, member)
static const struct htr_opt option_table[] = {
	{ 'j', "json", HTR_OPT_FLAG, AT(json), NULL, "one JSON object", NULL },
	{ 0, "quick", HTR_OPT_FLAG, AT(quick), NULL,
	  "header and index only: do not read the events", NULL },
	{ 0, "local", HTR_OPT_FLAG, AT(local), NULL, "local time instead of UTC", NULL },
	{ 0, "no-pager", HTR_OPT_FLAG, AT(no_pager), NULL, "never start a pager", NULL },
};
#undef AT

static const struct htr_cmd command = {
	.program = "holter info",
	.usage = "FILE...",
	.summary = "Show what is in a trace: host, time, counts, quality, integrity.",
	.opts = option_table,
	.n_opts = HTR_ARRAY_LEN(option_table),
	.formats = "trace format 1.0",
};

static const char *const state_words[] = {
	[HTR_STATE_CLOSED] = "closed",
	[HTR_STATE_UNCLOSED] = "not closed cleanly",
	[HTR_STATE_DAMAGED] = "damaged",
	[HTR_STATE_GROWING] = "being recorded",
};

#define TOP 5

struct top {
	const char *name;
	size_t len;
	uint64_t n;
};

static void top_add(struct top top[TOP], const char *name, size_t len, uint64_t n)
{
	for (int i = 0; i < TOP; i++) {
		if (n > top[i].n) {
			memmove(&top[i + 1], &top[i], (size_t)(TOP - 1 - i) * sizeof(top[0]));
			top[i] = (struct top){ name, len, n };
			return;
		}
	}
}

static void top_calls(struct top top[TOP], const struct scan *s, unsigned arch)
{
	for (int nr = 0; nr < SCAN_NR_MAX; nr++) {
		const struct htr_syscall_desc *d = htr_syscall_lookup((enum htr_arch)arch, nr);
		if (s->per_nr[nr] && d) {
			top_add(top, d->name, strlen(d->name), s->per_nr[nr]);
		}
	}
}

static void top_errors(struct top top[TOP], const struct scan *s)
{
	for (int e = 1; e < SCAN_ERRNO_MAX; e++) {
		const char *name = htr_errno_name(e);
		if (s->per_errno[e] && name) {
			top_add(top, name, strlen(name), s->per_errno[e]);
		}
	}
}

static void top_names(struct top top[TOP], const struct htr_smap *m)
{
	const void *key;
	size_t pos = 0, len;
	uint64_t n;

	while (htr_smap_next(m, &pos, &key, &len, &n)) {
		top_add(top, key, len, n);
	}
}

static void put_top(const char *label, const struct top top[TOP])
{
	cleanup_buf struct htr_buf b = { 0 };

	for (int i = 0; i < TOP && top[i].n; i++) {
		htr_buf_adds(&b, i ? "  " : "");
		htr_str_escape(&b, top[i].name, top[i].len, HTR_ESC_BLANKS);
		htr_buf_printf(&b, " %llu", (unsigned long long)top[i].n);
	}
	if (b.len) {
		printf("%-8s %s\n", label, htr_buf_str(&b));
	}
}

/* Text of the header, escaped; "-" when unknown. The buffer lives until the next use of the same slot. */
static const char *safe(const char *s, int slot)
{
	static struct htr_buf slots[4];

	htr_buf_reset(&slots[slot]);
	htr_str_escape(&slots[slot], s ? s : "-", s ? strlen(s) : 1, 0);
	return htr_buf_str(&slots[slot]);
}

static void size_text(char out[24], uint64_t bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	double v = (double)bytes;
	int u = 0;

	for (; v >= 1024 && u < 4; u++) {
		v /= 1024;
	}
	snprintf(out, 24, u && v < 10 ? "%.1f %s" : "%.0f %s", v, units[u]);
}

static void put_time(const struct options *opt, const struct htr_reader *r)
{
	const struct htr_facts *f = htr_reader_facts(r);
	char from[HTR_TIME_TEXT], to[HTR_TIME_TEXT], span[HTR_TIME_TEXT];
	int64_t last = htr_reader_last_ns(r);

	htr_time_date(from, f->start_real_ns, opt->local);
	htr_time_clock(to, f->start_real_ns + last, 3, opt->local);
	htr_time_span(span, last);
	printf("time     %s .. %s %s (%s)   unit %u ns\n", from, to, opt->local ? "local" : "UTC",
	       span, f->time_unit_ns);
}

static void put_host(const struct htr_facts *f)
{
	const char *arch = htr_arch_name((enum htr_arch)f->arch);

	printf("host     %s  %s  Linux %s  %u cpus\n", safe(f->hostname, 0), arch ? arch : "?",
	       safe(f->kernel_release, 1), f->n_cpus);
	if (f->container_id || f->container_image) {
		printf("task     %s  image %s  id %s\n", safe(f->container_name, 0),
		       safe(f->container_image, 1), safe(f->container_id, 2));
	}
	printf("command  %s\n", safe(f->command, 0));
	printf("recorder %s  profile %s  channel %s\n", safe(f->recorder_version, 0),
	       safe(f->profile, 1), safe(f->channel, 2));
	if (f->features && *f->features) {
		printf("kernel   %s\n", safe(f->features, 0));
	}
}

static void put_status(int64_t status)
{
	if (status < 0) {
		return;
	}
	if (WIFSIGNALED((int)status)) {
		const char *name = htr_signal_name(WTERMSIG((int)status));
		printf("ended    killed by %s\n", name ? name : "a signal");
	} else {
		printf("ended    exit code %d\n", WEXITSTATUS((int)status));
	}
}

static void put_scan(const struct scan *s, const struct htr_facts *f)
{
	struct top calls[TOP] = { 0 }, errors[TOP] = { 0 }, peers[TOP] = { 0 };

	printf("%llu events  %llu processes (%llu execs)  %zu files  %zu peers  %llu failed calls\n",
	       (unsigned long long)s->events, (unsigned long long)s->new_processes,
	       (unsigned long long)s->kinds[HTR_EV_EXEC], s->files.n, s->peers.n,
	       (unsigned long long)s->failed);
	top_calls(calls, s, f->arch);
	top_errors(errors, s);
	top_names(peers, &s->peers);
	put_top("calls", calls);
	put_top("errors", errors);
	put_top("peers", peers);
	put_status(s->root_status);
	printf("quality  lost %llu in %llu gaps  entry only %llu  unfinished %llu  unstable %llu  "
	       "unreadable %llu  cut %llu  masked %llu  outside %llu\n",
	       (unsigned long long)s->lost, (unsigned long long)s->gaps,
	       (unsigned long long)s->entry_only, (unsigned long long)s->unfinished,
	       (unsigned long long)s->unstable, (unsigned long long)s->unreadable,
	       (unsigned long long)s->truncated, (unsigned long long)s->redacted,
	       (unsigned long long)s->outside);
}

static void put_hash(struct htr_buf *out, const uint8_t *hash)
{
	for (int i = 0; hash && i < 32; i++) {
		htr_buf_printf(out, "%02x", hash[i]);
	}
}

static void put_file(const struct htr_reader *r)
{
	cleanup_buf struct htr_buf hash = { 0 };
	char size[24];
	uint64_t n = htr_reader_n_events(r);

	size_text(size, htr_reader_file_size(r));
	put_hash(&hash, htr_reader_final_hash(r));
	printf("file     %s  %s  %zu blocks", size, state_words[htr_reader_state(r)],
	       htr_reader_n_blocks(r));
	if (n) {
		printf("  %.2f B/event", (double)htr_reader_file_size(r) / (double)n);
	}
	if (hash.len) {
		printf("  chain %.16s..", htr_buf_str(&hash));
	}
	putchar('\n');
	for (size_t i = 0; i < htr_reader_n_gaps(r); i++) {
		const struct htr_gap *g = htr_reader_gap(r, i);
		printf("damage   bytes %llu..%llu", (unsigned long long)g->from,
		       (unsigned long long)g->to);
		if (g->seq_to > g->seq_from) {
			printf("  events %llu..%llu missing", (unsigned long long)g->seq_from,
			       (unsigned long long)g->seq_to - 1);
		}
		putchar('\n');
	}
}

static void opt_str(struct htr_buf *out, const char *key, const char *value)
{
	if (value) {
		htr_json_bytes(out, key, value, strlen(value));
	}
}

static void json_facts(struct htr_buf *out, const struct htr_facts *f)
{
	const char *arch = htr_arch_name((enum htr_arch)f->arch);

	opt_str(out, "hostname", f->hostname);
	opt_str(out, "arch", arch);
	opt_str(out, "kernel", f->kernel_release);
	opt_str(out, "command", f->command);
	opt_str(out, "recorder", f->recorder_version);
	opt_str(out, "profile", f->profile);
	opt_str(out, "channel", f->channel);
	opt_str(out, "features", f->features);
	opt_str(out, "redaction", f->redaction);
	opt_str(out, "container_id", f->container_id);
	opt_str(out, "container_name", f->container_name);
	opt_str(out, "container_image", f->container_image);
	htr_json_int(out, "root_pid", f->root_pid);
	htr_json_uint(out, "time_unit_ns", f->time_unit_ns);
	htr_json_int(out, "start", f->start_real_ns);
}

static void json_scan(struct htr_buf *out, const struct scan *s, const struct htr_facts *f)
{
	htr_json_uint(out, "calls", s->calls);
	htr_json_uint(out, "failed_calls", s->failed);
	htr_json_uint(out, "processes", s->new_processes);
	htr_json_uint(out, "execs", s->kinds[HTR_EV_EXEC]);
	htr_json_uint(out, "files", s->files.n);
	htr_json_uint(out, "peers", s->peers.n);
	if (s->root_status >= 0) {
		htr_json_int(out, "wait_status", s->root_status);
	}
	htr_json_open(out, "per_call", '{');
	for (int nr = 0; nr < SCAN_NR_MAX; nr++) {
		const struct htr_syscall_desc *d = htr_syscall_lookup((enum htr_arch)f->arch, nr);
		if (s->per_nr[nr] && d) {
			htr_json_uint(out, d->name, s->per_nr[nr]);
		}
	}
	htr_json_close(out, '}');
	htr_json_open(out, "quality", '{');
	htr_json_uint(out, "lost", s->lost);
	htr_json_uint(out, "gaps", s->gaps);
	htr_json_uint(out, "entry_only", s->entry_only);
	htr_json_uint(out, "unfinished", s->unfinished);
	htr_json_uint(out, "unstable", s->unstable);
	htr_json_uint(out, "unreadable", s->unreadable);
	htr_json_uint(out, "truncated", s->truncated);
	htr_json_uint(out, "redacted", s->redacted);
	htr_json_uint(out, "outside", s->outside);
	htr_json_uint(out, "damaged_blocks", s->damaged_blocks);
	htr_json_close(out, '}');
}

static void put_json(const struct options *opt, const struct htr_reader *r, const struct scan *s)
{
	cleanup_buf struct htr_buf out = { 0 };
	cleanup_buf struct htr_buf hash = { 0 };
	const struct htr_facts *f = htr_reader_facts(r);
	const char *name = htr_reader_name(r);

	htr_json_open(&out, NULL, '{');
	htr_json_int(&out, "v", 1);
	htr_json_bytes(&out, "file", name, strlen(name));
	htr_json_str(&out, "state", state_words[htr_reader_state(r)]);
	htr_json_uint(&out, "bytes", htr_reader_file_size(r));
	htr_json_uint(&out, "events", opt->quick ? htr_reader_n_events(r) : s->events);
	htr_json_uint(&out, "blocks", htr_reader_n_blocks(r));
	htr_json_int(&out, "duration_ns", htr_reader_last_ns(r));
	json_facts(&out, f);
	if (!opt->quick) {
		json_scan(&out, s, f);
	}
	if (htr_reader_final_hash(r)) {
		put_hash(&hash, htr_reader_final_hash(r));
		htr_json_str(&out, "chain", htr_buf_str(&hash));
	}
	htr_json_close(&out, '}');
	puts(htr_buf_str(&out));
}

static int info_one(const struct options *opt, const char *file)
{
	cleanup_reader struct htr_reader *r = NULL;
	HTR_CLEANUP(scan_fini) struct scan s = { 0 };
	struct htr_err err = HTR_ERR_INIT;

	if (htr_reader_open(&r, file, 0, &err) < 0) {
		return htr_cli_fail(&command, &err);
	}
	if (!opt->quick && scan_run(&s, r, &err) < 0) {
		return htr_cli_fail(&command, &err);
	}
	if (opt->json) {
		put_json(opt, r, &s);
	} else {
		put_host(htr_reader_facts(r));
		put_time(opt, r);
		if (opt->quick) {
			printf("%llu events\n", (unsigned long long)htr_reader_n_events(r));
		} else {
			put_scan(&s, htr_reader_facts(r));
		}
		put_file(r);
	}
	enum htr_reader_state state = htr_reader_state(r);
	return state == HTR_STATE_UNCLOSED || state == HTR_STATE_DAMAGED || s.damaged_blocks
		       ? HTR_EXIT_DAMAGED
		       : HTR_EXIT_OK;
}

int cmd_info(int argc, char **argv)
{
	struct options opt = { 0 };
	char **args;
	int n_args, worst = HTR_EXIT_OK;

	int code = htr_cli_start(&command, &opt, argc, argv, &args, &n_args, HTR_EXIT_USAGE);
	if (code >= 0) {
		return code;
	}
	if (!n_args) {
		return htr_cli_error(&command, HTR_EXIT_USAGE, "which file? (try --help)");
	}
	pid_t pager = pager_start(!opt.no_pager && !opt.json);
	for (int i = 0; i < n_args; i++) {
		if (n_args > 1 && !opt.json) {
			printf("%s%s\n", i ? "\n" : "", safe(args[i], 3));
		}
		fflush(stdout);
		code = info_one(&opt, args[i]);
		worst = code > worst ? code : worst;
	}
	pager_end(pager);
	return worst;
}
