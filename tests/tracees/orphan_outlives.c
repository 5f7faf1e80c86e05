/* SPDX-License-Identifier: Apache-2.0
 *
 * orphan_outlives - The program ends while its child still works: the recording goes on until the last one ends.
 */
#include "tests/tracees/tracee.h"

int main(void)
{
	pid_t child = fork();

	if (child == 0) {
		long r;

		pause_ms(300);
		r = sys(SYS_mkdir, "by-the-orphan", 0700);
		expect("'type':'mkdir','args':{'pathname':'by-the-orphan'},'res':%ld", r);
		_exit(0);
	}
	say("parent leaves");
	return 17;
}
