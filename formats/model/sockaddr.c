/* SPDX-License-Identifier: Apache-2.0
 *
 * sockaddr.c - parts and text of a raw socket address. Resolves no names, asks no system.
 *
 * Source: ip(7), ipv6(7), unix(7), netlink(7), vsock(7), packet(7). All recorded architectures are
 *         little-endian; ports and IP addresses are in network order.
 */
#include "formats/model/sockaddr.h"

#include <string.h>

#include <arpa/inet.h>
#include <sys/socket.h>

#include "formats/model/tables.h"

#define FAMILY_LEN 2 /* sa_family_t */

static uint16_t le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static uint16_t be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t le32(const uint8_t *p)
{
	return le16(p) | (uint32_t)le16(p + 2) << 16;
}

static void parse_inet(struct htr_addr *a, const uint8_t *raw, size_t len)
{
	if (len >= 4) {
		a->port = be16(raw + 2);
	}
	if (len >= 8) {
		memcpy(a->ip, raw + 4, 4);
		a->has_ip = true;
	}
}

static void parse_inet6(struct htr_addr *a, const uint8_t *raw, size_t len)
{
	if (len >= 4) {
		a->port = be16(raw + 2);
	}
	if (len >= 24) { /* behind port and flow information */
		memcpy(a->ip, raw + 8, 16);
		a->has_ip = true;
	}
	if (len >= 28) {
		a->scope = le32(raw + 24);
	}
}

static void parse_unix(struct htr_addr *a, const uint8_t *raw, size_t len)
{
	if (len == FAMILY_LEN) {
		return; /* unnamed */
	}
	a->path = raw + FAMILY_LEN;
	a->path_len = len - FAMILY_LEN;
	if (a->path[0] != '\0') {
		a->path_len = strnlen((const char *)a->path, a->path_len);
	}
}

struct htr_addr htr_addr_parse(const void *raw, size_t len)
{
	const uint8_t *p = raw;
	struct htr_addr a = { .family = AF_UNSPEC };

	if (len < FAMILY_LEN) {
		return a;
	}
	a.family = le16(p);
	switch (a.family) {
	case AF_INET:
		parse_inet(&a, p, len);
		break;
	case AF_INET6:
		parse_inet6(&a, p, len);
		break;
	case AF_UNIX:
		parse_unix(&a, p, len);
		break;
	case AF_NETLINK:
		a.id = len >= 8 ? le32(p + 4) : 0;
		a.sub = len >= 12 ? le32(p + 8) : 0;
		break;
	case AF_VSOCK:
		a.sub = len >= 8 ? le32(p + 4) : 0;
		a.id = len >= 12 ? le32(p + 8) : 0;
		break;
	case AF_PACKET:
		a.sub = len >= 4 ? be16(p + 2) : 0;
		a.id = len >= 8 ? le32(p + 4) : 0;
		break;
	default:
		break;
	}
	return a;
}

void htr_addr_ip_text(struct htr_buf *out, const struct htr_addr *a)
{
	char text[INET6_ADDRSTRLEN];

	if (!a->has_ip) {
		return;
	}
	if (inet_ntop(a->family == AF_INET ? AF_INET : AF_INET6, a->ip, text, sizeof(text))) {
		htr_buf_adds(out, text);
	}
}

static void family_text(struct htr_buf *out, const struct htr_addr *a)
{
	const char *name = htr_names_enum(HTR_N_AF, a->family);
	if (name) {
		htr_buf_adds(out, name);
	} else {
		htr_buf_printf(out, "family:%u", a->family);
	}
}

static void inet6_text(struct htr_buf *out, const struct htr_addr *a)
{
	htr_buf_addc(out, '[');
	htr_addr_ip_text(out, a);
	if (a->scope != 0) {
		htr_buf_printf(out, "%%%u", a->scope);
	}
	htr_buf_printf(out, "]:%u", a->port);
}

static void unix_text(struct htr_buf *out, const struct htr_addr *a)
{
	if (a->path_len == 0) {
		return;
	}
	if (a->path[0] != '\0') {
		htr_buf_add(out, a->path, a->path_len);
		return;
	}
	htr_buf_addc(out, '@');
	htr_buf_add(out, a->path + 1, a->path_len - 1);
}

void htr_addr_text(struct htr_buf *out, const struct htr_addr *a)
{
	switch (a->family) {
	case AF_UNSPEC:
		break;
	case AF_INET:
		if (a->has_ip) {
			htr_addr_ip_text(out, a);
			htr_buf_printf(out, ":%u", a->port);
		}
		break;
	case AF_INET6:
		if (a->has_ip) {
			inet6_text(out, a);
		}
		break;
	case AF_UNIX:
		unix_text(out, a);
		break;
	case AF_NETLINK:
		htr_buf_printf(out, "netlink:%u", a->id);
		break;
	case AF_VSOCK:
		htr_buf_printf(out, "vsock:%u:%u", a->id, a->sub);
		break;
	case AF_PACKET:
		htr_buf_printf(out, "packet:%u", a->id);
		break;
	default:
		family_text(out, a);
		break;
	}
}
