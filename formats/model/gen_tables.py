#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# gen_tables.py - syscalls.tsv and names.tsv to C
#
# usage: gen_tables.py SYSCALLS_TSV NAMES_TSV TABLES_HEADER OUT_C OUT_SETS_H
#
# Everything the sources say is checked here, so that the C side needs no checks: an error is printed
# as FILE:LINE: message (all of them, then exit 1). The words for kinds, directions, results and
# classes are not repeated in this script; they are read from the enums of tables.h. The syntax is
# explained at the top of the two sources.
import re
import sys

ARCHES = ['x86_64', 'i386', 'x32', 'arm64']
X32_BIT = 0x40000000
MAX_ARGS = 6
MAX_NR = 2000
U64 = (1 << 64) - 1
# kinds whose content has another argument as its length or count, or a dirfd as its base
LINK_KINDS = {'path', 'buf', 'sockaddr', 'iovec', 'mmsghdr', 'pollfd', 'epoll_event', 'clone_args',
              'open_how', 'bpf_attr', 'groups'}
MUST_LINK = LINK_KINDS - {'path', 'buf', 'epoll_event'}
COUNT_KINDS = {'buf', 'timespec', 'timeval'}
SET_KINDS = {'flags', 'enum'}


class Errors:
    def __init__(self):
        self.n = 0

    def add(self, path, line, text):
        self.n += 1
        print(f'{path}:{line}: {text}', file=sys.stderr)

    def stop(self):
        if self.n:
            sys.exit(1)


def c_words(header, prefix):
    """HTR_A_SOCKADDR -> {'sockaddr': 'HTR_A_SOCKADDR'} from the enums of tables.h."""
    words = {}
    with open(header, encoding='utf-8') as f:
        for name in re.findall(r'^\s*(' + prefix + r'[A-Z0-9_]+)(?:\s*=[^,]*)?,', f.read(), re.M):
            word = name[len(prefix):].lower()
            if not word.endswith('_max'):
                words[word] = name
    if not words:
        sys.exit(f'{header}: no enum with {prefix}*')
    return words


def number(text):
    """An unsigned number as C writes it, or None."""
    if re.fullmatch(r'0x[0-9a-f]+|0|[1-9][0-9]*', text):
        value = int(text, 0)
        return value if value <= U64 else None
    return None


class Name:
    def __init__(self, name, value, mask, alias):
        self.name, self.value, self.mask, self.alias = name, value, mask, alias


class NameSet:
    def __init__(self, name, is_enum):
        self.name, self.is_enum, self.names, self.by_name = name, is_enum, [], {}


def read_names(path, errors):
    sets = {}
    cur = None
    with open(path, encoding='utf-8') as f:
        for line, text in enumerate(f, 1):
            text = text.rstrip('\n')
            if not text or text.startswith('#'):
                continue
            if text.startswith('@'):
                m = re.fullmatch(r'@(flags|enum) ([a-z][a-z0-9_]*)', text)
                if not m:
                    errors.add(path, line, f'a set starts with "@flags NAME" or "@enum NAME", not {text!r}')
                    continue
                if m[2] in sets or m[2] in ('none', 'max'):
                    errors.add(path, line, f'set {m[2]} exists already')
                cur = sets[m[2]] = NameSet(m[2], m[1] == 'enum')
                continue
            cols = text.split('\t')
            if cur is None:
                errors.add(path, line, 'a name before the first set')
                continue
            if len(cols) not in (2, 3) or not re.fullmatch(r'~?[A-Za-z_][A-Za-z0-9_]*', cols[0]):
                errors.add(path, line, 'expected NAME, VALUE and at most a MASK, separated by tabs')
                continue
            alias = cols[0].startswith('~')
            name = cols[0].lstrip('~')
            value = number(cols[1])
            if value is None:
                errors.add(path, line, f'{cols[1]!r} is no number of 64 bits')
                continue
            mask = value
            if len(cols) == 3:
                mask = U64 if cols[2] == 'all' else number(cols[2])
                if mask is None or value & ~mask:
                    errors.add(path, line, f'mask {cols[2]!r} does not cover the value')
                    continue
                if cur.is_enum:
                    errors.add(path, line, f'{cur.name} is an enum, masks are for flags')
            elif not cur.is_enum and value == 0 and not alias:
                errors.add(path, line, f'{name} is 0: say which bits it stands for ("all" or a mask)')
            if name in cur.by_name:
                errors.add(path, line, f'{name} stands twice in set {cur.name}')
            for other in cur.names:
                if not alias and not other.alias and (other.value, other.mask) == (value, mask):
                    errors.add(path, line, f'{name} has the value of {other.name}; mark one with ~')
            n = Name(name, value, mask, alias)
            cur.names.append(n)
            cur.by_name[name] = n
    for s in sets.values():
        if not s.names:
            errors.add(path, 1, f'set {s.name} is empty')
    return sets


