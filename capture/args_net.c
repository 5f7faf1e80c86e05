/* SPDX-License-Identifier: Apache-2.0
 *
 * args_net.c - iovec arrays and msghdr structs of either pointer width.
 */
#include <string.h>

#include "capture/args.h"

#define IOV_READ_MAX \
	16 /* pieces looked at: more than that many make up 256 bytes only in odd programs */

/* struct iovec with pointers of 8 or 4 bytes */
static void split_iovec(const uint8_t *raw, bool wide, uint64_t *base, uint64_t *len)
{
	if (wide) {
		memcpy(base, raw, 8);
		memcpy(len, raw + 8, 8);
	} else {
		uint32_t v[2];

		memcpy(v, raw, 8);
		*base = v[0];
		*len = v[1];
	}
}

void args_iovec(struct decoder *d, struct tracee *t, struct rec *r, uint64_t addr, uint64_t count,
		size_t max)
{
	bool wide = args_wide(r);
	size_t size = wide ? 16 : 8;
	uint8_t raw[IOV_READ_MAX * 16];
	size_t n = count < IOV_READ_MAX ? (size_t)count : IOV_READ_MAX;
	size_t used = 0;
	uint64_t total = 0;
	ssize_t got = n ? mem_read(t->tid, addr, raw, n * size) : 0;

	if (got < 0) {
		r->b.ev.flags |= HTR_EVF_UNREADABLE;
		return;
	}
	for (size_t i = 0; i < (size_t)got / size; i++) {
		uint64_t base;
		uint64_t len;

		split_iovec(raw + i * size, wide, &base, &len);
		size_t want = len < max - used ? (size_t)len : max - used;
		ssize_t k = want ? mem_read(t->tid, base, d->scratch + used, want) : 0;

		if (k < 0) {
			r->b.ev.flags |= HTR_EVF_UNREADABLE;
			break;
		}
		used += (size_t)k;
		if (__builtin_add_overflow(total, len, &total)) {
			total = UINT64_MAX;
		}
	}
	rec_bytes(r, HTR_K_IO_DATA, d->scratch, used, total > used ? HTR_VF_TRUNCATED : 0);
}

struct message {
	uint64_t name, iov, iovlen, control_len;
	uint32_t name_len;
};

static bool read_message(struct tracee *t, uint64_t addr, bool wide, struct message *m)
{
	if (wide) {
		struct {
			uint64_t name;
			uint32_t name_len, pad;
			uint64_t iov, iovlen, control, control_len;
		} raw;

		if (mem_read(t->tid, addr, &raw, sizeof(raw)) != (ssize_t)sizeof(raw)) {
			return false;
		}
		*m = (struct message){ raw.name, raw.iov, raw.iovlen, raw.control_len,
				       raw.name_len };
	} else {
		uint32_t raw[6];

		if (mem_read(t->tid, addr, raw, sizeof(raw)) != (ssize_t)sizeof(raw)) {
			return false;
		}
		*m = (struct message){ raw[0], raw[2], raw[3], raw[5], raw[1] };
	}
	return true;
}

void args_msghdr(struct decoder *d, struct tracee *t, struct rec *r, uint64_t addr, bool after)
{
	struct message m;

	if (!read_message(t, addr, args_wide(r), &m)) {
		r->b.ev.flags |= HTR_EVF_UNREADABLE;
		return;
	}
	if (m.name && m.name_len) {
		uint8_t raw[ARGS_SOCKADDR_MAX];
		size_t want = m.name_len < sizeof(raw) ? m.name_len : sizeof(raw);
		ssize_t n = mem_read(t->tid, m.name, raw, want);

		if (n > 0) {
			rec_bytes(r, HTR_K_SOCK_PEER, raw, (size_t)n, 0);
		}
	} else if (!d->io_data && !after && m.control_len == 0 && !r->named) {
		/* default profile: the socket is connected, so the connect call said it all; with control
		 * data descriptors may be passed */
		r->skip = true;
	}
	if (d->io_data) {
		int64_t res = r->b.ev.result;
		size_t max = ARGS_IO_MAX;

		if (after && (res < 0 || (uint64_t)res < max)) {
			max = res > 0 ? (size_t)res : 0;
		}
		args_iovec(d, t, r, m.iov, m.iovlen, max);
	}
}
