#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# test_gen_tables.py - formats/model/gen_tables.py refuses wrong sources with file and line
#
# usage: test_gen_tables.py SOURCE_ROOT   (TAP on stdout)
import os
import subprocess
import sys
import tempfile

ROOT = sys.argv[1]
GEN = os.path.join(ROOT, 'formats/model/gen_tables.py')
HEADER = os.path.join(ROOT, 'formats/model/tables.h')
NAMES = '@flags open\nO_RDONLY\t0\t3\nO_CREAT\t0x40\n\n@enum seek\nSEEK_SET\t0\n'
OPEN = 'open\t2\t5\t2\t-\tfile,fdnew\tfd\tpathname:path flags:flags(open)'

# (name of the test, syscalls.tsv, names.tsv, what stderr must have; None: it must pass)
CASES = [
    ('good sources pass', OPEN, NAMES, None),
    ('comments and empty lines count as lines', '# x\n\n' + OPEN + '\nbad', NAMES,
     'syscalls.tsv:4: 1 columns'),
    ('a number twice', OPEN + '\nx\t2\t-\t-\t-\tfile\tzero', NAMES,
     'syscalls.tsv:2: x86_64 2 is taken by open'),
    ('unknown kind', OPEN.replace('pathname:path', 'pathname:pat'), NAMES,
     "syscalls.tsv:1: unknown kind 'pat'; there are: argv"),
    ('unknown class', OPEN.replace('fdnew', 'fdold'), NAMES, "syscalls.tsv:1: unknown class 'fdold'"),
    ('unknown result', OPEN.replace('\tfd\t', '\tf\t'), NAMES, "syscalls.tsv:1: unknown result 'f'"),
    ('unknown set', OPEN.replace('(open)', '(opne)'), NAMES, 'no set opne in names.tsv'),
    ('flags without a set', OPEN.replace('(open)', ''), NAMES, 'a set belongs to flags and enum'),
    ('link to nowhere', OPEN.replace(':path', ':path@dirfd'), NAMES, 'leads to no other argument'),
    ('link to itself', OPEN.replace(':path', ':path@pathname'), NAMES, 'leads to no other argument'),
    ('buffer without a length', OPEN.replace(':path', ':buf'), NAMES, 'needs the argument that holds'),
    ('link of a kind that has none', OPEN.replace(':path', ':int@flags'), NAMES, 'takes no link'),
    ('count of a kind that has none', OPEN.replace(':path', ':path[2]'), NAMES, 'a count fits'),
    ('seven arguments', 'x\t1\t-\t-\t-\tfile\tzero\t' + ' '.join(f'a{i}:int' for i in range(7)), NAMES,
     '7 arguments, at most 6'),
    ('two arguments of one name', 'x\t1\t-\t-\t-\tfile\tzero\ta:int a:int', NAMES, 'are called a'),
    ('a broken argument', 'x\t1\t-\t-\t-\tfile\tzero\ta=int', NAMES, "'a=int' is not NAME:KIND"),
    ('a number that is none', OPEN.replace('\t5\t', '\t05\t'), NAMES, "'05' is no number"),
    ('no number at all', 'x\t-\t-\t-\t-\tfile\tzero', NAMES, 'x has no number at all'),
    ('one architecture in two rows', OPEN + '\nopen\t9\t-\t-\t-\t.\t.\ta:int', NAMES,
     'x86_64 has open in two rows'),
    ('a form without its row', 'open?flags=0\t.\t.\t.\t.\t.\t.', NAMES, 'has no row above'),
    ('a form of an unknown argument', OPEN + '\nopen?mode=0\t.\t.\t.\t.\t.\t.', NAMES,
     'is not ARG[&MASK]=VALUE'),
    ('a form with an unknown name', OPEN + '\nopen?flags=O_NOPE\t.\t.\t.\t.\t.\t.', NAMES,
     "'O_NOPE' is neither a number nor in set open"),
    ('a form outside its mask', OPEN + '\nopen?flags&1=2\t.\t.\t.\t.\t.\t.', NAMES, 'not covered'),
    ('a name before the first set', OPEN, 'A\t1\n' + NAMES, 'names.tsv:1: a name before the first set'),
    ('a name twice', OPEN, NAMES + 'SEEK_SET\t1\n', 'names.tsv:7: SEEK_SET stands twice'),
    ('a value twice', OPEN, NAMES + 'SEEK_X\t0\n', 'SEEK_X has the value of SEEK_SET; mark one with ~'),
    ('an alias may repeat a value', OPEN, NAMES + '~SEEK_X\t0\n', None),
    ('zero flag without a mask', OPEN, NAMES.replace('0\t3', '0'), 'say which bits'),
    ('mask that does not cover', OPEN, NAMES.replace('0\t3', '4\t3'), 'does not cover the value'),
    ('mask in an enum', OPEN, NAMES + 'SEEK_X\t1\t3\n', 'masks are for flags'),
    ('value above 64 bits', OPEN, NAMES + 'SEEK_X\t0x10000000000000000\n', 'no number of 64 bits'),
    ('a set twice', OPEN, NAMES + '@enum seek\nA\t1\n', 'set seek exists already'),
    ('a broken head of a set', OPEN, NAMES + '@bits x\n', 'a set starts with'),
]


def run(calls, names):
    with tempfile.TemporaryDirectory() as d:
        paths = [os.path.join(d, n) for n in ('syscalls.tsv', 'names.tsv')]
        for path, text in zip(paths, (calls, names)):
            with open(path, 'w', encoding='utf-8') as f:
                f.write(text + '\n')
        out = [os.path.join(d, n) for n in ('out.c', 'out.h')]
        r = subprocess.run([sys.executable, GEN, *paths, HEADER, *out], text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        return r.returncode, r.stderr, any(os.path.exists(o) for o in out)


def main():
    failed = 0
    print(f'1..{len(CASES)}')
    for i, (name, calls, names, want) in enumerate(CASES, 1):
        code, stderr, written = run(calls, names)
        if want is None:
            good = code == 0 and stderr == '' and written
        else:
            good = code == 1 and want in stderr and not written and 'Traceback' not in stderr
        print(f'{"" if good else "not "}ok {i} - {name}')
        if not good:
            failed += 1
            print(f'# exit {code}, wanted {want!r}, stderr: ' + stderr.replace('\n', '\n# '))
    sys.exit(1 if failed else 0)


main()
