/* SPDX-License-Identifier: Apache-2.0
 * Counting pass of `holter info`. Prints nothing. */
#include "formats/cli/scan.h"

#include <errno.h>
#include <sys/socket.h>

#include "formats/core/buf.h"
#include "formats/model/state.h"
#include "formats/model/tables.h"
#include "formats/trace/cursor.h"

void scan_fini(struct scan *s)
{
	htr_smap_fini(&s->files);
	htr_smap_fini(&s->peers);
}

static int count_name(struct htr_smap *m, const void *name, size_t len)
{
	uint64_t n = 0;

	(void)htr_smap_get(m, name, len, &n);
	return htr_smap_put(m, name, len, n + 1);
}

static void count_flags(struct scan *s, unsigned flags)
{
	s->entry_only += !!(flags & HTR_EVF_ENTRY_ONLY);
	s->unfinished += !!(flags & HTR_EVF_UNFINISHED);
	s->unstable += !!(flags & HTR_EVF_UNSTABLE);
	s->unreadable += !!(flags & HTR_EVF_UNREADABLE);
	s->truncated += !!(flags & HTR_EVF_TRUNCATED);
	s->redacted += !!(flags & HTR_EVF_REDACTED);
	s->outside += !!(flags & HTR_EVF_OUTSIDE);
}

static void count_call(struct scan *s, const struct htr_event *ev, unsigned host_arch)
{
	s->calls++;
	s->foreign += ev->arch != host_arch;
	if (ev->arch == host_arch) {
		unsigned nr = (unsigned)ev->nr < SCAN_NR_MAX ? (unsigned)ev->nr : SCAN_NR_MAX - 1;
		s->per_nr[nr]++;
	}
	if (htr_event_failed(ev)) {
		int64_t e = -ev->result;
		s->failed++;
		s->per_errno[e < SCAN_ERRNO_MAX ? e : 0]++;
	}
}

/* Names of what was opened and of who was talked to. */
static int count_names(struct scan *s, const struct htr_state *state, struct htr_buf *scratch)
{
	const struct htr_current *cur = htr_state_current(state);
	const struct htr_fd *fd = cur->fd;

	if (!fd || !htr_event_is_call(cur->ev)) {
		return 0;
	}
	if ((fd->type == HTR_FD_FILE || fd->type == HTR_FD_DIR) && fd->path.len) {
		return htr_event_failed(cur->ev)
			       ? 0
			       : count_name(&s->files, fd->path.data, fd->path.len);
	}
	/* a peer counts also when it did not answer: that it was tried is the news */
	if ((fd->type == HTR_FD_IPV4 || fd->type == HTR_FD_IPV6) && fd->peer.has_ip) {
		htr_buf_reset(scratch);
		if (fd->role == HTR_ROLE_SERVER) {
			htr_addr_ip_text(scratch,
					 &fd->peer); /* the port of a client says nothing */
		} else {
			htr_addr_text(scratch, &fd->peer);
		}
		return count_name(&s->peers, scratch->data, scratch->len);
	}
	return 0;
}

static int count_event(struct scan *s, const struct htr_state *state, const struct htr_facts *facts,
		       struct htr_buf *scratch)
{
	const struct htr_event *ev = htr_state_current(state)->ev;

	s->events++;
	s->kinds[ev->kind < HTR_EV_KIND_MAX ? ev->kind : 0]++;
	count_flags(s, ev->flags);
	if (htr_event_is_call(ev)) {
		count_call(s, ev, facts->arch);
	}
	if ((ev->kind == HTR_EV_SPAWN && (ev->flags & HTR_EVF_LAST)) ||
	    (ev->kind == HTR_EV_PROC && ev->tid == ev->pid)) {
		s->new_processes++;
	}
	if (ev->kind == HTR_EV_LOSS) {
		s->gaps++;
		s->lost += ev->args[0];
	}
	if (ev->kind == HTR_EV_EXIT && ev->pid == facts->root_pid && (ev->flags & HTR_EVF_LAST)) {
		s->root_status = htr_event_int(ev, HTR_K_EXIT_STATUS, -1);
	}
	return count_names(s, state, scratch);
}

int scan_run(struct scan *s, struct htr_reader *reader, struct htr_err *err)
{
	cleanup_cursor struct htr_cursor *cursor = NULL;
	cleanup_state struct htr_state *state = NULL;
	cleanup_buf struct htr_buf scratch = { 0 };
	const struct htr_facts *facts = htr_reader_facts(reader);
	const struct htr_event *ev;

	s->root_status = -1;
	int r = htr_cursor_open(&cursor, reader, err);
	if (r >= 0) {
		r = htr_state_new(&state, facts, err);
	}
	while (r >= 0) {
		r = htr_cursor_next(cursor, &ev, err);
		if (r == -EBADMSG || r == -ENODATA) {
			s->damaged_blocks++;
			r = 0;
			continue;
		}
		if (r <= 0) {
			return r;
		}
		r = htr_state_apply(state, ev, err);
		if (r >= 0) {
			r = count_event(s, state, facts, &scratch);
		}
	}
	return r;
}
