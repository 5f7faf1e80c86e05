/* SPDX-License-Identifier: Apache-2.0
 *
 * det_process_alert.c - parsing of alerts that a program wrote. The text is hostile: wrong types are errors, what
 * goes to the screen is escaped.
 */
#include "replay/det_process_alert.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/cleanup.h"
#include "formats/core/str.h"

/* Tags of one alert; more are ignored. */
#define TAGS_MAX 64

static void cleanup_json_(json_t **j)
{
	json_decref(*j);
}
#define cleanup_json __attribute__((cleanup(cleanup_json_)))

void process_alert_fini(struct process_alert *aj)
{
	htr_arena_fini(&aj->arena);
	htr_buf_fini(&aj->message);
	htr_buf_fini(&aj->fields);
}

static int refuse(char *why, size_t size, const char *text)
{
	snprintf(why, size, "%s", text);
	return -EINVAL;
}

static const char *dup_string(struct process_alert *aj, const json_t *s)
{
	return htr_arena_dup(&aj->arena, json_string_value(s), json_string_length(s));
}

/* The members of an object as text without the braces. */
static int take_fields(struct process_alert *aj, const json_t *fields, struct alert *ret)
{
	ret->fields = "";
	if (!json_is_object(fields)) {
		return 0;
	}
	cleanup_free char *text = json_dumps(fields, JSON_COMPACT | JSON_ENSURE_ASCII);
	if (!text) {
		return -ENOMEM;
	}
	size_t len = strlen(text);
	htr_buf_reset(&aj->fields);
	for (size_t i = 1; i + 1 < len; i++) {
		/* the one control character that is ASCII and that jansson lets through */
		if (text[i] == 0x7f) {
			htr_buf_adds(&aj->fields, "\\u007f");
		} else {
			htr_buf_addc(&aj->fields, text[i]);
		}
	}
	ret->fields = htr_buf_str(&aj->fields);
	return aj->fields.failed ? -ENOMEM : 0;
}

static int take_tags(struct process_alert *aj, const json_t *tags, struct alert *ret)
{
	size_t n = json_array_size(tags);

	if (!n) {
		return 0;
	}
	n = n < TAGS_MAX ? n : TAGS_MAX;
	const char **v = htr_arena_array(&aj->arena, n, sizeof(*v));
	if (!v) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++) {
		const json_t *tag = json_array_get(tags, i);
		if (!json_is_string(tag)) {
			continue;
		}
		v[ret->n_tags] = dup_string(aj, tag);
		if (!v[ret->n_tags++]) {
			return -ENOMEM;
		}
	}
	ret->tags = v;
	return 0;
}

static int take_event(const json_t *event, struct alert *ret, char *why, size_t size)
{
	if (!event || json_is_null(event)) {
		return 0;
	}
	if (!json_is_integer(event) || json_integer_value(event) < 1) {
		return refuse(why, size, "\"event\" is no event number");
	}
	ret->seq = (uint64_t)json_integer_value(event);
	return 0;
}

static int take_priority(const json_t *priority, struct alert *ret, char *why, size_t size)
{
	ret->priority = PRIORITY_NOTICE;
	if (!priority || json_is_null(priority)) {
		return 0;
	}
	if (!json_is_string(priority) ||
	    priority_parse(json_string_value(priority), &ret->priority) < 0) {
		return refuse(why, size, "\"priority\" is none of emergency .. debug");
	}
	return 0;
}

static int take_text(struct process_alert *aj, const json_t *root, struct alert *ret, char *why,
		     size_t size)
{
	const json_t *rule = json_object_get(root, "rule");
	const json_t *output = json_object_get(root, "output");

	if (!json_is_string(rule)) {
		return refuse(why, size, "it has no text \"rule\"");
	}
	ret->rule = dup_string(aj, rule);
	if (output && !json_is_string(output)) {
		return refuse(why, size, "\"output\" is no text");
	}
	const json_t *message = output ? output : rule;
	htr_str_escape(&aj->message, json_string_value(message), json_string_length(message),
		       HTR_ESC_KEEP_BSL);
	ret->message = htr_buf_str(&aj->message);
	return ret->rule && !aj->message.failed ? 0 : -ENOMEM;
}

int process_alert_parse(struct process_alert *aj, const char *line, size_t len, struct alert *ret,
			char *why, size_t why_size)
{
	json_error_t jerr;
	cleanup_json json_t *root = json_loadb(line, len, JSON_REJECT_DUPLICATES, &jerr);

	if (!root) {
		return refuse(why, why_size, "it is not JSON");
	}
	if (!json_is_object(root)) {
		return refuse(why, why_size, "it is no JSON object");
	}
	htr_arena_reset(&aj->arena);
	htr_buf_reset(&aj->message);
	*ret = (struct alert){ 0 };
	int r = take_text(aj, root, ret, why, why_size);
	r = r < 0 ? r : take_priority(json_object_get(root, "priority"), ret, why, why_size);
	r = r < 0 ? r : take_event(json_object_get(root, "event"), ret, why, why_size);
	r = r < 0 ? r : take_fields(aj, json_object_get(root, "output_fields"), ret);
	return r < 0 ? r : take_tags(aj, json_object_get(root, "tags"), ret);
}
