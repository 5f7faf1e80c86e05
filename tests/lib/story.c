/* SPDX-License-Identifier: Apache-2.0
 *
 * story.c - events from a text description, so that tests need no live recording. Mistakes in the text
 * end the program with the line.
 *
 * One statement a line; "#" starts a comment. Times and processes first:
 *   facts hostname=web start=2026-11-21T20:09:00Z container_id=0123456789ab
 *         container_image=registry.example/web container_privileged=0 root_pid=1
 *   user 0 root            group 0 root
 *   at +3.2s               the clock stands there; every event moves it on by 1 us
 *   proc 1 comm="init" exe="/sbin/init" argv=["init"] uid=0 cwd="/"     a snapshot record
 *   1: fork 2              also: vfork 2, thread 3
 *   2: exec "/bin/sh" ["sh","-c","id"] exe="/usr/bin/dash" tty=34816    a successful execve
 *   2: exit 0              also: exit SIGKILL
 *   2: signal SIGTERM
 *   2: fd 0 fd_path="/dev/pts/1"                                        a snapshot record
 *   2: openat(AT_FDCWD, "/etc/passwd", O_RDONLY|O_CLOEXEC) = 3 fd_path="/etc/passwd"
 *   2: connect(3, 198.51.100.23:4444, 16) = ECONNREFUSED
 *   2: execve("/nope", ["nope"], 0) = ENOENT
 *   2: socket(AF_INET, SOCK_STREAM, 0) = ?                              no result is known
 *   loss 100               note "text"
 * Behind an event stand values by name (event.h, enum htr_key); a list is joined with NUL.
 */
#include "tests/lib/story.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "formats/core/arena.h"
#include "formats/core/buf.h"
#include "formats/core/cleanup.h"
#include "formats/core/clock.h"
#include "formats/core/str.h"
#include "formats/model/event.h"
#include "formats/model/tables.h"

/* Any address will do: nothing reads it. */
#define FAKE_POINTER UINT64_C(0x7f0000001000)
#define STEP_NS      INT64_C(1000)
#define TASKS_MAX    4096
#define USERS_MAX    64

struct story {
	const char *p; /* rest of the line in hand */
	unsigned line;
	struct htr_arena arena; /* facts and the line in hand */
	story_fn emit;
	void *data;
	struct htr_facts facts;
	struct htr_user_fact users[USERS_MAX];
	struct htr_group_fact groups[USERS_MAX];
	int64_t time_ns;
	uint64_t seq;
	struct {
		int32_t tid, pid;
	} tasks[TASKS_MAX];
	size_t n_tasks;
	struct htr_event_builder b;
};

static _Noreturn void fail(const struct story *m, const char *what)
{
	fprintf(stderr, "line %u: %s near '%.40s'\n", m->line, what, m->p);
	exit(2);
}

static void *must(const struct story *m, void *p)
{
	if (!p) {
		fail(m, "out of memory");
	}
	return p;
}

/* ---- words ------------------------------------------------------------------------------------------- */

static void blanks(struct story *m)
{
	while (*m->p == ' ' || *m->p == '\t') {
		m->p++;
	}
}

static bool at_end(struct story *m)
{
	blanks(m);
	return !*m->p || *m->p == '#';
}

static bool take(struct story *m, char c)
{
	blanks(m);
	if (*m->p != c) {
		return false;
	}
	m->p++;
	return true;
}

static char *word(struct story *m, const char *stop)
{
	blanks(m);
	size_t n = strcspn(m->p, stop);
	if (!n) {
		fail(m, "a word is missing");
	}
	char *w = must(m, htr_arena_dup(&m->arena, m->p, n));
	m->p += n;
	return w;
}

static int hex(int c)
{
	return isdigit(c) ? c - '0' : (tolower(c) - 'a' + 10) & 15;
}

/* "..." with \n \t \\ \" \xNN */
static void quoted(struct story *m, struct htr_buf *out)
{
	if (!take(m, '"')) {
		fail(m, "a quoted string is missing");
	}
	for (; *m->p && *m->p != '"'; m->p++) {
		char c = *m->p;
		if (c == '\\' && m->p[1]) {
			c = *++m->p;
			if (c == 'x' && isxdigit((unsigned char)m->p[1]) &&
			    isxdigit((unsigned char)m->p[2])) {
				c = (char)(hex(m->p[1]) << 4 | hex(m->p[2]));
				m->p += 2;
			} else {
				c = c == 'n' ? '\n' : c == 't' ? '\t' : c == '0' ? '\0' : c;
			}
		}
		htr_buf_addc(out, c);
	}
	if (!take(m, '"')) {
		fail(m, "the string does not end");
	}
}

