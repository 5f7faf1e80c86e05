/* SPDX-License-Identifier: Apache-2.0
 * The open trace, its passes and the current selection. */
#include "viewer/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/clock.h"
#include "formats/core/str.h"

int session_open(struct session *s, struct htr_reader *reader_take, int screen, struct htr_err *err)
{
	*s = (struct session){ 0 };
	int rc = loader_open_reader(&s->loader, reader_take, err);

	if (rc < 0) {
		return rc;
	}
	s->err = HTR_ERR_INIT;
	s->nothing = (struct result){ .text = s->nothing_text, .status = RESULT_FAILED };
	results_init(&s->results, &s->loader);
	factbook_init(&s->facts, &s->loader);
	s->ribbon = malloc(sizeof(*s->ribbon));
	if (!s->ribbon || selections_init(&s->selections, screen) < 0) {
		session_close(s);
		return htr_err_set(err, -ENOMEM, "out of memory");
	}
	if (rc >= 0) {
		ribbon_init(s->ribbon, &s->loader);
		rc = proctab_init(&s->procs, err);
	}
	if (rc >= 0) {
		rc = walk_open(&s->scan, &s->loader, err);
	}
	if (rc >= 0) {
		rc = results_get(&s->results, "", &s->result, NULL, err);
	}
	if (rc < 0) {
		session_close(s);
		return rc;
	}
	s->scanning = true;
	s->range_hi = s->loader.n_events;
	return 0;
}

void session_close(struct session *s)
{
	results_fini(&s->results);
	factbook_fini(&s->facts);
	walk_close(&s->scan);
	proctab_fini(&s->procs);
	selections_fini(&s->selections);
	free(s->ribbon);
	loader_close(&s->loader);
	*s = (struct session){ 0 };
}

const struct htr_facts *session_facts(const struct session *s)
{
	return htr_reader_facts(s->loader.reader);
}

/* Ordinals of the selected time range; looked up once per change, not per row. */
static void find_range(struct session *s)
{
	const struct selection *sel = selections_now(&s->selections);

	s->range_lo = sel->from_ns == INT64_MIN ? 0 : loader_at_time(&s->loader, sel->from_ns);
	s->range_hi = sel->to_ns == INT64_MAX ? s->loader.n_events
					      : loader_at_time(&s->loader, sel->to_ns);
}

/* Everything that rests on ordinals goes; what is left is a session that was just opened. */
static int restart(struct session *s)
{
	uint64_t version = s->procs.version;

	s->err = HTR_ERR_INIT;
	results_clear(&s->results);
	factbook_fini(&s->facts);
	factbook_init(&s->facts, &s->loader);
	walk_close(&s->scan);
	proctab_fini(&s->procs);
	int rc = proctab_init(&s->procs, &s->err);

	s->procs.version = version + 1; /* trees must see that it is another table */
	if (rc >= 0) {
		rc = loader_index(&s->loader, &s->err);
	}
	if (rc >= 0) {
		ribbon_init(s->ribbon, &s->loader);
		rc = walk_open(&s->scan, &s->loader, &s->err);
	}
	s->scanning = rc >= 0;
	return rc;
}

void session_refresh(struct session *s)
{
	if (!loader_stale(&s->loader)) {
		return;
	}
	s->result = &s->nothing;
	if (restart(s) >= 0 && results_get(&s->results, selections_now(&s->selections)->filter,
					   &s->result, NULL, &s->err) < 0) {
		s->result = &s->nothing;
	}
	find_range(s);
}

/* ---- passes -------------------------------------------------------------------------------------- */

static void scan_end(struct session *s, int rc)
{
	s->scanning = false;
	s->damaged = s->scan.damaged;
	if (rc >= 0) {
		s->ribbon->exact = true;
		rc = proctab_finish(&s->procs, &s->err);
	}
	walk_close(&s->scan);
}

static void scan_slice(struct session *s, unsigned budget)
{
	for (unsigned i = 0; i < budget && s->scanning; i++) {
		const struct htr_event *ev;
		uint64_t ordinal;
		int rc = walk_next(&s->scan, &ev, &ordinal, &s->err);

		if (rc > 0) {
			ribbon_add(s->ribbon, ev);
			rc = proctab_add(&s->procs, ev, &s->err);
			rc = rc < 0 ? rc : 1;
		}
		if (rc <= 0) {
			scan_end(s, rc);
		}
	}
}

bool session_pending(const struct session *s)
{
	return s->result->status == RESULT_RUNNING || s->scanning || factbook_pending(&s->facts) ||
	       loader_stale(&s->loader);
}

bool session_work(struct session *s, unsigned budget)
{
	session_refresh(s);
	if (s->result->status == RESULT_RUNNING) {
		result_slice(s->result, budget);
	}
	if (s->scanning) {
		scan_slice(s, budget);
	}
	factbook_slice(&s->facts, budget);
	return session_pending(s);
}

bool session_stop(struct session *s)
{
	if (s->result->status != RESULT_RUNNING) {
		return false;
	}
	result_stop(s->result);
	return true;
}

