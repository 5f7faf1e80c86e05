/* SPDX-License-Identifier: Apache-2.0
 *
 * facts.c - deep copy of the facts of a trace.
 */
#include "formats/model/facts.h"

#include <stddef.h>
#include <string.h>

#include "formats/core/cleanup.h"

/* All text of struct htr_facts that may be NULL. */
static const size_t text_at[] = {
	offsetof(struct htr_facts, hostname),         offsetof(struct htr_facts, kernel_release),
	offsetof(struct htr_facts, kernel_version),   offsetof(struct htr_facts, os_name),
	offsetof(struct htr_facts, recorder_version), offsetof(struct htr_facts, command),
	offsetof(struct htr_facts, profile),          offsetof(struct htr_facts, channel),
	offsetof(struct htr_facts, options),          offsetof(struct htr_facts, redaction),
	offsetof(struct htr_facts, features),         offsetof(struct htr_facts, container_id),
	offsetof(struct htr_facts, container_name),   offsetof(struct htr_facts, container_image),
};

static bool dup_text(const char **text, struct htr_arena *arena)
{
	if (!*text) {
		return true;
	}
	*text = htr_arena_dup(arena, *text, strlen(*text));
	return *text != NULL;
}

/* Copy of an array; an empty one is NULL and no failure. */
static bool dup_array(const void **array, size_t n, size_t size, struct htr_arena *arena)
{
	const void *from = *array;
	*array = NULL;
	if (n == 0) {
		return true;
	}
	void *to = htr_arena_array(arena, n, size);
	if (!to) {
		return false;
	}
	memcpy(to, from, n * size);
	*array = to;
	return true;
}

static bool dup_users(struct htr_facts *f, struct htr_arena *arena)
{
	struct htr_user_fact *users = htr_arena_array(arena, f->n_users, sizeof(*users));
	if (!users) {
		return false;
	}
	for (uint32_t i = 0; i < f->n_users; i++) {
		users[i] = f->users[i];
		if (!dup_text(&users[i].name, arena) || !dup_text(&users[i].home, arena) ||
		    !dup_text(&users[i].shell, arena)) {
			return false;
		}
	}
	f->users = users;
	return true;
}

static bool dup_groups(struct htr_facts *f, struct htr_arena *arena)
{
	struct htr_group_fact *groups = htr_arena_array(arena, f->n_groups, sizeof(*groups));
	if (!groups) {
		return false;
	}
	for (uint32_t i = 0; i < f->n_groups; i++) {
		groups[i] = f->groups[i];
		if (!dup_text(&groups[i].name, arena)) {
			return false;
		}
	}
	f->groups = groups;
	return true;
}

static bool dup_ifaces(struct htr_facts *f, struct htr_arena *arena)
{
	struct htr_iface_fact *ifaces = htr_arena_array(arena, f->n_ifaces, sizeof(*ifaces));
	if (!ifaces) {
		return false;
	}
	for (uint32_t i = 0; i < f->n_ifaces; i++) {
		ifaces[i] = f->ifaces[i];
		if (!dup_text(&ifaces[i].name, arena)) {
			return false;
		}
	}
	f->ifaces = ifaces;
	return true;
}

struct htr_facts *htr_facts_dup(const struct htr_facts *f, struct htr_arena *arena)
{
	struct htr_facts *copy = htr_arena_dup(arena, f, sizeof(*f));
	if (!copy) {
		return NULL;
	}
	for (size_t i = 0; i < HTR_ARRAY_LEN(text_at); i++) {
		if (!dup_text((const char **)(void *)((char *)copy + text_at[i]), arena)) {
			return NULL;
		}
	}
	const void *captured = f->captured;
	if (!dup_array(&captured, f->n_captured_calls, sizeof(*f->captured), arena) ||
	    !dup_users(copy, arena) || !dup_groups(copy, arena) || !dup_ifaces(copy, arena)) {
		return NULL;
	}
	copy->captured = captured;
	return copy;
}
