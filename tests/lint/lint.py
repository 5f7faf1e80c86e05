#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lint suite: what house rules a machine can hold. TAP on stdout; one test a rule.

usage: lint.py SOURCE_ROOT BUILD_ROOT CC [CXX]
"""
import os
import re
import subprocess
import sys

ROOT, BUILD, CC = sys.argv[1:4]
CXX = sys.argv[4] if len(sys.argv) > 4 else ''

LAYERS = {
    'formats/core': ['formats/core'],
    'formats/model': ['formats/core', 'formats/model'],
    'formats/trace': ['formats/core', 'formats/model', 'formats/trace'],
    'formats/filter': ['formats/core', 'formats/model', 'formats/filter'],
    'formats/convert': ['formats/core', 'formats/model', 'formats/trace', 'formats/convert'],
    'formats/cli': ['formats'],
    'capture': ['formats/core', 'formats/model', 'formats/trace', 'formats/filter', 'capture'],
    'replay': ['formats/core', 'formats/model', 'formats/trace', 'formats/filter',
               'formats/convert', 'replay'],
    'viewer': ['formats/core', 'formats/model', 'formats/trace', 'formats/filter',
               'formats/convert', 'viewer'],
    'tests': ['formats', 'capture', 'replay', 'viewer', 'tests'],
}

# A header of a library we do not own may be included by these files only (house rule: fences).
FENCES = {
    r'(n?curses|panel|term)\.h': ['viewer/term.c'],
    r'seccomp\.h': ['capture/bpf.c', 'capture/notify.c', 'capture/probe.c'],
    r'sys/ptrace\.h': ['capture/tracer*.c', 'capture/probe.c', 'capture/arch_*.c'],
    # only the numbers of requests and events:
    r'linux/ptrace\.h': ['capture/tracer*.c', 'capture/probe.c', 'capture/arch_*.c',
                         'capture/aside.c', 'capture/waitstatus.c'],
    r'.*\.pb-c\.h': ['formats/trace/encode*.c', 'formats/trace/decode*.c', 'formats/trace/header*.c',
                     'formats/trace/pb_*.c', 'formats/trace/facts*.c'],
    r'yaml\.h': ['replay/rules/yaml.c'],
    r'dlfcn\.h': ['replay/det_plugin.c'],
    r'zstd.*\.h': ['formats/trace/block.c'],
    r'sodium.*\.h': ['formats/trace/*.c'],
    r'xxhash\.h': ['formats/trace/*.c'],
    r'pcre2\.h': ['formats/filter/*.c'],
    r'jansson\.h': ['replay/det_process*.c', 'formats/convert/*.c'],
}

TOP_LEVEL = {'meson.build', 'capture', 'replay', 'viewer', 'formats', 'tests', 'traces', 'README.md'}
UNFINISHED = re.compile(r'\b(' + '|'.join(['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK']) + r')\b')
FUNCTION_MAX = 100  # hard limit of the house
FILE_MAX = 800
RESULTS = []


def tracked():
    out = subprocess.run(['git', '-C', ROOT, 'ls-files', '-co', '--exclude-standard'],
                         capture_output=True, text=True)
    if out.returncode == 0 and out.stdout:
        names = out.stdout.split('\n')
    else:  # a tarball
        names = [os.path.relpath(os.path.join(d, f), ROOT) for d, _, fs in os.walk(ROOT) for f in fs]
    return sorted(n for n in names if n and os.path.isfile(os.path.join(ROOT, n)))


FILES = tracked()
SOURCES = [f for f in FILES if f.endswith(('.c', '.h'))]


def read(name):
    with open(os.path.join(ROOT, name), encoding='utf-8', errors='replace') as f:
        return f.read()


def check(name):
    def wrap(fn):
        problems = fn()
        RESULTS.append((name, problems))
        return fn
    return wrap


def layer_of(path):
    best = ''
    for layer in LAYERS:
        if path.startswith(layer + '/') and len(layer) > len(best):
            best = layer
    return best


def includes(path):
    for n, line in enumerate(read(path).split('\n'), 1):
        m = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if m:
            yield n, m.group(1), m.group(2)


def match(path, patterns):
    return any(re.fullmatch(p.replace('.', r'\.').replace('*', '[^/]*'), path) for p in patterns)


@check('only the agreed names at the top level')
def top_level():
    names = {f.split('/')[0] for f in FILES}
    return [n for n in sorted(names) if not n.startswith('.') and n not in TOP_LEVEL]


@check('includes are written from the root and point down')
def include_direction():
    bad = []
    for f in SOURCES:
        allowed = LAYERS.get(layer_of(f))
        for n, kind, inc in includes(f):
            if kind == '<' or inc.endswith('.pb-c.h'):
                continue
            if '/' not in inc:
                if not f.startswith('tests/'):
                    bad.append(f'{f}:{n}: "{inc}" is not written from the root')
                continue
            if allowed is None:
                bad.append(f'{f}: belongs to no layer')
                break
            if not any(inc.startswith(a + '/') for a in allowed):
                bad.append(f'{f}:{n}: {layer_of(f)} must not include {inc}')
    return bad


@check('headers of other projects stay behind their fence')
def fences():
    bad = []
    for f in SOURCES:
        if f.startswith('tests/'):
            continue
        for n, kind, inc in includes(f):
            for pattern, files in FENCES.items():
                if re.fullmatch(pattern, inc) and not match(f, files):
                    bad.append(f'{f}:{n}: {inc} belongs into {" ".join(files)}')
    return bad


VIEWER_PRINTS = {'viewer/main.c', 'viewer/plain.c', 'viewer/script.c', 'viewer/gen_keys.c'}
PRINT_CALL = re.compile(r'\b(printf|fprintf|vprintf|vfprintf|dprintf|puts|putchar|fputs|fputc|fwrite|write|'
                        r'w?add(n?w?str|w?ch)|mvw?add\w+|w?printw|perror)\s*\(')
DANGEROUS_CALL = re.compile(r'\b(system|popen|exec[lv]p?e?|posix_spawnp?|v?fork|socket|connect|dlopen|tmpfile|'
                            r'fopen|creat|unlink|rename|open(at)?)\s*\(')


@check('the viewer prints in named files only, and neither runs, sends nor writes anything')
def viewer_is_quiet():
    bad = []
    for name in SOURCES:
        if not name.startswith('viewer/') or not name.endswith('.c'):
            continue
        # strings and comments may say what code may not do
        text = re.sub(r'"(\\.|[^"\\\n])*"|/\*.*?\*/|//[^\n]*', '""', read(name), flags=re.S)
        for call in DANGEROUS_CALL.finditer(text):
            before = text[:call.start()].rstrip()
            if not before.endswith('->') and not before.endswith('.'):
                bad.append(f'{name}: calls {call.group(1)}')
        if name not in VIEWER_PRINTS and name != 'viewer/term.c':
            bad += [f'{name}: prints by {c.group(1)}' for c in PRINT_CALL.finditer(text)]
    return bad


@check('each header compiles alone in C and in C++')
def headers_alone():
    bad = []
    headers = [f for f in SOURCES if f.endswith('.h') and not f.startswith('tests/tracees/')]
    flags = ['-fsyntax-only', '-D_GNU_SOURCE', '-DHOLTER_VERSION="lint"', f'-I{ROOT}', f'-I{BUILD}',
             '-Wall', '-Wextra', '-Wno-unused-function', '-x']
    jobs = [(CC, 'c', '-std=gnu17')] + ([(CXX, 'c++', '-std=gnu++17')] if CXX else [])
    for h in headers:
        for compiler, lang, std in jobs:
            if lang == 'c++' and h.startswith('tests/'):
                continue
            text = f'#include "{h}"\n'
            if h.endswith('.h') and 'pb-c' in h:
                continue
            p = subprocess.run(compiler.split() + flags + [lang, std, '-Werror', '-'], input=text,
                               capture_output=True, text=True)
            if p.returncode:
                bad.append(f'{h} ({lang}): ' + p.stderr.strip().split('\n')[0])
    return bad


@check('source files begin with the licence tag')
def licence():
    return [f for f in SOURCES if 'SPDX-License-Identifier: Apache-2.0' not in read(f)[:200]]


@check('no unfinished-work markers')
def unfinished():
    bad = []
    for f in FILES:
        if f.endswith(('.htr', '.tsv', '.bin', '.scap', '.gz')) or f.startswith('traces/rules/'):
            continue
        for n, line in enumerate(read(f).split('\n'), 1):
            if UNFINISHED.search(line):
                bad.append(f'{f}:{n}: {line.strip()[:60]}')
    return bad


@check('files and functions stay within the hard limits')
def sizes():
    bad = []
    for f in SOURCES:
        lines = read(f).split('\n')
        if len(lines) > FILE_MAX and not f.startswith('tests/'):
            bad.append(f'{f}: {len(lines)} lines')
        start = None
        for n, line in enumerate(lines, 1):
            if line.startswith('{'):
                start = n
            elif line.startswith('}') and start:
                if n - start > FUNCTION_MAX and f.endswith('.c') and not line.startswith('};'):
                    bad.append(f'{f}:{start}: function of {n - start} lines')
                start = None
    return bad


def programs():
    """(man page source, command that dumps its options) of each verb."""
    verbs = {
        'holter-capture': ['capture/holter-capture'],
        'holter-replay': ['replay/holter-replay'],
        'holter-view': ['viewer/holter-view'],
        'holter-info': ['formats/cli/holter-trace', 'info'],
        'holter-cat': ['formats/cli/holter-trace', 'cat'],
    }
    for page, cmd in verbs.items():
        exe = os.path.join(BUILD, cmd[0])
        if os.path.exists(exe):
            yield page, [exe] + cmd[1:]


@check('each option is in the man page, and the reverse')
def man_pages():
    bad = []
    for page, cmd in programs():
        source = [f for f in FILES if os.path.basename(f) == page + '.1.scd']
        if not source:
            bad.append(f'{page}: no man page source')
            continue
        text = read(source[0]).replace('\\', '')
        out = subprocess.run(cmd + ['--dump-options'], capture_output=True, text=True)
        if out.returncode:
            bad.append(f'{page}: --dump-options fails: {out.stderr.strip()}')
            continue
        names = {line.split('\t')[1] for line in out.stdout.strip().split('\n') if line}
        for name in sorted(names):
            if f'--{name}' not in text:
                bad.append(f'{source[0]}: --{name} is not described')
        for name in sorted(set(re.findall(r'^\*(?:-\w\*, \*)?--([a-z][a-z-]*)', text, re.M))):
            if name not in names | {'help', 'version'} and not name.startswith('no-'):
                bad.append(f'{source[0]}: --{name} does not exist')
    return bad


@check('clang-format 14 would change nothing')
def formatted():
    try:
        v = subprocess.run(['clang-format', '--version'], capture_output=True, text=True).stdout
    except FileNotFoundError:
        v = ''
    if 'version 14.' not in v:
        return 'SKIP clang-format 14 is not installed'
    bad = []
    for i in range(0, len(SOURCES), 50):
        p = subprocess.run(['clang-format', '--dry-run', '-Werror'] + SOURCES[i:i + 50], cwd=ROOT,
                           capture_output=True, text=True)
        bad += sorted({m for m in re.findall(r'^([^:\n]+):\d+:\d+: error', p.stderr, re.M)})
    return bad


def main():
    print(f'1..{len(RESULTS)}')
    failed = False
    for i, (name, problems) in enumerate(RESULTS, 1):
        if isinstance(problems, str):
            print(f'ok {i} - {name} # {problems}')
            continue
        print(f'{"not ok" if problems else "ok"} {i} - {name}')
        failed |= bool(problems)
        for p in problems[:40]:
            print(f'# {p}')
    sys.exit(failed)


main()
