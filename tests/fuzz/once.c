/* SPDX-License-Identifier: Apache-2.0
 *
 * once.c - runs a fuzz target once over each file that is named, or each file of a folder: the seeds stay a
 * regression test where no fuzzer is built in.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/buf.h"
#include "formats/core/io.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static int one_file(const char *path)
{
	struct htr_buf b = { 0 };
	struct htr_err err = HTR_ERR_INIT;

	if (htr_read_file(path, &b, 64u << 20, &err) < 0) {
		fprintf(stderr, "%s: %s\n", path, err.msg);
		return 1;
	}
	(void)LLVMFuzzerTestOneInput(b.data != NULL ? b.data : (const uint8_t *)"", b.len);
	htr_buf_fini(&b);
	return 0;
}

int main(int argc, char **argv)
{
	int bad = 0;
	unsigned n = 0;

	for (int i = 1; i < argc; i++) {
		DIR *dir = opendir(argv[i]);
		struct dirent *e;

		if (dir == NULL) {
			bad |= one_file(argv[i]);
			n++;
			continue;
		}
		while ((e = readdir(dir)) != NULL) {
			char path[4096];

			if (e->d_name[0] != '.') {
				snprintf(path, sizeof(path), "%s/%s", argv[i], e->d_name);
				bad |= one_file(path);
				n++;
			}
		}
		closedir(dir);
	}
	fprintf(stderr, "%u inputs\n", n);
	return bad || n == 0;
}
