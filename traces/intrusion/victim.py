#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The victim of the demo: a web handler that pastes a query parameter into a shell command.

usage: victim.py PORT_FILE      Serves on a free loopback port, writes it to PORT_FILE, ends at GET /quit.
"""
import http.server
import os
import subprocess
import sys
import urllib.parse


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        url = urllib.parse.urlparse(self.path)
        query = urllib.parse.parse_qs(url.query)
        if url.path == '/ping':
            host = query.get('host', ['localhost'])[0]
            # the hole: CWE-78
            p = subprocess.run('echo checking ' + host, shell=True, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=20)
            self.answer(p.stdout)
        elif url.path == '/quit':
            self.answer(b'bye\n')
            self.server.over = True
        else:
            self.answer(b'It works.\n')

    def answer(self, body):
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def main():
    server = http.server.HTTPServer(('127.0.0.1', 0), Handler)
    server.over = False
    with open(sys.argv[1] + '.new', 'w', encoding='ascii') as f:
        f.write(str(server.server_port))
    os.rename(sys.argv[1] + '.new', sys.argv[1])
    while not server.over:
        server.handle_request()


main()
