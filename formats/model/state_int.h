/* SPDX-License-Identifier: Apache-2.0
 *
 * state_int.h - inside of the state: owned texts, descriptor tables, process records. Only state*.c,
 * process.c and fdtable.c include it.
 *
 * Texts and descriptors are shared between parent and child after a fork (a plain count, one thread),
 * because copying them would make fork the dearest event of a trace. Nobody outside sees the counts.
 */
#ifndef HTR_MODEL_STATE_INT_H
#define HTR_MODEL_STATE_INT_H

#include "formats/core/map.h"
#include "formats/model/state.h"
#include "formats/model/tables.h"

/* ---- texts owned by the state ------------------------------------------------------------------- */

/* text_set - make *t a copy of the bytes; equal content costs nothing. false: no memory, *t as before. */
bool text_set(struct htr_text *t, const void *data, size_t len);
/* text_share - *dst is the same text as *src from now on. */
void text_share(struct htr_text *dst, const struct htr_text *src);
void text_drop(struct htr_text *t);
bool text_eq(const struct htr_text *t, const void *data, size_t len);

/* ---- descriptors ---------------------------------------------------------------------------------- */

struct fd_ent {
	struct htr_fd pub; /* first: a const struct htr_fd * of the outside is one of these */
	uint32_t refs;     /* tables that hold it */
	bool bound;        /* bind() was seen: the local side was chosen by the program */
	struct htr_text local_path, peer_path; /* what pub.local.path and pub.peer.path point at */
};

#define FD_PAGE_LEN 64

struct fd_page {
	int32_t base; /* first number, a multiple of FD_PAGE_LEN */
	uint32_t used;
	struct fd_ent *ent[FD_PAGE_LEN];
};

/* Pages sorted by base: numbers are small and dense in life, anything in a hostile trace. */
struct fdtable {
	uint32_t refs; /* processes that share it (CLONE_FILES) */
	uint32_t n_pages, cap;
	struct fd_page **pages;
};

struct fdtable *fdtable_new(void);
void fdtable_drop(struct fdtable *t);
struct fdtable *fdtable_copy(const struct fdtable *t);
struct fd_ent *fdtable_get(const struct fdtable *t, int32_t num);
/* fdtable_put - takes one count of ent, replaces what was there. On failure ent is dropped. */
bool fdtable_put(struct fdtable *t, int32_t num, struct fd_ent *ent);
/* fdtable_own - the entry for changing: copied first when another table shares it. NULL: none there or
 * no memory (*oom set). */
struct fd_ent *fdtable_own(struct fdtable *t, int32_t num, bool *oom);
void fdtable_remove_range(struct fdtable *t, int32_t lo, int32_t hi);
/* fdtable_cloexec - what exec does. */
void fdtable_cloexec(struct fdtable *t);
/* fdtable_next - smallest number >= *pos; 1 item, 0 end. */
int fdtable_next(const struct fdtable *t, size_t *pos, struct fd_ent **ret);

struct fd_ent *fd_ent_new(int32_t num);
struct fd_ent *fd_ent_copy(const struct fd_ent *src);
void fd_ent_drop(struct fd_ent *e);
/* fd_ent_clear - as new, memory of texts kept where it is not shared. */
void fd_ent_clear(struct fd_ent *e, int32_t num);
bool fd_ent_set_addr(struct fd_ent *e, bool peer, const struct htr_addr *a);

/* ---- processes ------------------------------------------------------------------------------------- */

struct proc;

struct thread {
	struct htr_thread pub;       /* first */
	struct thread *next, **link; /* threads of one process */
};

struct proc {
	struct htr_proc pub; /* first */
	struct fdtable *fds;
	struct proc *parent; /* NULL: not known to the state */
	struct proc *child, *sib_next, **sib_link;
	struct proc *clean_next, **clean_link; /* list of processes that no loss has touched yet */
	struct thread *threads;
	struct htr_text args, cmdline; /* joined on first use */
	bool implicit;                 /* came up by an event of its own, nothing introduced it */
	bool subreaper;                /* PR_SET_CHILD_SUBREAPER */
	bool keepcaps;                 /* PR_SET_KEEPCAPS */
};

/* What is taken away at the start of the next apply. */
enum pending_kind {
	PENDING_NONE = 0,
	PENDING_CLOSE,   /* lo..hi of table */
	PENDING_CLOEXEC, /* of table */
	PENDING_EXIT,    /* thread tid of process pid */
};

struct pending {
	enum pending_kind kind;
	int32_t lo, hi, tid, pid;
	bool last;
	struct fdtable *table; /* counted */
};

struct call_ctx;
typedef void (*call_fn)(struct htr_state *st, struct call_ctx *c);

/* What one system call means for the state; by htr_syscall_desc.id, filled once. */
struct call_info {
	call_fn fn;
	uint8_t aux;     /* for fn: type of the new descriptor and the like */
	bool fdnew;      /* its result is a descriptor */
	int8_t fd_arg;   /* first argument of kind fd, -1 none */
	int8_t addr_arg; /* struct sockaddr, -1 none */
	int8_t path_arg[2];
};

#define CALLS_MAX 1024 /* htr_type_set holds as many bits */

