/* SPDX-License-Identifier: Apache-2.0
 *
 * yaml.c - libyaml events to a tree. Nothing about rules is known here.
 */
#include "replay/rules/yaml.h"

#include <string.h>
#include <strings.h>
#include <yaml.h>

#include "formats/core/cleanup.h"

struct link {
	struct yaml_node *node;
	struct link *next;
};

/* One open sequence or mapping. */
struct frame {
	struct yaml_node *node;
	struct link *first, *last;
	const char *anchor; /* in the arena, or NULL */
};

struct anchor {
	const char *name;
	struct yaml_node *node;
};

struct build {
	struct htr_arena *arena;
	struct frame stack[YAML_DEPTH_MAX + 1]; /* [0] is the stream */
	unsigned depth;
	size_t n_nodes;
	struct anchor *anchors;
	size_t n_anchors;
	struct yaml_place place; /* of the event in hand */
	struct htr_err *err;
};

static uint32_t clamp_u32(size_t v)
{
	return v < UINT32_MAX ? (uint32_t)v : UINT32_MAX;
}

static struct yaml_place place_of(yaml_mark_t mark)
{
	return (struct yaml_place){ clamp_u32(mark.line + 1), clamp_u32(mark.column + 1) };
}

static int oom(struct build *b)
{
	return htr_err_set(b->err, -ENOMEM, "out of memory");
}

static int new_node(struct build *b, enum yaml_kind kind, struct yaml_node **ret)
{
	if (++b->n_nodes > YAML_NODES_MAX) {
		return htr_err_set(b->err, -E2BIG, "more than %d values in one file",
				   YAML_NODES_MAX);
	}
	struct yaml_node *node = htr_arena_alloc(b->arena, sizeof(*node));
	if (!node) {
		return oom(b);
	}
	node->kind = kind;
	node->line = b->place.line;
	node->col = b->place.col;
	*ret = node;
	return 0;
}

static int put_node(struct build *b, struct yaml_node *node)
{
	struct frame *top = &b->stack[b->depth];
	struct link *link = htr_arena_alloc(b->arena, sizeof(*link));
	if (!link) {
		return oom(b);
	}
	link->node = node;
	if (top->last) {
		top->last->next = link;
	} else {
		top->first = link;
	}
	top->last = link;
	top->node->n++;
	return 0;
}

static int put_anchor(struct build *b, const char *name, struct yaml_node *node)
{
	if (!name) {
		return 0;
	}
	if (!b->anchors) {
		b->anchors = htr_arena_array(b->arena, YAML_ANCHORS_MAX, sizeof(*b->anchors));
		if (!b->anchors) {
			return oom(b);
		}
	}
	if (b->n_anchors >= YAML_ANCHORS_MAX) {
		return htr_err_set(b->err, -E2BIG, "more than %d anchors", YAML_ANCHORS_MAX);
	}
	const char *copy = htr_arena_dup(b->arena, name, strlen(name));
	if (!copy) {
		return oom(b);
	}
	b->anchors[b->n_anchors++] = (struct anchor){ copy, node };
	return 0;
}

/* An anchor is known only after its node is complete, so that a node can never contain itself. */
static int on_alias(struct build *b, const char *name)
{
	for (size_t i = b->n_anchors; i > 0; i--) {
		if (strcmp(b->anchors[i - 1].name, name) == 0) {
			return put_node(b, b->anchors[i - 1].node);
		}
	}
	return htr_err_set(b->err, -EINVAL, "alias *%.60s refers to nothing before it", name);
}

static bool is_null_text(const char *s)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL" };
	for (size_t i = 0; i < HTR_ARRAY_LEN(nulls); i++) {
		if (strcmp(s, nulls[i]) == 0) {
			return true;
		}
	}
	return false;
}

static int on_scalar(struct build *b, const yaml_event_t *ev)
{
	const char *text = (const char *)ev->data.scalar.value;
	size_t len = ev->data.scalar.length;
	struct yaml_node *node;

	if (memchr(text, 0, len)) {
		return htr_err_set(b->err, -EINVAL, "text holds a NUL byte");
	}
	int r = new_node(b, YAML_SCALAR, &node);
	if (r < 0) {
		return r;
	}
	node->quoted = ev->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	node->text = htr_arena_dup(b->arena, text, len);
	node->len = len;
	if (!node->text) {
		return oom(b);
	}
	if (!node->quoted && is_null_text(node->text)) {
		node->kind = YAML_NULL;
	}
	r = put_node(b, node);
	return r < 0 ? r : put_anchor(b, (const char *)ev->data.scalar.anchor, node);
}

