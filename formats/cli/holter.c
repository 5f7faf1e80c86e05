/* SPDX-License-Identifier: Apache-2.0
 * holter - front command: finds the program of a verb beside itself and execs it. Does no work of its own. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/buf.h"
#include "formats/core/cleanup.h"
#include "formats/core/cli.h"
#include "formats/core/str.h"

struct verb {
	const char *name;
	const char *program; /* beside us */
	bool pass_verb;      /* the program serves several verbs: verb is its first argument */
	const char *help;
};

static const struct verb verbs[] = {
	{ "capture", "holter-capture", false, "record a program's system calls into a trace" },
	{ "replay", "holter-replay", false, "run detectors over traces" },
	{ "view", "holter-view", false, "look at a trace in the terminal" },
	{ "info", "holter-trace", true, "what is in a trace, and how good it is" },
	{ "cat", "holter-trace", true, "print events as text or JSON" },
};

static void usage(FILE *out)
{
	fputs("Usage: holter VERB [OPTIONS] ...\n"
	      "       holter FILE.htr            (= holter view FILE.htr)\n\n"
	      "A flight recorder for container tasks: records system calls without a kernel module,\n"
	      "eBPF or privileges, and replays them to detectors.\n\n"
	      "Verbs:\n",
	      out);
	for (size_t i = 0; i < HTR_ARRAY_LEN(verbs); i++) {
		fprintf(out, "  %-10s %s\n", verbs[i].name, verbs[i].help);
	}
	fputs("\n'holter VERB --help' shows the options of a verb, 'man holter-VERB' everything.\n",
	      out);
}

static const struct verb *find(const char *name)
{
	for (size_t i = 0; i < HTR_ARRAY_LEN(verbs); i++) {
		if (!strcmp(verbs[i].name, name)) {
			return &verbs[i];
		}
	}
	return NULL;
}

static int unknown_verb(const char *name)
{
	cleanup_buf struct htr_buf safe = { 0 };
	const char *best = NULL;
	unsigned best_distance = 3;

	for (size_t i = 0; i < HTR_ARRAY_LEN(verbs); i++) {
		unsigned d = htr_str_distance(name, verbs[i].name);
		if (d < best_distance) {
			best_distance = d;
			best = verbs[i].name;
		}
	}
	htr_str_escape(&safe, name, strlen(name), 0);
	fprintf(stderr, "holter: '%s' is no verb", htr_buf_str(&safe));
	if (best) {
		fprintf(stderr, " (did you mean '%s'?)", best);
	}
	fputs("; try 'holter --help'\n", stderr);
	return HTR_EXIT_USAGE;
}

/* Beside our own executable first; then the folders of HOLTER_EXEC_PATH (for a build tree). Never $PATH:
 * the set of programs must be of one build. */
static int run(const struct verb *v, char **argv)
{
	char self[PATH_MAX], path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n > 0) {
		self[n] = '\0';
		char *slash = strrchr(self, '/');
		if (slash) {
			*slash = '\0';
		}
		if (snprintf(path, sizeof(path), "%s/%s", self, v->program) < (int)sizeof(path)) {
			execv(path, argv);
		}
	}
	const char *dirs = getenv("HOLTER_EXEC_PATH");
	while (dirs && *dirs) {
		int len = (int)strcspn(dirs, ":");
		if (snprintf(path, sizeof(path), "%.*s/%s", len, dirs, v->program) <
		    (int)sizeof(path)) {
			execv(path, argv);
		}
		dirs += len;
		dirs += *dirs == ':';
	}
	fprintf(stderr, "holter: cannot run %s beside %s: %s\n", v->program,
		n > 0 ? self : "holter", strerror(errno));
	return HTR_EXIT_NOT_FOUND;
}

static bool looks_like_trace(const char *arg)
{
	size_t len = strlen(arg);

	return (len > 4 && !strcmp(arg + len - 4, ".htr")) ||
	       (len > 12 && !strcmp(arg + len - 12, ".htr.partial"));
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		usage(stderr);
		return HTR_EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
	    (!strcmp(argv[1], "help") && argc == 2)) {
		usage(stdout);
		return HTR_EXIT_OK;
	}
	if (!strcmp(argv[1], "--version")) {
		printf("holter %s, trace format 1.0\n", HOLTER_VERSION);
		return HTR_EXIT_OK;
	}
	if (!strcmp(argv[1], "help")) {
		const struct verb *asked = find(argv[2]);
		if (!asked) {
			return unknown_verb(argv[2]);
		}
		char help[] = "--help";
		char *help_argv[] = { (char *)asked->program,
				      asked->pass_verb ? (char *)asked->name : help,
				      asked->pass_verb ? help : NULL, NULL };
		return run(asked, help_argv);
	}
	const struct verb *v = find(argv[1]);
	if (!v) {
		if (!looks_like_trace(argv[1])) {
			return unknown_verb(argv[1]);
		}
		v = find("view");
		argv[0] = (char *)v->program;
		return run(v, argv);
	}
	char **rest = argv + (v->pass_verb ? 0 : 1);
	rest[0] = (char *)v->program;
	return run(v, rest);
}
