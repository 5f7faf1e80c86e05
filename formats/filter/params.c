/* SPDX-License-Identifier: Apache-2.0
 *
 * params.c - parameters of events under the names that Falco's rules use, in Falco's order. A call without a
 * row has "res" and then its arguments under the kernel's names; kernel names work for the others too.
 *
 * Source: event parameters as named by Falco 0.44's rules and outputs; holter-filter(7).
 */
#include "formats/filter/params.h"

#include <string.h>

#include "formats/core/cleanup.h"

#define A(i)    ((uint16_t)(PS_ARG | (i) << 8))
#define N(i)    ((uint16_t)(PS_NUM | (i) << 8))
#define V(key)  ((uint16_t)(PS_VAL | (key) << 8))
#define FDV(k)  ((uint16_t)(PS_FDVAL | (k) << 8))
#define HOW(i)  ((uint16_t)(PS_HOW | (i) << 8))
#define F(i)    ((uint16_t)(PS_FIELD | (i) << 8))
#define XIT(i)  ((uint16_t)(PS_EXIT | (i) << 8))
#define SIGN(i) ((uint16_t)(PS_SIGNAL | (i) << 8))
#define CAP(i)  ((uint16_t)(PS_CAP | (i) << 8))
#define P(...)  ((const struct param[]){ __VA_ARGS__, { NULL, 0 } })

/* Fields that some parameters are another name of; the number is F()'s. */
static const char *const FIELDS[] = {
	"proc.exe",
	"proc.args",
	"thread.tid",
	"proc.pid",
	"proc.ppid",
	"proc.cwd",
	"proc.name",
	"thread.cgroups",
	"proc.env",
	"proc.tty",
	"proc.vpgid",
	"user.loginuid",
	"thread.cap_inheritable",
	"thread.cap_permitted",
	"thread.cap_effective",
	"proc.exe_ino",
	"proc.exe_ino.ctime",
	"proc.exe_ino.mtime",
	"user.uid",
	"proc.exepath",
	"proc.pgid",
	"group.gid",
	"proc.vpid",
	"thread.vtid",
};

const char *param_field(unsigned i)
{
	return i < HTR_ARRAY_LEN(FIELDS) ? FIELDS[i] : NULL;
}

/* What every process event of Falco ends with. */
#define IMAGE                                                                                    \
	{ "exe", F(0) }, { "args", F(1) }, { "tid", F(2) }, { "pid", F(3) }, { "ptid", F(4) },   \
		{ "cwd", F(5) }, { "fdlimit", PS_MISSING }, { "pgft_maj", PS_MISSING },          \
		{ "pgft_min", PS_MISSING }, { "vm_size", PS_MISSING }, { "vm_rss", PS_MISSING }, \
		{ "vm_swap", PS_MISSING }, { "comm", F(6) },                                     \
	{                                                                                        \
		"cgroups", F(7)                                                                  \
	}

#define EXEC                                                                                  \
	IMAGE, { "env", F(8) }, { "tty", F(9) }, { "vpgid", F(10) }, { "loginuid", F(11) },   \
		{ "flags", PS_EXE_FLAGS }, { "cap_inheritable", F(12) },                      \
		{ "cap_permitted", F(13) }, { "cap_effective", F(14) }, { "exe_ino", F(15) }, \
		{ "exe_ino_ctime", F(16) }, { "exe_ino_mtime", F(17) }, { "uid", F(18) },     \
		{ "trusted_exepath", F(19) }, { "pgid", F(20) },                              \
	{                                                                                     \
		"gid", F(21)                                                                  \
	}

#define CLONE                                                                          \
	{ "res", PS_RES }, IMAGE, { "flags", V(HTR_K_CLONE_FLAGS) }, { "uid", F(18) }, \
		{ "gid", F(21) }, { "vtid", F(23) }, { "vpid", F(22) },                \
	{                                                                              \
		"pidns_init_start_ts", PS_MISSING                                      \
	}

