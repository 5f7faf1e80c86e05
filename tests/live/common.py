# SPDX-License-Identifier: Apache-2.0
"""common.py - running programs, alone and under the recorder, for the live suites."""

import json
import os
import signal
import subprocess
import time


class Ended:
    """How a run ended. code is negative for a death by signal, None for a timeout."""

    def __init__(self, code, out, err, seconds, left):
        self.code = code
        self.out = out
        self.err = err
        self.seconds = seconds
        self.left = left  # processes of its group were still there some seconds later

    def how(self):
        if self.code is None:
            return f"did not end in {self.seconds:.0f} s"
        if self.code < 0:
            return f"died by {signal.Signals(-self.code).name}"
        return f"exit code {self.code}"


def group_gone(pgid, seconds):
    end = time.monotonic() + seconds
    while True:
        try:
            os.killpg(pgid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            pass
        if time.monotonic() > end:
            return False
        time.sleep(0.01)


def run(argv, cwd, env, limit, outdir, name, linger=3.0):
    """Runs argv in a session of its own; output goes to files, so that nobody's open pipe can hold us."""
    out_path = os.path.join(outdir, name + ".out")
    err_path = os.path.join(outdir, name + ".err")
    started = time.monotonic()
    with open(out_path, "wb") as out, open(err_path, "wb") as err:
        p = subprocess.Popen(
            argv,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        try:
            code = p.wait(limit)
        except subprocess.TimeoutExpired:
            code = None
            os.killpg(p.pid, signal.SIGKILL)
            p.wait()
    seconds = time.monotonic() - started
    left = not group_gone(p.pid, linger)
    if left:
        try:
            os.killpg(p.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    with open(out_path, "rb") as f:
        out_bytes = f.read()
    with open(err_path, "rb") as f:
        err_bytes = f.read()
    return Ended(code, out_bytes, err_bytes, seconds, left)


def clean_env(**more):
    """The environment of all runs: small and the same everywhere."""
    env = {k: os.environ[k] for k in ("PATH", "HOME", "TMPDIR") if k in os.environ}
    env["LC_ALL"] = "C"
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LLVM_PROFILE_FILE"):
        if name in os.environ:
            env[name] = os.environ[name]
    env.update(more)
    return env


def channel_env(channel):
    return {} if channel == "default" else {"HOLTER_FORCE": channel}


def read_trace(reader, trace, limit=120):
    """(records, problems) of a trace, through `holter info` and `holter cat --json`."""
    problems = []
    env = clean_env()
    info = subprocess.run(
        reader + ["info", trace], capture_output=True, env=env, timeout=limit, check=False
    )
    if info.returncode != 0:
        problems.append(f"holter info: exit code {info.returncode}: {info.stderr[-400:]!r}")
    cat = subprocess.run(
        reader + ["cat", "--json", trace], capture_output=True, env=env, timeout=limit, check=False
    )
    if cat.returncode != 0:
        problems.append(f"holter cat: exit code {cat.returncode}: {cat.stderr[-400:]!r}")
    records = []
    last = 0
    for number, line in enumerate(cat.stdout.split(b"\n"), 1):
        if not line:
            continue
        try:
            rec = json.loads(line.decode("utf-8"))
        except ValueError as e:
            problems.append(f"holter cat: line {number}: {e}: {line[:200]!r}")
            break
        if rec["num"] <= last:
            problems.append(f"holter cat: line {number}: number {rec['num']} after {last}")
        last = rec["num"]
        records.append(rec)
    if not records:
        problems.append("holter cat: no records")
    return records, problems


def losses(records):
    return [f"loss recorded: {json.dumps(r)[:300]}" for r in records if r.get("kind") == "loss"]