/* A string, a list of strings (joined with NUL), or a bare word. */
static struct htr_buf bytes(struct story *m)
{
	struct htr_buf out = { 0 };

	blanks(m);
	if (*m->p == '"') {
		quoted(m, &out);
	} else if (take(m, '[')) {
		for (bool first = true; !take(m, ']'); first = false) {
			if (!first) {
				if (!take(m, ',')) {
					fail(m, "',' or ']' is missing");
				}
				htr_buf_addc(&out, '\0');
			}
			quoted(m, &out);
		}
	} else {
		htr_buf_adds(&out, word(m, " \t"));
	}
	return out;
}

static int64_t number(const struct story *m, const char *w)
{
	char *end;
	int64_t v = w[0] == '-' ? strtoll(w, &end, 0) : (int64_t)strtoull(w, &end, 0);

	if (end == w || *end) {
		fail(m, "a number is missing");
	}
	return v;
}

/* ---- tasks -------------------------------------------------------------------------------------------- */

static void set_task(struct story *m, int32_t tid, int32_t pid)
{
	for (size_t i = 0; i < m->n_tasks; i++) {
		if (m->tasks[i].tid == tid) {
			m->tasks[i].pid = pid;
			return;
		}
	}
	if (m->n_tasks == TASKS_MAX) {
		fail(m, "too many tasks");
	}
	m->tasks[m->n_tasks].tid = tid;
	m->tasks[m->n_tasks++].pid = pid;
}

static int32_t pid_of(const struct story *m, int32_t tid)
{
	for (size_t i = 0; i < m->n_tasks; i++) {
		if (m->tasks[i].tid == tid) {
			return m->tasks[i].pid;
		}
	}
	return tid;
}

/* ---- values -------------------------------------------------------------------------------------------- */

static int key_by_name(const char *name)
{
	for (int k = HTR_K_ARG_MAX; k < HTR_K_MAX; k++) {
		const char *n = htr_key_name((unsigned)k);
		if (n && !strcmp(n, name)) {
			return k;
		}
	}
	return -1;
}

static void put_bytes(struct story *m, unsigned key, struct htr_buf *data)
{
	void *copy = must(m, htr_arena_dup(&m->arena, htr_buf_str(data), data->len));

	htr_builder_bytes(&m->b, key, copy, data->len, 0);
	htr_buf_fini(data);
}

/* 10.0.0.1:80, [::1]:443, unix:/run/x, unix:@abstract to a raw sockaddr; false when it is none. */
static bool sockaddr_of(const char *text, struct htr_buf *out)
{
	struct sockaddr_in in4 = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	char host[64];
	const char *colon = strrchr(text, ':');

	if (!strncmp(text, "unix:", 5)) {
		size_t n = strlen(text + 5);
		if (n >= sizeof(un.sun_path)) {
			return false;
		}
		memcpy(un.sun_path, text + 5, n);
		if (un.sun_path[0] == '@') {
			un.sun_path[0] = '\0';
		}
		htr_buf_add(out, &un, offsetof(struct sockaddr_un, sun_path) + n + 1);
		return true;
	}
	if (!colon || (size_t)(colon - text) >= sizeof(host)) {
		return false;
	}
	snprintf(host, sizeof(host), "%.*s", (int)(colon - text), text);
	in4.sin_port = in6.sin6_port = htons((uint16_t)atoi(colon + 1));
	if (inet_pton(AF_INET, host, &in4.sin_addr) == 1) {
		htr_buf_add(out, &in4, sizeof(in4));
		return true;
	}
	size_t n = strlen(host);
	if (host[0] == '[' && host[n - 1] == ']') {
		host[n - 1] = '\0';
		if (inet_pton(AF_INET6, host + 1, &in6.sin6_addr) == 1) {
			htr_buf_add(out, &in6, sizeof(in6));
			return true;
		}
	}
	return false;
}

static void one_value(struct story *m)
{
	const char *name = word(m, "=");
	int key = key_by_name(name);
	struct htr_buf raw = { 0 };

	if (key < 0) {
		fail(m, "no value has that name");
	}
	m->p++;
	if (htr_key_type((unsigned)key) == HTR_VT_INT) {
		htr_builder_int(&m->b, (unsigned)key, number(m, word(m, " \t")));
	} else if (key == HTR_K_SOCK_LOCAL || key == HTR_K_SOCK_PEER) {
		if (!sockaddr_of(word(m, " \t"), &raw)) {
			fail(m, "no address");
		}
		put_bytes(m, (unsigned)key, &raw);
	} else {
		raw = bytes(m);
		put_bytes(m, (unsigned)key, &raw);
	}
}

