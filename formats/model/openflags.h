/* SPDX-License-Identifier: Apache-2.0
 *
 * openflags.h - flags of open(2) independent of the machine that reads the trace: four of them have other
 * values on arm64 than on x86.
 *
 * Source: arch/arm64/include/uapi/asm/fcntl.h, include/uapi/asm-generic/fcntl.h of Linux 6.1.
 */
#ifndef HTR_MODEL_OPENFLAGS_H
#define HTR_MODEL_OPENFLAGS_H

#include <stdint.h>

#include "formats/model/tables.h"

/* Values of x86-64. */
enum htr_open_flag {
	HTR_O_ACCMODE = 03,
	HTR_O_WRONLY = 01,
	HTR_O_RDWR = 02,
	HTR_O_CREAT = 0100,
	HTR_O_EXCL = 0200,
	HTR_O_NOCTTY = 0400,
	HTR_O_TRUNC = 01000,
	HTR_O_APPEND = 02000,
	HTR_O_NONBLOCK = 04000,
	HTR_O_DSYNC = 010000,
	HTR_O_DIRECT = 040000,
	HTR_O_LARGEFILE = 0100000,
	HTR_O_DIRECTORY = 0200000,
	HTR_O_NOFOLLOW = 0400000,
	HTR_O_NOATIME = 01000000,
	HTR_O_CLOEXEC = 02000000,
	HTR_O_SYNC = 04010000,
	HTR_O_PATH = 010000000,
	HTR_O_TMPFILE = 020200000,
};

/* htr_open_flags - flags of a call of that architecture in the values above. */
static inline uint64_t htr_open_flags(unsigned arch, uint64_t flags)
{
	uint64_t four = flags & 0740000;

	if (arch != HTR_ARCH_ARM64) {
		return flags;
	}
	/* arm64: O_DIRECTORY 040000, O_NOFOLLOW 0100000, O_DIRECT 0200000, O_LARGEFILE 0400000 */
	return (flags & ~UINT64_C(0740000)) | (four & 040000 ? HTR_O_DIRECTORY : 0) |
	       (four & 0100000 ? HTR_O_NOFOLLOW : 0) | (four & 0200000 ? HTR_O_DIRECT : 0) |
	       (four & 0400000 ? HTR_O_LARGEFILE : 0);
}

#endif
