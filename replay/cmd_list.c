/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_list.c - `holter replay --list-fields`.
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/cleanup.h"
#include "formats/core/json.h"
#include "formats/filter/filter.h"
#include "replay/cmd.h"

static const char *const TYPE_NAMES[] = {
	[HTR_FT_STRING] = "string", [HTR_FT_PATH] = "path",   [HTR_FT_BYTES] = "bytes",
	[HTR_FT_INT] = "int",       [HTR_FT_UINT] = "uint",   [HTR_FT_BOOL] = "bool",
	[HTR_FT_PORT] = "port",     [HTR_FT_TIME] = "time",   [HTR_FT_RELTIME] = "span",
	[HTR_FT_IPADDR] = "ipaddr", [HTR_FT_IPNET] = "ipnet",
};

static const char *type_name(unsigned type)
{
	return type < HTR_ARRAY_LEN(TYPE_NAMES) && TYPE_NAMES[type] ? TYPE_NAMES[type] : "other";
}

static const char *argument(const struct htr_field_info *f)
{
	return f->flags & HTR_FF_ARG_REQUIRED   ? "[..]"
	       : f->flags & HTR_FF_ARG_OPTIONAL ? "[[..]]"
						: "";
}

static void put_json(const struct htr_field_info *f)
{
	cleanup_buf struct htr_buf out = { 0 };

	htr_json_open(&out, NULL, '{');
	htr_json_str(&out, "name", f->name);
	htr_json_str(&out, "type", type_name(f->type));
	htr_json_bool(&out, "list", f->flags & HTR_FF_LIST);
	htr_json_bool(&out, "filter_only", f->flags & HTR_FF_FILTER_ONLY);
	htr_json_str(&out, "help", f->help);
	if (f->arg_help) {
		htr_json_str(&out, "argument", f->arg_help);
	}
	htr_json_close(&out, '}');
	puts(htr_buf_str(&out));
}

int cmd_list_fields(const struct options *opt)
{
	size_t n;
	const struct htr_field_info *fields = htr_fields(&n);

	for (size_t i = 0; i < n; i++) {
		const struct htr_field_info *f = &fields[i];
		char name[80];
		if (opt->json) {
			put_json(f);
			continue;
		}
		snprintf(name, sizeof(name), "%s%s", f->name, argument(f));
		printf("%-32s %-7s%s %s%s\n", name, type_name(f->type),
		       f->flags & HTR_FF_LIST ? "*" : " ", f->help,
		       f->flags & HTR_FF_FILTER_ONLY ? " (conditions only)" : "");
	}
	if (fflush(stdout) != 0) {
		return htr_cli_error(&replay_command, HTR_EXIT_USAGE,
				     "the fields cannot be written");
	}
	return HTR_EXIT_OK;
}
