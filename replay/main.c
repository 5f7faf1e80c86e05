/* SPDX-License-Identifier: Apache-2.0
 *
 * main.c - holter-replay: signals, options, which command.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "formats/core/log.h"
#include "replay/cmd.h"

/* The one thing a signal handler can reach. */
static volatile sig_atomic_t interrupted;

static void on_interrupt(int sig)
{
	(void)sig;
	interrupted = 1;
}

/* Standard descriptors that are closed would be given to pipes of detectors. */
static void open_standard_fds(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO) {
		close(fd);
	}
}

int main(int argc, char **argv)
{
	struct options opt = options_defaults();
	struct sigaction sa = { .sa_handler = on_interrupt, .sa_flags = SA_RESETHAND };
	char **args;
	int n_args;

	open_standard_fds();
	htr_log_init(NULL);
	int code = htr_cli_start(&replay_command, &opt, argc, argv, &args, &n_args, HTR_EXIT_USAGE);
	if (code >= 0) {
		return code;
	}
	/* a second Ctrl-C ends the program at once */
	sigaction(SIGINT, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (opt.list_fields) {
		return cmd_list_fields(&opt);
	}
	if (opt.validate) {
		return cmd_validate(&opt);
	}
	return cmd_run(&opt, args, n_args, &interrupted);
}
