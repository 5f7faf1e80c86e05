/* SPDX-License-Identifier: Apache-2.0
 * Whole reads and writes. */
#include "formats/core/io.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "formats/core/cleanup.h"

int htr_write_all(int fd, const void *data, size_t len)
{
	const uint8_t *p = data;

	while (len) {
		ssize_t n = write(fd, p, len);
		if (n < 0) {
			if (errno == EINTR) {
				continue;
			}
			return -errno;
		}
		if (!n) {
			return -ENOSPC;
		}
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

ssize_t htr_read_full(int fd, void *data, size_t len)
{
	size_t got = 0;

	while (got < len) {
		ssize_t n = read(fd, (uint8_t *)data + got, len - got);
		if (n < 0) {
			if (errno == EINTR) {
				continue;
			}
			return -errno;
		}
		if (!n) {
			break;
		}
		got += (size_t)n;
	}
	return (ssize_t)got;
}

ssize_t htr_pread_full(int fd, void *data, size_t len, uint64_t offset)
{
	size_t got = 0;

	if (offset > INT64_MAX || len > INT64_MAX - offset) {
		return -EINVAL;
	}
	while (got < len) {
		ssize_t n = pread(fd, (uint8_t *)data + got, len - got, (off_t)(offset + got));
		if (n < 0) {
			if (errno == EINTR) {
				continue;
			}
			return -errno;
		}
		if (!n) {
			break;
		}
		got += (size_t)n;
	}
	return (ssize_t)got;
}

int htr_read_file(const char *path, struct htr_buf *out, size_t max, struct htr_err *err)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) {
		return htr_err_sys(err, errno, "%s", path);
	}
	size_t total = 0;
	for (;;) {
		size_t step = 65536;
		void *to = htr_buf_reserve(out, step);
		if (!to) {
			return htr_err_set(err, -ENOMEM, "%s: out of memory", path);
		}
		ssize_t n = read(fd, to, step);
		if (n < 0) {
			if (errno == EINTR) {
				continue;
			}
			return htr_err_sys(err, errno, "%s", path);
		}
		if (!n) {
			break;
		}
		out->len += (size_t)n;
		out->data[out->len] = '\0';
		total += (size_t)n;
		if (total > max) {
			return htr_err_set(err, -E2BIG, "%s: larger than %zu bytes", path, max);
		}
	}
	return 0;
}
