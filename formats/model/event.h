/* SPDX-License-Identifier: Apache-2.0
 *
 * event.h - what one recorded fact looks like in memory, the same for capture, replay and view.
 *
 * One record per completed system call, plus the facts around calls (spawn, exec, exit, signal,
 * snapshot, loss, note). There is no enter/exit pair: a record carries the end time, the duration,
 * the arguments as they were read and the result. A *successful* execve/execveat is one HTR_EV_EXEC
 * record (its nr and arguments included, never a second syscall record); a failed one is an
 * HTR_EV_SYSCALL record. In the same way a successful fork/vfork/clone/clone3 is one HTR_EV_SPAWN
 * record of the parent.
 *
 * This header does not say how events are stored (formats/trace) nor what the world looks like after
 * them (formats/model/state.h).
 */
#ifndef HTR_MODEL_EVENT_H
#define HTR_MODEL_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/core/arena.h"

enum htr_event_kind {
	HTR_EV_UNSPEC = 0,
	HTR_EV_SYSCALL = 1, /* a call that completed (or, flag UNFINISHED, had not at the end) */
	HTR_EV_SPAWN =
		2, /* successful fork family; result = tid of the child as the parent sees it */
	HTR_EV_EXEC = 3, /* successful execve family; values describe the new image */
	HTR_EV_EXIT = 4, /* thread ended; a process ends with its last thread (flag LAST) */
	HTR_EV_SIGNAL =
		5, /* signal delivered to a thread; args[0] = signal number, args[1] = sender pid
			       (0 unknown), args[2] = si_code as int */
	HTR_EV_PROC = 6,   /* snapshot: this thread existed when recording of it began */
	HTR_EV_FD = 7,     /* snapshot: descriptor args[0] was open in this process */
	HTR_EV_LOSS = 8,   /* args[0] = count of lost calls (0 unknown), args[1] = enum htr_loss */
	HTR_EV_NOTE = 9,   /* HTR_K_TEXT: something the recorder or a person wants to say */
	HTR_EV_CLOCK = 10, /* args[0] = CLOCK_REALTIME ns, args[1] = CLOCK_BOOTTIME ns at time_ns */
	HTR_EV_KIND_MAX
};

/* Why calls are missing. */
enum htr_loss {
	HTR_LOSS_UNSPEC = 0,
	HTR_LOSS_RECORDER_GAP = 1, /* the recorder was away, calls were let through */
	HTR_LOSS_QUEUE = 2,        /* an internal queue was full and dropping was asked for */
	HTR_LOSS_DISK = 3,         /* the output could not be written */
	HTR_LOSS_DAMAGE = 4,       /* reader: a block of the file is damaged */
	HTR_LOSS_SOURCE = 5,       /* import: the foreign capture says it dropped */
	HTR_LOSS_MAX
};

enum htr_event_flags {
	HTR_EVF_ENTRY_ONLY = 1 << 0, /* no result is known; time_ns is the entry, dur_ns is 0 */
	HTR_EVF_UNFINISHED =
		1 << 1,            /* call was still running when recording (or its thread) ended */
	HTR_EVF_UNSTABLE = 1 << 2, /* an argument may have been changed by another thread */
	HTR_EVF_UNREADABLE = 1 << 3, /* some argument memory could not be read */
	HTR_EVF_TRUNCATED = 1 << 4,  /* some value was cut at a limit */
	HTR_EVF_PTRACE = 1 << 5,     /* seen through ptrace (else through seccomp user-notify) */
	HTR_EVF_LAST = 1 << 6,       /* EXIT: the last thread of the process; SPAWN: a new process
					 (not a thread of the same one) */
	HTR_EVF_OUTSIDE = 1 << 7,    /* thread is not a descendant of the recorded program */
	HTR_EVF_REDACTED = 1 << 8,   /* a value was masked before it was stored */
	HTR_EVF_TAINTED = 1 << 9,    /* state behind this event is uncertain because of a loss */
};

/*
 * Keys of values. 0..5: the content behind argument n (what the kind of the argument in
 * syscalls.tsv says: path bytes without NUL, argv joined with NUL (no NUL after the last), raw
 * sockaddr, raw struct, I/O bytes). 16 and up: facts that are no argument. On disk a key is a column
 * number: never renumber, never reuse.
 */
enum htr_key {
	HTR_K_ARG0 = 0, /* .. HTR_K_ARG0 + 5 */
	HTR_K_ARG_MAX = 6,

