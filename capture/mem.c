/* SPDX-License-Identifier: Apache-2.0
 *
 * mem.c - remote memory reads in page-bounded pieces; see mem.h.
 */
#include "capture/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>

#include "formats/core/cleanup.h"

#define PAGE        4096u /* smallest page of every supported machine: a piece never spans two */
#define PIECES      64u   /* iovecs in one call */
#define FIRST_GUESS 256u  /* most strings are shorter; longer ones cost a second call */

static size_t to_page_end(uint64_t addr)
{
	return PAGE - (size_t)(addr & (PAGE - 1));
}

static ssize_t read_proc_mem(pid_t tid, uint64_t addr, void *buf, size_t len)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)tid);
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		return -errno;
	}
	if (addr > INT64_MAX) {
		return -EFAULT;
	}
	ssize_t n = pread(fd, buf, len, (off_t)addr);

	if (n < 0) {
		return errno == EIO ? -EFAULT : -errno;
	}
	return n;
}

ssize_t mem_read(pid_t tid, uint64_t addr, void *buf, size_t len)
{
	size_t done = 0;

	if (len == 0) {
		return 0;
	}
	while (done < len) {
		struct iovec remote[PIECES];
		size_t n = 0;
		size_t want = 0;

		for (; n < PIECES && done + want < len; n++) {
			uint64_t at;
			size_t piece;

			if (__builtin_add_overflow(addr, done + want, &at)) {
				break;
			}
			piece = to_page_end(at);
			piece = piece < len - done - want ? piece : len - done - want;
			remote[n] = (struct iovec){ (void *)(uintptr_t)at, piece };
			want += piece;
		}
		if (n == 0) {
			break;
		}
		struct iovec local = { (char *)buf + done, want };
		ssize_t got = process_vm_readv(tid, &local, 1, remote, n, 0);

		if (got < 0 && (errno == EPERM || errno == ENOSYS)) {
			got = read_proc_mem(tid, addr + done, local.iov_base, want);
			errno = got < 0 ? (int)-got : 0;
		}
		if (got <= 0) {
			if (done == 0) {
				return got < 0 && errno ? -errno : -EFAULT;
			}
			break;
		}
		done += (size_t)got;
		if ((size_t)got < want) {
			break;
		}
	}
	return done ? (ssize_t)done : -EFAULT;
}

ssize_t mem_str(pid_t tid, uint64_t addr, char *buf, size_t max, bool *ret_cut)
{
	size_t done = 0;
	size_t guess = FIRST_GUESS;

	*ret_cut = false;
	while (done < max) {
		size_t piece = to_page_end(addr + done);

		piece = piece < guess ? piece : guess;
		piece = piece < max - done ? piece : max - done;
		guess = PAGE;
		ssize_t got = mem_read(tid, addr + done, buf + done, piece);

		if (got < 0) {
			if (done == 0) {
				return got;
			}
			break;
		}
		char *nul = memchr(buf + done, '\0', (size_t)got);

		if (nul) {
			return nul - buf;
		}
		done += (size_t)got;
		if ((size_t)got < piece) {
			break;
		}
	}
	buf[done] = '\0';
	*ret_cut = true;
	return (ssize_t)done;
}

/* Pointers of one batch. Returns their number up to PIECES; *end is set when the NULL was among them. */
static ssize_t read_pointers(pid_t tid, uint64_t addr, bool wide, uint64_t out[PIECES], bool *end)
{
	size_t size = wide ? 8 : 4;
	uint8_t raw[PIECES * 8];
	ssize_t got = mem_read(tid, addr, raw, PIECES * size);
	ssize_t n = 0;

	*end = false;
	if (got < 0) {
		return got;
	}
	for (; n < got / (ssize_t)size; n++) {
		uint64_t p = 0;

		memcpy(&p, raw + (size_t)n * size, size);
		if (p == 0) {
			*end = true;
			break;
		}
		out[n] = p;
	}
	return n;
}

/* First bytes of many strings in one call; len[i] is what arrived, 0 for those behind a failure. */
static void read_heads(pid_t tid, const uint64_t *ptr, size_t n, char heads[][FIRST_GUESS],
		       size_t *len)
{
	struct iovec local[PIECES];
	struct iovec remote[PIECES];

	for (size_t i = 0; i < n; i++) {
		size_t piece = to_page_end(ptr[i]);

		piece = piece < FIRST_GUESS ? piece : FIRST_GUESS;
		local[i] = (struct iovec){ heads[i], piece };
		remote[i] = (struct iovec){ (void *)(uintptr_t)ptr[i], piece };
	}
	ssize_t got = process_vm_readv(tid, local, n, remote, n, 0);
	size_t left = got > 0 ? (size_t)got : 0;

	for (size_t i = 0; i < n; i++) {
		len[i] = left >= local[i].iov_len ? local[i].iov_len : 0;
		left -= left >= local[i].iov_len ? local[i].iov_len : left;
	}
}

struct joiner {
	char *buf;
	size_t used, max;
	bool *cut, *bad;
	bool first;
};

/* Room for a separator and up to MEM_STR_MAX bytes; NULL when full. */
static char *join_room(struct joiner *j, size_t *ret_room)
{
	size_t sep = j->first ? 0 : 1;

	if (j->used + sep >= j->max) {
		*j->cut = true;
		return NULL;
	}
	*ret_room = j->max - j->used - sep;
	return j->buf + j->used + sep;
}

static void join_done(struct joiner *j, size_t len)
{
	if (!j->first) {
		j->buf[j->used++] = '\0';
	}
	j->first = false;
	j->used += len;
}

/* One string: from its head if that holds the end, else by reading on. false: no room is left. */
static bool join_one(struct joiner *j, pid_t tid, uint64_t ptr, const char *head, size_t head_len)
{
	char big[MEM_STR_MAX + 1];
	const char *nul = memchr(head, '\0', head_len);
	bool cut = false;
	ssize_t len = nul ? nul - head : mem_str(tid, ptr, big, MEM_STR_MAX, &cut);
	size_t room;
	char *at = join_room(j, &room);

	if (!at) {
		return false;
	}
	if (len < 0) {
		*j->bad = true;
		len = 0;
	}
	*j->cut |= cut || (size_t)len > room;
	if ((size_t)len > room) {
		len = (ssize_t)room;
	}
	memcpy(at, nul ? head : big, (size_t)len);
	join_done(j, (size_t)len);
	return true;
}

ssize_t mem_argv(pid_t tid, uint64_t addr, bool wide, char *buf, size_t max, bool *ret_cut,
		 bool *ret_bad)
{
	struct joiner j = { .buf = buf, .max = max, .cut = ret_cut, .bad = ret_bad, .first = true };
	bool end = false;

	*ret_cut = *ret_bad = false;
	for (size_t at = 0; !end; at += PIECES) {
		uint64_t ptr[PIECES];
		char heads[PIECES][FIRST_GUESS];
		size_t len[PIECES];
		ssize_t n = read_pointers(tid, addr + at * (wide ? 8 : 4), wide, ptr, &end);

		if (n < 0) {
			if (at == 0) {
				return n;
			}
			*ret_bad = true;
			break;
		}
		read_heads(tid, ptr, (size_t)n, heads, len);
		for (ssize_t i = 0; i < n; i++) {
			if (!join_one(&j, tid, ptr[i], heads[i], len[i])) {
				return (ssize_t)j.used;
			}
		}
		if (!end && n < (ssize_t)PIECES) {
			*ret_bad = true; /* array runs into an unmapped page */
			break;
		}
	}
	return (ssize_t)j.used;
}
