#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run_trouble.py - the recorder in trouble: full disk, file size limit, output removed, stderr gone, signals
and tracers aimed at it by its own task. The program must run to its end as if alone; what was lost must be
counted or said.
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

# Opens names that do not compress, $1 of them; says how many failed in another way than they must.
BUSY = """
import os, sys
bad = 0
for i in range(int(sys.argv[1])):
    try:
        os.open("/nonexistent/" + os.urandom(60).hex(), os.O_RDONLY)
        bad += 1
    except FileNotFoundError:
        pass
    except OSError as e:
        bad += 1
        print(e)
print(bad, "bad")
sys.exit(5)
"""

# name, script run as `sh -c` under capture ($PPID is the recorder), what it prints, exit code
INSIDE = [
    (
        "signals that have no meaning to a recorder",
        "trap '' HUP INT TERM QUIT USR1 USR2 ALRM PIPE WINCH CHLD; "
        "for s in PIPE ALRM USR2 WINCH CHLD CONT URG IO PROF VTALRM HUP INT TERM USR1; do "
        "kill -$s $PPID; cat /etc/hostname >/dev/null || echo failed $s; done; echo alive; exit 7",
        b"alive\n",
        7,
    ),
    (
        "its output is unlinked",
        "rm -f trace.htr*; cat /etc/hostname >/dev/null && echo alive; exit 7",
        b"alive\n",
        7,
    ),
    (
        "its output is cut to nothing",
        "for f in trace.htr*; do : > $f; done; cat /etc/hostname >/dev/null && echo alive; exit 7",
        b"alive\n",
        7,
    ),
    (
        "its limits are taken away",
        "prlimit --pid $PPID --nofile=5:5 --core=0 --stack=65536; "
        "for i in 1 2 3 4 5; do cat /etc/hostname >/dev/null || echo failed; done; echo alive; exit 7",
        b"alive\n",
        7,
    ),
    (
        "its memory and descriptors are read",
        "head -c 100 /proc/$PPID/mem >/dev/null 2>&1; ls /proc/$PPID/fd >/dev/null 2>&1; "
        "cat /proc/$PPID/maps >/dev/null 2>&1; echo alive; exit 7",
        b"alive\n",
        7,
    ),
    (
        "a fork bomb of 500 that ends",
        'i=0; while [ $i -lt 500 ]; do sleep 0.3 & i=$((i+1)); done; wait; echo alive; exit 7',
        b"alive\n",
        7,
    ),
]


