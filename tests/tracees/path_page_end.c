/* SPDX-License-Identifier: Apache-2.0
 *
 * path_page_end - Paths that end at the last byte of a page, run into an unmapped page, or are no memory.
 */
#include "tests/tracees/tracee.h"

int main(void)
{
	static const char name[] = "/etc/hostname";
	char *page =
		mmap(NULL, 2 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *path;
	long r;

	need(page != MAP_FAILED && munmap(page + 4096, 4096) == 0);
	path = page + 4096 - sizeof(name);
	memcpy(path, name, sizeof(name));
	r = sys(SYS_openat, AT_FDCWD, path, O_RDONLY, 0);
	expect("'type':'openat','args':{'pathname':%s},'res':%ld", q(name), r);
	say("ends with the page: %s", outcome(r));
	r = sys(SYS_openat, AT_FDCWD, page + 4095, O_RDONLY, 0);
	expect("'type':'openat','args':{'pathname':''},'res':%ld", r);
	say("empty at the end: %s", outcome(r));

	memset(page, 'a', 4096);
	r = sys(SYS_openat, AT_FDCWD, page + 4000, O_RDONLY, 0);
	expect("'type':'openat','res':%ld,'flags_has':'unreadable'", r);
	say("runs out of memory: %s", outcome(r));
	r = sys(SYS_openat, AT_FDCWD, NULL, O_RDONLY, 0);
	expect("'type':'openat','res':%ld", r);
	say("NULL: %s", outcome(r));
	r = sys(SYS_openat, AT_FDCWD, (char *)-4096L, O_RDONLY, 0);
	expect("'type':'openat','res':%ld,'flags_has':'unreadable'", r);
	say("kernel address: %s", outcome(r));
	need(mprotect(page, 4096, PROT_NONE) == 0);
	r = sys(SYS_unlink, page);
	expect("'type':'unlink','res':%ld", r);
	say("no right to read: %s", outcome(r));
	return 0;
}
