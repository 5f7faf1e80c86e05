/* SPDX-License-Identifier: Apache-2.0
 *
 * state_fd.c - what system calls and snapshots tell about descriptors that are no sockets, and the
 * facts that an event itself carries about its descriptor.
 *
 * A recording that leaves out close() makes the table a claim that goes stale. So what an event carries
 * wins over the table, and a new descriptor replaces whatever was at its number.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "formats/core/cleanup.h"
#include "formats/model/openflags.h"
#include "formats/model/state_int.h"

/* Link texts of /proc/PID/fd/N that are no path. */
static const struct {
	const char *prefix;
	uint8_t type;
} LINKS[] = {
	{ "pipe:", HTR_FD_PIPE },
	{ "anon_inode:[eventfd]", HTR_FD_EVENT },
	{ "anon_inode:[signalfd]", HTR_FD_SIGNAL },
	{ "anon_inode:[eventpoll]", HTR_FD_EPOLL },
	{ "anon_inode:inotify", HTR_FD_INOTIFY },
	{ "anon_inode:[timerfd]", HTR_FD_TIMER },
	{ "anon_inode:[userfaultfd]", HTR_FD_USERFAULT },
	{ "anon_inode:[io_uring]", HTR_FD_IOURING },
	{ "anon_inode:[pidfd]", HTR_FD_PIDFD },
	{ "pidfd:", HTR_FD_PIDFD },
	{ "anon_inode:bpf", HTR_FD_BPF },
	{ "/memfd:", HTR_FD_MEMFD },
	{ "socket:", HTR_FD_SOCKET },
};

static const char DELETED[] = " (deleted)";
#define DELETED_LEN (sizeof(DELETED) - 1)

static bool is_socket_type(unsigned type)
{
	return type >= HTR_FD_IPV4 && type <= HTR_FD_SOCKET;
}

static unsigned type_of_family(int64_t family)
{
	switch (family) {
	case AF_INET:
		return HTR_FD_IPV4;
	case AF_INET6:
		return HTR_FD_IPV6;
	case AF_UNIX:
		return HTR_FD_UNIX;
	case AF_NETLINK:
		return HTR_FD_NETLINK;
	case AF_PACKET:
		return HTR_FD_PACKET;
	default:
		return HTR_FD_SOCKET;
	}
}

static void take_link(struct htr_state *st, struct fd_ent *e, const struct htr_val *v, int64_t mode)
{
	const char *link = (const char *)v->data;
	size_t len = v->len;

	bool plain = len > 1 && link[0] == '/' && link[1] != 'm'; /* nearly always */

	for (size_t i = 0; i < HTR_ARRAY_LEN(LINKS) && !plain; i++) {
		size_t n = strlen(LINKS[i].prefix);

		if (len < n || memcmp(link, LINKS[i].prefix, n) != 0) {
			continue;
		}
		if (LINKS[i].type == HTR_FD_SOCKET) {
			if (!is_socket_type(e->pub.type)) {
				e->pub.type = HTR_FD_SOCKET;
			}
		} else {
			e->pub.type = LINKS[i].type;
		}
		if (LINKS[i].type == HTR_FD_MEMFD) {
			/* "/memfd:x (deleted)" of every memfd: its name is memfd:x */
			link++;
			len--;
			if (len > DELETED_LEN &&
			    memcmp(link + len - DELETED_LEN, DELETED, DELETED_LEN) == 0) {
				len -= DELETED_LEN;
			}
		}
		state_text(st, &e->pub.path, link, len);
		return;
	}
	if (len == 0 || link[0] != '/') {
		state_text(st, &e->pub.path, link, len);
		return;
	}
	if (mode != HTR_UNKNOWN) {
		e->pub.type = S_ISDIR((mode_t)mode) ? HTR_FD_DIR : HTR_FD_FILE;
	} else if (e->pub.type != HTR_FD_DIR) {
		e->pub.type = HTR_FD_FILE;
	}
	/* the name it had, when that is what the program said too */
	if (len > DELETED_LEN && e->pub.path.data != NULL &&
	    text_eq(&e->pub.path, link, len - DELETED_LEN) &&
	    memcmp(link + len - DELETED_LEN, DELETED, DELETED_LEN) == 0) {
		return;
	}
	state_text(st, &e->pub.path, link, len);
}

