/* SPDX-License-Identifier: Apache-2.0
 *
 * value.c - values as text.
 */
#include <arpa/inet.h>

#include "formats/filter/filter_int.h"

static void add_uint(struct htr_buf *out, uint64_t v)
{
	char digits[20];
	size_t n = sizeof(digits);

	do {
		digits[--n] = (char)('0' + v % 10);
		v /= 10;
	} while (v != 0);
	htr_buf_add(out, digits + n, sizeof(digits) - n);
}

void value_text(struct htr_buf *out, unsigned type, const struct value *v)
{
	char ip[INET6_ADDRSTRLEN];

	switch (value_class(type)) {
	case VC_STRING:
	case VC_BYTES:
		htr_buf_add(out, v->s.p, v->s.n);
		break;
	case VC_INT:
		if (v->i < 0) {
			htr_buf_addc(out, '-');
		}
		add_uint(out, v->i < 0 ? 0 - (uint64_t)v->i : (uint64_t)v->i);
		break;
	case VC_UINT:
		add_uint(out, v->u);
		break;
	case VC_BOOL:
		htr_buf_adds(out, v->i != 0 ? "true" : "false");
		break;
	case VC_IP:
	case VC_NET:
		if (inet_ntop(v->ip.len == 4 ? AF_INET : AF_INET6, v->ip.addr, ip, sizeof(ip)) !=
		    NULL) {
			htr_buf_adds(out, ip);
		}
		break;
	}
}
