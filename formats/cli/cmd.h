/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd.h - the verbs of the program holter-trace; each takes its own argv (argv[0] is the verb) and returns the
 * exit code.
 */
#ifndef HTR_CLI_CMD_H
#define HTR_CLI_CMD_H

#include <stdbool.h>
#include <sys/types.h>

#include "formats/core/buf.h"
#include "formats/core/cli.h"

int cmd_info(int argc, char **argv);
int cmd_cat(int argc, char **argv);

/*
 * pager_start - when stdout is a terminal: send it through HOLTER_PAGER, PAGER or "less" (git's way, LESS=FRX)
 *
 * Returns: pid of the pager, 0 when none runs. The environment of the user decides; nothing from a trace does.
 */
pid_t pager_start(bool wanted);
/* pager_end - flush stdout and wait for the pager. */
void pager_end(pid_t pager);

#endif
