/* SPDX-License-Identifier: Apache-2.0
 *
 * ptrace_attach - PTRACE_ATTACH, PEEKDATA, POKEDATA, GETREGS, SINGLESTEP and DETACH of a child.
 */
#include <sys/ptrace.h>
#include <sys/user.h>

#include "tests/tracees/tracee.h"

static volatile long value = 0x1122334455667788, stop;

int main(void)
{
	struct user_regs_struct regs, next;
	pid_t child = fork();
	long word;
	int status;

	if (child == 0) {
		while (!stop) {
		}
		_exit((int)(value & 0xff));
	}
	need(ptrace(PTRACE_ATTACH, child, 0, 0) == 0);
	expect("'type':'ptrace','args':{'op':'PTRACE_ATTACH','pid':%d},'res_if_known':0",
	       (int)child);
	need(waitpid(child, &status, 0) == child);
	say("attached: %s", ended(status));
	errno = 0;
	word = ptrace(PTRACE_PEEKDATA, child, &value, 0);
	say("peek: %lx %d", word, errno);
	need(ptrace(PTRACE_POKEDATA, child, &value, 0x42) == 0);
	need(ptrace(PTRACE_GETREGS, child, 0, &regs) == 0);
	for (int i = 0; i < 50; i++) {
		need(ptrace(PTRACE_SINGLESTEP, child, 0, 0) == 0);
		need(waitpid(child, &status, 0) == child);
		need(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP);
	}
	need(ptrace(PTRACE_GETREGS, child, 0, &next) == 0);
	say("stepped");
	need(ptrace(PTRACE_POKEDATA, child, &stop, 1) == 0);
	say("detach: %s", outcome(raw(ptrace(PTRACE_DETACH, child, 0, 0))));
	say("child: %s", ended(reap(child)));
	return 0;
}
