#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a user sees of info, cat, replay and view: output, errors, exit codes. TAP on stdout.

usage: run_cli.py HOLTER TRACE PROTO      HOLTER_EXEC_PATH names the folders of the other programs
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import traceback

HOLTER, TRACE, PROTO = (os.path.abspath(a) for a in sys.argv[1:4])
TESTS = []


class Skip(Exception):
    pass


def test(fn):
    TESTS.append(fn)
    return fn


def holter(*args, stdin=None, timeout=60):
    return subprocess.run([HOLTER, *args], input=stdin, capture_output=True, timeout=timeout,
                          env=dict(os.environ, TZ='UTC', LC_ALL='C.UTF-8'))


def equal(got, want, what=''):
    if got != want:
        raise AssertionError(f'{what} got {got!r}, wanted {want!r}')


def one_line(p, code, pattern):
    """A clear error: one line on stderr, nothing on stdout, this exit code."""
    err = p.stderr.decode()
    equal(p.returncode, code, err)
    if err.count('\n') != 1 or not re.search(pattern, err):
        raise AssertionError(f'stderr {err!r} is not one line with {pattern!r}')


@test
def usage_of_the_front_command(tmp):
    equal(holter().returncode, 2)
    equal(holter('--help').returncode, 0)
    one_line(holter('captrue'), 2, "did you mean 'capture'")
    one_line(holter('frobnicate'), 2, 'is no verb')
    equal(holter('--version').stdout.split()[0], b'holter')
    for verb in ('capture', 'replay', 'view', 'info', 'cat'):
        p = holter(verb, '--help')
        equal((p.returncode, b'Usage: holter ' + verb.encode() in p.stdout), (0, True), verb)
        equal(holter('help', verb).stdout, p.stdout, verb)
        p = holter(verb, '--no-such-option')
        equal(p.returncode, 125 if verb == 'capture' else 2, verb)


@test
def what_is_no_trace_is_said_in_one_line(tmp):
    def put(name, data):
        path = os.path.join(tmp, name)
        with open(path, 'wb') as f:
            f.write(data)
        return path
    fifo = os.path.join(tmp, 'fifo')
    os.mkfifo(fifo)
    cases = [
        (put('empty', b''), 'empty'),
        (put('text', b'hello world, this is no trace\n' * 20), 'not a'),
        (put('gzip', b'\x1f\x8b\x08' + bytes(200)), 'gzip'),
        (put('short', open(TRACE, 'rb').read(40)), 'cut|short'),
        (tmp, 'directory'),
        (fifo, 'FIFO|pipe'),
        ('/dev/null', 'device'),
        (os.path.join(tmp, 'missing'), 'No such file'),
        (put('evil\x1b[2Jname', b'x'), r'\\e\[2J'),
    ]
    for path, pattern in cases:
        for verb in (['info'], ['cat'], ['replay', '-f', 'evt.type=open'], ['view', '--plain']):
            try:
                one_line(holter(verb[0], path, *verb[1:]), 3, pattern)
            except AssertionError as e:
                raise AssertionError(f'{verb[0]} {path!r}: {e}') from None


@test
def info_counts_what_cat_prints(tmp):
    p = holter('info', '--json', TRACE)
    equal(p.returncode, 0, p.stderr)
    info = json.loads(p.stdout)
    events = [json.loads(line) for line in holter('cat', '--json', TRACE).stdout.splitlines()]
    equal(info['events'], len(events))
    equal(info['state'], 'closed')
    equal([e['num'] for e in events], list(range(1, len(events) + 1)))
    equal(info['execs'], sum(e['kind'] == 'exec' for e in events))
    equal(all(e['v'] == 1 and e['ts'] > 0 for e in events), True)
    text = holter('info', TRACE).stdout.decode()
    equal(f"{info['events']} events" in text, True, text)


@test
def cat_by_filter_time_and_limit(tmp):
    every = holter('cat', TRACE).stdout.splitlines()
    p = holter('cat', TRACE, 'evt.type=execve')
    equal(p.returncode, 0)
    lines = p.stdout.splitlines()
    equal(0 < len(lines) < len(every), True)
    equal(p.stderr.decode(), f'{len(lines)} of {len(every)} events\n')
    equal(set(lines) <= set(every), True)
    equal(len(holter('cat', '-n', '3', TRACE).stdout.splitlines()), 3)
    split = '+500ms'
    early = holter('cat', '-q', '-t', '..' + split, TRACE).stdout.splitlines()
    late = holter('cat', '-q', '-t', split + '..', TRACE).stdout.splitlines()
    equal(early + [line for line in late if line not in early], every)
    equal(holter('cat', '-q', '-p', '%evt.num', TRACE).stdout.splitlines(),
          [str(i + 1).encode() for i in range(len(every))])
    equal(len(holter('cat', '-q', '--strace', TRACE).stdout.splitlines()), len(every))


