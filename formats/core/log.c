/* SPDX-License-Identifier: Apache-2.0
 * Log levels per domain. The only global state of the library: set once by main, then read. */
#include "formats/core/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define RULES_MAX 16

struct rule {
	char domain[24]; /* empty: every domain */
	enum htr_log_level level;
};

static struct {
	struct rule rules[RULES_MAX];
	int n_rules;
	FILE *sink;
	bool sink_set;
} the_log;

static int parse_level(const char *s, size_t len, enum htr_log_level *ret)
{
	static const char *const names[] = { "error", "warn", "info", "debug" };
	for (int i = 0; i < 4; i++) {
		if (strlen(names[i]) == len && !strncmp(names[i], s, len)) {
			*ret = (enum htr_log_level)i;
			return 0;
		}
	}
	return -EINVAL;
}

void htr_log_init(const char *spec)
{
	if (!spec) {
		spec = getenv("HOLTER_LOG");
	}
	the_log.n_rules = 0;
	while (spec && *spec && the_log.n_rules < RULES_MAX) {
		struct rule *r = &the_log.rules[the_log.n_rules];
		size_t len = strcspn(spec, ",");
		const char *eq = memchr(spec, '=', len);
		size_t dlen = eq ? (size_t)(eq - spec) : 0;
		const char *lv = eq ? eq + 1 : spec;

		memset(r, 0, sizeof(*r));
		if (dlen < sizeof(r->domain) &&
		    !parse_level(lv, len - (size_t)(lv - spec), &r->level)) {
			memcpy(r->domain, spec, dlen);
			the_log.n_rules++;
		}
		spec += len;
		spec += *spec == ',';
	}
}

void htr_log_sink(FILE *sink)
{
	the_log.sink = sink;
	the_log.sink_set = true;
}

bool htr_log_on(enum htr_log_level level, const char *domain)
{
	enum htr_log_level limit = HTR_LOG_WARN;
	for (int i = 0; i < the_log.n_rules; i++) {
		const struct rule *r = &the_log.rules[i];
		if (!r->domain[0] || !strcmp(r->domain, domain)) {
			limit = r->level;
		}
	}
	return level <= limit;
}

void htr_log_write(enum htr_log_level level, const char *domain, const char *file, int line,
		   const char *fmt, ...)
{
	static const char *const names[] = { "error", "warning", "info", "debug" };
	FILE *out = the_log.sink_set ? the_log.sink : stderr;
	if (!out) {
		return;
	}
	int saved = errno;
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fprintf(out, "holter: %s: %s: %s (%s:%d)\n", names[level], domain, text, file, line);
	errno = saved;
}
