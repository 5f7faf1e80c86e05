/* SPDX-License-Identifier: Apache-2.0
 *
 * notify.c - the ioctls of a seccomp listener; see notify.h.
 */
#include "capture/notify.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* newer than the headers of Debian 12 */
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#endif
#ifndef SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

void listener_set_sync(struct listener *l, bool on)
{
	if (!l->can_sync || l->sync == on) {
		return;
	}
	if (ioctl(l->fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS,
		  on ? SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP : 0UL) == 0) {
		l->sync = on;
	} else {
		l->can_sync = false;
	}
}

void listener_init(struct listener *l, int fd_take, bool killable, bool allow_sync)
{
	*l = (struct listener){ .fd = fd_take, .killable = killable, .can_sync = allow_sync };
	listener_set_sync(l, true);
}

void listener_fini(struct listener *l)
{
	if (l->fd >= 0) {
		close(l->fd);
	}
	l->fd = -1;
}

int listener_receive(struct listener *l, struct notification *ret)
{
	struct seccomp_notif req;

	memset(&req, 0, sizeof(req)); /* the kernel insists on zeros */
	if (ioctl(l->fd, SECCOMP_IOCTL_NOTIF_RECV, &req) < 0) {
		return errno == EINTR || errno == ENOENT || errno == EAGAIN ? 0 : -errno;
	}
	ret->id = req.id;
	ret->tid = (pid_t)req.pid;
	ret->nr = req.data.nr;
	ret->audit = req.data.arch;
	for (unsigned i = 0; i < 6; i++) {
		ret->args[i] = req.data.args[i];
	}
	return 1;
}

static int send_answer(const struct listener *l, uint64_t id, int error, uint32_t flags)
{
	struct seccomp_notif_resp resp = { .id = id, .error = error, .flags = flags };

	while (ioctl(l->fd, SECCOMP_IOCTL_NOTIF_SEND, &resp) < 0) {
		if (errno != EINTR) {
			return -errno;
		}
	}
	return 0;
}

int listener_continue(struct listener *l, uint64_t id)
{
	return send_answer(l, id, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE);
}

int listener_restart(struct listener *l, uint64_t id)
{
	return send_answer(l, id, -KERNEL_ERESTARTNOINTR, 0);
}
