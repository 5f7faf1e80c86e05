/* SPDX-License-Identifier: Apache-2.0
 *
 * path.c - lexical path arithmetic: join and normalise. Never touches a file system.
 */
#include <string.h>

#include "formats/model/state.h"

/* Drop the last component of what was written since `start`; the root stays. */
static void pop_component(struct htr_buf *out, size_t start)
{
	while (out->len > start && out->data[out->len - 1] != '/') {
		out->len--;
	}
	if (out->len > start) {
		out->len--;
	}
}

/* Append the components of path; `start` is where the result begins in out. `up` says that ".." at the
 * start of a relative result must be kept. */
static void add_components(struct htr_buf *out, size_t start, const char *path, size_t len,
			   bool abs)
{
	size_t i = 0;

	while (i < len && !out->failed) {
		size_t from;
		size_t n;

		while (i < len && path[i] == '/') {
			i++;
		}
		from = i;
		while (i < len && path[i] != '/') {
			i++;
		}
		n = i - from;
		if (n == 0 || (n == 1 && path[from] == '.')) {
			continue;
		}
		if (n == 2 && path[from] == '.' && path[from + 1] == '.') {
			bool only_up = out->len == start ||
				       (out->len >= start + 2 &&
					memcmp(out->data + out->len - 2, "..", 2) == 0 &&
					(out->len == start + 2 || out->data[out->len - 3] == '/'));

			if (abs || !only_up) {
				pop_component(out, start);
				continue;
			}
		}
		if (abs || out->len > start) {
			htr_buf_addc(out, '/');
		}
		htr_buf_add(out, path + from, n);
	}
}

/* Absolute, without "//", "." and ".." components and without a closing slash: most paths of real programs. */
static bool is_clean(const char *p, size_t len)
{
	if (len < 2 || p[0] != '/' || p[len - 1] == '/') {
		return false;
	}
	for (const char *s = p; (s = memchr(s, '/', (size_t)(p + len - s))) != NULL;) {
		s++;
		if (*s == '/' ||
		    *s == '.') { /* a dot may be a hidden file, then the long way is right too */
			return false;
		}
	}
	return true;
}

void htr_path_join(struct htr_buf *out, const char *base, size_t base_len, const char *path,
		   size_t path_len)
{
	size_t start = out->len;
	bool abs;

	if (is_clean(path, path_len)) {
		htr_buf_add(out, path, path_len);
		return;
	}
	if (path_len > 0 && path[0] == '/') {
		base_len = 0;
	}
	abs = base_len > 0 ? base[0] == '/' : (path_len > 0 && path[0] == '/');
	if (base_len > 0) {
		add_components(out, start, base, base_len, abs);
	}
	add_components(out, start, path, path_len, abs);
	if (out->len == start && !out->failed && (base_len > 0 || path_len > 0)) {
		htr_buf_addc(out, abs ? '/' : '.');
	}
	if (out->data != NULL && !out->failed) {
		out->data[out->len] = 0;
	}
}
