/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_rules.c - hostile rules files.
 *
 * What must hold: no crash; a failed load has an error with a code and a message; a good one has none, and
 * each of its rules that runs has a condition and an output.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "formats/core/cleanup.h"
#include "replay/rules/ruleset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define CHECK(x)                 \
	do {                     \
		if (!(x)) {      \
			abort(); \
		}                \
	} while (0)

static void check_messages(const struct diags *diags)
{
	cleanup_buf struct htr_buf text = { 0 };

	for (size_t i = 0; i < diags->n; i++) {
		CHECK(diags->items[i].msg && diags->items[i].msg[0]);
		diag_print(&text, &diags->items[i]);
	}
	for (size_t i = 0; i < text.len; i++) {
		CHECK(text.data[i] == '\n' || (text.data[i] >= ' ' && text.data[i] != 0x7f));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	HTR_CLEANUP(diags_fini) struct diags diags = { 0 };
	cleanup_ruleset struct ruleset *rs = NULL;
	const struct rules_opts opts = { PRIORITY_DEBUG };
	struct htr_err err = HTR_ERR_INIT;

	int r = rules_load_text(&rs, "fuzz", (const char *)data, len, &opts, &diags, &err);
	check_messages(&diags);
	if (r < 0) {
		CHECK(!rs && err.msg[0] && (r != -EINVAL || diags.n_errors));
		return 0;
	}
	CHECK(rs && !diags.n_errors);
	for (size_t i = 0; i < rs->n_rules; i++) {
		CHECK(!rs->rules[i]->run || (rs->rules[i]->filter && rs->rules[i]->format));
	}
	return 0;
}
