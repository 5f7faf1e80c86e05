/* SPDX-License-Identifier: Apache-2.0
 *
 * load.c - a hot loop of one kind of call; prints microseconds per turn.
 *
 * usage: load getppid|open|exec|thread N
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void turn_getppid(void)
{
	(void)syscall(SYS_getppid);
}

static void turn_open(void)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY | O_CLOEXEC, 0);

	if (fd < 0 || close(fd) < 0) {
		perror("open");
		exit(1);
	}
}

static void turn_exec(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) {
		fprintf(stderr, "exec failed\n");
		exit(1);
	}
}

static void *nothing(void *arg)
{
	return arg;
}

static void turn_thread(void)
{
	pthread_t t;

	if (pthread_create(&t, NULL, nothing, NULL) != 0 || pthread_join(t, NULL) != 0) {
		exit(1);
	}
}

static const struct {
	const char *name;
	void (*turn)(void);
} kinds[] = {
	{ "getppid", turn_getppid },
	{ "open", turn_open },
	{ "exec", turn_exec },
	{ "thread", turn_thread },
};

int main(int argc, char **argv)
{
	long n = argc == 3 ? atol(argv[2]) : 0;
	struct timespec a;
	struct timespec b;

	for (unsigned i = 0; n > 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, argv[1]) != 0) {
			continue;
		}
		clock_gettime(CLOCK_MONOTONIC, &a);
		for (long k = 0; k < n; k++) {
			kinds[i].turn();
		}
		clock_gettime(CLOCK_MONOTONIC, &b);
		printf("%.3f\n",
		       ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec)) /
			       (double)n / 1e3);
		return 0;
	}
	fprintf(stderr, "usage: load getppid|open|exec|thread N\n");
	return 2;
}