#define DEV_INO                        \
	{ "dev", V(HTR_K_FD_DEV) },    \
	{                              \
		"ino", V(HTR_K_FD_INO) \
	}
#define RES                   \
	{                     \
		"res", PS_RES \
	}
#define FD(i)              \
	{                  \
		"fd", A(i) \
	}

static const struct param_row ROWS[] = {
	{ "open",
	  P({ "fd", PS_FDRES }, { "name", A(0) }, { "flags", A(1) }, { "mode", A(2) }, DEV_INO) },
	{ "openat", P({ "fd", PS_FDRES }, { "dirfd", A(0) }, { "name", A(1) }, { "flags", A(2) },
		      { "mode", A(3) }, DEV_INO) },
	{ "openat2", P({ "fd", PS_FDRES }, { "dirfd", A(0) }, { "name", A(1) }, { "flags", HOW(0) },
		       { "mode", HOW(1) }, { "resolve", HOW(2) }, DEV_INO) },
	{ "creat", P({ "fd", PS_FDRES }, { "name", A(0) }, { "mode", A(1) }, DEV_INO,
		     { "creat_flags", PS_MISSING }) },
	{ "open_by_handle_at", P({ "fd", PS_FDRES }, { "mountfd", A(0) }, { "flags", A(2) },
				 { "path", V(HTR_K_FD_PATH) }, DEV_INO) },
	{ "execve", P(RES, EXEC, { "filename", A(0) }) },
	{ "execveat", P(RES, EXEC, { "dirfd", A(0) }, { "pathname", A(1) }) },
	{ "clone", P(CLONE) },
	{ "clone3", P(CLONE) },
	{ "fork", P(CLONE) },
	{ "vfork", P(CLONE) },
	{ "close", P(RES, FD(0)) },
	{ "close_range", P(RES, { "first", A(0) }, { "last", A(1) }, { "flags", A(2) }) },
	{ "read", P(RES, { "data", PS_DATA }, FD(0), { "size", A(2) }) },
	{ "write", P(RES, { "data", PS_DATA }, FD(0), { "size", A(2) }) },
	{ "pread64", P(RES, { "data", PS_DATA }, FD(0), { "size", A(2) }, { "pos", A(3) }) },
	{ "pwrite64", P(RES, { "data", PS_DATA }, FD(0), { "size", A(2) }, { "pos", A(3) }) },
	{ "readv", P(RES, { "size", PS_RES }, { "data", PS_DATA }, FD(0)) },
	{ "writev", P(RES, { "data", PS_DATA }, FD(0), { "size", PS_RES }) },
	{ "socket", P({ "fd", PS_FDRES }, { "domain", A(0) }, { "type", PS_SOCK_TYPE },
		      { "proto", N(2) }, { "flags", PS_SOCK_FLAGS }) },
	{ "socketpair",
	  P(RES, { "fd1", FDV(HTR_K_FD1) }, { "fd2", FDV(HTR_K_FD2) }, { "source", PS_MISSING },
	    { "peer", PS_MISSING }, { "domain", A(0) }, { "type", PS_SOCK_TYPE }, { "proto", N(2) },
	    { "flags", PS_SOCK_FLAGS }) },
	{ "connect", P(RES, { "tuple", PS_TUPLE }, FD(0), { "addr", A(1) }) },
	{ "accept", P({ "fd", PS_FDRES }, { "tuple", PS_TUPLE }, { "queuepct", PS_MISSING },
		      { "queuelen", PS_MISSING }, { "queuemax", PS_MISSING }) },
	{ "accept4", P({ "fd", PS_FDRES }, { "tuple", PS_TUPLE }, { "queuepct", PS_MISSING },
		       { "queuelen", PS_MISSING }, { "queuemax", PS_MISSING }, { "flags", A(3) }) },
	{ "listen", P(RES, FD(0), { "backlog", A(1) }) },
	{ "bind", P(RES, { "addr", A(1) }, FD(0)) },
	{ "sendto", P(RES, { "data", PS_DATA }, FD(0), { "size", A(2) }, { "tuple", PS_TUPLE }) },
	{ "sendmsg",
	  P(RES, { "data", PS_DATA }, FD(0), { "size", PS_RES }, { "tuple", PS_TUPLE }) },
	{ "sendmmsg",
	  P(RES, FD(0), { "size", PS_RES }, { "data", PS_DATA }, { "tuple", PS_TUPLE }) },
	{ "recvfrom", P(RES, { "data", PS_DATA }, { "tuple", PS_TUPLE }, FD(0), { "size", A(2) }) },
	{ "recvmsg", P(RES, { "size", PS_RES }, { "data", PS_DATA }, { "tuple", PS_TUPLE },
		       { "msgcontrol", PS_MISSING }, FD(0)) },
	{ "recvmmsg", P(RES, FD(0), { "size", PS_RES }, { "data", PS_DATA }, { "tuple", PS_TUPLE },
			{ "msgcontrol", PS_MISSING }) },
	{ "shutdown", P(RES, FD(0), { "how", A(1) }) },
	{ "setsockopt", P(RES, FD(0), { "level", A(1) }, { "optname", A(2) }, { "val", A(3) },
			  { "optlen", A(4) }) },
	{ "getsockopt", P(RES, FD(0), { "level", A(1) }, { "optname", A(2) }, { "val", A(3) },
			  { "optlen", A(4) }) },
	{ "dup", P({ "res", PS_FDRES }, { "oldfd", A(0) }) },
	{ "dup2", P({ "res", PS_FDRES }, { "oldfd", A(0) }, { "newfd", A(1) }) },
	{ "dup3", P({ "res", PS_FDRES }, { "oldfd", A(0) }, { "newfd", A(1) }, { "flags", A(2) }) },
	{ "fcntl", P({ "res", PS_RES }, FD(0), { "cmd", A(1) }) },
	{ "ioctl", P(RES, FD(0), { "request", A(1) }, { "argument", A(2) }) },
	{ "lseek", P(RES, FD(0), { "offset", A(1) }, { "whence", A(2) }) },
	{ "pipe",
	  P(RES, { "fd1", FDV(HTR_K_FD1) }, { "fd2", FDV(HTR_K_FD2) }, { "ino", PS_MISSING }) },
	{ "pipe2", P(RES, { "fd1", FDV(HTR_K_FD1) }, { "fd2", FDV(HTR_K_FD2) },
		     { "ino", PS_MISSING }, { "flags", A(1) }) },
	{ "memfd_create", P({ "fd", PS_FDRES }, { "name", A(0) }, { "flags", A(1) }) },
	{ "pidfd_open", P({ "fd", PS_FDRES }, { "pid", A(0) }, { "flags", A(1) }) },
	{ "pidfd_getfd",
	  P({ "fd", PS_FDRES }, { "pid_fd", A(0) }, { "target_fd", A(1) }, { "flags", A(2) }) },
	{ "rename", P(RES, { "oldpath", A(0) }, { "newpath", A(1) }) },
	{ "renameat", P(RES, { "olddirfd", A(0) }, { "oldpath", A(1) }, { "newdirfd", A(2) },
			{ "newpath", A(3) }) },
	{ "renameat2", P(RES, { "olddirfd", A(0) }, { "oldpath", A(1) }, { "newdirfd", A(2) },
			 { "newpath", A(3) }, { "flags", A(4) }) },
	{ "link", P(RES, { "oldpath", A(0) }, { "newpath", A(1) }) },
	{ "linkat", P(RES, { "olddir", A(0) }, { "oldpath", A(1) }, { "newdir", A(2) },
		      { "newpath", A(3) }, { "flags", A(4) }) },
	{ "symlink", P(RES, { "target", A(0) }, { "linkpath", A(1) }) },
	{ "symlinkat", P(RES, { "target", A(0) }, { "linkdirfd", A(1) }, { "linkpath", A(2) }) },
	{ "unlink", P(RES, { "path", A(0) }) },
	{ "rmdir", P(RES, { "path", A(0) }) },
	{ "unlinkat", P(RES, { "dirfd", A(0) }, { "name", A(1) }, { "flags", A(2) }) },
	{ "mkdir", P(RES, { "path", A(0) }, { "mode", A(1) }) },
	{ "mkdirat", P(RES, { "dirfd", A(0) }, { "path", A(1) }, { "mode", A(2) }) },
	{ "mknod", P(RES, { "path", A(0) }, { "mode", A(1) }, { "dev", A(2) }) },
	{ "mknodat",
	  P(RES, { "dirfd", A(0) }, { "path", A(1) }, { "mode", A(2) }, { "dev", A(3) }) },
	{ "chmod", P(RES, { "filename", A(0) }, { "mode", A(1) }) },
	{ "fchmod", P(RES, FD(0), { "mode", A(1) }) },
	{ "fchmodat", P(RES, { "dirfd", A(0) }, { "filename", A(1) }, { "mode", A(2) }) },
	{ "fchmodat2",
	  P(RES, { "dirfd", A(0) }, { "filename", A(1) }, { "mode", A(2) }, { "flags", A(3) }) },
	{ "chown", P(RES, { "path", A(0) }, { "uid", A(1) }, { "gid", A(2) }) },
	{ "lchown", P(RES, { "path", A(0) }, { "uid", A(1) }, { "gid", A(2) }) },
	{ "fchown", P(RES, FD(0), { "uid", A(1) }, { "gid", A(2) }) },
	{ "fchownat", P(RES, { "dirfd", A(0) }, { "pathname", A(1) }, { "uid", A(2) },
			{ "gid", A(3) }, { "flags", A(4) }) },
	{ "chdir", P(RES, { "path", A(0) }) },
	{ "fchdir", P(RES, FD(0)) },
	{ "chroot", P(RES, { "path", A(0) }) },
	{ "access", P(RES, { "name", A(0) }, { "mode", A(1) }) },
	{ "stat", P(RES, { "path", A(0) }) },
	{ "lstat", P(RES, { "path", A(0) }) },
	{ "fstat", P(RES, FD(0)) },
	{ "mount", P(RES, { "dev", A(0) }, { "dir", A(1) }, { "type", A(2) }, { "flags", A(3) }) },
	{ "umount2", P(RES, { "name", A(0) }, { "flags", A(1) }) },
	{ "ptrace",
	  P(RES, { "addr", A(2) }, { "data", A(3) }, { "request", A(0) }, { "pid", A(1) }) },
	{ "kill", P(RES, { "pid", A(0) }, { "sig", A(1) }) },
	{ "tkill", P(RES, { "tid", A(0) }, { "sig", A(1) }) },
	{ "tgkill", P(RES, { "pid", A(0) }, { "tid", A(1) }, { "sig", A(2) }) },
	{ "setuid", P(RES, { "uid", A(0) }) },
	{ "setgid", P(RES, { "gid", A(0) }) },
	{ "setresuid", P(RES, { "ruid", A(0) }, { "euid", A(1) }, { "suid", A(2) }) },
	{ "setresgid", P(RES, { "rgid", A(0) }, { "egid", A(1) }, { "sgid", A(2) }) },
	{ "setpgid", P(RES, { "pid", A(0) }, { "pgid", A(1) }) },
	{ "setns", P(RES, FD(0), { "nstype", A(1) }) },
	{ "unshare", P(RES, { "flags", A(0) }) },
	{ "capset", P(RES, { "cap_inheritable", CAP(2) }, { "cap_permitted", CAP(1) },
		      { "cap_effective", CAP(0) }) },
	{ "prctl", P(RES, { "option", A(0) }, { "arg2_str", A(1) }, { "arg2_int", N(1) }) },
	{ "bpf", P({ "fd", PS_FDRES }, { "cmd", A(0) }) },
	{ "userfaultfd", P({ "res", PS_FDRES }, { "flags", A(0) }) },
	{ "init_module", P(RES, { "img", PS_MISSING }, { "length", A(1) }, { "uargs", A(2) }) },
	{ "finit_module", P(RES, FD(0), { "uargs", A(1) }, { "flags", A(2) }) },
	{ "delete_module", P(RES, { "name", A(0) }, { "flags", A(1) }) },
	{ "process_vm_readv", P(RES, { "pid", A(0) }, { "data", PS_DATA }) },
	{ "process_vm_writev", P(RES, { "pid", A(0) }, { "data", PS_DATA }) },
};

