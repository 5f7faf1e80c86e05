/* SPDX-License-Identifier: Apache-2.0
 * Unit tests of formats/model/text*.c. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <jansson.h>
#include <linux/sched.h>
#include <linux/stat.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "formats/core/cleanup.h"
#include "formats/core/str.h"
#include "formats/model/text.h"

#define JSON_FLAGS (JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL)

/* One event under construction; the builder borrows what is given to it. */
struct maker {
	struct htr_event_builder b;
};

static void make_call(struct maker *m, const char *name, int64_t result, const uint64_t args[6])
{
	const struct htr_syscall_desc *sc = htr_syscall_by_name(name);
	assert_non_null(sc);
	htr_builder_init(&m->b, HTR_EV_SYSCALL);
	m->b.ev.arch = sc->nr[HTR_ARCH_X86_64] >= 0 ? HTR_ARCH_X86_64 : HTR_ARCH_I386;
	m->b.ev.nr = sc->nr[m->b.ev.arch];
	m->b.ev.result = result;
	m->b.ev.n_args = sc->n_args;
	memcpy(m->b.ev.args, args, sizeof(m->b.ev.args));
}

#define CALL(m, name, result, ...) make_call(m, name, result, (const uint64_t[6]){ __VA_ARGS__ })
#define ARG(m, i, s)               htr_builder_bytes(&(m)->b, HTR_K_ARG0 + (i), s, strlen(s), 0)
#define RAW(m, i, p, n)            htr_builder_bytes(&(m)->b, HTR_K_ARG0 + (i), p, n, 0)

typedef void (*text_fn)(struct htr_buf *out, const struct htr_event *ev);

static void check(struct maker *m, text_fn fn, const char *want)
{
	cleanup_buf struct htr_buf b = { 0 };
	fn(&b, htr_builder_done(&m->b));
	assert_false(b.failed);
	assert_string_equal(htr_buf_str(&b), want);
}

static void check_arg(struct maker *m, unsigned i, const char *want)
{
	cleanup_buf struct htr_buf b = { 0 };
	htr_text_arg(&b, htr_builder_done(&m->b), i);
	assert_string_equal(htr_buf_str(&b), want);
}

static void check_plain(struct maker *m, unsigned i, const char *want)
{
	cleanup_buf struct htr_buf b = { 0 };
	htr_text_arg_plain(&b, htr_builder_done(&m->b), i);
	assert_string_equal(htr_buf_str(&b), want);
}

static void check_json(struct maker *m, const char *want)
{
	cleanup_buf struct htr_buf b = { 0 };
	json_error_t error;
	htr_buf_addc(&b, '{');
	htr_text_json_args(&b, htr_builder_done(&m->b));
	htr_buf_addc(&b, '}');
	assert_string_equal(htr_buf_str(&b), want);
	json_t *json = json_loads(htr_buf_str(&b), JSON_FLAGS, &error);
	if (!json) {
		fail_msg("%s: %s", error.text, htr_buf_str(&b));
	}
	json_decref(json);
}

/* ---- the forms of events ----------------------------------------------------------------------- */

