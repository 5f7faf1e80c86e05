/* SPDX-License-Identifier: Apache-2.0
 *
 * state.h - the world a trace describes: processes, threads, descriptors; built from events, the same
 * way for rules, `cat` and the viewer.
 *
 * Protocol: for every event in order call htr_state_apply(); afterwards the state is what rules judge
 * the event with (after a successful exec: the new image; for close and exit: the descriptor and the
 * process still there). What the event removes is removed at the start of the *next* apply.
 *
 * Unknown is unknown: a field that no event told is NULL / HTR_UNKNOWN, never a guess. Only live
 * processes are kept; memory is bounded by what lives. Hostile input: cycles, pid 0, 1 M children and
 * contradictions are all legal input and must not loop, recurse or assert.
 */
#ifndef HTR_MODEL_STATE_H
#define HTR_MODEL_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/core/buf.h"
#include "formats/core/err.h"
#include "formats/model/event.h"
#include "formats/model/facts.h"
#include "formats/model/sockaddr.h"

#define HTR_UNKNOWN INT64_MIN /* an int64 that no event told */

struct htr_state;

/* Bytes owned by the state; data NULL = unknown. NUL follows data[len]. */
struct htr_text {
	const char *data;
	uint32_t len;
};

enum htr_fd_type {
	HTR_FD_UNKNOWN = 0,
	HTR_FD_FILE,
	HTR_FD_DIR,
	HTR_FD_IPV4, /* socket AF_INET */
	HTR_FD_IPV6,
	HTR_FD_UNIX,
	HTR_FD_NETLINK,
	HTR_FD_PACKET,
	HTR_FD_SOCKET, /* other families */
	HTR_FD_PIPE,
	HTR_FD_EVENT,
	HTR_FD_SIGNAL,
	HTR_FD_EPOLL,
	HTR_FD_INOTIFY,
	HTR_FD_TIMER,
	HTR_FD_MEMFD,
	HTR_FD_BPF,
	HTR_FD_USERFAULT,
	HTR_FD_IOURING,
	HTR_FD_PIDFD,
	HTR_FD_TYPE_MAX
};

enum htr_fd_role {
	HTR_ROLE_NONE = 0,
	HTR_ROLE_CLIENT, /* this side connected */
	HTR_ROLE_SERVER, /* this side was accepted / listens */
};

struct htr_fd {
	int32_t num;
	uint8_t type;      /* enum htr_fd_type */
	uint8_t role;      /* enum htr_fd_role */
	uint8_t proto;     /* IPPROTO_*, 0 unknown */
	uint8_t sock_type; /* SOCK_*, 0 unknown */
	bool connected;    /* connect succeeded or is in progress (EINPROGRESS), or accepted */
	bool cloexec;
	bool listening;
	bool guess;              /* looked up after the fact */
	uint32_t flags;          /* O_* as opened, values of openflags.h */
	int64_t dev, ino;        /* HTR_UNKNOWN */
	struct htr_text path;    /* absolute, normalised name of files and dirs; unix socket path;
				    "memfd:NAME", "pipe:[1]" ... */
	struct htr_text rawpath; /* as the program passed it */
	struct htr_addr local, peer; /* family 0: unknown; unix paths borrowed from the state */
	uint64_t open_seq;           /* event that made it, 0 before the trace */
};

/* One program image of a process; a process that never exec'd since the start has one from its snapshot
 * or from its parent. */
struct htr_image {
	uint64_t seq;                   /* event that began it (EXEC, PROC, SPAWN) */
	int64_t start_ns;               /* of this image */
	struct htr_text exe;            /* /proc/PID/exe: "/usr/bin/dash", "/memfd:x (deleted)" */
	struct htr_text argv;           /* joined with NUL */
	struct htr_text env_names, env; /* joined with NUL */
	int64_t exe_dev, exe_ino, exe_mode, exe_ctime, exe_mtime, exe_uid;
	struct htr_text path; /* path argument of the exec call as passed */
};

struct htr_proc {
	int32_t pid;
	int32_t ppid; /* current parent (follows reparenting); 0 unknown or none */
	int64_t vpid, pgid, sid, tty, vpgid, vsid; /* HTR_UNKNOWN */
	int64_t uid, euid, suid, fsuid, gid, egid, sgid, fsgid, loginuid;
	int64_t cap_inh, cap_prm, cap_eff, cap_bnd, cap_amb; /* masks; HTR_UNKNOWN */
	int64_t start_ns;   /* start of the process, ns since trace start; HTR_UNKNOWN */
	uint64_t first_seq; /* event that introduced it */
	struct htr_text cwd, root, cgroup;
	struct htr_text comm; /* of the main thread */
	struct htr_image image;
	uint32_t n_threads;
	bool outside; /* not a descendant of the recorded program */
	bool tainted; /* a loss happened while it lived */
	bool dead;    /* exited with the current event */
};

struct htr_thread {
	int32_t tid;
	struct htr_proc *proc; /* never NULL */
	struct htr_text comm;  /* NULL: the process's */
	int64_t vtid;
};

