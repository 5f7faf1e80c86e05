#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run_real.py - real programs alone and under `holter capture`: same output, same end, and as many
records of chosen calls as the program made.

What a program did is known in one of two ways: by its nature (50 requests are 50 accepted connections),
or from a run under `strace -f` (for programs that do the same in each run).
"""

import argparse
import collections
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
sys.path.insert(0, HERE)

import common  # noqa: E402
import real_cases  # noqa: E402
import tap as taplib  # noqa: E402

SKIP_WORD = "missing: "


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def missing(needs):
    """Names of programs that are not there; a name may be a path or a list of choices."""
    gone = []
    for need in needs:
        choices = need if isinstance(need, (list, tuple)) else [need]
        if not any(real_cases.find(c) for c in choices):
            gone.append(str(choices[0]))
    return gone


def strace_counts(path, types):
    """Successful calls of these types in an `strace -f -o` file, resumed lines joined."""
    counts = collections.Counter()
    started = {}
    with open(path, encoding="utf-8", errors="replace") as f:
        for line in f:
            m = re.match(r"(\d+) +(.*)", line)
            if not m:
                continue
            pid, text = m.groups()
            resumed = re.match(r"<\.\.\. (\w+) resumed>", text)
            call = re.match(r"(\w+)\(", text)
            if resumed:
                name = started.pop(pid, resumed.group(1))
            elif call and text.rstrip().endswith("<unfinished ...>"):
                started[pid] = call.group(1)
                continue
            elif call:
                name = call.group(1)
            else:
                continue
            result = re.search(r"\) += (-?\d+|0x[0-9a-f]+)", text)
            if name in types and result and not result.group(1).startswith("-"):
                counts[name] += 1
    return counts


def trace_counts(records, types):
    counts = collections.Counter()
    for r in records:
        if r.get("kind") in ("syscall", "exec", "spawn") and r.get("type") in types:
            if r.get("res", -1) >= 0:
                counts[r["type"]] += 1
    return counts


class Suite:
    def __init__(self, opts, tap):
        self.opts = opts
        self.tap = tap
        self.top = tempfile.mkdtemp(prefix="holter-real.", dir=opts.tmp)
        os.chmod(self.top, 0o755)

    def run_case(self, case, base, which, wrapper):
        """One run in a fresh DIR/work, prepared by the case; the same path in all runs."""
        work = os.path.join(base, "work")
        shutil.rmtree(work, ignore_errors=True)
        os.mkdir(work)
        real_cases.prepare(case, work, os.path.join(base, "kept"))
        env = common.clean_env(
            PORT=str(self.port), KEPT=os.path.join(base, "kept"), GIT_CONFIG_NOSYSTEM="1",
            **common.channel_env(self.opts.channel),
        )
        env["HOME"] = work
        argv = wrapper + ["bash", "-u", os.path.join(work, "run.sh")]
        return common.run(argv, work, env, case.limit, base, which, linger=5.0)

    def problems(self, case, base):
        alone = self.run_case(case, base, "native", [])
        if alone.code != 0:
            return [f"without a recorder: {alone.how()}", alone.out[-400:], alone.err[-400:]]
        trace = os.path.join(base, "trace.htr")
        wrapper = self.opts.capture + ["-o", trace] + self.opts.options.split() + ["--"]
        rec = self.run_case(case, base, "record", wrapper)
        problems = []
        if rec.code != alone.code:
            problems += [f"{rec.how()}, without a recorder {alone.how()}", rec.err[-800:]]
        if rec.left:
            problems.append("processes were left behind")
        a = real_cases.normalise(case, alone.out)
        b = real_cases.normalise(case, rec.out)
        if a != b:
            problems += ["the output differs", f"without: {a[-700:]}", f"with: {b[-700:]}", rec.err[-400:]]
        if not os.path.exists(trace):
            return problems + ["there is no trace"]
        records, more = common.read_trace(self.opts.trace, trace)
        problems += more + common.losses(records)
        self.sizes[case.name] = (len(records), alone.seconds, rec.seconds, os.path.getsize(trace))
        if self.opts.channel != "noptrace":
            problems += case.check(records) if case.check else []
            problems += self.as_strace(case, base, records)
        return problems

    def as_strace(self, case, base, records):
        if not case.strace or not shutil.which("strace"):
            return []
        log = os.path.join(base, "strace.log")
        wrapper = ["strace", "-f", "-qq", "-o", log, "-e", "trace=" + ",".join(case.strace)]
        run = self.run_case(case, base, "strace", wrapper)
        if run.code != 0:
            return [f"under strace: {run.how()}"]
        want = strace_counts(log, case.strace)
        got = trace_counts(records, case.strace)
        # our own execve of the program is made before the recorder is told, strace counts it too
        return [
            f"{name}: {got[name]} records, strace saw {want[name]}"
            for name in case.strace
            if got[name] != want[name]
        ]

    def one(self, case):
        gone = missing(case.needs)
        if gone:
            self.tap.skip(case.name, SKIP_WORD + " ".join(gone))
            return
        base = os.path.join(self.top, case.name)
        os.mkdir(base)
        os.mkdir(os.path.join(base, "kept"))
        for d in (base, os.path.join(base, "kept")):
            os.chmod(d, 0o755)
        self.port = free_port()
        try:
            problems = self.problems(case, base)
        except Exception as e:  # reported as a failure, never as a pass
            problems = [f"{type(e).__name__}: {e}"]
        if problems:
            argv = [sys.executable, os.path.abspath(__file__), "--capture"]
            argv += [taplib.shell_quote(self.opts.capture), "--trace", taplib.shell_quote(self.opts.trace)]
            argv += ["--channel", self.opts.channel, "--only", "^" + case.name + "$"]
            self.tap.fail(case.name, *problems, f"kept: {base}", "again: " + taplib.shell_quote(argv))
            return
        size = self.sizes.get(case.name)
        self.tap.ok(case.name)
        if size:
            print(
                f"# {case.name}: {size[0]} records, {size[3]} bytes, "
                f"{size[1]:.2f} s alone, {size[2]:.2f} s recorded",
                flush=True,
            )
        shutil.rmtree(base, ignore_errors=True)

    def close(self):
        try:
            os.rmdir(self.top)
        except OSError:
            pass


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--capture", required=True)
    p.add_argument("--trace", required=True)
    p.add_argument("--channel", default="default")
    p.add_argument("--options", default="", help="more options of capture")
    p.add_argument("--only", default="")
    p.add_argument("--tmp", default=None)
    opts = p.parse_args()
    opts.capture = [os.path.abspath(w) if os.path.exists(w) else w for w in opts.capture.split()]
    opts.trace = [os.path.abspath(w) if os.path.exists(w) else w for w in opts.trace.split()]
    tap = taplib.Tap("live / real/" + opts.channel)
    if os.geteuid() != 0:
        tap.skip("all", "needs to run as root")
        return tap.done()
    os.umask(0o022)
    suite = Suite(opts, tap)
    suite.sizes = {}
    for case in real_cases.CASES:
        if re.search(opts.only, case.name):
            suite.one(case)
    suite.close()
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