static void open_as_strace_summary_and_json(void **state)
{
	struct maker m;
	CALL(&m, "openat", -EACCES, (uint64_t)AT_FDCWD, 0x7ffe1000, O_RDONLY | O_CLOEXEC, 0xdead);
	ARG(&m, 1, "/etc/shadow");
	check(&m, htr_text_strace,
	      "openat(AT_FDCWD, \"/etc/shadow\", O_RDONLY|O_CLOEXEC) = -1 EACCES");
	check(&m, htr_text_summary, "\"/etc/shadow\" O_RDONLY|O_CLOEXEC");
	check(&m, htr_text_result, "EACCES");
	check_json(&m, "{\"args\":{\"dirfd\":\"AT_FDCWD\",\"pathname\":\"/etc/shadow\","
		       "\"flags\":\"O_RDONLY|O_CLOEXEC\"}}");
	check_plain(&m, 1, "/etc/shadow");
	check_arg(&m, 3, ""); /* no O_CREAT: there is no mode */

	CALL(&m, "openat", 3, 5, 0x7ffe1000, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	ARG(&m, 1, "out");
	htr_builder_int(&m.b, HTR_K_FD_INO, 77);
	htr_builder_bytes(&m.b, HTR_K_FD_PATH, "/srv/out", 8, 0);
	check(&m, htr_text_strace, "openat(5, \"out\", O_WRONLY|O_CREAT|O_TRUNC, 0644) = 3");
	check(&m, htr_text_summary, "5 \"out\" O_WRONLY|O_CREAT|O_TRUNC 0644");
	check_json(&m, "{\"args\":{\"dirfd\":5,\"pathname\":\"out\","
		       "\"flags\":\"O_WRONLY|O_CREAT|O_TRUNC\",\"mode\":\"0644\"},"
		       "\"data\":{\"fd_path\":\"/srv/out\",\"fd_ino\":77}}");
}

static void hostile_bytes_are_escaped(void **state)
{
	struct maker m;
	CALL(&m, "unlink", 0, 0x1000);
	ARG(&m, 0, "a\x1b[2J\"\n\xff");
	check(&m, htr_text_args, "\"a\\e[2J\\\"\\n\\xff\"");
	check_plain(&m, 0, "a\x1b[2J\"\n\xff");
	check_json(&m, "{\"args\":{\"pathname\":\"a\\u001b[2J\\\"\\n\xef\xbf\xbd\","
		       "\"pathname_b64\":\"YRtbMkoiCv8=\"}}");
}

static void absent_and_cut_values(void **state)
{
	struct maker m;
	CALL(&m, "unlink", -EFAULT, 0x1000);
	check(&m, htr_text_strace, "unlink(0x1000) = -1 EFAULT");
	check(&m, htr_text_summary, "");
	check_json(&m, "{\"args\":{\"pathname\":null,\"pathname_ptr\":\"0x1000\"}}");
	CALL(&m, "unlink", -EFAULT, 0);
	check(&m, htr_text_args, "NULL");
	check_json(&m, "{\"args\":{\"pathname\":null}}");
	CALL(&m, "unlink", 0, 0x1000);
	htr_builder_bytes(&m.b, HTR_K_ARG0, "abc", 3, HTR_VF_TRUNCATED);
	check(&m, htr_text_args, "\"abc\"...");
	check_json(&m, "{\"args\":{\"pathname\":\"abc\",\"pathname_truncated\":true}}");
	CALL(&m, "unlink", 0, 0x1000);
	ARG(&m, 0, "");
	check(&m, htr_text_args, "\"\"");
}

static void results(void **state)
{
	struct maker m;
	CALL(&m, "mmap", (int64_t)0x7f0000001000, 0, 4096, 3, 0x22, (uint64_t)-1, 0);
	check(&m, htr_text_strace,
	      "mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = "
	      "0x7f0000001000");
	check(&m, htr_text_summary, "PROT_READ|PROT_WRITE MAP_PRIVATE|MAP_ANONYMOUS");
	CALL(&m, "read", -512, 3, 0x1000, 10);
	check(&m, htr_text_strace, "read(3, 0x1000, 10) = -1 ERESTARTSYS");
	CALL(&m, "getpid", -4000, 0);
	check(&m, htr_text_strace, "getpid() = -1 errno 4000");
	CALL(&m, "getpid", 7, 0);
	m.b.ev.flags = HTR_EVF_ENTRY_ONLY;
	check(&m, htr_text_strace, "getpid() = ?");
	m.b.ev.flags = HTR_EVF_UNFINISHED;
	check(&m, htr_text_strace, "getpid( <unfinished ...>");
	CALL(&m, "umask", 022, 077);
	check(&m, htr_text_strace, "umask(0077) = 0022");
	CALL(&m, "exit_group", 0, 3);
	check(&m, htr_text_strace, "exit_group(3) = ?");
	check(&m, htr_text_summary, "3");
	CALL(&m, "fcntl", 5, 3, F_DUPFD_CLOEXEC, 10);
	check(&m, htr_text_strace, "fcntl(3, F_DUPFD_CLOEXEC, 10) = 5");
	CALL(&m, "fcntl", 0, 3, F_SETFL, O_RDWR | O_NONBLOCK);
	check(&m, htr_text_strace, "fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0");
}

static void exec_spawn_exit_and_the_rest(void **state)
{
	struct maker m;
	CALL(&m, "execve", 0, 0x1000, 0x2000, 0x3000);
	m.b.ev.kind = HTR_EV_EXEC;
	ARG(&m, 0, "/bin/sh");
	htr_builder_bytes(&m.b, HTR_K_ARGV, "sh\0-c\0echo \"a b\"", 16, 0);
	htr_builder_bytes(&m.b, HTR_K_ENV_NAMES, "PATH\0HOME", 9, 0);
	check(&m, htr_text_strace,
	      "execve(\"/bin/sh\", [\"sh\", \"-c\", \"echo \\\"a b\\\"\"], 0x3000 /* 2 vars */) = 0");
	check(&m, htr_text_summary, "sh -c \"echo \\\"a b\\\"\"");
	check_plain(&m, 1, "sh -c echo \"a b\"");
	check_json(
		&m,
		"{\"args\":{\"pathname\":\"/bin/sh\",\"argv\":[\"sh\",\"-c\",\"echo \\\"a b\\\"\"],"
		"\"envp\":null,\"envp_ptr\":\"0x3000\"},\"data\":{\"argv\":[\"sh\",\"-c\","
		"\"echo \\\"a b\\\"\"],\"env_names\":[\"PATH\",\"HOME\"]}}");

	CALL(&m, "clone", 43, 0x1200011, 0, 0, 0x7000, 0);
	m.b.ev.kind = HTR_EV_SPAWN;
	m.b.ev.pid = 42;
	htr_builder_int(&m.b, HTR_K_CHILD_PID, 43);
	check(&m, htr_text_strace,
	      "clone(CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, NULL, NULL, 0x7000, 0) = 43");
	check(&m, htr_text_summary, "child 43");
	htr_builder_int(&m.b, HTR_K_CHILD_PID, 42);
	check(&m, htr_text_summary, "thread 43");

	htr_builder_init(&m.b, HTR_EV_EXIT);
	htr_builder_int(&m.b, HTR_K_EXIT_STATUS, 0x100);
	check(&m, htr_text_result, "exit 1");
	check(&m, htr_text_strace, "+++ procexit exit 1 +++");
	htr_builder_int(&m.b, HTR_K_EXIT_STATUS, 9);
	check(&m, htr_text_summary, "SIGKILL");
	htr_builder_int(&m.b, HTR_K_EXIT_STATUS, 0x8b);
	check(&m, htr_text_result, "SIGSEGV (core dumped)");

	htr_builder_init(&m.b, HTR_EV_SIGNAL);
	m.b.ev.args[0] = 15;
	m.b.ev.args[1] = 99;
	check(&m, htr_text_strace, "--- signaldeliver SIGTERM from 99 ---");
	check_json(&m, "{\"args\":{\"signal\":\"SIGTERM\",\"sender\":99,\"code\":0}}");

	htr_builder_init(&m.b, HTR_EV_LOSS);
	m.b.ev.args[0] = 12;
	m.b.ev.args[1] = HTR_LOSS_DISK;
	check(&m, htr_text_summary, "12 calls lost: disk");
	check_json(&m, "{\"args\":{\"count\":12,\"reason\":\"disk\"}}");
	m.b.ev.args[0] = 0;
	m.b.ev.args[1] = UINT64_MAX;
	check(&m, htr_text_summary, "calls lost, number unknown: unknown");

	htr_builder_init(&m.b, HTR_EV_NOTE);
	htr_builder_bytes(&m.b, HTR_K_TEXT, "io_uring\x07", 9, 0);
	check(&m, htr_text_summary, "io_uring\\a");
	htr_builder_init(&m.b, HTR_EV_FD);
	m.b.ev.args[0] = 1;
	htr_builder_bytes(&m.b, HTR_K_FD_PATH, "pipe:[9]", 8, 0);
	check(&m, htr_text_summary, "1 pipe:[9]");
	htr_builder_init(&m.b, HTR_EV_PROC);
	htr_builder_bytes(&m.b, HTR_K_COMM, "kw", 2, 0);
	check(&m, htr_text_summary, "kw");
}

static void unknown_calls_show_their_registers(void **state)
{
	struct maker m;
	htr_builder_init(&m.b, HTR_EV_SYSCALL);
	m.b.ev.arch = HTR_ARCH_X86_64;
	m.b.ev.nr = 1000;
	m.b.ev.n_args = 2;
	m.b.ev.args[0] = 16;
	m.b.ev.result = -ENOSYS;
	check(&m, htr_text_strace, "syscall_1000(0x10, 0) = -1 ENOSYS");
	check_json(&m, "{\"args\":{\"arg1\":\"0x10\",\"arg2\":\"0x0\"}}");
	m.b.ev.n_args = 255; /* a count that no register stands for */
	check(&m, htr_text_args, "0x10, 0, 0, 0, 0, 0");
}

/* ---- addresses --------------------------------------------------------------------------------- */

static void addresses(void **state)
{
	struct maker m;
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(80) };
	inet_pton(AF_INET, "10.0.0.1", &in.sin_addr);

	CALL(&m, "connect", 0, 3, 0x1000, 16);
	RAW(&m, 1, &in, sizeof(in));
	check(&m, htr_text_strace, "connect(3, 10.0.0.1:80, 16) = 0");
	check(&m, htr_text_summary, "3 -> 10.0.0.1:80");
	check_json(&m, "{\"args\":{\"sockfd\":3,\"addr\":\"10.0.0.1:80\",\"addrlen\":16}}");
	CALL(&m, "accept4", 9, 3, 0x1000, 0x2000, 0x80000);
	RAW(&m, 1, &in, sizeof(in));
	RAW(&m, 2, "\x10\0\0\0", 4);
	check(&m, htr_text_strace, "accept4(3, 10.0.0.1:80, [16], SOCK_CLOEXEC) = 9");
	check(&m, htr_text_summary, "3 <- 10.0.0.1:80 SOCK_CLOEXEC");
	CALL(&m, "bind", 0, 3, 0x1000, 16);
	RAW(&m, 1, &in, sizeof(in));
	check(&m, htr_text_summary, "3 at 10.0.0.1:80");
	CALL(&m, "connect", 0, 3, 0x1000, 16);
	RAW(&m, 1, "\x01\0/run/\x1b", 8);
	check(&m, htr_text_args, "3, \"/run/\\e\", 16");
	check_plain(&m, 1, "/run/\x1b");
	CALL(&m, "sendmsg", 5, 3, 0x1000, 0x4000);
	RAW(&m, 1, &in, sizeof(in));
	htr_builder_bytes(&m.b, HTR_K_IO_DATA, "hello", 5, 0);
	check(&m, htr_text_strace, "sendmsg(3, 10.0.0.1:80 \"hello\", MSG_NOSIGNAL) = 5");
	check_json(&m,
		   "{\"args\":{\"sockfd\":3,\"msg\":\"10.0.0.1:80\",\"flags\":\"MSG_NOSIGNAL\"},"
		   "\"data\":{\"io_data\":\"hello\"}}");
	CALL(&m, "sendto", 5, 3, 0x1000, 5, 0, 0, 0);
	htr_builder_bytes(&m.b, HTR_K_IO_DATA, "hello", 5, HTR_VF_TRUNCATED);
	check(&m, htr_text_strace, "sendto(3, \"hello\"..., 5, 0, NULL, 0) = 5");
	CALL(&m, "socket", 3, 2, 0x80001, 6);
	check(&m, htr_text_strace, "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_TCP) = 3");
	CALL(&m, "socket", 3, 16, 3, 15);
	check(&m, htr_text_strace, "socket(AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT) = 3");
}

