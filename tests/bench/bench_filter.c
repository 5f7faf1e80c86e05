/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_filter.c - events per second of the state and of filters over it, on events in memory.
 *
 * usage: bench_filter [EVENTS [ROUNDS [CASE]]]
 *
 * The mix is that of a build: 22 % close, opens of which a third fail, reads, stats, memory, now and then a
 * fork, an exec and an exit, over a lineage six deep. Best of ROUNDS.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/cleanup.h"
#include "formats/core/clock.h"
#include "formats/filter/filter.h"
#include "formats/model/tables.h"

struct bench {
	struct htr_arena arena;
	const struct htr_event **ev;
	size_t n, cap;
	int64_t time_ns;
	uint32_t seed;
};

static uint32_t rnd(struct bench *b, uint32_t below)
{
	b->seed = b->seed * 1664525u + 1013904223u;
	return (b->seed >> 8) % below;
}

static void keep(struct bench *b, struct htr_event_builder *eb)
{
	eb->ev.seq = b->n + 1;
	eb->ev.time_ns = b->time_ns += 1000;
	eb->ev.arch = HTR_ARCH_X86_64;
	b->ev[b->n] = htr_event_dup(htr_builder_done(eb), &b->arena);
	if (b->ev[b->n++] == NULL) {
		fprintf(stderr, "out of memory\n");
		exit(1);
	}
}

static void begin(struct htr_event_builder *eb, enum htr_event_kind kind, int32_t pid,
		  const char *call)
{
	const struct htr_syscall_desc *d = call ? htr_syscall_by_name(call) : NULL;

	htr_builder_init(eb, kind);
	eb->ev.tid = eb->ev.pid = pid;
	eb->ev.nr = d != NULL ? d->nr[HTR_ARCH_X86_64] : -1;
	eb->ev.n_args = d != NULL ? d->n_args : 0;
}

static void text(struct htr_event_builder *eb, unsigned key, const char *s)
{
	htr_builder_bytes(eb, key, s, strlen(s), 0);
}

static void image(struct htr_event_builder *eb, const char *comm, const char *exe)
{
	char args[96];
	int n = snprintf(args, sizeof(args), "%s%c-c%cinput.c%c-O2%c-o%coutput.o", comm, 0, 0, 0, 0,
			 0);

	text(eb, HTR_K_COMM, comm);
	text(eb, HTR_K_EXE, exe);
	htr_builder_bytes(eb, HTR_K_ARGV, args, (size_t)n, 0);
	text(eb, HTR_K_CWD, "/home/user/project/build");
	htr_builder_int(eb, HTR_K_EUID, 1000);
	htr_builder_int(eb, HTR_K_TTY, 0);
}

/* Bytes of the builder live until keep() has copied the event. */
static void one_call(struct bench *b, int32_t pid, const char *const *paths, size_t n_paths)
{
	struct htr_event_builder eb;
	uint32_t dice = rnd(b, 100);
	const char *path = paths[rnd(b, (uint32_t)n_paths)];

	if (dice < 22) {
		begin(&eb, HTR_EV_SYSCALL, pid, "close");
		eb.ev.args[0] = 3 + rnd(b, 8);
	} else if (dice < 42) {
		begin(&eb, HTR_EV_SYSCALL, pid, "openat");
		eb.ev.args[0] = (uint64_t)-100;
		eb.ev.args[2] = rnd(b, 10) == 0 ? 0x80241 : 0x80000;
		text(&eb, HTR_K_ARG0 + 1, path);
		eb.ev.result = rnd(b, 3) == 0 ? -2 : 3 + (int64_t)rnd(b, 8);
	} else if (dice < 65) {
		begin(&eb, HTR_EV_SYSCALL, pid, dice & 1 ? "read" : "write");
		eb.ev.args[0] = 3 + rnd(b, 8);
		eb.ev.args[2] = 4096;
		eb.ev.result = 4096;
	} else if (dice < 80) {
		begin(&eb, HTR_EV_SYSCALL, pid, "newfstatat");
		eb.ev.args[0] = (uint64_t)-100;
		text(&eb, HTR_K_ARG0 + 1, path);
		eb.ev.result = dice & 1 ? -2 : 0;
	} else {
		begin(&eb, HTR_EV_SYSCALL, pid, dice & 1 ? "mmap" : "brk");
		eb.ev.result = 0x7f0000000000;
	}
	keep(b, &eb);
}

