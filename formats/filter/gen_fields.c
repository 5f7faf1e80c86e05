/* SPDX-License-Identifier: Apache-2.0
 *
 * gen_fields.c - the field list of holter-filter(7) as scdoc, from the table itself. Runs at build time: reads
 * the page on standard input and puts the list where the line "@FIELDS@" stands.
 */
#include <stdio.h>
#include <string.h>

#include "formats/filter/filter.h"

static const char *const TYPES[] = {
	[HTR_FT_STRING] = "text",    [HTR_FT_PATH] = "path",        [HTR_FT_BYTES] = "bytes",
	[HTR_FT_INT] = "number",     [HTR_FT_UINT] = "number >= 0", [HTR_FT_BOOL] = "boolean",
	[HTR_FT_PORT] = "port",      [HTR_FT_TIME] = "time",        [HTR_FT_RELTIME] = "time span",
	[HTR_FT_IPADDR] = "address", [HTR_FT_IPNET] = "network",
};

/* scdoc gives a meaning to these. */
static void escaped(const char *s)
{
	for (; *s; s++) {
		if (strchr("_*\\<>#[]~", *s) != NULL) {
			putchar('\\');
		}
		putchar(*s);
	}
}

static const char *class_title(const char *name)
{
	static const char *const titles[][2] = {
		{ "container.", "Container" }, { "evt.", "Event" },      { "fd.", "Descriptor" },
		{ "group.", "Group" },         { "k8s.", "Kubernetes" }, { "proc.", "Process" },
		{ "syscall.", "System call" }, { "thread.", "Thread" },  { "user.", "User" },
	};

	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
		if (strncmp(name, titles[i][0], strlen(titles[i][0])) == 0) {
			return titles[i][1];
		}
	}
	return "Other";
}

static void one_field(const struct htr_field_info *f)
{
	putchar('*');
	escaped(f->name);
	putchar('*');
	if (f->flags & (HTR_FF_ARG_REQUIRED | HTR_FF_ARG_OPTIONAL)) {
		printf(f->flags & HTR_FF_ARG_REQUIRED ? "\\[arg\\]" : "\\[arg\\]?");
	}
	printf(" (%s%s%s)\n\t", TYPES[f->type], f->flags & HTR_FF_LIST ? ", list" : "",
	       f->flags & HTR_FF_FILTER_ONLY ? ", conditions only" : "");
	escaped(f->help);
	if (f->arg_help != NULL) {
		printf(" Argument: ");
		escaped(f->arg_help);
		putchar('.');
	}
	printf("\n\n");
}

static void all_fields(void)
{
	size_t n;
	const struct htr_field_info *f = htr_fields(&n);
	const char *title = "";

	for (size_t i = 0; i < n; i++) {
		const char *t = class_title(f[i].name);

		if (strcmp(t, title) != 0) {
			printf("## %s\n\n", t);
			title = t;
		}
		one_field(&f[i]);
	}
}

int main(void)
{
	char line[4096];
	int seen = 0;

	while (fgets(line, sizeof(line), stdin) != NULL) {
		if (strcmp(line, "@FIELDS@\n") == 0) {
			all_fields();
			seen = 1;
		} else {
			fputs(line, stdout);
		}
	}
	return !seen;
}