static void numbers_behind_pointers(void **state)
{
	struct maker m;
	CALL(&m, "pipe2", 0, 0x1000, O_CLOEXEC);
	htr_builder_int(&m.b, HTR_K_FD1, 3);
	htr_builder_int(&m.b, HTR_K_FD2, 4);
	check(&m, htr_text_strace, "pipe2([3, 4], O_CLOEXEC) = 0");
	check_json(&m, "{\"args\":{\"pipefd\":[3,4],\"flags\":\"O_CLOEXEC\"},"
		       "\"data\":{\"fd2\":4,\"fd1\":3}}");
	CALL(&m, "setgroups", 0, 2, 0x1000);
	RAW(&m, 1, "\0\0\0\0\x21\0\0\0", 8);
	check(&m, htr_text_strace, "setgroups(2, [0, 33]) = 0");
	check(&m, htr_text_summary, "[0, 33]");
	CALL(&m, "wait4", 43, (uint64_t)-1, 0x1000, 0, 0);
	RAW(&m, 1, "\0\x07\0\0", 4);
	check(&m, htr_text_strace, "wait4(-1, [exit 7], 0, NULL) = 43");
	check_json(
		&m,
		"{\"args\":{\"pid\":-1,\"wstatus\":\"exit 7\",\"options\":\"0\",\"rusage\":null}}");
	CALL(&m, "setresuid", 0, UINT32_MAX, 0, 1000);
	check(&m, htr_text_strace, "setresuid(-1, 0, 1000) = 0");
	check_json(&m, "{\"args\":{\"ruid\":-1,\"euid\":0,\"suid\":1000}}");
	CALL(&m, "kill", 0, (uint64_t)-5, 9);
	check(&m, htr_text_summary, "-5 SIGKILL");
	CALL(&m, "mknod", 0, 0x1000, S_IFCHR | 0600, 0x103);
	ARG(&m, 0, "n");
	check(&m, htr_text_strace, "mknod(\"n\", S_IFCHR|0600, makedev(0x1, 0x3)) = 0");
	CALL(&m, "rt_sigprocmask", 0, 0, 0x1000, 0, 8);
	RAW(&m, 1, "\x02\x40\0\0\0\0\0\0", 8);
	check(&m, htr_text_strace, "rt_sigprocmask(SIG_BLOCK, [SIGINT SIGTERM], NULL, 8) = 0");
	CALL(&m, "lseek", 0, 3, (uint64_t)-10, 2);
	check(&m, htr_text_strace, "lseek(3, -10, SEEK_END) = 0");
	CALL(&m, "clock_gettime", 0, 1, 0);
	check(&m, htr_text_args, "CLOCK_MONOTONIC, NULL");
	CALL(&m, "clone3", 43, 0x1000, 88);
	struct clone_args ca = { .flags = CLONE_VM | CLONE_VFORK, .exit_signal = 17 };
	RAW(&m, 0, &ca, 24);
	check(&m, htr_text_args,
	      "{flags=CLONE_VM|CLONE_VFORK, pidfd=NULL, child_tid=NULL, ...}, 88");
	RAW(&m, 0, &ca, sizeof(ca));
	check(&m, htr_text_summary, "{flags=CLONE_VM|CLONE_VFORK, exit_signal=SIGCHLD}");
}

