/* SPDX-License-Identifier: Apache-2.0
 *
 * tcp6 - socket, bind, listen, accept4, connect and shutdown over IPv6.
 *
 * capture: -e +shutdown
 */
#include "tests/tracees/tcp.h"

int main(void)
{
	return tcp_talk(AF_INET6, "AF_INET6");
}
