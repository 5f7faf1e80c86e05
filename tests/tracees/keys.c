/* SPDX-License-Identifier: Apache-2.0
 *
 * keys - keyctl and add_key.
 */
#include "tests/tracees/tracee.h"

int main(void)
{
	long r = sys(SYS_keyctl, 9999, 0, 0, 0, 0), key;

	if (r == -ENOSYS) {
		skip("this kernel has no keys");
	}
	expect("'type':'keyctl','res':%ld", r);
	say("keyctl: %s", outcome(r));
	r = sys(SYS_keyctl, 1, NULL, 0, 0, 0); /* a session of its own */
	expect("'type':'keyctl','res':%ld", r);
	say("join session: %s", outcome(r));
	key = sys(SYS_add_key, "user", "holter:tracee", "secret", 6L, -3);
	expect("'type':'add_key','res':%ld", key);
	say("add_key: %s", outcome(key));
	r = sys(SYS_keyctl, 3, key, 0, 0, 0);
	say("revoke: %s", outcome(r));
	return 0;
}
