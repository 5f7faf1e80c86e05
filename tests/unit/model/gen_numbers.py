#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# gen_numbers.py - what the installed kernel and libc headers say, as C tables to compare ours with
#
# usage: gen_numbers.py calls ARCH OUT_C -- CC...
#        gen_numbers.py names kernel|libc NAMES_TSV OUT_C -- CC...
#
# The compiler's preprocessor lists the macros; the values are left to the compiler that builds the test.
import re
import subprocess
import sys

CALLS = {
    'x86_64': ['#include <asm/unistd_64.h>'],
    'i386': ['#include <asm/unistd_32.h>'],
    'x32': ['#define __X32_SYSCALL_BIT 0x40000000', '#include <asm/unistd_x32.h>'],
    # what arch/arm64/include/uapi/asm/unistd.h asks the generic table for
    'arm64': ['#define __ARCH_WANT_RENAMEAT', '#define __ARCH_WANT_NEW_STAT',
              '#define __ARCH_WANT_SET_GET_RLIMIT', '#define __ARCH_WANT_TIME32_SYSCALLS',
              '#define __ARCH_WANT_SYS_CLONE3', '#define __ARCH_WANT_MEMFD_SECRET',
              '#include <asm-generic/unistd.h>'],
}
KERNEL = '''types fcntl openat2 stat mount fs sched seccomp securebits prctl keyctl memfd mman membarrier rseq
 falloc fadvise fanotify kcmp kexec io_uring landlock pidfd reboot capability futex perf_event
 userfaultfd module ioprio mempolicy netlink close_range loop if_tun sockios kd vt random nsfs fscrypt
 fsverity fiemap net rtc eventpoll socket in quota'''.split()
LIBC = '''fcntl.h sys/stat.h sys/mman.h sys/socket.h sys/wait.h sys/resource.h sys/epoll.h sys/eventfd.h
 sys/timerfd.h sys/signalfd.h sys/inotify.h sys/ipc.h sys/shm.h sys/sem.h sys/msg.h sys/file.h sys/ioctl.h
 sys/ptrace.h sys/random.h sys/swap.h sys/xattr.h sys/uio.h netinet/in.h netinet/tcp.h poll.h sched.h
 signal.h errno.h time.h termios.h unistd.h'''.split()
# libc gives these macros another value than the kernel's interface has (none needed on 64 bits, or
# its own numbering), or cannot evaluate them
LIBC_DIFFERS = {'TCGETS2', 'TCSETS2', 'TCSETSW2', 'TCSETSF2', 'TIOCGISO7816', 'TIOCSISO7816',
                'O_LARGEFILE', 'F_GETLK64', 'F_SETLK64', 'F_SETLKW64', '__O_TMPFILE', 'SIGUNUSED'}


def macros(cc, head):
    out = subprocess.run(cc + ['-E', '-dM', '-x', 'c', '-'], input=head, text=True,
                         stdout=subprocess.PIPE, check=True).stdout
    return set(re.findall(r'^#define (\w+)(?= )', out, re.M))


def calls(arch, out, cc):
    head = '\n'.join(CALLS[arch]) + '\n'
    names = sorted(n[len('__NR_'):] for n in macros(cc, head) if n.startswith('__NR_'))
    names = [n for n in names if n not in ('syscalls', 'arch_specific_syscall')]
    with open(out, 'w', encoding='utf-8') as f:
        f.write(head + '#include "tests/unit/model/numbers.h"\n')
        f.write(f'const struct header_call header_calls_{arch}[] = {{\n')
        for n in names:
            f.write(f'\t{{ "{n}", (long)__NR_{n} }},\n')
        f.write('\t{ 0, 0 }\n};\n')


def names(which, tsv, out, cc):
    inc = ['stddef.h', 'asm/termbits.h'] + [f'linux/{h}.h' for h in KERNEL] + ['asm/ioctls.h', 'asm/prctl.h'] if which == 'kernel' else LIBC
    head = '#ifndef _GNU_SOURCE\n#define _GNU_SOURCE\n#endif\n'
    head += ''.join(f'#include <{h}>\n' for h in inc)
    known = macros(cc, head)
    cur = ''
    with open(tsv, encoding='utf-8') as f, open(out, 'w', encoding='utf-8') as o:
        o.write(head + '#include "tests/unit/model/numbers.h"\n')
        o.write(f'const struct header_name header_names_{which}[] = {{\n')
        for line in f:
            line = line.rstrip('\n')
            if line.startswith('@'):
                cur = line.split()[1]
                continue
            name = line.split('\t')[0].lstrip('~')
            if not line or line.startswith('#') or name not in known or cur.endswith('_arm64'):
                continue
            if (which == 'libc' and name in LIBC_DIFFERS) or (cur == 'quotactl' and name[0] == 'Q'):
                continue
            o.write(f'\t{{ "{cur}", "{name}", (unsigned long long)({name}) }},\n')
        o.write('\t{ 0, 0, 0 }\n};\n')


def main(argv):
    split = argv.index('--')
    args, cc = argv[1:split], argv[split + 1:]
    {'calls': calls, 'names': names}[args[0]](*args[1:], cc)


main(sys.argv)