/* By enum htr_event_kind: events that are no call. */
static const struct param_row KIND_ROWS[HTR_EV_KIND_MAX] = {
	[HTR_EV_EXIT] = { "procexit", P({ "status", XIT(0) }, { "ret", XIT(1) }, { "sig", XIT(2) },
					{ "core", XIT(3) }, { "reaper_tid", PS_MISSING }) },
	[HTR_EV_SIGNAL] = { "signaldeliver",
			    P({ "spid", SIGN(1) }, { "dpid", F(3) }, { "sig", SIGN(0) }) },
	[HTR_EV_LOSS] = { "loss", P({ "count", N(0) }) },
	[HTR_EV_NOTE] = { "note", P({ "text", V(HTR_K_TEXT) }) },
	[HTR_EV_FD] = { "fdinfo", P({ "fd", N(0) }, { "name", V(HTR_K_FD_PATH) }) },
	[HTR_EV_PROC] = { "procinfo", P({ "exe", F(0) }, { "args", F(1) }, { "pid", F(3) }) },
};

static const struct param_row *row_of_call(const struct htr_syscall_desc *d)
{
	for (size_t i = 0; i < HTR_ARRAY_LEN(ROWS); i++) {
		if (strcmp(ROWS[i].call, d->name) == 0) {
			return &ROWS[i];
		}
	}
	return NULL;
}

