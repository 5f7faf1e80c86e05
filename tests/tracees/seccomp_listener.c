/* SPDX-License-Identifier: Apache-2.0
 *
 * seccomp_listener - The program makes a user-notify listener of its own.
 */
#include <pthread.h>
#include <stddef.h>
#include <sys/ioctl.h>

#include "tests/tracees/filter.h"

static int listener;

static void *supervise(void *arg)
{
	struct seccomp_notif req = { 0 };
	struct seccomp_notif_resp resp = { 0 };

	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &req) == 0) {
		resp.id = req.id;
		resp.error = -EOWNERDEAD;
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &resp);
	}
	return arg;
}

int main(void)
{
	pthread_t t;

	listener = (int)filter_one(SYS_rmdir, SECCOMP_RET_USER_NOTIF,
				   SECCOMP_FILTER_FLAG_NEW_LISTENER);
	say("listener: %s", outcome(listener));
	if (listener < 0) {
		return 1;
	}
	need(pthread_create(&t, NULL, supervise, NULL) == 0);
	say("rmdir: %s", outcome(sys(SYS_rmdir, "none")));
	pthread_join(t, NULL);
	return 0;
}
