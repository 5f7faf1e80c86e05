/* SPDX-License-Identifier: Apache-2.0
 *
 * ptrace_seize - PTRACE_SEIZE, INTERRUPT, LISTEN and EXITKILL.
 */
#include <sys/ptrace.h>

#include "tests/tracees/tracee.h"

int main(void)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		for (;;) {
			pause();
		}
	}
	until_asleep(child);
	say("seize: %s", outcome(raw(ptrace(PTRACE_SEIZE, child, 0, PTRACE_O_EXITKILL))));
	say("interrupt: %s", outcome(raw(ptrace(PTRACE_INTERRUPT, child, 0, 0))));
	need(waitpid(child, &status, 0) == child);
	say("event stop: %s", status >> 16 == PTRACE_EVENT_STOP ? "yes" : "no");
	need(ptrace(PTRACE_CONT, child, 0, 0) == 0);
	kill(child, SIGSTOP);
	need(waitpid(child, &status, 0) == child);
	say("signal stop: %s", ended(status & 0xffff));
	need(ptrace(PTRACE_CONT, child, 0, SIGSTOP) == 0);
	need(waitpid(child, &status, 0) == child);
	say("group stop: %s", status >> 16 == PTRACE_EVENT_STOP ? "yes" : "no");
	need(ptrace(PTRACE_LISTEN, child, 0, 0) == 0);
	kill(child, SIGKILL);
	say("child: %s", ended(reap(child)));
	return 0;
}
