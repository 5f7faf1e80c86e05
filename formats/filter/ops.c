/* SPDX-License-Identifier: Apache-2.0
 *
 * ops.c - what each operator does with one value and one constant. Values are hostile bytes of any
 * length; the glob and regex matchers are bounded in time.
 *
 * Regular expressions are PCRE2's, because the libc's have no limit on matching work and a value comes
 * from the traced program.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>

#include "formats/filter/filter_int.h"

/* Work that one regex may do on one value; beyond it the check is false. */
#define REGEX_MATCH_LIMIT 100000
#define REGEX_DEPTH_LIMIT 1000
#define REGEX_HEAP_KIB    2048

/* ---- text ---------------------------------------------------------------------------------------------- */

static char fold_char(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool has_sub(const char *s, size_t n, const char *sub, size_t sub_n)
{
	return sub_n == 0 || (n >= sub_n && memmem(s, n, sub, sub_n) != NULL);
}

/* sub is in lower case */
static bool has_sub_fold(const char *s, size_t n, const char *sub, size_t sub_n)
{
	if (sub_n == 0) {
		return true;
	}
	for (size_t i = 0; i + sub_n <= n; i++) {
		size_t j = 1;

		if (fold_char(s[i]) != sub[0]) {
			continue;
		}
		while (j < sub_n && fold_char(s[i + j]) == sub[j]) {
			j++;
		}
		if (j == sub_n) {
			return true;
		}
	}
	return false;
}

static bool same(const char *a, size_t n, const char *b, size_t m)
{
	return n == m && (n == 0 || memcmp(a, b, n) == 0);
}

/* ---- glob: fnmatch(3) without flags, byte by byte --------------------------------------------------------- */

static bool class_has(const char *name, size_t len, unsigned char ch)
{
	static const struct {
		const char *name;
		const char *ranges; /* pairs */
	} classes[] = {
		{ "alpha", "azAZ" },   { "digit", "09" },     { "alnum", "azAZ09" },
		{ "lower", "az" },     { "upper", "AZ" },     { "xdigit", "09afAF" },
		{ "space", "  \t\r" }, { "blank", "  \t\t" }, { "punct", "!/:@[`{~" },
		{ "print", " ~" },     { "graph", "!~" },     { "cntrl", "\x01\x1f\x7f\x7f" },
	};

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		const unsigned char *r = (const unsigned char *)classes[i].ranges;

		if (strlen(classes[i].name) != len || memcmp(classes[i].name, name, len) != 0) {
			continue;
		}
		for (; r[0] != 0; r += 2) {
			if (ch >= r[0] && ch <= r[1]) {
				return true;
			}
		}
	}
	return false;
}

/* Bracket expression at pat[0] == '['. Returns its length, 0 when it is no bracket (no closing one). */
static size_t bracket(const char *pat, size_t len, unsigned char ch, bool *ret_hit)
{
	size_t i = 1;
	bool negate = false;
	bool hit = false;
	bool first = true;

	if (i < len && (pat[i] == '!' || pat[i] == '^')) {
		negate = true;
		i++;
	}
	for (; i < len; first = false) {
		unsigned char lo = (unsigned char)pat[i];
		unsigned char hi;

		if (lo == ']' && !first) {
			*ret_hit = hit != negate;
			return i + 1;
		}
		if (lo == '[' && i + 1 < len && pat[i + 1] == ':') {
			const char *end = memmem(pat + i + 2, len - i - 2, ":]", 2);

			if (end != NULL) {
				hit |= class_has(pat + i + 2, (size_t)(end - pat) - i - 2, ch);
				i = (size_t)(end - pat) + 2;
				continue;
			}
		}
		if (lo == '\\' && i + 1 < len) {
			lo = (unsigned char)pat[++i];
		}
		i++;
		hi = lo;
		if (i + 1 < len && pat[i] == '-' && pat[i + 1] != ']') {
			i++;
			if (pat[i] == '\\' && i + 1 < len) {
				i++;
			}
			hi = (unsigned char)pat[i++];
		}
		hit |= ch >= lo && ch <= hi;
	}
	return 0;
}

