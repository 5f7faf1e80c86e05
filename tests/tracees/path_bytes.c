/* SPDX-License-Identifier: Apache-2.0
 *
 * path_bytes - Names with control characters, escape sequences, quotes, and bytes that are not UTF-8.
 */
#include "tests/tracees/tracee.h"

/* base64 of at most 60 bytes */
static const char *b64(const char *s)
{
	static const char set[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	static char out[96];
	size_t len = strlen(s), n = 0;

	for (size_t i = 0; i < len; i += 3) {
		unsigned v = (unsigned)(unsigned char)s[i] << 16;

		v |= i + 1 < len ? (unsigned)(unsigned char)s[i + 1] << 8 : 0;
		v |= i + 2 < len ? (unsigned)(unsigned char)s[i + 2] : 0;
		out[n++] = set[v >> 18 & 63];
		out[n++] = set[v >> 12 & 63];
		out[n++] = i + 1 < len ? set[v >> 6 & 63] : '=';
		out[n++] = i + 2 < len ? set[v & 63] : '=';
	}
	out[n] = '\0';
	return out;
}

int main(void)
{
	static const char *const text[] = { "new\nline",
					    "tab\tand\001control",
					    "\033[31mred\033[0m",
					    "quote\"back\\slash",
					    "caf\xc3\xa9",
					    "\xe2\x80\xaegnp.exe",
					    "-rf",
					    " ",
					    "$(id)",
					    "a;b|c&d" };
	static const char *const bytes[] = { "\xff\xfe", "latin1 \xe9", "cut \xe2\x82",
					     "over \xc0\xaf", "sur \xed\xa0\x80" };

	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++) {
		long r = sys(SYS_openat, AT_FDCWD, text[i], O_WRONLY | O_CREAT, 0600);

		expect("'type':'openat','args':{'pathname':%s},'res':%ld", q(text[i]), r);
		say("text %zu: %s", i, outcome(r));
		r = sys(SYS_unlink, text[i]);
		expect("'type':'unlink','args':{'pathname':%s},'res':%ld", q(text[i]), r);
	}
	for (size_t i = 0; i < sizeof(bytes) / sizeof(*bytes); i++) {
		long r = sys(SYS_openat, AT_FDCWD, bytes[i], O_WRONLY | O_CREAT, 0600);

		expect("'type':'openat','args':{'pathname_b64':'%s'},'res':%ld", b64(bytes[i]), r);
		say("bytes %zu: %s", i, outcome(r));
		r = sys(SYS_unlink, bytes[i]);
		expect("'type':'unlink','args':{'pathname_b64':'%s'},'res':%ld", b64(bytes[i]), r);
	}
	return 0;
}
