/* SPDX-License-Identifier: Apache-2.0
 *
 * plan.c - the table of profiles and the -e set arithmetic.
 */
#include "capture/plan.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/cleanup.h"
#include "formats/core/str.h"

#define WORD_MAX 64 /* longest name in a set expression; the longest call has 23 */

const char *const profile_words[] = { "security", "forensic", "full", NULL };

/* The default profile: what detectors and investigators ask about, nothing that runs hot in a loop.
 * close, read, write and fcntl are left out on purpose: descriptors are named when they are made. */
static const struct security_row {
	const char *name;
	struct cond cond;
} security[] = {
	/* files: names opened and changed */
	{ "open", { 0 } },
	{ "openat", { 0 } },
	{ "openat2", { 0 } },
	{ "creat", { 0 } },
	{ "open_by_handle_at", { 0 } },
	{ "unlink", { 0 } },
	{ "unlinkat", { 0 } },
	{ "rename", { 0 } },
	{ "renameat", { 0 } },
	{ "renameat2", { 0 } },
	{ "link", { 0 } },
	{ "linkat", { 0 } },
	{ "symlink", { 0 } },
	{ "symlinkat", { 0 } },
	{ "mkdir", { 0 } },
	{ "mkdirat", { 0 } },
	{ "rmdir", { 0 } },
	{ "mknod", { 0 } },
	{ "mknodat", { 0 } },
	{ "chmod", { 0 } },
	{ "fchmod", { 0 } },
	{ "fchmodat", { 0 } },
	{ "fchmodat2", { 0 } },
	{ "chown", { 0 } },
	{ "fchown", { 0 } },
	{ "lchown", { 0 } },
	{ "fchownat", { 0 } },
	{ "setxattr", { 0 } },
	{ "lsetxattr", { 0 } },
	{ "fsetxattr", { 0 } },
	{ "setxattrat", { 0 } },
	{ "chdir", { 0 } },
	{ "fchdir", { 0 } },
	{ "dup", { 0 } },
	{ "dup2", { 0 } },
	{ "dup3", { 0 } },
	{ "memfd_create", { 0 } },
	{ "memfd_secret", { 0 } },
	/* network */
	{ "socket", { 0 } },
	{ "connect", { 0 } },
	{ "accept", { 0 } },
	{ "accept4", { 0 } },
	{ "bind", { 0 } },
	{ "listen", { 0 } },
	{ "sendto", { COND_NONZERO, 4, 0 } }, /* only with an address: UDP and the like */
	{ "sendmsg", { 0 } }, /* recorded only with an address, which is in memory */
	{ "sendmmsg", { 0 } },
	/* processes */
	{ "execve", { 0 } },
	{ "execveat", { 0 } },
	{ "fork", { 0 } },
	{ "vfork", { 0 } },
	{ "clone", { 0 } },
	{ "clone3", { 0 } },
	{ "setsid", { 0 } },
	{ "prctl", { 0 } },
	{ "personality", { 0 } },
	{ "seccomp", { 0 } },
	{ "ptrace", { 0 } },
	{ "kill", { 0 } },
	{ "tkill", { COND_NE32, 1, SIGURG } }, /* Go's pre-emption signal */
	{ "tgkill", { COND_NE32, 2, SIGURG } },
	{ "rt_sigqueueinfo", { 0 } },
	{ "rt_tgsigqueueinfo", { 0 } },
	{ "pidfd_send_signal", { 0 } },
	{ "pidfd_open", { 0 } },
	{ "pidfd_getfd", { 0 } },
	{ "process_vm_readv", { 0 } },
	{ "process_vm_writev", { 0 } },
	/* identity, privilege, isolation */
	{ "setuid", { 0 } },
	{ "setgid", { 0 } },
	{ "setreuid", { 0 } },
	{ "setregid", { 0 } },
	{ "setresuid", { 0 } },
	{ "setresgid", { 0 } },
	{ "setfsuid", { 0 } },
	{ "setfsgid", { 0 } },
	{ "setgroups", { 0 } },
	{ "capset", { 0 } },
	{ "unshare", { 0 } },
	{ "setns", { 0 } },
	{ "chroot", { 0 } },
	{ "pivot_root", { 0 } },
	{ "mount", { 0 } },
	{ "umount", { 0 } },
	{ "umount2", { 0 } },
	{ "move_mount", { 0 } },
	{ "open_tree", { 0 } },
	{ "fsopen", { 0 } },
	{ "fsmount", { 0 } },
	{ "mount_setattr", { 0 } },
	{ "keyctl", { 0 } },
	{ "add_key", { 0 } },
	{ "request_key", { 0 } },
	/* kernel surface */
	{ "bpf", { 0 } },
	{ "perf_event_open", { 0 } },
	{ "userfaultfd", { 0 } },
	{ "io_uring_setup", { 0 } },
	{ "io_uring_register", { 0 } },
	{ "init_module", { 0 } },
	{ "finit_module", { 0 } },
	{ "delete_module", { 0 } },
	{ "kexec_load", { 0 } },
	{ "kexec_file_load", { 0 } },
	{ "fanotify_init", { 0 } },
	{ "sethostname", { 0 } },
	{ "setdomainname", { 0 } },
	{ "settimeofday", { 0 } },
	{ "clock_settime", { 0 } },
	{ "reboot", { 0 } },
	{ "swapon", { 0 } },
	{ "swapoff", { 0 } },
	{ "acct", { 0 } },
	{ "quotactl", { 0 } },
	{ "syslog", { 0 } },
	{ "iopl", { 0 } },
	{ "ioperm", { 0 } },
};

