#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hostile and broken traces, each with the error and the number of events that must come out of it.

usage: bad_trace.py READALL [HOLTER-TRACE]   run the suite (TAP)
       bad_trace.py --write DIR              only write the files
"""
import errno
import os
import socket
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from htrfile import (CONSTANT, DELTA_THREAD, INDEX_MAGIC, RAW, SESSION, Block, File,  # noqa: E402
                     column, file_head, header_message, pb_bytes, pb_int, skippable, varint, zframe)
from tap import Tap  # noqa: E402

BADMSG, NODATA, PROTO, TOOBIG, INVAL, ISDIR = (-errno.EBADMSG, -errno.ENODATA, -errno.EPROTONOSUPPORT,
                                               -errno.E2BIG, -errno.EINVAL, -errno.EISDIR)
CASES = []  # name, maker of bytes, open error or None, events that come, part of the message


def case(name, opens, events, message):
    def add(fn):
        CASES.append((name, fn, opens, events, message))
        return fn
    return add


def whole(name, data, opens, message):
    CASES.append((name, lambda: data, opens, 0, message))


def head_case(name, opens, message, **head):
    def make():
        f = File()
        f.head = head
        return f.build()
    CASES.append((name, make, opens, 9 if opens is None else 0, message))


def block_case(name, message, change, events=6, number=1):
    """change(block) spoils the middle one of three blocks; the other two must come out."""
    def make():
        f = File()
        change(f.blocks[number])
        return f.build()
    CASES.append((name, make, None, events, message))


# ---- not a trace ----------------------------------------------------------------------------------
whole('empty', b'', NODATA, 'is empty')
whole('one-zero', b'\0', BADMSG, 'zeros')
whole('zeros', bytes(5000), BADMSG, 'zeros')
whole('text', b'openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = 3\n', BADMSG, 'text')
whole('gzip', b'\x1f\x8b\x08\0' + bytes(range(200)), BADMSG, 'gzip')
whole('zstd', zframe(b'hello' * 100), BADMSG, 'zstd')
whole('xz', b'\xfd7zXZ\0' + bytes(50), BADMSG, 'xz')
whole('elf', b'\x7fELF\2\1\1' + bytes(60), BADMSG, 'ELF')
whole('json', b'{"evt": 1}\n', BADMSG, 'JSON')
whole('pcapng', b'\x0a\x0d\x0d\x0a' + bytes(60), BADMSG, 'sysdig')
whole('tar', bytes(257) + b'ustar\0' + bytes(300), BADMSG, 'tar')
whole('sqlite', b'SQLite format 3\0' + bytes(100), BADMSG, 'SQLite')
whole('noise', bytes((i * 7919 >> 3) & 255 for i in range(3000)), BADMSG, 'not a Holter trace')
whole('foreign-skippable', skippable(b'something else' * 10), BADMSG, 'skippable frame of something')
whole('skippable-4g', struct.pack('<II', 0x184D2A5E, 0xffffffff) + bytes(300), BADMSG, 'skippable')
whole('magic-only', File().build()[:16], NODATA, 'cut off')
whole('head-only', File().build()[:128], NODATA, 'cut off inside the trace header')
whole('footer-only', File().build()[-128:], BADMSG, 'not a Holter trace')
whole('index-only', File().build()[-1500:], BADMSG, 'not a Holter trace')

# ---- file head ------------------------------------------------------------------------------------
head_case('future-major', PROTO, 'newer Holter', major=2)
head_case('major-zero', BADMSG, 'damaged', major=0)
head_case('future-minor', None, '', minor=9)
head_case('encrypted', PROTO, 'encryption', incompat=1)
head_case('unknown-incompatible', PROTO, 'newer Holter', incompat=0x80000000)
head_case('unknown-compatible', None, '', compat=0xffffffff)
head_case('grown-head', None, '', head_len=600)
head_case('huge-head', BADMSG, 'damaged', head_len=5000)
head_case('header-size-zero', TOOBIG, 'header of 0 bytes', size=0)
head_case('header-size-huge', TOOBIG, 'at most', size=0xfffffff0)
head_case('header-raw-huge', TOOBIG, 'at most', head_raw=0x7fffffff)
head_case('header-raw-lie', BADMSG, 'declares', head_raw=77)
head_case('header-checksum', BADMSG, 'wrong checksum', xxh=1)


@case('head-checksum', BADMSG, 0, 'wrong checksum')
def _():
    b = bytearray(File().build())
    b[70] ^= 4
    return bytes(b)


def header_case(name, opens, message, raw=None, frame=None, **head):
    def make():
        f = File()
        f.header_raw = f.header_raw if raw is None else raw
        f.header = frame
        f.head = head
        return f.build()
    CASES.append((name, make, opens, 0, message))


header_case('header-garbage', BADMSG, 'malformed', raw=b'\xff' * 40)
header_case('header-missing', BADMSG, 'no header message', raw=pb_bytes(2, pb_int(1, 0)))
header_case('header-and-block', BADMSG, 'no header message',
            raw=pb_bytes(1, header_message()) + pb_bytes(2, pb_int(1, 0)))
header_case('header-unit-zero', BADMSG, 'time unit', raw=pb_bytes(1, header_message(0)))
header_case('header-unit-huge', BADMSG, 'time unit', raw=pb_bytes(1, header_message(2000000000)))
header_case('header-users', TOOBIG, 'list longer',
            raw=pb_bytes(1, header_message(extra=pb_bytes(50, b'') * 70000)))
header_case('header-amplifier', TOOBIG, 'more memory',
            raw=pb_bytes(1, header_message(extra=pb_bytes(50, b'') * 1500000)))
header_case('header-unknown-fields', TOOBIG, 'more memory',
            raw=pb_bytes(1, header_message(extra=varint(3000 << 3) * 0 + pb_int(3000, 1) * 3000000)))
header_case('header-bomb', TOOBIG, 'want to become', frame=zframe(b'', rle=(0, 16 << 20)),
            head_raw=16 << 20)
header_case('header-window', TOOBIG, 'window', frame=zframe(b'x' * 300, window=25), head_raw=300)
header_case('header-no-frame', BADMSG, 'not a zstd frame', frame=b'x' * 100, head_raw=100)
header_case('header-cut-frame', BADMSG, 'not a whole zstd frame', frame=zframe(b'y' * 90)[:60],
            head_raw=90)

# ---- block heads ----------------------------------------------------------------------------------


def sets(**values):
    def change(b):
        for k, v in values.items():
            setattr(b, k, v)
    return change


block_case('no-events', 'damaged', sets(n=0))
block_case('n-events-max', 'damaged', sets(n=0xffffffff))
block_case('n-events-65537', 'damaged', sets(n=65537))
block_case('last-seq-before-first', 'damaged', sets(last_seq=3))
block_case('last-seq-short', 'damaged', sets(last_seq=5))
block_case('last-seq-max', 'damaged', sets(last_seq=(1 << 64) - 1))
block_case('first-seq-zero', 'damaged', sets(first_seq=0))
block_case('first-seq-back', 'damaged', sets(first_seq=2, last_seq=4))
block_case('number-back', 'damaged', sets(number=0))
block_case('number-jumps', 'blocks are missing', sets(number=7, part_number=7), events=6)
block_case('time-back-in-block', 'damaged', sets(first_ns=1040, last_ns=1030))
block_case('time-back-to-block-before', 'damaged', sets(first_ns=10, last_ns=40))
block_case('time-negative', 'damaged', sets(first_ns=-5, last_ns=40))
block_case('other-time-unit', 'damaged', sets(unit=100))
block_case('time-unit-zero', 'damaged', sets(unit=0))
block_case('other-recording', 'damaged', sets(tag=12345))
block_case('no-threads', 'damaged', sets(n_threads=0))
block_case('threads-listed-wrong', 'damaged', sets(n_listed=1))
block_case('threads-listed-huge', 'damaged', sets(n_listed=0x40000000))
block_case('bloom-huge', 'damaged', sets(bloom_len=0x40000000))
block_case('bloom-over-limit', 'damaged', sets(bloom=bytes(4104)))
block_case('parts-17', 'damaged', sets(n_parts=17))
block_case('parts-4g', 'damaged', sets(n_parts=0xffffffff))
block_case('fixed-behind-end', 'damaged', sets(fixed=60000))
block_case('fixed-short', 'damaged', sets(fixed=100))
block_case('grown-block-head', '', sets(grown=bytes(88)), events=9)
block_case('part-twice', 'damaged', sets(types=[1, 2, 3, 4, 4, 5]))
for part, letter in ((1, 'w'), (2, 't'), (3, 'a'), (4, 's')):
    block_case('part-missing-' + letter, 'damaged',
               sets(types=[t for t in (1, 2, 3, 4, 5) if t != part]))
block_case('part-of-type-9', 'damaged', sets(types=[1, 2, 3, 4, 5, 9]))
block_case('part-of-type-200', '', sets(types=[1, 2, 3, 4, 5, 200]), events=9)
block_case('part-size-over-limit', 'damaged', sets(sizes={3: 17 << 20}))
block_case('part-raw-over-limit', 'damaged', sets(raws={3: 17 << 20}))
block_case('chain-broken', '', sets(prev=bytes(32)), events=9)


@case('part-size-past-end', None, 6, 'ends inside a block')
def _():
    f = File()
    f.index = False
    f.blocks[2].sizes = {5: 1 << 20}
    return f.build()


@case('head-length-lies', None, 6, 'damaged')
def _():
    data = bytearray(File().build())
    at = data.index(b'\xb1HTRblk\xe7', data.index(b'\xb1HTRblk\xe7') + 1)
    data[at - 4:at] = struct.pack('<I', 0xfffffff0)
    return bytes(data)


# ---- parts ----------------------------------------------------------------------------------------
block_case('part-checksum', 'wrong checksum', sets(wrong_xxh={2}))
block_case('part-raw-lie', 'declares', sets(raws={3: 500}))
block_case('part-empty', 'not a zstd frame', sets(frames={2: b''}))
block_case('part-garbage', 'not a zstd frame', sets(frames={2: b'garbage' * 9}))
block_case('part-skippable', 'not a zstd frame', sets(frames={2: skippable(b'x' * 20)}))
block_case('part-malformed', 'malformed', sets(messages={3: b'\x0f' * 40}))
block_case('part-bomb', 'want to become',
           sets(frames={3: zframe(b'', rle=(0, 16 << 20))}, raws={3: 16 << 20}))
block_case('data-bomb', 'want to become',
           sets(frames={5: zframe(b'', rle=(0, 64 << 20))}, raws={5: 64 << 20}))
block_case('part-zero-content', 'malformed', sets(frames={3: zframe(bytes(1 << 20))}, raws={3: 1 << 20}))
block_case('part-two-frames', 'foreign bytes',
           lambda b: b.frames.update({2: zframe(b.message(2)) + zframe(b.message(2))}))
block_case('part-padded', '',
           lambda b: b.frames.update({2: zframe(b.message(2)) + skippable(bytes(30))}), events=9)
block_case('part-window', 'window',
           lambda b: b.frames.update({2: zframe(b.message(2), window=20)}))
block_case('part-of-other-type', 'another type', lambda b: b.messages.update({2: b.message(4)}))
block_case('part-of-other-block', 'another block', sets(part_number=5))
block_case('part-two-messages', '2 messages', lambda b: b.messages.update({2: b.message(2) * 2}))
block_case('part-with-header', 'messages', lambda b: b.messages.update(
    {2: pb_bytes(1, header_message()) + b.message(2)}))
block_case('part-amplifier', 'more memory', sets(groups=[b''] * 1000000))
block_case('part-tid-amplifier', 'tables of', sets(tids=[1] * 70000, pids=[1] * 70000))

# columns
block_case('column-width-9', 'width 9', sets(end=column(width=9, planes=bytes(27))))
block_case('column-width-4g', 'width', sets(end=column(width=0xffffffff, planes=bytes(27))))
block_case('column-transform-9', 'transform 9', sets(end=column([0, 10, 20], transform=9)))
block_case('column-transform-4g', 'transform', sets(end=column([0, 1, 2], transform=0xffffffff)))
block_case('column-short', 'column of 3', sets(end=column(width=2, planes=bytes(5))))
block_case('column-long', 'column of 3', sets(end=column(width=2, planes=bytes(7))))
block_case('column-constant-with-planes', 'constant',
           sets(end=column(transform=CONSTANT, width=1, planes=bytes(3))))
block_case('column-thread-delta-in-times', 'threads', sets(end=column([0, 10, 20], DELTA_THREAD)))
block_case('exception-outside', 'outside', sets(dur=column(
    [5, 6, 7], ex_at=struct.pack('<H', 3), ex_value=bytes(8))))
block_case('exception-not-ascending', 'outside', sets(dur=column(
    [5, 6, 7], ex_at=struct.pack('<HH', 1, 1), ex_value=bytes(16))))
block_case('exception-lengths', 'column of 3', sets(dur=column(
    [5, 6, 7], ex_at=struct.pack('<HH', 0, 1), ex_value=bytes(8))))
block_case('exception-odd', 'column of 3', sets(dur=column([5, 6, 7], ex_at=b'\0', ex_value=bytes(4))))
block_case('exceptions-too-many', 'column of 3', sets(dur=column(
    [5, 6, 7], ex_at=bytes(8), ex_value=bytes(32))))
block_case('column-without-transform', 'constant', sets(end=column([0, 10, 20], transform=0)))

# W and T
block_case('thread-outside', 'thread index', sets(thread=column([0, 2, 0])))
block_case('thread-far-outside', 'thread index', sets(thread=column([0, 65536, 0])))
block_case('group-outside', 'group index', sets(group=column([0, 1, 3])))
block_case('tables-differ', 'tables of', sets(pids=[1]))
block_case('no-thread-table', 'tables of', sets(tids=[], pids=[]))
block_case('groups-differ', 'tables of', sets(nrs=[1, 2]))
block_case('groups-4097', 'tables of', sets(kinds=[1] * 4097, arches=[1] * 4097, nrs=[1] * 4097))
block_case('seq-skip-too-far', 'event numbers', sets(skip=column([0, 0, 1])))
block_case('seq-skip-overflow', 'event numbers',
           sets(skip=column([0, (1 << 64) - 1, 2])))
block_case('seq-ends-early', 'event numbers', sets(last_seq=100), number=2)
block_case('time-ends-early', 'event numbers or times', sets(end=column([0, 10, 10])))
block_case('time-too-far', 'event numbers or times', sets(end=column([0, 10, 30])))
block_case('time-overflow', 'event numbers or times',
           sets(end=column([0, (1 << 64) - 10, 40])))


@case('duration-overflow', None, 6, 'event numbers or times')
def _():
    f = File()
    f.header_raw = pb_bytes(1, header_message(1000))
    for b in f.blocks:
        b.unit, b.first_ns, b.last_ns = 1000, b.number * 1000000, b.number * 1000000 + 30000
    f.blocks[1].dur = column([5, (1 << 64) - 1, 7])
    return f.build()



@case('time-off-unit', None, 6, 'time unit')
def _():
    f = File()
    f.header_raw = pb_bytes(1, header_message(10))
    for b in f.blocks:
        b.unit, b.first_ns, b.last_ns = 10, b.number * 1000, b.number * 1000 + 300
    f.blocks[1].first_ns += 3
    return f.build()


# A
block_case('group-rows', 'group of 2', lambda b: b.groups.__setitem__(0, Block.group_msg(2)))
block_case('groups-missing', '2 groups', lambda b: b.groups.pop())
block_case('groups-surplus', '4 groups', lambda b: b.groups.append(b.groups[0]))
block_case('seven-arguments', '7 arguments', lambda b: b.groups.__setitem__(
    0, Block.group_msg(1, n_args=7)))
block_case('arguments-256', '256 arguments', lambda b: b.groups.__setitem__(
    0, Block.group_msg(1, n_args=256)))


def values_case(name, message, values, events=6):
    block_case(name, message, lambda b: b.groups.__setitem__(
        0, Block.group_msg(1, values=values)), events)


one = column([0])
values_case('values-rows', '1 values present, 2', [Block.values(1, 1, one, rows=2)])
values_case('values-absent', '0 values present, 1', [Block.values(1, 1, one, present=b'\0')])
values_case('values-presence-long', 'presence bits', [Block.values(1, 1, one, present=b'\1\0')])
values_case('values-unsorted', 'not sorted', [Block.values(3, 1, one), Block.values(2, 1, one)])
values_case('values-doubled', 'not sorted', [Block.values(3, 1, one), Block.values(3, 1, one)])
values_case('values-key-twice', 'key 3 twice', [Block.values(3, 1, one), Block.values(3, 2, one)])
values_case('values-flags', 'flags out of range', [Block.values(3, 1, one, flags=column([256]))])
values_case('values-65', 'more than 64', [Block.values(k, 1, one) for k in range(65)])
values_case('values-64', '', [Block.values(k, 1, one) for k in range(64)], events=9)
values_case('values-unknown-key', '', [Block.values(3, 1, one), Block.values(300, 1, one)], events=9)
values_case('values-unknown-type', '', [Block.values(3, 9, one)], events=9)
values_case('string-outside', 'string index', [Block.values(1, 2, column([1]))])
values_case('string-far-outside', 'string index', [Block.values(1, 2, column([1 << 63]))])
values_case('data-too-long', 'data longer', [Block.values(97, 3, column([6]))])
values_case('data-4g', 'data longer', [Block.values(97, 3, column([1 << 40]))])
values_case('data-taken-away', 'data longer', [Block.values(97, 3, column([3]))])
values_case('values-short-column', 'column of 1', [Block.values(1, 1, column(width=1, planes=b'abc'))])
block_case('data-left-over', '4 bytes of part D', sets(data=pb_bytes(1, b'hello1234')))
block_case('data-missing', 'data longer', sets(types=[1, 2, 3, 4]))
block_case('newer-kind-and-arch', '', sets(kinds=[77, 1, 1], arches=[1, 99, 1]), events=9)

# S
block_case('strings-short', 'longer than', sets(
    strings=pb_int(1, 1) + pb_bytes(2, column([12])) + pb_bytes(3, b'/etc/passwd')))
block_case('strings-left-over', 'do not fill', sets(
    strings=pb_int(1, 1) + pb_bytes(2, column([3])) + pb_bytes(3, b'/etc/passwd')))
block_case('strings-count-lie', 'column of 2', sets(
    strings=pb_int(1, 2) + pb_bytes(2, column([11])) + pb_bytes(3, b'/etc/passwd')))
block_case('strings-count-4g', 'strings, at most', sets(
    strings=pb_int(1, 0xffffffff) + pb_bytes(3, b'/etc/passwd')))
block_case('string-over-limit', 'longer than allowed', sets(
    strings=pb_int(1, 1) + pb_bytes(2, column([131073])) + pb_bytes(3, b'x' * 131073)))
block_case('string-negative-length', 'longer than', sets(strings=pb_int(1, 2) + pb_bytes(
    2, column([(1 << 64) - 1, 12])) + pb_bytes(3, b'/etc/passwd')))

# ---- index and footer: heads decide, nothing is lost ------------------------------------------------


def index_case(name, entry_edit=None, **footer_edit):
    def make():
        f = File()
        f.entry_edit = entry_edit
        f.footer_edit = footer_edit
        return f.build()
    CASES.append((name, make, None, 9, ''))


def hide_calls(block, frame):
    """An index that says: nothing to see in block 1."""
    if block.number != 1:
        return frame
    twin = Block(1, 4)
    twin.n_threads, twin.listed = 1, [100]
    return twin.build(frame[8 + 248:8 + 280])[0]


index_case('index-hides', hide_calls)
index_case('index-garbage', lambda b, frame: frame[:-5] + b'12345')
index_case('index-blocks-swapped', lambda b, frame: frame if b.number else frame[::-1])
index_case('footer-backwards', index_at=5)
index_case('footer-past-end', index_at=1 << 62)
index_case('footer-overflow', index_at=(1 << 64) - 10)
index_case('footer-length-huge', length=1 << 40)
index_case('footer-length-short', length=10)
index_case('footer-counts', n_blocks=2)
index_case('footer-events', n_events=1 << 60)
index_case('footer-other-end', final=bytes(32))


@case('no-index', None, 9, '')
def _():
    f = File()
    f.index = False
    return f.build()


@case('no-blocks', None, 0, '')
def _():
    return File(0).build()


@case('no-blocks-no-index', None, 0, '')
def _():
    f = File(0)
    f.index = False
    return f.build()


@case('fake-index-in-the-middle', None, 9, 'damaged')
def _():
    f = File()
    f.between[1] = skippable(INDEX_MAGIC + bytes(200))
    return f.build()


@case('skippable-frame-between', None, 9, 'damaged')
def _():
    f = File()
    f.between[2] = skippable(b'pzstd or so', magic=0x184D2A50)
    return f.build()


@case('many-false-heads', None, 9, 'damaged')
def _():
    f = File()
    f.between[1] = (struct.pack('<II', 0x184D2A5E, 400) + b'\xb1HTRblk\xe7') * 3000
    return f.build()


@case('too-many-false-heads', None, 3, 'damaged')
def _():
    f = File()
    f.between[1] = (struct.pack('<II', 0x184D2A5E, 400) + b'\xb1HTRblk\xe7') * 6000
    return f.build()


@case('many-one-event-blocks', None, 3000, '')
def _():
    f = File(1000)
    return f.build()


# ---- running ----------------------------------------------------------------------------------------


def write_all(where):
    for name, make, _, _, _ in CASES:
        with open(os.path.join(where, name + '.htr'), 'wb') as out:
            out.write(make())


def limits():
    import resource
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def check(tap, readall, cat, where, name, opens, events, message):
    path = os.path.join(where, name + '.htr')
    notes = []
    done = subprocess.run([readall, path], capture_output=True, timeout=60, preexec_fn=limits)
    if done.returncode != 0:
        notes.append('readall ended with %d: %s' % (done.returncode, done.stderr.decode()[-2000:]))
    for line in done.stdout.decode(errors='replace').splitlines():
        way, what, code, n, text = line.split('\t', 4)
        want_open = opens is not None
        if (what == 'open') != want_open or (want_open and int(code) != opens):
            notes.append('%s: %s' % (name, line))
        elif int(n) != events:
            notes.append('%s events instead of %d: %s' % (n, events, line))
        elif message and message not in text:
            notes.append('no "%s" in: %s' % (message, line))
        elif not message and text.strip():
            notes.append('should be no error: ' + line)
    if cat:
        done = subprocess.run([cat, 'cat', path], capture_output=True, timeout=60, preexec_fn=limits)
        if done.returncode < 0 or (opens is not None and done.returncode != 3):
            notes.append('cat ended with %d: %s' % (done.returncode, done.stderr.decode()[-500:]))
        if opens is not None and done.stderr.count(b'\n') != 1:
            notes.append('not one line: %s' % done.stderr.decode())
    tap.check(name, notes)


def check_odd_files(tap, readall, where):
    """Things that are no files at all."""
    fifo = os.path.join(where, 'fifo')
    os.mkfifo(fifo)
    sock = socket.socket(socket.AF_UNIX)
    sock.bind(os.path.join(where, 'sock'))
    odd = [(where, 'directory'), (fifo, 'FIFO'), ('/dev/null', 'character device'),
           (os.path.join(where, 'none'), 'No such file'), (os.path.join(where, 'sock'), '')]
    for path, words in odd:
        done = subprocess.run([readall, path], capture_output=True, timeout=10)
        lines = done.stdout.decode().splitlines()[:2]  # by name, not as a stream
        good = done.returncode == 0 or path == fifo
        bad = [x for x in lines if '\topen\t' not in x or words not in x]
        tap.check('odd-' + os.path.basename(path), [] if good and not bad else lines or ['no output'])


def main():
    if sys.argv[1] == '--write':
        os.makedirs(sys.argv[2], exist_ok=True)
        write_all(sys.argv[2])
        return 0
    readall = sys.argv[1]
    cat = sys.argv[2] if len(sys.argv) > 2 else None
    tap = Tap('bad')
    with tempfile.TemporaryDirectory() as where:
        write_all(where)
        for name, _, opens, events, message in CASES:
            check(tap, readall, cat, where, name, opens, events, message)
        check_odd_files(tap, readall, where)
    return tap.done()


if __name__ == '__main__':
    sys.exit(main())