/* Address bytes of the event; returns whether the side changed. */
static bool take_addr(struct htr_state *st, struct fd_ent *e, bool peer, const struct htr_val *v)
{
	const struct htr_addr *old = peer ? &e->pub.peer : &e->pub.local;
	struct htr_addr a = htr_addr_parse(v->data, v->len);

	/* what getsockname() says of a socket that nobody bound or connected */
	if (!peer && a.has_ip && a.port == 0 && htr_addr_is_any(&a)) {
		return false;
	}
	if (a.family == 0 || (old->family == a.family && old->port == a.port && a.has_ip &&
			      memcmp(old->ip, a.ip, sizeof(a.ip)) == 0)) {
		return false;
	}
	if (!fd_ent_set_addr(e, peer, &a)) {
		st->oom = true;
	}
	return true;
}

static bool has_fd_values(const struct htr_event *ev)
{
	for (unsigned i = 0; i < ev->n_vals; i++) {
		if (ev->vals[i].key >= HTR_K_FD_PATH) {
			return ev->vals[i].key <= HTR_K_SOCK_FAMILY;
		}
	}
	return false;
}

static void take_number(struct fd_ent *e, const struct htr_event *ev, const struct htr_val *v)
{
	switch (v->key) {
	case HTR_K_FD_DEV:
		e->pub.dev = v->num;
		break;
	case HTR_K_FD_INO:
		e->pub.ino = v->num;
		break;
	case HTR_K_FD_FLAGS:
		e->pub.flags = (uint32_t)htr_open_flags(ev->arch, (uint64_t)v->num);
		if (e->pub.flags & HTR_O_CLOEXEC) {
			e->pub.cloexec = true;
		}
		break;
	case HTR_K_SOCK_TYPE:
		e->pub.sock_type = (uint8_t)v->num;
		break;
	case HTR_K_SOCK_PROTO:
		e->pub.proto = (uint8_t)v->num;
		break;
	case HTR_K_SOCK_FAMILY:
		e->pub.type = (uint8_t)type_of_family(v->num);
		break;
	default:
		break;
	}
}

void state_fd_values(struct htr_state *st, struct fd_ent *e, const struct htr_event *ev)
{
	const struct htr_val *link = NULL;
	int64_t mode = HTR_UNKNOWN;
	uint16_t af;

	for (unsigned i = 0; i < ev->n_vals; i++) {
		const struct htr_val *v = &ev->vals[i];

		if (v->key > HTR_K_SOCK_FAMILY) {
			break;
		}
		if (v->type == HTR_VT_INT) {
			if (v->key == HTR_K_FD_MODE) {
				mode = v->num;
			}
			take_number(e, ev, v);
		} else if (v->key == HTR_K_FD_PATH) {
			link = v;
		} else if (v->key == HTR_K_SOCK_LOCAL) {
			(void)take_addr(st, e, false, v);
		} else if (v->key == HTR_K_SOCK_PEER && take_addr(st, e, true, v)) {
			st->cur.fd_name_changed = true;
		}
	}
	if (link != NULL) {
		e->pub.guess = (link->flags & HTR_VF_GUESS) != 0;
		take_link(st, e, link, mode);
	}
	/* an address tells the family when nothing else did */
	af = e->pub.peer.family != 0 ? e->pub.peer.family : e->pub.local.family;
	if (af != 0 && (e->pub.type == HTR_FD_UNKNOWN || e->pub.type == HTR_FD_SOCKET)) {
		e->pub.type = (uint8_t)type_of_family(af);
	}
}

/* The descriptor is another object than the table says: it was closed and its number used again, unseen. */
static bool is_other_object(const struct fd_ent *e, const struct htr_event *ev)
{
	int64_t ino = htr_event_int(ev, HTR_K_FD_INO, HTR_UNKNOWN);

	return ino != HTR_UNKNOWN && e->pub.ino != HTR_UNKNOWN && ino != e->pub.ino;
}

struct fd_ent *state_fd_new(struct htr_state *st, struct proc *p, int32_t num,
			    enum htr_fd_type type, uint64_t seq)
{
	struct fd_ent *e = fdtable_get(p->fds, num);

	if (e != NULL && e->refs == 1) {
		fd_ent_clear(e, num);
	} else {
		e = fd_ent_new(num);
		if (e == NULL || !fdtable_put(p->fds, num, e)) {
			st->oom = true;
			return NULL;
		}
	}
	e->pub.type = (uint8_t)type;
	e->pub.open_seq = seq;
	return e;
}

