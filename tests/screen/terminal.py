#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The viewer at real terminals inside tmux: what stands there must be what --dump-screen says. TAP on stdout.

usage: terminal.py HOLTER_VIEW MKTRACE
"""
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TERMS = ['xterm-256color', 'tmux-256color', 'screen', 'linux', 'vt100']
WAIT_S = 15
ENV = dict(os.environ, LC_ALL='C.UTF-8', TZ='UTC', HOME='/nonexistent')
for name in ('TMUX', 'NO_COLOR', 'CLICOLOR_FORCE', 'COLUMNS', 'LINES'):
    ENV.pop(name, None)


class Failed(Exception):
    pass


class Terminal:
    """One tmux server with one window that runs one command."""

    def __init__(self, command, term='tmux-256color', w=80, h=24, locale='C.UTF-8', extra=''):
        self.socket = f'holter-test-{os.getpid()}-{random.randrange(10**9)}'
        shell = (f'env TERM={term} LC_ALL={locale} TZ=UTC HOME=/nonexistent {extra} {command}; '
                 'echo "EXIT $?"; stty -a | grep -c " echo "; sleep 1000')
        self.tmux('-f', '/dev/null', 'new-session', '-d', '-x', str(w), '-y', str(h), 'sh', '-c', shell)

    def tmux(self, *args):
        got = subprocess.run(['tmux', '-L', self.socket, *args], capture_output=True, env=ENV, timeout=WAIT_S)
        if got.returncode:
            raise Failed(f'tmux {args[0]}: {got.stderr.decode().strip()}')
        return got.stdout.decode(errors='replace')

    def keys(self, *keys):
        for key in keys:
            self.tmux('send-keys', *key)

    def screen(self, *flags):
        lines = [line.rstrip() for line in self.tmux('capture-pane', '-p', *flags).split('\n')]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def wait(self, fits, what):
        end = time.monotonic() + WAIT_S
        while True:
            lines = self.screen()
            if fits(lines):
                return lines
            if time.monotonic() > end:
                raise Failed(f'{what} did not come; the screen is:\n' + '\n'.join(lines))
            time.sleep(0.03)

    def wait_screen(self, want, what):
        while want and not want[-1]:
            want = want[:-1]
        return self.wait(lambda lines: lines == want, what + ' (expected:\n' + '\n'.join(want) + '\n)')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(['tmux', '-L', self.socket, 'kill-server'], capture_output=True, env=ENV)


class Suite:
    def __init__(self, view, mktrace, work):
        self.view, self.work, self.number, self.failed = view, work, 0, 0
        self.traces = {}
        for name, description in (('intrusion', 'intrusion.txt'), ('hostile', 'hostile/trace')):
            self.traces[name] = os.path.join(work, name + '.htr')
            subprocess.run([mktrace, self.traces[name], os.path.join(HERE, description)], check=True)

    def dump(self, trace, *steps, args=()):
        """The screen after some steps, as the program itself says."""
        script = os.path.join(self.work, 'script')
        with open(script, 'w', encoding='utf-8') as f:
            f.write('\n'.join(steps + ('dump', '')))
        got = subprocess.run([self.view, self.traces[trace], '--keys-from', script, *args],
                             capture_output=True, check=True, env=ENV, timeout=WAIT_S)
        return [line.rstrip() for line in got.stdout.decode().split('\n')[1:]]

    def run(self, name, test):
        self.number += 1
        try:
            test()
            print('ok', self.number, '-', name)
        except (Failed, subprocess.SubprocessError) as e:
            self.failed += 1
            print('not ok', self.number, '-', name)
            print('\n'.join('# ' + line for line in str(e).split('\n')))
        sys.stdout.flush()

    def command(self, trace, args=''):
        return f'{self.view} {self.traces[trace]} {args}'

    def walk(self, term, locale='C.UTF-8', args=(), trace='intrusion'):
        flags = ' '.join(args)
        with Terminal(self.command(trace, flags), term, locale=locale) as t:
            args = args or (('--ascii',) if locale == 'C' else ())
            t.wait_screen(self.dump(trace, args=args), 'first screen')
            t.keys(['j'], ['Down'], ['Enter'], ['Tab'])
            t.wait_screen(self.dump(trace, 'j', 'Down', 'Enter', 'Tab', args=args), 'detail pane')
            t.keys(['2'], ['G'], ['?'])
            t.wait_screen(self.dump(trace, 'j', 'Down', 'Enter', 'Tab', '2', 'G', '?', args=args), 'help')
            t.keys(['Escape'])
            time.sleep(0.1)  # Esc alone must not eat the next key
            t.keys([':'], ['-l', 'proc.pid = 212'], ['Enter'], ['3'])
            t.wait(lambda lines: any('17 rows  ok' in line for line in lines) or
                   (trace == 'hostile' and any('0 rows  ok' in line for line in lines)), 'filter')
            t.keys(['q'], ['q'])
            t.wait(lambda lines: 'EXIT 0' in lines, 'the end')
            t.wait(lambda lines: lines[lines.index('EXIT 0') + 1:] == ['1'], 'a terminal that echoes again')

    def dumb(self):
        with Terminal(self.command('intrusion'), 'dumb', h=60, w=120) as t:
            lines = t.wait(lambda lines: 'EXIT 0' in lines, 'the end')
            if not any('cannot place a cursor' in line for line in lines):
                raise Failed('no word about the terminal:\n' + '\n'.join(lines))
            if not any('events    57  processes 13' in line for line in lines):
                raise Failed('no plain output:\n' + '\n'.join(lines))

    def unknown_term(self):
        with Terminal(self.command('intrusion'), 'nosuchterm', w=120) as t:
            lines = t.wait(lambda lines: 'EXIT 2' in lines, 'exit code 2')
            if not any('not known here' in line for line in lines):
                raise Failed('\n'.join(lines))

    def colors(self):
        for extra, want in (('', True), ('NO_COLOR=1', False)):
            with Terminal(self.command('intrusion'), 'xterm-256color', extra=extra) as t:
                t.wait_screen(self.dump('intrusion'), 'first screen')
                styled = '\n'.join(t.screen('-e'))
                if bool(re.search(r'\x1b\[[0-9;]*(3[0-7]|38;5;\d+)m', styled)) != want:
                    raise Failed(f'colours with {extra or "the default"}: expected {want}')

    def resize_storm(self):
        rnd = random.Random(1)
        with Terminal(self.command('intrusion'), 'tmux-256color') as t:
            t.wait_screen(self.dump('intrusion'), 'first screen')
            for i in range(80):
                t.tmux('resize-window', '-x', str(rnd.choice([1, 2, 7, 20, 40, 59, 60, 80, 100, 141, 200])),
                       '-y', str(rnd.choice([1, 2, 3, 5, 10, 16, 20, 24, 50])))
                t.keys([rnd.choice(['j', 'k', '2', '3', 'Tab', 'PageDown', 'G', 'g', '?'])])
            t.tmux('resize-window', '-x', '80', '-y', '24')
            t.keys(['Escape'])
            time.sleep(0.1)
            t.keys(['Escape'])
            time.sleep(0.1)
            t.keys(['3'], ['g'], ['g'])
            t.wait(lambda lines: len(lines) == 24 and lines[0].startswith(' intrusion.htr') and
                   '57 rows  ok' in lines[3] and '? help  q quit' in lines[23], 'a sound screen')
            t.keys(['C-c'], ['C-c'])
            t.wait(lambda lines: 'EXIT 0' in lines, 'the end by Ctrl-c twice')

    def sizes(self):
        for w, h in ((160, 50), (60, 16), (40, 10), (12, 4)):
            with Terminal(self.command('intrusion'), 'tmux-256color', w, h) as t:
                t.wait_screen(self.dump('intrusion', f'resize {w}x{h}'), f'{w}x{h}')
        with Terminal(self.command('intrusion'), 'tmux-256color', 1, 1) as t:
            time.sleep(0.3)  # a terminal that scrolls cannot fill its last cell
            t.tmux('resize-window', '-x', '80', '-y', '24')
            t.wait_screen(self.dump('intrusion'), '80x24 after 1x1')

    def viewer_pid(self, t):
        shell = int(t.tmux('display-message', '-p', '#{pane_pid}'))
        with open(f'/proc/{shell}/task/{shell}/children', encoding='ascii') as f:
            return int(f.read().split()[0])

    def idle(self):
        """With nothing to do it does nothing: no redraws, no polling of passes that are over."""
        def ticks(pid):
            with open(f'/proc/{pid}/stat', encoding='ascii') as f:
                return sum(int(n) for n in f.read().rpartition(')')[2].split()[11:13])
        with Terminal(self.command('intrusion'), 'tmux-256color') as t:
            t.wait_screen(self.dump('intrusion'), 'first screen')
            pid = self.viewer_pid(t)
            before = ticks(pid)
            time.sleep(2)
            used = ticks(pid) - before
            if used > 4:
                raise Failed(f'{used} ticks of processor time in 2 s of doing nothing')

    def hangup(self):
        with Terminal(self.command('intrusion'), 'tmux-256color') as t:
            t.wait_screen(self.dump('intrusion'), 'first screen')
            pid = self.viewer_pid(t)
        end = time.monotonic() + WAIT_S
        while os.path.exists(f'/proc/{pid}'):
            if time.monotonic() > end:
                os.kill(pid, signal.SIGKILL)
                raise Failed('the viewer outlives its terminal')
            time.sleep(0.05)


def main():
    if not shutil.which('tmux'):
        print('1..0 # SKIP tmux is not installed')
        return 0
    with tempfile.TemporaryDirectory(prefix='holter-terminal.') as work:
        s = Suite(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), work)
        for term in TERMS:
            s.run(f'TERM={term}', lambda term=term: s.walk(term))
        s.run('a locale without UTF-8 draws ASCII', lambda: s.walk('xterm-256color', locale='C'))
        s.run('hostile names change no other cell', lambda: s.walk('tmux-256color', trace='hostile'))
        s.run('TERM=dumb prints plain text', s.dumb)
        s.run('unknown TERM', s.unknown_term)
        s.run('colours and NO_COLOR', s.colors)
        s.run('sizes', s.sizes)
        s.run('resize storm', s.resize_storm)
        s.run('idle costs nothing', s.idle)
        s.run('hang-up ends the viewer', s.hangup)
        print(f'1..{s.number}')
    return s.failed > 0


if __name__ == '__main__':
    sys.exit(main())
