/* SPDX-License-Identifier: Apache-2.0
 *
 * snapshot.c - identity and descriptors of a process from /proc; see snapshot.h. The image is in image.c.
 */
#include "capture/snapshot.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/cleanup.h"

#define STATUS_MAX \
	8192 /* /proc/PID/status: about 1.5 kB plus 11 bytes for each supplementary group */
#define FDS_MAX 65536 /* FD records of one snapshot */

/* Small /proc file below the process's directory; NUL-terminated. Returns the length or -errno. */
static ssize_t read_small(struct decoder *d, struct process *p, const char *name, char *buf,
			  size_t size)
{
	int dir = process_dir(d->tracees, p);
	cleanup_fd int fd = dir >= 0 ? openat(dir, name, O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0) {
		return -errno;
	}
	ssize_t n = read(fd, buf, size - 1);

	if (n < 0) {
		return -errno;
	}
	buf[n] = '\0';
	return n;
}

static const char *line_of(const char *text, const char *name)
{
	const char *p = strstr(text, name);

	return p && (p == text || p[-1] == '\n') ? p + strlen(name) : NULL;
}

/* Up to n numbers of a base behind "Name:"; returns how many were there. */
static unsigned numbers(const char *text, const char *name, int base, uint64_t *out, unsigned max)
{
	const char *p = line_of(text, name);
	unsigned n = 0;

	while (p && n < max) {
		char *end;

		while (*p == '\t' || *p == ' ') {
			p++;
		}
		if (!isxdigit((unsigned char)*p)) {
			break;
		}
		out[n] = strtoull(p, &end, base);
		if (end == p) {
			break;
		}
		p = end;
		n++;
	}
	return n;
}

static void one_number(struct rec *r, const char *text, const char *name, int base, unsigned key)
{
	uint64_t v;

	if (numbers(text, name, base, &v, 1) == 1) {
		rec_int(r, key, (int64_t)v);
	}
}

static void last_number(struct rec *r, const char *text, const char *name, unsigned key)
{
	uint64_t v[32];
	unsigned n = numbers(text, name, 10, v, 32);

	if (n) {
		rec_int(r, key, (int64_t)v[n - 1]);
	}
}

static void groups(struct rec *r, const char *status)
{
	uint64_t v[256];
	uint32_t small[256];
	unsigned n = numbers(status, "Groups:", 10, v, 256);

	for (unsigned i = 0; i < n; i++) {
		small[i] = (uint32_t)v[i];
	}
	rec_bytes(r, HTR_K_GROUPS, small, n * sizeof(small[0]), n == 256 ? HTR_VF_TRUNCATED : 0);
}

static void from_status(struct rec *r, const char *s)
{
	static const unsigned uids[] = { HTR_K_UID, HTR_K_EUID, HTR_K_SUID, HTR_K_FSUID };
	static const unsigned gids[] = { HTR_K_GID, HTR_K_EGID, HTR_K_SGID, HTR_K_FSGID };
	uint64_t v[4];

	if (numbers(s, "Uid:", 10, v, 4) == 4) {
		for (unsigned i = 0; i < 4; i++) {
			rec_int(r, uids[i], (int64_t)v[i]);
		}
	}
	if (numbers(s, "Gid:", 10, v, 4) == 4) {
		for (unsigned i = 0; i < 4; i++) {
			rec_int(r, gids[i], (int64_t)v[i]);
		}
	}
	groups(r, s);
	one_number(r, s, "PPid:", 10, HTR_K_PPID);
	one_number(r, s, "CapInh:", 16, HTR_K_CAP_INH);
	one_number(r, s, "CapPrm:", 16, HTR_K_CAP_PRM);
	one_number(r, s, "CapEff:", 16, HTR_K_CAP_EFF);
	one_number(r, s, "CapBnd:", 16, HTR_K_CAP_BND);
	one_number(r, s, "CapAmb:", 16, HTR_K_CAP_AMB);
	one_number(r, s, "NoNewPrivs:", 10, HTR_K_NNP);
	last_number(r, s, "NStgid:", HTR_K_VPID);
	last_number(r, s, "NSpid:", HTR_K_VTID);
	last_number(r, s, "NSpgid:", HTR_K_VPGID);
	last_number(r, s, "NSsid:", HTR_K_VSID);
}