/* One pattern element against one byte; its length, or 0 when it does not match. */
static size_t glob_one(const char *pat, size_t len, unsigned char ch, bool fold)
{
	bool hit = false;
	size_t n;

	switch (pat[0]) {
	case '?':
		return 1;
	case '[':
		n = bracket(pat, len, ch, &hit);
		if (n > 0 && fold && !hit && ch >= 'a' && ch <= 'z') {
			n = bracket(pat, len, (unsigned char)(ch - 32), &hit);
		}
		if (n > 0) {
			return hit ? n : 0;
		}
		return ch == '[' ? 1 : 0;
	case '\\':
		if (len > 1) {
			return (unsigned char)pat[1] == ch ? 2 : 0;
		}
		return 0;
	default:
		return (unsigned char)pat[0] == ch ? 1 : 0;
	}
}

bool op_glob(const char *pat, size_t pat_len, const char *s, size_t len, bool fold)
{
	size_t p = 0;
	size_t i = 0;
	size_t star = SIZE_MAX;
	size_t star_i = 0;

	/* only the last star is ever taken back, so the work is at most pat_len * len */
	while (i < len) {
		size_t n = 0;

		if (p < pat_len && pat[p] == '*') {
			star = p++;
			star_i = i;
			continue;
		}
		if (p < pat_len) {
			n = glob_one(pat + p, pat_len - p,
				     (unsigned char)(fold ? fold_char(s[i]) : s[i]), fold);
		}
		if (n > 0) {
			p += n;
			i++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			i = ++star_i;
		} else {
			return false;
		}
	}
	while (p < pat_len && pat[p] == '*') {
		p++;
	}
	return p == pat_len;
}

/* ---- pmatch: one of the paths is a prefix, component by component ------------------------------------------ */

static size_t component(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && s[n] != '/') {
		n++;
	}
	return n;
}

static bool path_prefix(const struct konst *k, const char *s, size_t len)
{
	const char *p = k->text;
	size_t left = k->len;

	if (left == 1 && p[0] == '/') {
		return len > 0 && s[0] == '/';
	}
	if (!k->globs) {
		return len >= left && memcmp(s, p, left) == 0 && (len == left || s[left] == '/');
	}
	for (;;) {
		size_t pn = component(p, left);
		size_t sn = component(s, len);

		if (!op_glob(p, pn, s, sn, false)) {
			return false;
		}
		if (pn == left) {
			return true;
		}
		if (sn == len) {
			return false;
		}
		p += pn + 1;
		left -= pn + 1;
		s += sn + 1;
		len -= sn + 1;
	}
}

/* ---- regex ---------------------------------------------------------------------------------------------------- */

int op_regex_compile(struct compile *c, const struct source *s, struct konst *k)
{
	int code;
	PCRE2_SIZE at;
	pcre2_code *re =
		pcre2_compile((PCRE2_SPTR)k->text, k->len,
			      PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_NEVER_BACKSLASH_C |
				      PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_DOLLAR_ENDONLY,
			      &code, &at, NULL);
	pcre2_match_context *mc;

	if (re == NULL) {
		PCRE2_UCHAR msg[120];

		pcre2_get_error_message(code, msg, sizeof(msg));
		return compile_fail(c, s, k->pos, k->src_len, HTR_FERR_TYPE,
				    "bad regular expression at its byte %zu: %s", (size_t)at,
				    (const char *)msg);
	}
	k->regex = re;
	k->regex_data = pcre2_match_data_create(1, NULL);
	mc = pcre2_match_context_create(NULL);
	k->regex_ctx = mc;
	k->next_regex = c->f->regexes;
	c->f->regexes = k;
	if (k->regex_data == NULL || mc == NULL) {
		return compile_oom(c);
	}
	pcre2_set_match_limit(mc, REGEX_MATCH_LIMIT);
	pcre2_set_depth_limit(mc, REGEX_DEPTH_LIMIT);
	pcre2_set_heap_limit(mc, REGEX_HEAP_KIB);
	return 0;
}

