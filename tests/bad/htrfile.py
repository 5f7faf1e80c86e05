# SPDX-License-Identifier: Apache-2.0
"""Second implementation of the .htr container, from holter-trace(5) alone: writes files, right ones and wrong
ones. Frames hold raw or run-length zstd blocks, so no compressor is needed."""
import hashlib
import struct

M64 = (1 << 64) - 1
P1, P2, P3, P4, P5 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63,
                      0x27D4EB2F165667C5)


def rol(x, r):
    return (x << r | x >> (64 - r)) & M64


def xxh64(data, seed=0):
    n, i = len(data), 0
    if n >= 32:
        v = [(seed + P1 + P2) & M64, (seed + P2) & M64, seed, (seed - P1) & M64]
        while i + 32 <= n:
            for k, w in enumerate(struct.unpack_from('<4Q', data, i)):
                v[k] = rol((v[k] + w * P2) & M64, 31) * P1 & M64
            i += 32
        h = (rol(v[0], 1) + rol(v[1], 7) + rol(v[2], 12) + rol(v[3], 18)) & M64
        for w in v:
            h = ((h ^ rol(w * P2 & M64, 31) * P1 & M64) * P1 + P4) & M64
    else:
        h = (seed + P5) & M64
    h = (h + n) & M64
    while i + 8 <= n:
        k = rol(struct.unpack_from('<Q', data, i)[0] * P2 & M64, 31) * P1 & M64
        h = (rol(h ^ k, 27) * P1 + P4) & M64
        i += 8
    if i + 4 <= n:
        h = (rol(h ^ struct.unpack_from('<I', data, i)[0] * P1 & M64, 23) * P2 + P3) & M64
        i += 4
    for b in data[i:]:
        h = rol(h ^ b * P5 & M64, 11) * P1 & M64
    h = (h ^ h >> 33) * P2 & M64
    h = (h ^ h >> 29) * P3 & M64
    return h ^ h >> 32


# ---- zstd frames (RFC 8878) -----------------------------------------------------------------------

def zframe(raw, declared=None, checksum=True, rle=None, window=None):
    """One frame. rle=(byte, n): content is n times that byte. window: exponent, forces a window byte."""
    size = rle[1] if rle else len(raw)
    declared = size if declared is None else declared
    fhd = 0x80 | (0x04 if checksum else 0) | (0 if window is not None else 0x20)
    out = struct.pack('<IB', 0xFD2FB528, fhd)
    if window is not None:
        out += bytes([window << 3])
    out += struct.pack('<I', declared)
    left, at = size, 0
    while True:
        n = min(left, 128 << 10)
        left -= n
        head = (1 if left == 0 else 0) | ((1 if rle else 0) << 1) | n << 3
        out += struct.pack('<I', head)[:3]
        out += bytes([rle[0]]) if rle else raw[at:at + n]
        at += n
        if left == 0:
            break
    if checksum:
        content = bytes([rle[0]]) * size if rle and size <= 1 << 16 else raw
        if rle and size > 1 << 16:
            return zframe(raw, declared, False, rle, window)
        out += struct.pack('<I', xxh64(content) & 0xffffffff)
    return out


def skippable(payload, magic=0x184D2A5E):
    return struct.pack('<II', magic, len(payload)) + payload


# ---- protobuf -------------------------------------------------------------------------------------

def varint(v):
    out = b''
    v &= M64
    while v > 127:
        out += bytes([v & 127 | 128])
        v >>= 7
    return out + bytes([v])


def pb_int(field, v):
    return varint(field << 3) + varint(v)


def pb_sint(field, v):
    return pb_int(field, (v << 1 ^ v >> 63) & M64)


def pb_bytes(field, data):
    return varint(field << 3 | 2) + varint(len(data)) + data


def pb_packed(field, values, zigzag=False):
    return pb_bytes(field, b''.join(varint((v << 1 ^ v >> 63) if zigzag else v) for v in values))


CONSTANT, RAW, DELTA, DELTA_THREAD = 1, 2, 3, 4