/* Fields behind the comm, which may hold any byte but ends with the last ')'. */
static void from_stat(struct rec *r, const char *stat, int64_t start_boot_ns)
{
	const char *p = strrchr(stat, ')');
	long pgrp;
	long sid;
	long tty;
	unsigned long long start;

	/* 3 state, 4 ppid, 5 pgrp, 6 session, 7 tty_nr ... 22 starttime */
	if (p && sscanf(p + 1,
			" %*c %*d %ld %ld %ld %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d "
			"%*d %llu",
			&pgrp, &sid, &tty, &start) == 4) {
		int64_t tick = 1000000000LL / sysconf(_SC_CLK_TCK);

		rec_int(r, HTR_K_PGID, pgrp);
		rec_int(r, HTR_K_SID, sid);
		rec_int(r, HTR_K_TTY, tty);
		rec_int(r, HTR_K_START, (int64_t)start * tick - start_boot_ns);
	}
}

/* "pid:[4026531836]" */
static void namespace(struct decoder *d, struct tracee *t, struct rec *r, const char *name,
		      unsigned key)
{
	char path[32];
	char link[64];
	int dir = process_dir(d->tracees, t->proc);

	snprintf(path, sizeof(path), "ns/%s", name);
	ssize_t n = dir >= 0 ? readlinkat(dir, path, link, sizeof(link) - 1) : -1;

	if (n > 0) {
		link[n] = '\0';
		const char *p = strchr(link, '[');

		if (p) {
			rec_int(r, key, (int64_t)strtoull(p + 1, NULL, 10));
		}
	}
}

static void cgroup(struct decoder *d, struct tracee *t, struct rec *r)
{
	char buf[4096];
	ssize_t n = read_small(d, t->proc, "cgroup", buf, sizeof(buf));

	if (n <= 0) {
		return;
	}
	n -= buf[n - 1] == '\n';
	for (ssize_t i = 0; i < n; i++) {
		if (buf[i] == '\n') {
			buf[i] = '\0';
		}
	}
	rec_bytes(r, HTR_K_CGROUP, buf, (size_t)n, 0);
}

void snapshot_ids(struct decoder *d, struct tracee *t, struct rec *r, int64_t start_boot_ns)
{
	char buf[STATUS_MAX];

	if (read_small(d, t->proc, "status", buf, sizeof(buf)) > 0) {
		from_status(r, buf);
	}
	if (read_small(d, t->proc, "stat", buf, sizeof(buf)) > 0) {
		from_stat(r, buf, start_boot_ns);
	}
	if (read_small(d, t->proc, "loginuid", buf, sizeof(buf)) > 0) {
		rec_int(r, HTR_K_LOGINUID, (int32_t)strtoul(buf, NULL, 10));
	}
	cgroup(d, t, r);
	namespace(d, t, r, "pid", HTR_K_PID_NS);
	namespace(d, t, r, "mnt", HTR_K_MNT_NS);
	namespace(d, t, r, "user", HTR_K_USER_NS);
	namespace(d, t, r, "net", HTR_K_NET_NS);
}

int snapshot_tgid(pid_t tid, pid_t *ret_pid, pid_t *ret_ppid)
{
	char path[32];
	char buf[STATUS_MAX];
	uint64_t v;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)tid);
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		return -errno;
	}
	ssize_t n = read(fd, buf, sizeof(buf) - 1);

	if (n <= 0) {
		return -ESRCH;
	}
	buf[n] = '\0';
	if (numbers(buf, "Tgid:", 10, &v, 1) != 1) {
		return -EIO;
	}
	*ret_pid = (pid_t)v;
	*ret_ppid = numbers(buf, "PPid:", 10, &v, 1) == 1 ? (pid_t)v : 0;
	return 0;
}

