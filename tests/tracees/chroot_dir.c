/* SPDX-License-Identifier: Apache-2.0
 *
 * chroot_dir - chroot and paths below it; the names of descriptors are as the recorder sees them.
 */
#include "tests/tracees/tracee.h"

int main(void)
{
	char full[4096];
	long r;

	need(mkdir("jail", 0755) == 0 && mkdir("jail/etc", 0755) == 0);
	put_file("jail/etc/hostname", "jail", 0644);
	snprintf(full, sizeof(full), "%s", here("jail/etc/hostname"));
	r = sys(SYS_chroot, "jail");
	if (r == -EPERM) {
		skip("no right to chroot");
	}
	expect("'type':'chroot','args':{'path':'jail'},'res':%ld", r);
	say("chroot: %s", outcome(r));
	r = sys(SYS_chdir, "/");
	expect("'type':'chdir','args':{'path':'/'},'res':%ld", r);
	r = sys(SYS_openat, AT_FDCWD, "/etc/hostname", O_RDONLY, 0);
	expect("'type':'openat','args':{'pathname':'/etc/hostname'},'res':%ld,'data':{'fd_path':%s}",
	       r, q(full));
	say("hostname: %s", outcome(r));
	r = sys(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY, 0);
	expect("'type':'openat','args':{'pathname':'/etc/passwd'},'res':%ld", r);
	say("passwd: %s", outcome(r));
	return 0;
}