void state_cur_fd(struct htr_state *st, struct proc *p, int32_t num)
{
	const struct fd_ent *e = fdtable_get(p->fds, num);

	st->cur.fd_num = num;
	st->cur.fd = e != NULL ? &e->pub : NULL;
}

/* The call works on a descriptor that exists. */
void fd_do_use(struct htr_state *st, struct call_ctx *c)
{
	if (c->info->fd_arg < 0 || c->fd < 0) {
		return;
	}
	if (has_fd_values(c->ev)) {
		struct fd_ent *e = fdtable_own(c->proc->fds, c->fd, &st->oom);

		if (e == NULL) {
			e = state_fd_new(st, c->proc, c->fd, HTR_FD_UNKNOWN, 0);
		}
		if (e != NULL) {
			if (is_other_object(e, c->ev)) {
				fd_ent_clear(e, c->fd);
			}
			state_fd_values(st, e, c->ev);
		}
	}
	state_cur_fd(st, c->proc, c->fd);
}

/* A call that should have made a descriptor and did not, or nobody knows. */
static void no_new_fd(struct htr_state *st, const struct call_ctx *c)
{
	if (c->known && c->ev->result < 0) {
		st->cur.fd_num = c->ev->result;
	}
}

static bool new_num(const struct call_ctx *c, int32_t *ret)
{
	if (!c->ok || c->ev->result < 0 || c->ev->result > INT32_MAX) {
		return false;
	}
	*ret = (int32_t)c->ev->result;
	return true;
}

/* ---- open family ------------------------------------------------------------------------------------- */

static uint64_t open_flags(const struct call_ctx *c)
{
	uint64_t flags = 0;

	if (c->info->aux == OPEN_CREAT) {
		return HTR_O_CREAT | HTR_O_WRONLY | HTR_O_TRUNC;
	}
	if (c->info->aux == OPEN_HOW) {
		const struct htr_val *v =
			ctx_arg(c, 2); /* struct open_how { u64 flags, mode, resolve } */

		if (v != NULL && v->len >= 8) {
			memcpy(&flags, v->data, 8);
		}
		return htr_open_flags(c->ev->arch, flags);
	}
	return htr_open_flags(c->ev->arch, c->ev->args[c->info->aux]);
}

static void fill_open(struct htr_state *st, struct call_ctx *c, struct fd_ent *e)
{
	uint64_t flags = open_flags(c);
	const struct htr_val *raw =
		c->info->path_arg[0] >= 0 ? ctx_arg(c, (unsigned)c->info->path_arg[0]) : NULL;

	e->pub.flags = (uint32_t)flags;
	e->pub.cloexec = (flags & HTR_O_CLOEXEC) != 0;
	if (st->cur.path.data != NULL) {
		state_text(st, &e->pub.path, st->cur.path.data, st->cur.path.len);
	}
	if (raw != NULL) {
		state_text(st, &e->pub.rawpath, raw->data, raw->len);
	}
}

void fd_do_open(struct htr_state *st, struct call_ctx *c)
{
	struct fd_ent *e;
	int32_t num;

	if (!new_num(c, &num)) {
		no_new_fd(st, c);
		fd_ent_clear(st->temp,
			     st->cur.fd_num == HTR_UNKNOWN ? -1 : (int32_t)st->cur.fd_num);
		st->temp->pub.type = HTR_FD_FILE;
		fill_open(st, c, st->temp);
		st->cur.fd = st->temp->pub.path.data != NULL ? &st->temp->pub : NULL;
		return;
	}
	e = state_fd_new(st, c->proc, num, HTR_FD_FILE, c->ev->seq);
	if (e == NULL) {
		return;
	}
	fill_open(st, c, e);
	if (e->pub.flags & HTR_O_DIRECTORY) {
		e->pub.type = HTR_FD_DIR;
	}
	state_fd_values(st, e, c->ev);
	state_cur_fd(st, c->proc, num);
}

/* ---- other makers -------------------------------------------------------------------------------------- */

/* FLAGS argument that may hold CLOEXEC, by type of descriptor; -1: none or always close-on-exec. */
static bool made_cloexec(const struct call_ctx *c)
{
	for (unsigned i = 0; i < c->desc->n_args && i < HTR_ARGS_MAX; i++) {
		if (c->desc->args[i].kind == HTR_A_FLAGS) {
			uint64_t bit =
				c->info->aux == HTR_FD_MEMFD ? 1 /* MFD_CLOEXEC */ : O_CLOEXEC;

			return (c->ev->args[i] & bit) != 0;
		}
	}
	/* pidfd_open, userfaultfd and bpf descriptors are born close-on-exec */
	return c->info->aux == HTR_FD_PIDFD || c->info->aux == HTR_FD_BPF;
}

