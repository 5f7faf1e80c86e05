/* SPDX-License-Identifier: Apache-2.0
 *
 * field_fd.c - fd.*: the descriptor that the event is about.
 */
#include <netinet/in.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "formats/core/cleanup.h"
#include "formats/filter/field_int.h"

static bool is_ip(const struct htr_fd *fd)
{
	return fd != NULL && (fd->type == HTR_FD_IPV4 || fd->type == HTR_FD_IPV6);
}

static bool is_path(const struct htr_fd *fd)
{
	return fd != NULL && (fd->type == HTR_FD_FILE || fd->type == HTR_FD_DIR);
}

/* ---- names -------------------------------------------------------------------------------------------- */

static bool fd_name(const struct htr_fd *fd, struct htr_buf *b, struct value *out)
{
	if (fd == NULL) {
		return false;
	}
	if (fd->path.data != NULL && fd->type != HTR_FD_UNIX && !is_ip(fd)) {
		return give_text(out, fd->path);
	}
	htr_buf_reset(b);
	htr_fd_name(b, fd);
	return give_buf(out, b);
}

GETTER(get_fd_name)
{
	(void)nth;
	return fd_name(fx->fd, &ref->buf, out);
}

/* Path as passed; the only cleaning is that "//" becomes "/". */
GETTER(get_fd_nameraw)
{
	const struct htr_text *t = fx->fd != NULL ? &fx->fd->rawpath : NULL;
	struct htr_buf *b = &ref->buf;

	(void)nth;
	if (t == NULL || t->data == NULL || !is_path(fx->fd)) {
		return false;
	}
	if (memmem(t->data, t->len, "//", 2) == NULL) {
		return give_text(out, *t);
	}
	htr_buf_reset(b);
	for (uint32_t i = 0; i < t->len; i++) {
		if (t->data[i] != '/' || i == 0 || t->data[i - 1] != '/') {
			htr_buf_addc(b, t->data[i]);
		}
	}
	return give_buf(out, b);
}

/* Length of the directory part of an absolute path; the root is its own directory. */
static size_t dir_len(const char *p, size_t n)
{
	const char *slash = n > 0 ? memrchr(p, '/', n) : NULL;

	if (slash == NULL) {
		return 0;
	}
	return slash == p ? 1 : (size_t)(slash - p);
}

static bool directory(const struct htr_fd *fd, struct value *out)
{
	if (!is_path(fd) || fd->path.data == NULL) {
		return false;
	}
	give_text(out, fd->path);
	if (fd->type == HTR_FD_FILE) {
		out->s.n = dir_len(out->s.p, out->s.n);
	}
	return true;
}

GETTER(get_fd_directory)
{
	(void)ref;
	(void)nth;
	return directory(fx->fd, out);
}

GETTER(get_fd_filename)
{
	size_t n;

	(void)ref;
	(void)nth;
	if (fx->fd == NULL || fx->fd->type != HTR_FD_FILE || fx->fd->path.data == NULL) {
		return false;
	}
	give_text(out, fx->fd->path);
	n = dir_len(out->s.p, out->s.n);
	if (n > 0 && (n > 1 || out->s.p[0] == '/')) {
		size_t skip = n == 1 ? 1 : n + 1;

		out->s.p += skip;
		out->s.n -= skip;
	}
	return true;
}

GETTER(get_fd_container)
{
	struct htr_buf *b = &ref->buf;
	struct htr_buf name = { 0 };
	struct value v;
	char id[16];
	bool ok;

	(void)nth;
	htr_buf_reset(b);
	htr_buf_adds(b, container_id(fx, id));
	htr_buf_addc(b, ':');
	ok = ref->impl->aux == 1 ? directory(fx->fd, &v) : fd_name(fx->fd, &name, &v);
	if (ok) {
		htr_buf_add(b, v.s.p, v.s.n);
	}
	htr_buf_fini(&name);
	return ok && give_buf(out, b);
}

GETTER(get_fd_uid)
{
	(void)nth;
	if (fx->cur->fd_num == HTR_UNKNOWN) {
		return false;
	}
	htr_buf_reset(&ref->buf);
	htr_buf_printf(&ref->buf, "%d%lld", fx->ev->tid, (long long)fx->cur->fd_num);
	return give_buf(out, &ref->buf);
}

/* ---- type ------------------------------------------------------------------------------------------------ */

/* A failed open has a name but no descriptor, so no type; its letter is that of its call. */
static bool is_real(const struct fctx *fx)
{
	return fx->fd != NULL && fx->fd->num >= 0;
}

GETTER(get_fd_type)
{
	(void)ref;
	(void)nth;
	return is_real(fx) && give_str(out, htr_fd_type_name(fx->fd->type));
}

GETTER(get_fd_typechar)
{
	static const char letters[] = "f\0d\0"
				      "4\0"
				      "6\0u\0p\0e\0s\0l\0i\0t\0m\0n\0b\0r\0P\0o";
	char c = fx->fd != NULL ? htr_fd_type_char(fx->fd->type) : 0;

	(void)ref;
	(void)nth;
	if (fx->fd == NULL) {
		return false;
	}
	if (c == 0) {
		c = 'o';
	}
	for (size_t i = 0; i < sizeof(letters); i += 2) {
		if (letters[i] == c) {
			return give_str(out, letters + i);
		}
	}
	return false;
}

GETTER(get_fd_types)
{
	if (ref->has_index) {
		const struct htr_fd *fd =
			nth == 0 && ref->index <= INT32_MAX
				? htr_state_fd(fx->st, fx->proc, (int32_t)ref->index)
				: NULL;

		return fd != NULL && give_str(out, htr_fd_type_name(fd->type));
	}
	return nth == 0 && is_real(fx) && give_str(out, htr_fd_type_name(fx->fd->type));
}

