/* SPDX-License-Identifier: Apache-2.0
 *
 * ptrace_child - PTRACE_TRACEME in a child: the parent steps it through exec, calls and exit.
 */
#include <sys/ptrace.h>
#include <sys/user.h>

#include "tests/tracees/tracee.h"

int main(void)
{
	pid_t child = fork();
	int status, entries = 0;
	char *args[] = { (char *)"true", NULL }, *env[] = { NULL };

	if (child == 0) {
		if (ptrace(PTRACE_TRACEME, 0, 0, 0) < 0) {
			_exit(98);
		}
		raise(SIGSTOP);
		execve("/bin/true", args, env);
		_exit(1);
	}
	need(waitpid(child, &status, 0) == child);
	say("child: %s", ended(status));
	if (!WIFSTOPPED(status)) {
		return 1;
	}
	say("options: %s", outcome(raw(ptrace(PTRACE_SETOPTIONS, child, 0,
					      PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC))));
	for (;;) {
		need(ptrace(PTRACE_SYSCALL, child, 0, 0) == 0);
		need(waitpid(child, &status, 0) == child);
		if (!WIFSTOPPED(status)) {
			break;
		}
		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8)) {
			say("exec event");
		} else if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
			entries++;
		} else {
			say("stop by %d", WSTOPSIG(status));
		}
	}
	say("more than 10 stops: %s; child: %s", entries > 10 ? "yes" : "no", ended(status));
	return 0;
}
