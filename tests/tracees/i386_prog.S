/* SPDX-License-Identifier: Apache-2.0
 *
 * i386_prog - a whole 32-bit program without a library: open /etc/hostname, mkdir "dir32", socketcall
 * socket, write "32 bit", exit 32. Built with -m32 -static -nostdlib; run by i386_run.
 */
	.globl _start
	.text
_start:
	movl $5, %eax		/* open(path, O_RDONLY) */
	movl $path, %ebx
	xorl %ecx, %ecx
	xorl %edx, %edx
	int $0x80
	movl $39, %eax		/* mkdir(name, 0700) */
	movl $name, %ebx
	movl $0700, %ecx
	int $0x80
	movl $102, %eax		/* socketcall(SYS_SOCKET, {AF_UNIX, SOCK_STREAM, 0}) */
	movl $1, %ebx
	movl $three, %ecx
	int $0x80
	movl $4, %eax		/* write(1, text, 7) */
	movl $1, %ebx
	movl $text, %ecx
	movl $7, %edx
	int $0x80
	movl $1, %eax		/* exit(32) */
	movl $32, %ebx
	int $0x80
	.data
path:	.asciz "/etc/hostname"
name:	.asciz "dir32"
text:	.ascii "32 bit\n"
	.align 4
three:	.long 1, 1, 0
	.section .note.GNU-stack,"",@progbits
