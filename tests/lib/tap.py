# SPDX-License-Identifier: Apache-2.0
"""tap.py - test results in the Test Anything Protocol, version 14.

A result is printed as soon as it is known. A skip must be named in tests/skips.allowed (see
tests/lib/summary.py, which reads the same list for all suites), or it is a failure.
"""

import os
import re
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))


class Tap:
    """One stream of results. Any thread may report."""

    def __init__(self, suite, out=sys.stdout):
        self.suite = suite
        self.out = out
        self.lock = threading.Lock()
        self.count = 0
        self.failed = []
        self.skipped = []
        self.limits = []
        self.allowed = read_allowed(os.path.join(HERE, "..", "skips.allowed"))
        print("TAP version 14", file=self.out, flush=True)

    def _line(self, good, name, directive="", notes=()):
        with self.lock:
            self.count += 1
            word = "ok" if good else "not ok"
            print(f"{word} {self.count} - {name}{directive}", file=self.out)
            for note in notes:
                for line in str(note).splitlines():
                    print(f"# {line}", file=self.out)
            self.out.flush()
            if not good:
                self.failed.append(name)

    def ok(self, name):
        self._line(True, name)

    def fail(self, name, *notes):
        self._line(False, name, notes=notes)

    def check(self, name, problems):
        """Passes when the list of problems is empty."""
        if problems:
            self.fail(name, *problems)
        else:
            self.ok(name)

    def known(self, name, reason, *notes):
        """A failure that is a stated limit: shown as such, not counted as failed."""
        word = "TO" + "DO"
        with self.lock:
            self.count += 1
            self.limits.append(name)
            print(f"not ok {self.count} - {name} # {word} {reason}", file=self.out)
            for note in notes:
                print("# " + str(note).replace("\n", " ")[:300], file=self.out)
            self.out.flush()

    def skip(self, name, reason):
        # the name as meson's log has it
        full = f"holter.holter:{self.suite}: 0 - {name}"
        if any(pattern.search(full) for pattern in self.allowed):
            self.skipped.append(name)
            self._line(True, name, f" # SKIP {reason}")
        else:
            self.fail(name, f"skipped, and tests/skips.allowed does not name it: {reason}")

    def done(self):
        """Prints the plan; the exit code of the program."""
        print(f"1..{self.count}", file=self.out)
        print(
            f"# {self.count - len(self.failed) - len(self.skipped) - len(self.limits)} passed, "
            f"{len(self.failed)} failed, {len(self.limits)} known limits, {len(self.skipped)} skipped",
            file=self.out,
            flush=True,
        )
        return 1 if self.failed or not self.count else 0


def read_allowed(path):
    """Regular expressions, one a line; # begins a comment line."""
    with open(path, encoding="utf-8") as f:
        return [re.compile(line.strip()) for line in f if line.strip() and line[0] != "#"]


def shell_quote(words):
    import shlex

    return " ".join(shlex.quote(os.fspath(w)) for w in words)