class Suite:
    def __init__(self, opts, tap):
        self.opts = opts
        self.tap = tap
        self.top = tempfile.mkdtemp(prefix="holter-trouble.", dir=opts.tmp)
        with open(os.path.join(self.top, "busy.py"), "w", encoding="utf-8") as f:
            f.write(BUSY)
        self.count = 0

    def base(self):
        self.count += 1
        base = os.path.join(self.top, str(self.count))
        os.mkdir(base)
        return base

    def run(self, argv, cwd, limit=40):
        """Output by files and the whole group killed at the limit: see common.run."""
        return common.run(argv, cwd, common.clean_env(), limit, cwd, "run")

    def report(self, name, p, out, code, problems, argv):
        if p.code != code:
            problems.append(f"{p.how()} instead of exit code {code}")
        if p.left:
            problems.append("processes were left behind")
        if p.out != out:
            problems.append(f"output {p.out[-300:]!r}")
        if problems:
            problems += [f"stderr: {p.err[-500:]!r}", "again: " + taplib.shell_quote(argv)]
        self.tap.check(name, problems)

    def inside(self, name, script, out, code):
        base = self.base()
        argv = self.opts.capture + ["-o", "trace.htr", "--", "sh", "-c", script]
        self.report(name, self.run(argv, base), out, code, [], argv)

    def busy(self, n):
        return ["--", sys.executable, os.path.join(self.top, "busy.py"), str(n)]

    def full_disk(self):
        name = "a disk of 64 KiB that fills up"
        base = self.base()
        small = os.path.join(base, "small")
        os.mkdir(small)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "t", small], check=False,
                                 capture_output=True)
        if mounted.returncode != 0:
            self.tap.skip(name, "no right to mount")
            return
        try:
            argv = self.opts.capture + ["-o", os.path.join(small, "t.htr")] + self.busy(60000)
            p = self.run(argv, base)
            self.report(name, p, b"0 bad\n", 5, self.must_say_loss(p, small), argv)
        finally:
            subprocess.run(["umount", "-l", small], check=False)

    def must_say_loss(self, p, directory):
        """stderr says that not all was written; what is on disk can be read."""
        problems = []
        if b"dropped 0 " in p.err or not p.err.strip():
            problems.append("stderr does not say that events were lost")
        for name in os.listdir(directory):
            if name.startswith("t.htr"):
                r = self.run(self.opts.trace + ["info", os.path.join(directory, name)], self.base())
                if r.code not in (0, 3):
                    problems.append(f"holter info {name}: {r.how()} {r.err[-200:]!r}")
        return problems

    def file_limit(self):
        base = self.base()
        argv = ["sh", "-c", 'ulimit -f 40; exec "$@"', "sh"]
        argv += self.opts.capture + ["-o", "t.htr"] + self.busy(60000)
        p = self.run(argv, base)
        self.report("a file size limit (SIGXFSZ)", p, b"0 bad\n", 5, self.must_say_loss(p, base), argv)

    def no_stderr(self):
        base = self.base()
        argv = self.opts.capture + ["-o", "t.htr", "--", "sh", "-c", "echo out; exit 7"]
        reader, writer = os.pipe()
        os.close(reader)  # whoever writes gets SIGPIPE
        with os.fdopen(writer, "wb") as err:
            p = subprocess.Popen(argv, cwd=base, env=common.clean_env(), stdout=subprocess.PIPE, stderr=err)
            out, _ = p.communicate(timeout=30)
        problems = [] if (p.returncode, out) == (7, b"out\n") else [f"exit {p.returncode}, {out!r}"]
        self.tap.check("stderr is a pipe that nobody reads", problems)

    def output_refused(self):
        base = self.base()
        for name, path in (("in no directory", "no/such/dir/t.htr"), ("on a directory", ".")):
            argv = self.opts.capture + ["-o", path, "--", "sh", "-c", "echo out; exit 7"]
            p = self.run(argv, base)
            problems = []
            # refusing to start is 125; running without a trace is allowed too, when stderr says so
            if p.code not in (125, 7):
                problems.append(p.how())
            if (p.code == 7) != (p.out == b"out\n") or not p.err.strip():
                problems.append(f"{p.out!r} {p.err!r}")
            self.tap.check("output " + name, problems)

    def ignored_signals(self):
        """nohup and the like: what was ignored stays ignored for the program."""
        base = self.base()
        script = "kill -HUP $$; kill -PIPE $$; echo alive; exit 7"
        argv = ["sh", "-c", 'trap "" HUP PIPE; exec "$@"', "sh"]
        argv += self.opts.capture + ["-o", "t.htr", "--", "sh", "-c", script]
        self.report("ignored signals stay ignored", self.run(argv, base), b"alive\n", 7, [], argv)

    def close(self):
        if self.tap.failed:
            print(f"# kept: {self.top}")
        else:
            shutil.rmtree(self.top, ignore_errors=True)


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--capture", required=True)
    p.add_argument("--trace", required=True)
    p.add_argument("--tmp", default=None)
    opts = p.parse_args()
    opts.capture = [os.path.abspath(w) if os.path.exists(w) else w for w in opts.capture.split()]
    opts.trace = [os.path.abspath(w) if os.path.exists(w) else w for w in opts.trace.split()]
    tap = taplib.Tap("live / trouble")
    if os.geteuid() != 0:
        tap.skip("all", "needs to run as root")
        return tap.done()
    suite = Suite(opts, tap)
    jobs = [(suite.inside, row) for row in INSIDE]
    jobs += [(fn, ()) for fn in (suite.full_disk, suite.file_limit, suite.no_stderr, suite.output_refused,
                                 suite.ignored_signals)]
    for fn, row in jobs:
        try:
            fn(*row)
        except Exception as e:  # reported as a failure, never as a pass
            tap.fail(row[0] if row else fn.__name__, f"{type(e).__name__}: {e}"[:600])
    suite.close()
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
