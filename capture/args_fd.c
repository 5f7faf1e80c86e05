/* SPDX-License-Identifier: Apache-2.0
 *
 * args_fd.c - what a descriptor of another process really is: link, file, socket addresses.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "capture/args.h"
#include "formats/core/cleanup.h"

static void number(char out[16], int fd)
{
	char tmp[16];
	size_t n = 0;
	size_t at = 0;
	unsigned v = fd < 0 ? 0 : (unsigned)fd;

	do {
		tmp[n++] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	while (n) {
		out[at++] = tmp[--n];
	}
	out[at] = '\0';
}

/* Link of descriptor fd into buf (MEM_STR_MAX bytes); -errno. */
static ssize_t link_of(struct decoder *d, struct tracee *t, int fd, char *buf)
{
	char num[16];
	int dir = process_fds(d->tracees, t->proc);

	number(num, fd);
	ssize_t n = dir >= 0 ? readlinkat(dir, num, buf, MEM_STR_MAX) : -1;

	if (n < 0 && t->tid != t->proc->pid) {
		/* the leader may be gone, or the thread has a table of its own */
		char path[48];

		snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)t->tid, fd);
		n = readlink(path, buf, MEM_STR_MAX);
	}
	return n < 0 ? -errno : n;
}

/* From what the kernel has at hand: asking a file server that is part of the task would wait for a task that
 * waits for us. */
int args_statx(int dir, const char *name, struct statx *stx)
{
	return dir < 0 ? -EBADF
		       : (statx(dir, name, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_BASIC_STATS,
				stx) < 0
				  ? -errno
				  : 0);
}

void args_fd_facts(struct decoder *d, struct tracee *t, struct rec *r, int fd)
{
	struct statx stx;
	char num[16];
	ssize_t n = link_of(d, t, fd, d->scratch);

	if (n < 0) {
		return;
	}
	number(num, fd);
	rec_bytes(r, HTR_K_FD_PATH, d->scratch, (size_t)n, n == MEM_STR_MAX ? HTR_VF_TRUNCATED : 0);
	if (args_statx(process_fds(d->tracees, t->proc), num, &stx) == 0) {
		rec_int(r, HTR_K_FD_DEV, args_dev(&stx));
		rec_int(r, HTR_K_FD_INO, (int64_t)stx.stx_ino);
		rec_int(r, HTR_K_FD_MODE, stx.stx_mode);
	}
}

static void sock_int(struct rec *r, int sock, int opt, unsigned key)
{
	int v = 0;
	socklen_t len = sizeof(v);

	if (getsockopt(sock, SOL_SOCKET, opt, &v, &len) == 0) {
		rec_int(r, key, v);
	}
}

static void sock_name(struct rec *r, unsigned key, int got, const struct sockaddr_storage *ss,
		      socklen_t len)
{
	if (got == 0 && len > 0) {
		rec_bytes(r, key, ss, len < sizeof(*ss) ? len : sizeof(*ss), 0);
	}
}

void args_socket_facts(struct decoder *d, struct tracee *t, struct rec *r, int fd)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	ssize_t n = link_of(d, t, fd, d->scratch);
	int pidfd = d->getfd ? process_pidfd(d->tracees, t->proc) : -1;

	if (n >= 0) {
		rec_bytes(r, HTR_K_FD_PATH, d->scratch, (size_t)n, 0);
	}
	cleanup_fd int sock = pidfd >= 0 ? (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0) : -1;

	if (sock < 0) {
		return;
	}
	int got = getsockname(sock, (struct sockaddr *)&ss, &len);

	sock_name(r, HTR_K_SOCK_LOCAL, got, &ss, len);
	len = sizeof(ss);
	got = getpeername(sock, (struct sockaddr *)&ss, &len);
	sock_name(r, HTR_K_SOCK_PEER, got, &ss, len);
	sock_int(r, sock, SO_TYPE, HTR_K_SOCK_TYPE);
	sock_int(r, sock, SO_PROTOCOL, HTR_K_SOCK_PROTO);
	sock_int(r, sock, SO_DOMAIN, HTR_K_SOCK_FAMILY);
}

void args_at_path(struct decoder *d, struct tracee *t, struct rec *r, int dirfd, unsigned key)
{
	char link[MEM_STR_MAX];
	ssize_t n = link_of(d, t, dirfd, link);

	if (n > 0) {
		rec_bytes(r, key, link, (size_t)n, n == MEM_STR_MAX ? HTR_VF_TRUNCATED : 0);
	}
}

/* ---- is the name the program gave the name of what it got? ------------------------------------------ */

static const struct htr_val *find(const struct rec *r, unsigned key)
{
	for (unsigned i = 0; i < r->b.ev.n_vals; i++) {
		if (r->b.vals[i].key == key) {
			return &r->b.vals[i];
		}
	}
	return NULL;
}

/* Directory a relative path starts from, as a link text; -errno. */
static ssize_t base_of(struct decoder *d, struct tracee *t, const struct htr_val *at, char *buf)
{
	int dir = process_dir(d->tracees, t->proc);

	if (at) {
		memcpy(buf, at->data, at->len);
		return at->len;
	}
	return dir >= 0 ? readlinkat(dir, "cwd", buf, MEM_STR_MAX) : -EBADF;
}

