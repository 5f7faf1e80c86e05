/* SPDX-License-Identifier: Apache-2.0
 * holter-trace - the verbs that need nothing but formats/. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "formats/cli/cmd.h"
#include "formats/core/cleanup.h"
#include "formats/core/log.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "info", cmd_info },
	{ "cat", cmd_cat },
};

int main(int argc, char **argv)
{
	htr_log_init(NULL);
	for (size_t i = 0; argc > 1 && i < HTR_ARRAY_LEN(commands); i++) {
		if (!strcmp(argv[1], commands[i].name)) {
			return commands[i].run(argc - 1, argv + 1);
		}
	}
	fputs("holter-trace: the first argument must be one of:", stderr);
	for (size_t i = 0; i < HTR_ARRAY_LEN(commands); i++) {
		fprintf(stderr, " %s", commands[i].name);
	}
	fputc('\n', stderr);
	return HTR_EXIT_USAGE;
}
