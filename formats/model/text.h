/* SPDX-License-Identifier: Apache-2.0
 *
 * text.h - one event as text for people and as JSON for programs.
 *
 * Everything that comes from the trace passes htr_str_escape here, so the output may go to a terminal.
 * Who the process is (name, exe) is not in an event: the caller passes it when it keeps a state.
 */
#ifndef HTR_MODEL_TEXT_H
#define HTR_MODEL_TEXT_H

#include "formats/core/buf.h"
#include "formats/model/event.h"
#include "formats/model/tables.h"

/*
 * htr_event_arg - what argument i of this event is, or NULL behind the last
 *
 * The form of the call that fits its values (htr_syscall_form); registers "arg1".. for a number the
 * table does not know; "signal", "sender", "code" for SIGNAL records, "fd" for FD, "count", "reason"
 * for LOSS, "realtime", "boottime" for CLOCK. The kind of "reason" is HTR_A_KIND_MAX: enum htr_loss.
 */
const struct htr_arg_desc *htr_event_arg(const struct htr_event *ev, unsigned i);

/* htr_text_arg - argument i as text: `"/etc/passwd"`, `O_RDONLY|O_CLOEXEC`, `3`, `10.0.0.1:80`.
 * Strings come in double quotes, cut values end with `...`. */
void htr_text_arg(struct htr_buf *out, const struct htr_event *ev, unsigned i);

/* htr_text_arg_plain - the same without quotes and without escaping of strings: raw bytes, for fields of
 * the filter language. Hostile. */
void htr_text_arg_plain(struct htr_buf *out, const struct htr_event *ev, unsigned i);

/* htr_text_args - all arguments, joined with ", ". */
void htr_text_args(struct htr_buf *out, const struct htr_event *ev);

/* htr_text_summary - the short form for lists: the arguments a person wants first (path, flags, address,
 * argv), no pointers, no sizes: `"/etc/shadow" O_RDONLY|O_CLOEXEC`, `3 -> 10.0.0.1:80`, `ls -la /`. */
void htr_text_summary(struct htr_buf *out, const struct htr_event *ev);

/* htr_text_result - `3`, `EACCES`, `0x7f..` for addresses, `?` when unknown; exit status for EXIT
 * records (`exit 1`, `SIGKILL`). */
void htr_text_result(struct htr_buf *out, const struct htr_event *ev);

/* htr_text_strace - `openat(AT_FDCWD, "/etc/shadow", O_RDONLY|O_CLOEXEC) = -1 EACCES`; records that are
 * no calls as `--- signaldeliver SIGTERM from 99 ---`, `+++ procexit exit 1 +++`. */
void htr_text_strace(struct htr_buf *out, const struct htr_event *ev);

/*
 * htr_text_json_args - `"args":{...}` members for every argument and `"data":{...}` for the values with
 * keys >= 16, without surrounding braces
 *
 * Shape: ints as numbers, flags and enums as text, paths/strings as JSON strings; a string that is not
 *        UTF-8 gets U+FFFD and a second member NAME_b64 with the exact bytes; argv and env names as
 *        arrays; sockaddr as "10.0.0.1:80"; structures as objects of their fields, as hex text where the
 *        layout is not known; a cut value adds NAME_truncated:true. Addresses and cookies are text
 *        ("0x7f.."), NULL is null. Content that was not recorded is null, with NAME_ptr for the address.
 *        "data" is left out when there are no such values. Numbers may need 64 bits.
 */
void htr_text_json_args(struct htr_buf *out, const struct htr_event *ev);

#endif
