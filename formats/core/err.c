/* SPDX-License-Identifier: Apache-2.0
 * Error struct: formatting only. Does not print, log or allocate. */
#include "formats/core/err.h"

#include <stdio.h>
#include <string.h>

HTR_PRINTF(4, 0)
static void put(struct htr_err *err, int code, int64_t offset, const char *fmt, va_list ap)
{
	err->code = code;
	err->offset = offset;
	if (vsnprintf(err->msg, sizeof(err->msg), fmt, ap) < 0) {
		err->msg[0] = '\0';
	}
}

int htr_err_set(struct htr_err *err, int code, const char *fmt, ...)
{
	if (err) {
		va_list ap;
		va_start(ap, fmt);
		put(err, code, -1, fmt, ap);
		va_end(ap);
	}
	return code;
}

int htr_err_set_at(struct htr_err *err, int code, int64_t offset, const char *fmt, ...)
{
	if (err) {
		va_list ap;
		va_start(ap, fmt);
		put(err, code, offset, fmt, ap);
		va_end(ap);
	}
	return code;
}

int htr_err_sys(struct htr_err *err, int errnum, const char *fmt, ...)
{
	if (err) {
		va_list ap;
		va_start(ap, fmt);
		put(err, -errnum, -1, fmt, ap);
		va_end(ap);
		size_t len = strlen(err->msg);
		snprintf(err->msg + len, sizeof(err->msg) - len, ": %s", strerror(errnum));
	}
	return -errnum;
}

int htr_err_wrap(struct htr_err *err, const char *fmt, ...)
{
	if (!err) {
		return 0;
	}
	char inner[HTR_ERR_MSG_MAX];
	va_list ap;

	memcpy(inner, err->msg, sizeof(inner));
	va_start(ap, fmt);
	int n = vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);

	size_t at = n < 0 ? 0 : (size_t)n;
	if (at > sizeof(err->msg) / 2) {
		at = sizeof(err->msg) / 2; /* leave room for the cause */
	}
	snprintf(err->msg + at, sizeof(err->msg) - at, ": ");
	at = strlen(err->msg);
	size_t room = sizeof(err->msg) - at - 1;
	size_t len = strlen(inner);
	if (len <= room) {
		memcpy(err->msg + at, inner, len + 1);
	} else {
		/* keep both ends of the cause: the place stands first, the reason last */
		size_t head = (room - 3) / 2;
		size_t tail = room - 3 - head;
		memcpy(err->msg + at, inner, head);
		memcpy(err->msg + at + head, "...", 3);
		memcpy(err->msg + at + head + 3, inner + len - tail, tail);
		err->msg[sizeof(err->msg) - 1] = '\0';
	}
	return err->code;
}