	/* what a descriptor really is, of the descriptor the call is about: its result for open,
	 * socket, accept, dup...; its fd argument otherwise; the target of AT_FDCWD is HTR_K_CWD */
	HTR_K_FD_PATH =
		16, /* readlink of /proc/PID/fd/N: "/etc/passwd", "socket:[123]", "pipe:[9]" */
	HTR_K_FD_DEV = 17,      /* int: st_dev */
	HTR_K_FD_INO = 18,      /* int: st_ino */
	HTR_K_FD_MODE = 19,     /* int: st_mode */
	HTR_K_FD_FLAGS = 20,    /* int: O_* flags from /proc/PID/fdinfo */
	HTR_K_SOCK_LOCAL = 21,  /* raw sockaddr of the local side */
	HTR_K_SOCK_PEER = 22,   /* raw sockaddr of the remote side */
	HTR_K_SOCK_TYPE = 23,   /* int: SOCK_STREAM ... */
	HTR_K_SOCK_PROTO = 24,  /* int: IPPROTO_* */
	HTR_K_SOCK_FAMILY = 25, /* int: AF_* */
	HTR_K_AT_PATH = 26,     /* absolute path of the dirfd argument, for relative paths */
	HTR_K_FD2 = 27,         /* int: second descriptor of pipe/pipe2/socketpair (first is FD1) */
	HTR_K_FD1 = 28,         /* int: first descriptor of pipe/pipe2/socketpair */
	HTR_K_AT_PATH2 = 29,    /* the same for the second dirfd argument (renameat, linkat) */

	/* the image of a process: EXEC and PROC records */
	HTR_K_EXE = 32,       /* readlink of /proc/PID/exe */
	HTR_K_ARGV = 33,      /* joined with NUL */
	HTR_K_ENV_NAMES = 34, /* names only, joined with NUL, in the order of the environment */
	HTR_K_ENV = 35,       /* NAME=value joined with NUL, allow-listed names only */
	HTR_K_CWD = 36,
	HTR_K_ROOT = 37,      /* root directory, when not "/" */
	HTR_K_COMM = 38,      /* /proc/PID/comm, at most 15 bytes */
	HTR_K_EXE_DEV = 39,   /* int */
	HTR_K_EXE_INO = 40,   /* int */
	HTR_K_EXE_MODE = 41,  /* int */
	HTR_K_EXE_CTIME = 42, /* int: ns since the epoch */
	HTR_K_EXE_MTIME = 43, /* int: ns since the epoch */
	HTR_K_EXE_UID = 44,   /* int */

	/* identity and relations of a process: EXEC, PROC, SPAWN records; int unless said otherwise */
	HTR_K_PPID = 48,
	HTR_K_PGID = 49,
	HTR_K_SID = 50,
	HTR_K_TTY = 51, /* tty_nr of /proc/PID/stat, 0 none */
	HTR_K_UID = 52, /* real */
	HTR_K_EUID = 53,
	HTR_K_SUID = 54,
	HTR_K_FSUID = 55,
	HTR_K_GID = 56,
	HTR_K_EGID = 57,
	HTR_K_SGID = 58,
	HTR_K_FSGID = 59,
	HTR_K_LOGINUID = 60, /* -1 unset */
	HTR_K_CAP_INH = 61,  /* 64-bit masks */
	HTR_K_CAP_PRM = 62,
	HTR_K_CAP_EFF = 63,
	HTR_K_CAP_BND = 64,
	HTR_K_CAP_AMB = 65,
	HTR_K_NNP = 66,  /* no_new_privs */
	HTR_K_VPID = 67, /* pid in the innermost PID namespace (last of NSpid) */
	HTR_K_VTID = 68,
	HTR_K_VPGID = 69,
	HTR_K_VSID = 70,
	HTR_K_START = 71,  /* start of the process, ns since trace start (negative: before it) */
	HTR_K_GROUPS = 72, /* bytes: supplementary gids, little-endian u32 each */
	HTR_K_CGROUP = 73, /* text of /proc/PID/cgroup, lines joined with NUL */
	HTR_K_PID_NS = 74, /* inode of the PID namespace */
	HTR_K_MNT_NS = 75,
	HTR_K_USER_NS = 76,
	HTR_K_NET_NS = 77,

	/* spawn */
	HTR_K_CHILD_PID =
		80, /* pid (thread group) of the new thread; equals the parent's for a thread */
	HTR_K_CLONE_FLAGS = 81, /* flags of clone/clone3; CLONE_VFORK|CLONE_VM for vfork */
	HTR_K_CHILD_PPID = 82,  /* parent the kernel gave it (differs with CLONE_PARENT) */

	/* exit */
	HTR_K_EXIT_STATUS = 88, /* wait status as in waitpid(2): both code and signal */
	HTR_K_OLD_TID = 89,     /* exec by a non-leader thread: tid before it became the leader's */

	/* text of a note, loss detail, marks */
	HTR_K_TEXT = 96,
	HTR_K_IO_DATA = 97, /* I/O bytes of read/write/send/recv family; stored in part D */
	HTR_K_IO_LEN = 98,  /* int: bytes the call moved, when not its result */

	HTR_K_MAX = 128
};

