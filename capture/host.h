/* SPDX-License-Identifier: Apache-2.0
 *
 * host.h - the facts of a recording: host, clocks, users, interfaces, container, recorder.
 *
 * Users and groups are read from /etc/passwd and /etc/group by hand: a static program has no NSS.
 */
#ifndef CAPTURE_HOST_H
#define CAPTURE_HOST_H

#include "capture/plan.h"
#include "formats/core/arena.h"
#include "formats/model/facts.h"

#define HOST_USERS_MAX 65536       /* lines of /etc/passwd that are kept */
#define HOST_FILE_MAX  (16u << 20) /* bytes of /etc/passwd that are read */

/*
 * host_facts - collect everything that does not depend on the launch
 *
 * Memory is the arena's. What cannot be found out stays NULL or 0: never an error but -ENOMEM.
 */
int host_facts(struct htr_facts *f, struct htr_arena *mem, struct htr_err *err) HTR_MUST_CHECK;

/* host_captured - the calls of the plan, into facts.captured. */
int host_captured(struct htr_facts *f, const struct plan *plan,
		  struct htr_arena *mem) HTR_MUST_CHECK;

/* host_join - argv joined with blanks, in the arena. */
const char *host_join(char *const *argv, struct htr_arena *mem);

/* host_parse_users / _groups - lines of passwd(5), group(5); for tests. Returns the count or -ENOMEM. */
int host_parse_users(const char *text, struct htr_user_fact **ret, struct htr_arena *mem);
int host_parse_groups(const char *text, struct htr_group_fact **ret, struct htr_arena *mem);

/* host_container_id - 64 hex digits (or a docker/cri-o/ECS form) out of /proc/self/cgroup or mountinfo text; NULL
 * none. */
const char *host_container_id(const char *text, struct htr_arena *mem);

#endif
