/* SPDX-License-Identifier: Apache-2.0
 * Time as text and back. */
#include "formats/core/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/cleanup.h"

#define NS_PER_S   INT64_C(1000000000)
#define NS_PER_DAY (INT64_C(86400) * NS_PER_S)

int64_t htr_clock_ns(clockid_t id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts)) {
		return 0;
	}
	return (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static struct tm split(int64_t real_ns, bool local, int64_t *ret_frac)
{
	time_t s = (time_t)(real_ns / NS_PER_S);
	int64_t frac = real_ns % NS_PER_S;
	struct tm tm = { 0 };

	if (frac < 0) {
		frac += NS_PER_S;
		s--;
	}
	if (local) {
		localtime_r(&s, &tm);
	} else {
		gmtime_r(&s, &tm);
	}
	*ret_frac = frac;
	return tm;
}

static void put_frac(char *out, size_t room, int64_t frac, unsigned digits)
{
	for (unsigned d = digits; d < 9; d++) {
		frac /= 10;
	}
	if (digits) {
		snprintf(out, room, ".%0*lld", (int)digits, (long long)frac);
	} else {
		*out = '\0';
	}
}

/* fmt is one of ours */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void put(char out[HTR_TIME_TEXT], const char *fmt, int64_t ns, unsigned digits, bool local)
{
	int64_t frac;
	struct tm tm = split(ns, local, &frac);
	size_t n = strftime(out, HTR_TIME_TEXT, fmt, &tm);

	put_frac(out + n, HTR_TIME_TEXT - n, frac, digits);
}
#pragma GCC diagnostic pop

void htr_time_iso(char out[HTR_TIME_TEXT], int64_t real_ns, unsigned digits, bool local)
{
	int64_t frac;
	struct tm tm = split(real_ns, local, &frac);

	put(out, "%Y-%m-%dT%H:%M:%S", real_ns, digits, local);
	size_t n = strlen(out);
	if (!local) {
		snprintf(out + n, HTR_TIME_TEXT - n, "Z");
	} else {
		strftime(out + n, HTR_TIME_TEXT - n, "%z", &tm);
	}
}

void htr_time_date(char out[HTR_TIME_TEXT], int64_t real_ns, bool local)
{
	put(out, "%Y-%m-%d %H:%M:%S", real_ns, 0, local);
}

void htr_time_clock(char out[HTR_TIME_TEXT], int64_t real_ns, unsigned digits, bool local)
{
	put(out, "%H:%M:%S", real_ns, digits, local);
}

void htr_time_span(char out[HTR_TIME_TEXT], int64_t ns)
{
	double v = (double)ns;

	if (ns < 0) {
		snprintf(out, HTR_TIME_TEXT, "-");
	} else if (ns < 1000) {
		snprintf(out, HTR_TIME_TEXT, "%lld ns", (long long)ns);
	} else if (ns < 1000000) {
		snprintf(out, HTR_TIME_TEXT, "%.3g us", v / 1e3);
	} else if (ns < NS_PER_S) {
		snprintf(out, HTR_TIME_TEXT, "%.3g ms", v / 1e6);
	} else if (ns < 60 * NS_PER_S) {
		snprintf(out, HTR_TIME_TEXT, "%.3g s", v / 1e9);
	} else {
		long long s = ns / NS_PER_S;
		if (s < 3600) {
			snprintf(out, HTR_TIME_TEXT, "%lldm%02llds", s / 60, s % 60);
		} else {
			snprintf(out, HTR_TIME_TEXT, "%lldh%02lldm", s / 3600, s / 60 % 60);
		}
	}
}

/* "12", "12.5" to ns; returns the rest of the text or NULL. */
static const char *parse_decimal(const char *s, int64_t unit, int64_t *ret)
{
	int64_t whole = 0;

	if (*s < '0' || *s > '9') {
		return NULL;
	}
	for (; *s >= '0' && *s <= '9'; s++) {
		if (__builtin_mul_overflow(whole, (int64_t)10, &whole) ||
		    __builtin_add_overflow(whole, (int64_t)(*s - '0'), &whole)) {
			return NULL;
		}
	}
	if (__builtin_mul_overflow(whole, unit, &whole)) {
		return NULL;
	}
	if (*s == '.') {
		int64_t scale = unit;
		for (s++; *s >= '0' && *s <= '9'; s++) {
			scale /= 10;
			whole += (*s - '0') * scale;
		}
	}
	*ret = whole;
	return s;
}

int htr_time_parse_span(const char *s, int64_t *ret)
{
	static const struct {
		const char *name;
		int64_t ns;
	} units[] = {
		{ "ns", 1 },         { "us", 1000 },         { "ms", 1000000 },
		{ "s", NS_PER_S },   { "m", 60 * NS_PER_S }, { "h", 3600 * NS_PER_S },
		{ "d", NS_PER_DAY },
	};
	size_t digits = strspn(s, "0123456789.");

	for (size_t i = 0; i < HTR_ARRAY_LEN(units); i++) {
		if (!strcmp(s + digits, units[i].name)) {
			const char *rest = parse_decimal(s, units[i].ns, ret);
			return rest == s + digits ? 0 : -EINVAL;
		}
	}
	return -EINVAL;
}

/* "HH:MM[:SS[.fff]]" to ns since midnight; returns the rest or NULL. */
static const char *parse_clock(const char *s, int64_t *ret)
{
	int h, m, n = 0;
	int64_t sec = 0;

	if (sscanf(s, "%2d:%2d%n", &h, &m, &n) != 2 || !n || h < 0 || h > 23 || m < 0 || m > 59) {
		return NULL;
	}
	s += n;
	if (*s == ':') {
		s = parse_decimal(s + 1, NS_PER_S, &sec);
		if (!s || sec >= 61 * NS_PER_S) {
			return NULL;
		}
	}
	*ret = (h * INT64_C(3600) + m * INT64_C(60)) * NS_PER_S + sec;
	return s;
}

static int parse_date(const char *s, int64_t *ret)
{
	struct tm tm = { 0 };
	int n = 0;
	int64_t clock = 0;

	if (sscanf(s, "%4d-%2d-%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &n) != 3 || !n) {
		return -EINVAL;
	}
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	s += n;
	if (*s == 'T' || *s == ' ') {
		s = parse_clock(s + 1, &clock);
		if (!s) {
			return -EINVAL;
		}
	}
	if (*s && strcmp(s, "Z")) {
		return -EINVAL;
	}
	time_t t = timegm(&tm);
	if (t > INT64_MAX / NS_PER_S - 86400 || t < INT64_MIN / NS_PER_S + 86400) {
		return -EINVAL;
	}
	*ret = (int64_t)t * NS_PER_S + clock;
	return 0;
}

int htr_time_parse(const char *s, int64_t start_real_ns, int64_t end_real_ns, int64_t *ret,
		   struct htr_err *err)
{
	int64_t v;
	const char *rest;

	if (*s == '+' && !htr_time_parse_span(s + 1, &v)) {
		*ret = v;
		return 0;
	}
	if (!parse_date(s, &v)) {
		*ret = v - start_real_ns;
		return 0;
	}
	rest = parse_clock(s, &v);
	if (rest && !*rest) {
		int64_t day = start_real_ns - start_real_ns % NS_PER_DAY;
		int64_t at = day + v;
		if (at < start_real_ns - NS_PER_S && at + NS_PER_DAY <= end_real_ns) {
			at += NS_PER_DAY; /* the recording went over midnight */
		}
		*ret = at - start_real_ns;
		return 0;
	}
	return htr_err_set(err, -EINVAL,
			   "bad time '%.60s' (forms: 20:08:50, +3.2s, 2026-11-21T20:08:50Z)", s);
}

int htr_time_parse_range(const char *s, int64_t start_real_ns, int64_t end_real_ns,
			 int64_t *ret_from, int64_t *ret_to, struct htr_err *err)
{
	const char *dots = strstr(s, "..");
	char left[64];
	int r;

	size_t len = dots ? (size_t)(dots - s) : strlen(s);
	if (len >= sizeof(left)) {
		return htr_err_set(err, -EINVAL, "bad time range '%.60s'", s);
	}
	memcpy(left, s, len);
	left[len] = '\0';

	int64_t from = INT64_MIN, to = INT64_MAX;
	if (len) {
		r = htr_time_parse(left, start_real_ns, end_real_ns, &from, err);
		if (r < 0) {
			return r;
		}
	}
	if (!dots) {
		if (!len) {
			return htr_err_set(err, -EINVAL, "empty time range");
		}
		to = from > INT64_MAX - NS_PER_S ? INT64_MAX : from + NS_PER_S;
	} else if (dots[2]) {
		r = htr_time_parse(dots + 2, start_real_ns, end_real_ns, &to, err);
		if (r < 0) {
			return r;
		}
	}
	if (from > to) {
		return htr_err_set(err, -EINVAL, "time range '%.60s' ends before it begins", s);
	}
	*ret_from = from;
	*ret_to = to;
	return 0;
}
