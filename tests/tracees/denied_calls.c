/* SPDX-License-Identifier: Apache-2.0
 *
 * denied_calls - Calls for the powerful, given nonsense: bpf, init_module, reboot, perf_event_open...
 */
#include "tests/tracees/tracee.h"

/* A recorder may let a reboot through without waiting for what comes of it, and must get out of the way
 * of a ptrace. */
static void one(const char *type, long r)
{
	expect("'type':'%s','%s':%ld", type,
	       strcmp(type, "reboot") && strcmp(type, "ptrace") ? "res" : "res_if_known", r);
	say("%s: %s", type, outcome(r));
}

int main(void)
{
	char attr[64] = "";

	one("bpf", sys(SYS_bpf, 9999, attr, sizeof(attr)));
	one("init_module", sys(SYS_init_module, "not a module", 12L, ""));
	one("finit_module", sys(SYS_finit_module, -1, "", 0));
	one("delete_module", sys(SYS_delete_module, "holter_no_such_module", 0));
	one("reboot", sys(SYS_reboot, 1, 2, 3, NULL));
	one("swapon", sys(SYS_swapon, "no such file", 0));
	one("acct", sys(SYS_acct, "no such file"));
	one("pivot_root", sys(SYS_pivot_root, "no", "where"));
	one("ptrace", sys(SYS_ptrace, 0x4200, 999999, 0, 0));
	one("perf_event_open", sys(SYS_perf_event_open, (void *)8, 0, -1, -1, 0));
	one("userfaultfd", sys(SYS_userfaultfd, 0x7fff));
	one("io_uring_setup", sys(SYS_io_uring_setup, 0, NULL));
	return 0;
}
