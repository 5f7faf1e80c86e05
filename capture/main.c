/* SPDX-License-Identifier: Apache-2.0
 *
 * main.c - holter-capture: run a program and record it.
 */
#include "capture/session.h"

int main(int argc, char **argv)
{
	return session_run(argc, argv);
}
