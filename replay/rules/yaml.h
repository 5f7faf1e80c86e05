/* SPDX-License-Identifier: Apache-2.0
 *
 * yaml.h - a YAML stream as a tree of nodes with their places; the only door to libyaml.
 *
 * Aliases are shared nodes, never copies, so a "billion laughs" file stays as small as it is written.
 * Tags and merge keys have no meaning here.
 */
#ifndef REPLAY_RULES_YAML_H
#define REPLAY_RULES_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/core/arena.h"
#include "formats/core/err.h"

/* Nesting a rules file needs is 6 (values of exceptions); libyaml's scanner is quadratic in depth. */
#define YAML_DEPTH_MAX 64
/* Enough for a list of a million entries, little enough to fit into memory. */
#define YAML_NODES_MAX 4000000
/* Anchors of one document; rules files use none. */
#define YAML_ANCHORS_MAX 1000

enum yaml_kind {
	YAML_NULL = 0, /* nothing, ~ or null, not quoted */
	YAML_SCALAR,
	YAML_SEQ,
	YAML_MAP,
};

struct yaml_node {
	enum yaml_kind kind;
	bool quoted;        /* scalar was written in quotes or as a block */
	uint32_t line, col; /* of its first character, from 1 */
	const char *text;   /* scalar: NUL-terminated, holds no other NUL */
	size_t len;
	struct yaml_node **items; /* sequence: n nodes; mapping: n keys and values in turn */
	size_t n;                 /* nodes in items (mapping: twice the number of members) */
};

struct yaml_place {
	uint32_t line, col; /* from 1 */
};

/*
 * yaml_parse - parse a whole stream
 *
 * @arena:     owns the tree
 * @ret:       [out] a sequence node: one item a document
 * @ret_place: [out, optional] where the error is, written on -EINVAL and -E2BIG
 * Returns: 0, -EINVAL not YAML, -E2BIG over a limit, -ENOMEM.
 */
int yaml_parse(const char *text, size_t len, struct htr_arena *arena, struct yaml_node **ret,
	       struct yaml_place *ret_place, struct htr_err *err) HTR_MUST_CHECK;

/* yaml_get - value of the first member with that key, or NULL; also for nodes that are no mapping. */
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);

/* yaml_is_text - a scalar (any spelling) that is not null. NULL is fine. */
bool yaml_is_text(const struct yaml_node *node);

/* yaml_bool - true/false, yes/no, on/off, y/n in YAML 1.1's spellings; -EINVAL otherwise. */
int yaml_bool(const struct yaml_node *node, bool *ret) HTR_MUST_CHECK;

#endif
