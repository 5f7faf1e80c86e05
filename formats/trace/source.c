/* SPDX-License-Identifier: Apache-2.0
 * One window over a file or a pipe. */
#include "formats/trace/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/io.h"

#define READ_AHEAD ((size_t)4096)     /* holds a usual block head */
#define READ_PIPE  ((size_t)64 << 10) /* what a pipe holds */

void htr_source_fini(struct htr_source *s)
{
	if (s->fd >= 0) {
		close(s->fd);
	}
	free(s->win);
	*s = (struct htr_source){ .fd = -1 };
}

static int room(struct htr_source *s, size_t want, struct htr_err *err)
{
	if (want <= s->win_cap) {
		return 0;
	}
	size_t cap = s->win_cap * 2 > want ? s->win_cap * 2 : want;
	uint8_t *p = realloc(s->win, cap);
	if (!p) {
		return htr_err_set(err, -ENOMEM, "no memory to read %zu bytes", want);
	}
	s->win = p;
	s->win_cap = cap;
	return 0;
}

static int get_file(struct htr_source *s, uint64_t off, size_t len, struct htr_err *err)
{
	size_t want = len < READ_AHEAD ? READ_AHEAD : len;
	int rc = room(s, want, err);
	if (rc < 0) {
		return rc;
	}
	s->win_len = 0;
	ssize_t n = htr_pread_full(s->fd, s->win, want, off);
	if (n < 0) {
		htr_err_sys(err, (int)-n, "read");
		return (int)n;
	}
	s->win_at = off;
	s->win_len = (size_t)n;
	return 0;
}

/* Forget what lies before both `keep` and `off`. */
static void slide(struct htr_source *s, uint64_t off)
{
	uint64_t from = s->keep < off ? s->keep : off;
	if (from <= s->win_at) {
		return;
	}
	uint64_t drop = from - s->win_at;
	size_t n = drop < s->win_len ? (size_t)drop : s->win_len;
	memmove(s->win, s->win + n, s->win_len - n);
	s->win_len -= n;
	s->win_at += n;
}

static int get_stream(struct htr_source *s, uint64_t off, size_t len, struct htr_err *err)
{
	if (off < s->win_at) {
		return htr_err_set(err, -ESPIPE, "a stream cannot be read backwards");
	}
	while (!s->eof && off + len > s->win_at + s->win_len) {
		if (s->win_cap - s->win_len < READ_PIPE) {
			slide(s, off);
		}
		int rc = room(s, s->win_len + READ_PIPE, err);
		if (rc < 0) {
			return rc;
		}
		ssize_t n = read(s->fd, s->win + s->win_len, s->win_cap - s->win_len);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0) {
			return htr_err_sys(err, errno, "read");
		}
		s->eof = n == 0;
		s->win_len += (size_t)n;
	}
	return 0;
}

int htr_source_get(struct htr_source *s, uint64_t off, size_t len, const uint8_t **ret,
		   size_t *ret_len, struct htr_err *err)
{
	bool there = off >= s->win_at && off - s->win_at <= s->win_len &&
		     len <= s->win_len - (size_t)(off - s->win_at);
	if (!there) {
		int rc = s->stream ? get_stream(s, off, len, err) : get_file(s, off, len, err);
		if (rc < 0) {
			return rc;
		}
	}
	size_t skip = off - s->win_at < s->win_len ? (size_t)(off - s->win_at) : s->win_len;
	*ret = s->win ? s->win + skip : (const uint8_t *)"";
	*ret_len = s->win_len - skip < len ? s->win_len - skip : len;
	return 0;
}
