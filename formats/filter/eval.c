/* SPDX-License-Identifier: Apache-2.0
 *
 * eval.c - is the condition true for the current event? Left to right, and no further than needed. A check
 * on something that is not there is false, whatever its operator.
 */
#include <string.h>

#include "formats/core/clock.h"
#include "formats/filter/filter_int.h"

void fctx_init(struct fctx *fx, const struct htr_state *st)
{
	fx->st = st;
	fx->cur = htr_state_current(st);
	fx->ev = fx->cur->ev;
	fx->proc = fx->cur->proc;
	fx->fd = fx->cur->fd;
	fx->facts = htr_state_facts(st);
	fx->desc = NULL;
	fx->event_id = fx->ev != NULL ? type_id(fx->ev, &fx->desc) : EVENT_ID_MAX;
}

/* ---- constants ------------------------------------------------------------------------------------------- */

static bool in_set(const struct check *ck, const struct value *v)
{
	if (ck->set != NULL) {
		uint64_t at;

		return htr_smap_get(ck->set, v->s.p, v->s.n, &at);
	}
	for (unsigned i = 0; i < ck->n_k; i++) {
		if (op_compare(ck, v, &ck->k[i])) {
			return true;
		}
	}
	return false;
}

/* oneof, anyof, allof: how many of the constants satisfy the operator? */
static bool modified(const struct check *ck, const struct value *v)
{
	unsigned hits = 0;

	for (unsigned i = 0; i < ck->n_k; i++) {
		hits += op_compare(ck, v, &ck->k[i]) != (ck->op == OP_NE);
	}
	return ck->mod == MOD_ONEOF ? hits == 1 : ck->mod == MOD_ANYOF ? hits > 0 : hits == ck->n_k;
}

/* One value of the left side; `positive`: leave a negation to the caller. */
static bool check_value(struct fctx *fx, const struct check *ck, const struct value *v,
			bool positive)
{
	bool hit;

	if (ck->mod != MOD_NONE) {
		return modified(ck, v);
	}
	if (ck->right != NULL) {
		struct value r;

		if (!expr_get(fx, ck->right, 0, &r)) {
			return false;
		}
		hit = op_compare_values(ck->op, ck->cls, v, &r);
	} else if (ck->op == OP_IN || ck->op == OP_INTERSECTS || ck->op == OP_PMATCH) {
		hit = in_set(ck, v);
	} else {
		hit = ck->n_k > 0 && op_compare(ck, v, &ck->k[0]);
	}
	return ck->op == OP_NE && !positive ? !hit : hit;
}

/* Times as people type them are meant in the trace that is being read. */
static void resolve_times(const struct fctx *fx, struct check *ck)
{
	int64_t start = fx->facts != NULL ? fx->facts->start_real_ns : 0;

	if (ck->time_start == start) {
		return;
	}
	for (unsigned i = 0; i < ck->n_k; i++) {
		struct htr_err err = HTR_ERR_INIT;

		if (htr_time_parse(ck->k[i].text, start, INT64_MAX, &ck->k[i].i, &err) < 0) {
			ck->k[i].i = INT64_MAX;
		}
	}
	ck->time_start = start;
}

/* ---- fields with several values ---------------------------------------------------------------------------- */

static bool check_list(struct fctx *fx, const struct check *ck)
{
	struct value v;
	unsigned n = 0;

	for (; expr_get(fx, ck->left, n, &v); n++) {
		bool hit = ck->op == OP_EXISTS || check_value(fx, ck, &v, false);

		if (ck->op != OP_IN && hit) {
			return true;
		}
		if (ck->op == OP_IN && !hit) {
			return false;
		}
	}
	return ck->op == OP_IN && n > 0;
}

static bool check_any(struct fctx *fx, const struct check *ck)
{
	bool side_ne = ck->left->multi == FM_SIDE && ck->op == OP_NE;
	struct value v;
	unsigned n = 0;

	for (; expr_get(fx, ck->left, n, &v); n++) {
		if (ck->op == OP_EXISTS) {
			return true;
		}
		if (side_ne) {
			if (check_value(fx, ck, &v, true)) {
				return false;
			}
		} else if (check_value(fx, ck, &v, false)) {
			return true;
		}
	}
	return side_ne && n > 0;
}

bool eval_check(struct fctx *fx, const struct check *ck)
{
	struct value v;

	if (ck->types != NULL) {
		return type_has(ck->types, fx->event_id);
	}
	if (ck->left->multi != FM_ONE) {
		return ck->left->multi == FM_LIST ? check_list(fx, ck) : check_any(fx, ck);
	}
	if (ck->is_time) {
		resolve_times(fx, (struct check *)(uintptr_t)ck);
		v.i = fx->ev->time_ns;
		return check_value(fx, ck, &v, false);
	}
	if (!expr_get(fx, ck->left, 0, &v)) {
		return false;
	}
	return ck->op == OP_EXISTS || check_value(fx, ck, &v, false);
}

// NOLINTNEXTLINE(misc-no-recursion): bounded by the nesting of the condition
bool eval_node(struct fctx *fx, const struct node *n)
{
	bool stop;

	switch ((enum node_kind)n->kind) {
	case N_CHECK:
		return eval_check(fx, n->check);
	case N_NOT:
		return !eval_node(fx, n->kids[0]);
	case N_AND:
	case N_OR:
		break;
	}
	stop = n->kind == N_OR;
	for (unsigned i = 0; i < n->n_kids; i++) {
		if (eval_node(fx, n->kids[i]) == stop) {
			return stop;
		}
	}
	return !stop;
}
