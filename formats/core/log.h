/* SPDX-License-Identifier: Apache-2.0
 *
 * log.h - debug log: level, file:line, errno kept. Library code logs at debug only.
 *
 * Each file that logs defines HOLTER_LOG_DOMAIN before including this header. HOLTER_LOG selects:
 * "debug" (everything) or "cursor=debug,notify=info". Default: warnings and errors to stderr.
 */
#ifndef HTR_CORE_LOG_H
#define HTR_CORE_LOG_H

#include <stdbool.h>
#include <stdio.h>

#ifndef HOLTER_LOG_DOMAIN
#define HOLTER_LOG_DOMAIN "holter"
#endif

enum htr_log_level {
	HTR_LOG_ERROR = 0,
	HTR_LOG_WARN = 1,
	HTR_LOG_INFO = 2,
	HTR_LOG_DEBUG = 3,
};

/* htr_log_init - read a spec as in HOLTER_LOG (NULL: the variable itself). Call once from main. */
void htr_log_init(const char *spec);

/* htr_log_sink - send the log to a stream (borrowed; NULL drops it). Default stderr. */
void htr_log_sink(FILE *sink);

bool htr_log_on(enum htr_log_level level, const char *domain);

void htr_log_write(enum htr_log_level level, const char *domain, const char *file, int line,
		   const char *fmt, ...) __attribute__((format(printf, 5, 6)));

#define htr_log(level, ...)                                                                       \
	do {                                                                                      \
		if (htr_log_on(level, HOLTER_LOG_DOMAIN)) {                                       \
			htr_log_write(level, HOLTER_LOG_DOMAIN, __FILE__, __LINE__, __VA_ARGS__); \
		}                                                                                 \
	} while (0)

#define htr_debug(...) htr_log(HTR_LOG_DEBUG, __VA_ARGS__)
#define htr_info(...)  htr_log(HTR_LOG_INFO, __VA_ARGS__)
#define htr_warn(...)  htr_log(HTR_LOG_WARN, __VA_ARGS__)

#endif
