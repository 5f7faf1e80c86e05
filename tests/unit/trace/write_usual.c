/* SPDX-License-Identifier: Apache-2.0
 * Writes a trace of made-up events. usage: write_usual EVENTS FILE */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "formats/trace/writer.h"
#include "tests/unit/trace/gen.h"

int main(int argc, char **argv)
{
	static struct gen gen;
	struct htr_err err = HTR_ERR_INIT;
	struct htr_facts facts = gen_facts(100);
	struct htr_writer *w;
	if (argc != 3) {
		fprintf(stderr, "usage: write_usual EVENTS FILE\n");
		return 2;
	}
	if (htr_writer_open(&w, AT_FDCWD, argv[2], true, &facts, NULL, &err) < 0) {
		fprintf(stderr, "write_usual: %s\n", err.msg);
		return 1;
	}
	gen_init(&gen, 1, false);
	for (long n = strtol(argv[1], NULL, 10); n > 0; n--) {
		if (htr_writer_add(w, gen_next(&gen), &err) < 0) {
			fprintf(stderr, "write_usual: %s\n", err.msg);
			return 1;
		}
	}
	if (htr_writer_close(w, NULL, &err) < 0) {
		fprintf(stderr, "write_usual: %s\n", err.msg);
		return 1;
	}
	return 0;
}