void op_regex_free(struct konst *k)
{
	pcre2_match_context_free(k->regex_ctx);
	pcre2_match_data_free(k->regex_data);
	pcre2_code_free(k->regex);
}

static bool regex_match(const struct konst *k, const char *s, size_t len)
{
	return pcre2_match(k->regex, (PCRE2_SPTR)s, len, 0, 0, k->regex_data, k->regex_ctx) >= 0;
}

/* ---- by class --------------------------------------------------------------------------------------------------- */

static bool cmp_text(unsigned op, const char *s, size_t n, const struct konst *k)
{
	switch (op) {
	case OP_CONTAINS:
		return has_sub(s, n, k->text, k->len);
	case OP_ICONTAINS:
		return has_sub_fold(s, n, k->bytes, k->n_bytes);
	case OP_BCONTAINS:
		return has_sub(s, n, k->bytes, k->n_bytes);
	case OP_BSTARTSWITH:
		return n >= k->n_bytes && memcmp(s, k->bytes, k->n_bytes) == 0;
	case OP_STARTSWITH:
		return n >= k->len && memcmp(s, k->text, k->len) == 0;
	case OP_ENDSWITH:
		return n >= k->len && memcmp(s + n - k->len, k->text, k->len) == 0;
	case OP_GLOB:
		return op_glob(k->text, k->len, s, n, false);
	case OP_IGLOB:
		return op_glob(k->bytes, k->n_bytes, s, n, true);
	case OP_REGEX:
		return regex_match(k, s, n);
	case OP_PMATCH:
		return path_prefix(k, s, n);
	default:
		return same(s, n, k->text, k->len);
	}
}

static bool order(unsigned op, int sign)
{
	switch (op) {
	case OP_LT:
		return sign < 0;
	case OP_LE:
		return sign <= 0;
	case OP_GT:
		return sign > 0;
	case OP_GE:
		return sign >= 0;
	default:
		return sign == 0;
	}
}

static bool same_ip(const struct ip_value *a, const struct ip_value *b)
{
	return a->len == b->len && memcmp(a->addr, b->addr, a->len) == 0;
}

static bool in_net(const struct ip_value *a, const struct ip_value *net, unsigned prefix)
{
	unsigned whole = prefix / 8;
	unsigned rest = prefix % 8;

	if (a->len != net->len || memcmp(a->addr, net->addr, whole) != 0) {
		return false;
	}
	return rest == 0 || (a->addr[whole] ^ net->addr[whole]) >> (8 - rest) == 0;
}

/* OP_NE is the caller's: it negates OP_EQ. */
bool op_compare(const struct check *ck, const struct value *v, const struct konst *k)
{
	unsigned op = ck->op == OP_NE ? OP_EQ : ck->op;

	switch ((enum vclass)ck->cls) {
	case VC_STRING:
	case VC_BYTES:
		return cmp_text(op, v->s.p, v->s.n, k);
	case VC_INT:
	case VC_BOOL:
		return order(op, (v->i > k->i) - (v->i < k->i));
	case VC_UINT:
		return order(op, (v->u > k->u) - (v->u < k->u));
	case VC_IP:
		return same_ip(&v->ip, &k->ip);
	case VC_NET:
		return in_net(&v->ip, &k->ip, k->prefix);
	}
	return false;
}

bool op_compare_values(unsigned op, unsigned cls, const struct value *a, const struct value *b)
{
	bool text = cls == VC_STRING || cls == VC_BYTES;
	struct konst k = { .text = text ? b->s.p : NULL, .len = text ? b->s.n : 0 };
	struct check ck = { .op = (uint8_t)op, .cls = (uint8_t)cls };

	if (cls == VC_UINT) {
		k.u = b->u;
	} else if (cls == VC_IP || cls == VC_NET) {
		k.ip = b->ip;
		k.prefix = (uint8_t)(b->ip.len * 8);
	} else if (!text) {
		k.i = b->i;
	} else {
		k.bytes = k.text;
		k.n_bytes = k.len;
	}
	if (op == OP_PMATCH) {
		while (k.len > 1 && k.text[k.len - 1] == '/') {
			k.len--;
		}
	}
	return op_compare(&ck, a, &k);
}
