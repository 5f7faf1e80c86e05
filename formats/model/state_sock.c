/* SPDX-License-Identifier: Apache-2.0
 *
 * state_sock.c - sockets: who talks to whom, and which side is the client. A connecting socket is the
 * client, an accepted one the server; until then there is no role.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "formats/model/state_int.h"

#define SOCK_TYPE_BITS 0xf

static unsigned type_of(uint16_t family)
{
	return family == AF_INET6  ? HTR_FD_IPV6
	       : family == AF_INET ? HTR_FD_IPV4
	       : family == AF_UNIX ? HTR_FD_UNIX
				   : HTR_FD_SOCKET;
}

/* Entry of the call's descriptor, made when the table has none. */
static struct fd_ent *own_socket(struct htr_state *st, struct call_ctx *c)
{
	struct fd_ent *e;

	if (c->fd < 0) {
		return NULL;
	}
	e = fdtable_own(c->proc->fds, c->fd, &st->oom);
	if (e == NULL && !st->oom) {
		e = state_fd_new(st, c->proc, c->fd, HTR_FD_UNKNOWN, 0);
	}
	return e;
}

static bool arg_addr(const struct call_ctx *c, struct htr_addr *ret)
{
	const struct htr_val *v =
		c->info->addr_arg >= 0 ? ctx_arg(c, (unsigned)c->info->addr_arg) : NULL;

	if (v == NULL) {
		return false;
	}
	*ret = htr_addr_parse(v->data, v->len);
	return ret->family != 0;
}

static bool same_addr(const struct htr_addr *a, const struct htr_addr *b)
{
	return a->family == b->family && a->port == b->port && a->has_ip == b->has_ip &&
	       memcmp(a->ip, b->ip, sizeof(a->ip)) == 0 && a->path_len == b->path_len &&
	       (a->path_len == 0 || memcmp(a->path, b->path, a->path_len) == 0);
}

static void set_side(struct htr_state *st, struct fd_ent *e, bool peer, const struct htr_addr *a)
{
	if (same_addr(a, peer ? &e->pub.peer : &e->pub.local)) {
		return;
	}
	if (!fd_ent_set_addr(e, peer, a)) {
		st->oom = true;
	}
	if (e->pub.type == HTR_FD_UNKNOWN || e->pub.type == HTR_FD_SOCKET) {
		e->pub.type = (uint8_t)type_of(a->family);
	}
	st->cur.fd_name_changed = true;
}

void sock_do_socket(struct htr_state *st, struct call_ctx *c)
{
	uint64_t family = c->ev->args[0];
	uint64_t kind = c->ev->args[1];
	uint64_t proto = c->ev->args[2];
	struct fd_ent *e;

	if (!c->ok || c->ev->result > INT32_MAX) {
		if (c->known && !c->ok) {
			st->cur.fd_num = c->ev->result;
		}
		return;
	}
	e = state_fd_new(st, c->proc, (int32_t)c->ev->result, HTR_FD_SOCKET, c->ev->seq);
	if (e == NULL) {
		return;
	}
	e->pub.type = (uint8_t)(family == AF_NETLINK  ? HTR_FD_NETLINK
				: family == AF_PACKET ? HTR_FD_PACKET
						      : type_of((uint16_t)family));
	e->pub.sock_type = (uint8_t)(kind & SOCK_TYPE_BITS);
	e->pub.cloexec = (kind & SOCK_CLOEXEC) != 0;
	e->pub.proto = (uint8_t)proto;
	if (proto == 0 && (family == AF_INET || family == AF_INET6)) {
		e->pub.proto = e->pub.sock_type == SOCK_STREAM  ? IPPROTO_TCP
			       : e->pub.sock_type == SOCK_DGRAM ? IPPROTO_UDP
								: 0;
	}
	state_fd_values(st, e, c->ev);
	st->cur.fd_name_changed = false;
	state_cur_fd(st, c->proc, e->pub.num);
}

