/* SPDX-License-Identifier: Apache-2.0
 *
 * kill_blocked - Processes killed while they block in calls die at once; their call is recorded as unfinished.
 */
#include "tests/tracees/net.h"

static int ls;

static void block(int how)
{
	struct timespec ts = { 30, 0 };

	if (how == 0) {
		sys(SYS_openat, AT_FDCWD, "fifo", O_RDONLY, 0);
	} else if (how == 1) {
		sys(SYS_accept4, ls, NULL, NULL, 0);
	} else {
		sys(SYS_nanosleep, &ts, NULL);
	}
}

int main(void)
{
	union addr a;

	ls = make_listener(AF_INET, "AF_INET", &a);
	need(ls >= 0 && mkfifo("fifo", 0600) == 0);
	for (int how = 0; how < 3; how++) {
		static const int signals[] = { SIGKILL, SIGTERM };

		for (int s = 0; s < 2; s++) {
			struct timespec t0, t1;
			pid_t child = fork();
			int status;

			if (child == 0) {
				block(how);
				_exit(1);
			}
			pause_ms(20);
			until_asleep(child);
			clock_gettime(CLOCK_MONOTONIC, &t0);
			kill(child, signals[s]);
			status = reap(child);
			clock_gettime(CLOCK_MONOTONIC, &t1);
			expect_exit(child, status);
			if (how == 0) {
				expect_any("'type':'openat','pid':%d,'args':{'pathname':'fifo'}",
					   (int)child);
			} else if (how == 1) {
				expect_any("'type':'accept4','pid':%d,'args':{'sockfd':%d}",
					   (int)child, ls);
			}
			say("way %d: %s, %s", how, ended(status),
			    t1.tv_sec - t0.tv_sec < 2 ? "at once" : "late");
		}
	}
	return 0;
}