/* ---- structures -------------------------------------------------------------------------------- */

static void structures_equal_the_headers(void **state)
{
	struct maker m;
	struct timespec ts[2] = { { 1, 5 }, { 0, UTIME_OMIT } };
	struct stat st = { .st_mode = S_IFREG | 0644,
			   .st_size = 100,
			   .st_uid = 1,
			   .st_gid = 2,
			   .st_dev = 0x801,
			   .st_ino = 3,
			   .st_nlink = 4,
			   .st_mtim = { 6, 7 },
			   .st_ctim = { 8, 9 } };
	struct pollfd pfd[2] = { { 3, POLLIN, POLLHUP }, { -1, 0, 0 } };
	struct epoll_event ee = { .events = EPOLLIN | EPOLLET, .data.u64 = 7 };
	uint64_t how[3] = { O_RDWR | O_CREAT, 0600, 8 };

	CALL(&m, "nanosleep", 0, 0x1000, 0);
	RAW(&m, 0, ts, sizeof(ts[0]));
	check(&m, htr_text_args, "{tv_sec=1, tv_nsec=5}, NULL");
	check_json(&m, "{\"args\":{\"duration\":{\"tv_sec\":1,\"tv_nsec\":5},\"rem\":null}}");
	CALL(&m, "utimensat", 0, 3, 0, 0x1000, 0);
	RAW(&m, 2, ts, sizeof(ts));
	check(&m, htr_text_args, "3, NULL, [{tv_sec=1, tv_nsec=5}, UTIME_OMIT], 0");
	CALL(&m, "fstat", 0, 3, 0x1000);
	RAW(&m, 1, &st, sizeof(st));
	check(&m, htr_text_args,
	      "3, {st_mode=S_IFREG|0644, st_size=100, st_uid=1, st_gid=2, st_dev=makedev(0x8, 0x1), "
	      "st_ino=3, st_nlink=4, st_rdev=makedev(0, 0), st_mtime={tv_sec=6, tv_nsec=7}, "
	      "st_ctime={tv_sec=8, tv_nsec=9}}");
	CALL(&m, "poll", 1, 0x1000, 2, 10);
	RAW(&m, 0, pfd, sizeof(pfd));
	check(&m, htr_text_args,
	      "[{fd=3, events=POLLIN, revents=POLLHUP}, {fd=-1, events=0, revents=0}], 2, 10");
	check_json(&m,
		   "{\"args\":{\"fds\":[{\"fd\":3,\"events\":\"POLLIN\",\"revents\":\"POLLHUP\"},"
		   "{\"fd\":-1,\"events\":\"0\",\"revents\":\"0\"}],\"nfds\":2,\"timeout\":10}}");
	uint64_t act[4] = { 1, 0x14000000 };
	CALL(&m, "rt_sigaction", 0, 2, 0x1000, 0, 8);
	RAW(&m, 1, act, sizeof(act));
	check(&m, htr_text_args,
	      "SIGINT, {sa_handler=SIG_IGN, sa_mask=[], sa_flags=SA_RESTORER|SA_RESTART}, NULL, 8");
	check(&m, htr_text_summary, "SIGINT");
	CALL(&m, "epoll_ctl", 0, 4, 1, 3, 0x1000);
	RAW(&m, 3, &ee, sizeof(ee));
	check(&m, htr_text_args, "4, EPOLL_CTL_ADD, 3, [{events=EPOLLIN|EPOLLET, data=0x7}]");
	CALL(&m, "openat2", 3, (uint64_t)AT_FDCWD, 0x1000, 0x2000, 24);
	ARG(&m, 1, "f");
	RAW(&m, 2, how, sizeof(how));
	check(&m, htr_text_args,
	      "AT_FDCWD, \"f\", {flags=O_RDWR|O_CREAT, mode=0600, resolve=RESOLVE_BENEATH}, 24");
	CALL(&m, "prlimit64", 0, 0, 7, 0x1000, 0);
	RAW(&m, 2, "\0\x04\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff", 16);
	check(&m, htr_text_args, "0, RLIMIT_NOFILE, {rlim_cur=1024, rlim_max=RLIM_INFINITY}, NULL");
	struct utsname un = { .sysname = "Linux", .nodename = "a\"b" };
	CALL(&m, "uname", 0, 0x1000);
	RAW(&m, 0, &un, sizeof(un));
	check(&m, htr_text_args,
	      "{sysname=\"Linux\", nodename=\"a\\\"b\", release=\"\", version=\"\", machine=\"\"}");
	CALL(&m, "bpf", 3, 5, 0x1000, 4);
	RAW(&m, 1, "\x01\x02\xab\xff", 4);
	check(&m, htr_text_args, "BPF_PROG_LOAD, hex:0102abff, 4");
}

