/* SPDX-License-Identifier: Apache-2.0
 *
 * target.c - PATH look-up and trace names; see target.h.
 */
#include "capture/target.h"

#include <ctype.h>
#include <errno.h>
#include <paths.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "formats/core/cleanup.h"

#define PROGRAM_MAX 64 /* bytes of the program's name that go into a file name */

static bool is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

static int search(struct target *t, const char *name, const char *path_var, struct htr_err *err)
{
	const char *p = path_var ? path_var : _PATH_DEFPATH;
	bool seen = false;

	for (;;) {
		size_t len = strcspn(p, ":");
		int n = len ? snprintf(t->path, sizeof(t->path), "%.*s/%s", (int)len, p, name)
			    : snprintf(t->path, sizeof(t->path), "./%s", name);

		if (n > 0 && (size_t)n < sizeof(t->path)) {
			if (is_program(t->path)) {
				return 0;
			}
			seen |= access(t->path, F_OK) == 0;
		}
		if (!p[len]) {
			break;
		}
		p += len + 1;
	}
	return seen ? htr_err_set(err, -EACCES, "%s: found in PATH, but not executable", name)
		    : htr_err_set(err, -ENOENT, "%s: not found in PATH", name);
}

int target_find(struct target *t, char **argv, const char *path_var, struct htr_err *err)
{
	size_t n = 0;

	memset(t, 0, sizeof(*t));
	t->argv = argv;
	while (argv[n]) {
		n++;
	}
	t->as_script = calloc(n + 2, sizeof(*t->as_script));
	if (!t->as_script) {
		return htr_err_set(err, -ENOMEM, "no memory for the argument list");
	}
	t->as_script[0] = (char *)"/bin/sh";
	t->as_script[1] = t->path;
	for (size_t i = 1; i < n; i++) {
		t->as_script[i + 1] = argv[i];
	}
	if (strchr(argv[0], '/') || !*argv[0]) {
		if ((size_t)snprintf(t->path, sizeof(t->path), "%s", argv[0]) >= sizeof(t->path)) {
			return htr_err_set(err, -ENAMETOOLONG, "the program's path is too long");
		}
		return 0;
	}
	return search(t, argv[0], path_var, err);
}

void target_fini(struct target *t)
{
	free(t->as_script);
	t->as_script = NULL;
}

void target_trace_name(char out[TARGET_NAME_MAX], const char *program, int64_t real_ns)
{
	const char *slash = strrchr(program, '/');
	const char *base = slash ? slash + 1 : program;
	time_t sec = (time_t)(real_ns / 1000000000LL);
	struct tm tm;
	char name[PROGRAM_MAX + 1];
	char when[32];
	size_t n = 0;

	for (; base[n] && n < PROGRAM_MAX; n++) {
		unsigned char c = (unsigned char)base[n];

		name[n] = (char)(isalnum(c) || c == '.' || c == '-' || c == '_' || c == '+' ? c
											    : '_');
	}
	name[n] = '\0';
	if (name[0] == '.' || name[0] == '-' || !name[0]) {
		name[0] = '_';
		name[n ? n : 1] = '\0';
	}
	if (!localtime_r(&sec, &tm) || !strftime(when, sizeof(when), "%Y%m%dT%H%M%S", &tm)) {
		when[0] = '\0';
	}
	snprintf(out, TARGET_NAME_MAX, "%s-%s.htr", name, when);
}
