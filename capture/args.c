/* SPDX-License-Identifier: Apache-2.0
 *
 * args.c - table-driven reading of arguments; see args.h.
 */
#include "capture/args.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/net.h>
#include <string.h>

#include "formats/core/cleanup.h"

#define COUNT_MAX 64 /* elements of an array argument that are kept */

/* Size behind a pointer by kind. `same`: the layout is the same for 32-bit programs. */
static const struct layout {
	uint16_t size;
	bool same;
} layouts[HTR_A_KIND_MAX] = {
	[HTR_A_OFF_PTR] = { 8, true },      [HTR_A_TIMESPEC] = { 16, false },
	[HTR_A_TIMEVAL] = { 16, false },    [HTR_A_ITIMERVAL] = { 32, false },
	[HTR_A_ITIMERSPEC] = { 32, false }, [HTR_A_STAT] = { 144, false },
	[HTR_A_STATX] = { 256, true },      [HTR_A_STATFS] = { 120, false },
	[HTR_A_FDPAIR] = { 8, true },       [HTR_A_SIGSET] = { 8, true },
	[HTR_A_SIGACTION] = { 32, false },  [HTR_A_SIGINFO] = { 128, false },
	[HTR_A_POLLFD] = { 8, true },       [HTR_A_EPOLL_EVENT] = { 12, true },
	[HTR_A_RLIMIT] = { 16, false },     [HTR_A_RUSAGE] = { 144, false },
	[HTR_A_CLONE_ARGS] = { 88, true },  [HTR_A_OPEN_HOW] = { 24, true },
	[HTR_A_BPF_ATTR] = { 120, true },   [HTR_A_CAP_HEADER] = { 8, true },
	[HTR_A_CAP_DATA] = { 24, true },    [HTR_A_IOURING_PARAMS] = { 120, true },
	[HTR_A_WSTATUS] = { 4, true },      [HTR_A_INT_PTR] = { 4, true },
	[HTR_A_TID_PTR] = { 4, true },      [HTR_A_GROUPS] = { 4, true },
	[HTR_A_UTSNAME] = { 390, true },    [HTR_A_SOCKLEN_PTR] = { 4, true },
};

static void unreadable(struct rec *r)
{
	r->b.ev.flags |= HTR_EVF_UNREADABLE;
}

static void read_text(struct decoder *d, struct tracee *t, struct rec *r, unsigned i)
{
	bool cut;
	ssize_t n = mem_str(t->tid, r->b.ev.args[i], d->scratch, MEM_STR_MAX, &cut);

	if (n < 0 || (cut && n < MEM_STR_MAX)) {
		unreadable(r); /* all of it, or its end */
	}
	if (n >= 0) {
		rec_bytes(r, HTR_K_ARG0 + i, d->scratch, (size_t)n, cut ? HTR_VF_TRUNCATED : 0);
	}
}

/* A struct or an array of them. n_bytes 0: the kind's own size. */
static void read_struct(struct tracee *t, struct rec *r, unsigned i, size_t n_bytes)
{
	uint8_t raw[ARGS_STRUCT_MAX];
	size_t want = n_bytes < sizeof(raw) ? n_bytes : sizeof(raw);
	ssize_t n = mem_read(t->tid, r->b.ev.args[i], raw, want);

	if (n < 0) {
		unreadable(r);
		return;
	}
	rec_bytes(r, HTR_K_ARG0 + i, raw, (size_t)n, n_bytes > want ? HTR_VF_TRUNCATED : 0);
}

static size_t struct_bytes(const struct rec *r, const struct htr_arg_desc *a)
{
	const struct layout *l = &layouts[a->kind];
	uint64_t n = 1;

	if (!l->size || (!l->same && !args_wide(r))) {
		return 0;
	}
	if (a->count) {
		n = a->count;
	} else if (a->link >= 0) {
		uint64_t link = r->b.ev.args[a->link];

		switch ((enum htr_arg_kind)a->kind) {
		case HTR_A_CLONE_ARGS:
		case HTR_A_OPEN_HOW:
		case HTR_A_BPF_ATTR:
			return link < l->size ? (size_t)link : l->size;
		case HTR_A_POLLFD:
		case HTR_A_GROUPS:
		case HTR_A_EPOLL_EVENT:
			n = link < COUNT_MAX ? link : COUNT_MAX;
			break;
		default:
			break;
		}
	}
	return (size_t)n * l->size;
}

