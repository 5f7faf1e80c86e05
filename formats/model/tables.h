/* SPDX-License-Identifier: Apache-2.0
 *
 * tables.h - system calls and named constants, generated from syscalls.tsv and names.tsv.
 *
 * One row of syscalls.tsv is one system call with its number on each architecture, so a trace decodes
 * on any machine. Lookups are by (arch, number); x32 numbers carry __X32_SYSCALL_BIT (0x40000000) as
 * the kernel delivers them.
 *
 * Source: arch/x86/entry/syscalls/syscall_{64,32}.tbl, scripts/syscall.tbl and syscall prototypes of
 *         Linux 6.18; man-pages section 2.
 */
#ifndef HTR_MODEL_TABLES_H
#define HTR_MODEL_TABLES_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/core/buf.h"

enum htr_arch {
	HTR_ARCH_UNSPEC = 0,
	HTR_ARCH_X86_64 = 1,
	HTR_ARCH_I386 = 2,
	HTR_ARCH_X32 = 3,
	HTR_ARCH_ARM64 = 4,
	HTR_ARCH_MAX
};

#define HTR_X32_BIT 0x40000000

/* What an argument is. The direction says when its memory is worth reading. */
enum htr_arg_kind {
	HTR_A_INT = 0, /* signed 32-bit */
	HTR_A_UINT,
	HTR_A_LONG, /* signed 64-bit */
	HTR_A_ULONG,
	HTR_A_HEX, /* cookie, mask without names: print in hex */
	HTR_A_PTR, /* address whose content is not decoded */
	HTR_A_FD,
	HTR_A_DIRFD,    /* AT_FDCWD or a descriptor; belongs to the path argument after it */
	HTR_A_PATH,     /* NUL-terminated path, input; `link` = index of its dirfd argument or -1 */
	HTR_A_STR,      /* NUL-terminated text that is no path (mount options, memfd name...) */
	HTR_A_BUF,      /* bytes; dir IN: length in argument `link`; dir OUT: length is the result
			   (or, when the call returns 0, argument `link`) */
	HTR_A_FLAGS,    /* bit set, `set` names them */
	HTR_A_ENUM,     /* one of `set` */
	HTR_A_MODE,     /* permission bits (umode_t) */
	HTR_A_DEV,      /* dev_t */
	HTR_A_SOCKADDR, /* struct sockaddr; IN: length in argument `link`; OUT: length through the
			   pointer in argument `link` */
	HTR_A_SOCKLEN_PTR, /* int * that goes with the above */
	HTR_A_IOVEC,       /* struct iovec array, count in argument `link`; no value of its own, its
			      bytes are HTR_K_IO_DATA */
	HTR_A_MSGHDR,      /* value: raw sockaddr of msg_name; its bytes are HTR_K_IO_DATA */
	HTR_A_MMSGHDR,     /* array, count in argument `link`; value: the first one's msg_name */
	HTR_A_ARGV,        /* NULL-terminated char ** */
	HTR_A_ENVP,
	HTR_A_PID,
	HTR_A_UID,
	HTR_A_GID,
	HTR_A_SIGNAL,
	HTR_A_SIZE,     /* size_t */
	HTR_A_OFF,      /* loff_t by value */
	HTR_A_OFF_PTR,  /* loff_t * */
	HTR_A_TIMESPEC, /* struct timespec * */
	HTR_A_TIMEVAL,
	HTR_A_ITIMERVAL,
	HTR_A_ITIMERSPEC,
	HTR_A_TIME,  /* time_t by value */
	HTR_A_CLOCK, /* clockid_t */
	HTR_A_STAT,  /* struct stat *, OUT */
	HTR_A_STATX,
	HTR_A_STATFS,
	HTR_A_FDPAIR, /* int[2], OUT */
	HTR_A_SIGSET,
	HTR_A_SIGACTION,
	HTR_A_SIGINFO,
	HTR_A_POLLFD, /* array, count in `link` */
	HTR_A_EPOLL_EVENT,
	HTR_A_RLIMIT,
	HTR_A_RUSAGE,
	HTR_A_CLONE_ARGS, /* struct clone_args, size in `link` */
	HTR_A_OPEN_HOW,   /* struct open_how, size in `link` */
	HTR_A_BPF_ATTR,   /* union bpf_attr, size in `link` */
	HTR_A_CAP_HEADER, /* struct __user_cap_header_struct */
	HTR_A_CAP_DATA,   /* struct __user_cap_data_struct[2] */
	HTR_A_IOURING_PARAMS,
	HTR_A_WSTATUS, /* int *, wait status, OUT */
	HTR_A_INT_PTR, /* int * */
	HTR_A_TID_PTR, /* pid_t * */
	HTR_A_GROUPS,  /* gid_t array, count in `link` */
	HTR_A_UTSNAME,
	HTR_A_FUTEX, /* futex word address */
	HTR_A_KIND_MAX
};

