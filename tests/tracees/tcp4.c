/* SPDX-License-Identifier: Apache-2.0
 *
 * tcp4 - socket, bind, listen, accept4, connect and shutdown over IPv4.
 *
 * capture: -e +shutdown
 */
#include "tests/tracees/tcp.h"

int main(void)
{
	return tcp_talk(AF_INET, "AF_INET");
}