/* aux of the open family where it is no argument index */
#define OPEN_HOW   255
#define OPEN_CREAT 254

struct htr_state {
	const struct htr_facts *facts;
	struct htr_map threads, procs; /* by tid, by pid */
	struct proc *clean;
	struct htr_current cur;
	struct pending pending;
	struct fd_ent *temp; /* stands for the descriptor a failed open would have made */
	struct htr_buf path_buf[2], scratch;
	struct thread *last; /* thread of the previous event: most events come in runs */
	struct proc *init;   /* pid 1, when the trace knows it */
	int32_t reaper_pid;  /* who gets orphans when no subreaper is nearer; 0 unknown */
	bool oom;
	bool procs_changed; /* sorted[] is stale */
	int32_t *sorted;
	size_t n_sorted, sorted_cap;
	unsigned n_calls;
	struct call_info calls[CALLS_MAX];
};

/* One event on its way through. */
struct call_ctx {
	const struct htr_event *ev;
	const struct htr_syscall_desc *desc;
	const struct call_info *info;
	struct thread *thr;
	struct proc *proc;
	int32_t fd; /* number in fd_arg, -1 none */
	bool ok;    /* result known and not an error */
	bool known; /* result known */
};

/* process.c */
struct proc *proc_find(const struct htr_state *st, int32_t pid);
struct thread *thread_find(const struct htr_state *st, int32_t tid);
/* proc_thread - thread and process of an event, made when the trace did not introduce them. NULL: ids
 * that cannot be, or no memory (st->oom). */
struct thread *proc_thread(struct htr_state *st, const struct htr_event *ev);
struct proc *proc_new(struct htr_state *st, int32_t pid, uint64_t seq);
struct thread *thread_new(struct htr_state *st, struct proc *p, int32_t tid);
void thread_free(struct htr_state *st, struct thread *t);
void proc_free(struct htr_state *st, struct proc *p);
void proc_free_all(struct htr_state *st);
void proc_set_parent(struct htr_state *st, struct proc *p, int32_t ppid);
void proc_on_spawn(struct htr_state *st, struct call_ctx *c);
void proc_on_exec(struct htr_state *st, struct call_ctx *c);
void proc_on_exit(struct htr_state *st, struct call_ctx *c);
void proc_on_snapshot(struct htr_state *st, struct call_ctx *c);
void proc_apply_ids(struct htr_state *st, struct proc *p, const struct htr_event *ev);
/* proc_gone - the deferred half of exit. */
void proc_gone(struct htr_state *st, const struct pending *pd);
void proc_taint_all(struct htr_state *st);
/* proc_own_comm - forget joined texts after a change of comm or argv. */
void proc_texts_changed(struct proc *p);

/* state_calls.c, state_fd.c */
void calls_init(struct htr_state *st);
/* state_fd_values - what HTR_K_FD_* and HTR_K_SOCK_* of the event say about a descriptor. */
void state_fd_values(struct htr_state *st, struct fd_ent *e, const struct htr_event *ev);
/* state_fd_new - fresh entry at num in the process's table; NULL without memory. */
struct fd_ent *state_fd_new(struct htr_state *st, struct proc *p, int32_t num,
			    enum htr_fd_type type, uint64_t seq);
void state_fd_snapshot(struct htr_state *st, struct call_ctx *c);
/* state_cur_fd - the event is about this descriptor of the process. */
void state_cur_fd(struct htr_state *st, struct proc *p, int32_t num);
void state_text(struct htr_state *st, struct htr_text *t, const void *data, size_t len);

void fd_do_use(struct htr_state *st, struct call_ctx *c);
void fd_do_open(struct htr_state *st, struct call_ctx *c);
void fd_do_new(struct htr_state *st, struct call_ctx *c);
void fd_do_bpf(struct htr_state *st, struct call_ctx *c);
void fd_do_memfd(struct htr_state *st, struct call_ctx *c);
void fd_do_pair(struct htr_state *st, struct call_ctx *c);
void fd_do_dup(struct htr_state *st, struct call_ctx *c);
void fd_do_fcntl(struct htr_state *st, struct call_ctx *c);
void fd_do_close(struct htr_state *st, struct call_ctx *c);
void fd_do_close_range(struct htr_state *st, struct call_ctx *c);
void sock_do_socket(struct htr_state *st, struct call_ctx *c);
void sock_do_connect(struct htr_state *st, struct call_ctx *c);
void sock_do_accept(struct htr_state *st, struct call_ctx *c);
void sock_do_bind(struct htr_state *st, struct call_ctx *c);
void sock_do_listen(struct htr_state *st, struct call_ctx *c);
void sock_do_transfer(struct htr_state *st, struct call_ctx *c);

/* argument bytes of the event; NULL when absent */
static inline const struct htr_val *ctx_arg(const struct call_ctx *c, unsigned i)
{
	const struct htr_val *v = htr_event_val(c->ev, HTR_K_ARG0 + i);

	return v != NULL && v->type == HTR_VT_BYTES ? v : NULL;
}

static inline const struct htr_val *ev_bytes(const struct htr_event *ev, unsigned key)
{
	const struct htr_val *v = htr_event_val(ev, key);

	return v != NULL && v->type == HTR_VT_BYTES ? v : NULL;
}

#endif
