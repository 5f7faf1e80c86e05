/* SPDX-License-Identifier: Apache-2.0
 *
 * child.h - a program with a pipe to its input and one from its output, in its own process group. The
 * mechanics only: what the lines mean is the caller's business.
 */
#ifndef REPLAY_CHILD_H
#define REPLAY_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "formats/core/err.h"

struct child {
	pid_t pid;   /* 0: none; also the process group */
	int in, out; /* our ends, non-blocking; -1 closed */
	bool reaped;
	int status;     /* wait status, after child_finish */
	int64_t cpu_ns; /* user and system time, after child_finish */
};

#define CHILD_NONE ((struct child){ .in = -1, .out = -1 })

/* child_start - /bin/sh -c command. SIGPIPE has its default action there, stderr is ours. */
int child_start(struct child *c, const char *command, struct htr_err *err) HTR_MUST_CHECK;

/* child_write, child_read - one non-blocking transfer. Count; 0 for read: end; -EAGAIN; other -errno. */
ssize_t child_write(const struct child *c, const void *data, size_t len) HTR_MUST_CHECK;
ssize_t child_read(const struct child *c, void *data, size_t len) HTR_MUST_CHECK;

/*
 * child_poll - wait until one of the pipes can be used
 *
 * @ret_in: [out] input takes bytes, or is broken (a write tells); @ret_out: output has bytes or ended
 * Returns: 0, also after timeout_ms with both false; -errno.
 */
int child_poll(const struct child *c, bool want_in, int timeout_ms, bool *ret_in,
	       bool *ret_out) HTR_MUST_CHECK;

/*
 * child_close_in - end of its input
 *
 * @ret_rest: [out] a descriptor that child_unread asks, to be closed by the caller; -1 not to be had
 */
void child_close_in(struct child *c, int *ret_rest);

/* child_unread - bytes of its input that nobody read, asked after the program ended. */
size_t child_unread(int rest);

void child_close_out(struct child *c);

/* child_ended - is the program itself (not what it started) gone? Never blocks, reaps nothing. */
bool child_ended(const struct child *c);

/* child_finish - end what is left of the group by SIGKILL, close the pipes, reap: status and cpu_ns are
 * known then. A child that is none is fine. */
void child_finish(struct child *c);

#endif
