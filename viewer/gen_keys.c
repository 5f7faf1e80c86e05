/* SPDX-License-Identifier: Apache-2.0
 *
 * gen_keys.c - run at build time: the key section of the man page from the request table.
 *
 * Copies the template on stdin to stdout and puts the table where it says @KEYS@.
 */
#include <stdio.h>
#include <string.h>

#include "viewer/keymap.h"

/* scdoc reads backslash and underscore as markup. */
static void put_escaped(const char *text)
{
	for (const char *p = text; *p; p++) {
		if (strchr("\\_*`<>#.'~", *p)) {
			putchar('\\');
		}
		putchar(*p);
	}
}

static void put_table(const struct keymap *km)
{
	for (unsigned g = 0; g < RG_MAX; g++) {
		printf("## %s\n\n", request_group_title((enum request_group)g));
		for (unsigned r = 1; r < REQ_MAX; r++) {
			const struct request_info *info = request_info((enum request)r);
			struct htr_buf keys = { 0 };

			if (info->group != g) {
				continue;
			}
			keymap_keys(km, (enum request)r, &keys);
			printf("*");
			put_escaped(htr_buf_str(&keys));
			printf("* (%s)\n\t", info->name);
			put_escaped(info->help);
			printf("\n\n");
			htr_buf_fini(&keys);
		}
	}
}

int main(void)
{
	struct keymap km;
	char line[1024];

	keymap_init(&km);
	while (fgets(line, sizeof(line), stdin)) {
		if (strcmp(line, "@KEYS@\n") == 0) {
			put_table(&km);
		} else {
			fputs(line, stdout);
		}
	}
	return ferror(stdout) || fflush(stdout) != 0;
}
