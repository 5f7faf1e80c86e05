/* SPDX-License-Identifier: Apache-2.0
 *
 * getppid_20000 - 20,000 calls of getppid, asked for by -e: exactly that many records.
 *
 * capture: -e getppid
 * limit: 60
 */
#include "tests/tracees/tracee.h"

int main(void)
{
	long sum = 0, parent = syscall(SYS_getppid);

	for (int i = 1; i < 20000; i++) {
		sum += syscall(SYS_getppid) == parent;
	}
	expect_any("'type':'getppid','pid':%d,'count':20000", (int)getpid());
	say("%ld the same", sum);
	return 0;
}