static bool named(const char *want, const char *name, size_t len)
{
	return want != NULL && strlen(want) == len && memcmp(want, name, len) == 0;
}

static uint16_t row_find(const struct param_row *r, const char *name, size_t len)
{
	for (const struct param *p = r != NULL ? r->p : NULL; p != NULL && p->name != NULL; p++) {
		if (named(p->name, name, len)) {
			return p->src;
		}
	}
	return PARAM_NONE;
}

static uint16_t call_find(const struct htr_syscall_desc *d, const char *name, size_t len)
{
	uint16_t src = row_find(row_of_call(d), name, len);

	for (unsigned i = 0; src == PARAM_NONE && i < d->n_args; i++) {
		if (named(d->args[i].name, name, len)) {
			src = A(i);
		}
	}
	if (src == PARAM_NONE && named("res", name, len)) {
		src = PS_RES;
	}
	return src;
}

/* ---- names ------------------------------------------------------------------------------------------------ */

static size_t longer(const char *known, const char *name, size_t len, size_t best)
{
	size_t n = strlen(known);

	return n > best && n <= len && memcmp(known, name, n) == 0 ? n : best;
}

size_t param_known(const char *name, size_t len)
{
	size_t best = longer("res", name, len, 0);

	for (size_t i = 0; i < HTR_ARRAY_LEN(ROWS); i++) {
		for (const struct param *p = ROWS[i].p; p->name != NULL; p++) {
			best = longer(p->name, name, len, best);
		}
	}
	for (size_t i = 0; i < HTR_ARRAY_LEN(KIND_ROWS); i++) {
		for (const struct param *p = KIND_ROWS[i].p; p != NULL && p->name != NULL; p++) {
			best = longer(p->name, name, len, best);
		}
	}
	for (unsigned i = 0; i < htr_syscall_count(); i++) {
		const struct htr_syscall_desc *d = htr_syscall_at(i);

		for (unsigned j = 0; d != NULL && j < d->n_args; j++) {
			best = longer(d->args[j].name, name, len, best);
		}
	}
	return best;
}

