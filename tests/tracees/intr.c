/* SPDX-License-Identifier: Apache-2.0
 *
 * intr - A signal handler, without and with SA_RESTART, runs while a call blocks; when the process
 * sleeps again, the call is made ready. What the call returns, and after which of the two, must be as
 * without a recorder.
 *
 * run: read
 * run: accept
 * run: connect
 * run: openat
 * run: recvfrom
 * run: nanosleep
 * run: poll
 * run: epoll_wait
 * run: select
 * run: wait4
 * run: futex
 * run: flock
 * run: semop
 * run: write
 */
#include <linux/futex.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/select.h>
#include <sys/sem.h>

#include "tests/tracees/net.h"

static int pp[2], full[2], listener, lockfd, ep, semid, *word, *stage, backlog[8];
static union addr where;
static volatile int *handled;

static void handler(int s)
{
	*handled += s == SIGUSR2;
}

static void dial(void)
{
	int s = socket(AF_INET, SOCK_STREAM, 0);

	need(connect(s, &where.sa, sizeof(where.in)) == 0 && write(s, "net", 3) == 3);
	pause_ms(100);
}

/* makes the call ready, in a child */
static void make_ready(const char *what)
{
	struct sembuf sb = { 0, 1, 0 };
	static char junk[65536];

	if (!strcmp(what, "accept")) {
		dial();
	} else if (!strcmp(what, "openat")) {
		close(open("fifo", O_RDWR)); /* waits for nobody */
	} else if (!strcmp(what, "semop")) {
		semop(semid, &sb, 1);
	} else if (!strcmp(what, "futex")) {
		*word = 1;
		syscall(SYS_futex, word, FUTEX_WAKE, 1, 0, 0, 0);
	} else if (!strcmp(what, "flock")) {
		flock(lockfd, LOCK_UN);
	} else if (!strcmp(what, "write")) {
		need(read(full[0], junk, sizeof(junk)) > 0);
	} else if (!strcmp(what, "connect")) {
		need(accept(listener, NULL, NULL) >= 0);
		pause_ms(100);
	} else if (strcmp(what, "wait4") && strcmp(what, "nanosleep")) {
		need(write(pp[1], "abc", 3) == 3);
	}
}

/* the call itself; all of them block */
static long block(const char *what)
{
	struct timespec ts = { 2, 0 };
	struct pollfd pf = { .fd = pp[0], .events = POLLIN };
	struct epoll_event ee = { .events = EPOLLIN };
	struct sembuf sb = { 0, -1, 0 };
	static char buf[4096];
	fd_set set;
	int fd, status;

	if (!strcmp(what, "read")) {
		return sys(SYS_read, pp[0], buf, 3);
	} else if (!strcmp(what, "recvfrom")) {
		return sys(SYS_recvfrom, backlog[0], buf, 3, 0, NULL, NULL);
	} else if (!strcmp(what, "accept")) {
		return sys(SYS_accept4, listener, NULL, NULL, 0);
	} else if (!strcmp(what, "connect")) {
		fd = socket(AF_UNIX, SOCK_STREAM, 0);
		return sys(SYS_connect, fd, &where.sa, sizeof(where.un));
	} else if (!strcmp(what, "openat")) {
		return sys(SYS_openat, AT_FDCWD, "fifo", O_RDONLY, 0);
	} else if (!strcmp(what, "nanosleep")) {
		return sys(SYS_nanosleep, &ts, NULL);
	} else if (!strcmp(what, "poll")) {
		return sys(SYS_poll, &pf, 1, 1000);
	} else if (!strcmp(what, "epoll_wait")) {
		return sys(SYS_epoll_wait, ep, &ee, 1, 1000);
	} else if (!strcmp(what, "select")) {
		FD_ZERO(&set);
		FD_SET(pp[0], &set);
		return sys(SYS_select, pp[0] + 1, &set, NULL, NULL, NULL);
	} else if (!strcmp(what, "futex")) {
		return sys(SYS_futex, word, FUTEX_WAIT, 0, NULL, NULL, 0);
	} else if (!strcmp(what, "flock")) {
		fd = open("lock", O_RDWR);
		return sys(SYS_flock, fd, LOCK_EX);
	} else if (!strcmp(what, "semop")) {
		return sys(SYS_semop, semid, &sb, 1);
	} else if (!strcmp(what, "write")) {
		return sys(SYS_write, full[1], buf, sizeof(buf));
	}
	return sys(SYS_wait4, -1, &status, 0, NULL);
}

