/* SPDX-License-Identifier: Apache-2.0
 *
 * story.h - events from a text description; the language is in story.c. For tests only: a mistake in the
 * text prints its line and ends the program.
 */
#ifndef TESTS_LIB_STORY_H
#define TESTS_LIB_STORY_H

#include "formats/model/event.h"
#include "formats/model/facts.h"

struct story;

/* The event is borrowed until the call returns. */
typedef void (*story_fn)(const struct htr_event *ev, void *data);

struct story *story_new(story_fn emit, void *data);
void story_free(struct story *s);

/* story_line - one statement; calls emit when it is an event. */
void story_line(struct story *s, const char *line, unsigned number_of_line);

/* story_facts - complete once the first event was emitted; lives as long as the story. */
const struct htr_facts *story_facts(const struct story *s);

#endif
