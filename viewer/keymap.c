/* SPDX-License-Identifier: Apache-2.0
 * The request table and the keys that lead to it. */
#include "viewer/keymap.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/cleanup.h"
#include "formats/core/io.h"
#include "formats/core/str.h"
#include "viewer/key.h"

#define KEYFILE_MAX 65536 /* a key file of the whole table is 4 kB */

static const struct request_info infos[REQ_MAX] = {
#define X(id, name, keys, group, help) [REQ_##id] = { name, keys, group, help },
	REQUESTS(X)
#undef X
};

const struct request_info *request_info(enum request req)
{
	return (unsigned)req < REQ_MAX && infos[req].name ? &infos[req] : NULL;
}

enum request request_by_name(const char *name)
{
	for (unsigned i = 1; i < REQ_MAX; i++) {
		if (strcmp(infos[i].name, name) == 0) {
			return (enum request)i;
		}
	}
	return REQ_NONE;
}

const char *request_group_title(enum request_group group)
{
	static const char *const titles[RG_MAX] = {
		[RG_MOVE] = "Move",
		[RG_SCREEN] = "Screens and panes",
		[RG_SELECT] = "Select: filter, time and undo",
		[RG_SEARCH] = "Find",
		[RG_TREE] = "Process tree",
		[RG_EVENT] = "Events",
		[RG_PROGRAM] = "Program",
	};

	return (unsigned)group < RG_MAX ? titles[group] : "";
}

static void unbind_request(struct keymap *km, enum request req)
{
	unsigned n = 0;

	for (unsigned i = 0; i < km->n; i++) {
		if (km->at[i].request != req) {
			km->at[n++] = km->at[i];
		}
	}
	km->n = n;
}

/* Both can be asked for on one screen, so they must not share a key. */
static bool groups_meet(enum request_group a, enum request_group b)
{
	return a == b || !((a == RG_TREE && b == RG_EVENT) || (a == RG_EVENT && b == RG_TREE));
}

static void unbind_key(struct keymap *km, uint32_t first, uint32_t key, enum request_group group)
{
	unsigned n = 0;

	for (unsigned i = 0; i < km->n; i++) {
		const struct binding *b = &km->at[i];
		bool hides = b->first == first && b->key == key;

		/* a single key would hide the sequences that begin with it */
		hides = hides || (!first && b->first == key) ||
			(first && !b->first && b->key == first);
		if (!hides || !groups_meet(infos[b->request].group, group)) {
			km->at[n++] = *b;
		}
	}
	km->n = n;
}

/* "j", "PgDn", "gg" */
static bool parse_keys(const char *word, uint32_t *ret_first, uint32_t *ret_key)
{
	uint32_t key = vk_parse(word);

	*ret_first = 0;
	if (key == VK_NONE && strlen(word) == 2) {
		char a[2] = { word[0], 0 };

		*ret_first = vk_parse(a);
		key = *ret_first ? vk_parse(word + 1) : VK_NONE;
	}
	*ret_key = key;
	return key != VK_NONE;
}

static int bind_word(struct keymap *km, enum request req, const char *word)
{
	uint32_t first, key;

	if (!parse_keys(word, &first, &key)) {
		return -EINVAL;
	}
	unbind_key(km, first, key, infos[req].group);
	if (km->n == KEYMAP_MAX) {
		return -E2BIG;
	}
	km->at[km->n++] = (struct binding){ first, key, (uint16_t)req };
	return 0;
}

