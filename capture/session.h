/* SPDX-License-Identifier: Apache-2.0
 *
 * session.h - one recording from command line to exit code.
 */
#ifndef CAPTURE_SESSION_H
#define CAPTURE_SESSION_H

/* session_run - everything; the only part of the recorder that speaks to the user. Returns the exit code, or
 * dies by the program's own signal. */
int session_run(int argc, char **argv);

#endif
