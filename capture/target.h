/* SPDX-License-Identifier: Apache-2.0
 *
 * target.h - the program to be recorded: found in PATH as a shell would, and the default trace name.
 */
#ifndef CAPTURE_TARGET_H
#define CAPTURE_TARGET_H

#include <limits.h>
#include <stdint.h>

#include "formats/core/err.h"

struct target {
	char path[PATH_MAX]; /* what is passed to execve */
	char **argv;         /* borrowed, NULL-terminated */
	char **as_script;    /* owned: /bin/sh PATH ARGS..., for ENOEXEC as execvp(3) does */
};

/*
 * target_find - look the program up
 *
 * Returns: 0 (also when a name with a slash does not exist: execve will say so), -ENOENT not in PATH,
 *          -EACCES found but not executable, -ENAMETOOLONG, -ENOMEM.
 */
int target_find(struct target *t, char **argv, const char *path_var,
		struct htr_err *err) HTR_MUST_CHECK;
void target_fini(struct target *t);

#define TARGET_NAME_MAX 256

/* target_trace_name - "PROGRAM-YYYYmmddTHHMMSS.htr" (local time); odd characters of the program's name become
 * '_'. */
void target_trace_name(char out[TARGET_NAME_MAX], const char *program, int64_t real_ns);

#endif
