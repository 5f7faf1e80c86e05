/* SPDX-License-Identifier: Apache-2.0
 *
 * image.c - the program a process runs: executable, arguments, environment, directory.
 *
 * At the exec stop the kernel has just laid out the new stack: argc, argv[], NULL, envp[], NULL, the
 * auxiliary vector, then the strings. One read from the stack pointer upward has it all, before the
 * program could change anything.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/snapshot.h"
#include "formats/core/cleanup.h"

#define COMM_MAX 64

/* Values that detectors need and that hold no secrets. Of all others only the name is kept. */
bool env_is_kept(const char *name, size_t len)
{
	static const char *const kept[] = {
		"PATH",
		"HOME",
		"LANG",
		"LANGUAGE",
		"TZ",
		"TERM",
		"SHELL",
		"USER",
		"LOGNAME",
		"PWD",
		"OLDPWD",
		"HOSTNAME",
		"TMPDIR",
		"LD_PRELOAD",
		"LD_LIBRARY_PATH",
		"LD_AUDIT",
		"LD_DEBUG",
		"GLIBC_TUNABLES",
		"BASH_ENV",
		"ENV",
		"PYTHONPATH",
		"PYTHONSTARTUP",
		"PERL5LIB",
		"PERL5OPT",
		"RUBYOPT",
		"NODE_OPTIONS",
		"NODE_PATH",
		"JAVA_TOOL_OPTIONS",
		"HISTFILE",
		"HISTSIZE",
		"SSH_CONNECTION",
		"SSH_CLIENT",
		"SSH_TTY",
		"SUDO_USER",
		"SUDO_UID",
		"SUDO_COMMAND",
		"DISPLAY",
		"EDITOR",
		"VISUAL",
		"PAGER",
		"SHLVL",
		"XDG_RUNTIME_DIR",
		"no_proxy",
		"NO_PROXY",
		"IFS",
		"PS4",
		"PROMPT_COMMAND",
		"KUBERNETES_SERVICE_HOST",
		"KUBERNETES_SERVICE_PORT",
		"AWS_REGION",
		"AWS_EXECUTION_ENV",
		"ECS_CONTAINER_METADATA_URI_V4",
	};

	if (len > 3 && memcmp(name, "LC_", 3) == 0) {
		return true;
	}
	for (size_t i = 0; i < HTR_ARRAY_LEN(kept); i++) {
		if (strlen(kept[i]) == len && memcmp(kept[i], name, len) == 0) {
			return true;
		}
	}
	return false;
}

/* http_proxy and its kin: kept unless they carry a password. */
static bool proxy_is_kept(const char *item, size_t name_len, size_t len)
{
	static const char *const names[] = { "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY",
					     "FTP_PROXY" };

	for (size_t i = 0; i < HTR_ARRAY_LEN(names); i++) {
		if (strlen(names[i]) == name_len && strncasecmp(names[i], item, name_len) == 0) {
			return !memchr(item, '@', len);
		}
	}
	return false;
}

/* Split NAME=value items joined with NUL into names and kept values. */
static void take_env(struct rec *r, const char *env, size_t len, unsigned flags)
{
	char *names = htr_arena_alloc(&r->mem, len + 1);
	char *kept = htr_arena_alloc(&r->mem, len + 1);
	size_t n_names = 0;
	size_t n_kept = 0;
	bool first_name = true;
	bool first_kept = true;

	if (!names || !kept) {
		return;
	}
	for (size_t at = 0; at < len;) {
		const char *item = env + at;
		const char *nul = memchr(item, '\0', len - at);
		size_t item_len = nul ? (size_t)(nul - item) : len - at;
		const char *eq = memchr(item, '=', item_len);
		size_t name_len = eq ? (size_t)(eq - item) : item_len;

		if (!first_name) {
			names[n_names++] = '\0';
		}
		first_name = false;
		memcpy(names + n_names, item, name_len);
		n_names += name_len;
		if (eq &&
		    (env_is_kept(item, name_len) || proxy_is_kept(item, name_len, item_len))) {
			if (!first_kept) {
				kept[n_kept++] = '\0';
			}
			first_kept = false;
			memcpy(kept + n_kept, item, item_len);
			n_kept += item_len;
		}
		at += item_len + 1;
	}
	htr_builder_bytes(&r->b, HTR_K_ENV_NAMES, names, n_names, flags);
	htr_builder_bytes(&r->b, HTR_K_ENV, kept, n_kept, flags);
}

static uint64_t word_at(const uint8_t *stack, size_t i, bool wide)
{
	uint64_t v = 0;

	memcpy(&v, stack + i * (wide ? 8 : 4), wide ? 8 : 4);
	return v;
}

/* The strings of pointers [from, to) lie one behind the other: give their common range in the buffer. */
static bool string_range(const uint8_t *stack, size_t len, uint64_t sp, bool wide, size_t from,
			 size_t to, size_t *ret_at, size_t *ret_len, bool *ret_cut)
{
	*ret_cut = false;
	if (from == to) {
		*ret_at = 0;
		*ret_len = 0;
		return true;
	}
	uint64_t first = word_at(stack, from, wide) - sp;
	uint64_t last = word_at(stack, to - 1, wide) - sp;

	if (first >= len) {
		return false;
	}
	size_t end = last < len ? (size_t)last : len;

	end += last < len ? strnlen((const char *)stack + last, len - (size_t)last) : 0;
	*ret_cut = end >= len;
	if (end < first) {
		return false;
	}
	*ret_at = (size_t)first;
	*ret_len = end - (size_t)first;
	return true;
}