/* Layouts that this machine's compiler can confirm. */
static void offsets_equal_the_headers(void **state)
{
	struct maker m;
	struct rusage ru = { .ru_utime = { 1, 2 },
			     .ru_stime = { 3, 4 },
			     .ru_maxrss = 5,
			     .ru_minflt = 6,
			     .ru_majflt = 7,
			     .ru_nvcsw = 8,
			     .ru_nivcsw = 9 };
	struct statx sx = { .stx_mask = STATX_SIZE,
			    .stx_mode = S_IFDIR | 0755,
			    .stx_size = 1,
			    .stx_uid = 2,
			    .stx_gid = 3,
			    .stx_nlink = 4,
			    .stx_ino = 5,
			    .stx_btime = { .tv_sec = 6, .tv_nsec = 7 },
			    .stx_ctime = { .tv_sec = 8, .tv_nsec = 9 },
			    .stx_mtime = { .tv_sec = 10, .tv_nsec = 11 } };
	siginfo_t si = { .si_signo = 17, .si_code = 1 };
	si.si_pid = 5;
	si.si_uid = 6;
	si.si_status = 7;

	CALL(&m, "getrusage", 0, 0, 0x1000);
	RAW(&m, 1, &ru, sizeof(ru));
	check_arg(&m, 1,
		  "{ru_utime={tv_sec=1, tv_usec=2}, ru_stime={tv_sec=3, tv_usec=4}, ru_maxrss=5, "
		  "ru_minflt=6, ru_majflt=7, ru_nvcsw=8, ru_nivcsw=9}");
	CALL(&m, "statx", 0, 3, 0, 0, 0, 0x1000);
	RAW(&m, 4, &sx, sizeof(sx));
	check_arg(&m, 4,
		  "{stx_mask=STATX_SIZE, stx_mode=S_IFDIR|0755, stx_size=1, stx_uid=2, stx_gid=3, "
		  "stx_nlink=4, stx_ino=5, stx_btime={tv_sec=6, tv_nsec=7}, "
		  "stx_ctime={tv_sec=8, tv_nsec=9}, stx_mtime={tv_sec=10, tv_nsec=11}}");
	CALL(&m, "waitid", 0, 0, 0, 0x1000, 4, 0);
	RAW(&m, 2, &si, sizeof(si));
	check_arg(&m, 2, "{si_signo=SIGCHLD, si_code=1, si_pid=5, si_uid=6, si_status=7}");
}