@test
def bad_filters_get_a_caret(tmp):
    for text, pattern in (('proc.nam=sh', 'did you mean proc.name'), ('proc.name=', 'expect'),
                          ('evt.type=opennat', 'openat'), ('fd.num startswith 3', 'startswith'),
                          ('(proc.name=sh', r'\)'), ('proc.name=sh extra', 'expect')):
        for verb in (['cat', TRACE, text], ['replay', TRACE, '-f', text],
                     ['view', TRACE, '--plain', '--filter', text]):
            p = holter(*verb)
            err = p.stderr.decode()
            equal(p.returncode, 2, f'{verb}: {err}')
            equal('^' in err and bool(re.search(pattern, err)), True, f'{verb[0]} {text!r}: {err!r}')
    equal(holter('cat', TRACE, '-t', 'noon').returncode, 2)


@test
def a_trace_cut_anywhere_gives_its_whole_blocks(tmp):
    whole = open(TRACE, 'rb').read()
    every = holter('cat', '-q', TRACE).stdout
    cut = os.path.join(tmp, 'cut.htr')
    for size in sorted({len(whole) * k // 16 for k in range(4, 16)} | {len(whole) - 1}):
        with open(cut, 'wb') as f:
            f.write(whole[:size])
        p = holter('cat', '-q', cut)
        equal(p.returncode, 3, f'{size}: {p.stderr}')
        equal(every.startswith(p.stdout), True, f'{size}: not a prefix')
        equal(holter('info', cut).returncode, 3, str(size))


@test
def a_trace_through_a_pipe_gives_the_same(tmp):
    data = open(TRACE, 'rb').read()
    equal(holter('cat', '--json', '-', stdin=data).stdout, holter('cat', '--json', TRACE).stdout)


@test
def stock_tools_decode_a_trace(tmp):
    for tool in ('zstd', 'protoc'):
        if not shutil.which(tool):
            raise Skip(f'{tool} is not installed')
    raw = subprocess.run(['zstd', '-dc', TRACE], capture_output=True, check=True).stdout
    p = subprocess.run(['protoc', '--decode=holter.Trace', '-I', os.path.dirname(PROTO), PROTO],
                       input=raw, capture_output=True)
    equal(p.returncode, 0, p.stderr)
    text = p.stdout.decode(errors='replace')
    equal('header' in text and 'block' in text, True)


@test
def replay_exit_codes(tmp):
    quiet = holter('replay', TRACE, '-f', 'proc.name=no_such_program')
    equal((quiet.returncode, quiet.stdout), (0, b''))
    loud = holter('replay', TRACE, '-f', 'evt.type=execve')
    equal((loud.returncode, loud.stdout.count(b'\n') > 0), (0, True))
    for text in ('- rule: x\n  condition: proc.nam=sh\n  desc: d\n  output: o\n  priority: INFO\n', '{'):
        rules = os.path.join(tmp, 'r.yaml')
        with open(rules, 'w', encoding='ascii') as f:
            f.write(text)
        p = holter('replay', TRACE, '-r', rules)
        equal(p.returncode, 2, p.stderr)
        equal('r.yaml' in p.stderr.decode(), True, p.stderr)
    equal(holter('replay', TRACE, '-r', '/nonexistent.yaml').returncode, 2)
    equal(holter('replay', TRACE).returncode, 2)


@test
def the_recorder_is_small_and_static(tmp):
    build = os.path.dirname(os.path.dirname(os.path.dirname(HOLTER)))
    stripped = os.path.join(tmp, 'holter-capture')
    subprocess.run(['strip', '-o', stripped, os.path.join(build, 'capture', 'holter-capture')],
                   check=True)
    equal(os.path.getsize(stripped) < 2 << 20, True, os.path.getsize(stripped))
    with open(stripped, 'rb') as f:
        equal(b'/ld-linux' in f.read(), False, 'has a program interpreter')


@test
def hostile_names_reach_no_terminal(tmp):
    out = holter('cat', TRACE).stdout + holter('info', TRACE).stdout + \
        holter('view', '--plain', TRACE).stdout
    bad = set(out) & (set(range(32)) - {10} | {127})
    equal(bad, set())


def main():
    print(f'1..{len(TESTS)}')
    failed = False
    for i, fn in enumerate(TESTS, 1):
        with tempfile.TemporaryDirectory(prefix='holter-cli.') as tmp:
            try:
                fn(tmp)
                print(f'ok {i} - {fn.__name__}')
            except Skip as e:
                print(f'ok {i} - {fn.__name__} # SKIP {e}')
            except Exception:  # reported as a failure, with its place
                failed = True
                print(f'not ok {i} - {fn.__name__}')
                for line in traceback.format_exc().strip().split('\n')[-6:]:
                    print('# ' + line.encode('unicode_escape').decode()[:400])
        sys.stdout.flush()
    sys.exit(failed)


main()
