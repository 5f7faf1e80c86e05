/* SPDX-License-Identifier: Apache-2.0
 *
 * vm_access - process_vm_readv, process_vm_writev and /proc/PID/mem of a child.
 */
#include <sys/uio.h>

#include "tests/tracees/tracee.h"

static volatile char text[32] = "before";

int main(void)
{
	char got[32] = "";
	struct iovec mine = { got, 6 }, theirs = { (void *)text, 6 };
	pid_t child = fork();
	char path[64];
	long r;
	int fd;

	if (child == 0) {
		for (int i = 0; i < 500 && text[0] != 'c'; i++) {
			pause_ms(4);
		}
		_exit(text[0]);
	}
	r = sys(SYS_process_vm_readv, child, &mine, 1, &theirs, 1, 0);
	expect("'type':'process_vm_readv','args':{'pid':%d},'res':6", (int)child);
	say("readv: %ld %s", r, got);
	snprintf(path, sizeof(path), "/proc/%d/mem", (int)child);
	fd = (int)sys(SYS_openat, AT_FDCWD, path, O_RDWR, 0);
	expect("'type':'openat','args':{'pathname':%s},'res':%d", q(path), fd);
	need(pread(fd, got, 6, (off_t)(uintptr_t)text) == 6);
	say("mem: %s", got);
	memcpy(got, "change", 6);
	r = sys(SYS_process_vm_writev, child, &mine, 1, &theirs, 1, 0);
	expect("'type':'process_vm_writev','args':{'pid':%d},'res':6", (int)child);
	say("writev: %ld", r);
	say("child: %s", ended(reap(child)));
	return 0;
}