static void read_sockaddr(struct tracee *t, struct rec *r, unsigned i, uint64_t len)
{
	uint8_t raw[ARGS_SOCKADDR_MAX];
	size_t want = len < sizeof(raw) ? (size_t)len : sizeof(raw);
	ssize_t n = want ? mem_read(t->tid, r->b.ev.args[i], raw, want) : 0;

	if (n < 0) {
		unreadable(r);
		return;
	}
	rec_bytes(r, HTR_K_ARG0 + i, raw, (size_t)n, 0);
}

/* An argument list; only for calls that failed or whose outcome nobody will see. */
static void read_argv(struct decoder *d, struct tracee *t, struct rec *r, unsigned i)
{
	bool cut;
	bool bad;
	ssize_t n = mem_argv(t->tid, r->b.ev.args[i], args_wide(r), d->scratch, MEM_ARGV_MAX, &cut,
			     &bad);

	if (n < 0 || bad) {
		unreadable(r);
	}
	if (n >= 0) {
		rec_bytes(r, HTR_K_ARG0 + i, d->scratch, (size_t)n, cut ? HTR_VF_TRUNCATED : 0);
	}
}

static void read_io(struct decoder *d, struct tracee *t, struct rec *r, uint64_t addr, uint64_t len)
{
	size_t want = len < ARGS_IO_MAX ? (size_t)len : ARGS_IO_MAX;
	ssize_t n = want ? mem_read(t->tid, addr, d->scratch, want) : 0;

	if (n < 0) {
		unreadable(r);
		return;
	}
	rec_bytes(r, HTR_K_IO_DATA, d->scratch, (size_t)n, len > want ? HTR_VF_TRUNCATED : 0);
}

/* Everything but strings and structs: kinds with a rule of their own at entry. */
static void entry_special(struct decoder *d, struct tracee *t, struct rec *r,
			  const struct htr_arg_desc *a, unsigned i)
{
	const uint64_t *args = r->b.ev.args;
	bool io = d->io_data && r->desc && (r->desc->classes & HTR_C_IO);

	switch ((enum htr_arg_kind)a->kind) {
	case HTR_A_SOCKADDR:
		if (a->link >= 0) {
			read_sockaddr(t, r, i, (uint32_t)args[a->link]);
		}
		break;
	case HTR_A_BUF:
		if (io && a->link >= 0) {
			read_io(d, t, r, args[i], args[a->link]);
		}
		break;
	case HTR_A_IOVEC:
		if (io && a->link >= 0) {
			args_iovec(d, t, r, args[i], args[a->link], ARGS_IO_MAX);
		}
		break;
	case HTR_A_MSGHDR:
	case HTR_A_MMSGHDR:
		args_msghdr(d, t, r, args[i], false);
		break;
	case HTR_A_ARGV:
		if (r->how == HOW_ENTRY) {
			read_argv(d, t, r, i);
		}
		break;
	default:
		break;
	}
}

static bool is_in(const struct htr_arg_desc *a)
{
	return a->dir != HTR_DIR_OUT;
}

void args_entry(struct decoder *d, struct tracee *t, struct rec *r)
{
	const struct htr_syscall_desc *desc;
	unsigned at_key = HTR_K_AT_PATH;

	if (!r->desc) {
		return;
	}
	desc = htr_syscall_form(r->desc, r->b.ev.args);
	for (unsigned i = 0; i < desc->n_args; i++) {
		const struct htr_arg_desc *a = &desc->args[i];
		uint64_t v = r->b.ev.args[i];

		if (a->kind == HTR_A_PATH) {
			unsigned key = at_key;

			at_key = HTR_K_AT_PATH2;
			d->scratch[0] = '\0';
			if (v) {
				read_text(d, t, r, i);
			}
			if (a->link >= 0 && (int32_t)r->b.ev.args[a->link] >= 0 &&
			    d->scratch[0] != '/') {
				args_at_path(d, t, r, (int32_t)r->b.ev.args[a->link], key);
			}
			continue;
		}
		if (!v || !is_in(a)) {
			continue;
		}
		if (a->kind == HTR_A_STR) {
			read_text(d, t, r, i);
		} else if (struct_bytes(r, a)) {
			read_struct(t, r, i, struct_bytes(r, a));
		} else {
			entry_special(d, t, r, a, i);
		}
	}
}