def column(values=None, transform=RAW, width=None, offset=0, planes=None, ex_at=b'', ex_value=b''):
    if planes is None:
        values = values or []
        if width is None:
            width = max([(v.bit_length() + 7) // 8 for v in values] + [0])
        planes = b''.join(bytes(v >> 8 * w & 255 for v in values) for w in range(width))
    out = pb_int(1, transform) + pb_int(2, width or 0)
    if offset:
        out += pb_sint(3, offset)
    out += pb_bytes(4, planes) if planes else b''
    out += pb_bytes(5, ex_at) if ex_at else b''
    return out + (pb_bytes(6, ex_value) if ex_value else b'')


# ---- the container --------------------------------------------------------------------------------

FILE_MAGIC = b'\x89HTR\r\n\x1a\n'
BLOCK_MAGIC = b'\xb1HTRblk\xe7'
INDEX_MAGIC = b'\xb2HTRidx\xe8'
FOOT_MAGIC = b'\xb3HTRend\xe9'
SESSION = bytes(range(16))


def file_head(header, raw_len, major=1, minor=0, compat=0, incompat=0, size=None, head_raw=None,
              xxh=None, head_len=120):
    p = FILE_MAGIC + struct.pack('<HHIII', major, minor, head_len, compat, incompat)
    p += SESSION + struct.pack('<II', 0, 0) + bytes(32)
    p += struct.pack('<IIQ', len(header) if size is None else size,
                     raw_len if head_raw is None else head_raw,
                     xxh64(header) if xxh is None else xxh)
    p = p.ljust(max(head_len, 120) - 8, b'\0')
    return skippable(p + struct.pack('<Q', xxh64(p)))


def header_message(unit=1, extra=b''):
    return pb_int(4, unit) + pb_bytes(5, SESSION) + pb_int(10, 1) + extra


class Block:
    """Three events of two threads: getpid, openat with a path, write with data; every field may be changed."""

    def __init__(self, number, first_seq):
        self.number = number
        self.first_seq = first_seq
        self.n = 3
        self.last_seq = first_seq + 2
        self.first_ns = 1000 * number
        self.last_ns = 1000 * number + 30
        self.unit = 1
        self.n_threads = 2
        self.flags = 0
        self.listed = [100, 101]
        self.bloom = b''
        self.n_listed = self.bloom_len = self.n_parts = self.fixed = None
        self.grown = b''
        self.tids, self.pids = [100, 101], [100, 100]
        self.kinds, self.arches, self.nrs = [1, 1, 1], [1, 1, 1], [39, 257, 1]
        self.thread, self.group = column([0, 1, 0]), column([0, 1, 2])
        self.evflags, self.skip = b'', b''
        self.end, self.dur = column([0, 10, 20]), column([5, 6, 7])
        self.groups = [
            self.group_msg(1, result=column(transform=CONSTANT, offset=100)),
            self.group_msg(1, n_args=4, result=column(transform=CONSTANT, offset=3),
                           values=[self.values(1, 2, column([0]))]),
            self.group_msg(1, n_args=3, result=column(transform=CONSTANT, offset=5),
                           values=[self.values(97, 3, column([5]))]),
        ]
        self.strings = pb_int(1, 1) + pb_bytes(2, column([11])) + pb_bytes(3, b'/etc/passwd')
        self.data = pb_bytes(1, b'hello')
        self.types = [1, 2, 3, 4, 5]
        self.frames = {}     # type: bytes to use instead
        self.raws = {}       # type: announced raw size
        self.messages = {}   # type: bytes of the whole Trace message
        self.sizes = {}      # type: announced packed size
        self.wrong_xxh = set()
        self.part_number = number
        self.tag = None
        self.prev = None

    @staticmethod
    def values(key, kind, value, rows=1, present=b'', flags=b''):
        out = pb_int(1, key) + pb_int(2, kind) + pb_int(3, rows)
        out += pb_bytes(4, present) if present else b''
        out += pb_bytes(5, value)
        return out + (pb_bytes(6, flags) if flags else b'')

    @staticmethod
    def group_msg(rows, n_args=0, result=b'', values=(), args=None):
        out = pb_int(1, rows)
        if args is not None:
            out += pb_bytes(2, args)
        elif n_args:
            out += pb_bytes(2, column(transform=CONSTANT, offset=n_args))
        out += pb_bytes(3, result) if result else b''
        return out + b''.join(pb_bytes(10, v) for v in values)

    def message(self, kind):
        if kind in self.messages:
            return self.messages[kind]
        if kind == 1:
            m = pb_packed(1, self.tids, True) + pb_packed(2, self.pids, True)
            m += pb_packed(3, self.kinds) + pb_packed(4, self.arches) + pb_packed(5, self.nrs, True)
            m += pb_bytes(6, self.thread) + pb_bytes(7, self.group)
            m += (pb_bytes(8, self.evflags) if self.evflags else b'')
            m += (pb_bytes(9, self.skip) if self.skip else b'')
        elif kind == 2:
            m = pb_bytes(1, self.end) + pb_bytes(2, self.dur)
        elif kind == 3:
            m = b''.join(pb_bytes(1, g) for g in self.groups)
        elif kind == 4:
            m = self.strings
        else:
            m = self.data
        return pb_bytes(2, pb_int(1, self.part_number) + pb_bytes(kind + 1 if kind < 6 else 50, m))

    def build(self, prev):
        parts, table = b'', b''
        for kind in self.types:
            raw = self.message(kind)
            frame = self.frames.get(kind, zframe(raw))
            table += struct.pack('<BBHIIIQ', kind, 0, 0, self.sizes.get(kind, len(frame)),
                                 self.raws.get(kind, len(raw)), 0,
                                 xxh64(frame) ^ (kind in self.wrong_xxh))
            parts += frame
        tag = xxh64(SESSION + struct.pack('<I', 0)) if self.tag is None else self.tag
        listed = b''.join(struct.pack('<i', t) for t in self.listed)
        fixed = 312 + len(self.grown)
        size = fixed + len(table) + len(listed) + len(self.bloom) + 8

        def head(own):
            p = BLOCK_MAGIC + struct.pack(
                '<IIQQQQIIqqQQII', size, fixed if self.fixed is None else self.fixed, self.number, tag,
                self.first_seq & M64, self.last_seq & M64, self.n & 0xffffffff, self.flags,
                self.first_ns, self.last_ns, 7, 0, 0, 2)
            p += b'\xff' * 64 + bytes(64)
            p += struct.pack('<IIIIII', self.n_threads,
                             len(self.types) if self.n_parts is None else self.n_parts,
                             len(self.listed) if self.n_listed is None else self.n_listed,
                             len(self.bloom) if self.bloom_len is None else self.bloom_len,
                             self.unit, 0)
            p += (prev if self.prev is None else self.prev) + own + self.grown
            return p + table + listed + self.bloom

        p = head(bytes(32))
        # the chain hashes: previous hash, head with own hash and checksum zeroed, parts
        own = hashlib.blake2b(p[248:280] + p[:280] + bytes(32) + p[312:] + parts,
                              digest_size=32).digest()
        p = head(own)
        frame = skippable(p + struct.pack('<Q', xxh64(p)))
        return frame, parts, own


def footer(index_at, entries, n_blocks, n_events, last_seq, last_ns, final, length=None):
    p = struct.pack('<IIQQQQQqQQ', 128, 0, index_at, len(entries) if length is None else length,
                    n_blocks, n_events, last_seq, last_ns, 0, xxh64(entries))
    p += final
    p = p.ljust(112, b'\0')
    return p + struct.pack('<Q', xxh64(p)) + FOOT_MAGIC


class File:
    """Blocks of three events each; block `bad` may be changed before build."""

    def __init__(self, n_blocks=3):
        self.blocks = [Block(i, 1 + 3 * i) for i in range(n_blocks)]
        self.header_raw = pb_bytes(1, header_message())
        self.header = None
        self.head = {}
        self.index = True
        self.entry_edit = None
        self.footer_edit = {}
        self.between = {}  # block number: bytes in front of it

    def build(self):
        header = zframe(self.header_raw) if self.header is None else self.header
        out = file_head(header, len(self.header_raw), **self.head) + header
        prev = hashlib.blake2b(out, digest_size=32).digest()
        entries = b''
        for b in self.blocks:
            out += self.between.get(b.number, b'')
            frame, parts, prev = b.build(prev)
            copy = self.entry_edit(b, frame) if self.entry_edit else frame
            entries += struct.pack('<QI', len(out), len(copy)) + copy
            out += frame + parts
        if not self.index:
            return out
        last = self.blocks[-1] if self.blocks else None
        args = dict(index_at=len(out), entries=entries, n_blocks=len(self.blocks),
                    n_events=sum(b.n for b in self.blocks), last_seq=last.last_seq if last else 0,
                    last_ns=last.last_ns if last else 0, final=prev)
        args.update(self.footer_edit)
        body = INDEX_MAGIC + entries + footer(**args)
        return out + skippable(body)