class Arg:
    def __init__(self):
        self.name = self.kind = self.dir = self.set = ''
        self.link, self.count = -1, 0


ARG_RE = re.compile(r'([a-z][a-z0-9_]*):([a-z_]+)(?:\[([0-9]+)\])?(?:\(([a-z0-9_]+)\))?'
                    r'(?:/(out|inout))?(?:@([a-z][a-z0-9_]*))?')


class Row:
    """One line: a base row, a variant (same name, other arches) or a form (NAME?ARG=VALUE)."""

    def __init__(self, line):
        self.line = line
        self.nr = {}
        self.args, self.forms, self.variants = [], [], []
        self.classes, self.ret, self.name = [], '', ''
        self.sel_arg = self.sel_mask = self.sel_value = 0
        self.id = self.form_first = 0


class Syscalls:
    def __init__(self, path, header, sets, errors):
        self.path, self.sets, self.errors = path, sets, errors
        self.kinds = c_words(header, 'HTR_A_')
        self.rets = c_words(header, 'HTR_R_')
        self.classes = c_words(header, 'HTR_C_')
        self.dirs = c_words(header, 'HTR_DIR_')
        self.rows, self.by_name = [], {}
        self.taken = {a: {} for a in ARCHES}
        self.used_sets = set()

    def error(self, line, text):
        self.errors.add(self.path, line, text)

    def read(self):
        with open(self.path, encoding='utf-8') as f:
            for line, text in enumerate(f, 1):
                text = text.rstrip('\n')
                if not text or text.startswith('#'):
                    continue
                cols = text.split('\t')
                if len(cols) == 7:
                    cols.append('')
                if len(cols) != 8:
                    self.error(line, f'{len(cols)} columns, expected 8 (or 7 without arguments)')
                    continue
                self.read_row(line, cols)

    def read_row(self, line, cols):
        row = Row(line)
        row.args = self.read_args(line, cols[7])
        name, sep, sel = cols[0].partition('?')
        row.name = name
        base = self.by_name.get(name)
        if not re.fullmatch(r'[a-z_][a-z0-9_]*', name):
            self.error(line, f'{name!r} is no name of a system call')
            return
        if sep:
            if base is None:
                self.error(line, f'a form of {name}, which has no row above')
                return
            self.read_selector(row, base, sel)
            row.ret = self.word(line, cols[6], self.rets, 'result', base.ret)
            if cols[1:6] != ['.'] * 5:
                self.error(line, 'a form has "." for its numbers and classes')
            base.forms.append(row)
            return
        self.read_numbers(row, cols[1:5])
        if base is not None:
            if cols[5:7] != ['.', '.']:
                self.error(line, f'a second row of {name} has "." for classes and result')
            row.ret, row.classes = base.ret, base.classes
            base.variants.append(row)
            return
        row.ret = self.word(line, cols[6], self.rets, 'result', None)
        row.classes = [self.word(line, c, self.classes, 'class', None) for c in cols[5].split(',')]
        self.by_name[name] = row
        self.rows.append(row)

    def word(self, line, text, table, what, same):
        if text == '.' and same is not None:
            return same
        if text not in table:
            self.error(line, f'unknown {what} {text!r}; there are: {" ".join(sorted(table))}')
            return next(iter(table.values()))
        return table[text]

    def read_numbers(self, row, cols):
        for arch, text in zip(ARCHES, cols):
            if text == '-':
                continue
            nr = number(text)
            if nr is None or nr > MAX_NR:
                self.error(row.line, f'{text!r} is no number of a system call for {arch}')
                continue
            if nr in self.taken[arch]:
                self.error(row.line, f'{arch} {nr} is taken by {self.taken[arch][nr]}')
            self.taken[arch][nr] = row.name
            row.nr[arch] = nr
        if not row.nr:
            self.error(row.line, f'{row.name} has no number at all')

    def read_args(self, line, text):
        args, names = [], []
        words = text.split()
        if len(words) > MAX_ARGS:
            self.error(line, f'{len(words)} arguments, at most {MAX_ARGS}')
            return []
        for w in words:
            m = ARG_RE.fullmatch(w)
            if not m:
                self.error(line, f'{w!r} is not NAME:KIND[[COUNT]][(SET)][/DIR][@LINK]')
                return []
            names.append(m[1])
        for i, w in enumerate(words):
            m = ARG_RE.fullmatch(w)
            a = Arg()
            a.name = m[1]
            a.kind = self.word(line, m[2], self.kinds, 'kind', None)
            a.dir = self.dirs[m[5] or 'in']
            if names.count(a.name) > 1:
                self.error(line, f'two arguments are called {a.name}')
            if (m[2] in SET_KINDS) != bool(m[4]):
                self.error(line, f'{w}: a set belongs to flags and enum, and only to them')
            if m[4] and m[4] not in self.sets:
                self.error(line, f'{w}: no set {m[4]} in names.tsv')
            elif m[4]:
                a.set = m[4]
                self.used_sets.add(m[4])
                if m[2] == 'enum' and not self.sets[m[4]].is_enum and \
                        any(n.mask not in (n.value, U64, 0x3fffffff) for n in self.sets[m[4]].names):
                    self.error(line, f'{w}: {m[4]} has masked fields and cannot be an enum')
            if m[3]:
                a.count = int(m[3])
                if m[2] not in COUNT_KINDS or not 0 < a.count < 256:
                    self.error(line, f'{w}: a count fits {" ".join(sorted(COUNT_KINDS))}, 1 to 255')
            self.read_link(line, w, m, names, i, a)
            args.append(a)
        return args

    def read_link(self, line, w, m, names, i, a):
        if m[6]:
            if m[6] not in names or names.index(m[6]) == i:
                self.error(line, f'{w}: the link leads to no other argument')
            elif m[2] not in LINK_KINDS:
                self.error(line, f'{w}: kind {m[2]} takes no link')
            else:
                a.link = names.index(m[6])
        elif m[2] in MUST_LINK or (m[2] == 'buf' and not m[3]):
            self.error(line, f'{w}: kind {m[2]} needs the argument that holds its length (@NAME)')

    def read_selector(self, row, base, sel):
        m = re.fullmatch(r'([a-z][a-z0-9_]*)(?:&([A-Za-z0-9_]+))?=([A-Za-z0-9_]+)', sel)
        names = [a.name for a in base.args]
        if not m or m[1] not in names:
            self.error(row.line, f'{sel!r} is not ARG[&MASK]=VALUE of the row above')
            return
        arg = base.args[names.index(m[1])]
        row.sel_arg = names.index(m[1])

        def value(text):
            n = number(text)
            if n is None and arg.set and text in self.sets[arg.set].by_name:
                n = self.sets[arg.set].by_name[text].value
            if n is None:
                self.error(row.line, f'{text!r} is neither a number nor in set {arg.set or "(none)"}')
            return n or 0

        row.sel_mask = value(m[2]) if m[2] else 0xffffffff
        row.sel_value = value(m[3])
        if row.sel_value & ~row.sel_mask:
            self.error(row.line, 'the selected value is not covered by its mask')

    def finish(self):
        """Numbers of variants also stand in their base row and the reverse; ids; form places."""
        first = 0
        for i, base in enumerate(self.rows):
            base.id = i
            for v in base.variants:
                for arch, nr in v.nr.items():
                    if arch in base.nr:
                        self.error(v.line, f'{arch} has {base.name} in two rows')
            merged = dict(base.nr)
            for v in base.variants:
                merged.update(v.nr)
            base.all_nr = merged
            base.form_first = first
            first += len(base.forms)


