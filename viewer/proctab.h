/* SPDX-License-Identifier: Apache-2.0
 *
 * proctab.h - every process of a trace over its whole time, also the dead ones: who started whom, which
 * programs it was, how it ended, what it changed and whom it spoke to.
 *
 * Built from one pass over the events; answers also while that pass runs (names fill in). formats/model/
 * state.h knows only the living; this table is what a tree on a screen needs. All text is hostile.
 */
#ifndef HTR_VIEWER_PROCTAB_H
#define HTR_VIEWER_PROCTAB_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/core/arena.h"
#include "formats/core/err.h"
#include "formats/core/map.h"
#include "formats/model/event.h"

#define PROCTAB_TASKS_MAX  2000000 /* processes; what is more is counted in n_ignored */
#define PROCTAB_IMAGES_MAX 4000000
#define PROCTAB_TEXT_MAX   4096    /* bytes kept of one argv or path */
#define PROCTAB_SEEN_MAX   2000000 /* distinct (process, file or peer) pairs that are counted */
#define PROCTAB_NAMED_MAX  24      /* names of files and peers kept per process */

struct ptext {
	const char *data; /* NULL unknown */
	uint32_t len;
};

/* One program a process was. */
struct pimage {
	uint64_t seq; /* EXEC, PROC or SPAWN that began it */
	int64_t ns;
	struct ptext exe, argv, comm, cwd;
	int64_t uid, gid; /* -1 unknown */
	uint32_t next;    /* later image of the same process, 0 none */
};

enum pseen_kind {
	PSEEN_FILE = 0, /* changed or written */
	PSEEN_PEER = 1, /* address it spoke to */
};

struct pseen {
	uint8_t kind; /* enum pseen_kind */
	struct ptext name;
	uint64_t seq; /* first time */
	uint32_t next;
};

struct ptask {
	int32_t pid, ppid;
	uint32_t parent, first_child, last_child,
		sibling;    /* 0 none; a parent always has a lower index */
	uint32_t older;     /* former process with the same pid, 0 none */
	uint64_t first_seq; /* first event */
	uint64_t own_seq;   /* first event of its own; 0 none yet */
	uint64_t last_seq;  /* last event so far */
	int64_t start_ns;   /* INT64_MIN: existed before the trace */
	int64_t end_ns;     /* time of its end, or of its last event while `alive` */
	int32_t status;     /* wait status, valid when !alive and has_status */
	bool has_status;
	bool alive;    /* no end was seen */
	bool implicit; /* nothing but its own events told of it */
	bool outside;  /* not a descendant of the recorded program */
	uint32_t base; /* image of the parent when it was spawned, 0 none */
	uint32_t first_image, last_image, n_images;
	uint32_t n_children, n_written, n_peers;
	uint32_t first_seen, last_seen, n_named;
	uint64_t n_events, n_failed;
};

struct proctab {
	struct ptask *tasks;   /* index 0 is nobody */
	struct pimage *images; /* index 0 is none */
	struct pseen *seen;
	uint32_t n_tasks, cap_tasks, n_images, cap_images, n_seen, cap_seen;
	struct htr_map by_pid; /* pid -> newest task index */
	struct htr_map pairs;  /* distinct (process, name) */
	struct htr_arena texts;
	uint32_t *sorted;   /* task indices by (pid, first_seq), after proctab_finish */
	uint64_t n_ignored; /* events of processes beyond the limit */
	uint8_t *effects;   /* per system call id: enum effect, see proctab.c */
	uint64_t version;   /* changes when a tree would look different */
};

int proctab_init(struct proctab *pt, struct htr_err *err) HTR_MUST_CHECK;
void proctab_fini(struct proctab *pt);

/* proctab_add - take in the next event. Returns: 0 or -ENOMEM. */
int proctab_add(struct proctab *pt, const struct htr_event *ev, struct htr_err *err) HTR_MUST_CHECK;
/* proctab_finish - the pass is over: makes lookups of reused pids fast. Returns: 0 or -ENOMEM. */
int proctab_finish(struct proctab *pt, struct htr_err *err) HTR_MUST_CHECK;

/* proctab_find - index of the process that had this pid at an event number; 0 unknown (yet). */
uint32_t proctab_find(const struct proctab *pt, int32_t pid, uint64_t seq);
const struct ptask *proctab_task(const struct proctab *pt, uint32_t index);
const struct pimage *proctab_image(const struct proctab *pt, uint32_t index);
/* proctab_image_at - image a process had at an event number (its own, else what it inherited); 0 unknown. */
uint32_t proctab_image_at(const struct proctab *pt, uint32_t task, uint64_t seq);
/* proctab_name - comm, else last part of exe, else of argv[0]. data NULL when nothing is known. */
struct ptext proctab_name(const struct proctab *pt, uint32_t image);

#endif