static void values(struct story *m)
{
	while (!at_end(m)) {
		one_value(m);
	}
}

static void add(struct story *m)
{
	m->b.ev.time_ns = m->time_ns;
	m->time_ns += STEP_NS;
	m->b.ev.seq = ++m->seq;
	m->facts.users = m->users;
	m->facts.groups = m->groups;
	m->emit(htr_builder_done(&m->b), m->data);
}

static void begin(struct story *m, enum htr_event_kind kind, int32_t tid)
{
	htr_builder_init(&m->b, kind);
	m->b.ev.tid = tid;
	m->b.ev.pid = pid_of(m, tid);
	m->b.ev.nr = -1;
	m->b.ev.arch = HTR_ARCH_X86_64;
}

static const struct htr_syscall_desc *set_call(struct story *m, const char *name)
{
	const struct htr_syscall_desc *desc = htr_syscall_by_name(name);

	if (!desc || desc->nr[HTR_ARCH_X86_64] < 0) {
		fail(m, "no such system call");
	}
	m->b.ev.nr = desc->nr[HTR_ARCH_X86_64];
	m->b.ev.n_args = desc->n_args;
	return htr_syscall_lookup(HTR_ARCH_X86_64, m->b.ev.nr);
}

/* ---- facts --------------------------------------------------------------------------------------------- */

static void facts_line(struct story *m)
{
	while (!at_end(m)) {
		const char *name = word(m, "=");
		m->p++;
		struct htr_buf v = bytes(m);
		const char *s = must(m, htr_arena_dup(&m->arena, htr_buf_str(&v), v.len));
		htr_buf_fini(&v);
		const struct {
			const char *name;
			const char **to;
		} texts[] = {
			{ "hostname", &m->facts.hostname },
			{ "command", &m->facts.command },
			{ "container_id", &m->facts.container_id },
			{ "container_name", &m->facts.container_name },
			{ "container_image", &m->facts.container_image },
		};
		bool found = false;
		for (size_t i = 0; i < HTR_ARRAY_LEN(texts); i++) {
			if (!strcmp(name, texts[i].name)) {
				*texts[i].to = s;
				found = true;
			}
		}
		if (!strcmp(name, "start")) {
			int64_t rel;
			if (htr_time_parse(s, 0, 0, &rel, NULL) < 0) {
				fail(m, "no time");
			}
			m->facts.start_real_ns = rel;
		} else if (!strcmp(name, "container_privileged")) {
			m->facts.container_privileged = (int8_t)number(m, s);
		} else if (!strcmp(name, "container_start")) {
			m->facts.container_start_ns = m->facts.start_real_ns + number(m, s);
		} else if (!strcmp(name, "root_pid")) {
			m->facts.root_pid = (int32_t)number(m, s);
		} else if (!found) {
			fail(m, "no fact has that name");
		}
	}
}

static void user_line(struct story *m, bool group)
{
	uint32_t id = (uint32_t)number(m, word(m, " \t"));
	const char *name = word(m, " \t");

	if ((group ? m->facts.n_groups : m->facts.n_users) == USERS_MAX) {
		fail(m, "too many users");
	}
	if (group) {
		m->groups[m->facts.n_groups++] = (struct htr_group_fact){ id, name };
	} else {
		m->users[m->facts.n_users++] =
			(struct htr_user_fact){ id, id, name, "/", "/bin/sh" };
	}
}

/* ---- events -------------------------------------------------------------------------------------------- */

static void proc_line(struct story *m)
{
	int32_t pid = (int32_t)number(m, word(m, " \t"));

	set_task(m, pid, pid);
	begin(m, HTR_EV_PROC, pid);
	values(m);
	add(m);
}