/* Returns false when the stack does not look like one that exec has just made. */
static bool from_stack(struct decoder *d, struct tracee *t, struct rec *r, uint64_t sp, bool wide)
{
	const uint8_t *stack = d->stack;
	size_t word = wide ? 8 : 4;
	ssize_t got = mem_read(t->tid, sp, d->stack, sizeof(d->stack));
	size_t n_words = got > 0 ? (size_t)got / word : 0;

	if (n_words < 3) {
		return false;
	}
	uint64_t argc = word_at(stack, 0, wide);
	size_t env = (size_t)argc + 2;

	if (argc >= n_words || env >= n_words || word_at(stack, env - 1, wide) != 0) {
		return false;
	}
	size_t end = env;

	while (end < n_words && word_at(stack, end, wide) != 0) {
		end++;
	}
	size_t at;
	size_t len;
	bool cut;

	if (!string_range(stack, (size_t)got, sp, wide, 1, env - 1, &at, &len, &cut)) {
		return false;
	}
	cut |= len > MEM_ARGV_MAX;
	rec_bytes(r, HTR_K_ARGV, stack + at, len > MEM_ARGV_MAX ? MEM_ARGV_MAX : len,
		  cut ? HTR_VF_TRUNCATED : 0);
	if (string_range(stack, (size_t)got, sp, wide, env, end, &at, &len, &cut)) {
		take_env(r, (const char *)stack + at, len, cut ? HTR_VF_TRUNCATED : 0);
	} else {
		rec_bytes(r, HTR_K_ENV_NAMES, "", 0, HTR_VF_TRUNCATED);
	}
	return true;
}

/* A whole /proc file of the process into scratch; returns its length, *ret_cut when there was more. */
static ssize_t read_big(struct decoder *d, struct process *p, const char *name, bool *ret_cut)
{
	int dir = process_dir(d->tracees, p);
	cleanup_fd int fd = dir >= 0 ? openat(dir, name, O_RDONLY | O_CLOEXEC) : -1;
	size_t used = 0;

	*ret_cut = false;
	if (fd < 0) {
		return -1;
	}
	while (used < MEM_ARGV_MAX) {
		ssize_t n = read(fd, d->scratch + used, MEM_ARGV_MAX - used);

		if (n <= 0) {
			return (ssize_t)used;
		}
		used += (size_t)n;
	}
	*ret_cut = true;
	return (ssize_t)used;
}

static void from_proc(struct decoder *d, struct tracee *t, struct rec *r)
{
	bool cut;
	ssize_t n = read_big(d, t->proc, "cmdline", &cut);

	if (n >= 0) {
		n -= n > 0 && d->scratch[n - 1] == '\0';
		rec_bytes(r, HTR_K_ARGV, d->scratch, (size_t)n, cut ? HTR_VF_TRUNCATED : 0);
	}
	n = read_big(d, t->proc, "environ", &cut);
	if (n >= 0) {
		take_env(r, d->scratch, (size_t)n, cut ? HTR_VF_TRUNCATED : 0);
	}
}

static ssize_t link_value(struct decoder *d, struct tracee *t, struct rec *r, const char *name,
			  unsigned key, const char *unless)
{
	int dir = process_dir(d->tracees, t->proc);
	ssize_t n = dir >= 0 ? readlinkat(dir, name, d->scratch, MEM_STR_MAX) : -1;

	if (n > 0 && !(unless && (size_t)n == strlen(unless) &&
		       memcmp(d->scratch, unless, (size_t)n) == 0)) {
		rec_bytes(r, key, d->scratch, (size_t)n, n == MEM_STR_MAX ? HTR_VF_TRUNCATED : 0);
	}
	return n;
}

static int64_t ns_of(const struct statx_timestamp *ts)
{
	return ts->tv_sec * 1000000000LL + ts->tv_nsec;
}

void snapshot_image(struct decoder *d, struct tracee *t, struct rec *r, uint64_t sp, bool wide)
{
	struct statx stx;
	char comm[COMM_MAX];
	int dir = process_dir(d->tracees, t->proc);

	if (dir < 0) {
		r->b.ev.flags |= HTR_EVF_UNREADABLE;
		return;
	}
	if (sp == 0 || !from_stack(d, t, r, sp, wide)) {
		from_proc(d, t, r);
	}
	link_value(d, t, r, "exe", HTR_K_EXE, NULL);
	link_value(d, t, r, "cwd", HTR_K_CWD, NULL);
	link_value(d, t, r, "root", HTR_K_ROOT, "/");
	if (args_statx(dir, "exe", &stx) == 0) {
		rec_int(r, HTR_K_EXE_DEV, args_dev(&stx));
		rec_int(r, HTR_K_EXE_INO, (int64_t)stx.stx_ino);
		rec_int(r, HTR_K_EXE_MODE, stx.stx_mode);
		rec_int(r, HTR_K_EXE_UID, stx.stx_uid);
		rec_int(r, HTR_K_EXE_CTIME, ns_of(&stx.stx_ctime));
		rec_int(r, HTR_K_EXE_MTIME, ns_of(&stx.stx_mtime));
	}
	cleanup_fd int fd = openat(dir, "comm", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, comm, sizeof(comm)) : -1;

	if (n > 0) {
		n -= comm[n - 1] == '\n';
		rec_bytes(r, HTR_K_COMM, comm, (size_t)n, 0);
	}
}
