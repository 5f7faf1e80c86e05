# SPDX-License-Identifier: Apache-2.0
"""expect.py - does a trace hold what a tracee said it must hold?

A trace is the list of records of `holter cat --json`. An expectation is one JSON object. Its members
are compared with the record's:

    number, true, false     equal
    "text"                  equal; with | inside: the same names in any order
    [a, b] for a scalar     one of them
    [a, b] for a list       equal
    {"re": "..."}           the text matches
    {...}                   each member, as above; what is not named is not compared

These members are not compared but say how:

    "order": false          anywhere; else, in one thread, after all that was expected before
    "count": N              exactly N records match (anywhere)
    "flags_has": "last"     the record's flags hold this one
    "flags_not": "unstable" they do not hold this one
    "dur_min": N            the call lasted at least N ns
    "one_of": [{}, {}]      one of these objects matches (with the members beside it)
    "res_if_known": N       the result, when the record has one: for calls that no recorder can wait for
    "if_recorded": true     only when the trace has any record of this type
    "if_seen": true         a record that matches in all but "res" must have this "res"; none is fine
"""

import json
import re

CONTROL = {"order", "count", "flags_has", "flags_not", "dur_min", "one_of", "if_recorded", "if_seen", "res_if_known"}

# What a forced fallback cannot know. With notify alone there is no result of most calls, and
# children and their ends are found late or by other ways.
BLIND = {
    "default": set(),
    "nonotify": set(),
    "noptrace": {"spawn", "exit", "signal"},
}


# Calls that write the address they were given room for: nothing is there at their entry.
ADDRESS_OUT = {"accept", "accept4"}


def same(want, got):
    if isinstance(want, dict):
        if "re" in want and len(want) == 1:
            return isinstance(got, str) and re.search(want["re"], got) is not None
        return isinstance(got, dict) and all(same(v, got.get(k)) for k, v in want.items())
    if isinstance(want, list):
        if isinstance(got, list):
            return want == got
        return any(same(w, got) for w in want)
    if isinstance(want, bool) or isinstance(got, bool):
        return want is got
    if isinstance(want, str) and isinstance(got, str) and "|" in want:
        return sorted(want.split("|")) == sorted(got.split("|"))
    return type(want) is type(got) and want == got


class Judge:
    """Expectations against the records of one trace, on one channel."""

    def __init__(self, records, channel="default"):
        self.records = records
        self.blind = BLIND[channel]
        self.channel = channel
        self.types = {r.get("type") for r in records}

    def matches(self, want, rec):
        flags = rec.get("flags", ())
        # without ptrace a call that is its thread's last is not seen to end either
        entry_only = "entry_only" in flags or (self.channel == "noptrace" and "unfinished" in flags)
        for key, value in want.items():
            if key in CONTROL:
                continue
            if self.channel == "noptrace" and (key in ("data", "fd") or (key == "res" and entry_only)):
                continue  # results and descriptors are guesses there
            if key == "args" and entry_only and rec.get("type") in ADDRESS_OUT:
                value = {k: v for k, v in value.items() if k != "addr"}
            if not same(value, rec.get(key)):
                return False
        if "res_if_known" in want and rec.get("res", want["res_if_known"]) != want["res_if_known"]:
            return False
        if "flags_has" in want and want["flags_has"] not in rec.get("flags", ()):
            return False
        if "flags_not" in want and want["flags_not"] in rec.get("flags", ()):
            return False
        if "dur_min" in want and not entry_only and rec.get("dur", 0) < want["dur_min"]:
            return False
        if "one_of" in want:
            return any(self.matches(w, rec) for w in want["one_of"])
        return True

    def visible(self, want):
        if want.get("kind") in self.blind:
            return False
        if self.channel == "noptrace" and "one_of" in want:
            return False  # a name read at the entry is a claim; without a result nothing can check it
        if "kind" not in want and want.get("type") in ("fork", "vfork", "clone", "clone3"):
            return "spawn" not in self.blind
        return True

    def near(self, want):
        """The records a person would look at first."""
        rows = [
            r
            for r in self.records
            if r.get("type") == want.get("type", r.get("type"))
            and r.get("kind") == want.get("kind", r.get("kind"))
            and r.get("pid") == want.get("pid", r.get("pid"))
        ]
        # those with the same arguments first
        args = want.get("args", {})
        rows.sort(key=lambda r: -sum(same(v, r.get("args", {}).get(k)) for k, v in args.items()))
        return ["  has: " + json.dumps(r, ensure_ascii=False)[:600] for r in rows[:2]] or [
            "  has: no record of this type and process"
        ]

    def check(self, wants):
        """A list of lines that say what is wrong; empty when all is there."""
        problems = []
        position = {}  # thread -> index of the record matched last
        for want in wants:
            if not self.visible(want):
                continue
            if want.get("if_recorded") and want.get("type") not in self.types:
                continue
            problem = self.check_one(want, position)
            if problem:
                problems.append(problem + ": " + json.dumps(want, ensure_ascii=False)[:600])
                problems.extend(self.near(want))
        return problems

    def check_one(self, want, position):
        if want.get("if_seen"):
            rest = {k: v for k, v in want.items() if k != "res"}
            for rec in self.records:
                if self.matches(rest, rec) and not self.matches(want, rec):
                    return "recorded with another result"
            return None
        if "count" in want:
            n = sum(1 for r in self.records if self.matches(want, r))
            return None if n == want["count"] else f"{n} records instead of {want['count']}"
        if want.get("order") is False:
            return None if any(self.matches(want, r) for r in self.records) else "not in the trace"
        # An exec by another thread makes it the leader: from the record on it has the leader's tid.
        start = position.get(want.get("tid"), -1)
        for i in range(start + 1, len(self.records)):
            if self.matches(want, self.records[i]):
                position[want.get("tid")] = i
                return None
        for i in range(start + 1):
            if self.matches(want, self.records[i]):
                return "only before what was expected earlier"
        return "not in the trace"


