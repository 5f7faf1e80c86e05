/* SPDX-License-Identifier: Apache-2.0
 *
 * cleanup.h - cleanup attributes, so that an error path is a plain `return`.
 *
 * One macro per type stands next to that type's header; here only what libc gives. Handing a value
 * out of its scope is done by steal_ptr / steal_fd.
 */
#ifndef HTR_CORE_CLEANUP_H
#define HTR_CORE_CLEANUP_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define HTR_CLEANUP(fn) __attribute__((cleanup(fn)))

static inline void htr_cleanup_free_(void *p)
{
	int saved = errno;
	free(*(void **)p);
	errno = saved;
}

static inline void htr_cleanup_fd_(const int *fd)
{
	if (*fd >= 0) {
		int saved = errno;
		close(*fd);
		errno = saved;
	}
}

static inline void htr_cleanup_file_(FILE **f)
{
	if (*f) {
		fclose(*f);
	}
}

/* cleanup_fd needs an initial value of -1 */
#define cleanup_free HTR_CLEANUP(htr_cleanup_free_)
#define cleanup_fd   HTR_CLEANUP(htr_cleanup_fd_)
#define cleanup_file HTR_CLEANUP(htr_cleanup_file_)

static inline void *htr_steal_ptr_(void *pp)
{
	void **at = (void **)pp;
	void *p = *at;
	*at = NULL;
	return p;
}

#define steal_ptr(p) ((__typeof__(p))htr_steal_ptr_(&(p)))

static inline int steal_fd(int *fd)
{
	int v = *fd;
	*fd = -1;
	return v;
}

#define HTR_ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