def emit_sets_header(out, sets):
    out.write('/* Generated by formats/model/gen_tables.py from names.tsv; do not edit. */\n')
    out.write('#ifndef HTR_MODEL_NAME_SETS_H\n#define HTR_MODEL_NAME_SETS_H\n\n')
    out.write('enum htr_name_set {\n\tHTR_N_NONE = 0,\n')
    for s in sets.values():
        out.write(f'\tHTR_N_{s.name.upper()},\n')
    out.write('\tHTR_N_MAX\n};\n\n#endif\n')


def desc_text(sc, row, base, n_forms):
    classes = ' | '.join(base.classes)
    nr = base.all_nr
    vals = [-1] + [(-1 if a not in nr else nr[a] | (X32_BIT if a == 'x32' else 0)) for a in ARCHES]
    text = f'{{ "{base.name}", {base.id}, {len(row.args)}, {row.ret}, {n_forms}, '
    text += f'{base.form_first if n_forms else 0},\n\t  {classes},\n\t  {{ '
    text += ', '.join(str(v) for v in vals) + ' },\n\t  {'
    for a in row.args:
        s = f'HTR_N_{a.set.upper()}' if a.set else 'HTR_N_NONE'
        text += f'\n\t\t{{ "{a.name}", {a.kind}, {a.dir}, {a.link}, {a.count}, {s} }},'
    if not row.args:
        text += ' { 0 }'
    return text + ' } }'


