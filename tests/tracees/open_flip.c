/* SPDX-License-Identifier: Apache-2.0
 *
 * open_flip - A second thread changes the path while it is opened: the record names the file that was opened, or is flagged unstable.
 */
#include <pthread.h>

#include "tests/tracees/tracee.h"

static volatile char path[16] = "a-file";
static volatile int stop;

static void *flip(void *arg)
{
	while (!stop) {
		path[0] = path[0] == 'a' ? 'b' : 'a';
	}
	return arg;
}

int main(void)
{
	ino_t a_ino;
	struct stat st;
	pthread_t t;
	int opened = 0;

	put_file("a-file", "a", 0600);
	put_file("b-file", "b", 0600);
	need(stat("a-file", &st) == 0);
	a_ino = st.st_ino;
	need(pthread_create(&t, NULL, flip, NULL) == 0);
	for (int i = 0; i < 300; i++) {
		long fd = sys(SYS_openat, AT_FDCWD, path, O_RDONLY | O_NOCTTY, 0);
		const char *name;

		need(fd >= 0 && fstat((int)fd, &st) == 0);
		name = st.st_ino == a_ino ? "a-file" : "b-file";
		expect("'one_of':[{'type':'openat','args':{'pathname':'%s','flags':'O_RDONLY|O_NOCTTY'},"
		       "'res':%ld},{'type':'openat','flags_has':'unstable',"
		       "'args':{'flags':'O_RDONLY|O_NOCTTY'},'data':{'fd_path':%s},'res':%ld}]",
		       name, fd, q(here(name)), fd);
		close((int)fd);
		opened++;
	}
	stop = 1;
	pthread_join(t, NULL);
	say("%d opened", opened);
	return 0;
}
