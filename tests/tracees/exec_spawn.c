/* SPDX-License-Identifier: Apache-2.0
 *
 * exec_spawn - posix_spawn, which is clone with CLONE_VM and CLONE_VFORK.
 */
#include <spawn.h>

#include "tests/tracees/tracee.h"

int main(void)
{
	char *args[] = { (char *)"sh", (char *)"-c", (char *)"exit 9", NULL }, *env[] = { NULL };
	pid_t child;
	int r, status;

	r = posix_spawn(&child, "/bin/sh", NULL, NULL, args, env);
	need(r == 0);
	expect("'kind':'spawn','type':['clone','clone3'],'res':%d,'data':{'child_pid':%d}",
	       (int)child, (int)child);
	status = reap(child);
	expect_any("'kind':'exec','pid':%d,'args':{'pathname':'/bin/sh'},"
		   "'data':{'argv':['sh','-c','exit 9']}",
		   (int)child);
	expect_exit(child, status);
	say("spawned: %s", ended(status));
	r = posix_spawn(&child, "/no/such", NULL, NULL, args, env);
	say("missing: %s", strerrorname_np(r));
	return 0;
}
