/* SPDX-License-Identifier: Apache-2.0
 *
 * konst.c - constants of the right side: from text to what the comparison needs, once.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/cleanup.h"
#include "formats/core/clock.h"
#include "formats/core/str.h"
#include "formats/filter/filter_int.h"

/* From this many strings on a hash set beats comparing one after the other. */
#define SET_MIN 6

/* Names of ports, IANA. Built in: what a filter means must not hang on the machine that replays. */
static const struct {
	const char *name;
	uint16_t port;
} SERVICES[] = {
	{ "ftp-data", 20 },
	{ "ftp", 21 },
	{ "ssh", 22 },
	{ "telnet", 23 },
	{ "smtp", 25 },
	{ "time", 37 },
	{ "whois", 43 },
	{ "tacacs", 49 },
	{ "domain", 53 },
	{ "bootps", 67 },
	{ "bootpc", 68 },
	{ "tftp", 69 },
	{ "gopher", 70 },
	{ "finger", 79 },
	{ "http", 80 },
	{ "kerberos", 88 },
	{ "pop3", 110 },
	{ "sunrpc", 111 },
	{ "auth", 113 },
	{ "nntp", 119 },
	{ "ntp", 123 },
	{ "epmap", 135 },
	{ "netbios-ns", 137 },
	{ "netbios-dgm", 138 },
	{ "netbios-ssn", 139 },
	{ "imap2", 143 },
	{ "imap", 143 },
	{ "snmp", 161 },
	{ "snmp-trap", 162 },
	{ "snmptrap", 162 },
	{ "xdmcp", 177 },
	{ "bgp", 179 },
	{ "irc", 194 },
	{ "ldap", 389 },
	{ "https", 443 },
	{ "microsoft-ds", 445 },
	{ "kpasswd", 464 },
	{ "submissions", 465 },
	{ "isakmp", 500 },
	{ "exec", 512 },
	{ "login", 513 },
	{ "who", 513 },
	{ "shell", 514 },
	{ "syslog", 514 },
	{ "printer", 515 },
	{ "talk", 517 },
	{ "route", 520 },
	{ "uucp", 540 },
	{ "klogin", 543 },
	{ "kshell", 544 },
	{ "rtsp", 554 },
	{ "nntps", 563 },
	{ "submission", 587 },
	{ "ipp", 631 },
	{ "ldaps", 636 },
	{ "ldp", 646 },
	{ "rsync", 873 },
	{ "ftps-data", 989 },
	{ "ftps", 990 },
	{ "telnets", 992 },
	{ "imaps", 993 },
	{ "pop3s", 995 },
	{ "socks", 1080 },
	{ "openvpn", 1194 },
	{ "ms-sql-s", 1433 },
	{ "ms-sql-m", 1434 },
	{ "l2f", 1701 },
	{ "radius", 1812 },
	{ "radius-acct", 1813 },
	{ "nfs", 2049 },
	{ "cvspserver", 2401 },
	{ "mysql", 3306 },
	{ "rdp", 3389 },
	{ "ms-wbt-server", 3389 },
	{ "svn", 3690 },
	{ "epmd", 4369 },
	{ "sip", 5060 },
	{ "sip-tls", 5061 },
	{ "xmpp-client", 5222 },
	{ "xmpp-server", 5269 },
	{ "mdns", 5353 },
	{ "postgresql", 5432 },
	{ "amqps", 5671 },
	{ "amqp", 5672 },
	{ "x11", 6000 },
	{ "redis", 6379 },
	{ "ircd", 6667 },
	{ "http-alt", 8080 },
	{ "zabbix-agent", 10050 },
	{ "zabbix-trapper", 10051 },
	{ "git", 9418 },
	{ "munin", 4949 },
};

static int bad_value(struct compile *c, const struct source *s, const struct konst *k,
		     const char *want)
{
	return compile_fail(c, s, k->pos, k->src_len, HTR_FERR_TYPE, "'%.64s' is not %s", k->text,
			    want);
}

/* ---- numbers ------------------------------------------------------------------------------------------- */

static bool has_nul(const struct konst *k)
{
	return memchr(k->text, 0, k->len) != NULL;
}

static bool to_number(const char *text, bool *ret_neg, uint64_t *ret)
{
	*ret_neg = text[0] == '-';
	if (text[0] == '-' || text[0] == '+') {
		text++;
	}
	if (text[0] < '0' || text[0] > '9') {
		return false;
	}
	return htr_str_to_u64(text, ret) == 0;
}

static int konst_int(struct compile *c, const struct source *s, struct konst *k)
{
	uint64_t v;
	bool neg;

	if (has_nul(k) || !to_number(k->text, &neg, &v)) {
		return bad_value(c, s, k, "a valid number");
	}
	if (v > (uint64_t)INT64_MAX + neg) {
		return bad_value(c, s, k, "a number that fits into 64 bits");
	}
	k->i = neg ? (int64_t)(0 - v) : (int64_t)v;
	return 0;
}