/* The link is the path as given, no symbolic link was in between. */
static bool link_agrees(struct decoder *d, struct tracee *t, const struct htr_val *path,
			const struct htr_val *link, const struct htr_val *at)
{
	char base[MEM_STR_MAX];

	if (path->len > link->len || path->len == 0) {
		return false;
	}
	const uint8_t *tail = link->data + (link->len - path->len);
	size_t head = (size_t)(tail - link->data);

	if (memcmp(tail, path->data, path->len) != 0) {
		return false;
	}
	if (path->data[0] == '/') {
		return head == 0;
	}
	ssize_t n = base_of(d, t, at, base);

	n -= n == 1 && base[0] == '/'; /* the root: nothing in front of the slash */
	return n >= 0 && head == (size_t)n + 1 && tail[-1] == '/' &&
	       memcmp(base, link->data, (size_t)n) == 0;
}

/* O_TMPFILE and files unlinked at once: no path leads to them, and no path could have been mistaken. */
static bool is_deleted(const struct htr_val *link)
{
	static const char mark[] = " (deleted)";
	size_t n = sizeof(mark) - 1;

	return link->len > n && memcmp(link->data + link->len - n, mark, n) == 0;
}

/* Names that mean something else to us than to the program, relative to its /proc/PID. */
static void own_name(char *out, size_t size, const struct tracee *t, const struct htr_val *path)
{
	static const struct {
		const char *from, *to;
	} names[] = {
		{ "/proc/self/", "" },     { "/dev/fd/", "fd/" },     { "/dev/stdin", "fd/0" },
		{ "/dev/stdout", "fd/1" }, { "/dev/stderr", "fd/2" },
	};
	static const char thread_self[] = "/proc/thread-self/";
	const char *p = (const char *)path->data;

	for (size_t i = 0; i < HTR_ARRAY_LEN(names); i++) {
		size_t n = strlen(names[i].from);

		if (path->len >= n && memcmp(p, names[i].from, n) == 0) {
			snprintf(out, size, "%s%.*s", names[i].to, (int)(path->len - n), p + n);
			return;
		}
	}
	if (path->len >= sizeof(thread_self) - 1 &&
	    memcmp(p, thread_self, sizeof(thread_self) - 1) == 0) {
		size_t n = sizeof(thread_self) - 1;

		snprintf(out, size, "task/%d/%.*s", (int)t->tid, (int)(path->len - n), p + n);
		return;
	}
	snprintf(out, size, "root%.*s", (int)path->len, p);
}

/* Follow the path as the program would, from its root or directory, to device and inode. */
static int stat_as(struct decoder *d, struct tracee *t, const struct rec *r,
		   const struct htr_val *path, const struct htr_val *at, struct statx *stx)
{
	char full[MEM_STR_MAX + 64];
	int dir = process_dir(d->tracees, t->proc);

	if (path->len >= MEM_STR_MAX - 1 || dir < 0) {
		return -1;
	}
	if (path->data[0] == '/') {
		own_name(full, sizeof(full), t, path);
	} else if (at) {
		const struct htr_arg_desc *a = r->desc->args;
		int dirfd = -1;

		for (unsigned i = 0; i < r->desc->n_args && dirfd < 0; i++) {
			dirfd = a[i].kind == HTR_A_DIRFD ? (int)r->b.ev.args[i] : -1;
		}
		snprintf(full, sizeof(full), "fd/%d/%.*s", dirfd, (int)path->len,
			 (const char *)path->data);
	} else {
		snprintf(full, sizeof(full), "cwd/%.*s", (int)path->len, (const char *)path->data);
	}
	return args_statx(dir, full, stx);
}

bool args_check_name(struct decoder *d, struct tracee *t, struct rec *r, unsigned arg)
{
	const struct htr_val *path = find(r, HTR_K_ARG0 + arg);
	const struct htr_val *link = find(r, HTR_K_FD_PATH);
	const struct htr_val *dev = find(r, HTR_K_FD_DEV);
	const struct htr_val *ino = find(r, HTR_K_FD_INO);
	struct statx stx;

	if (!path || !link || !dev || !ino || is_deleted(link)) {
		return false;
	}
	/* symbolic links to /proc/self mean another directory to us; the second reading has to do */
	if (link->len > 6 && memcmp(link->data, "/proc/", 6) == 0) {
		return false;
	}
	if (link_agrees(d, t, path, link, find(r, HTR_K_AT_PATH))) {
		return true;
	}
	/* a symbolic link, ".." or a lie: the file system says which. Absolute links inside another root
	 * resolve against ours and then look like a lie; so do files that were renamed at once. */
	if (stat_as(d, t, r, path, find(r, HTR_K_AT_PATH), &stx) == 0 &&
	    (int64_t)stx.stx_ino == ino->num && args_dev(&stx) == dev->num) {
		return true;
	}
	htr_builder_bytes(&r->b, HTR_K_ARG0 + arg, path->data, path->len,
			  path->flags | HTR_VF_UNSTABLE);
	return true;
}