/* What the current event is about, resolved. */
struct htr_current {
	const struct htr_event *ev;
	const struct htr_thread *thread; /* NULL: the event has no thread (clock, loss) */
	const struct htr_proc *proc;     /* thread's process, NULL as above */
	const struct htr_fd
		*fd;    /* descriptor the event is about, NULL when none or unknown. For a failed
					    open: a temporary one with the name it would have had and num < 0 */
	int64_t fd_num; /* descriptor number, negative errno of a failed open, HTR_UNKNOWN */
	bool fd_name_changed;        /* this event changed the name of the descriptor (UDP) */
	struct htr_text path, path2; /* absolute normalised path arguments (first, second) */
};

/*
 * htr_state_new - empty world
 *
 * @facts: borrowed for the life of the state; may be NULL
 */
int htr_state_new(struct htr_state **ret, const struct htr_facts *facts,
		  struct htr_err *err) HTR_MUST_CHECK;
void htr_state_free(struct htr_state *st);

/* htr_state_apply - take in one event. -ENOMEM is the only error; anything odd in the event is
 * tolerated. The event is borrowed until the next apply. */
int htr_state_apply(struct htr_state *st, const struct htr_event *ev,
		    struct htr_err *err) HTR_MUST_CHECK;

const struct htr_current *htr_state_current(const struct htr_state *st);
const struct htr_facts *htr_state_facts(const struct htr_state *st);

const struct htr_thread *htr_state_thread(const struct htr_state *st, int32_t tid);
const struct htr_proc *htr_state_proc(const struct htr_state *st, int32_t pid);
/* htr_state_parent - live parent process, or NULL. */
const struct htr_proc *htr_state_parent(const struct htr_state *st, const struct htr_proc *p);
/* htr_state_ancestor - n = 0 the process itself, 1 its parent...; NULL when the lineage is shorter. Ends
 * on cycles. */
const struct htr_proc *htr_state_ancestor(const struct htr_state *st, const struct htr_proc *p,
					  unsigned n);
/* htr_state_child - some live child of the process, or NULL when it has none. */
const struct htr_proc *htr_state_child(const struct htr_state *st, const struct htr_proc *p);
const struct htr_fd *htr_state_fd(const struct htr_state *st, const struct htr_proc *p,
				  int32_t num);
/* iteration in ascending order; *pos starts at 0. 1 item, 0 end. */
int htr_state_next_proc(const struct htr_state *st, size_t *pos, const struct htr_proc **ret);
int htr_state_next_fd(const struct htr_state *st, const struct htr_proc *p, size_t *pos,
		      const struct htr_fd **ret);

/* htr_state_sees - the recording would have shown this native system call (from facts->captured; true
 * when that is unknown). */
bool htr_state_sees(const struct htr_state *st, int32_t nr);

/* ---- derived texts ------------------------------------------------------------------------------ */

/* htr_proc_name - comm, at most 15 bytes; "" unknown. Raw bytes (hostile). */
struct htr_text htr_proc_name(const struct htr_proc *p);
/* htr_proc_argv - argument i (0 = argv[0]); data NULL when there is none. */
struct htr_text htr_proc_argv(const struct htr_proc *p, unsigned i);
/* htr_proc_args - arguments after argv[0] joined with one blank. */
void htr_proc_args(struct htr_buf *out, const struct htr_proc *p);
/* htr_proc_cmdline - comm, blank, arguments (Falco's proc.cmdline). */
void htr_proc_cmdline(struct htr_buf *out, const struct htr_proc *p);

/* htr_proc_args_text / _cmdline_text - the same, joined once and kept: borrowed until the next apply. Args:
 * data NULL when the argument list is unknown. */
struct htr_text htr_proc_args_text(const struct htr_proc *p);
struct htr_text htr_proc_cmdline_text(const struct htr_proc *p);

/*
 * htr_fd_name - Falco's fd.name: absolute path; "client:port->server:port" once a tuple is known; unix
 * socket text; "" otherwise. Raw bytes.
 */
void htr_fd_name(struct htr_buf *out, const struct htr_fd *fd);
/* htr_fd_client / _server - the sides of an IP socket by role; false while no role is known. */
bool htr_fd_client(const struct htr_fd *fd, struct htr_addr *ret);
bool htr_fd_server(const struct htr_fd *fd, struct htr_addr *ret);
/* htr_fd_type_name - "file", "directory", "ipv4", ...; htr_fd_type_char: 'f', 'd', '4', ... 0 unknown. */
const char *htr_fd_type_name(enum htr_fd_type type);
char htr_fd_type_char(enum htr_fd_type type);

/* htr_path_join - absolute normalised path of `path` seen from `base` (no symlinks resolved): collapses
 * "//", "/./", "/../". base may be empty (then relative paths stay relative). Appends to out. */
void htr_path_join(struct htr_buf *out, const char *base, size_t base_len, const char *path,
		   size_t path_len);

/* htr_facts_user - user by uid in the facts, or NULL; htr_facts_group likewise. */
const struct htr_user_fact *htr_facts_user(const struct htr_facts *f, int64_t uid);
const struct htr_group_fact *htr_facts_group(const struct htr_facts *f, int64_t gid);

static inline void htr_cleanup_state_(struct htr_state **s)
{
	htr_state_free(*s);
}
#define cleanup_state __attribute__((cleanup(htr_cleanup_state_)))

#endif
