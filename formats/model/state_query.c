/* SPDX-License-Identifier: Apache-2.0
 *
 * state_query.c - what the outside asks the state: lookups, iteration, and the texts that are made of
 * several facts.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/model/state_int.h"

const struct htr_current *htr_state_current(const struct htr_state *st)
{
	return &st->cur;
}

const struct htr_facts *htr_state_facts(const struct htr_state *st)
{
	return st->facts;
}

const struct htr_thread *htr_state_thread(const struct htr_state *st, int32_t tid)
{
	const struct thread *t = thread_find(st, tid);

	return t != NULL ? &t->pub : NULL;
}

const struct htr_proc *htr_state_proc(const struct htr_state *st, int32_t pid)
{
	const struct proc *p = proc_find(st, pid);

	return p != NULL ? &p->pub : NULL;
}

static const struct proc *inner(const struct htr_proc *p)
{
	return (const struct proc *)(const void *)p;
}

const struct htr_proc *htr_state_parent(const struct htr_state *st, const struct htr_proc *p)
{
	const struct proc *up = p != NULL ? inner(p)->parent : NULL;

	(void)st;
	return up != NULL ? &up->pub : NULL;
}

const struct htr_proc *htr_state_ancestor(const struct htr_state *st, const struct htr_proc *p,
					  unsigned n)
{
	/* links never form a cycle (proc_set_parent), so this ends */
	while (n-- > 0 && p != NULL) {
		p = htr_state_parent(st, p);
	}
	return p;
}

const struct htr_fd *htr_state_fd(const struct htr_state *st, const struct htr_proc *p, int32_t num)
{
	const struct fd_ent *e = p != NULL ? fdtable_get(inner(p)->fds, num) : NULL;

	(void)st;
	return e != NULL ? &e->pub : NULL;
}

int htr_state_next_fd(const struct htr_state *st, const struct htr_proc *p, size_t *pos,
		      const struct htr_fd **ret)
{
	struct fd_ent *e;

	(void)st;
	if (p == NULL || fdtable_next(inner(p)->fds, pos, &e) == 0) {
		return 0;
	}
	*ret = &e->pub;
	return 1;
}

static int by_number(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a;
	int32_t y = *(const int32_t *)b;

	return (x > y) - (x < y);
}

/* The cache of sorted pids is no part of what the state says, so a const state may refresh it. */
static bool sort_pids(struct htr_state *st)
{
	size_t pos = 0;
	uint64_t key;
	void *val;

	if (!st->procs_changed) {
		return true;
	}
	if (st->procs.n > st->sorted_cap) {
		size_t cap = st->procs.n + st->procs.n / 2 + 16;
		int32_t *bigger = reallocarray(st->sorted, cap, sizeof(*bigger));

		if (bigger == NULL) {
			return false;
		}
		st->sorted = bigger;
		st->sorted_cap = cap;
	}
	st->n_sorted = 0;
	while (htr_map_next(&st->procs, &pos, &key, &val)) {
		st->sorted[st->n_sorted++] = (int32_t)key;
	}
	qsort(st->sorted, st->n_sorted, sizeof(st->sorted[0]), by_number);
	st->procs_changed = false;
	return true;
}

int htr_state_next_proc(const struct htr_state *st, size_t *pos, const struct htr_proc **ret)
{
	size_t lo = 0;
	size_t hi;

	if (!sort_pids((struct htr_state *)(uintptr_t)st)) {
		return 0;
	}
	hi = st->n_sorted;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if ((size_t)st->sorted[mid] < *pos) {
			lo = mid + 1;
		} else {
			hi = mid;
		}
	}
	if (lo >= st->n_sorted) {
		return 0;
	}
	*ret = htr_state_proc(st, st->sorted[lo]);
	*pos = (size_t)st->sorted[lo] + 1;
	return 1;
}

bool htr_state_sees(const struct htr_state *st, int32_t nr)
{
	const struct htr_facts *f = st->facts;
	uint64_t lo = 0;
	uint64_t hi;

	if (f == NULL || f->captured == NULL || f->n_captured_calls == 0) {
		return true;
	}
	hi = f->n_captured_calls;
	while (lo < hi) {
		uint64_t mid = lo + (hi - lo) / 2;

		if (f->captured[mid] < nr) {
			lo = mid + 1;
		} else {
			hi = mid;
		}
	}
	return lo < f->n_captured_calls && f->captured[lo] == nr;
}

