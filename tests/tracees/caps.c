/* SPDX-License-Identifier: Apache-2.0
 *
 * caps - capset: a capability dropped from the effective set is missed.
 */
#include <linux/capability.h>

#include "tests/tracees/tracee.h"

int main(void)
{
	struct __user_cap_header_struct h = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct d[2], all[2];
	long r;

	put_file("file", "x", 0600);
	need(chown("file", 1000, 1000) == 0);
	need(sys(SYS_capget, &h, all) == 0);
	memcpy(d, all, sizeof(d));
	d[0].effective &= ~((1U << CAP_CHOWN) | (1U << CAP_FOWNER) | (1U << CAP_DAC_OVERRIDE) |
			    (1U << CAP_DAC_READ_SEARCH));
	r = sys(SYS_capset, &h, d);
	expect("'type':'capset','res':0");
	say("capset: %s", outcome(r));
	r = sys(SYS_chmod, "file", 0666);
	expect("'type':'chmod','args':{'pathname':'file'},'res':%ld", r);
	say("chmod without CAP_FOWNER: %s", outcome(r));
	r = sys(SYS_openat, AT_FDCWD, "file", O_RDONLY, 0);
	expect("'type':'openat','args':{'pathname':'file'},'res':%ld", r);
	say("open without CAP_DAC_OVERRIDE: %s", outcome(r));
	r = sys(SYS_capset, &h, all);
	expect("'type':'capset','res':0");
	r = sys(SYS_chmod, "file", 0666);
	expect("'type':'chmod','args':{'pathname':'file'},'res':%ld", r);
	say("chmod with it: %s", outcome(r));
	return 0;
}