enum htr_arg_dir {
	HTR_DIR_IN = 0,
	HTR_DIR_OUT = 1,
	HTR_DIR_INOUT = 2,
};

/* What the result means when >= 0. */
enum htr_ret_kind {
	HTR_R_ZERO = 0, /* 0 on success */
	HTR_R_INT,
	HTR_R_FD,   /* a new (or given) descriptor */
	HTR_R_SIZE, /* bytes moved */
	HTR_R_ADDR,
	HTR_R_PID,
	HTR_R_NONE, /* does not return (exit, exit_group, rt_sigreturn) */
};

/* Classes: who wants this call. More than one may be set. */
enum htr_sys_class {
	HTR_C_EXEC = 1 << 0,    /* execve family */
	HTR_C_PROCESS = 1 << 1, /* fork family, exit, wait, prctl, setsid... */
	HTR_C_FILE = 1 << 2,    /* takes a path */
	HTR_C_DESC = 1 << 3,    /* works on or makes a descriptor */
	HTR_C_FDNEW = 1 << 4,   /* a success makes a new descriptor */
	HTR_C_NETWORK = 1 << 5,
	HTR_C_IO = 1 << 6, /* moves bytes: read, write, send, recv, splice... */
	HTR_C_WRITEFS =
		1 << 7,      /* changes the file system: unlink, rename, mkdir, chmod, mount... */
	HTR_C_PRIV = 1 << 8, /* identity, capabilities, namespaces, modules, bpf, ptrace */
	HTR_C_SIGNAL = 1 << 9,
	HTR_C_MEMORY = 1 << 10,
	HTR_C_IPC = 1 << 11,
	HTR_C_TIME = 1 << 12,
	HTR_C_SCHED = 1 << 13,
	HTR_C_BLOCKS = 1 << 14,   /* may sleep for an unbounded time */
	HTR_C_RESTARTS = 1 << 15, /* never returns EINTR to user space by itself */
	HTR_C_OBSOLETE = 1 << 16, /* not implemented by any current kernel */
};

struct htr_arg_desc {
	const char *name; /* kernel's name: "dirfd", "pathname", "flags" */
	uint8_t kind;     /* enum htr_arg_kind */
	uint8_t dir;      /* enum htr_arg_dir */
	int8_t link;      /* other argument this one depends on, -1 none */
	uint8_t count;    /* structures (BUF: bytes) behind the pointer when that is fixed, 0 one */
	uint16_t set;     /* names of constants (enum htr_name_set), 0 none */
};

struct htr_syscall_desc {
	const char *name;
	uint16_t id; /* index in the table, dense, the same for all architectures of one build;
			    never stored in a trace */
	uint8_t n_args;
	uint8_t ret;     /* enum htr_ret_kind */
	uint8_t n_forms; /* private to htr_syscall_form */
	uint16_t first_form;
	uint32_t classes; /* enum htr_sys_class */
	int32_t nr
		[HTR_ARCH_MAX]; /* number per arch, -1 where the arch has no such call; x32 with bit */
	struct htr_arg_desc args[6];
};