void args_failed_exec(struct decoder *d, struct tracee *t, struct rec *r)
{
	for (unsigned i = 0; r->desc && i < r->desc->n_args; i++) {
		if (r->desc->args[i].kind == HTR_A_ARGV && r->b.ev.args[i]) {
			read_argv(d, t, r, i);
		}
	}
}

/* ---- after the call -------------------------------------------------------------------------------- */

static const struct htr_val *value_of(const struct rec *r, unsigned key)
{
	for (unsigned i = 0; i < r->b.ev.n_vals; i++) {
		if (r->b.vals[i].key == key) {
			return &r->b.vals[i];
		}
	}
	return NULL;
}

/* The program's own memory may have been changed by a sibling thread between our reading and the kernel's. */
static void reread_path(struct decoder *d, struct tracee *t, struct rec *r, unsigned i)
{
	const struct htr_val *v = value_of(r, HTR_K_ARG0 + i);
	bool cut;

	if (!v || v->type != HTR_VT_BYTES || (v->flags & HTR_VF_UNSTABLE)) {
		return;
	}
	ssize_t n = mem_str(t->tid, r->b.ev.args[i], d->scratch, MEM_STR_MAX, &cut);

	if (n < 0 || (size_t)n != v->len || memcmp(d->scratch, v->data, v->len) != 0) {
		htr_builder_bytes(&r->b, HTR_K_ARG0 + i, v->data, v->len,
				  v->flags | HTR_VF_UNSTABLE);
	}
}

static void read_fdpair(struct tracee *t, struct rec *r, uint64_t addr)
{
	int32_t fd[2];

	if (mem_read(t->tid, addr, fd, sizeof(fd)) != (ssize_t)sizeof(fd)) {
		unreadable(r);
		return;
	}
	rec_int(r, HTR_K_FD1, fd[0]);
	rec_int(r, HTR_K_FD2, fd[1]);
}

static void result_out(struct decoder *d, struct tracee *t, struct rec *r,
		       const struct htr_arg_desc *a, unsigned i)
{
	const uint64_t *args = r->b.ev.args;
	bool io = d->io_data && r->desc && (r->desc->classes & HTR_C_IO);
	uint64_t moved = r->b.ev.result > 0 ? (uint64_t)r->b.ev.result : 0;
	uint32_t len = 0;

	switch ((enum htr_arg_kind)a->kind) {
	case HTR_A_SOCKADDR:
		if (a->link >= 0 && args[a->link] &&
		    mem_read(t->tid, args[a->link], &len, sizeof(len)) == (ssize_t)sizeof(len)) {
			read_sockaddr(t, r, i, len);
		}
		break;
	case HTR_A_FDPAIR:
		read_fdpair(t, r, args[i]);
		break;
	case HTR_A_BUF:
		if (io) {
			read_io(d, t, r, args[i], moved);
		}
		break;
	case HTR_A_IOVEC:
		if (io && a->link >= 0) {
			args_iovec(d, t, r, args[i], args[a->link],
				   moved < ARGS_IO_MAX ? (size_t)moved : ARGS_IO_MAX);
		}
		break;
	case HTR_A_MSGHDR:
		args_msghdr(d, t, r, args[i], true);
		break;
	default:
		if (struct_bytes(r, a)) {
			read_struct(t, r, i, struct_bytes(r, a));
		}
		break;
	}
}

static bool gives_fd(const struct htr_syscall_desc *desc)
{
	return desc->ret == HTR_R_FD;
}

/* Which descriptor the facts are about: the new one, else the one the call works on. Returns true when the
 * descriptor itself has confirmed (or denied) the path. */
