/* SPDX-License-Identifier: Apache-2.0
 *
 * x32_calls - Numbers with the x32 bit, and numbers that no table has: ENOSYS or what the kernel says.
 */
#include "tests/tracees/tracee.h"

int main(void)
{
	static const long numbers[] = {
		0x40000000L + SYS_open, 0x40000000L + 520, -1, 1000, 0x3fffffff, 0x7fffffff, 600
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		say("call %ld: %s", numbers[i], outcome(sys(numbers[i], "/etc/hostname", 0, 0)));
	}
	return 0;
}