void keymap_init(struct keymap *km)
{
	*km = (struct keymap){ 0 };
	for (unsigned i = 1; i < REQ_MAX; i++) {
		char words[64];
		char *save = NULL;

		strncpy(words, infos[i].keys, sizeof(words) - 1);
		words[sizeof(words) - 1] = '\0';
		for (char *w = strtok_r(words, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
			int rc = bind_word(km, (enum request)i, w);
			assert(rc == 0); /* the table is ours */
		}
	}
}

static int parse_line(struct keymap *km, char *line, unsigned number, struct htr_err *err)
{
	static const char space[] = " \t\r";
	char *save = NULL;
	char *name = strtok_r(line, space, &save);

	if (!name || name[0] == '#') {
		return 0;
	}
	enum request req = request_by_name(name);
	if (req == REQ_NONE) {
		return htr_err_set(err, -EINVAL,
				   "line %u: no such request; `holter view --keys` lists them",
				   number);
	}
	unbind_request(km, req);
	for (char *w = strtok_r(NULL, space, &save); w; w = strtok_r(NULL, space, &save)) {
		if (w[0] == '#') {
			break;
		}
		if (strcmp(w, "none") == 0) {
			continue;
		}
		int rc = bind_word(km, req, w);
		if (rc < 0) {
			return htr_err_set(err, rc, "line %u: %s: %s", number, infos[req].name,
					   rc == -E2BIG
						   ? "too many keys"
						   : "unknown key; try j, gg, Ctrl-d, F5, PgDn");
		}
	}
	return 0;
}

int keymap_parse(struct keymap *km, const char *text, size_t len, struct htr_err *err)
{
	unsigned number = 0;

	if (memchr(text, '\0', len)) {
		return htr_err_set(err, -EINVAL, "not a text file");
	}
	while (len) {
		const char *end = memchr(text, '\n', len);
		size_t n = end ? (size_t)(end - text) : len;
		cleanup_free char *line = strndup(text, n);

		if (!line) {
			return htr_err_set(err, -ENOMEM, "out of memory");
		}
		number++;
		int rc = parse_line(km, line, number, err);
		if (rc < 0) {
			return rc;
		}
		n += end != NULL;
		text += n;
		len -= n;
	}
	return 0;
}

int keymap_load(struct keymap *km, const char *path, struct htr_err *err)
{
	cleanup_buf struct htr_buf text = { 0 };
	int rc = htr_read_file(path, &text, KEYFILE_MAX, err);

	if (rc >= 0) {
		rc = keymap_parse(km, htr_buf_str(&text), text.len, err);
		if (rc < 0) {
			htr_err_wrap(err, "%s", path);
		}
	}
	return rc;
}

static enum request lookup(const struct keymap *km, uint32_t first, uint32_t key, unsigned groups,
			   bool *ret_begins)
{
	*ret_begins = false;
	for (unsigned i = 0; i < km->n; i++) {
		const struct binding *b = &km->at[i];

		if (!(groups & 1u << infos[b->request].group)) {
			continue;
		}
		if (b->first == first && b->key == key) {
			return (enum request)b->request;
		}
		*ret_begins = *ret_begins || (b->first && b->first == key);
	}
	return REQ_NONE;
}

enum request keymap_lookup(struct keymap *km, uint32_t key, unsigned groups)
{
	uint32_t first = km->pending;
	bool begins;
	enum request req = lookup(km, first, key, groups, &begins);

	if (req == REQ_NONE &&
	    first) { /* the second key did not fit: it may mean something alone */
		req = lookup(km, 0, key, groups, &begins);
	}
	km->pending = req == REQ_NONE && begins ? key : 0;
	return req;
}

static void binding_name(const struct binding *b, struct htr_buf *out)
{
	char name[KEY_NAME_MAX];

	if (b->first) {
		htr_buf_adds(out, vk_name(b->first, name));
	}
	htr_buf_adds(out, vk_name(b->key, name));
}

void keymap_keys(const struct keymap *km, enum request req, struct htr_buf *out)
{
	bool any = false;

	for (unsigned i = 0; i < km->n; i++) {
		if (km->at[i].request == req) {
			if (any) {
				htr_buf_addc(out, ' ');
			}
			binding_name(&km->at[i], out);
			any = true;
		}
	}
}

void keymap_first(const struct keymap *km, enum request req, struct htr_buf *out)
{
	for (unsigned i = 0; i < km->n; i++) {
		if (km->at[i].request == req) {
			binding_name(&km->at[i], out);
			return;
		}
	}
}

void keymap_print(const struct keymap *km, struct htr_buf *out)
{
	for (unsigned g = 0; g < RG_MAX; g++) {
		htr_buf_printf(out, "%s# %s\n", g ? "\n" : "",
			       request_group_title((enum request_group)g));
		for (unsigned i = 1; i < REQ_MAX; i++) {
			if (infos[i].group != g) {
				continue;
			}
			cleanup_buf struct htr_buf keys = { 0 };

			keymap_keys(km, (enum request)i, &keys);
			htr_buf_printf(out, "%-15s %-13s # %s\n", infos[i].name,
				       keys.len ? htr_buf_str(&keys) : "none", infos[i].help);
		}
	}
}
