/* SPDX-License-Identifier: Apache-2.0
 * Reads a trace by all ways of opening it and prints what came: one line a way. Every byte of every event is
 * looked at, so that a sanitizer sees wrong pointers. usage: readall FILE... */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/trace/cursor.h"
#include "formats/trace/reader.h"

static uint64_t look_at(const struct htr_event *ev)
{
	uint64_t sum = ev->seq + (uint64_t)ev->time_ns + ev->dur_ns + ev->kind + ev->arch;
	for (unsigned i = 0; i < ev->n_vals; i++) {
		const struct htr_val *v = &ev->vals[i];
		sum += v->key;
		for (uint32_t k = 0; v->type == HTR_VT_BYTES && k < v->len; k++) {
			sum += v->data[k];
		}
	}
	return sum;
}

static void read_one(const char *path, const char *way, unsigned flags)
{
	struct htr_err err = HTR_ERR_INIT;
	struct htr_reader *r;
	struct htr_cursor *c;
	const struct htr_event *ev;
	uint64_t n = 0, sum = 0, errors = 0;
	char first[HTR_ERR_MSG_MAX] = "";
	int code = 0;
	int rc = htr_reader_open(&r, path, flags, &err);
	if (rc < 0) {
		printf("%s\topen\t%d\t0\t%s\n", way, rc, err.msg);
		return;
	}
	rc = htr_cursor_open(&c, r, &err);
	while (rc >= 0 && (rc = htr_cursor_next(c, &ev, &err)) != 0) {
		if (rc == 1) {
			n++;
			sum += look_at(ev);
			continue;
		}
		if (errors++ == 0) {
			snprintf(first, sizeof(first), "%s", err.msg);
			code = rc;
		}
		if (errors > 100000) {
			snprintf(first, sizeof(first), "no end of errors");
			break;
		}
		rc = 0;
	}
	while (!(flags & HTR_OPEN_STREAM) && (rc = htr_cursor_prev(c, &ev, &err)) != 0) {
		sum += rc == 1 ? look_at(ev) : 0;
	}
	printf("%s\tread\t%d\t%" PRIu64 "\t%s%s\n", way, code, n, first, sum == 1 ? " " : "");
	htr_cursor_close(c);
	htr_reader_close(r);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		read_one(argv[i], "footer", 0);
		read_one(argv[i], "hop", HTR_OPEN_NO_FOOTER);
		read_one(argv[i], "stream", HTR_OPEN_STREAM);
	}
	return 0;
}
