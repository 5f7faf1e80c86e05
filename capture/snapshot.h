/* SPDX-License-Identifier: Apache-2.0
 *
 * snapshot.h - what /proc says about a process: image, identity, open descriptors.
 */
#ifndef CAPTURE_SNAPSHOT_H
#define CAPTURE_SNAPSHOT_H

#include "capture/args.h"
#include "capture/rec.h"
#include "capture/sink.h"
#include "capture/tracee.h"

/* snapshot_image - exe, its file, argv, env, cwd, root, comm of the image that runs now. From the new stack
 * when sp is not 0 (only right at the exec stop), else from /proc. */
void snapshot_image(struct decoder *d, struct tracee *t, struct rec *r, uint64_t sp, bool wide);

/* snapshot_ids - ids, capabilities, session, terminal, cgroup, namespaces, start time. */
void snapshot_ids(struct decoder *d, struct tracee *t, struct rec *r, int64_t start_boot_ns);

/* snapshot_fds - one FD record per open descriptor; before_exec: only those that survive it. time_ns and the
 * like are copied from `like`. */
void snapshot_fds(struct decoder *d, struct tracee *t, struct rec_pool *pool, struct sink *sink,
		  const struct htr_event *like, bool before_exec);

/* snapshot_tgid - process of a thread and its parent, from /proc/TID/status. Returns 0 or -errno. */
int snapshot_tgid(pid_t tid, pid_t *ret_pid, pid_t *ret_ppid);

/* snapshot_nested - does the process live in another PID namespace than we do? */
bool snapshot_nested(struct decoder *d, struct process *p);

/* snapshot_inner_pid - its pid in the innermost namespace; 0 unknown. */
int64_t snapshot_inner_pid(struct decoder *d, struct process *p);

/* snapshot_mark - a number that changes when the process gets a new image; 0 unknown. */
uint64_t snapshot_mark(struct decoder *d, struct process *p);

/* env_is_kept - may the value of that environment variable be stored? */
bool env_is_kept(const char *name, size_t len);

#endif
