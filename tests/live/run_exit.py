#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run_exit.py - how `holter capture` ends, and that it leaves the program's three streams alone."""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
sys.path.insert(0, HERE)

import common  # noqa: E402
import tap as taplib  # noqa: E402

# name, command after the options, exit code (negative: death by that signal)
ENDS = [
    ("exit 0", ["true"], 0),
    ("exit 1", ["false"], 1),
    ("exit 7 of a shell", ["sh", "-c", "exit 7"], 7),
    ("exit 255", ["sh", "-c", "exit 255"], 255),
    ("killed by SIGKILL", ["sh", "-c", "kill -9 $$"], -signal.SIGKILL),
    ("killed by SIGTERM", ["sh", "-c", "kill $$"], -signal.SIGTERM),
    ("killed by SIGSEGV", ["sh", "-c", "ulimit -c 0; kill -SEGV $$"], -signal.SIGSEGV),
    ("killed by SIGPIPE", ["sh", "-c", "kill -PIPE $$"], -signal.SIGPIPE),
    ("not found", ["/nonexistent"], 127),
    ("not found in PATH", ["holter-no-such-program"], 127),
    ("not executable", ["{plain}"], 126),
    ("a directory", ["/etc"], 126),
]

# name, options; all are usage errors, before anything runs
USAGE = [
    ("unknown option", ["--no-such-option", "--", "true"]),
    ("no command", []),
    ("no command after --", ["--"]),
    ("unknown profile", ["--profile=nonsense", "--", "true"]),
    ("unknown call", ["-e", "no_such_call", "--", "true"]),
]


class Suite:
    def __init__(self, opts, tap):
        self.opts = opts
        self.tap = tap
        self.top = tempfile.mkdtemp(prefix="holter-exit.", dir=opts.tmp)
        self.env = common.clean_env(**common.channel_env(opts.channel))

    def trace(self, name):
        return os.path.join(self.top, name.replace("/", "_").replace(" ", "-") + ".htr")

    def capture(self, name, command, **kw):
        argv = self.opts.capture + ["-o", self.trace(name)] + command
        return subprocess.run(
            argv, capture_output=True, env=self.env, timeout=30, cwd=self.top, check=False, **kw
        )

    def ends(self):
        plain = os.path.join(self.top, "plain-file")
        with open(plain, "w", encoding="utf-8") as f:
            f.write("no program\n")
        for name, command, code in ENDS:
            command = [w.replace("{plain}", plain) for w in command]
            p = self.capture(name, ["--"] + command)
            problems = []
            if p.returncode != code:
                problems.append(f"{p.returncode} instead of {code}")
            if p.stdout:
                problems.append(f"stdout: {p.stdout[:200]!r}")
            if code in (126, 127) and os.path.basename(command[0]).encode() not in p.stderr:
                problems.append(f"stderr does not name the program: {p.stderr[:200]!r}")
            if problems:
                problems.append(f"stderr: {p.stderr[:400]!r}")
            self.tap.check(name, problems)

    def usage(self):
        for name, words in USAGE:
            p = self.capture(name, words)
            problems = []
            if p.returncode != 125:
                problems.append(f"{p.returncode} instead of 125")
            if not p.stderr.strip():
                problems.append("nothing on stderr")
            if p.stdout:
                problems.append(f"stdout: {p.stdout[:200]!r}")
            self.tap.check("usage error: " + name, problems)

    def streams(self):
        data = random.Random(1).randbytes(3_000_000)
        p = self.capture("streams", ["--", "cat"], input=data)
        problems = []
        if p.returncode != 0 or p.stdout != data:
            problems.append(f"exit {p.returncode}, {len(p.stdout)} of {len(data)} bytes")
        self.tap.check("stdin and stdout pass 3 MB unchanged", problems)
        p = self.capture("stderr", ["--", "sh", "-c", "echo out; echo err >&2; exit 3"])
        problems = []
        if p.returncode != 3 or p.stdout != b"out\n" or b"err\n" not in p.stderr:
            problems.append(f"exit {p.returncode}, {p.stdout!r}, {p.stderr!r}")
        self.tap.check("stdout and stderr are kept apart", problems)
        # stdin, stdout and stderr closed: the trace must not take one of these numbers
        argv = self.opts.capture + ["-o", self.trace("closed"), "--", "sh", "-c", "exit 9"]
        quoted = taplib.shell_quote(argv)
        p = subprocess.run(
            ["sh", "-c", f"exec {quoted} <&- >&- 2>&-"], env=self.env, timeout=30, check=False
        )
        problems = [] if p.returncode == 9 else [f"exit {p.returncode}"]
        records, more = common.read_trace(self.opts.trace, self.trace("closed"))
        self.tap.check("all three streams closed", problems + more)
        del records

    def forwarded(self):
        """A signal to the recorder goes to the program, which decides what to do."""
        for sig in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
            name = f"{sig.name} to the recorder reaches the program"
            if sig == signal.SIGUSR1:
                continue  # prints a status line by design
            word = sig.name[3:]
            script = f"trap 'echo got {word}; exit 5' {word}; echo ready; while :; do sleep 0.05; done"
            argv = self.opts.capture + ["-o", self.trace(sig.name), "--", "sh", "-c", script]
            with subprocess.Popen(
                argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.env, start_new_session=True
            ) as p:
                p.stdout.readline()
                time.sleep(0.1)
                p.send_signal(sig)
                try:
                    out, err = p.communicate(timeout=10)
                    code = p.returncode
                except subprocess.TimeoutExpired:
                    os.killpg(p.pid, signal.SIGKILL)
                    out, err = p.communicate()
                    code = None
            problems = []
            if code != 5 or out != f"got {word}\n".encode():
                problems.append(f"exit {code}, {out!r}, {err[-300:]!r}")
            self.tap.check(name, problems)

    def terminated(self):
        """A program without a handler dies by the forwarded signal, and so does the recorder."""
        argv = self.opts.capture + ["-o", self.trace("term"), "--", "sh", "-c", "echo ready; sleep 20; :"]
        with subprocess.Popen(
            argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.env, start_new_session=True
        ) as p:
            p.stdout.readline()
            os.killpg(p.pid, signal.SIGTERM)
            try:
                p.communicate(timeout=10)
                code = p.returncode
            except subprocess.TimeoutExpired:
                os.killpg(p.pid, signal.SIGKILL)
                p.communicate()
                code = None
        problems = [] if code == -signal.SIGTERM else [f"{code} instead of {-signal.SIGTERM}"]
        _, more = common.read_trace(self.opts.trace, self.trace("term"))
        self.tap.check("a group killed by SIGTERM leaves a good trace", problems + more)

    def close(self):
        if self.tap.failed:
            print(f"# kept: {self.top}")
        else:
            shutil.rmtree(self.top, ignore_errors=True)


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--capture", required=True)
    p.add_argument("--trace", required=True)
    p.add_argument("--channel", default="default")
    p.add_argument("--tmp", default=None)
    opts = p.parse_args()
    opts.capture = [os.path.abspath(w) if os.path.exists(w) else w for w in opts.capture.split()]
    opts.trace = [os.path.abspath(w) if os.path.exists(w) else w for w in opts.trace.split()]
    tap = taplib.Tap("live / exit")
    suite = Suite(opts, tap)
    for part in (suite.ends, suite.usage, suite.streams, suite.forwarded, suite.terminated):
        try:
            part()
        except Exception as e:  # reported as a failure, never as a pass
            tap.fail(part.__name__, f"{type(e).__name__}: {e}")
    suite.close()
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