static int on_open(struct build *b, enum yaml_kind kind, const char *anchor)
{
	struct yaml_node *node;

	if (b->depth >= YAML_DEPTH_MAX) {
		return htr_err_set(b->err, -E2BIG, "nested deeper than %d levels", YAML_DEPTH_MAX);
	}
	int r = new_node(b, kind, &node);
	if (r < 0) {
		return r;
	}
	struct frame *f = &b->stack[++b->depth];
	*f = (struct frame){ .node = node };
	if (anchor) {
		f->anchor = htr_arena_dup(b->arena, anchor, strlen(anchor));
		if (!f->anchor) {
			return oom(b);
		}
	}
	return 0;
}

/* Turn the chain of children into an array. */
static int seal(struct build *b, struct frame *f)
{
	f->node->items = htr_arena_array(b->arena, f->node->n, sizeof(struct yaml_node *));
	if (!f->node->items) {
		return oom(b);
	}
	size_t i = 0;
	for (struct link *l = f->first; l; l = l->next) {
		f->node->items[i++] = l->node;
	}
	return 0;
}

static int on_close(struct build *b)
{
	struct frame f = b->stack[b->depth];
	int r = seal(b, &f);

	if (r < 0) {
		return r;
	}
	b->depth--;
	r = put_node(b, f.node);
	return r < 0 ? r : put_anchor(b, f.anchor, f.node);
}

static int on_event(struct build *b, const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_SCALAR_EVENT:
		return on_scalar(b, ev);
	case YAML_SEQUENCE_START_EVENT:
		return on_open(b, YAML_SEQ, (const char *)ev->data.sequence_start.anchor);
	case YAML_MAPPING_START_EVENT:
		return on_open(b, YAML_MAP, (const char *)ev->data.mapping_start.anchor);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return on_close(b);
	case YAML_ALIAS_EVENT:
		return on_alias(b, (const char *)ev->data.alias.anchor);
	case YAML_DOCUMENT_START_EVENT:
		b->n_anchors = 0;
		return 0;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		return 0;
	}
	return 0;
}

static int parser_error(struct build *b, const yaml_parser_t *p)
{
	b->place = place_of(p->problem_mark);
	if (p->error == YAML_MEMORY_ERROR) {
		return oom(b);
	}
	if (p->error == YAML_READER_ERROR) {
		/* the reader has no mark, only an offset: count up to where the parser was */
		b->place = place_of(p->mark);
	}
	const char *what = p->problem ? p->problem : "not YAML";
	return p->context ? htr_err_set(b->err, -EINVAL, "%s (%s)", what, p->context)
			  : htr_err_set(b->err, -EINVAL, "%s", what);
}

static int run(struct build *b, yaml_parser_t *parser)
{
	for (;;) {
		yaml_event_t ev;
		if (!yaml_parser_parse(parser, &ev)) {
			return parser_error(b, parser);
		}
		b->place = place_of(ev.start_mark);
		bool end = ev.type == YAML_STREAM_END_EVENT;
		int r = on_event(b, &ev);
		yaml_event_delete(&ev);
		if (r < 0 || end) {
			return r;
		}
	}
}

int yaml_parse(const char *text, size_t len, struct htr_arena *arena, struct yaml_node **ret,
	       struct yaml_place *ret_place, struct htr_err *err)
{
	struct build b = { .arena = arena, .err = err, .place = { 1, 1 } };
	yaml_parser_t parser;

	int r = new_node(&b, YAML_SEQ, &b.stack[0].node);
	if (r < 0) {
		return r;
	}
	if (!yaml_parser_initialize(&parser)) {
		return oom(&b);
	}
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	r = run(&b, &parser);
	yaml_parser_delete(&parser);
	if (r >= 0) {
		r = seal(&b, &b.stack[0]);
	}
	if (r < 0) {
		if (ret_place) {
			*ret_place = b.place;
		}
		return r;
	}
	*ret = b.stack[0].node;
	return 0;
}

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key)
{
	if (!map || map->kind != YAML_MAP) {
		return NULL;
	}
	for (size_t i = 0; i + 1 < map->n; i += 2) {
		const struct yaml_node *k = map->items[i];
		if (k->kind == YAML_SCALAR && strcmp(k->text, key) == 0) {
			return map->items[i + 1];
		}
	}
	return NULL;
}

bool yaml_is_text(const struct yaml_node *node)
{
	return node && node->kind == YAML_SCALAR;
}

int yaml_bool(const struct yaml_node *node, bool *ret)
{
	static const char *const yes[] = { "true", "yes", "on", "y" };
	static const char *const no[] = { "false", "no", "off", "n" };

	if (!yaml_is_text(node)) {
		return -EINVAL;
	}
	for (size_t i = 0; i < HTR_ARRAY_LEN(yes); i++) {
		if (strcasecmp(node->text, yes[i]) == 0) {
			*ret = true;
			return 0;
		}
		if (strcasecmp(node->text, no[i]) == 0) {
			*ret = false;
			return 0;
		}
	}
	return -EINVAL;
}
