#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A trace is readable without Holter: zstd and protoc alone, with the schema of this tree and with the one in the
file's own header. usage: test_protoc.py WRITE_USUAL SCHEMA"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
from tap import Tap  # noqa: E402


def varint(data, at):
    shift = value = 0
    while True:
        b = data[at]
        at += 1
        value |= (b & 127) << shift
        shift += 7
        if b < 128:
            return value, at


def fields(data):
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 0:
            value, at = varint(data, at)
        elif key & 7 == 1:
            value, at = data[at:at + 8], at + 8
        elif key & 7 == 2:
            n, at = varint(data, at)
            value, at = data[at:at + n], at + n
        else:
            raise ValueError('wire type %d' % (key & 7))
        yield key >> 3, value


def decode(raw, args):
    done = subprocess.run(['protoc'] + args, input=raw, capture_output=True)
    return done.stdout.decode('latin-1'), done.stderr.decode()


def main():
    write, schema = sys.argv[1:3]
    tap = Tap('unit')
    with tempfile.TemporaryDirectory() as where:
        path = os.path.join(where, 't.htr')
        subprocess.run([write, '40000', path], check=True)
        if not shutil.which('zstd'):
            tap.skip('zstd', 'no zstd program')
            return tap.done()
        test = subprocess.run(['zstd', '-tq', path], capture_output=True)
        tap.check('zstd -t', [test.stderr] if test.returncode else [])
        raw = subprocess.run(['zstd', '-dcq', path], capture_output=True, check=True).stdout
        text, err = decode(raw, ['--decode=holter.Trace', '-I', os.path.dirname(schema), schema])
        problems = [err] if err else []
        blocks = len(re.findall(r'^block {', text, re.M))
        if blocks != 3 * 4:
            problems.append('%d parts instead of 12' % blocks)
        for want in ('hostname: "host"', 'time_unit_ns: 100', 'number: 2', '/usr/include/linux/',
                     'transform: DELTA'):
            if want not in text:
                problems.append('no ' + want)
        tap.check('protoc --decode with the schema of the tree', problems)

        header = next(v for f, v in fields(raw) if f == 1)
        own = os.path.join(where, 'own.fds')
        with open(own, 'wb') as out:
            out.write(next(v for f, v in fields(header) if f == 100))
        again, err = decode(raw, ['--descriptor_set_in=' + own, '--decode=holter.Trace',
                                  'holter_trace.proto'])
        tap.check('protoc --decode with the schema in the file',
                  ([err] if err else []) + ([] if again == text else ['other text']))

        cut = os.path.join(where, 'cut.htr')
        with open(path, 'rb') as f, open(cut, 'wb') as out:
            out.write(f.read()[:os.path.getsize(path) * 2 // 3])
        part = subprocess.run(['zstd', '-dcq', cut], capture_output=True)
        kept = [v for f, v in list(fields(raw)) if f == 2]
        good = part.returncode != 0 and raw.startswith(part.stdout) and len(kept) == 12
        tap.check('a cut file gives its beginning', [] if good else [part.stderr])
    return tap.done()


if __name__ == '__main__':
    sys.exit(main())