static void prepare(const char *what)
{
	struct epoll_event ee = { .events = EPOLLIN };

	word = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	stage = word + 1;
	handled = word + 2;
	need(word != MAP_FAILED && pipe(pp) == 0 && pipe(full) == 0);
	ep = epoll_create1(0);
	need(epoll_ctl(ep, EPOLL_CTL_ADD, pp[0], &ee) == 0);
	if (!strcmp(what, "connect")) { /* a listener whose queue is full */
		where = (union addr){ .un = { .sun_family = AF_UNIX, .sun_path = "s" } };
		unlink("s");
		listener = socket(AF_UNIX, SOCK_STREAM, 0);
		need(bind(listener, &where.sa, sizeof(where.un)) == 0 && listen(listener, 0) == 0);
		backlog[0] = socket(AF_UNIX, SOCK_STREAM, 0);
		need(connect(backlog[0], &where.sa, sizeof(where.un)) == 0);
	} else {
		listener = make_listener(AF_INET, "AF_INET", &where);
		need(listener >= 0);
	}
	if (!strcmp(what, "recvfrom")) {
		need(socketpair(AF_UNIX, SOCK_STREAM, 0, backlog) == 0);
		close(pp[1]);
		pp[1] = backlog[1];
	}
	unlink("fifo");
	need(mkfifo("fifo", 0600) == 0);
	lockfd = open("lock", O_RDWR | O_CREAT, 0600);
	need(lockfd >= 0 && flock(lockfd, LOCK_EX) == 0);
	semid = semget(IPC_PRIVATE, 1, 0600 | IPC_CREAT);
	fcntl(full[1], F_SETFL, O_NONBLOCK);
	while (write(full[1], "0123456789abcdef", 16) > 0) {
	}
	fcntl(full[1], F_SETFL, 0);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "read";
	const char *type = strcmp(what, "accept") ? what : "accept4";

	for (int restart = 0; restart < 2; restart++) {
		struct sigaction sa = { .sa_handler = handler,
					.sa_flags = restart ? SA_RESTART : 0 };
		pid_t parent = getpid(), child;
		int when;
		long r;

		prepare(what);
		need(sigaction(SIGUSR2, &sa, NULL) == 0);
		child = fork();
		if (child == 0) {
			pause_ms(20);
			until_asleep(parent);
			*stage = 1;
			kill(parent, SIGUSR2);
			for (int i = 0; i < 1000 && !*handled; i++) {
				pause_ms(2);
			}
			until_asleep(parent); /* in the call again, or waiting for this child */
			*stage = 2;
			make_ready(what);
			_exit(7);
		}
		r = block(what);
		when = *stage;
		/* an interrupted call leaves the kernel with a restart code, the program gets EINTR */
		if (r == -EINTR) {
			expect("'type':%s,'res':[-4,-512,-513,-514,-516],'if_recorded':true",
			       q(type));
		} else {
			expect("'type':%s,'res':%ld,'if_recorded':true", q(type), r);
		}
		if (!strcmp(what, "accept")) {
			expect_any("'type':'accept4','args':{'sockfd':%d},'count':1", listener);
		}
		say("%s, SA_RESTART %d: %s %s, handler ran %d", what, restart,
		    r > 0 && !strcmp(what, "wait4") ? "child" : outcome(r),
		    when == 0   ? "too early"
		    : when == 1 ? "at the signal"
				: "when ready",
		    *handled);
		flock(lockfd, LOCK_UN);
		if (strcmp(what, "wait4") || r < 0) {
			reap(child);
		}
		semctl(semid, 0, IPC_RMID);
	}
	if (!strcmp(what, "openat")) {
		expect_any(
			"'type':'openat','args':{'pathname':'fifo','flags':'O_RDONLY'},'count':2");
	}
	return 0;
}
