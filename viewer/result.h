/* SPDX-License-Identifier: Apache-2.0
 *
 * result.h - which events a filter keeps: found in slices from the start of the trace, kept for undo.
 *
 * The first RESULT_CACHE results stay in memory (positions only), so that going back shows them at once.
 * A pass starts with an empty state; a keyframe would give walk and state another beginning, nothing else
 * here would change.
 */
#ifndef HTR_VIEWER_RESULT_H
#define HTR_VIEWER_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/core/map.h"
#include "formats/filter/filter.h"
#include "viewer/loader.h"
#include "viewer/rowset.h"

#define RESULT_CACHE 16

enum result_status {
	RESULT_RUNNING = 0,
	RESULT_DONE,
	RESULT_STOPPED, /* by the user: rows so far stay */
	RESULT_FAILED,  /* err says why: rows so far stay */
};

/* A process with at least one kept event. */
struct result_proc {
	int32_t pid;
	uint64_t proc_seq; /* event that introduced this process to the state */
	uint64_t seq;      /* its first kept event */
	uint64_t n;        /* kept events */
};

struct result {
	uint64_t id; /* never used twice in one program */
	char *text;  /* the filter as typed, "" for everything; owned */
	bool all;    /* no filter: rows is not used */
	struct htr_filter *filter;
	struct htr_state *state;
	struct walk walk;
	struct rowset rows;
	struct result_proc *procs; /* owned */
	size_t n_procs, cap_procs;
	struct htr_map by_proc; /* while the pass runs: process -> index in procs, plus 1 */
	enum result_status status;
	struct htr_err err;
	uint64_t used; /* for the cache: larger is younger */
};

struct results {
	struct result *at[RESULT_CACHE];
	size_t n;
	uint64_t clock;
	struct loader *loader; /* borrowed */
};

void results_init(struct results *rs, struct loader *loader);
void results_fini(struct results *rs);
/* results_clear - forget all results; their numbers are not used again. */
void results_clear(struct results *rs);

/*
 * results_get - the result of a filter: from the cache, or new with nothing found yet
 *
 * @ret:  [out, borrowed] lives until RESULT_CACHE other results were asked for
 * @ferr: [out, optional] where the filter text is wrong
 * Returns: 0, -EINVAL (filter), -ENOMEM.
 */
int results_get(struct results *rs, const char *text, struct result **ret,
		struct htr_filter_err *ferr, struct htr_err *err) HTR_MUST_CHECK;

/* result_slice - look at up to `budget` events. Returns: 1 more to do, 0 not running any longer. */
int result_slice(struct result *r, unsigned budget);
void result_stop(struct result *r);
/* result_resume - go on after a stop. */
void result_resume(struct result *r);

/* result_permille - 0 .. 1000 of the trace was looked at. */
unsigned result_permille(const struct result *r, const struct loader *l);

uint64_t result_n(const struct result *r, const struct loader *l);
uint64_t result_at(const struct result *r, uint64_t i);
uint64_t result_rank(const struct result *r, uint64_t ordinal);

#endif
