/* SPDX-License-Identifier: Apache-2.0
 *
 * proctree.h - the process table as rows of a tree (or a sorted table): folding, pruning, only those with
 * events in the current result.
 */
#ifndef HTR_VIEWER_PROCTREE_H
#define HTR_VIEWER_PROCTREE_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/core/map.h"
#include "viewer/list.h"
#include "viewer/session.h"

#define PROCTREE_GUIDES 24 /* levels drawn with lines; deeper ones show their depth as a number */

enum proctree_sort {
	PROCTREE_TREE = 0,
	PROCTREE_START,
	PROCTREE_LASTED,
	PROCTREE_PID,
	PROCTREE_WRITTEN,
	PROCTREE_PEERS,
	PROCTREE_SORT_MAX
};

struct proctree_row {
	uint32_t task;
	uint32_t depth;
	uint64_t guides; /* bit k: the ancestor at depth k has a further sibling below */
	bool last;       /* no further sibling below */
};

struct proctree {
	struct session *session; /* borrowed */
	struct proctree_row *rows;
	uint32_t n, cap;
	uint8_t *keep; /* per task: shown */
	uint32_t n_keep;
	struct htr_map folded; /* task -> itself */
	bool prune;
	enum proctree_sort sort;
	uint64_t version; /* what the rows were made from */
	uint64_t result_id;
	size_t result_procs;
	uint32_t want; /* process to stand on as soon as it is shown, 0 none */
	bool dirty;
	bool failed; /* out of memory: rows are incomplete */
	struct list list;
	uint64_t row_count_all; /* processes in the table */
};

void proctree_init(struct proctree *t, struct session *s);
void proctree_fini(struct proctree *t);

/* proctree_update - make the rows anew when what they show has changed; the cursor stays on its process. */
void proctree_update(struct proctree *t);

/* proctree_task - process under the cursor, 0 none. */
uint32_t proctree_task(const struct proctree *t);
/* proctree_go - cursor to a process; unfolds the branches above it. False: it is not shown. */
bool proctree_go(struct proctree *t, uint32_t task);

/* proctree_request - folding, sorting, pruning and movements. False: not one of them. */
bool proctree_request(struct proctree *t, enum request req, const struct list_source *src);

const char *proctree_sort_name(enum proctree_sort sort);

/* Rows for a list: the wide table and the narrow one (name and pid only). `data` is the proctree. */
extern const struct list_source proctree_wide;
extern const struct list_source proctree_narrow;

/* proctree_command - the program as a person wants to read it: path when it is in no usual place, else name;
 * then the arguments, quoted where needed. Escaped text. */
void proctree_command(struct htr_buf *out, const struct proctab *pt, uint32_t image);
/* proctree_argv - all arguments, quoted where needed. Escaped text. */
void proctree_argv(struct htr_buf *out, const struct pimage *im);
/* proctree_lasted - ns from start (or the start of the trace) to end (or the end of the trace). */
int64_t proctree_lasted(const struct proctree *t, const struct ptask *p);

#endif
