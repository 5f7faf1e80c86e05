/* SPDX-License-Identifier: Apache-2.0
 *
 * mem.h - reading another task's memory. What is read is a claim of that task and hostile.
 *
 * Shape:  requests are cut at page borders, because a string may end at an unmapped page and
 *         process_vm_readv(2) stops at the first piece that fails. When the call itself is refused,
 *         /proc/PID/mem is tried.
 */
#ifndef CAPTURE_MEM_H
#define CAPTURE_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MEM_STR_MAX  4096         /* longest string kept: PATH_MAX of the kernel */
#define MEM_ARGV_MAX (128 * 1024) /* longest argument list kept */

/*
 * mem_read - up to len bytes from addr
 *
 * Returns: bytes read, fewer when an unmapped page is met; -EFAULT when not even the first; other
 *          -errno (-EPERM, -ESRCH).
 */
ssize_t mem_read(pid_t tid, uint64_t addr, void *buf, size_t len);

/*
 * mem_str - a NUL-terminated string
 *
 * @buf:      at least max + 1 bytes; gets a NUL behind the text
 * @ret_cut:  [out] true when no NUL came within max bytes
 * Returns: length without the NUL, or -errno as mem_read. A string that runs into an unmapped page
 *          gives what was there, marked as cut.
 */
ssize_t mem_str(pid_t tid, uint64_t addr, char *buf, size_t max, bool *ret_cut);

/*
 * mem_argv - a NULL-terminated array of pointers to strings, joined with NUL
 *
 * @wide:    pointers have 8 bytes (else 4)
 * @buf:     max bytes
 * Returns: bytes used (no NUL behind the last string), or -errno. *ret_cut as in mem_str; *ret_bad is set
 *          when some string could not be read (it is empty then).
 */
ssize_t mem_argv(pid_t tid, uint64_t addr, bool wide, char *buf, size_t max, bool *ret_cut,
		 bool *ret_bad);

#endif