static bool descriptor_facts(struct decoder *d, struct tracee *t, struct rec *r,
			     const struct htr_syscall_desc *desc)
{
	int64_t res = r->b.ev.result;
	bool net = desc->classes & HTR_C_NETWORK;

	if (gives_fd(desc) && res >= 0 && res <= INT32_MAX) {
		bool named = false;

		if (net) {
			args_socket_facts(d, t, r, (int)res);
		} else {
			args_fd_facts(d, t, r, (int)res);
		}
		for (unsigned i = 0; i < desc->n_args && desc->classes & HTR_C_FILE; i++) {
			if (desc->args[i].kind == HTR_A_PATH) {
				named |= args_check_name(d, t, r, i);
			}
		}
		return named;
	}
	if (gives_fd(desc) || desc->n_args == 0 || desc->args[0].kind != HTR_A_FD) {
		return false;
	}
	if (net && (res >= 0 || res == -EINPROGRESS)) {
		args_socket_facts(d, t, r, (int)r->b.ev.args[0]);
	} else if (!net && !(desc->classes & HTR_C_IO) && strcmp(desc->name, "close") != 0) {
		args_fd_facts(d, t, r, (int)r->b.ev.args[0]);
	}
	return false;
}

void args_result(struct decoder *d, struct tracee *t, struct rec *r)
{
	const struct htr_syscall_desc *desc;
	bool failed = r->b.ev.result < 0 && r->b.ev.result >= -4095;

	if (!r->desc) {
		return;
	}
	desc = htr_syscall_form(r->desc, r->b.ev.args);
	bool named = descriptor_facts(d, t, r, desc);

	for (unsigned i = 0; i < desc->n_args; i++) {
		const struct htr_arg_desc *a = &desc->args[i];

		if (a->kind == HTR_A_PATH && !named) {
			reread_path(d, t, r, i);
		} else if (a->dir != HTR_DIR_IN && r->b.ev.args[i] && !failed) {
			result_out(d, t, r, a, i);
		}
	}
}

void args_socketcall(struct tracee *t, struct rec *r)
{
	static const struct {
		const char *name;
		uint8_t n;
	} parts[] = {
		[SYS_SOCKET] = { "socket", 3 },           [SYS_BIND] = { "bind", 3 },
		[SYS_CONNECT] = { "connect", 3 },         [SYS_LISTEN] = { "listen", 2 },
		[SYS_GETSOCKNAME] = { "getsockname", 3 }, [SYS_GETPEERNAME] = { "getpeername", 3 },
		[SYS_SOCKETPAIR] = { "socketpair", 4 },   [SYS_SENDTO] = { "sendto", 6 },
		[SYS_RECVFROM] = { "recvfrom", 6 },       [SYS_SHUTDOWN] = { "shutdown", 2 },
		[SYS_SETSOCKOPT] = { "setsockopt", 5 },   [SYS_GETSOCKOPT] = { "getsockopt", 5 },
		[SYS_SENDMSG] = { "sendmsg", 3 },         [SYS_RECVMSG] = { "recvmsg", 3 },
		[SYS_ACCEPT4] = { "accept4", 4 },         [SYS_RECVMMSG] = { "recvmmsg", 5 },
		[SYS_SENDMMSG] = { "sendmmsg", 4 },
	};
	struct htr_event *ev = &r->b.ev;
	uint64_t which = ev->args[0];
	uint32_t raw[6] = { 0 };

	if (which >= HTR_ARRAY_LEN(parts) || !parts[which].name) {
		return;
	}
	const struct htr_syscall_desc *d = htr_syscall_by_name(parts[which].name);
	size_t len = parts[which].n * sizeof(raw[0]);

	if (!d || d->nr[HTR_ARCH_I386] < 0 ||
	    mem_read(t->tid, ev->args[1], raw, len) != (ssize_t)len) {
		return;
	}
	ev->nr = d->nr[HTR_ARCH_I386];
	ev->n_args = d->n_args;
	for (unsigned i = 0; i < 6; i++) {
		ev->args[i] = i < parts[which].n ? raw[i] : 0;
	}
	r->desc = htr_syscall_lookup(HTR_ARCH_I386, ev->nr);
}
