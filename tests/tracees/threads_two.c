/* SPDX-License-Identifier: Apache-2.0
 *
 * threads_two - Two threads that open files at the same time, each record with its own tid.
 */
#include <pthread.h>

#include "tests/tracees/tracee.h"

static void *work(void *arg)
{
	const char *name = arg;

	for (int i = 0; i < 200; i++) {
		long r = sys(SYS_openat, AT_FDCWD, name, O_RDONLY, 0);

		expect("'type':'openat','args':{'pathname':'%s'},'res':%ld,'data':{'fd_path':'%s'}",
		       name, r, name);
		close((int)r);
	}
	return arg;
}

int main(void)
{
	char names[2][16] = { "/etc/hostname", "/etc/passwd" };
	pthread_t t[2];

	for (int i = 0; i < 2; i++) {
		need(pthread_create(&t[i], NULL, work, names[i]) == 0);
	}
	for (int i = 0; i < 2; i++) {
		need(pthread_join(t[i], NULL) == 0);
	}
	expect_any(
		"'type':'openat','args':{'pathname':'/etc/passwd','flags':'O_RDONLY'},'count':200");
	say("done");
	return 0;
}