/* What the forensic profile adds to the security profile, besides all calls of class IO. */
static const char *const forensic[] = {
	"close",    "close_range", "pipe",       "pipe2",        "socketpair",     "shutdown",
	"fcntl",    "truncate",    "ftruncate",  "fallocate",    "io_uring_enter", "getdents64",
	"getdents", "ioctl",       "setsockopt", "memfd_secret", "mmap",
};

/* Calls whose outcome changes when an interrupt is pending while they run. How it was found: reading the
 * kernel's signal_pending() users, and trying (tests/live). Class IO comes in addition. */
static const char *const restart_first[] = {
	"bpf",          /* verifier returns -EAGAIN */
	"finit_module", /* waits for a concurrent load, -EINTR */
	"close",        /* -EINTR of a flush must not be restarted: the descriptor is gone */
	"getrandom",    /* short result above 256 bytes */
	"io_getevents", /* fewer events than asked for */
	"io_pgetevents", "recvmmsg",       "sendmmsg",        "sendfile",        "splice",
	"tee",           "vmsplice",       "copy_file_range", "madvise",         "process_madvise",
	"msync",         "io_uring_enter", "semtimedop",      "mq_timedreceive",
};

/* Calls that are let through: no result, or nobody needs it, or it cannot be taken safely. */
static const char *const entry_only[] = {
	"exit",          "exit_group", "rt_sigreturn", "sigreturn",  "restart_syscall", "reboot",
	"rt_sigsuspend", "sigsuspend", "pause",        "kexec_load", "seccomp",
};

static const struct class_word {
	const char *name;
	uint32_t classes;
} class_words[] = {
	{ "exec", HTR_C_EXEC },       { "process", HTR_C_PROCESS | HTR_C_EXEC },
	{ "file", HTR_C_FILE },       { "desc", HTR_C_DESC },
	{ "fdnew", HTR_C_FDNEW },     { "network", HTR_C_NETWORK },
	{ "net", HTR_C_NETWORK },     { "io", HTR_C_IO },
	{ "writefs", HTR_C_WRITEFS }, { "priv", HTR_C_PRIV },
	{ "creds", HTR_C_PRIV },      { "signal", HTR_C_SIGNAL },
	{ "memory", HTR_C_MEMORY },   { "ipc", HTR_C_IPC },
	{ "time", HTR_C_TIME },       { "sched", HTR_C_SCHED },
};