/* htr_syscall_lookup - description of a number, or NULL when the table has none. O(1). Where the
 * arguments of a call differ by architecture (clone, mmap...), these are the arguments of arch. */
const struct htr_syscall_desc *htr_syscall_lookup(enum htr_arch arch, int32_t nr);

/*
 * htr_syscall_form - the description that fits the values of the arguments
 *
 * What some arguments are depends on others: fcntl's third on its command, the mode of open on O_CREAT,
 * the operands of prctl, futex, ptrace. Same id, name, classes and numbers as sc; arguments the
 * call does not use are not in it. Who reads memory or shows arguments asks here.
 *
 * @args: 6 raw registers
 * Returns: a description, sc itself when the call has no such forms. Never NULL.
 */
const struct htr_syscall_desc *htr_syscall_form(const struct htr_syscall_desc *sc,
						const uint64_t args[6]);
/* htr_syscall_by_name - by exact name, or NULL. O(log n). */
const struct htr_syscall_desc *htr_syscall_by_name(const char *name);
/* htr_syscall_at - by index, 0 .. htr_syscall_count() - 1. */
const struct htr_syscall_desc *htr_syscall_at(unsigned id);
unsigned htr_syscall_count(void);

/* htr_arch_name - "x86_64", "i386", "x32", "arm64"; "arch_N" never: NULL for unknown. */
const char *htr_arch_name(enum htr_arch arch);
enum htr_arch htr_arch_native(void);
/* htr_arch_from_audit - from AUDIT_ARCH_* and the number (x32 shares x86_64's). */
enum htr_arch htr_arch_from_audit(uint32_t audit_arch, int32_t nr);

/* ---- named constants ------------------------------------------------------------------------- */

/* enum htr_name_set: HTR_N_NONE = 0, HTR_N_OPEN, HTR_N_CLONE, HTR_N_AF, HTR_N_SOCK, ... one per set
 * in names.tsv; generated. */
#include "formats/model/name_sets.h"

/*
 * htr_names_flags - "O_RDWR|O_CREAT|0x4000000" (multi-bit fields such as the access mode of open or
 * S_IFMT are named by mask and value)
 *
 * Appends "0" when value is 0 and the set has no name for 0.
 */
void htr_names_flags(struct htr_buf *out, unsigned set, uint64_t value);

/* htr_names_enum - the constant's name, or NULL. Static memory. Ints arrive as the register's low
 * 32 bits (0xffffffff for -1). In a set of flags: the name of exactly this value. */
const char *htr_names_enum(unsigned set, uint64_t value);

/* htr_names_value - value of a name in a set; -ENOENT unknown. For filters and options. */
int htr_names_value(unsigned set, const char *name, uint64_t *ret);

/* htr_names_arch - the set for an architecture whose values differ (open on arm64), else set itself. */
unsigned htr_names_arch(unsigned set, enum htr_arch arch);

/* htr_names_wide - the set has values above 32 bits; of all others only the low 32 bits count. */
bool htr_names_wide(unsigned set);

/* htr_names_at - i-th name of a set for completion and help, NULL behind the last. */
const char *htr_names_at(unsigned set, unsigned i, uint64_t *ret_value);

/* htr_names_set - set number by its name in names.tsv ("open"), 0 unknown. */
unsigned htr_names_set(const char *name);

/* htr_errno_name - "EACCES" for 13, NULL unknown (covers 512..516 ERESTART* too). */
const char *htr_errno_name(int errnum);
/* htr_signal_name - "SIGKILL" for 9, "SIGRT_3"-like names for real-time signals, NULL unknown. */
const char *htr_signal_name(int sig);
/* htr_cap_name - "CAP_SYS_ADMIN" for 21, NULL unknown. */
const char *htr_cap_name(unsigned cap);

#endif
