#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run_places.py - `holter capture` in places that are not a roomy root shell: other users, no
capabilities, sandboxes that refuse its tools, as PID 1, inside itself, under strace.

In every place the program must run as if alone; what could be seen must be in the trace, and where nothing
could, the trace and stderr must say so.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
sys.path.insert(0, HERE)

import common  # noqa: E402
import tap as taplib  # noqa: E402

PROGRAM = (
    "cat /etc/hostname >/dev/null && echo read; mkdir made && echo made; "
    "sh -c 'exit 3'; echo child $?; kill -0 $$ && echo alive; exit 7"
)
PRINTS = b"read\nmade\nchild 3\nalive\n"

NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
NO_CAPS = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]

# name, wrapper ({deny} is the sandbox program), options of capture, sees: True when the calls must be
# in the trace
PLACES = [
    ("root", [], True),
    ("no_new_privs", ["setpriv", "--no-new-privs"], True),
    ("nobody", NOBODY, True),
    ("nobody, no_new_privs", NOBODY + ["--no-new-privs"], True),
    ("root without capabilities", NO_CAPS, True),
    ("ptrace refused", ["{deny}", "ptrace"], True),
    ("ptrace and process_vm_readv refused", ["{deny}", "ptrace,process_vm_readv"], True),
    ("seccomp refused", ["{deny}", "seccomp"], True),
    ("pidfds refused", ["{deny}", "pidfd_open,pidfd_getfd"], True),
    ("seccomp and ptrace refused", ["{deny}", "seccomp,ptrace"], False),
    ("nobody, ptrace refused", NOBODY + ["{deny}", "ptrace"], True),
    ("40 descriptors", ["sh", "-c", 'ulimit -n 40; exec "$@"', "sh"], True),
    ("PID 1", ["unshare", "--pid", "--fork", "--mount-proc"], True),
    ("PID 1 of nobody", ["unshare", "--pid", "--fork", "--mount-proc"] + NOBODY, True),
    ("PID 1 without own /proc", ["unshare", "--pid", "--fork"], False),
    ("under strace", ["strace", "-f", "-qq", "-o", "/dev/null"], True),
    ("a session of its own", ["setsid", "--wait"], True),
    ("inside itself", ["{holter}"], True),
]

KILLED = [
    ("killed as PID 1", ["unshare", "--pid", "--fork", "--mount-proc"], "kill -9 $$", 137),
    ("exit 9 as PID 1", ["unshare", "--pid", "--fork", "--mount-proc"], "exit 9", 9),
    (
        "orphans as PID 1",
        ["unshare", "--pid", "--fork", "--mount-proc"],
        "for i in 1 2 3; do (sleep 0.05 &); done; sleep 0.3; ps -eo stat= | grep -c ^Z; exit 4",
        4,
    ),
]


class Suite:
    def __init__(self, opts, tap):
        self.opts = opts
        self.tap = tap
        self.top = tempfile.mkdtemp(prefix="holter-places.", dir=opts.tmp)
        os.chmod(self.top, 0o755)
        self.count = 0
        # another user may not be let into the build directory
        opts.capture = [self.copy(w) for w in opts.capture]
        opts.deny = self.copy(opts.deny)

    def copy(self, path):
        if not os.path.isfile(path):
            return path
        to = os.path.join(self.top, os.path.basename(path))
        shutil.copyfile(path, to)
        os.chmod(to, 0o755)
        return to

    def run(self, wrapper, script):
        self.count += 1
        base = os.path.join(self.top, str(self.count))
        os.mkdir(base)
        os.chmod(base, 0o777)
        trace = os.path.join(base, "trace.htr")
        inner = os.path.join(base, "outer.htr")
        words = []
        for w in wrapper:
            if w == "{holter}":
                words += self.opts.capture + ["-o", inner, "--"]
            else:
                words.append(w.replace("{deny}", self.opts.deny))
        argv = words + self.opts.capture + ["-o", trace, "--", "sh", "-c", script]
        p = subprocess.run(
            argv, cwd=base, env=common.clean_env(), capture_output=True, timeout=60, check=False
        )
        return p, trace, taplib.shell_quote(argv)

    def place(self, name, wrapper, sees):
        p, trace, shown = self.run(wrapper, PROGRAM)
        problems = []
        if p.returncode != 7:
            problems.append(f"exit code {p.returncode} instead of 7")
        if p.stdout != PRINTS:
            problems.append(f"output {p.stdout!r}")
        records, more = ([], ["no trace"]) if not os.path.exists(trace) else common.read_trace(
            self.opts.trace, trace)
        problems += more
        opened = [r for r in records if r.get("args", {}).get("pathname") == "/etc/hostname"]
        made = [r for r in records if r.get("args", {}).get("pathname") == "made"]
        if sees and (len(opened) < 1 or len(made) != 1):
            problems.append(f"{len(records)} records, the calls of the program are not among them")
        if not sees and not opened:
            if not any(r.get("kind") == "note" for r in records):
                problems.append("nothing was seen and no note says so")
            if not p.stderr.strip():
                problems.append("nothing was seen and stderr is silent")
        if problems:
            problems += [f"stderr: {p.stderr[-500:]!r}", "again: " + shown]
        self.tap.check(name, problems)

    def killed(self, name, wrapper, script, code):
        p, _, shown = self.run(wrapper, script)
        problems = []
        if p.returncode != code:
            problems.append(f"exit code {p.returncode} instead of {code}")
        if p.stdout.strip() not in (b"", b"0"):
            problems.append(f"output {p.stdout!r}")
        if problems:
            problems += [f"stderr: {p.stderr[-500:]!r}", "again: " + shown]
        self.tap.check(name, problems)

    def guarded(self, fn, name, *args):
        try:
            fn(name, *args)
        except Exception as e:  # reported as a failure, never as a pass
            self.tap.fail(name, f"{type(e).__name__}: {e}")

    def close(self):
        if self.tap.failed:
            print(f"# kept: {self.top}")
        else:
            shutil.rmtree(self.top, ignore_errors=True)


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--capture", required=True)
    p.add_argument("--trace", required=True)
    p.add_argument("--deny", required=True, help="the sandbox program, tests/live/deny")
    p.add_argument("--tmp", default=None)
    opts = p.parse_args()
    opts.capture = [os.path.abspath(w) if os.path.exists(w) else w for w in opts.capture.split()]
    opts.trace = [os.path.abspath(w) if os.path.exists(w) else w for w in opts.trace.split()]
    opts.deny = os.path.abspath(opts.deny)
    tap = taplib.Tap("live / places")
    if os.geteuid() != 0:
        tap.skip("all", "needs to run as root")
        return tap.done()
    suite = Suite(opts, tap)
    for name, wrapper, sees in PLACES:
        if wrapper and wrapper[0][0] != "{" and not shutil.which(wrapper[0]):
            tap.skip(name, "missing: " + wrapper[0])
            continue
        suite.guarded(suite.place, name, wrapper, sees)
    for name, wrapper, script, code in KILLED:
        suite.guarded(suite.killed, name, wrapper, script, code)
    suite.close()
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
