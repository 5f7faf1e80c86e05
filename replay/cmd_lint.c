/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_lint.c - `holter replay --validate -r FILE...`: what is wrong with rules, without a trace.
 */
#include <errno.h>
#include <stdio.h>

#include "formats/core/cleanup.h"
#include "formats/core/json.h"
#include "replay/cmd.h"
#include "replay/rules/ruleset.h"

static void put_json(struct htr_buf *out, const struct diag *d)
{
	htr_json_open(out, NULL, '{');
	htr_json_str(out, "severity", diag_code_is_error(d->code) ? "error" : "warning");
	htr_json_str(out, "code", diag_code_name(d->code));
	htr_json_str(out, "file", d->src.file ? d->src.file : "");
	if (d->src.line) {
		htr_json_uint(out, "line", d->src.line);
		htr_json_uint(out, "column", d->src.col);
	}
	if (d->object) {
		htr_json_str(out, "item", d->object);
	}
	htr_json_str(out, "message", d->msg ? d->msg : "");
	if (d->detail) {
		htr_json_str(out, "detail", d->detail);
	}
	htr_json_close(out, '}');
	htr_buf_addc(out, '\n');
}

static int put_all(const struct options *opt, const struct diags *diags)
{
	for (size_t i = 0; i < diags->n; i++) {
		cleanup_buf struct htr_buf text = { 0 };
		if (opt->quiet && !diag_code_is_error(diags->items[i].code)) {
			continue;
		}
		if (opt->json) {
			put_json(&text, &diags->items[i]);
		} else {
			diag_print(&text, &diags->items[i]);
		}
		fwrite(text.data, 1, text.len, stdout);
	}
	size_t more = diags->n_errors + diags->n_warnings - diags->n;
	if (more && !opt->json && !opt->quiet) {
		printf("... and %zu more messages\n", more);
	}
	return fflush(stdout);
}

int cmd_validate(const struct options *opt)
{
	HTR_CLEANUP(diags_fini) struct diags diags = { 0 };
	cleanup_ruleset struct ruleset *rs = NULL;
	const struct rules_opts ropts = { .min_priority = PRIORITY_DEBUG };
	struct htr_err err = HTR_ERR_INIT;

	if (!opt->rules.n) {
		return htr_cli_error(&replay_command, HTR_EXIT_USAGE,
				     "--validate needs --rules (try --help)");
	}
	int r = rules_load(&rs, opt->rules.items, opt->rules.n, &ropts, &diags, &err);
	if (r < 0 && r != -EINVAL) {
		return htr_cli_fail(&replay_command, &err);
	}
	if (put_all(opt, &diags) != 0) {
		return htr_cli_error(&replay_command, HTR_EXIT_USAGE,
				     "the messages cannot be written");
	}
	if (!opt->quiet && rs) {
		fprintf(stderr,
			"%zu rules run, %zu disabled, %zu skipped; %zu macros, %zu lists; "
			"%zu warnings\n",
			rs->n_run, rs->n_disabled, rs->n_skipped, rs->n_macros, rs->n_lists,
			diags.n_warnings);
	} else if (!opt->quiet) {
		fprintf(stderr, "%zu errors, %zu warnings\n", diags.n_errors, diags.n_warnings);
	}
	return r < 0 ? HTR_EXIT_USAGE : HTR_EXIT_OK;
}
