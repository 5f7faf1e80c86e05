#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Cost of capture, side by side in one run: native, bare loops, strace, Holter. Medians of ROUNDS.

usage: bench_capture.py BUILD_DIR [ROUNDS] [WORKLOAD...]

One round runs every way once, in turn, so that a noisy machine hits all alike. Prints a Markdown table:
microseconds per turn (getppid, open, exec, thread) or requests per second (nginx), and the ratio to native.
"""
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

TURNS = {'getppid': 20000, 'open': 20000, 'exec': 300, 'thread': 2000}
# what the bare loops and strace look at; Holter is given the same set by -e
CALLS = {
    'getppid': ['getppid'],
    'open': ['openat'],
    'exec': ['execve', 'clone', 'fork', 'vfork'],
    'thread': ['clone3', 'clone'],
    'nginx': ['openat', 'open', 'accept4', 'accept', 'connect', 'socket', 'bind', 'execve', 'unlink'],
}
NR = {'getppid': 110, 'openat': 257, 'open': 2, 'execve': 59, 'clone': 56, 'fork': 57, 'vfork': 58,
      'clone3': 435, 'accept4': 288, 'accept': 43, 'connect': 42, 'socket': 41, 'bind': 49, 'unlink': 87}
WAYS = ['native', 'bare notify', 'bare result', 'bare ptrace', 'strace', 'holter entry', 'holter']


def command(way, work, build, tmp):
    calls = CALLS[work]
    bare = os.path.join(build, 'tests/bench/bare_loop')
    holter = [os.path.join(build, 'capture/holter-capture'), '-q', '-o', os.path.join(tmp, 't.htr'),
              '-e', ','.join(calls), '--']
    return {
        'native': [],
        'bare notify': [bare, 'notify', ','.join(str(NR[c]) for c in calls)],
        'bare result': [bare, 'result', ','.join(str(NR[c]) for c in calls)],
        'bare ptrace': [bare, 'ptrace', ','.join(str(NR[c]) for c in calls)],
        'strace': ['strace', '-f', '--seccomp-bpf', '-qq', '-e', 'trace=' + ','.join(calls), '-o',
                   os.path.join(tmp, 'strace.txt')],
        'holter entry': holter,
        'holter': holter,
    }[way]


def environment(way):
    env = dict(os.environ)
    if way == 'holter entry':
        env['HOLTER_FORCE'] = 'noptrace'
    return env


def run_load(way, work, build, tmp):
    cmd = command(way, work, build, tmp) + [os.path.join(build, 'tests/bench/load'), work,
                                            str(TURNS[work])]
    p = subprocess.run(cmd, env=environment(way), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                       timeout=300)
    return float(p.stdout.split()[-1]) if p.returncode == 0 else None


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def run_nginx(way, build, tmp):
    port = free_port()
    conf = os.path.join(tmp, 'nginx.conf')
    os.makedirs(os.path.join(tmp, 'www'), exist_ok=True)
    with open(os.path.join(tmp, 'www', 'index.html'), 'w') as f:
        f.write('x' * 1024)
    with open(conf, 'w') as f:
        f.write(f'''daemon off; master_process off; pid {tmp}/nginx.pid; error_log {tmp}/error.log;
events {{ worker_connections 256; }}
http {{ access_log off; client_body_temp_path {tmp}/b; proxy_temp_path {tmp}/p;
fastcgi_temp_path {tmp}/f; uwsgi_temp_path {tmp}/u; scgi_temp_path {tmp}/s;
server {{ listen 127.0.0.1:{port}; root {tmp}/www; }} }}''')
    p = subprocess.Popen(command(way, 'nginx', build, tmp) + ['nginx', '-p', tmp, '-c', conf],
                         env=environment(way), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            try:
                socket.create_connection(('127.0.0.1', port), 0.1).close()
                break
            except OSError:
                time.sleep(0.05)
        out = subprocess.run(['wrk', '-t1', '-c16', '-d2s', f'http://127.0.0.1:{port}/'],
                             stdout=subprocess.PIPE, timeout=60).stdout.decode()
        rate = [l.split()[1] for l in out.splitlines() if l.startswith('Requests/sec')]
        return float(rate[0]) if rate else None
    finally:
        try:
            with open(os.path.join(tmp, 'nginx.pid')) as f:
                os.kill(int(f.read()), 15)
        except (OSError, ValueError):
            p.terminate()
        p.wait(timeout=30)


def main():
    build = os.path.abspath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    works = sys.argv[3:] or [w for w in CALLS if w != 'nginx' or shutil.which('wrk')]
    got = {(w, k): [] for w in works for k in WAYS}
    with tempfile.TemporaryDirectory(prefix='holter-bench-') as tmp:
        for _ in range(rounds):
            for work in works:
                for way in WAYS:
                    v = run_nginx(way, build, tmp) if work == 'nginx' else run_load(way, work, build, tmp)
                    if v is not None:
                        got[work, way].append(v)
    print('| workload | ' + ' | '.join(WAYS) + ' |')
    print('|---' * (len(WAYS) + 1) + '|')
    for work in works:
        base = statistics.median(got[work, 'native'])
        cells = []
        for way in WAYS:
            if not got[work, way]:
                cells.append('failed')
                continue
            m = statistics.median(got[work, way])
            ratio = base / m if work == 'nginx' else m / base
            cells.append(f'{m:.0f}/s ({ratio:.2f})' if work == 'nginx' else f'{m:.2f} us ({ratio:.1f})')
        print(f'| {work} | ' + ' | '.join(cells) + ' |')


main()
