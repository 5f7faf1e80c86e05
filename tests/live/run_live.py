#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run_live.py - each tracee alone and under `holter capture`; output, end and trace are compared.

Every case runs in a directory of its own. A case that fails keeps it and prints a command that runs
just this case again. A timeout is a failure.
"""

import argparse
import concurrent.futures
import os
import re
import shutil
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
sys.path.insert(0, HERE)

import common  # noqa: E402
import expect  # noqa: E402
import tap as taplib  # noqa: E402

SOURCES = os.path.join(HERE, "..", "tracees")
DEFAULT_LIMIT = 20.0
SKIP_CODE = 77


class Case:
    def __init__(self, program, args, capture, limit):
        self.program = program
        self.args = args
        self.capture = capture
        self.limit = limit
        self.name = "-".join([program] + args)


def read_cases():
    """All cases, from the comments at the top of the tracees."""
    cases = []
    for file in sorted(os.listdir(SOURCES)):
        if not file.endswith(".c"):
            continue
        with open(os.path.join(SOURCES, file), encoding="utf-8") as f:
            head = f.read().split("*/", 1)[0]
        rows = {}
        for key, value in re.findall(r"^ \* (run|capture|limit): (.*)$", head, re.M):
            rows.setdefault(key, []).append(value.split())
        for args in rows.get("run", [[]]):
            cases.append(
                Case(
                    file[:-2],
                    args,
                    rows.get("capture", [[]])[0],
                    float(rows.get("limit", [[DEFAULT_LIMIT]])[0][0]),
                )
            )
    return cases


def read_known(channel):
    """{case: reason} of known_limits.txt for this channel."""
    known = {}
    with open(os.path.join(HERE, "known_limits.txt"), encoding="utf-8") as f:
        for line in f:
            if line.strip() and line[0] != "#":
                channels, name, reason = line.split(None, 2)
                if channel in channels.split(","):
                    known[name] = reason.strip()
    return known


class Suite:
    def __init__(self, opts, tap):
        self.opts = opts
        self.tap = tap
        self.top = tempfile.mkdtemp(prefix="holter-live.", dir=opts.tmp)
        self.known = read_known("full" if "full" in opts.options else opts.channel)

    def directory(self, case):
        """DIR/work is the current directory of the runs: the same path each time, always empty."""
        base = os.path.join(self.top, case.name + "." + self.opts.channel)
        os.mkdir(base)
        os.chmod(base, 0o755)
        return base

    def run_in(self, base, argv, which, limit):
        work = os.path.join(base, "work")
        shutil.rmtree(work, ignore_errors=True)
        os.mkdir(work)
        env = common.clean_env(
            HOLTER_EXPECT=os.path.join(base, "expect." + which), **common.channel_env(self.opts.channel)
        )
        return common.run(argv, work, env, limit, base, which)

    def problems(self, case, base):
        """None for a skip (with its reason printed), else the list of what is wrong."""
        opts = self.opts
        prog = [os.path.join(opts.bin, case.program)] + case.args
        alone = self.run_in(base, prog, "native", case.limit)
        if alone.code == SKIP_CODE:
            self.tap.skip(case.name, alone.out.decode(errors="replace").split("SKIP: ", 1)[-1].strip())
            return None
        if alone.code is None or alone.code == 99 or alone.left:
            return [f"without a recorder: {alone.how()}, left processes: {alone.left}", repr(alone.out)]
        wants = expect.read_lines(os.path.join(base, "expect.native"))
        if opts.native:
            again = self.run_in(base, prog, "again", case.limit)
            problems = self.compare(alone, again)
            if not wants and not alone.out:
                problems.append("it says nothing")
            return problems

        trace = os.path.join(base, "trace.htr")
        options = case.capture or opts.options.split()
        argv = opts.capture + ["-o", trace] + options + ["--"] + prog
        rec = self.run_in(base, argv, "record", case.limit)
        problems = self.compare(alone, rec)
        if not os.path.exists(trace):
            return problems + ["there is no trace", rec.err[-600:].decode(errors="replace")]
        records, more = common.read_trace(opts.trace, trace)
        problems += more + common.losses(records)
        wants = expect.read_lines(os.path.join(base, "expect.record"))
        problems += expect.Judge(records, opts.channel).check(wants)
        if problems and rec.err:
            problems.append("stderr: " + rec.err[-600:].decode(errors="replace"))
        return problems

    @staticmethod
    def compare(alone, rec):
        problems = []
        if rec.code != alone.code:
            problems.append(f"{rec.how()}, without a recorder {alone.how()}")
        if rec.left:
            problems.append("processes were left behind")
        if rec.out != alone.out:
            problems.append("the output differs")
            a, b = alone.out.split(b"\n"), rec.out.split(b"\n")
            for x, y in zip(a + [b"(end)"], b + [b"(end)"]):
                if x != y:
                    problems.append(f"  without {x[:300]!r}")
                    problems.append(f"  with    {y[:300]!r}")
                    break
        return problems

    def one(self, case):
        base = self.directory(case)
        try:
            problems = self.problems(case, base)
        except Exception as e:  # reported as a failure, never as a pass
            problems = [f"{type(e).__name__}: {e}"]
        if problems is None:
            shutil.rmtree(base, ignore_errors=True)
        elif problems and not self.opts.native and case.name in self.known:
            self.tap.known(case.name, self.known[case.name], *problems[:4])
            shutil.rmtree(base, ignore_errors=True)
        elif problems:
            self.tap.fail(case.name, *(problems[: self.opts.lines]), f"kept: {base}", self.again(case))
        else:
            self.tap.ok(case.name)
            shutil.rmtree(base, ignore_errors=True)

    def again(self, case):
        argv = [sys.executable, os.path.abspath(__file__), "--bin", self.opts.bin]
        if self.opts.native:
            argv += ["--native"]
        else:
            argv += ["--capture", taplib.shell_quote(self.opts.capture)]
            argv += ["--trace", taplib.shell_quote(self.opts.trace)]
            argv += ["--options=" + self.opts.options] if self.opts.options else []
        argv += ["--channel", self.opts.channel, "--only", "^" + re.escape(case.name) + "$"]
        return "again: " + taplib.shell_quote(argv)

    def close(self):
        try:
            os.rmdir(self.top)
        except OSError:
            pass


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--bin", required=True, help="directory of the built tracees")
    p.add_argument("--capture", default="", help="command, for example 'build/capture/holter-capture'")
    p.add_argument("--trace", default="", help="command, for example 'build/formats/cli/holter-trace'")
    p.add_argument("--channel", default="default", choices=sorted(expect.BLIND))
    p.add_argument("--options", default="", help="options of capture for cases that have none of their own")
    p.add_argument("--only", default="", help="regular expression: names of cases")
    p.add_argument("--native", action="store_true", help="run twice without recorder and compare")
    p.add_argument("--tmp", default=None, help="where the directories of the cases are made")
    p.add_argument("--lines", type=int, default=14, help="lines printed for one failure")
    p.add_argument("-j", "--jobs", type=int, default=2)
    opts = p.parse_args()
    opts.bin = os.path.abspath(opts.bin)
    opts.capture = [os.path.abspath(w) if os.path.exists(w) else w for w in opts.capture.split()]
    opts.trace = [os.path.abspath(w) if os.path.exists(w) else w for w in opts.trace.split()]
    if not opts.native and not (opts.capture and opts.trace):
        p.error("--capture and --trace, or --native")

    tap = taplib.Tap("live / tracees/" + ("alone" if opts.native else opts.channel))
    tap.check("the judge judges", expect.self_test())
    if os.geteuid() != 0:
        tap.skip("all", "needs to run as root")
        return tap.done()
    os.umask(0o022)
    suite = Suite(opts, tap)
    cases = [c for c in read_cases() if re.search(opts.only, c.name)]
    with concurrent.futures.ThreadPoolExecutor(opts.jobs) as pool:
        list(pool.map(suite.one, cases))
    suite.close()
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
