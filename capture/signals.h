/* SPDX-License-Identifier: Apache-2.0
 *
 * signals.h - signals sent to the recorder: children's, and those that belong to the program.
 */
#ifndef CAPTURE_SIGNALS_H
#define CAPTURE_SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct recorder;

#define SIGNALS_PENDING_MAX 16

struct signal_due {
	int sig;
	pid_t from;
	int64_t due_ns, since_ns;
};

struct signals {
	int fd; /* signalfd, non-blocking */
	struct signal_due due[SIGNALS_PENDING_MAX];
	unsigned n_due;
	bool stop_wanted; /* the terminal asked the group to stop */
};

/* signals_block - block what is passed on and SIGCHLD in the calling thread, before any other thread
 * starts; *ret_old is what the program must get back. Returns a signalfd or -errno. */
int signals_block(sigset_t *ret_old);

/* signals_read - take all that are there. */
void signals_read(struct signals *s, struct recorder *rc);

/* signals_due - pass on what has waited long enough to know that the program did not get it itself. */
void signals_due(struct signals *s, struct recorder *rc);

static inline bool signals_pending(const struct signals *s)
{
	return s->n_due > 0 || s->stop_wanted;
}

#endif
