# SPDX-License-Identifier: Apache-2.0
"""tap.py - test results in the Test Anything Protocol, version 14.

A result is printed as soon as it is known. A skip must be on the allow-list, or it is a failure.
"""

import os
import re
import sys
import threading


class Tap:
    """One stream of results. Any thread may report."""

    def __init__(self, allowed_skips=None, out=sys.stdout):
        self.out = out
        self.lock = threading.Lock()
        self.count = 0
        self.failed = []
        self.skipped = []
        self.allowed = read_allowed(allowed_skips) if allowed_skips else []
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

    def skip(self, name, reason):
        for pattern_name, pattern_reason in self.allowed:
            if re.fullmatch(pattern_name, name) and re.search(pattern_reason, reason):
                self.skipped.append(name)
                self._line(True, name, f" # SKIP {reason}")
                return
        self.fail(name, f"skipped, and not on the list of allowed skips: {reason}")

    def done(self):
        """Prints the plan; the exit code of the program."""
        print(f"1..{self.count}", file=self.out)
        print(
            f"# {self.count - len(self.failed) - len(self.skipped)} passed, "
            f"{len(self.failed)} failed, {len(self.skipped)} skipped",
            file=self.out,
            flush=True,
        )
        return 1 if self.failed or not self.count else 0


def read_allowed(path):
    """Lines `NAME-PATTERN  REASON-PATTERN`; # begins a comment."""
    rows = []
    with open(path, encoding="utf-8") as f:
        for line in f:
            line = line.split("#", 1)[0].strip()
            if line:
                name, _, reason = line.partition(" ")
                rows.append((name, reason.strip()))
    return rows


def shell_quote(words):
    import shlex

    return " ".join(shlex.quote(os.fspath(w)) for w in words)