def emit_c(out, sc, sets):
    w = out.write
    w('/* Generated by formats/model/gen_tables.py; do not edit. */\n')
    w('#include "formats/model/tables_data.h"\n\n')
    rows = [(b, b) for b in sc.rows] + [(v, b) for b in sc.rows for v in b.variants]
    w('const struct htr_syscall_desc htr_data_syscalls[] = {\n')
    for row, base in rows:
        w('\t' + desc_text(sc, row, base, len(base.forms) if row is base else 0) + ',\n')
    w('};\n\n')
    w(f'const unsigned htr_data_n_syscalls = {len(sc.rows)};\n\n')
    w('const struct htr_syscall_form htr_data_forms[] = {\n')
    for base in sc.rows:
        for f in base.forms:
            w(f'\t{{ {hex(f.sel_mask)}u, {hex(f.sel_value)}u, {f.sel_arg},\n\t  '
              + desc_text(sc, f, base, 0) + ' },\n')
    w('};\n\n')
    for arch in ARCHES:
        table = {}
        for i, (row, _) in enumerate(rows):
            if arch in row.nr:
                table[row.nr[arch]] = i + 1
        top = max(table, default=0) + 1
        w(f'static const uint16_t nr_{arch}[{top}] = {{\n')
        for nr in sorted(table):
            w(f'\t[{nr}] = {table[nr]},\n')
        w('};\n\n')
    w('const struct htr_nr_table htr_data_nr[HTR_ARCH_MAX] = {\n')
    for arch in ARCHES:
        w(f'\t[HTR_ARCH_{arch.upper()}] = {{ nr_{arch}, sizeof(nr_{arch}) / sizeof(nr_{arch}[0]) }},\n')
    w('};\n\nconst uint16_t htr_data_by_name[] = {\n')
    for base in sorted(sc.rows, key=lambda r: r.name):
        w(f'\t{base.id}, /* {base.name} */\n')
    w('};\n\n')
    first = 0
    w('const struct htr_name htr_data_names[] = {\n')
    for s in sets.values():
        w(f'\t/* {s.name} */\n')
        for n in ordered(s):
            w(f'\t{{ "{n.name}", {hex(n.value)}u, {hex(n.mask)}u }},\n')
    w('};\n\nconst struct htr_set_desc htr_data_sets[HTR_N_MAX] = {\n')
    for s in sets.values():
        shown = sum(not n.alias for n in s.names)
        wide = any(n.value >> 32 for n in s.names)
        w(f'\t[HTR_N_{s.name.upper()}] = {{ "{s.name}", {first}, {shown}, {len(s.names)}, '
          f'{"true" if s.is_enum else "false"}, {"true" if wide else "false"} }},\n')
        first += len(s.names)
    w('};\n')


def ordered(s):
    """Enums by value (binary search); flags as written; aliases behind both."""
    shown = [n for n in s.names if not n.alias]
    if s.is_enum:
        shown.sort(key=lambda n: n.value)
    return shown + [n for n in s.names if n.alias]


def main(argv):
    if len(argv) != 6:
        sys.exit('usage: gen_tables.py SYSCALLS_TSV NAMES_TSV TABLES_HEADER OUT_C OUT_SETS_H')
    errors = Errors()
    sets = read_names(argv[2], errors)
    errors.stop()
    sc = Syscalls(argv[1], argv[3], sets, errors)
    sc.read()
    sc.finish()
    errors.stop()
    with open(argv[4], 'w', encoding='utf-8') as f:
        emit_c(f, sc, sets)
    with open(argv[5], 'w', encoding='utf-8') as f:
        emit_sets_header(f, sets)


main(sys.argv)
