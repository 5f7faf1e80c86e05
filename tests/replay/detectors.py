#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""External detectors for run_replay.py, good and bad. usage: detectors.py KIND"""

import json
import os
import signal
import sys
import time


def good():
    """The reference: check the version, answer to opens that succeeded, end with the input."""
    hello = json.loads(sys.stdin.readline())
    if hello["holter"] != 1 or hello["schema"] != "event" or hello["v"] != 1:
        sys.exit("unknown protocol")
    count = 0
    for line in sys.stdin:
        ev = json.loads(line)
        count += 1
        if ev["type"] == "openat" and ev.get("res", -1) >= 0:
            print(json.dumps({"rule": "opened", "priority": "Warning", "event": ev["num"],
                              "output": f"{ev['proc']} opened {ev['fd']['name']}",
                              "output_fields": {"proc.name": ev["proc"]}, "tags": ["files"]}), flush=True)
    print(json.dumps({"rule": "count", "priority": "debug", "output": f"{count} events"}))


def late():
    """Answers only when everything was read, to the first event."""
    for _ in sys.stdin:
        pass
    print('{"rule":"late","event":1}')


def no_newline():
    sys.stdin.read()
    sys.stdout.write('{"rule":"last words","event":2}')


def chatty():
    """Answers every event with more bytes than it read."""
    sys.stdin.readline()
    for line in sys.stdin:
        print(json.dumps({"rule": "chat", "event": json.loads(line)["num"], "output": "x" * 3000}))


def echo():
    for line in sys.stdin:
        sys.stdout.write(line)


def flood():
    """Never reads, always talks."""
    while True:
        sys.stdout.write('{"rule":"flood"}\n' * 1000)


def long_line():
    sys.stdin.read()
    print('{"rule":"' + "x" * (3 << 20) + '"}')
    print('{"rule":"short"}')


def crash():
    sys.stdin.readline()
    print('{"rule":"before the crash","event":1}', flush=True)
    os.kill(os.getpid(), signal.SIGSEGV)


def fails():
    sys.stdin.read()
    sys.exit(7)


def hang():
    time.sleep(1000)


def hang_after():
    sys.stdin.read()
    os.close(1)
    time.sleep(1000)


def closes_input():
    os.close(0)
    time.sleep(1000)


def quits():
    sys.stdin.readline()


def slow():
    """Takes its time, but takes its input."""
    for number, _ in enumerate(sys.stdin):
        if number % 4000 == 0:
            time.sleep(0.2)


def orphan():
    """Leaves a child that holds the output."""
    sys.stdin.read()
    print('{"rule":"parent"}', flush=True)
    if os.fork() == 0:
        time.sleep(1000)


if __name__ == "__main__":
    globals()[sys.argv[1]]()