static bool is_text_kind(unsigned kind)
{
	switch (kind) {
	case HTR_A_PATH:
	case HTR_A_STR:
	case HTR_A_SOCKADDR:
	case HTR_A_ARGV:
	case HTR_A_ENVP:
	case HTR_A_BUF:
		return true;
	default:
		return false;
	}
}

unsigned param_raw_type(const char *name, size_t len)
{
	static const char *const texts[] = { "name",
					     "path",
					     "filename",
					     "oldpath",
					     "newpath",
					     "linkpath",
					     "target",
					     "exe",
					     "args",
					     "env",
					     "cwd",
					     "comm",
					     "cgroups",
					     "tuple",
					     "addr",
					     "uargs",
					     "trusted_exepath",
					     "arg2_str",
					     "dir",
					     "text" };

	if (named("data", name, len)) {
		return HTR_FT_BYTES;
	}
	for (size_t i = 0; i < HTR_ARRAY_LEN(texts); i++) {
		if (named(texts[i], name, len)) {
			return HTR_FT_STRING;
		}
	}
	for (unsigned i = 0; i < htr_syscall_count(); i++) {
		const struct htr_syscall_desc *d = htr_syscall_at(i);

		for (unsigned j = 0; d != NULL && j < d->n_args; j++) {
			if (named(d->args[j].name, name, len)) {
				return is_text_kind(d->args[j].kind) ? HTR_FT_STRING : HTR_FT_INT;
			}
		}
	}
	return HTR_FT_INT;
}