bool snapshot_nested(struct decoder *d, struct process *p)
{
	char buf[STATUS_MAX];
	uint64_t v[32];

	/* the line has one number per namespace, ours first */
	return read_small(d, p, "status", buf, sizeof(buf)) > 0 &&
	       numbers(buf, "NStgid:", 10, v, 32) > 1;
}

int64_t snapshot_inner_pid(struct decoder *d, struct process *p)
{
	char buf[STATUS_MAX];
	uint64_t v[32];
	unsigned n = read_small(d, p, "status", buf, sizeof(buf)) > 0
			     ? numbers(buf, "NStgid:", 10, v, 32)
			     : 0;

	return n ? (int64_t)v[n - 1] : 0;
}

uint64_t snapshot_mark(struct decoder *d, struct process *p)
{
	char buf[STATUS_MAX];
	uint64_t mark = 0;
	unsigned field = 2;
	bool any = false;
	const char *at = read_small(d, p, "stat", buf, sizeof(buf)) > 0 ? strrchr(buf, ')') : NULL;

	/* 26..28 code and stack, 45..51 data, arguments, environment: all move with a new image */
	for (; at && *at; at++) {
		if (*at == ' ') {
			field++;
		} else if ((field >= 26 && field <= 28) || (field >= 45 && field <= 51)) {
			mark = mark * 1099511628211u + (uint8_t)*at;
			any |= *at > '0' && *at <= '9';
		}
	}
	return any ? mark : 0; /* all zero: it has ended */
}

/* ---- descriptors ------------------------------------------------------------------------------------- */

/* O_* flags from /proc/PID/fdinfo/N; -1 unknown. */
static int64_t fd_flags(struct decoder *d, struct tracee *t, int fd)
{
	char name[32];
	char buf[1024];
	uint64_t v;

	snprintf(name, sizeof(name), "fdinfo/%d", fd);
	if (read_small(d, t->proc, name, buf, sizeof(buf)) <= 0 ||
	    numbers(buf, "flags:", 8, &v, 1) != 1) {
		return -1;
	}
	return (int64_t)v;
}

static void one_fd(struct decoder *d, struct tracee *t, struct rec_pool *pool, struct sink *sink,
		   const struct htr_event *like, bool before_exec, int fd)
{
	int64_t flags = fd_flags(d, t, fd);
	bool gone = flags < 0 || (before_exec && (flags & O_CLOEXEC));
	struct rec *r = gone ? NULL : rec_get(pool, HTR_EV_FD);

	if (!r) {
		return;
	}
	r->b.ev.time_ns = like->time_ns;
	r->b.ev.tid = like->tid;
	r->b.ev.pid = like->pid;
	r->b.ev.nr = -1;
	r->b.ev.args[0] = (uint64_t)fd;
	r->b.ev.n_args = 1;
	args_fd_facts(d, t, r, fd);
	rec_int(r, HTR_K_FD_FLAGS, flags);
	const struct htr_val *v = NULL;

	for (unsigned i = 0; i < r->b.ev.n_vals; i++) {
		if (r->b.vals[i].key == HTR_K_FD_PATH) {
			v = &r->b.vals[i];
		}
	}
	if (v && v->len > 7 && memcmp(v->data, "socket:", 7) == 0) {
		args_socket_facts(d, t, r, fd);
	}
	sink_put(sink, htr_builder_done(&r->b));
	rec_put(pool, r);
}

void snapshot_fds(struct decoder *d, struct tracee *t, struct rec_pool *pool, struct sink *sink,
		  const struct htr_event *like, bool before_exec)
{
	int at = process_dir(d->tracees, t->proc);
	int dir_fd = at >= 0 ? openat(at, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	DIR *dir = dir_fd >= 0 ? fdopendir(dir_fd) : NULL;
	struct dirent *e;
	unsigned n = 0;

	if (!dir) {
		if (dir_fd >= 0) {
			close(dir_fd);
		}
		return;
	}
	while ((e = readdir(dir)) && n++ < FDS_MAX) {
		if (isdigit((unsigned char)e->d_name[0])) {
			one_fd(d, t, pool, sink, like, before_exec, atoi(e->d_name));
		}
	}
	closedir(dir);
}