static int konst_uint(struct compile *c, const struct source *s, struct konst *k)
{
	bool neg;

	if (has_nul(k) || !to_number(k->text, &neg, &k->u) || (neg && k->u != 0)) {
		return bad_value(c, s, k, "a valid number without a sign");
	}
	return 0;
}

static int konst_port(struct compile *c, const struct source *s, struct konst *k)
{
	bool neg;

	for (size_t i = 0; i < HTR_ARRAY_LEN(SERVICES); i++) {
		if (strcmp(SERVICES[i].name, k->text) == 0) {
			k->u = SERVICES[i].port;
			return 0;
		}
	}
	if (has_nul(k) || !to_number(k->text, &neg, &k->u) || neg || k->u > UINT16_MAX) {
		return bad_value(c, s, k, "a port (0 to 65535) or the name of a service");
	}
	return 0;
}

static int konst_bool(struct compile *c, const struct source *s, struct konst *k)
{
	if (strcmp(k->text, "true") != 0 && strcmp(k->text, "false") != 0) {
		return bad_value(c, s, k, "true or false");
	}
	k->i = k->text[0] == 't';
	return 0;
}

/* ---- addresses ------------------------------------------------------------------------------------------ */

static bool to_ip(const char *text, struct ip_value *ret)
{
	if (inet_pton(AF_INET, text, ret->addr) == 1) {
		ret->len = 4;
		return true;
	}
	if (inet_pton(AF_INET6, text, ret->addr) == 1) {
		ret->len = 16;
		return true;
	}
	return false;
}

static int konst_ip(struct compile *c, const struct source *s, struct konst *k)
{
	if (has_nul(k) || !to_ip(k->text, &k->ip)) {
		return bad_value(c, s, k, "an IP address");
	}
	return 0;
}

static int konst_net(struct compile *c, const struct source *s, struct konst *k)
{
	const char *slash = has_nul(k) ? NULL : strchr(k->text, '/');
	char addr[INET6_ADDRSTRLEN];
	uint64_t bits;
	size_t n;

	if (slash == NULL) {
		bad_value(c, s, k, "an IP network");
		compile_hint(c, "write the length too: %.48s/32", k->text);
		return c->code;
	}
	n = (size_t)(slash - k->text);
	if (n >= sizeof(addr)) {
		return bad_value(c, s, k, "an IP network");
	}
	memcpy(addr, k->text, n);
	addr[n] = 0;
	if (!to_ip(addr, &k->ip) || slash[1] < '0' || slash[1] > '9' ||
	    htr_str_to_u64(slash + 1, &bits) < 0 || bits > (uint64_t)k->ip.len * 8 ||
	    (bits == 0 && k->ip.len == 16)) {
		return bad_value(c, s, k, "an IP network");
	}
	k->prefix = (uint8_t)bits;
	return 0;
}

/* ---- text -------------------------------------------------------------------------------------------------- */

static int hex_digit(char ch)
{
	return ch >= '0' && ch <= '9'   ? ch - '0'
	       : ch >= 'a' && ch <= 'f' ? ch - 'a' + 10
	       : ch >= 'A' && ch <= 'F' ? ch - 'A' + 10
					: -1;
}

static int konst_hex(struct compile *c, const struct source *s, struct konst *k)
{
	char *out = htr_arena_alloc(&c->f->arena, k->len / 2 + 1);

	if (out == NULL) {
		return compile_oom(c);
	}
	if (k->len == 0 || k->len % 2 != 0) {
		return bad_value(c, s, k, "hex text with an even number of digits");
	}
	for (size_t i = 0; i < k->len; i += 2) {
		int hi = hex_digit(k->text[i]);
		int lo = hex_digit(k->text[i + 1]);

		if (hi < 0 || lo < 0) {
			return bad_value(c, s, k, "hex text with an even number of digits");
		}
		out[i / 2] = (char)(hi << 4 | lo);
	}
	k->bytes = out;
	k->n_bytes = k->len / 2;
	return 0;
}

static int konst_lower(struct compile *c, struct konst *k)
{
	char *out = htr_arena_dup(&c->f->arena, k->text, k->len);

	if (out == NULL) {
		return compile_oom(c);
	}
	for (size_t i = 0; i < k->len; i++) {
		if (out[i] >= 'A' && out[i] <= 'Z') {
			out[i] = (char)(out[i] + 32);
		}
	}
	k->bytes = out;
	k->n_bytes = k->len;
	return 0;
}

/* A path of pmatch without its closing slashes. */
static void konst_path(struct konst *k)
{
	while (k->len > 1 && k->text[k->len - 1] == '/') {
		k->len--;
	}
	for (size_t i = 0; i < k->len; i++) {
		if (strchr("*?[\\", k->text[i]) != NULL) {
			k->globs = true;
		}
	}
}