static bool in_list(const char *const *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(list[i], name) == 0) {
			return true;
		}
	}
	return false;
}

enum how plan_default_how(const struct htr_syscall_desc *desc)
{
	static const struct {
		const char *name;
		enum how how;
	} special[] = {
		{ "fork", HOW_SPAWN },    { "vfork", HOW_SPAWN }, { "clone", HOW_SPAWN },
		{ "clone3", HOW_SPAWN },  { "execve", HOW_EXEC }, { "execveat", HOW_EXEC },
		{ "ptrace", HOW_PTRACE },
	};

	for (size_t i = 0; i < HTR_ARRAY_LEN(special); i++) {
		if (strcmp(special[i].name, desc->name) == 0) {
			return special[i].how;
		}
	}
	if (desc->ret == HTR_R_NONE || in_list(entry_only, HTR_ARRAY_LEN(entry_only), desc->name)) {
		return HOW_ENTRY;
	}
	if (in_list(restart_first, HTR_ARRAY_LEN(restart_first), desc->name)) {
		return HOW_RESTART;
	}
	/* with an address a send moves one datagram or nothing */
	if ((desc->classes & HTR_C_IO) && strcmp(desc->name, "sendto") != 0 &&
	    strcmp(desc->name, "sendmsg") != 0) {
		return HOW_RESTART;
	}
	return HOW_RESULT;
}

static void want(struct plan *plan, const struct htr_syscall_desc *desc, const struct cond *cond)
{
	plan->how[desc->id] = (uint8_t)plan_default_how(desc);
	plan->cond[desc->id] = cond ? *cond : (struct cond){ 0 };
}

static void unwant(struct plan *plan, const struct htr_syscall_desc *desc)
{
	plan->how[desc->id] = HOW_NOT;
}

static void want_names(struct plan *plan, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct htr_syscall_desc *d = htr_syscall_by_name(names[i]);

		if (d) {
			want(plan, d, NULL);
		}
	}
}

/* 32-bit programs reach the same service by another name: setuid32, chown32, clock_settime64. */
static void want_row(struct plan *plan, const struct security_row *row)
{
	static const char *const endings[] = { "", "32", "64" };

	for (size_t i = 0; i < HTR_ARRAY_LEN(endings); i++) {
		char name[WORD_MAX];

		snprintf(name, sizeof(name), "%s%s", row->name, endings[i]);
		const struct htr_syscall_desc *d = htr_syscall_by_name(name);

		if (d) {
			want(plan, d, &row->cond);
		}
	}
}

static void start_profile(struct plan *plan, enum profile profile)
{
	for (size_t i = 0; i < HTR_ARRAY_LEN(security); i++) {
		want_row(plan, &security[i]);
	}
	if (profile == PROFILE_SECURITY) {
		return;
	}
	want_names(plan, forensic, HTR_ARRAY_LEN(forensic));
	for (unsigned i = 0; i < htr_syscall_count(); i++) {
		const struct htr_syscall_desc *d = htr_syscall_at(i);

		if (profile == PROFILE_FULL || (d->classes & HTR_C_IO)) {
			want(plan, d, NULL);
		}
	}
}

static const char *nearest(const char *word)
{
	const char *best = NULL;
	unsigned best_distance = 4;

	for (unsigned i = 0; i < htr_syscall_count(); i++) {
		unsigned d = htr_str_distance(word, htr_syscall_at(i)->name);

		if (d < best_distance) {
			best_distance = d;
			best = htr_syscall_at(i)->name;
		}
	}
	return best;
}