static void spawn_line(struct story *m, int32_t tid, const char *how)
{
	int32_t child = (int32_t)number(m, word(m, " \t"));
	bool thread = !strcmp(how, "thread");

	begin(m, HTR_EV_SPAWN, tid);
	set_call(m, thread ? "clone" : how);
	m->b.ev.result = child;
	if (thread) {
		m->b.ev.args[0] = 0x3d0f00; /* what pthread_create asks for */
		htr_builder_int(&m->b, HTR_K_CLONE_FLAGS, 0x3d0f00);
	} else {
		m->b.ev.flags |= HTR_EVF_LAST;
		if (!strcmp(how, "vfork")) {
			htr_builder_int(&m->b, HTR_K_CLONE_FLAGS, 0x4100);
		}
	}
	set_task(m, child, thread ? pid_of(m, tid) : child);
	htr_builder_int(&m->b, HTR_K_CHILD_PID, pid_of(m, child));
	values(m);
	add(m);
}

static void exec_line(struct story *m, int32_t tid)
{
	begin(m, HTR_EV_EXEC, tid);
	set_call(m, "execve");
	struct htr_buf path = bytes(m);
	struct htr_buf argv = bytes(m);
	struct htr_buf argv2 = { 0 };
	const char *slash = strrchr(htr_buf_str(&path), '/');
	const char *base = slash ? slash + 1 : htr_buf_str(&path);
	size_t n = strlen(base);

	htr_buf_add(&argv2, htr_buf_str(&argv), argv.len);
	for (int i = 0; i < 3; i++) {
		m->b.ev.args[i] = FAKE_POINTER + (uint64_t)i * 4096;
	}
	/* what the kernel does: comm is the last part of the path, at most 15 bytes */
	htr_builder_bytes(&m->b, HTR_K_COMM, must(m, htr_arena_dup(&m->arena, base, n)),
			  n < 15 ? n : 15, 0);
	htr_builder_bytes(&m->b, HTR_K_EXE, must(m, htr_arena_dup(&m->arena, path.data, path.len)),
			  path.len, 0);
	put_bytes(m, HTR_K_ARG0, &path);
	put_bytes(m, HTR_K_ARG0 + 1, &argv);
	put_bytes(m, HTR_K_ARGV, &argv2);
	values(m);
	add(m);
}

static int signal_number(struct story *m, const char *w)
{
	for (int s = 1; s < 65; s++) {
		const char *name = htr_signal_name(s);
		if (name && !strcmp(name, w)) {
			return s;
		}
	}
	fail(m, "no such signal");
}

static void exit_line(struct story *m, int32_t tid)
{
	const char *w = word(m, " \t");
	int64_t status = w[0] == 'S' ? signal_number(m, w) : number(m, w) << 8;

	begin(m, HTR_EV_EXIT, tid);
	m->b.ev.flags |= tid == pid_of(m, tid) ? HTR_EVF_LAST : 0;
	htr_builder_int(&m->b, HTR_K_EXIT_STATUS, status);
	values(m);
	add(m);
}

static uint64_t named(struct story *m, const struct htr_arg_desc *arg, const char *w)
{
	uint64_t v = 0, bit;

	if (!strcmp(w, "AT_FDCWD")) {
		return (uint64_t)-100;
	}
	if (isdigit((unsigned char)w[0]) || w[0] == '-') {
		return (uint64_t)number(m, w);
	}
	char *names = must(m, htr_arena_dup(&m->arena, w, strlen(w)));
	for (char *save, *n = strtok_r(names, "|", &save); n; n = strtok_r(NULL, "|", &save)) {
		if (isdigit((unsigned char)n[0])) {
			bit = (uint64_t)number(m, n);
		} else if (htr_names_value(arg->set, n, &bit) < 0) {
			fail(m, "no constant of that name");
		}
		v |= bit;
	}
	return v;
}

static void one_arg(struct story *m, const struct htr_syscall_desc *desc, unsigned i)
{
	struct htr_buf raw = { 0 };

	if (i >= desc->n_args) {
		fail(m, "too many arguments");
	}
	blanks(m);
	if (*m->p == '"' || (*m->p == '[' && m->p[1] == '"')) {
		raw = bytes(m);
		m->b.ev.args[i] = FAKE_POINTER + i * 4096;
		put_bytes(m, HTR_K_ARG0 + i, &raw);
		return;
	}
	const char *w = word(m, ",)");
	if (desc->args[i].kind == HTR_A_SOCKADDR && sockaddr_of(w, &raw)) {
		m->b.ev.args[i] = FAKE_POINTER + i * 4096;
		put_bytes(m, HTR_K_ARG0 + i, &raw);
		return;
	}
	m->b.ev.args[i] = named(m, &desc->args[i], w);
}