enum htr_val_type {
	HTR_VT_BYTES = 0,
	HTR_VT_INT = 1,
};

enum htr_val_flags {
	HTR_VF_TRUNCATED = 1 << 0, /* more bytes existed than are kept */
	HTR_VF_UNSTABLE = 1 << 1,  /* read twice, differed */
	HTR_VF_REDACTED = 1 << 2,
	HTR_VF_GUESS = 1 << 3, /* looked up after the fact, could be another object by then */
};

struct htr_val {
	uint16_t key;  /* enum htr_key; strictly increasing within one event */
	uint8_t type;  /* enum htr_val_type */
	uint8_t flags; /* enum htr_val_flags */
	uint32_t len;  /* bytes; 0 for ints */
	union {
		const uint8_t *data; /* not NUL-terminated by contract; may hold any byte */
		int64_t num;
	};
};

#define HTR_ARGS_MAX 6
#define HTR_VALS_MAX 64 /* values of one event; the writer refuses more */

struct htr_event {
	uint64_t seq;    /* number in the trace, the first is 1; gaps are recorded losses */
	int64_t time_ns; /* end of the call, ns since trace start (CLOCK_MONOTONIC); >= 0 */
	uint64_t dur_ns; /* end minus entry; 0 when unknown */
	int32_t tid;     /* thread id in the recorder's PID namespace */
	int32_t pid;     /* thread group id */
	int32_t nr; /* system call number in arch's table; -1 when the record is not about a call */
	uint8_t kind;   /* enum htr_event_kind */
	uint8_t arch;   /* enum htr_arch of formats/model/tables.h */
	uint16_t flags; /* enum htr_event_flags */
	int64_t result; /* as the kernel returned it (negative errno); 0 when ENTRY_ONLY/UNFINISHED */
	uint64_t args[HTR_ARGS_MAX]; /* raw registers; unused ones are 0 */
	uint8_t n_args;
	uint8_t n_vals;
	const struct htr_val *vals; /* n_vals, sorted by key */
};

/* htr_event_val - the value with that key, or NULL. Borrowed from the event. */
const struct htr_val *htr_event_val(const struct htr_event *ev, unsigned key);

/* htr_event_int - the int value with that key, or dflt. */
int64_t htr_event_int(const struct htr_event *ev, unsigned key, int64_t dflt);

/* htr_event_has_result - the call's outcome is in ev->result. */
static inline bool htr_event_has_result(const struct htr_event *ev)
{
	return !(ev->flags & (HTR_EVF_ENTRY_ONLY | HTR_EVF_UNFINISHED));
}

/* htr_event_is_call - the record stands for a system call (SYSCALL, SPAWN, EXEC with nr >= 0). */
bool htr_event_is_call(const struct htr_event *ev);

/* htr_event_failed - a call with a known negative errno result. */
bool htr_event_failed(const struct htr_event *ev);

/*
 * htr_event_type_name - what rules and people call it: the system call's name; "procexit" for EXIT,
 * "signaldeliver" for SIGNAL, "procinfo" PROC, "fdinfo" FD, "loss", "note", "clock"; "clone" for a
 * SPAWN without a number; "syscall_NNN" for an unknown number (written into scratch)
 *
 * @scratch: 24 bytes, used only for unknown numbers
 */
const char *htr_event_type_name(const struct htr_event *ev, char scratch[24]);

/* htr_event_dup - deep copy into an arena; NULL when it has no memory. */
struct htr_event *htr_event_dup(const struct htr_event *ev, struct htr_arena *arena);

/* htr_key_name - short stable name ("exe", "cwd", "fd_path"...), or NULL for unknown keys and args. */
const char *htr_key_name(unsigned key);
/* htr_key_type - enum htr_val_type a key must have; -1 unknown key. Args may be either. */
int htr_key_type(unsigned key);

/* ---- building ---------------------------------------------------------------------------------- */

/*
 * A builder collects values in any order and sorts them at the end. It lives in the caller's memory,
 * allocates nothing, and borrows all data pointers until the event was consumed.
 */
struct htr_event_builder {
	struct htr_event ev;
	struct htr_val vals[HTR_VALS_MAX];
	bool overflow; /* more than HTR_VALS_MAX values were offered; the surplus was dropped */
};

void htr_builder_init(struct htr_event_builder *b, enum htr_event_kind kind);
/* A later value with the same key replaces the earlier one. */
void htr_builder_bytes(struct htr_event_builder *b, unsigned key, const void *data, size_t len,
		       unsigned val_flags);
void htr_builder_int(struct htr_event_builder *b, unsigned key, int64_t num);
/* htr_builder_done - sorted event; borrowed from the builder. TRUNCATED, UNSTABLE, REDACTED of the
 * values are raised into the event's flags. */
const struct htr_event *htr_builder_done(struct htr_event_builder *b);

#endif