static void other_architectures(void **state)
{
	struct maker m;
	htr_builder_init(&m.b, HTR_EV_SYSCALL);
	m.b.ev.arch = HTR_ARCH_ARM64;
	m.b.ev.nr = 56; /* openat */
	m.b.ev.args[0] = (uint64_t)AT_FDCWD;
	m.b.ev.args[1] = 0x1000;
	m.b.ev.args[2] = 0x84000; /* O_CLOEXEC|O_DIRECTORY there */
	ARG(&m, 1, "/");
	check(&m, htr_text_strace, "openat(AT_FDCWD, \"/\", O_RDONLY|O_DIRECTORY|O_CLOEXEC) = 0");
	/* i386: registers have 32 bits, structures with longs are not guessed at */
	htr_builder_init(&m.b, HTR_EV_SYSCALL);
	m.b.ev.arch = HTR_ARCH_I386;
	m.b.ev.nr = 106; /* stat */
	m.b.ev.args[0] = 0xffffffff00001000;
	m.b.ev.args[1] = 0xfffff000;
	check(&m, htr_text_args, "0x1000, 0xfffff000");
	RAW(&m, 1, "\x01\x02", 2);
	check(&m, htr_text_args, "0x1000, hex:0102");
	m.b.ev.nr = 162; /* nanosleep */
	htr_builder_init(&m.b, HTR_EV_SYSCALL);
	m.b.ev.arch = HTR_ARCH_I386;
	m.b.ev.nr = 162;
	m.b.ev.args[0] = 0x1000;
	RAW(&m, 0, "\x01\0\0\0\x05\0\0\0", 8);
	check(&m, htr_text_args, "{tv_sec=1, tv_nsec=5}, NULL");
}

