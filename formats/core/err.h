/* SPDX-License-Identifier: Apache-2.0
 *
 * err.h - the one error convention: negative errno + a message in the caller's struct.
 *
 * Functions return >= 0 on success and -errno on failure; the message lives on the caller's stack
 * and needs no memory, so that "out of memory" can be reported too. Fixed meanings: -EBADMSG
 * damaged, -ENODATA cut short, -EPROTONOSUPPORT newer incompatible format, -E2BIG over one of our
 * limits, -EINVAL bad user text, -ENOMEM; everything else is the kernel's own.
 */
#ifndef HTR_CORE_ERR_H
#define HTR_CORE_ERR_H

#include <stdarg.h>
#include <stdint.h>

#define HTR_ERR_MSG_MAX 512

#define HTR_MUST_CHECK        __attribute__((warn_unused_result))
#define HTR_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

struct htr_err {
	int code;       /* negative errno; 0 when nothing was set */
	int64_t offset; /* byte offset in the file the error is about, or -1 */
	char msg[HTR_ERR_MSG_MAX];
};

#define HTR_ERR_INIT ((struct htr_err){ .offset = -1 })

/*
 * htr_err_set - write code and message; returns the code, so that a failing function can end with
 * `return htr_err_set(err, -EINVAL, "...")`
 *
 * @err:  [out, optional] NULL is fine
 * @code: negative errno
 */
int htr_err_set(struct htr_err *err, int code, const char *fmt, ...) HTR_PRINTF(3, 4);

/* htr_err_set_at - the same with the file offset the error is about. */
int htr_err_set_at(struct htr_err *err, int code, int64_t offset, const char *fmt, ...)
	HTR_PRINTF(4, 5);

/* htr_err_sys - message + ": " + strerror of a positive errno value; returns -errnum. */
int htr_err_sys(struct htr_err *err, int errnum, const char *fmt, ...) HTR_PRINTF(3, 4);

/*
 * htr_err_wrap - put context before the message ("outer: inner"), on the way up
 *
 * A message that would become too long is cut in the middle. Returns err->code (or 0 for NULL).
 */
int htr_err_wrap(struct htr_err *err, const char *fmt, ...) HTR_PRINTF(2, 3);

#endif
