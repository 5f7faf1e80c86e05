/* SPDX-License-Identifier: Apache-2.0
 *
 * facts.h - what is true for a whole trace: host, clocks, recorder, users, container. Stored in the
 * header of a file; state and the filter fields read it.
 *
 * All text is hostile once it came out of a file.
 */
#ifndef HTR_MODEL_FACTS_H
#define HTR_MODEL_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/core/arena.h"

struct htr_user_fact {
	uint32_t uid, gid;
	const char *name, *home, *shell; /* never NULL */
};

struct htr_group_fact {
	uint32_t gid;
	const char *name;
};

struct htr_iface_fact {
	const char *name;
	uint16_t family; /* AF_INET / AF_INET6 */
	uint8_t ip[16];
	uint8_t prefix_len;
};

/* Text pointers are NULL when not known. */
struct htr_facts {
	/* clocks: time_ns 0 of every event is at all three of these */
	int64_t start_real_ns; /* CLOCK_REALTIME, ns since the epoch */
	int64_t start_mono_ns; /* CLOCK_MONOTONIC */
	int64_t start_boot_ns; /* CLOCK_BOOTTIME */
	uint32_t time_unit_ns; /* resolution of stored times, 100 by default, at least 1 */

	uint8_t session_id[16]; /* random, the same in all segments of one recording */
	uint32_t segment;       /* 0 first */

	uint8_t arch; /* enum htr_arch of the host */
	const char *hostname, *kernel_release, *kernel_version, *os_name;
	uint32_t n_cpus;
	uint64_t mem_total;

	/* recorder */
	const char *recorder_version;
	const char *command;   /* argv of the recorded program, joined with blanks, for people */
	const char *profile;   /* "security", "forensic", "full", or the -e text */
	const char *channel;   /* "notify+ptrace", "notify", "ptrace", "import:scap" */
	const char *options;   /* the recorder's own argv joined with NUL-free blanks */
	const char *redaction; /* policy, "none" today */
	const char *features;  /* what the probes found: "sync_wake_up killable ..." */
	int32_t root_pid;      /* pid of the recorded program, 0 unknown */
	uint64_t n_captured_calls; /* number of system calls that the profile asks for; 0 unknown */
	const uint16_t *captured;  /* their numbers in arch's table, sorted */

	/* container, as far as the task knows it */
	const char *container_id, *container_name, *container_image;
	int8_t container_privileged; /* 1 yes, 0 no, -1 unknown */
	int64_t container_start_ns; /* start of PID 1 of this namespace, ns since the epoch; 0 unknown */

	uint32_t n_users, n_groups, n_ifaces;
	const struct htr_user_fact *users;
	const struct htr_group_fact *groups;
	const struct htr_iface_fact *ifaces;
};

/* htr_facts_dup - deep copy into an arena; NULL when it has no memory. */
struct htr_facts *htr_facts_dup(const struct htr_facts *f, struct htr_arena *arena);

#endif