GETTER(get_fd_num)
{
	const struct htr_fd *fd = fx->fd;

	(void)nth;
	if (ref->impl->aux == FN_NUM) {
		/* an open that failed has -1 whatever its error was: rules for failed opens ask for that */
		int64_t num = fx->cur->fd_num;
		return give_int(out, num < 0 && num != HTR_UNKNOWN ? -1 : num);
	}
	if (fd == NULL || (ref->impl->aux == FN_INO ? fd->ino : fd->dev) == HTR_UNKNOWN) {
		return false;
	}
	switch (ref->impl->aux) {
	case FN_INO:
		out->u = (uint64_t)fd->ino;
		break;
	case FN_MAJOR:
		out->u = major((dev_t)fd->dev);
		break;
	case FN_MINOR:
		out->u = minor((dev_t)fd->dev);
		break;
	default:
		out->u = (uint64_t)fd->dev;
		break;
	}
	return true;
}

GETTER(get_fd_bool)
{
	(void)nth;
	if (fx->fd == NULL) {
		return false;
	}
	switch (ref->impl->aux) {
	case FB_CONNECTED:
		return give_bool(out, fx->fd->connected);
	case FB_CHANGED:
		return give_bool(out, fx->cur->fd_name_changed);
	default:
		return is_ip(fx->fd) && give_bool(out, fx->fd->role == HTR_ROLE_SERVER);
	}
}

GETTER(get_fd_family)
{
	(void)ref;
	(void)nth;
	if (is_ip(fx->fd)) {
		return give_str(out, "ip");
	}
	return fx->fd != NULL && fx->fd->type == HTR_FD_UNIX && give_str(out, "unix");
}

GETTER(get_fd_proto)
{
	(void)ref;
	(void)nth;
	if (!is_ip(fx->fd)) {
		return false;
	}
	switch (fx->fd->proto) {
	case IPPROTO_TCP:
		return give_str(out, "tcp");
	case IPPROTO_UDP:
		return give_str(out, "udp");
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return give_str(out, "icmp");
	case IPPROTO_RAW:
		return give_str(out, "raw");
	default:
		return false;
	}
}

/* ---- ends of a connection --------------------------------------------------------------------------------- */

static bool side(const struct htr_fd *fd, unsigned which, struct htr_addr *ret)
{
	if (!is_ip(fd)) {
		return false;
	}
	switch (which) {
	case S_CLIENT:
		return htr_fd_client(fd, ret);
	case S_SERVER:
		return htr_fd_server(fd, ret);
	case S_LOCAL:
		*ret = fd->local;
		return ret->has_ip;
	default:
		*ret = fd->peer;
		return ret->has_ip;
	}
}

/* An IPv4 address inside IPv6 is the IPv4 address. */
static void give_ip(struct value *out, const struct htr_addr *a)
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

	memset(&out->ip, 0, sizeof(out->ip));
	if (a->family == AF_INET) {
		out->ip.len = 4;
		memcpy(out->ip.addr, a->ip, 4);
	} else if (memcmp(a->ip, mapped, sizeof(mapped)) == 0) {
		out->ip.len = 4;
		memcpy(out->ip.addr, a->ip + 12, 4);
	} else {
		out->ip.len = 16;
		memcpy(out->ip.addr, a->ip, 16);
	}
}

GETTER(get_fd_side)
{
	struct htr_addr a;

	(void)nth;
	if (!side(fx->fd, ref->impl->aux, &a)) {
		return false;
	}
	give_ip(out, &a);
	return true;
}

GETTER(get_fd_port)
{
	struct htr_addr a;

	(void)nth;
	if (!side(fx->fd, ref->impl->aux, &a)) {
		return false;
	}
	out->u = a.port;
	return true;
}

/* Both ends, as far as they are known. */
static bool end_at(const struct fctx *fx, unsigned nth, struct htr_addr *ret)
{
	struct htr_addr both[2];
	unsigned n = 0;

	if (!is_ip(fx->fd)) {
		return false;
	}
	/* a datagram socket that talks to somebody, its own address never chosen, says 0.0.0.0 */
	if (fx->fd->local.has_ip && !(fx->fd->peer.has_ip && htr_addr_is_any(&fx->fd->local))) {
		both[n++] = fx->fd->local;
	}
	if (fx->fd->peer.has_ip) {
		both[n++] = fx->fd->peer;
	}
	if (nth >= n) {
		return false;
	}
	*ret = both[nth];
	return true;
}

GETTER(get_fd_ends)
{
	struct htr_addr a;

	(void)ref;
	if (!end_at(fx, nth, &a)) {
		return false;
	}
	give_ip(out, &a);
	return true;
}

GETTER(get_fd_end_ports)
{
	struct htr_addr a;

	(void)ref;
	if (!end_at(fx, nth, &a)) {
		return false;
	}
	out->u = a.port;
	return true;
}

/* ---- standard streams ----------------------------------------------------------------------------------------- */

GETTER(get_std_fd)
{
	const struct htr_fd *fd =
		fx->proc != NULL ? htr_state_fd(fx->st, fx->proc, ref->impl->aux / 2) : NULL;

	(void)nth;
	if (fd == NULL) {
		return false;
	}
	return ref->impl->aux % 2 == 1 ? give_str(out, htr_fd_type_name(fd->type))
				       : fd_name(fd, &ref->buf, out);
}
