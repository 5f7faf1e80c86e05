/* SPDX-License-Identifier: Apache-2.0
 *
 * exit_own - Ends with the code given: the recorder must end with the same.
 *
 * run: 0
 * run: 1
 * run: 2
 * run: 125
 * run: 126
 * run: 127
 * run: 128
 * run: 137
 * run: 255
 */
#include "tests/tracees/tracee.h"

int main(int argc, char **argv)
{
	int code = argc > 1 ? atoi(argv[1]) : 0;

	expect_exit(getpid(), code << 8);
	say("ends with %d", code);
	return code;
}