static int konst_text(struct compile *c, const struct source *s, const struct check *ck,
		      struct konst *k)
{
	switch (ck->op) {
	case OP_BCONTAINS:
	case OP_BSTARTSWITH:
		return konst_hex(c, s, k);
	case OP_ICONTAINS:
	case OP_IGLOB:
		return konst_lower(c, k);
	case OP_PMATCH:
		konst_path(k);
		return 0;
	case OP_REGEX:
		return op_regex_compile(c, s, k);
	default:
		return 0;
	}
}

/* evt.time: the day or the start of the trace is not known yet, but the form can be checked. */
static int konst_time(struct compile *c, const struct source *s, struct check *ck, struct konst *k)
{
	struct htr_err err = HTR_ERR_INIT;

	if (has_nul(k) || htr_time_parse(k->text, 0, INT64_MAX, &k->i, &err) < 0) {
		return bad_value(c, s, k,
				 "a time such as 20:08:50.5, +3.2s or 2026-11-21T20:08:50");
	}
	ck->time_start = INT64_MIN;
	return 0;
}

/* ---- event types ----------------------------------------------------------------------------------------- */

static bool is_type_field(const struct expr *e)
{
	return e->tr == TR_NONE && (strcmp(e->ref.info->name, "evt.type") == 0 ||
				    strcmp(e->ref.info->name, "syscall.type") == 0);
}

static void keep_calls_only(struct htr_type_set *ts)
{
	ts->kinds &= 1u << HTR_EV_SYSCALL;
}

static int prepare_types(struct compile *c, const struct source *s, struct check *ck)
{
	struct htr_type_set *ts = htr_arena_alloc(&c->f->arena, sizeof(*ts));

	if (ts == NULL) {
		return compile_oom(c);
	}
	for (unsigned i = 0; i < ck->n_k; i++) {
		const struct konst *k = &ck->k[i];
		const char *near_name;

		if (type_by_name(ts, k->text, k->len)) {
			continue;
		}
		compile_fail(c, s, k->pos, k->src_len, HTR_FERR_UNKNOWN_TYPE,
			     "unknown event type '%.64s'", k->text);
		near_name = type_nearest(k->text);
		if (near_name != NULL) {
			compile_hint(c, "did you mean %s?", near_name);
		}
		return c->code;
	}
	if (ck->op == OP_NE) {
		for (size_t i = 0; i < HTR_ARRAY_LEN(ts->syscalls); i++) {
			ts->syscalls[i] = ~ts->syscalls[i];
		}
		ts->kinds = ~ts->kinds;
	}
	if (ck->left->ref.info->name[0] == 's') {
		keep_calls_only(ts);
	}
	ck->types = ts;
	return 0;
}

/* ---- sets ---------------------------------------------------------------------------------------------------- */

static int prepare_set(struct compile *c, struct check *ck)
{
	struct htr_filter *f = c->f;

	if (f->n_sets == f->cap_sets) {
		unsigned cap = f->cap_sets == 0 ? 8 : f->cap_sets * 2;
		struct htr_smap **bigger = reallocarray(f->sets, cap, sizeof(*bigger));

		if (bigger == NULL) {
			return compile_oom(c);
		}
		f->sets = bigger;
		f->cap_sets = cap;
	}
	ck->set = htr_arena_alloc(&f->arena, sizeof(*ck->set));
	if (ck->set == NULL) {
		return compile_oom(c);
	}
	f->sets[f->n_sets++] = ck->set;
	for (unsigned i = 0; i < ck->n_k; i++) {
		if (htr_smap_put(ck->set, ck->k[i].text, ck->k[i].len, i) < 0) {
			return compile_oom(c);
		}
	}
	return 0;
}

static int prepare_one(struct compile *c, const struct source *s, struct check *ck, struct konst *k)
{
	if (ck->is_time) {
		return konst_time(c, s, ck, k);
	}
	switch (ck->left->type) {
	case HTR_FT_INT:
	case HTR_FT_TIME:
	case HTR_FT_RELTIME:
		return konst_int(c, s, k);
	case HTR_FT_UINT:
		return konst_uint(c, s, k);
	case HTR_FT_PORT:
		return konst_port(c, s, k);
	case HTR_FT_BOOL:
		return konst_bool(c, s, k);
	case HTR_FT_IPADDR:
		return konst_ip(c, s, k);
	case HTR_FT_IPNET:
		return konst_net(c, s, k);
	default:
		return konst_text(c, s, ck, k);
	}
}

int konst_prepare(struct compile *c, const struct source *s, struct check *ck)
{
	for (unsigned i = 0; i < ck->n_k; i++) {
		if (prepare_one(c, s, ck, &ck->k[i]) < 0) {
			return c->code;
		}
	}
	if (is_type_field(ck->left) && ck->mod == MOD_NONE &&
	    (ck->op == OP_EQ || ck->op == OP_NE || ck->op == OP_IN || ck->op == OP_INTERSECTS)) {
		return prepare_types(c, s, ck);
	}
	if ((ck->op == OP_IN || ck->op == OP_INTERSECTS) && ck->cls == VC_STRING &&
	    ck->n_k >= SET_MIN) {
		return prepare_set(c, ck);
	}
	return 0;
}
