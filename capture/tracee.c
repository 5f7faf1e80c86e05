/* SPDX-License-Identifier: Apache-2.0
 *
 * tracee.c - transition table and bookkeeping of threads and processes; see tracee.h.
 */
#include "capture/tracee.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Open /proc directories kept at a time, three descriptors each. */
#define CACHED_MAX 256

/* Rows: state; columns: stop in the order of enum stop. Short names keep the table a table. */
enum action tracee_action(enum tracee_state state, enum stop stop)
{
	enum {
		RES = ACT_RESUME,
		HOL = ACT_HOLD,
		VAL = ACT_RESULT,
		BEG = ACT_BEGIN,
		HAN = ACT_HANDLER,
		CAL = ACT_CALL,
		SPA = ACT_SPAWN,
		EXE = ACT_EXEC,
		SIG = ACT_SIGNAL,
		GRP = ACT_GROUP,
		LEA = ACT_LEAVE,
		END = ACT_END,
		IGN = ACT_IGNORE,
		ODD = ACT_ODD,
	};
	/* clang-format off */
	static const uint8_t table[TRACEE_STATE_MAX][STOP_MAX] = {
		/*                  exit kill call trap grp  fork vfrk clon exec oth  sig  noise */
		[TRACEE_NEW]      = { END, END, HOL, HOL, HOL, ODD, ODD, ODD, ODD, HOL, HOL, IGN },
		[TRACEE_OUTSIDE]  = { END, END, CAL, RES, GRP, SPA, SPA, SPA, EXE, ODD, SIG, IGN },
		[TRACEE_ENTERED]  = { END, END, CAL, RES, GRP, SPA, SPA, SPA, EXE, ODD, SIG, IGN },
		[TRACEE_ARMED]    = { END, END, CAL, VAL, VAL, SPA, SPA, SPA, EXE, ODD, SIG, IGN },
		[TRACEE_BEFORE]   = { END, END, CAL, BEG, BEG, SPA, SPA, SPA, EXE, ODD, SIG, IGN },
		[TRACEE_FOLLOWED] = { END, END, CAL, RES, GRP, SPA, SPA, SPA, EXE, ODD, SIG, IGN },
		[TRACEE_HANDLER]  = { END, END, CAL, HAN, HAN, SPA, SPA, SPA, EXE, ODD, SIG, IGN },
		[TRACEE_LEAVING]  = { END, END, LEA, LEA, LEA, SPA, SPA, SPA, EXE, LEA, LEA, IGN },
		[TRACEE_ASIDE]    = { END, END, ODD, ODD, ODD, ODD, ODD, ODD, ODD, ODD, ODD, IGN },
	};
	/* clang-format on */

	if ((unsigned)state >= TRACEE_STATE_MAX || (unsigned)stop >= STOP_MAX) {
		return ACT_ODD;
	}
	return (enum action)table[state][stop];
}

const char *tracee_state_name(enum tracee_state state)
{
	static const char *const names[TRACEE_STATE_MAX] = {
		"new",      "outside", "entered", "armed", "before",
		"followed", "handler", "leaving", "aside",
	};

	return (unsigned)state < TRACEE_STATE_MAX ? names[state] : "?";
}

struct tracee *tracees_get(const struct tracees *ts, pid_t tid)
{
	return htr_map_get(&ts->threads, (uint64_t)tid);
}

struct process *tracees_process(const struct tracees *ts, pid_t pid)
{
	return htr_map_get(&ts->processes, (uint64_t)pid);
}

static void close_fd(int *fd)
{
	if (*fd >= 0) {
		close(*fd);
	}
	*fd = -1;
}

void process_release(struct tracees *ts, struct process *p)
{
	if (p->dir_fd >= 0) {
		ts->n_cached--;
	}
	close_fd(&p->dir_fd);
	close_fd(&p->fds_fd);
	close_fd(&p->pid_fd);
}

static struct process *process_get(struct tracees *ts, pid_t pid)
{
	struct process *p = tracees_process(ts, pid);

	if (p) {
		return p;
	}
	p = calloc(1, sizeof(*p));
	if (!p) {
		return NULL;
	}
	*p = (struct process){
		.pid = pid, .dir_fd = -1, .fds_fd = -1, .pid_fd = -1, .watch_fd = -1
	};
	if (htr_map_put(&ts->processes, (uint64_t)pid, p) < 0) {
		free(p);
		return NULL;
	}
	return p;
}

static void process_put(struct tracees *ts, struct process *p)
{
	htr_map_del(&ts->processes, (uint64_t)p->pid);
	process_release(ts, p);
	close_fd(&p->watch_fd);
	free(p);
}

struct tracee *tracees_add(struct tracees *ts, pid_t tid, pid_t pid)
{
	struct tracee *t = calloc(1, sizeof(*t));
	struct process *p = t ? process_get(ts, pid) : NULL;

	if (!p || htr_map_put(&ts->threads, (uint64_t)tid, t) < 0) {
		if (p && p->n_threads == 0) {
			process_put(ts, p);
		}
		free(t);
		return NULL;
	}
	t->tid = tid;
	t->proc = p;
	p->n_threads++;
	return t;
}

bool tracees_del(struct tracees *ts, struct tracee *t)
{
	struct process *p = t->proc;
	bool last = --p->n_threads == 0;

	htr_map_del(&ts->threads, (uint64_t)t->tid);
	free(t);
	if (last) {
		process_put(ts, p);
	}
	return last;
}

void tracees_rename(struct tracees *ts, struct tracee *t, pid_t tid)
{
	htr_map_del(&ts->threads, (uint64_t)t->tid);
	t->tid = tid;
	if (htr_map_put(&ts->threads, (uint64_t)tid, t) < 0) {
		/* a slot has just been given back, so the table need not grow */
		t->state = TRACEE_ASIDE;
	}
}

void tracees_fini(struct tracees *ts)
{
	size_t pos = 0;
	uint64_t key;
	void *val;

	while (htr_map_next(&ts->threads, &pos, &key, &val)) {
		free(val);
	}
	pos = 0;
	while (htr_map_next(&ts->processes, &pos, &key, &val)) {
		process_put(ts, val);
		pos = 0; /* the map has changed */
	}
	htr_map_fini(&ts->threads);
	htr_map_fini(&ts->processes);
}

static void close_all_cached(struct tracees *ts)
{
	size_t pos = 0;
	uint64_t key;
	void *val;

	while (htr_map_next(&ts->processes, &pos, &key, &val)) {
		process_release(ts, val);
	}
}

int process_dir(struct tracees *ts, struct process *p)
{
	if (p->dir_fd < 0) {
		char path[32];

		if (ts->n_cached >= CACHED_MAX) {
			close_all_cached(ts);
		}
		snprintf(path, sizeof(path), "/proc/%d", (int)p->pid);
		p->dir_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		ts->n_cached += p->dir_fd >= 0;
	}
	return p->dir_fd;
}

int process_fds(struct tracees *ts, struct process *p)
{
	if (p->fds_fd < 0) {
		int dir = process_dir(ts, p);

		if (dir >= 0) {
			p->fds_fd = openat(dir, "fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
		}
	}
	return p->fds_fd;
}

int process_pidfd(struct tracees *ts, struct process *p)
{
	if (p->pid_fd < 0 && process_dir(ts, p) >= 0) {
		p->pid_fd = (int)syscall(SYS_pidfd_open, p->pid, 0);
	}
	return p->pid_fd;
}
