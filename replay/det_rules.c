/* SPDX-License-Identifier: Apache-2.0
 *
 * det_rules.c - run a ruleset over events. Each event is judged only by rules whose condition can hold for
 * its type: the lists of those rules are made when a type is seen for the first time.
 */
#include <errno.h>
#include <stdlib.h>

#include "formats/core/arena.h"
#include "formats/core/cleanup.h"
#include "formats/model/tables.h"
#include "replay/detector.h"

/* Syscall table indices that struct htr_type_set has room for, and one for "no number". */
#define N_IDS (HTR_ARRAY_LEN(((struct htr_type_set *)NULL)->syscalls) * 64 + 1)

/* The rules that an event type concerns. */
struct bucket {
	size_t n;
	struct rule_def *rules[];
};

struct det_rules {
	struct detector base;
	struct ruleset *rs;
	bool first;
	struct htr_arena arena;
	struct bucket **buckets; /* HTR_EV_KIND_MAX * N_IDS, NULL: not made yet */
	struct htr_buf message, fields;
};

/* Rules speak about what happened. Snapshots and the recorder's own records did not happen. */
static bool is_judged(const struct htr_event *ev)
{
	switch ((enum htr_event_kind)ev->kind) {
	case HTR_EV_SYSCALL:
	case HTR_EV_SPAWN:
	case HTR_EV_EXEC:
	case HTR_EV_EXIT:
	case HTR_EV_SIGNAL:
		return true;
	case HTR_EV_UNSPEC:
	case HTR_EV_PROC:
	case HTR_EV_FD:
	case HTR_EV_LOSS:
	case HTR_EV_NOTE:
	case HTR_EV_CLOCK:
	case HTR_EV_KIND_MAX:
		break;
	}
	return false;
}

static size_t bucket_index(const struct htr_event *ev)
{
	size_t id = 0;

	if (ev->nr >= 0) {
		const struct htr_syscall_desc *desc =
			htr_syscall_lookup((enum htr_arch)ev->arch, ev->nr);
		if (desc && (size_t)desc->id + 1 < N_IDS) {
			id = (size_t)desc->id + 1;
		}
	}
	return ev->kind * N_IDS + id;
}

static struct bucket *make_bucket(struct det_rules *d, const struct htr_event *ev)
{
	struct ruleset *rs = d->rs;
	struct bucket *b =
		htr_arena_alloc(&d->arena, sizeof(*b) + rs->n_run * sizeof(struct rule_def *));

	if (!b) {
		return NULL;
	}
	for (size_t i = 0; i < rs->n_rules; i++) {
		struct rule_def *rule = rs->rules[i];
		if (rule->run && htr_type_set_has(htr_filter_types(rule->filter), ev)) {
			b->rules[b->n++] = rule;
		}
	}
	return b;
}

static int raise_alert(struct det_rules *d, const struct rule_def *rule, const struct htr_state *st,
		       struct htr_err *err)
{
	htr_buf_reset(&d->message);
	htr_buf_reset(&d->fields);
	htr_format_print(rule->format, st, &d->message);
	htr_format_json_fields(rule->format, st, &d->fields);
	if (d->message.failed || d->fields.failed) {
		return htr_err_set(err, -ENOMEM, "out of memory for an alert");
	}
	const struct alert alert = {
		.detector = "rules",
		.rule = rule->name,
		.priority = rule->priority,
		.message = htr_buf_str(&d->message),
		.fields = htr_buf_str(&d->fields),
		.source = rule->source,
		.tags = rule->tags.v,
		.n_tags = rule->tags.n,
		.seq = htr_state_current(st)->ev->seq,
		.real_ns = detector_time(st),
		.has_time = true,
	};
	d->base.alert(&alert, d->base.alert_data);
	return 0;
}

static int rules_begin(struct detector *base, const struct trace_info *info, struct htr_err *err)
{
	(void)base;
	(void)info;
	(void)err;
	return 0;
}

static int rules_event(struct detector *base, const struct htr_state *st, struct htr_err *err)
{
	struct det_rules *d = (struct det_rules *)base;
	const struct htr_event *ev = htr_state_current(st)->ev;

	if (!is_judged(ev)) {
		return 0;
	}
	struct bucket **slot = &d->buckets[bucket_index(ev)];
	if (!*slot) {
		*slot = make_bucket(d, ev);
		if (!*slot) {
			return htr_err_set(err, -ENOMEM, "out of memory for the rules of a type");
		}
	}
	const struct bucket *b = *slot;
	for (size_t i = 0; i < b->n; i++) {
		if (!htr_filter_match(b->rules[i]->filter, st)) {
			continue;
		}
		int r = raise_alert(d, b->rules[i], st, err);
		if (r < 0 || d->first) {
			return r;
		}
	}
	return 0;
}

static void rules_close(struct detector *base)
{
	struct det_rules *d = (struct det_rules *)base;

	htr_buf_fini(&d->message);
	htr_buf_fini(&d->fields);
	htr_arena_fini(&d->arena);
	free(d->buckets);
	rules_free(d->rs);
	free(d);
}

static const struct detector_ops RULES_OPS = {
	.kind = "rules",
	.begin = rules_begin,
	.event = rules_event,
	.close = rules_close,
};

int det_rules_open(struct detector **ret, struct ruleset *rs_take, bool first, struct htr_err *err)
{
	struct det_rules *d = calloc(1, sizeof(*d));

	if (!d) {
		rules_free(rs_take);
		return htr_err_set(err, -ENOMEM, "out of memory");
	}
	d->base.ops = &RULES_OPS;
	d->base.name = "rules";
	d->rs = rs_take;
	d->first = first;
	d->buckets = calloc(HTR_EV_KIND_MAX * N_IDS, sizeof(*d->buckets));
	if (!d->buckets) {
		rules_close(&d->base);
		return htr_err_set(err, -ENOMEM, "out of memory");
	}
	*ret = &d->base;
	return 0;
}