def read_lines(path):
    """JSON Lines as a list; a bad line raises ValueError with its number."""
    rows = []
    try:
        with open(path, encoding="utf-8") as f:
            for number, line in enumerate(f, 1):
                try:
                    rows.append(json.loads(line))
                except ValueError as e:
                    raise ValueError(f"{path}:{number}: {e}: {line[:200]!r}") from e
    except FileNotFoundError:
        pass
    return rows


def self_test():
    recs = [
        {"kind": "syscall", "type": "openat", "tid": 1, "args": {"p": "a", "flags": "A|B"}, "res": 3},
        {"kind": "syscall", "type": "openat", "tid": 1, "args": {"p": "b"}, "res": -2, "dur": 5},
        {"kind": "exit", "type": "procexit", "tid": 1, "flags": ["last"]},
        {"kind": "syscall", "type": "reboot", "tid": 1, "res": -1},
        {"kind": "syscall", "type": "mkdir", "tid": 1, "res": 0, "flags": ["entry_only"]},
    ]
    a = {"type": "openat", "tid": 1, "args": {"p": "a"}}
    b = {"type": "openat", "tid": 1, "args": {"p": "b"}}
    good = [
        [a, b],
        [b, dict(a, order=False)],
        [{"type": "openat", "args": {"flags": "B|A"}, "tid": 1}],
        [{"type": ["x", "openat"], "count": 2}],
        [{"type": "openat", "args": {"p": {"re": "^b$"}}, "dur_min": 5}],
        [{"kind": "exit", "flags_has": "last", "flags_not": "unfinished"}],
        [{"type": "reboot", "res_if_known": -1}, {"type": "procexit", "res_if_known": 1, "order": False}],
        [{"one_of": [{"type": "x"}, {"type": "mkdir"}]}],
        [{"type": "stat", "if_recorded": True}],
        [{"type": "openat", "args": {"p": "z"}, "res": 1, "if_seen": True}],
    ]
    bad = [
        [b, a],
        [dict(a, res=4)],
        [dict(a, res="3")],
        [{"type": "openat", "count": 1}],
        [{"type": "openat", "args": {"flags": "A"}, "tid": 1}],
        [{"kind": "exit", "flags_has": "unstable"}],
        [{"kind": "exit", "flags_not": "last"}],
        [{"type": "reboot", "res_if_known": -2}],
        [{"type": "openat", "args": {"p": "b"}, "dur_min": 6}],
        [{"type": "openat", "args": {"p": "b"}, "res": 1, "if_seen": True}],
        [{"one_of": [{"type": "x"}, {"type": "y"}]}],
        [a, a],
    ]
    judge = Judge(recs)
    return [f"must pass: {w}" for w in good if judge.check(w)] + [
        f"must fail: {w}" for w in bad if not judge.check(w)
    ]
