/* SPDX-License-Identifier: Apache-2.0
 *
 * mktrace.c - a trace from a text description; its language is in story.c.
 *
 * usage: mktrace OUT.htr < DESCRIPTION        (or: mktrace OUT.htr DESCRIPTION)
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/buf.h"
#include "formats/core/io.h"
#include "formats/trace/writer.h"
#include "tests/lib/story.h"

struct out {
	const char *name;
	struct story *story;
	struct htr_writer *writer;
};

static void write_event(const struct htr_event *ev, void *data)
{
	struct out *o = data;
	struct htr_err err = HTR_ERR_INIT;

	if (!o->writer) {
		int fd = open(o->name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

		if (fd < 0 ||
		    htr_writer_open_fd(&o->writer, fd, story_facts(o->story), NULL, &err) < 0) {
			fprintf(stderr, "mktrace: %s: %s\n", o->name,
				fd < 0 ? strerror(errno) : err.msg);
			exit(2);
		}
	}
	if (htr_writer_add(o->writer, ev, &err) < 0) {
		fprintf(stderr, "mktrace: %s\n", err.msg);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	struct out o = { 0 };
	cleanup_buf struct htr_buf text = { 0 };
	struct htr_err err = HTR_ERR_INIT;
	unsigned line_number = 0;

	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: mktrace OUT.htr [DESCRIPTION]\n");
		return 2;
	}
	o.name = argv[1];
	o.story = story_new(write_event, &o);
	if (htr_read_file(argc == 3 ? argv[2] : "/dev/stdin", &text, 64 << 20, &err) < 0) {
		fprintf(stderr, "mktrace: %s\n", err.msg);
		return 2;
	}
	for (char *line = (char *)text.data, *next; line && *line; line = next) {
		next = strchr(line, '\n');
		if (next) {
			*next++ = '\0';
		}
		story_line(o.story, line, ++line_number);
		if (!next) {
			break;
		}
	}
	if (!o.writer) {
		fprintf(stderr, "mktrace: no event\n");
		return 2;
	}
	if (htr_writer_close(o.writer, NULL, &err) < 0) {
		fprintf(stderr, "mktrace: %s\n", err.msg);
		return 2;
	}
	story_free(o.story);
	return 0;
}