/* ---- derived texts -------------------------------------------------------------------------------- */

struct htr_text htr_proc_name(const struct htr_proc *p)
{
	struct htr_text t = { "", 0 };

	if (p != NULL && p->comm.data != NULL) {
		t = p->comm;
	}
	return t;
}

struct htr_text htr_proc_argv(const struct htr_proc *p, unsigned i)
{
	struct htr_text t = { NULL, 0 };
	const char *at = p->image.argv.data;
	size_t left = p->image.argv.len;

	if (at == NULL || (left == 0 && i > 0)) {
		return t;
	}
	while (i-- > 0) {
		const char *nul = memchr(at, 0, left);

		if (nul == NULL) {
			return t;
		}
		left -= (size_t)(nul - at) + 1;
		at = nul + 1;
	}
	t.data = at;
	t.len = (uint32_t)strnlen(at, left);
	return t;
}

void htr_proc_args(struct htr_buf *out, const struct htr_proc *p)
{
	const struct htr_text *av = &p->image.argv;
	const char *nul = av->data != NULL ? memchr(av->data, 0, av->len) : NULL;
	size_t skip;
	size_t start = out->len;

	if (nul == NULL) {
		return;
	}
	skip = (size_t)(nul - av->data) + 1;
	htr_buf_add(out, av->data + skip, av->len - skip);
	if (out->failed) {
		return;
	}
	for (size_t i = start; i < out->len; i++) {
		if (out->data[i] == 0) {
			out->data[i] = ' ';
		}
	}
}

void htr_proc_cmdline(struct htr_buf *out, const struct htr_proc *p)
{
	struct htr_text name = htr_proc_name(p);
	size_t start;

	htr_buf_add(out, name.data, name.len);
	htr_buf_addc(out, ' ');
	start = out->len;
	htr_proc_args(out, p);
	if (out->len == start && !out->failed) {
		out->data[--out->len] = 0;
	}
}

/* Joined once for each image; the cache hangs on the process, so it is shared by all who ask. */
static struct htr_text joined(struct htr_text *cache, const struct htr_proc *p,
			      void (*join)(struct htr_buf *, const struct htr_proc *))
{
	if (cache->data == NULL) {
		struct htr_buf b = { 0 };

		join(&b, p);
		if (!b.failed) {
			(void)text_set(cache, htr_buf_str(&b), b.len);
		}
		htr_buf_fini(&b);
	}
	return *cache;
}

struct htr_text htr_proc_args_text(const struct htr_proc *p)
{
	if (p->image.argv.data == NULL) {
		return (struct htr_text){ NULL, 0 };
	}
	return joined(&((struct proc *)(uintptr_t)p)->args, p, htr_proc_args);
}

struct htr_text htr_proc_cmdline_text(const struct htr_proc *p)
{
	return joined(&((struct proc *)(uintptr_t)p)->cmdline, p, htr_proc_cmdline);
}

const struct htr_proc *htr_state_child(const struct htr_state *st, const struct htr_proc *p)
{
	const struct proc *c = p != NULL ? inner(p)->child : NULL;

	(void)st;
	return c != NULL ? &c->pub : NULL;
}

/* ---- descriptors ------------------------------------------------------------------------------------ */