static int apply_word(struct plan *plan, const char *word, bool add, struct htr_err *err)
{
	uint32_t classes = 0;
	const struct htr_syscall_desc *one = NULL;
	bool all = strcmp(word, "all") == 0;

	if (strcmp(word, "none") == 0) {
		return 0;
	}
	if (word[0] == '%') {
		for (size_t i = 0; i < HTR_ARRAY_LEN(class_words); i++) {
			if (strcmp(class_words[i].name, word + 1) == 0) {
				classes = class_words[i].classes;
			}
		}
		if (!classes) {
			return htr_err_set(
				err, -EINVAL,
				"-e: unknown class '%s' (%%file %%desc %%fdnew %%network "
				"%%io %%process %%exec %%signal %%memory %%ipc %%time "
				"%%sched %%priv %%writefs)",
				word);
		}
	} else if (!all) {
		one = htr_syscall_by_name(word);
		if (!one) {
			const char *near = nearest(word);

			return htr_err_set(err, -EINVAL, "-e: unknown system call '%s'%s%s%s", word,
					   near ? " (did you mean " : "", near ? near : "",
					   near ? "?)" : "");
		}
	}
	for (unsigned i = 0; i < htr_syscall_count(); i++) {
		const struct htr_syscall_desc *d = htr_syscall_at(i);

		if (!all && d != one && !(d->classes & classes)) {
			continue;
		}
		if (add) {
			want(plan, d, NULL);
			plan->named[d->id] |= d == one;
		} else {
			unwant(plan, d);
		}
	}
	return 0;
}

int plan_init(struct plan *plan, enum profile profile, const char *expr, struct htr_err *err)
{
	assert(htr_syscall_count() <= PLAN_CALLS_MAX);
	memset(plan, 0, sizeof(*plan));
	plan->profile = profile;
	plan->io_data = profile != PROFILE_SECURITY;
	if (!expr || *expr == '+' || *expr == '-' || *expr == '!') {
		start_profile(plan, profile);
	}
	while (expr && *expr) {
		char word[WORD_MAX];
		bool add = true;
		size_t len;

		if (*expr == '+' || *expr == '-' || *expr == '!') {
			add = *expr++ == '+';
		}
		len = strcspn(expr, ",");
		if (len == 0 || len >= sizeof(word)) {
			return htr_err_set(
				err, -EINVAL,
				"-e: empty or over-long name (use NAME,+NAME,!NAME,%%CLASS)");
		}
		memcpy(word, expr, len);
		word[len] = '\0';
		expr += len;
		expr += *expr == ',';
		int r = apply_word(plan, word, add, err);

		if (r < 0) {
			return r;
		}
	}
	return 0;
}

bool plan_cond_holds(const struct plan *plan, const struct htr_syscall_desc *desc,
		     const uint64_t args[6])
{
	const struct cond *c = &plan->cond[desc->id];

	switch ((enum cond_op)c->op) {
	case COND_NONZERO:
		return args[c->arg] != 0;
	case COND_NE32:
		return (uint32_t)args[c->arg] != c->value;
	case COND_NONE:
		break;
	}
	return true;
}

size_t plan_count(const struct plan *plan, enum htr_arch arch)
{
	size_t n = 0;

	for (unsigned i = 0; i < htr_syscall_count(); i++) {
		n += plan->how[i] != HOW_NOT && htr_syscall_at(i)->nr[arch] >= 0;
	}
	return n;
}

bool plan_prefers_ptrace(const struct plan *plan)
{
	static const char *const hot[] = {
		"read", "write", "recvfrom", "sendto", "futex", "close"
	};
	unsigned n = 0;

	for (size_t i = 0; i < HTR_ARRAY_LEN(hot); i++) {
		const struct htr_syscall_desc *d = htr_syscall_by_name(hot[i]);

		n += d && plan->how[d->id] != HOW_NOT && plan->cond[d->id].op == COND_NONE;
	}
	return n >= 3;
}
