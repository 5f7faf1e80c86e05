/* SPDX-License-Identifier: Apache-2.0
 *
 * seccomp_errno - The program's own filter gives an error for one call.
 */
#include <stddef.h>

#include "tests/tracees/filter.h"

int main(void)
{
	long r;

	say("filter: %s", outcome(filter_one(SYS_mkdir, SECCOMP_RET_ERRNO | EOWNERDEAD, 0)));
	r = sys(SYS_mkdir, "dir", 0700);
	expect("'type':'mkdir','args':{'pathname':'dir'},'res':%ld,'if_seen':true", r);
	say("mkdir: %s", outcome(r));
	r = sys(SYS_mkdirat, AT_FDCWD, "dir", 0700);
	expect("'type':'mkdirat','args':{'pathname':'dir'},'res':%ld", r);
	say("mkdirat: %s", outcome(r));
	return 0;
}