/* ---- hostile input ----------------------------------------------------------------------------- */

/* Nothing that a terminal would not show as one or two columns. */
static void assert_printable(const struct htr_buf *b)
{
	for (size_t at = 0; at < b->len;) {
		struct htr_glyph g = htr_glyph_next(b->data + at, b->len - at);
		assert_true(g.valid && g.width > 0);
		at += g.len;
	}
}

/* All text forms of an event; the output must be clean for a terminal and good JSON. */
static void render_all(const struct htr_event *ev)
{
	static const text_fn fns[] = { htr_text_args, htr_text_summary, htr_text_result,
				       htr_text_strace };
	cleanup_buf struct htr_buf b = { 0 };
	json_error_t error;
	for (size_t i = 0; i < HTR_ARRAY_LEN(fns); i++) {
		htr_buf_reset(&b);
		fns[i](&b, ev);
		assert_false(b.failed);
		assert_printable(&b);
	}
	htr_buf_reset(&b);
	htr_buf_addc(&b, '{');
	htr_text_json_args(&b, ev);
	htr_buf_addc(&b, '}');
	assert_true(htr_str_is_utf8(b.data, b.len));
	json_t *json = json_loadb((const char *)b.data, b.len, JSON_FLAGS, &error);
	if (!json) {
		fail_msg("%s in %s", error.text, htr_buf_str(&b));
	}
	json_decref(json);
	htr_buf_reset(&b);
	for (unsigned i = 0; i < 8; i++) {
		htr_text_arg_plain(&b, ev, i);
	}
}

/* Every call of every architecture, with values of every length behind every argument, each in memory
 * of exactly that length. */
static void every_call_with_every_length(void **state)
{
	static const size_t lens[] = { 0,   1,   2,   3,   4,   7,   8,   9,   12, 15,
				       16,  23,  24,  31,  32,  33,  87,  88,  89, 127,
				       128, 129, 143, 144, 255, 256, 389, 390, 400 };
	for (size_t k = 0; k < HTR_ARRAY_LEN(lens); k++) {
		cleanup_free uint8_t *raw = malloc(lens[k] ? lens[k] : 1);
		for (size_t i = 0; i < lens[k]; i++) {
			raw[i] = (uint8_t)(i * 37 + k * 11);
		}
		for (unsigned a = HTR_ARCH_X86_64; a < HTR_ARCH_MAX; a++) {
			for (int32_t nr = 0; nr < 550; nr++) {
				struct htr_event_builder b;
				if (!htr_syscall_lookup(a, nr)) {
					continue;
				}
				htr_builder_init(&b, HTR_EV_SYSCALL);
				b.ev.arch = (uint8_t)a;
				b.ev.nr = nr;
				b.ev.n_args = 6;
				for (unsigned i = 0; i < 6; i++) {
					b.ev.args[i] = (uint64_t)nr * (i + 1) * (k + 3);
					htr_builder_bytes(&b, HTR_K_ARG0 + i, raw, lens[k],
							  k & 1 ? HTR_VF_TRUNCATED : 0);
				}
				render_all(htr_builder_done(&b));
			}
		}
	}
}

