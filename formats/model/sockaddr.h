/* SPDX-License-Identifier: Apache-2.0
 *
 * sockaddr.h - raw socket addresses as a tracee gave them, to parts and to text.
 *
 * The bytes are hostile: any length, any family, unix paths without NUL. Numbers in the result are in
 * host order.
 */
#ifndef HTR_MODEL_SOCKADDR_H
#define HTR_MODEL_SOCKADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/core/buf.h"

struct htr_addr {
	uint16_t family; /* AF_*; AF_UNSPEC (0) when the bytes were too short */
	uint16_t port;   /* INET/INET6 */
	uint32_t scope;  /* INET6 */
	uint32_t id;     /* NETLINK: port id; VSOCK: context id; PACKET: interface index */
	uint32_t sub;    /* NETLINK: groups; VSOCK: port; PACKET: protocol */
	uint8_t ip[16];  /* INET: first 4 bytes, INET6: 16, network order */
	bool has_ip;
	const uint8_t *path; /* UNIX: borrowed from the input; abstract names start with NUL */
	size_t path_len;
};

/* htr_addr_parse - never fails: what cannot be understood leaves the parts empty. */
struct htr_addr htr_addr_parse(const void *raw, size_t len);

/* htr_addr_is_any - an IP address of all zeros. */
static inline bool htr_addr_is_any(const struct htr_addr *a)
{
	for (unsigned i = 0; i < sizeof(a->ip); i++) {
		if (a->ip[i] != 0) {
			return false;
		}
	}
	return a->has_ip;
}

/* htr_addr_ip_text - "10.0.0.1", "2001:db8::1"; IPv4-mapped IPv6 as IPv6. Appends nothing without ip. */
void htr_addr_ip_text(struct htr_buf *out, const struct htr_addr *a);

/*
 * htr_addr_text - "10.0.0.1:80", "[::1]:443", "[fe80::1%2]:22" (scope), "/run/x.sock" (raw bytes!),
 * "@abstract", "netlink:0", "vsock:3:1024", "packet:2", else the name of the family ("AF_ALG",
 * "family:99"); nothing for an unnamed unix socket and for bytes that were too short
 *
 * The result may hold hostile bytes for AF_UNIX: escape before showing.
 */
void htr_addr_text(struct htr_buf *out, const struct htr_addr *a);

#endif
