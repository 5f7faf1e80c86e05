/* SPDX-License-Identifier: Apache-2.0
 *
 * probe.c - features of the kernel; see probe.h. The two great ones, listener and ptrace, are found out by
 * the launch itself, which falls back when they are refused.
 */
#include "capture/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "formats/core/cleanup.h"

static const struct word {
	const char *name;
	size_t offset;
} words[] = {
	{ "notify", offsetof(struct features, notify) },
	{ "ptrace", offsetof(struct features, ptrace) },
	{ "killable", offsetof(struct features, killable) },
	{ "sync", offsetof(struct features, sync) },
	{ "getfd", offsetof(struct features, getfd) },
};

static bool *flag_of(struct features *f, size_t i)
{
	return (bool *)(void *)((char *)f + words[i].offset);
}

static bool getfd_works(void)
{
	cleanup_fd int self = (int)syscall(SYS_pidfd_open, getpid(), 0);
	cleanup_fd int got = -1;
	cleanup_fd int any = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (self < 0 || any < 0) {
		return false;
	}
	got = (int)syscall(SYS_pidfd_getfd, self, any, 0);
	return got >= 0;
}

static int take_away(struct features *f, const char *force, struct htr_err *err)
{
	while (*force) {
		size_t len = strcspn(force, ",");
		bool known = len == 0;

		for (size_t i = 0; i < HTR_ARRAY_LEN(words) && !known; i++) {
			known = len == strlen(words[i].name) + 2 && memcmp(force, "no", 2) == 0 &&
				memcmp(force + 2, words[i].name, len - 2) == 0;
			if (known) {
				*flag_of(f, i) = false;
			}
		}
		if (!known) {
			return htr_err_set(err, -EINVAL,
					   "HOLTER_FORCE: unknown word '%.*s' (nonotify noptrace "
					   "nokillable nosync nogetfd)",
					   (int)len, force);
		}
		force += len;
		force += *force == ',';
	}
	return 0;
}

int probe_features(struct features *f, const char *force, struct htr_err *err)
{
	*f = (struct features){
		.notify = true,
		.ptrace = true,
		.killable = true,
		.sync = true,
		.getfd = getfd_works(),
		.nnp_before = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1,
	};
	return force ? take_away(f, force, err) : 0;
}

void probe_text(const struct features *f, struct htr_buf *out)
{
	for (size_t i = 0; i < HTR_ARRAY_LEN(words); i++) {
		if (*(const bool *)(const void *)((const char *)f + words[i].offset)) {
			htr_buf_printf(out, "%s%s", out->len ? " " : "", words[i].name);
		}
	}
	if (f->nnp_set || f->nnp_before) {
		htr_buf_printf(out, "%s%s", out->len ? " " : "",
			       f->nnp_before ? "no_new_privs" : "no_new_privs_set");
	}
}
