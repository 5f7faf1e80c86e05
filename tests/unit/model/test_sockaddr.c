/* SPDX-License-Identifier: Apache-2.0
 * Unit tests of formats/model/sockaddr.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <linux/vm_sockets.h>

#include "formats/core/cleanup.h"
#include "formats/model/sockaddr.h"

static void check(const void *raw, size_t len, const char *text)
{
	cleanup_buf struct htr_buf b = { 0 };
	struct htr_addr a = htr_addr_parse(raw, len);
	htr_addr_text(&b, &a);
	assert_string_equal(htr_buf_str(&b), text);
}

static void inet(void **state)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(80) };
	inet_pton(AF_INET, "10.0.0.1", &in.sin_addr);
	check(&in, sizeof(in), "10.0.0.1:80");
	check(&in, 8, "10.0.0.1:80");
	check(&in, 7, "");
	check(&in, 1, "");
	struct htr_addr a = htr_addr_parse(&in, 4);
	assert_int_equal(a.port, 80);
	assert_false(a.has_ip);
	a = htr_addr_parse(&in, 3);
	assert_int_equal(a.port, 0);
}

static void inet6(void **state)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(443) };
	in6.sin6_addr.s6_addr[15] = 1;
	check(&in6, sizeof(in6), "[::1]:443");
	check(&in6, 24, "[::1]:443");
	check(&in6, 23, "");
	inet_pton(AF_INET6, "fe80::1", &in6.sin6_addr);
	in6.sin6_scope_id = 2;
	check(&in6, sizeof(in6), "[fe80::1%2]:443");
	inet_pton(AF_INET6, "::ffff:10.0.0.1", &in6.sin6_addr);
	in6.sin6_scope_id = 0;
	check(&in6, sizeof(in6), "[::ffff:10.0.0.1]:443");

	cleanup_buf struct htr_buf b = { 0 };
	struct htr_addr a = htr_addr_parse(&in6, sizeof(in6));
	htr_addr_ip_text(&b, &a);
	assert_string_equal(htr_buf_str(&b), "::ffff:10.0.0.1");
}

static void unix_names(void **state)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	strcpy(un.sun_path, "/run/x.sock");
	check(&un, sizeof(un), "/run/x.sock");
	check(&un, 2 + 4, "/run"); /* no NUL inside the length */
	check(&un, 2, "");
	memset(un.sun_path, 'a', sizeof(un.sun_path)); /* no NUL at all */
	struct htr_addr a = htr_addr_parse(&un, sizeof(un));
	assert_int_equal(a.path_len, sizeof(un.sun_path));

	memcpy(un.sun_path, "\0abc\0d", 6);
	a = htr_addr_parse(&un, 2 + 6);
	assert_int_equal(a.path_len, 6);
	cleanup_buf struct htr_buf b = { 0 };
	htr_addr_text(&b, &a);
	assert_int_equal(b.len, 6);
	assert_memory_equal(b.data, "@abc\0d", 6);
	check(&un, 3, "@");
}

static void other_families(void **state)
{
	struct sockaddr_nl nl = { .nl_family = AF_NETLINK, .nl_pid = 77, .nl_groups = 5 };
	check(&nl, sizeof(nl), "netlink:77");
	check(&nl, 4, "netlink:0");
	assert_int_equal(htr_addr_parse(&nl, sizeof(nl)).sub, 5);
	struct sockaddr_vm vm = { .svm_family = AF_VSOCK, .svm_port = 70000, .svm_cid = 3 };
	check(&vm, sizeof(vm), "vsock:3:70000");
	struct sockaddr_ll ll = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(0x800),
				  .sll_ifindex = 2 };
	check(&ll, sizeof(ll), "packet:2");
	assert_int_equal(htr_addr_parse(&ll, sizeof(ll)).sub, 0x800);
	uint16_t family = AF_BLUETOOTH;
	check(&family, 2, "AF_BLUETOOTH");
	family = 999;
	check(&family, 2, "family:999");
	family = AF_UNSPEC;
	check(&family, 2, "");
	check("", 0, "");
}

/* Every length of every family, in memory of exactly that length so that a sanitizer sees overreads. */
static void every_length_of_every_family(void **state)
{
	for (unsigned family = 0; family < 50; family++) {
		for (size_t len = 0; len <= 140; len++) {
			for (unsigned fill = 0; fill < 3; fill++) {
				cleanup_free uint8_t *raw = malloc(len ? len : 1);
				cleanup_buf struct htr_buf b = { 0 };
				memset(raw, fill == 0 ? 0 : fill == 1 ? 0xff : 'x', len ? len : 1);
				if (len >= 2) {
					raw[0] = (uint8_t)family;
					raw[1] = 0;
				}
				struct htr_addr a = htr_addr_parse(raw, len);
				htr_addr_text(&b, &a);
				htr_addr_ip_text(&b, &a);
				assert_false(b.failed);
				assert_true(a.path_len <= len);
				assert_int_equal(a.family, len >= 2 ? family : 0);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inet),
		cmocka_unit_test(inet6),
		cmocka_unit_test(unix_names),
		cmocka_unit_test(other_families),
		cmocka_unit_test(every_length_of_every_family),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