static void result(struct story *m)
{
	if (!take(m, '=')) {
		fail(m, "'= RESULT' is missing");
	}
	const char *w = word(m, " \t");
	if (!strcmp(w, "?")) {
		m->b.ev.flags |= HTR_EVF_ENTRY_ONLY;
		return;
	}
	if (w[0] != 'E') {
		m->b.ev.result = number(m, w);
		return;
	}
	for (int e = 1; e < 600; e++) {
		const char *name = htr_errno_name(e);
		if (name && !strcmp(name, w)) {
			m->b.ev.result = -e;
			return;
		}
	}
	fail(m, "no such error");
}

static void call_line(struct story *m, int32_t tid, const char *name)
{
	begin(m, HTR_EV_SYSCALL, tid);
	const struct htr_syscall_desc *desc = set_call(m, name);
	take(m, '(');
	for (unsigned i = 0; !take(m, ')'); i++) {
		if (i && !take(m, ',')) {
			fail(m, "',' or ')' is missing");
		}
		one_arg(m, desc, i);
	}
	result(m);
	values(m);
	add(m);
}

static void task_line(struct story *m, int32_t tid)
{
	const char *what = word(m, " \t(");

	if (*m->p == '(') {
		call_line(m, tid, what);
	} else if (!strcmp(what, "fork") || !strcmp(what, "vfork") || !strcmp(what, "thread")) {
		spawn_line(m, tid, what);
	} else if (!strcmp(what, "exec")) {
		exec_line(m, tid);
	} else if (!strcmp(what, "exit")) {
		exit_line(m, tid);
	} else if (!strcmp(what, "fd")) {
		begin(m, HTR_EV_FD, tid);
		m->b.ev.n_args = 1;
		m->b.ev.args[0] = (uint64_t)number(m, word(m, " \t"));
		values(m);
		add(m);
	} else if (!strcmp(what, "signal")) {
		begin(m, HTR_EV_SIGNAL, tid);
		m->b.ev.n_args = 1;
		m->b.ev.args[0] = (uint64_t)signal_number(m, word(m, " \t"));
		values(m);
		add(m);
	} else {
		fail(m, "no such event");
	}
}

static void at_line(struct story *m)
{
	const char *w = word(m, " \t");
	int64_t span;

	if (w[0] != '+' || htr_time_parse_span(w + 1, &span) < 0) {
		fail(m, "no time such as +3.2s");
	}
	m->time_ns = span;
}

static void statement(struct story *m)
{
	if (at_end(m)) {
		return;
	}
	if (isdigit((unsigned char)*m->p)) {
		int32_t tid = (int32_t)number(m, word(m, ":"));
		m->p++;
		task_line(m, tid);
		return;
	}
	const char *what = word(m, " \t");
	if (!strcmp(what, "facts")) {
		facts_line(m);
	} else if (!strcmp(what, "user") || !strcmp(what, "group")) {
		user_line(m, what[0] == 'g');
	} else if (!strcmp(what, "at")) {
		at_line(m);
	} else if (!strcmp(what, "proc")) {
		proc_line(m);
	} else if (!strcmp(what, "loss")) {
		begin(m, HTR_EV_LOSS, 0);
		m->b.ev.n_args = 2;
		m->b.ev.args[0] = (uint64_t)number(m, word(m, " \t"));
		m->b.ev.args[1] = HTR_LOSS_RECORDER_GAP;
		add(m);
	} else if (!strcmp(what, "note")) {
		struct htr_buf text = bytes(m);
		begin(m, HTR_EV_NOTE, 0);
		put_bytes(m, HTR_K_TEXT, &text);
		add(m);
	} else {
		fail(m, "no such statement");
	}
}

struct story *story_new(story_fn emit, void *data)
{
	struct story *m = calloc(1, sizeof(*m));

	if (!m) {
		fprintf(stderr, "out of memory\n");
		exit(2);
	}
	m->emit = emit;
	m->data = data;
	m->p = "";
	m->facts.container_privileged = -1;
	m->facts.time_unit_ns = 1;
	m->facts.arch = HTR_ARCH_X86_64;
	m->facts.start_real_ns = INT64_C(1795291740) * 1000000000; /* 2026-11-21T20:09:00Z */
	return m;
}

void story_free(struct story *m)
{
	if (m) {
		htr_arena_fini(&m->arena);
		free(m);
	}
}

const struct htr_facts *story_facts(const struct story *m)
{
	return &m->facts;
}

void story_line(struct story *m, const char *line, unsigned number_of_line)
{
	m->line = number_of_line;
	m->p = line;
	statement(m);
}