void fd_do_new(struct htr_state *st, struct call_ctx *c)
{
	struct fd_ent *e;
	int32_t num;

	if (!new_num(c, &num)) {
		no_new_fd(st, c);
		return;
	}
	/* a call that is not in the table has no type of its own (aux 0) */
	e = state_fd_new(st, c->proc, num, c->info->aux, c->ev->seq);
	if (e == NULL) {
		return;
	}
	e->pub.cloexec = made_cloexec(c) || c->info->aux == HTR_FD_PIDFD;
	state_fd_values(st, e, c->ev);
	state_cur_fd(st, c->proc, num);
}

void fd_do_memfd(struct htr_state *st, struct call_ctx *c)
{
	const struct htr_val *name = ctx_arg(c, 0);
	struct fd_ent *e;
	int32_t num;

	fd_do_new(st, c);
	if (!new_num(c, &num) || name == NULL) {
		return;
	}
	e = fdtable_own(c->proc->fds, num, &st->oom);
	if (e != NULL && e->pub.path.data == NULL) {
		htr_buf_reset(&st->scratch);
		htr_buf_adds(&st->scratch, "memfd:");
		htr_buf_add(&st->scratch, name->data, name->len);
		if (!st->scratch.failed) {
			state_text(st, &e->pub.path, st->scratch.data, st->scratch.len);
		}
	}
}

/* Commands of bpf(2) whose result is a descriptor (include/uapi/linux/bpf.h, Linux 6.18): map_create,
 * prog_load, obj_get, prog/map_get_fd_by_id, raw_tracepoint_open, btf_load, btf_get_fd_by_id,
 * link_create, link_get_fd_by_id, enable_stats, iter_create, token_create. */
static const uint8_t BPF_FD_CMDS[] = { 0, 5, 7, 13, 14, 17, 18, 19, 28, 30, 32, 33, 36 };

void fd_do_bpf(struct htr_state *st, struct call_ctx *c)
{
	uint64_t cmd = c->ev->args[0];

	if (!c->ok) {
		no_new_fd(st, c);
	} else if (cmd < 256 && memchr(BPF_FD_CMDS, (int)cmd, sizeof(BPF_FD_CMDS)) != NULL) {
		fd_do_new(st, c);
	}
}

void fd_do_pair(struct htr_state *st, struct call_ctx *c)
{
	const struct htr_event *ev = c->ev;
	int64_t num[2] = { htr_event_int(ev, HTR_K_FD1, -1), htr_event_int(ev, HTR_K_FD2, -1) };
	bool is_pipe = c->info->aux == HTR_FD_PIPE;
	unsigned arg = is_pipe ? 0 : 3;
	const struct htr_val *v = ctx_arg(c, arg);
	/* pipe has no flags argument, pipe2 its second, socketpair has them in the type */
	uint64_t flags = c->desc->n_args > 1 ? ev->args[1] : 0;

	if (!c->ok) {
		no_new_fd(st, c);
		return;
	}
	if (num[0] < 0 && v != NULL && v->len >= 8) {
		int32_t pair[2];

		memcpy(pair, v->data, 8);
		num[0] = pair[0];
		num[1] = pair[1];
	}
	for (unsigned i = 0; i < 2; i++) {
		struct fd_ent *e;

		if (num[i] < 0 || num[i] > INT32_MAX) {
			continue;
		}
		e = state_fd_new(st, c->proc, (int32_t)num[i],
				 is_pipe ? HTR_FD_PIPE : type_of_family((int64_t)ev->args[0]),
				 ev->seq);
		if (e == NULL) {
			return;
		}
		e->pub.cloexec = (flags & HTR_O_CLOEXEC) != 0;
		if (is_pipe) {
			e->pub.flags = i == 0 ? O_RDONLY : O_WRONLY;
		} else {
			e->pub.connected = true;
			e->pub.sock_type = (uint8_t)(ev->args[1] & 0xf);
		}
		state_fd_values(st, e, ev);
		state_cur_fd(st, c->proc, (int32_t)num[i]);
	}
}

/* ---- dup, fcntl, close ------------------------------------------------------------------------------------ */

