#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Screen suite: a script of keys and the screens it must give, as text. TAP on stdout.

usage: run_screens.py HOLTER_VIEW MKTRACE [--update] [CASE...]

A case is a directory with `keys` and `expected`; optional: `args` (further arguments, one a line; {case}
is this directory), `trace` (a
description for mktrace; default is intrusion.txt), `cut` (keep only so many bytes of the trace), `code` (expected
exit code, default 0). --update writes `expected` anew: read the difference before it is committed.
"""
import difflib
import os
import random
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ENV = {'PATH': os.environ['PATH'], 'LC_ALL': 'C.UTF-8', 'TZ': 'UTC', 'HOME': '/nonexistent'}
for name in ('ASAN_OPTIONS', 'UBSAN_OPTIONS'):
    if name in os.environ:
        ENV[name] = os.environ[name]
LIMIT_S = 60


def read(path, default=''):
    if not os.path.exists(path):
        return default
    with open(path, encoding='utf-8') as f:
        return f.read()


class Suite:
    def __init__(self, view, mktrace, work):
        self.view, self.mktrace, self.work = view, mktrace, work
        self.number, self.failed, self.traces = 0, 0, {}

    def trace(self, description, cut=None):
        key = (description, cut)
        if key not in self.traces:
            out = os.path.join(self.work, f'example-{len(self.traces)}.htr')
            subprocess.run([self.mktrace, out, description], check=True, env=ENV, timeout=LIMIT_S)
            if cut is not None:
                os.truncate(out, cut)
            name = os.path.join(self.work, str(len(self.traces)))
            os.mkdir(name)
            self.traces[key] = os.path.join(name, 'example.htr')
            os.rename(out, self.traces[key])
        return self.traces[key]

    def run(self, args):
        return subprocess.run([self.view] + args, capture_output=True, env=ENV, timeout=LIMIT_S)

    def result(self, ok, name, lines=()):
        self.number += 1
        self.failed += not ok
        print(('ok' if ok else 'not ok'), self.number, '-', name)
        for line in lines:
            print('#', line)
        sys.stdout.flush()

    def case(self, name, update):
        folder = os.path.join(HERE, name)
        description = os.path.join(folder, 'trace')
        if not os.path.exists(description):
            description = os.path.join(HERE, 'intrusion.txt')
        cut = read(os.path.join(folder, 'cut')).strip()
        trace = self.trace(description, int(cut) if cut else None)
        args = read(os.path.join(folder, 'args')).replace('{case}', folder).split('\n')
        got = self.run([trace, '--keys-from', os.path.join(folder, 'keys')] + [a for a in args if a])
        text = got.stdout.decode() + ''.join('stderr: ' + e + '\n' for e in
                                             got.stderr.decode().replace(self.work, '').splitlines())
        want_code = int(read(os.path.join(folder, 'code'), '0'))
        expected = os.path.join(folder, 'expected')
        if update:
            with open(expected, 'w', encoding='utf-8') as f:
                f.write(text)
        want = read(expected)
        diff = list(difflib.unified_diff(want.splitlines(), text.splitlines(), 'expected', 'got',
                                         lineterm=''))
        if got.returncode != want_code:
            diff.append(f'exit code {got.returncode}, expected {want_code}')
        self.result(not diff, name, diff[:80])

    def soak(self, steps, seed):
        """Random keys and sizes: no crash, nothing on stderr, and the program still ends."""
        rnd = random.Random(seed)
        keys = ('j k PgDn PgUp Ctrl-d Ctrl-u gg G h l H L Enter Backspace 2 3 Tab Shift-Tab z \\ . Z = ! u Ctrl-r '
                '+ - 0 < > n N Space * a p S [ ] v e E ? Esc Home End Left Right Ctrl-l').split()
        lines = []
        for _ in range(steps):
            what = rnd.randrange(12)
            if what == 0:
                lines.append(f'resize {rnd.choice([1, 2, 5, 17, 40, 60, 80, 100, 141, 250])}x'
                             f'{rnd.choice([1, 2, 3, 6, 10, 16, 24, 50, 70])}')
            elif what == 1:
                lines += ['/', 'type ' + rnd.choice(['sh', 'kdev', 'zzz', 'EACCES']), 'Enter']
            elif what == 2:
                lines += [':', 'Ctrl-u', 'type ' + rnd.choice(
                    ['proc.name = sh', 'evt.failed = true', 'evt.type = ', '(((', 'evt.num > 20']),
                          'Enter', 'Esc']
            elif what == 3:
                lines += ['t', 'type ' + rnd.choice(['#20', '+12s', '20:09:02', 'x', '']), 'Enter', 'Esc']
            elif what == 4:
                lines.append(f'{rnd.choice(["click", "double"])} {rnd.randrange(100)} {rnd.randrange(40)}')
            else:
                lines.append(rnd.choice(keys))
        lines += ['settle', 'resize 80x24', 'dump end']
        script = os.path.join(self.work, f'soak-{seed}')
        with open(script, 'w', encoding='utf-8') as f:
            f.write('\n'.join(lines) + '\n')
        for description in ('intrusion.txt', 'hostile/trace'):
            got = self.run([self.trace(os.path.join(HERE, description)), '--keys-from', script])
            ok = got.returncode == 0 and not got.stderr and b'== end 80x24 ==' in got.stdout
            self.result(ok, f'soak: {steps} random steps, seed {seed}, {description}',
                        [f'exit code {got.returncode}'] + got.stderr.decode(errors='replace').splitlines()[-20:]
                        if not ok else [])


def main():
    args = [a for a in sys.argv[1:] if a != '--update']
    update = '--update' in sys.argv
    cases = args[2:] or sorted(d for d in os.listdir(HERE) if os.path.exists(os.path.join(HERE, d, 'keys')))
    with tempfile.TemporaryDirectory(prefix='holter-screen.') as work:
        suite = Suite(os.path.abspath(args[0]), os.path.abspath(args[1]), work)
        for name in cases:
            suite.case(name, update)
        if not args[2:]:
            for seed in range(int(os.environ.get('HOLTER_SOAK_SEEDS', '3'))):
                suite.soak(int(os.environ.get('HOLTER_SOAK_STEPS', '400')), seed)
        print(f'1..{suite.number}')
    return suite.failed > 0


if __name__ == '__main__':
    sys.exit(main())
