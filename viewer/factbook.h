/* SPDX-License-Identifier: Apache-2.0
 *
 * factbook.h - what was true when an event happened: working directory, identity, the descriptor it is about.
 *
 * Made by replaying the trace into a state up to the wanted events, in slices. A wanted event behind the
 * replay's position makes it begin again from the start of the trace; with keyframes in a trace only
 * factbook_rewind() has another place to begin at. Facts found are kept, the oldest go.
 */
#ifndef HTR_VIEWER_FACTBOOK_H
#define HTR_VIEWER_FACTBOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/model/state.h"
#include "viewer/loader.h"

#define FACTBOOK_KEEP     512 /* facts in memory */
#define FACTBOOK_WANT_MAX 192 /* events asked for at once: a screen and its surroundings */

/* All text is hostile; data NULL: unknown. */
struct fact {
	uint64_t ordinal;
	uint64_t used; /* 0: free slot */
	bool has_proc;
	int64_t uid, euid, gid, egid, sid, tty, cap_eff; /* HTR_UNKNOWN */
	struct htr_text cwd, root;
	struct htr_text user, group; /* names from the trace's own list */
	struct htr_text path, path2; /* absolute path arguments */
	int64_t fd_num;
	const char *fd_type; /* static memory, NULL no descriptor */
	struct htr_text fd_name;
	bool tainted;
	char *texts; /* owned: the bytes of all the above */
};

struct factbook {
	struct fact at[FACTBOOK_KEEP];
	uint64_t clock;
	uint64_t want[FACTBOOK_WANT_MAX]; /* ascending */
	unsigned n_want;
	struct htr_state *state;
	struct walk walk;
	const struct loader *loader; /* borrowed */
	bool failed;                 /* out of memory: no more facts */
};

void factbook_init(struct factbook *fb, const struct loader *loader);
void factbook_fini(struct factbook *fb);

/* factbook_want - the events whose facts are needed now, ascending; replaces the former wish. */
void factbook_want(struct factbook *fb, const uint64_t *ordinals, unsigned n);
/* factbook_get - facts of an event, or NULL while not known. Borrowed until the next slice. */
const struct fact *factbook_get(struct factbook *fb, uint64_t ordinal);
/* factbook_pending - some wanted facts are not known yet. */
bool factbook_pending(const struct factbook *fb);
/* factbook_slice - replay up to `budget` events. Returns: true when more is to do. */
bool factbook_slice(struct factbook *fb, unsigned budget);

#endif
