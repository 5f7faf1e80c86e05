#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""holter replay from outside: detectors, options, output, exit codes, damaged traces. TAP on stdout.

usage: run_replay.py MKTRACE HOLTER_REPLAY
"""

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
from tap import Tap  # noqa: E402

MKTRACE, REPLAY = sys.argv[1:3]
SHARED = ""
TESTS = []

STORY = """
facts hostname=web root_pid=1 start=2026-11-21T20:09:00Z container_id=0123456789ab container_image=registry.example/web
user 0 root
user 33 www-data
proc 1 comm="gunicorn" exe="/usr/bin/gunicorn" argv=["gunicorn","app:wsgi"] uid=33 euid=33 gid=33 egid=33 cwd="/srv" ppid=0 tty=0 loginuid=-1
at +1s
1: fork 2
2: exec "/bin/sh" ["sh","-c","cat /etc/shadow"] exe="/usr/bin/dash"
at +2s
2: openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = 3
2: openat(AT_FDCWD, "/etc/shadow", O_RDONLY) = EACCES
at +3s
2: openat(AT_FDCWD, "evil\\x1b[2J\\xff\\n", O_WRONLY|O_CREAT) = 4
2: exit 1
loss 3
"""

RULES = """
- macro: opens
  condition: evt.type = openat
- rule: any open
  desc: every open
  condition: opens
  output: "%proc.name opened %fd.name (%evt.res) num=%fd.num user=%user.name %container.id"
  priority: NOTICE
  tags: [files, all]
- rule: failed open
  desc: an open that failed
  condition: opens and evt.rawres < 0
  output: "failed %fd.name %proc.aname[2]"
  priority: WARNING
- rule: switched off
  desc: never
  condition: opens
  output: off
  priority: CRITICAL
  enabled: false
