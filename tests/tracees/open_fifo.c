/* SPDX-License-Identifier: Apache-2.0
 *
 * open_fifo - An open of a FIFO that blocks until the other side comes 50 ms later.
 */
#include "tests/tracees/tracee.h"

int main(void)
{
	pid_t child;
	long r;

	need(mkfifo("fifo", 0600) == 0);
	r = sys(SYS_openat, AT_FDCWD, "fifo", O_WRONLY | O_NONBLOCK, 0);
	expect("'type':'openat','args':{'pathname':'fifo'},'res':%d", -ENXIO);
	say("writer without reader: %s", outcome(r));
	child = fork();
	if (child == 0) {
		pause_ms(50);
		r = sys(SYS_openat, AT_FDCWD, "fifo", O_WRONLY, 0);
		expect("'type':'openat','args':{'pathname':'fifo','flags':'O_WRONLY'},'res':%ld",
		       r);
		_exit(r < 0);
	}
	r = sys(SYS_openat, AT_FDCWD, "fifo", O_RDONLY, 0);
	expect("'type':'openat','args':{'pathname':'fifo','flags':'O_RDONLY'},'res':%ld,"
	       "'dur_min':30000000",
	       r);
	say("reader: %s", outcome(r));
	say("writer: %s", ended(reap(child)));
	return 0;
}
