/* SPDX-License-Identifier: Apache-2.0
 *
 * int80 - int 0x80 from a 64-bit program: the i386 table holds, not the 64-bit one.
 */
#include "tests/tracees/tracee.h"

static long call32(long nr, long a, long b, long c)
{
	long r;

	__asm__ volatile("int $0x80"
			 : "=a"(r)
			 : "a"(nr), "b"(a), "c"(b), "d"(c)
			 : "memory", "r8", "r9", "r10", "r11");
	return r;
}

int main(void)
{
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	struct sigaction sa = { .sa_handler = SIG_DFL };
	long r;

	need(low != MAP_FAILED && sigaction(SIGSEGV, &sa, NULL) == 0);
	if (call32(20, 0, 0, 0) != getpid()) {
		skip("this kernel has no int 0x80");
	}
	strcpy(low, "/etc/hostname");
	r = call32(5, (long)low, O_RDONLY, 0); /* open; 5 is fstat for 64 bit */
	expect("'arch':'i386','type':'open','args':{'pathname':'/etc/hostname'},'res':%ld", r);
	say("open: %s", outcome(r));
	strcpy(low, "gone");
	r = call32(10, (long)low, 0, 0); /* unlink; mprotect for 64 bit */
	expect("'arch':'i386','type':'unlink','args':{'pathname':'gone'},'res':%ld", r);
	say("unlink: %s", outcome(r));
	strcpy(low, "dir");
	r = call32(39, (long)low, 0700, 0); /* mkdir; getpid for 64 bit */
	expect("'arch':'i386','type':'mkdir','args':{'pathname':'dir'},'res':%ld", r);
	say("mkdir: %s", outcome(r));
	return 0;
}