static void make_events(struct bench *b, size_t n)
{
	static const char *const tools[][2] = { { "cc1", "/usr/lib/gcc/x86_64-linux-gnu/12/cc1" },
						{ "as", "/usr/bin/x86_64-linux-gnu-as" },
						{ "sh", "/usr/bin/dash" },
						{ "find", "/usr/bin/find" },
						{ "python3", "/usr/bin/python3.11" } };
	static const char *const paths[] = {
		"/usr/include/stdio.h", "/usr/include/x86_64-linux-gnu/bits/types.h",
		"src/main.c",           "../include/thing.h",
		"/etc/ld.so.cache",     "/lib/x86_64-linux-gnu/libc.so.6",
		"/tmp/ccXYZ123.s",      "/home/user/project/build/obj/file.o",
		"/proc/self/maps",      "/usr/share/locale/en/LC_MESSAGES/gcc.mo"
	};
	struct htr_event_builder eb;
	int32_t pid = 1;
	int32_t next = 100;
	int32_t chain[6] = { 1, 10, 20, 30, 40, 50 };

	b->cap = n + 64;
	b->ev = calloc(b->cap, sizeof(*b->ev));
	if (b->ev == NULL) {
		exit(1);
	}
	for (size_t i = 0; i < HTR_ARRAY_LEN(chain); i++) {
		begin(&eb, HTR_EV_PROC, chain[i], NULL);
		image(&eb, i == 0 ? "init" : "make", "/usr/bin/make");
		htr_builder_int(&eb, HTR_K_PPID, i == 0 ? 0 : chain[i - 1]);
		keep(b, &eb);
	}
	while (b->n < n) {
		const char *const *tool = tools[rnd(b, HTR_ARRAY_LEN(tools))];

		pid = next++;
		begin(&eb, HTR_EV_SPAWN, 50, "vfork");
		eb.ev.result = pid;
		eb.ev.flags = HTR_EVF_LAST;
		htr_builder_int(&eb, HTR_K_CHILD_PID, pid);
		keep(b, &eb);
		begin(&eb, HTR_EV_EXEC, pid, "execve");
		text(&eb, HTR_K_ARG0, tool[1]);
		image(&eb, tool[0], tool[1]);
		keep(b, &eb);
		for (unsigned i = 0; i < 300 && b->n < n; i++) {
			one_call(b, pid, paths, HTR_ARRAY_LEN(paths));
		}
		begin(&eb, HTR_EV_EXIT, pid, NULL);
		eb.ev.flags = HTR_EVF_LAST;
		keep(b, &eb);
	}
}

static double run(const struct bench *b, struct htr_filter *const *f, size_t n_f,
		  struct htr_format *fmt, uint64_t *ret_hits)
{
	struct htr_err err = HTR_ERR_INIT;
	cleanup_state struct htr_state *st = NULL;
	cleanup_buf struct htr_buf out = { 0 };
	int64_t start = htr_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	uint64_t hits = 0;

	if (htr_state_new(&st, NULL, &err) < 0) {
		exit(1);
	}
	for (size_t i = 0; i < b->n; i++) {
		if (htr_state_apply(st, b->ev[i], &err) < 0) {
			exit(1);
		}
		for (size_t j = 0; j < n_f; j++) {
			if (htr_type_set_has(htr_filter_types(f[j]), b->ev[i])) {
				hits += htr_filter_match(f[j], st);
			}
		}
		if (fmt != NULL) {
			htr_buf_reset(&out);
			htr_format_print(fmt, st, &out);
			hits += out.len > 0;
		}
	}
	*ret_hits = hits;
	return (double)(htr_clock_ns(CLOCK_PROCESS_CPUTIME_ID) - start) / 1e9;
}

static const struct {
	const char *what, *filter, *format;
} CASES[] = {
	{ "state only", NULL, NULL },
	{ "openat below /etc", "evt.type=openat and fd.name contains /etc", NULL },
	{ "rule-sized",
	  "evt.type in (open,openat,openat2,creat) and evt.is_open_read=true and fd.typechar='f' and "
	  "fd.num>=0 and (fd.name startswith /etc or fd.name startswith /usr/include) and not proc.name in "
	  "(a1,a2,a3,a4,a5,a6,a7,a8,a9,b1,b2,b3,b4,b5,b6,b7,b8,b9,c1,c2,c3,c4,c5,c6,c7,c8,c9,d1,d2,d3,d4,"
	  "d5,d6,d7,d8,d9,e1,e2,e3,e4,e5,e6,e7,e8,e9,sh,f1,f2,f3,f4) and not proc.aname[2] in (sshd, cron) "
	  "and not proc.pname in (systemd, sshd) and proc.aname[3]=make",
	  NULL },
	{ "expensive on every event",
	  "proc.aname=nosuch or proc.cmdline icontains NOSUCH or fd.name glob '*/nosuch/*.x?'",
	  NULL },
	{ "cmdline and set on every event",
	  "proc.cmdline contains 'x y z' or proc.name in (a,b,c,d,e,f,g,h,i) or user.name=nobody",
	  NULL },
	{ "three short fields printed", NULL, "%evt.num %evt.type %proc.name" },
	{ "a rule's output printed", NULL,
	  "opened file=%fd.name by %proc.name (%proc.cmdline) parent %proc.pname gp=%proc.aname[2] "
	  "user=%user.name exe=%proc.exepath" },
};

int main(int argc, char **argv)
{
	static struct bench b = { .seed = 1 };
	size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 300000;
	unsigned rounds = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 3;

	make_events(&b, n < 100 ? 100 : n);
	printf("%zu events, best of %u\n", b.n, rounds);
	for (size_t i = 0; i < HTR_ARRAY_LEN(CASES); i++) {
		struct htr_err err = HTR_ERR_INIT;
		cleanup_filter struct htr_filter *f = NULL;
		cleanup_format struct htr_format *fmt = NULL;
		double best = 1e9;
		uint64_t hits = 0;

		if (argc > 3 && strstr(CASES[i].what, argv[3]) == NULL) {
			continue;
		}
		if ((CASES[i].filter != NULL &&
		     htr_filter_compile(&f, CASES[i].filter, NULL, NULL, NULL, &err) < 0) ||
		    (CASES[i].format != NULL &&
		     htr_format_compile(&fmt, CASES[i].format, NULL, &err) < 0)) {
			fprintf(stderr, "%s\n", err.msg);
			return 1;
		}
		for (unsigned r = 0; r < rounds; r++) {
			double t = run(&b, &f, f != NULL, fmt, &hits);

			best = t < best ? t : best;
		}
		printf("%-32s %6.2f M events/s  %6.1f ns each  %llu hits\n", CASES[i].what,
		       (double)b.n / best / 1e6, best * 1e9 / (double)b.n,
		       (unsigned long long)hits);
	}
	htr_arena_fini(&b.arena);
	free(b.ev);
	return 0;
}