"""


def test(fn):
    TESTS.append(fn)
    return fn


class Failed(Exception):
    pass


def equal(got, want):
    if got != want:
        raise Failed(f"got:  {got!r}\nwant: {want!r}")


def contains(text, part):
    if part not in text:
        raise Failed(f"{part!r} is not in {text!r}")


def trace(name, text=STORY):
    """A trace under that name in the current folder; made once, since none is changed."""
    made = os.path.join(SHARED, f"{zlib.crc32(text.encode())}.htr")
    if not os.path.exists(made):
        subprocess.run([MKTRACE, made], input=text.encode(), check=True)
    if not os.path.exists(name):
        shutil.copy(made, name)
    return name


def rules(text=RULES, name="rules.yaml"):
    with open(name, "w", encoding="utf-8") as f:
        f.write(text)
    return name


def replay(*args, stdin=subprocess.DEVNULL, env=None, timeout=60):
    return subprocess.run([REPLAY, *args], stdin=stdin, capture_output=True, text=True, errors="surrogateescape",
                          timeout=timeout, env={**os.environ, **(env or {})}, check=False)


def alerts(p):
    return [json.loads(line) for line in p.stdout.splitlines()]


def detector(kind):
    return f"exec {shlex.quote(sys.executable)} {shlex.quote(os.path.join(HERE, 'detectors.py'))} {kind}"


def big(n=30000):
    """A trace that does not fit into a pipe."""
    return trace("big.htr", STORY + "".join(
        f'1: openat(AT_FDCWD, "/data/file-{i}", O_RDONLY) = 5\n' for i in range(n)))


# ---- rules and filters ---------------------------------------------------------------------------------------

@test
def text_alerts():
    p = replay(trace("t.htr"), "-r", rules())
    equal(p.stdout.splitlines(), [
        "20:09:02.000000000: Notice sh opened /etc/passwd (SUCCESS) num=3 user=www-data 0123456789ab [4]",
        "20:09:02.000001000: Notice sh opened /etc/shadow (EACCES) num=-1 user=www-data 0123456789ab [5]",
        "20:09:02.000001000: Warning failed /etc/shadow <NA> [5]",
        "20:09:03.000000000: Notice sh opened /srv/evil\\e[2J\\xff\\n (SUCCESS) num=4 user=www-data 0123456789ab [6]",
    ])
    contains(p.stderr, "4 alerts (1 warning, 3 notice) in 8 events, ")
    equal(p.returncode, 0)


@test
def json_alerts():
    p = replay(trace("t.htr"), "-r", rules(), "-j", "-q")
    equal(p.stderr, "")
    first, _, third, last = alerts(p)
    equal(first, {
        "hostname": "web", "rule": "any open", "priority": "Notice", "source": "syscall", "tags": ["files", "all"],
        "output": "20:09:02.000000000: Notice sh opened /etc/passwd (SUCCESS) num=3 user=www-data 0123456789ab",
        "output_fields": {"evt.time": 1795291742000000000, "proc.name": "sh", "fd.name": "/etc/passwd",
                          "evt.res": "SUCCESS", "fd.num": 3, "user.name": "www-data",
                          "container.id": "0123456789ab"},
        "time": "2026-11-21T20:09:02.000000000Z", "event": 4, "trace": "t.htr", "detector": "rules"})
    equal(third["output_fields"]["proc.aname[2]"], None)
    contains(last["output_fields"]["fd.name"], "\x1b[2J\ufffd\n")


@test
def first_match_only():
    p = replay(trace("t.htr"), "-r", rules(), "--rule-matching=first", "-j")
    equal([(a["rule"], a["event"]) for a in alerts(p)], [("any open", 4), ("any open", 5), ("any open", 6)])


@test
def minimum_priority():
    p = replay(trace("t.htr"), "-r", rules(), "-f", "evt.type=openat", "--priority=warning", "-j")
    equal([a["rule"] for a in alerts(p)], ["failed open"])


@test
def fail_on():
    for level, code in (("error", 0), ("warning", 1), ("NOTICE", 1), ("info", 1)):
        equal(replay(trace("t.htr"), "-r", rules(), "--fail-on", level).returncode, code)
    equal(replay(trace("t.htr"), "-f", "evt.num=0", "--fail-on=debug").returncode, 0)
    equal(replay(trace("t.htr"), "-r", rules(), env={"HOLTER_FAIL_ON": "warning"}).returncode, 1)


@test
def later_files_change_earlier_ones():
    local = rules("- rule: any open\n  condition: and fd.name startswith /etc/\n  priority: ERROR\n"
                  "  override: {condition: append, priority: replace}\n"
                  "- rule: failed open\n  enabled: false\n  override: {enabled: replace}\n", "local.yaml")
    p = replay(trace("t.htr"), "-r", rules(), "-r", local, "-j")
    equal([(a["rule"], a["priority"], a["event"]) for a in alerts(p)],
          [("any open", "Error", 4), ("any open", "Error", 5)])


@test
def filter_default_message():
    p = replay(trace("t.htr"), "-f", "evt.type=openat and evt.failed=true")
    equal(p.stdout, '20:09:02.000001000: Notice sh[2] openat "/etc/shadow" O_RDONLY = EACCES [5]\n')
    (alert,) = alerts(replay(trace("t.htr"), "-j", "-f", "evt.type=openat and evt.failed=true"))
    equal(alert["rule"], "evt.type=openat and evt.failed=true")
    equal(alert["output_fields"]["fd.name"], "/etc/shadow")


@test
def filter_with_format():
    p = replay(trace("t.htr"), "-f", "evt.type=execve", "-p", "%proc.pname started %proc.cmdline")
    equal(p.stdout, "20:09:01.000001000: Notice gunicorn started sh -c cat /etc/shadow [3]\n")


@test
def filter_sees_every_record():
    p = replay(trace("t.htr"), "-j", "-f", "evt.num>0")
    equal([a["event"] for a in alerts(p)], list(range(1, 9)))


@test
def several_detectors_in_one_pass():
    p = replay(trace("t.htr"), "-j", "-r", rules(), "-f", "evt.type=execve", "-f", "evt.type=procexit",
               "-x", detector("good"))
    equal(sorted({a["detector"] for a in alerts(p)}), sorted(["rules", "filter", detector("good")]))
    equal(len(alerts(p)), 4 + 1 + 1 + 3)
    equal(p.returncode, 0)


@test
def time_range_judges_less_but_knows_all():
    p = replay(trace("t.htr"), "-j", "-r", rules(), "-t", "+2.5s..")
    equal([a["event"] for a in alerts(p)], [6])
    equal(alerts(p)[0]["output_fields"]["proc.name"], "sh")
    p = replay(trace("t.htr"), "-j", "-r", rules(), "-t", "20:09:01..20:09:02.5")
    equal([a["event"] for a in alerts(p)], [4, 5, 5])
    equal(replay(trace("t.htr"), "-r", rules(), "-t", "yesterday").returncode, 2)


@test
def facts_can_be_set():
    p = replay(trace("t.htr"), "-f", "container.id=abc and container.image.repository=img and "
               "container.privileged=true and evt.type=execve", "--set", "container.id=abc",
               "--set=container.image.repository=img", "--set", "container.privileged=true")
    equal(len(p.stdout.splitlines()), 1)
    for bad in ("container.id", "proc.name=x", "container.privileged=maybe", "=x", ""):
        equal(replay(trace("t.htr"), "-f", "evt.num>0", "--set", bad).returncode, 2)


@test
def several_traces():
    trace("a b.htr")
    p = replay(trace("t.htr"), "a b.htr", "-f", "evt.type=execve")
    equal([line.split(" [")[-1] for line in p.stdout.splitlines()], ["t.htr 3]", "a\\x20b.htr 3]"])
    contains(p.stderr, "2 alerts (2 notice) in 16 events")


@test
def standard_input():
    with open(trace("t.htr"), "rb") as f:
        p = replay("-", "-r", rules(), "-x", detector("late"), stdin=f)
    equal(len(p.stdout.splitlines()), 5)
    equal(p.returncode, 0)
    with subprocess.Popen(["cat", "t.htr"], stdout=subprocess.PIPE) as cat:
        p = replay("-", "-r", rules(), stdin=cat.stdout)
    equal(len(p.stdout.splitlines()), 4)


# ---- usage -------------------------------------------------------------------------------------------------

@test
def usage_errors():
    for args, part in (
            (("t.htr",), "no detector"),
            (("-f", "evt.num>0"), "which file?"),
            (("t.htr", "-r", "rules.yaml", "-p", "x"), "--print is the message of --filter"),
            (("t.htr", "-f", "evt.num>0", "--fail-on=warn"), "'warn' is none of emergency"),
            (("t.htr", "-f", "evt.num>0", "--detector-timeout=0s"), "longer than nothing"),
            (("--validate",), "--validate needs --rules"),
            (("t.htr", "--nonsense"), "unknown option --nonsense")):
        p = replay(*args)
        equal((p.returncode, p.stdout), (2, ""))
        contains(p.stderr, part)


@test
def bad_filter_has_a_caret():
    p = replay(trace("t.htr"), "-f", "evt.type=openat and proc.nam=x")
    equal(p.returncode, 2)
    contains(p.stderr, "proc.name")
    contains(p.stderr, "                    ^")
    equal(replay(trace("t.htr"), "-f", "evt.num>0", "-p", "%proc.nam").returncode, 2)


@test
def bad_rules_stop_everything():
    bad = rules(RULES + "- rule: x\n  condition: proc.name=\n- list: l\n", "bad.yaml")
    p = replay(trace("t.htr"), "-r", rules(), "-r", bad, "-x", "touch started")
    equal((p.returncode, p.stdout), (2, ""))
    contains(p.stderr, "bad.yaml:")
    contains(p.stderr, "LOAD_ERR_YAML_VALIDATE")
    contains(p.stderr, "the rules have 2 errors")
    equal(os.path.exists("started"), False)
    equal(replay(trace("t.htr"), "-r", "nothing.yaml").returncode, 2)


@test
def validate():
    p = replay("--validate", "-r", rules(RULES + "- macro: spare\n  condition: evt.num>0\n", "w.yaml"))
    equal(p.returncode, 0)
    equal(p.stdout, "w.yaml:21:3: warning: macro 'spare' is not used [LOAD_UNUSED_MACRO]\n")
    contains(p.stderr, "2 rules run, 1 disabled, 0 skipped; 2 macros, 0 lists; 1 warnings")
    p = replay("--validate", "-j", "-r", rules("- rule: R\n  priority: warn\n", "e.yaml"))
    equal(p.returncode, 2)
    (message,) = alerts(p)
    equal((message["severity"], message["code"], message["line"]), ("error", "LOAD_ERR_YAML_VALIDATE", 2))
    p = replay(trace("t.htr"), "-r", "w.yaml")
    contains(p.stderr, "the rules have 1 warning (--validate shows them)")


@test
def fields_are_listed():
    p = replay("--list-fields")
    equal(p.returncode, 0)
    for field in ("proc.name ", "fd.name ", "evt.type ", "container.id "):
        contains(p.stdout, "\n" + field)
    fields = {f["name"]: f for f in alerts(replay("--list-fields", "-j"))}
    equal(fields["fd.net"]["filter_only"], True)


@test
def output_that_cannot_be_written():
    with open("/dev/full", "w", encoding="utf-8") as full:
        p = subprocess.run([REPLAY, trace("t.htr"), "-f", "evt.num>0"], stdout=full, stderr=subprocess.PIPE, check=False)
    contains(p.stderr.decode(), "cannot be written")
    equal(p.returncode != 0, True)


def one_rule(condition, before=""):
    return f"{before}- rule: r\n  desc: d\n  condition: {condition}\n  output: o\n  priority: INFO\n"


@test
def hostile_rules_are_errors():
    chain = "".join(f"- macro: m{i}\n  condition: m{i - 1} and m{i - 1}\n" for i in range(1, 60))
    first = "- macro: m0\n  condition: evt.num>0\n"
    items = ", ".join(f"item{i}" for i in range(1000000))
    bomb = "- &b0 [x, x, x, x]\n" + "".join(
        f"- &b{i} [{', '.join([f'*b{i - 1}'] * 9)}]\n" for i in range(1, 60))
    for text, code, part in (
            (one_rule("(" * 10000 + "evt.num>0" + ")" * 10000), "LOAD_ERR_COMPILE_CONDITION", "deeper than 1000"),
            (one_rule("proc.name in (l)", f"- list: l\n  items: [{items}]\n"), "LOAD_ERR_COMPILE_CONDITION",
             "longer than 1048576 bytes"),
            (one_rule("m59", first + chain), "LOAD_ERR_COMPILE_CONDITION", "64 MiB"),
            (one_rule("a", "- macro: a\n  condition: a\n"), "LOAD_ERR_VALIDATE", "macro"),
            (bomb, "LOAD_ERR_YAML_VALIDATE", "each item must be a mapping"),
            ("[" * 100000, "LOAD_ERR_YAML_PARSE", "deeper than 64"),
            (one_rule("proc.name="), "LOAD_ERR_COMPILE_CONDITION", "")):
        p = replay("--validate", "-r", rules(text, "hostile.yaml"))
        equal((p.returncode, len(p.stdout) < 20000), (2, True))
        contains(p.stdout, code)
        contains(p.stdout, part)


@test
def two_thousand_rules_load_in_a_second():
    text = "".join(f"- list: l{i}\n  items: [{', '.join(f'a{i}_{k}' for k in range(20))}]\n"
                   f"- macro: m{i}\n  condition: proc.name in (l{i}) or fd.name startswith /x{i}\n" for i in range(200))
    text += "".join(one_rule(f"evt.type in (openat, execve) and m{i % 200} and m{i * 7 % 200} and fd.num>=0")
                    .replace("rule: r", f"rule: rule {i}") for i in range(2000))
    name = rules(text, "many.yaml")
    began = time.monotonic()
    p = replay("--validate", "-r", name)
    took = time.monotonic() - began
    contains(p.stderr, "2000 rules run")
    # a sanitizer build is several times slower
    equal(took < (1 if "asan" not in REPLAY else 20), True)


# ---- traces that are not whole -------------------------------------------------------------------------------

@test
def cut_trace_gives_what_it_has():
    with open(big(), "rb") as f:
        data = f.read()
    with open("cut.htr", "wb") as f:
        f.write(data[:len(data) * 3 // 4])
    whole = replay("big.htr", "-f", "evt.type=openat", "-q")
    p = replay("cut.htr", "-f", "evt.type=openat", "-q", "--fail-on=notice")
    equal(p.returncode, 3)
    lines = p.stdout.splitlines()
    equal(0 < len(lines) < len(whole.stdout.splitlines()), True)
    equal(whole.stdout.splitlines()[:len(lines)], lines)
    equal(len(p.stderr.splitlines()), 1)
    contains(p.stderr, "warning: cut.htr")


@test
def no_trace_at_all():
    with open("text", "w", encoding="utf-8") as f:
        f.write("hello\n")
    open("empty", "w", encoding="utf-8").close()
    for name in ("text", "empty", ".", "missing.htr"):
        p = replay(name, "-f", "evt.num>0", "-q")
        equal(p.returncode in (2, 3), True)
        equal(len(p.stderr.splitlines()), 1)
    p = replay("text", trace("t.htr"), "-f", "evt.type=execve")
    equal((p.returncode, len(p.stdout.splitlines())), (3, 1))


# ---- programs as detectors -------------------------------------------------------------------------------------

@test
def good_program():
    p = replay(trace("t.htr"), "-x", detector("good"))
    equal(p.stdout.splitlines(), [
        "20:09:02.000000000: Warning sh opened /etc/passwd [4]",
        "20:09:03.000000000: Warning sh opened /srv/evil\\e[2J\\u{fffd}\\n [6]",
        "--:--:--.---------: Debug 8 events [-]"])
    contains(p.stderr, "detectors.py good: 3 alerts, ")
    contains(p.stderr, "s cpu, exit 0")
    equal(p.returncode, 0)
    a = alerts(replay(trace("t.htr"), "-j", "-x", detector("good")))
    equal((a[0]["output_fields"]["proc.name"], a[0]["tags"], a[0]["event"]), ("sh", ["files"], 4))
    equal("event" in a[2] or "time" in a[2], False)


@test
def program_in_shell():
    p = replay(trace("t.htr"), "-x",
               "grep '\"type\":\"execve\"' | sed 's/.*\"num\":\\([0-9]*\\).*/{\"rule\":\"exec\",\"event\":\\1}/'")
    equal(p.stdout, "20:09:01.000001000: Notice exec [3]\n")


@test
def late_answers_have_their_time():
    p = replay(big(), "-x", detector("late"), "-j")
    (alert,) = alerts(p)
    equal(alert["time"], "2026-11-21T20:09:00.000000000Z")
    p = replay(big(), "-x", "cat >/dev/null; echo '{\"rule\":\"r\",\"event\":99999999}'", "-j")
    equal("time" in alerts(p)[0], False)


@test
def every_event_arrives_once():
    p = replay(big(), "-x", detector("good"), "-j")
    opened = [a["event"] for a in alerts(p) if a["rule"] == "opened"]
    equal(len(opened), 30002)
    equal(opened, sorted(set(opened)))


@test
def chatty_program_does_not_deadlock():
    p = replay(big(), "-x", detector("chatty"))
    equal((p.returncode, len(p.stdout.splitlines())), (0, 30008))


@test
def slow_program_is_waited_for():
    p = replay(big(), "-x", detector("slow"), "--detector-timeout=1s")
    equal((p.returncode, p.stdout), (0, ""))


@test
def last_line_needs_no_newline():
    p = replay(trace("t.htr"), "-x", detector("no_newline"))
    contains(p.stdout, "last words [2]")
    equal(p.returncode, 0)


@test
def orphans_do_not_hold_us():
    began = time.monotonic()
    p = replay(trace("t.htr"), "-x", detector("orphan"))
    equal((p.returncode, len(p.stdout.splitlines())), (0, 1))
    equal(time.monotonic() - began < 10, True)


def failing(kind, part, file="t.htr", n_alerts=0, command=None):
    trace("t.htr")
    big()
    command = command or detector(kind)
    p = replay(file, "-j", "-x", command, "-f", "evt.type=execve", "--detector-timeout=500ms", "--fail-on=debug")
    equal(p.returncode, 4)
    equal(len([a for a in alerts(p) if a["detector"] == "filter"]), 1)
    if n_alerts is not None:
        equal(len([a for a in alerts(p) if a["detector"] == command]), n_alerts)
    contains(p.stderr, "' failed: ")
    contains(p.stderr, part)


@test
def crashing_program():
    failing("crash", "killed by SIGSEGV", n_alerts=1)
    failing("crash", "killed by SIGSEGV", "big.htr", n_alerts=1)


@test
def program_with_exit_code():
    failing("fails", "exited with 7")
    failing(None, "exited with 127", command="no-such-program-anywhere")
    failing(None, "exited with 1", "big.htr", command="false")


@test
def hanging_program():
    failing("hang", "did not end for 500 ms")
    failing("hang", "took no input for 500 ms", "big.htr")
    failing("hang_after", "did not end for 500 ms")


@test
def program_that_stops_reading():
    failing("quits", "ended without reading all events", "big.htr")
    failing("closes_input", "stopped reading at event ", "big.htr")
    failing(None, "ended without reading all events", command="true")


@test
def garbage():
    failing("echo", 'line 1 of its output is no alert: it has no text "rule" (9 such lines)')
    failing("long_line", "longer than 1 MiB", n_alerts=1)
    failing(None, "it is not JSON (1 such line)", command="cat >/dev/null; echo hello")


@test
def flooding_program():
    failing("flood", "500 ms", n_alerts=None)
    failing("flood", "500 ms", "big.htr", n_alerts=None)


@test
def interrupt():
    with subprocess.Popen([REPLAY, big(), "-x", "cat >/dev/null; sleep 100", "--detector-timeout=1s"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as p:
        time.sleep(0.5)
        p.send_signal(signal.SIGINT)
        try:
            p.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            p.kill()
            raise Failed("still running 10 s after SIGINT") from None
        equal(p.returncode in (4, 130), True)


@test
def nothing_is_left_running():
    command = "sleep 54321 & cat >/dev/null"
    replay(trace("t.htr"), "-x", command)
    time.sleep(0.1)
    ps = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    equal([line for line in ps.splitlines() if line == "sleep 54321"], [])


def run():
    tap = Tap("replay")
    for fn in TESTS:
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            problems = []
            try:
                fn()
            except Failed as e:
                problems = [str(e)]
            except (subprocess.SubprocessError, ValueError, KeyError, IndexError, OSError) as e:
                problems = [f"{type(e).__name__}: {e}"]
            tap.check(fn.__name__, problems)
            os.chdir("/")
    return tap.done()


if __name__ == "__main__":
    MKTRACE, REPLAY = map(os.path.abspath, (MKTRACE, REPLAY))
    with tempfile.TemporaryDirectory() as SHARED:
        code = run()
    sys.exit(code)
