/* SPDX-License-Identifier: Apache-2.0
 *
 * probe.h - what this kernel and this sandbox allow. Features are tried, never derived from a version.
 *
 * HOLTER_FORCE takes features away, so that every fallback can be tested anywhere.
 */
#ifndef CAPTURE_PROBE_H
#define CAPTURE_PROBE_H

#include <stdbool.h>

#include "formats/core/buf.h"
#include "formats/core/err.h"

struct features {
	/* may be used (HOLTER_FORCE, --channel); after the launch: were found to work */
	bool notify;   /* seccomp user notification */
	bool ptrace;   /* PTRACE_SEIZE of own children */
	bool killable; /* WAIT_KILLABLE_RECV, Linux 5.19 */
	bool sync;     /* SYNC_WAKE_UP, Linux 6.6 */
	bool getfd;    /* pidfd_getfd(2), Linux 5.6 */
	/* found at the launch */
	bool nnp_set;    /* we had to set no_new_privs: set-uid programs lose their power */
	bool nnp_before; /* it was set already */
};

/*
 * probe_features - what may be tried here
 *
 * @force: "nonotify,noptrace,nosync,nokillable,nogetfd" in any combination, or NULL
 * Returns: 0; -EINVAL for an unknown word.
 */
int probe_features(struct features *f, const char *force, struct htr_err *err) HTR_MUST_CHECK;

/* probe_text - "notify ptrace killable ..." for the trace header. */
void probe_text(const struct features *f, struct htr_buf *out);

#endif
