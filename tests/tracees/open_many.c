/* SPDX-License-Identifier: Apache-2.0
 *
 * open_many - 5,000 opens and closes of one name: each is recorded once.
 */
#include "tests/tracees/tracee.h"

int main(void)
{
	long ok = 0;

	put_file("the one", "x", 0600);
	for (int i = 0; i < 5000; i++) {
		long r = sys(SYS_openat, AT_FDCWD, "the one", O_RDONLY, 0);

		ok += r >= 0;
		close((int)r);
	}
	expect_any("'type':'openat','args':{'pathname':'the one','flags':'O_RDONLY'},'count':5000");
	say("%ld opens", ok);
	return 0;
}