static const struct {
	const char *name;
	char letter;
} FD_TYPES[HTR_FD_TYPE_MAX] = {
	[HTR_FD_FILE] = { "file", 'f' },
	[HTR_FD_DIR] = { "directory", 'd' },
	[HTR_FD_IPV4] = { "ipv4", '4' },
	[HTR_FD_IPV6] = { "ipv6", '6' },
	[HTR_FD_UNIX] = { "unix", 'u' },
	[HTR_FD_NETLINK] = { "netlink", 'n' },
	[HTR_FD_PACKET] = { "packet", 'o' },
	[HTR_FD_SOCKET] = { "socket", 'o' },
	[HTR_FD_PIPE] = { "pipe", 'p' },
	[HTR_FD_EVENT] = { "event", 'e' },
	[HTR_FD_SIGNAL] = { "signalfd", 's' },
	[HTR_FD_EPOLL] = { "eventpoll", 'l' },
	[HTR_FD_INOTIFY] = { "inotify", 'i' },
	[HTR_FD_TIMER] = { "timerfd", 't' },
	[HTR_FD_MEMFD] = { "memfd", 'm' },
	[HTR_FD_BPF] = { "bpf", 'b' },
	[HTR_FD_USERFAULT] = { "userfaultfd", 'u' },
	[HTR_FD_IOURING] = { "io_uring", 'r' },
	[HTR_FD_PIDFD] = { "pidfd", 'P' },
};

const char *htr_fd_type_name(enum htr_fd_type type)
{
	return type < HTR_FD_TYPE_MAX ? FD_TYPES[type].name : NULL;
}

char htr_fd_type_char(enum htr_fd_type type)
{
	return type < HTR_FD_TYPE_MAX ? FD_TYPES[type].letter : 0;
}

bool htr_fd_client(const struct htr_fd *fd, struct htr_addr *ret)
{
	const struct htr_addr *a = fd->role == HTR_ROLE_CLIENT ? &fd->local : &fd->peer;

	if (fd->role == HTR_ROLE_NONE || !a->has_ip) {
		return false;
	}
	*ret = *a;
	return true;
}

bool htr_fd_server(const struct htr_fd *fd, struct htr_addr *ret)
{
	const struct htr_addr *a = fd->role == HTR_ROLE_CLIENT ? &fd->peer : &fd->local;

	/* a bound socket that nobody talked to yet is a server socket */
	if (!a->has_ip || (fd->role == HTR_ROLE_NONE && fd->peer.has_ip)) {
		return false;
	}
	*ret = *a;
	return true;
}

/* Falco's form: no brackets around IPv6 addresses; an unknown local side is all zeros. */
static void endpoint(struct htr_buf *out, const struct htr_addr *a, enum htr_fd_type type)
{
	if (a->has_ip) {
		htr_addr_ip_text(out, a);
	} else {
		htr_buf_adds(out, type == HTR_FD_IPV6 ? "::" : "0.0.0.0");
	}
	htr_buf_printf(out, ":%u", a->has_ip ? a->port : 0u);
}

static void socket_name(struct htr_buf *out, const struct htr_fd *fd)
{
	const struct htr_addr *from = &fd->local;
	const struct htr_addr *to = &fd->peer;

	if (!fd->peer.has_ip) {
		if (fd->local.has_ip) {
			endpoint(out, &fd->local, fd->type);
		}
		return;
	}
	if (fd->role == HTR_ROLE_SERVER) {
		from = &fd->peer;
		to = &fd->local;
	}
	endpoint(out, from, fd->type);
	htr_buf_adds(out, "->");
	endpoint(out, to, fd->type);
}

void htr_fd_name(struct htr_buf *out, const struct htr_fd *fd)
{
	if (fd->type == HTR_FD_IPV4 || fd->type == HTR_FD_IPV6) {
		socket_name(out, fd);
		return;
	}
	if (fd->type == HTR_FD_UNIX) {
		const struct htr_addr *a = fd->peer.path_len > 0 ? &fd->peer : &fd->local;

		if (a->path_len > 0) {
			htr_addr_text(out, a);
			return;
		}
	}
	if (fd->path.data != NULL) {
		htr_buf_add(out, fd->path.data, fd->path.len);
	}
}

/* ---- users ------------------------------------------------------------------------------------------- */

const struct htr_user_fact *htr_facts_user(const struct htr_facts *f, int64_t uid)
{
	for (uint32_t i = 0; f != NULL && i < f->n_users; i++) {
		if (f->users[i].uid == uid) {
			return &f->users[i];
		}
	}
	return NULL;
}

const struct htr_group_fact *htr_facts_group(const struct htr_facts *f, int64_t gid)
{
	for (uint32_t i = 0; f != NULL && i < f->n_groups; i++) {
		if (f->groups[i].gid == gid) {
			return &f->groups[i];
		}
	}
	return NULL;
}