static void struct_kinds_at_every_length(void **state)
{
	static const char *const calls[] = { "fstat",        "statx",          "clone3",
					     "poll",         "epoll_wait",     "utimensat",
					     "openat2",      "uname",          "capset",
					     "rt_sigaction", "wait4",          "prlimit64",
					     "bpf",          "io_uring_setup", "getitimer" };
	for (size_t c = 0; c < HTR_ARRAY_LEN(calls); c++) {
		for (size_t len = 0; len <= 400; len++) {
			cleanup_free uint8_t *raw = malloc(len ? len : 1);
			struct maker m;
			memset(raw, 0xff, len ? len : 1);
			CALL(&m, calls[c], 0, 1, 1, 1, 1, 1, 1);
			for (unsigned i = 0; i < 6; i++) {
				RAW(&m, i, raw, len);
			}
			render_all(htr_builder_done(&m.b));
		}
	}
}

static uint64_t next_random(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

/* Events as a damaged or newer file may hold them: any kind, arch, number, keys and types. */
static void random_events(void **state)
{
	uint64_t x = 88172645463325252u; /* fixed seed */
	uint8_t raw[64];
	for (unsigned n = 0; n < 20000; n++) {
		struct htr_val vals[8];
		struct htr_event ev = { .vals = vals };
		unsigned key = 0;
		for (size_t i = 0; i < sizeof(raw); i++) {
			raw[i] = (uint8_t)next_random(&x);
		}
		ev.kind = (uint8_t)(next_random(&x) % 14);
		ev.arch = (uint8_t)(n % 64 == 0 ? next_random(&x) : next_random(&x) % HTR_ARCH_MAX);
		ev.nr = (int32_t)(n % 64 == 1 ? next_random(&x) : next_random(&x) % 480);
		ev.flags = (uint16_t)next_random(&x);
		ev.result = next_random(&x) % 2 ? (int64_t)next_random(&x)
						: -(int64_t)(next_random(&x) % 600);
		ev.n_args = (uint8_t)next_random(&x);
		for (unsigned i = 0; i < 6; i++) {
			ev.args[i] = next_random(&x) % 3 ? next_random(&x) % 64 : next_random(&x);
		}
		while (ev.n_vals < HTR_ARRAY_LEN(vals)) {
			key += 1 + (unsigned)(next_random(&x) % 20);
			vals[ev.n_vals] = (struct htr_val){
				.key = (uint16_t)(key - 1),
				.type = next_random(&x) % 4 ? HTR_VT_BYTES : HTR_VT_INT,
				.flags = (uint8_t)next_random(&x),
			};
			if (vals[ev.n_vals].type == HTR_VT_BYTES) {
				vals[ev.n_vals].len =
					(uint32_t)(next_random(&x) % (sizeof(raw) + 1));
				vals[ev.n_vals].data = raw;
			} else {
				vals[ev.n_vals].num = (int64_t)next_random(&x);
			}
			ev.n_vals++;
		}
		render_all(&ev);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(open_as_strace_summary_and_json),
		cmocka_unit_test(hostile_bytes_are_escaped),
		cmocka_unit_test(absent_and_cut_values),
		cmocka_unit_test(results),
		cmocka_unit_test(exec_spawn_exit_and_the_rest),
		cmocka_unit_test(unknown_calls_show_their_registers),
		cmocka_unit_test(addresses),
		cmocka_unit_test(numbers_behind_pointers),
		cmocka_unit_test(structures_equal_the_headers),
		cmocka_unit_test(offsets_equal_the_headers),
		cmocka_unit_test(other_architectures),
		cmocka_unit_test(every_call_with_every_length),
		cmocka_unit_test(struct_kinds_at_every_length),
		cmocka_unit_test(random_events),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