static void dup_to(struct htr_state *st, struct call_ctx *c, bool cloexec)
{
	const struct fd_ent *from = fdtable_get(c->proc->fds, c->fd);
	struct fd_ent *e;
	int32_t num;

	if (!new_num(c, &num)) {
		no_new_fd(st, c);
		return;
	}
	if (num != c->fd || from == NULL) {
		if (from != NULL) {
			e = fd_ent_copy(from);
			if (e == NULL || !fdtable_put(c->proc->fds, num, e)) {
				st->oom = true;
				return;
			}
			e->pub.num = num;
		} else {
			e = state_fd_new(st, c->proc, num, HTR_FD_UNKNOWN, c->ev->seq);
		}
	} else {
		e = fdtable_own(c->proc->fds, num, &st->oom); /* dup2(n, n) changes nothing */
		cloexec = e != NULL && e->pub.cloexec;
	}
	if (e == NULL) {
		return;
	}
	e->pub.cloexec = cloexec;
	state_fd_values(st, e, c->ev);
	e->pub.cloexec = cloexec;
	st->cur.fd_name_changed = false;
	state_cur_fd(st, c->proc, num);
}

void fd_do_dup(struct htr_state *st, struct call_ctx *c)
{
	dup_to(st, c, c->info->aux > 0 && (c->ev->args[c->info->aux] & O_CLOEXEC));
}

void fd_do_fcntl(struct htr_state *st, struct call_ctx *c)
{
	struct fd_ent *e;

	switch ((int32_t)c->ev->args[1]) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		dup_to(st, c, (int32_t)c->ev->args[1] == F_DUPFD_CLOEXEC);
		return;
	case F_SETFD:
		e = c->ok ? fdtable_own(c->proc->fds, c->fd, &st->oom) : NULL;
		if (e != NULL) {
			e->pub.cloexec = (c->ev->args[2] & FD_CLOEXEC) != 0;
		}
		break;
	default:
		break;
	}
	fd_do_use(st, c);
}

static void close_later(struct htr_state *st, struct proc *p, int32_t lo, int32_t hi)
{
	st->pending =
		(struct pending){ .kind = PENDING_CLOSE, .lo = lo, .hi = hi, .table = p->fds };
	p->fds->refs++;
}

void fd_do_close(struct htr_state *st, struct call_ctx *c)
{
	fd_do_use(st, c);
	/* Linux frees the number whatever close() returns, except EBADF; an entry-only close will */
	if (c->fd >= 0 && (!c->known || c->ev->result != -EBADF)) {
		close_later(st, c->proc, c->fd, c->fd);
	}
}

void fd_do_close_range(struct htr_state *st, struct call_ctx *c)
{
	uint32_t lo = (uint32_t)c->ev->args[0];
	uint32_t hi = (uint32_t)c->ev->args[1];
	uint32_t flags = (uint32_t)c->ev->args[2];
	struct proc *p = c->proc;

	if (!c->ok || lo > INT32_MAX || lo > hi) {
		return;
	}
	if (hi > INT32_MAX) {
		hi = INT32_MAX;
	}
	if ((flags & CLOSE_RANGE_UNSHARE) && p->fds->refs > 1) {
		struct fdtable *mine = fdtable_copy(p->fds);

		if (mine == NULL) {
			st->oom = true;
			return;
		}
		fdtable_drop(p->fds);
		p->fds = mine;
	}
	if (flags & CLOSE_RANGE_CLOEXEC) {
		size_t pos = lo;
		struct fd_ent *e;

		while (fdtable_next(p->fds, &pos, &e) > 0 && e->pub.num <= (int32_t)hi) {
			e = fdtable_own(p->fds, e->pub.num, &st->oom);
			if (e == NULL) {
				return;
			}
			e->pub.cloexec = true;
		}
		return;
	}
	close_later(st, p, (int32_t)lo, (int32_t)hi);
}

/* ---- snapshot ---------------------------------------------------------------------------------------------- */

void state_fd_snapshot(struct htr_state *st, struct call_ctx *c)
{
	int64_t num = (int64_t)c->ev->args[0];
	struct fd_ent *e;

	if (num < 0 || num > INT32_MAX) {
		return;
	}
	e = state_fd_new(st, c->proc, (int32_t)num, HTR_FD_UNKNOWN, 0);
	if (e == NULL) {
		return;
	}
	state_fd_values(st, e, c->ev);
	e->pub.connected = e->pub.peer.family != 0;
	st->cur.fd_name_changed = false;
	state_cur_fd(st, c->proc, (int32_t)num);
}
