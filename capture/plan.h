/* SPDX-License-Identifier: Apache-2.0
 *
 * plan.h - which system calls are recorded, and how each of them is seen. Pure tables and set
 * arithmetic; knows nothing of filters or ptrace.
 */
#ifndef CAPTURE_PLAN_H
#define CAPTURE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/core/err.h"
#include "formats/model/tables.h"

#define PLAN_CALLS_MAX 1024 /* room above the table's size, which is about 480 */

/* How a call is seen on the notify channel. (On the ptrace channel every wanted call has both stops.) */
enum how {
	HOW_NOT = 0, /* not recorded */
	HOW_ENTRY,   /* let through at once, its result is not taken */
	HOW_RESULT,  /* runs with an interrupt pending, so that it stops once on its way out */
	HOW_RESTART, /* made to restart under PTRACE_SYSCALL before it does anything: for calls that act
			differently while a signal is pending (partial transfers, -EAGAIN, -EINTR) */
	HOW_SPAWN,  /* fork family: let through; the ptrace event completes the record */
	HOW_EXEC,   /* execve family: as RESULT, but a success is the exec event */
	HOW_PTRACE, /* ptrace(2) itself: the recorder steps aside first */
};

/* A condition on one argument that the kernel's filter can test. */
enum cond_op {
	COND_NONE = 0,
	COND_NONZERO, /* 64-bit argument != 0 */
	COND_NE32,    /* low half != value */
};

struct cond {
	uint8_t op;  /* enum cond_op */
	uint8_t arg; /* 0..5 */
	uint32_t value;
};

enum profile { PROFILE_SECURITY = 0, PROFILE_FORENSIC, PROFILE_FULL, PROFILE_MAX };

extern const char *const profile_words[]; /* "security"..., NULL-terminated */

struct plan {
	enum profile profile;
	bool io_data;                /* keep the first bytes of I/O */
	uint8_t how[PLAN_CALLS_MAX]; /* enum how, by htr_syscall_desc.id */
	struct cond cond[PLAN_CALLS_MAX];
	bool named[PLAN_CALLS_MAX]; /* asked for by its own name: whatever its arguments are */
};

/*
 * plan_init - the plan of a profile, changed by a set expression
 *
 * @expr: NULL, or comma-separated: NAME, %CLASS, "all", "none" with an optional + (add), - or ! (take
 *        away). A first item without a sign starts from nothing; otherwise the profile is the start.
 *        A call may be written with its arguments' conditions lifted by naming it.
 * Returns: 0; -EINVAL with the unknown word and the nearest name in the message.
 */
int plan_init(struct plan *plan, enum profile profile, const char *expr,
	      struct htr_err *err) HTR_MUST_CHECK;

/* plan_how - HOW_NOT for NULL. */
static inline enum how plan_how(const struct plan *plan, const struct htr_syscall_desc *desc)
{
	return desc ? (enum how)plan->how[desc->id] : HOW_NOT;
}

/* plan_cond_holds - would the filter's condition on that call let it be seen? */
bool plan_cond_holds(const struct plan *plan, const struct htr_syscall_desc *desc,
		     const uint64_t args[6]);

/* plan_count - number of wanted calls that exist on an architecture. */
size_t plan_count(const struct plan *plan, enum htr_arch arch);

/* plan_prefers_ptrace - so many calls need the dear form that two ptrace stops for every call cost
 * less. */
bool plan_prefers_ptrace(const struct plan *plan);

/* plan_default_how - how a call is seen when it is wanted. */
enum how plan_default_how(const struct htr_syscall_desc *desc);

#endif
