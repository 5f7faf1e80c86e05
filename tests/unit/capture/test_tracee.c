/* SPDX-License-Identifier: Apache-2.0
 * The transition table, and the book of threads and processes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <unistd.h>

#include "capture/tracee.h"

static void every_pair_has_an_action(void **state)
{
	(void)state;
	for (int s = 0; s < TRACEE_STATE_MAX; s++) {
		for (int k = 0; k < STOP_MAX; k++) {
			enum action a = tracee_action((enum tracee_state)s, (enum stop)k);

			assert_in_range(a, 0, ACT_MAX - 1);
			/* the end of a thread is the end in every state, and noise is nothing */
			assert_int_equal(a == ACT_END, k == STOP_EXITED || k == STOP_KILLED);
			assert_int_equal(a == ACT_IGNORE, k == STOP_NOISE);
		}
	}
	assert_int_equal(tracee_action((enum tracee_state)99, STOP_TRAP), ACT_ODD);
	assert_int_equal(tracee_action(TRACEE_OUTSIDE, (enum stop)99), ACT_ODD);
}

static void transitions(void **state)
{
	(void)state;
	assert_int_equal(tracee_action(TRACEE_NEW, STOP_TRAP), ACT_HOLD);
	assert_int_equal(tracee_action(TRACEE_OUTSIDE, STOP_TRAP), ACT_RESUME);
	assert_int_equal(tracee_action(TRACEE_OUTSIDE, STOP_GROUP), ACT_GROUP);
	assert_int_equal(tracee_action(TRACEE_ARMED, STOP_TRAP), ACT_RESULT);
	assert_int_equal(tracee_action(TRACEE_ARMED, STOP_GROUP), ACT_RESULT);
	assert_int_equal(tracee_action(TRACEE_ARMED, STOP_EXEC), ACT_EXEC);
	assert_int_equal(tracee_action(TRACEE_BEFORE, STOP_TRAP), ACT_BEGIN);
	assert_int_equal(tracee_action(TRACEE_FOLLOWED, STOP_SYSCALL), ACT_CALL);
	assert_int_equal(tracee_action(TRACEE_HANDLER, STOP_TRAP), ACT_HANDLER);
	assert_int_equal(tracee_action(TRACEE_ENTERED, STOP_VFORK), ACT_SPAWN);
	assert_int_equal(tracee_action(TRACEE_LEAVING, STOP_SIGNAL), ACT_LEAVE);
	assert_int_equal(tracee_action(TRACEE_LEAVING, STOP_EXEC), ACT_EXEC);
	assert_int_equal(tracee_action(TRACEE_ASIDE, STOP_SYSCALL), ACT_ODD);
}

static void names(void **state)
{
	(void)state;
	for (int s = 0; s < TRACEE_STATE_MAX; s++) {
		assert_true(strlen(tracee_state_name((enum tracee_state)s)) > 2);
	}
	assert_string_equal(tracee_state_name(TRACEE_ASIDE), "aside");
	assert_string_equal(tracee_state_name((enum tracee_state)77), "?");
}

static void book(void **state)
{
	struct tracees ts = { 0 };
	struct tracee *leader = tracees_add(&ts, 100, 100);
	struct tracee *thread = tracees_add(&ts, 101, 100);

	(void)state;
	assert_non_null(leader);
	assert_non_null(thread);
	assert_ptr_equal(leader->proc, thread->proc);
	assert_int_equal(leader->proc->n_threads, 2);
	assert_ptr_equal(tracees_get(&ts, 101), thread);
	assert_null(tracees_get(&ts, 102));

	/* exec by the second thread: the leader goes, the caller takes its id */
	thread->proc->n_threads++;
	assert_false(tracees_del(&ts, leader));
	thread->proc->n_threads--;
	tracees_rename(&ts, thread, 100);
	assert_ptr_equal(tracees_get(&ts, 100), thread);
	assert_null(tracees_get(&ts, 101));
	assert_int_equal(thread->tid, 100);
	assert_non_null(tracees_process(&ts, 100));
	assert_true(tracees_del(&ts, thread));
	assert_null(tracees_process(&ts, 100));
	tracees_fini(&ts);
}

static void own_directory(void **state)
{
	struct tracees ts = { 0 };
	struct tracee *t = tracees_add(&ts, getpid(), getpid());

	(void)state;
	assert_non_null(t);
	int dir = process_dir(&ts, t->proc);

	assert_true(dir >= 0);
	assert_int_equal(process_dir(&ts, t->proc), dir); /* kept */
	assert_true(process_fds(&ts, t->proc) >= 0);
	assert_int_equal(ts.n_cached, 1);
	process_release(&ts, t->proc);
	assert_int_equal(ts.n_cached, 0);
	for (pid_t pid = 3000000; pid < 3000400; pid++) {
		assert_non_null(tracees_add(&ts, pid, pid));
	}
	tracees_fini(&ts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pair_has_an_action),
		cmocka_unit_test(transitions),
		cmocka_unit_test(names),
		cmocka_unit_test(book),
		cmocka_unit_test(own_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