void sock_do_connect(struct htr_state *st, struct call_ctx *c)
{
	struct fd_ent *e = own_socket(st, c);
	struct htr_addr a;

	if (e == NULL) {
		return;
	}
	if (c->info->addr_arg >= 0) {
		const struct htr_val *v = ctx_arg(c, (unsigned)c->info->addr_arg);

		if (v != NULL && v->len >= 2 && v->data[0] == 0 && v->data[1] == 0 && c->ok) {
			/* AF_UNSPEC dissolves the association of a datagram socket */
			static const struct htr_addr none;

			set_side(st, e, true, &none);
			e->pub.role = HTR_ROLE_NONE;
			e->pub.connected = false;
			state_cur_fd(st, c->proc, c->fd);
			return;
		}
	}
	if (arg_addr(c, &a)) {
		set_side(st, e, true, &a);
	}
	state_fd_values(st, e, c->ev);
	if (e->pub.type == HTR_FD_IPV4 || e->pub.type == HTR_FD_IPV6 ||
	    e->pub.type == HTR_FD_UNIX) {
		e->pub.role = HTR_ROLE_CLIENT;
	}
	if (c->known) {
		e->pub.connected = c->ok || c->ev->result == -EINPROGRESS;
	}
	state_cur_fd(st, c->proc, c->fd);
}

void sock_do_accept(struct htr_state *st, struct call_ctx *c)
{
	const struct fd_ent *from = fdtable_get(c->proc->fds, c->fd);
	struct htr_addr a;
	struct fd_ent *e;
	int32_t num;

	if (!c->ok || c->ev->result > INT32_MAX) {
		if (c->known && !c->ok) {
			st->cur.fd_num = c->ev->result;
		}
		return;
	}
	num = (int32_t)c->ev->result;
	if (num == c->fd) {
		from = NULL; /* the number of the listening socket: it was closed unseen */
	}
	e = state_fd_new(st, c->proc, num, HTR_FD_SOCKET, c->ev->seq);
	if (e == NULL) {
		return;
	}
	if (from != NULL) {
		e->pub.type = from->pub.type;
		e->pub.proto = from->pub.proto;
		e->pub.sock_type = from->pub.sock_type;
		if (from->pub.local.family != 0 && !fd_ent_set_addr(e, false, &from->pub.local)) {
			st->oom = true;
		}
	}
	if (arg_addr(c, &a)) {
		set_side(st, e, true, &a);
	}
	e->pub.cloexec = c->info->aux > 0 && (c->ev->args[c->info->aux] & SOCK_CLOEXEC);
	e->pub.role = HTR_ROLE_SERVER;
	e->pub.connected = true;
	state_fd_values(st, e, c->ev);
	st->cur.fd_name_changed = false;
	state_cur_fd(st, c->proc, num);
}

void sock_do_bind(struct htr_state *st, struct call_ctx *c)
{
	struct htr_addr a;
	struct fd_ent *e;

	if (!c->ok && c->known) {
		fd_do_use(st, c);
		return;
	}
	e = own_socket(st, c);
	if (e == NULL) {
		return;
	}
	if (arg_addr(c, &a)) {
		set_side(st, e, false, &a);
		e->bound = true;
	}
	state_fd_values(st, e, c->ev);
	state_cur_fd(st, c->proc, c->fd);
}

void sock_do_listen(struct htr_state *st, struct call_ctx *c)
{
	struct fd_ent *e = c->ok ? own_socket(st, c) : NULL;

	if (e != NULL) {
		e->pub.listening = true;
		e->pub.role = HTR_ROLE_SERVER;
	}
	fd_do_use(st, c);
}

/* Datagrams carry their address along: the peer of the socket is the last one spoken to. */
void sock_do_transfer(struct htr_state *st, struct call_ctx *c)
{
	const struct fd_ent *seen = fdtable_get(c->proc->fds, c->fd);
	const struct htr_val *peer = ev_bytes(c->ev, HTR_K_SOCK_PEER);
	bool sends = c->info->aux == 1;
	struct htr_addr a;
	struct fd_ent *e;

	if ((c->known && !c->ok && !sends) ||
	    (seen != NULL && seen->pub.sock_type == SOCK_STREAM)) {
		fd_do_use(st, c);
		return;
	}
	if (peer != NULL) {
		a = htr_addr_parse(peer->data, peer->len);
	} else if ((!c->known && !sends) || !arg_addr(c, &a)) {
		fd_do_use(st, c);
		return;
	}
	e = own_socket(st, c);
	if (e == NULL) {
		return;
	}
	if (a.family != 0) {
		set_side(st, e, true, &a);
	}
	if (e->pub.role == HTR_ROLE_NONE && a.has_ip) {
		e->pub.role = e->bound ? HTR_ROLE_SERVER : HTR_ROLE_CLIENT;
	}
	state_fd_values(st, e, c->ev);
	state_cur_fd(st, c->proc, c->fd);
}
