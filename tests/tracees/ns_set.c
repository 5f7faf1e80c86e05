/* SPDX-License-Identifier: Apache-2.0
 *
 * ns_set - setns into a namespace of a child and back.
 */
#include <sched.h>

#include "tests/tracees/tracee.h"

int main(void)
{
	int home, go[2];
	char path[64], c = 0;
	pid_t child;
	long other, r;

	home = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
	need(home >= 0 && pipe(go) == 0);
	child = fork();
	if (child == 0) {
		r = sys(SYS_unshare, CLONE_NEWUTS);
		expect("'type':'unshare','args':{'flags':'CLONE_NEWUTS'},'res':%ld", r);
		r = sys(SYS_sethostname, "inside", 6);
		expect("'type':'sethostname','res':%ld", r);
		need(write(go[1], "x", 1) == 1);
		pause_ms(2000);
		_exit(0);
	}
	need(read(go[0], &c, 1) == 1);
	snprintf(path, sizeof(path), "/proc/%d/ns/uts", (int)child);
	other = sys(SYS_openat, AT_FDCWD, path, O_RDONLY, 0);
	r = sys(SYS_setns, (int)other, CLONE_NEWUTS);
	expect("'type':'setns','args':{'fd':%ld},'res':%ld", other, r);
	say("setns: %s", outcome(r));
	need(gethostname(path, sizeof(path)) == 0);
	say("host name: %s", path);
	r = sys(SYS_setns, home, 0);
	expect("'type':'setns','args':{'fd':%d},'res':%ld", home, r);
	say("back: %s", outcome(r));
	r = sys(SYS_setns, 1, CLONE_NEWNET);
	expect("'type':'setns','args':{'fd':1},'res':%ld", r);
	say("no namespace: %s", outcome(r));
	kill(child, SIGKILL);
	say("child: %s", ended(reap(child)));
	return 0;
}
