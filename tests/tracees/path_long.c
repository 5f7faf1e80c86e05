/* SPDX-License-Identifier: Apache-2.0
 *
 * path_long - Paths of 255, 256, 4095 and 4096 bytes.
 */
#include "tests/tracees/tracee.h"

static char path[5000];

static void try_path(const char *what)
{
	long r = sys(SYS_openat, AT_FDCWD, path, O_RDONLY, 0);

	if (strlen(path) < 4096) {
		expect("'type':'openat','args':{'pathname':%s},'res':%ld", q(path), r);
	} else {
		expect("'type':'openat','res':%ld,'flags_has':'truncated'", r);
	}
	say("%s: %s", what, outcome(r));
	if (r >= 0) {
		close((int)r);
	}
}

int main(void)
{
	put_file("file", "x", 0600);
	memset(path, 'n', 255);
	try_path("component of 255");
	memset(path, 'n', 256);
	try_path("component of 256");
	for (int i = 0; i < 2045; i++) {
		memcpy(path + 2 * i, "./", 2);
	}
	memcpy(path + 4090, "file", 5);
	try_path("4094 bytes");
	memmove(path + 4091, path + 4090, 5);
	path[4090] = '/';
	try_path("4095 bytes");
	memmove(path + 4092, path + 4091, 5);
	path[4091] = '/';
	try_path("4096 bytes");
	return 0;
}
