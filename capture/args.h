/* SPDX-License-Identifier: Apache-2.0
 *
 * args.h - what stands behind the arguments of a call, read by the table's kinds: inputs at its entry,
 * outputs and descriptor facts after its result.
 *
 * Everything read is copied into the record. Nothing here decides what is recorded or how.
 */
#ifndef CAPTURE_ARGS_H
#define CAPTURE_ARGS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "capture/mem.h"
#include "capture/rec.h"
#include "capture/tracee.h"

#define ARGS_STRUCT_MAX   512 /* largest struct kept (utsname has 390) */
#define ARGS_IO_MAX       256 /* I/O bytes kept in the forensic profile */
#define ARGS_SOCKADDR_MAX 128 /* struct sockaddr_storage */

/* One per tracing thread. */
struct decoder {
	struct tracees *tracees;
	bool io_data;
	bool getfd; /* pidfd_getfd(2) works */
	char scratch[MEM_ARGV_MAX + MEM_STR_MAX + 1];
	uint8_t stack[2 * MEM_ARGV_MAX]; /* arguments and environment of a new image */
};

/*
 * args_entry - values of the inputs; may set r->skip for a call that turns out to be of no interest
 *
 * @r: nr, arch, args, desc are set
 */
void args_entry(struct decoder *d, struct tracee *t, struct rec *r);

/*
 * args_result - values of the outputs and of the descriptor, after ev.result was set
 *
 * Also reads the paths again: what differs from the entry is marked unstable.
 */
void args_result(struct decoder *d, struct tracee *t, struct rec *r);

/* args_failed_exec - argument list of an execve that did not succeed (a success has its own). */
void args_failed_exec(struct decoder *d, struct tracee *t, struct rec *r);

/* args_wide - pointers of the calling convention of this record have 8 bytes. */
static inline bool args_wide(const struct rec *r)
{
	return r->b.ev.arch == HTR_ARCH_X86_64 || r->b.ev.arch == HTR_ARCH_ARM64;
}

/* args_socketcall - turn i386 socketcall(2) into the call it stands for, when its argument block can be
 * read. */
void args_socketcall(struct tracee *t, struct rec *r);

/* args_statx - stat without a word to a file server. Returns 0 or -errno. */
int args_statx(int dir, const char *name, struct statx *stx);
static inline int64_t args_dev(const struct statx *stx)
{
	return (int64_t)makedev(stx->stx_dev_major, stx->stx_dev_minor);
}

/* args_fd.c: facts about descriptor fd of the process; key offset as in HTR_K_FD_PATH. */
void args_fd_facts(struct decoder *d, struct tracee *t, struct rec *r, int fd);
void args_socket_facts(struct decoder *d, struct tracee *t, struct rec *r, int fd);
/* args_at_path - HTR_K_AT_PATH(2): where a relative path starts. */
void args_at_path(struct decoder *d, struct tracee *t, struct rec *r, int dirfd, unsigned key);
/* args_check_name - does the path read at entry lead to the descriptor that came out? If not, it is marked
 * unstable. Returns true when that could be told. */
bool args_check_name(struct decoder *d, struct tracee *t, struct rec *r, unsigned arg);

/* args_net.c: messages of sendmsg, sendmmsg, recvmsg. */
void args_msghdr(struct decoder *d, struct tracee *t, struct rec *r, uint64_t addr, bool after);
void args_iovec(struct decoder *d, struct tracee *t, struct rec *r, uint64_t addr, uint64_t count,
		size_t max);

#endif