const uint16_t *param_map(struct htr_arena *a, const char *name, size_t len)
{
	uint16_t *map = htr_arena_array(a, EVENT_ID_MAX + 32, sizeof(*map));

	if (map == NULL) {
		return NULL;
	}
	for (unsigned i = 0; i < htr_syscall_count() && i < EVENT_ID_MAX; i++) {
		const struct htr_syscall_desc *d = htr_syscall_at(i);

		if (d != NULL && d->id < EVENT_ID_MAX) {
			map[d->id] = call_find(d, name, len);
		}
	}
	for (unsigned k = 0; k < HTR_EV_KIND_MAX; k++) {
		map[EVENT_ID_MAX + k] = row_find(&KIND_ROWS[k], name, len);
	}
	return map;
}

unsigned param_at(struct fctx *fx, unsigned n, const char **ret_name)
{
	const struct htr_syscall_desc *d =
		fx->event_id < EVENT_ID_MAX ? htr_syscall_at(fx->event_id) : NULL;
	unsigned kind = fx->event_id - EVENT_ID_MAX;
	const struct param_row *r = d != NULL                ? row_of_call(d)
				    : kind < HTR_EV_KIND_MAX ? &KIND_ROWS[kind]
							     : NULL;

	if (r != NULL && r->p != NULL) {
		for (const struct param *p = r->p; p->name != NULL; p++) {
			if (n-- == 0) {
				*ret_name = p->name;
				return p->src;
			}
		}
		return PARAM_NONE;
	}
	if (d == NULL) {
		return PARAM_NONE;
	}
	*ret_name = "res";
	if (n == 0) {
		return d->ret == HTR_R_FD ? PS_FDRES : PS_RES;
	}
	if (n - 1 >= d->n_args) {
		return PARAM_NONE;
	}
	*ret_name = d->args[n - 1].name;
	return A(n - 1);
}
