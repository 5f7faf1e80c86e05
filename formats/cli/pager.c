/* SPDX-License-Identifier: Apache-2.0
 * Output through a pager, only on a terminal. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "formats/cli/cmd.h"

pid_t pager_start(bool wanted)
{
	const char *pager = getenv("HOLTER_PAGER");
	int p[2];

	if (!pager) {
		pager = getenv("PAGER");
	}
	if (!pager) {
		/* not everywhere: small images have none, and then the text simply comes */
		pager = access("/usr/bin/less", X_OK) == 0 || access("/bin/less", X_OK) == 0
				? "less"
				: "";
	}
	if (!wanted || !isatty(STDOUT_FILENO) || !*pager || !strcmp(pager, "cat") || pipe(p)) {
		return 0;
	}
	fflush(stdout);
	pid_t pid = fork();
	if (pid < 0) {
		close(p[0]);
		close(p[1]);
		return 0;
	}
	if (!pid) {
		dup2(p[0], STDIN_FILENO);
		close(p[0]);
		close(p[1]);
		setenv("LESS", "FRX", 0);
		execl("/bin/sh", "sh", "-c", pager, (char *)NULL);
		_exit(HTR_EXIT_NOT_FOUND);
	}
	dup2(p[1], STDOUT_FILENO);
	close(p[0]);
	close(p[1]);
	return pid;
}

void pager_end(pid_t pager)
{
	int st;

	fflush(stdout);
	if (pager > 0) {
		close(STDOUT_FILENO);
		while (waitpid(pager, &st, 0) < 0 && errno == EINTR) {
		}
	}
}
