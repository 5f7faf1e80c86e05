/* SPDX-License-Identifier: Apache-2.0
 *
 * event_json.h - one event with what the state knows about it, as one JSON object: what `holter cat
 * --json` prints and what an external detector reads.
 *
 * It stands in this layer because it needs the state and nothing of a trace file. The shape is a
 * contract with programs of users: members are added, never renamed or removed, as long as "v" is 1.
 */
#ifndef HTR_FILTER_EVENT_JSON_H
#define HTR_FILTER_EVENT_JSON_H

#include "formats/core/buf.h"
#include "formats/model/state.h"

/* Version of the event object, the member "v". */
#define HTR_EVENT_JSON_VERSION 1

/*
 * htr_event_json - append the state's current event as one JSON object, without a newline
 *
 * Shape:  {"v":1,"num":N,"time":"2026-11-21T20:09:04.001932107Z","ts":NS,"dur":NS,"kind":"syscall",
 *         "type":"openat","pid":P,"tid":T,"ppid":P,"proc":"comm","exe":"/path","user":UID,
 *         "args":{..},"data":{..},"res":-2,"errno":"ENOENT",
 *         "fd":{"num":3,"name":"/etc/x","type":"file"},"flags":["entry_only"]}
 *         "arch":"i386" follows "type" when the call went through another table than the machine's own.
 *         What is not known is left out: "ppid", "proc", "exe", "user" without a process, "res"
 *         when no result was recorded, "errno" when the call did not fail, "fd" when the event is
 *         about no descriptor, "flags" when none is set.
 * Units:  "ts" is ns since the epoch, "dur" ns; "user" is the effective user id.
 * Safety: strings are hostile; they pass htr_json_*, so the line is UTF-8 and may go to a terminal.
 * Errors: none; out->failed when memory ran out. Appends nothing when there is no current event.
 */
void htr_event_json(struct htr_buf *out, const struct htr_state *st);

/* htr_event_kind_name - "syscall", "spawn", "exec", ...; "unknown" for kinds newer than this program. */
const char *htr_event_kind_name(unsigned kind);

#endif
