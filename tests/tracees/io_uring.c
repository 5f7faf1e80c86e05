/* SPDX-License-Identifier: Apache-2.0
 *
 * io_uring - io_uring: its setup is recorded; a file opened through the ring is not a system call.
 *
 * capture: -e +io_uring_enter
 */
#include <linux/io_uring.h>

#include "tests/tracees/tracee.h"

int main(void)
{
	struct io_uring_params p;
	struct io_uring_sqe *sqes;
	char *sq, *cq;
	unsigned *array, mask;
	long ring, r;

	memset(&p, 0, sizeof(p));
	ring = sys(SYS_io_uring_setup, 4, &p);
	expect("'type':'io_uring_setup','args':{'entries':4},'res':%ld", ring);
	say("setup: %s", outcome(ring));
	if (ring < 0) {
		return 0;
	}
	sq = mmap(NULL, p.sq_off.array + p.sq_entries * 4, PROT_READ | PROT_WRITE,
		  MAP_SHARED | MAP_POPULATE, (int)ring, IORING_OFF_SQ_RING);
	cq = mmap(NULL, p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe),
		  PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, (int)ring, IORING_OFF_CQ_RING);
	sqes = mmap(NULL, p.sq_entries * sizeof(*sqes), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_POPULATE, (int)ring, IORING_OFF_SQES);
	need(sq != MAP_FAILED && cq != MAP_FAILED && sqes != MAP_FAILED);
	memset(&sqes[0], 0, sizeof(sqes[0]));
	sqes[0].opcode = IORING_OP_MKDIRAT;
	sqes[0].fd = AT_FDCWD;
	sqes[0].addr = (uintptr_t) "by-the-ring";
	sqes[0].len = 0700;
	mask = *(unsigned *)(void *)(sq + p.sq_off.ring_mask);
	array = (unsigned *)(void *)(sq + p.sq_off.array);
	array[0 & mask] = 0;
	__atomic_store_n((unsigned *)(void *)(sq + p.sq_off.tail), 1, __ATOMIC_RELEASE);
	r = sys(SYS_io_uring_enter, (int)ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0L);
	expect("'type':'io_uring_enter','args':{'fd':%ld},'res':%ld", ring, r);
	say("enter: %ld", r);
	say("made: %s", outcome(raw(access("by-the-ring", F_OK))));
	return 0;
}