/* ---- rows ------------------------------------------------------------------------------------------ */

static void row_range(struct session *s, uint64_t *ret_lo, uint64_t *ret_hi)
{
	*ret_lo = result_rank(s->result, s->range_lo);
	*ret_hi = result_rank(s->result, s->range_hi);
	if (*ret_hi < *ret_lo) {
		*ret_hi = *ret_lo;
	}
}

uint64_t session_n_rows(struct session *s)
{
	uint64_t lo, hi;

	row_range(s, &lo, &hi);
	return hi - lo;
}

uint64_t session_row(struct session *s, uint64_t row)
{
	uint64_t lo, hi;

	row_range(s, &lo, &hi);
	return result_at(s->result, lo + row);
}

uint64_t session_rank(struct session *s, uint64_t ordinal)
{
	uint64_t lo, hi;

	row_range(s, &lo, &hi);
	uint64_t r = result_rank(s->result, ordinal);

	return r < lo ? 0 : (r > hi ? hi : r) - lo;
}

/* ---- selection --------------------------------------------------------------------------------------- */

int session_select(struct session *s, const struct selection *next, struct htr_filter_err *ferr,
		   struct htr_err *err)
{
	struct result *r;
	int rc = results_get(&s->results, next->filter, &r, ferr, err);

	if (rc < 0) {
		return rc;
	}
	if (selections_push(&s->selections, next) < 0) {
		return htr_err_set(err, -ENOMEM, "out of memory");
	}
	s->result = r;
	result_resume(r);
	find_range(s);
	return 0;
}

/* The selection moved on its stack; its filter was valid before. */
static bool moved(struct session *s, bool did)
{
	struct result *r;

	if (!did) {
		return false;
	}
	if (results_get(&s->results, selections_now(&s->selections)->filter, &r, NULL, &s->err) >=
	    0) {
		s->result = r;
		result_resume(r);
	}
	find_range(s);
	return true;
}

bool session_undo(struct session *s)
{
	return moved(s, selections_undo(&s->selections));
}

bool session_redo(struct session *s)
{
	return moved(s, selections_redo(&s->selections));
}

bool session_back(struct session *s)
{
	return moved(s, selections_back(&s->selections));
}

void session_range(const struct session *s, int64_t *ret_from, int64_t *ret_to)
{
	const struct selection *sel = selections_now(&s->selections);
	int64_t end = htr_reader_last_ns(s->loader.reader);

	*ret_from = sel->from_ns > 0 ? sel->from_ns : 0;
	*ret_to = sel->to_ns < end ? sel->to_ns : end;
	if (*ret_to < *ret_from) {
		*ret_to = *ret_from;
	}
}

/* ---- time ---------------------------------------------------------------------------------------------- */

static int64_t zone_offset_ns(const struct session *s, int64_t real_ns)
{
	time_t t = (time_t)(real_ns / 1000000000);
	struct tm tm;

	return s->local && localtime_r(&t, &tm) ? tm.tm_gmtoff * INT64_C(1000000000) : 0;
}

static int64_t real_time(const struct session *s, int64_t time_ns)
{
	const struct htr_facts *f = session_facts(s);
	int64_t start = f ? f->start_real_ns : 0;
	int64_t sum;

	return __builtin_add_overflow(start, time_ns, &sum) ? start : sum;
}

int session_goto(struct session *s, const char *text, uint64_t *ret, struct htr_err *err)
{
	uint64_t seq;
	int64_t ns;

	text += strspn(text, " ");
	if (text[0] == '#' || (*text && !text[strspn(text, "0123456789")])) {
		if (htr_str_to_u64(text + (text[0] == '#'), &seq) < 0) {
			return htr_err_set(err, -EINVAL, "an event number looks like #5120113");
		}
		*ret = loader_at_seq(&s->loader, seq);
		return 0;
	}
	size_t len = strlen(text);
	bool zulu = len && text[len - 1] == 'Z';
	int64_t off = zulu ? 0 : zone_offset_ns(s, real_time(s, 0));
	int rc = htr_time_parse(text, real_time(s, 0) + off,
				real_time(s, htr_reader_last_ns(s->loader.reader)) + off, &ns, err);

	if (rc >= 0) {
		*ret = loader_at_time(&s->loader, ns);
	}
	return rc;
}

void session_clock(const struct session *s, int64_t time_ns, unsigned digits, char out[40])
{
	htr_time_clock(out, real_time(s, time_ns), digits, s->local);
}

void session_proc(const struct session *s, int32_t pid, uint64_t seq, struct spans *out)
{
	uint32_t task = proctab_find(&s->procs, pid, seq);
	struct ptext name = proctab_name(&s->procs, proctab_image_at(&s->procs, task, seq));

	if (name.len) {
		spans_raw(out, ST_PROC, name.data, name.len);
	} else {
		spans_own(out, ST_DIM, "?");
	}
	spans_ownf(out, ST_PROC, "[%d]", pid);
}
