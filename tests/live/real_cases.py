# SPDX-License-Identifier: Apache-2.0
"""real_cases.py - the real programs of run_real.py, each as files, a bash script, and what is checked.

The script runs in an empty directory that holds `files`. $PORT is a free TCP port, $KEPT a directory that
stays from run to run. Lines of stdout that match `drop` are not compared; `replace` makes the rest equal.
"""

import glob
import os
import re
import shutil
import subprocess
import textwrap


class Case:
    def __init__(
        self, name, needs, script, files=None, drop=None, replace=(), check=None, strace=(), build=None,
        limit=120, owner=None,
    ):
        self.name = name
        self.needs = needs
        self.script = textwrap.dedent(script)
        self.files = files or {}
        self.drop = drop
        self.replace = replace
        self.check = check
        self.strace = list(strace)
        self.build = build  # argv run once in KEPT before the first run
        self.limit = limit
        self.owner = owner


def find(program):
    if "*" in program:
        return sorted(glob.glob(program))[-1:] or None
    return shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def prepare(case, work, kept):
    for name, text in case.files.items():
        path = os.path.join(work, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(textwrap.dedent(text))
    with open(os.path.join(work, "run.sh"), "w", encoding="utf-8") as f:
        f.write('PATH="$PATH:/usr/sbin:/sbin"\n' + case.script)
    if case.owner:
        for path in (work, kept):
            shutil.chown(path, case.owner, case.owner)
    if case.build and not os.path.exists(os.path.join(kept, "built")):
        subprocess.run(["bash", "-euc", case.build], cwd=work, env=dict(os.environ, KEPT=kept), check=True,
                       capture_output=True, timeout=300)
        with open(os.path.join(kept, "built"), "w", encoding="utf-8"):
            pass


def normalise(case, out):
    text = out.decode("utf-8", "backslashreplace")
    lines = [l for l in text.split("\n") if not (case.drop and re.search(case.drop, l))]
    text = "\n".join(lines)
    for pattern, with_what in case.replace:
        text = re.sub(pattern, with_what, text)
    return text


# ---- what a check may say -----------------------------------------------------------------------


def number(records, want, what, **members):
    """[] when exactly `want` records have these members; a member may be a predicate."""
    n = 0
    for r in records:
        for key, value in members.items():
            got = r.get(key) if not key.startswith("arg_") else r.get("args", {}).get(key[4:])
            if not (value(got) if callable(value) else value == got):
                break
        else:
            n += 1
    return [] if n == want else [f"{what}: {n} records, {want} expected"]


def good(result):
    return isinstance(result, int) and result >= 0


def ends(suffix):
    return lambda text: isinstance(text, str) and text.endswith(suffix)


def starts(prefix):
    return lambda text: isinstance(text, str) and text.startswith(prefix)


def every(*checks):
    return lambda records: [p for check in checks for p in check(records)]


def count(want, what, **members):
    return lambda records: number(records, want, what, **members)


def all_have_ends(records):
    """As many process exits as processes: the root and all that were spawned with their own pid."""
    spawned = {
        r["data"]["child_pid"] for r in records
        if r["kind"] == "spawn" and "last" in r.get("flags", ()) and good(r.get("res"))
    }
    ended = {r["pid"] for r in records if r["kind"] == "exit" and "last" in r.get("flags", ())}
    lost = spawned - ended
    return [f"{len(lost)} of {len(spawned)} processes have no exit record: {sorted(lost)[:8]}"] if lost else []


def seen_or_said(check):
    """With ptrace alone a thread that the task traces itself cannot be seen: then a note must say so."""

    def both(records):
        calls = [r for r in records if r["kind"] == "syscall"]
        notes = [r for r in records if r["kind"] == "note" and "stepping aside" in str(r.get("data"))]
        if notes and all("ptrace" in r.get("flags", ()) for r in calls):
            return []
        return check(records)

    return both


def execs(want, program):
    return count(want, f"exec of {program}", kind="exec", exe=ends("/" + program))


# ---- the cases ----------------------------------------------------------------------------------

NGINX_CONF = """
    user root;
    worker_processes 2;
    pid nginx.pid;
    error_log error.log;
    events { worker_connections 128; }
    http {
        access_log access.log;
        client_body_temp_path tmp1; proxy_temp_path tmp2; fastcgi_temp_path tmp3;
        uwsgi_temp_path tmp4; scgi_temp_path tmp5;
        server { listen 127.0.0.1:PORT; root .; }
    }
"""

HTTP_CLIENT = """
    import os, sys, time, urllib.request, urllib.error, hashlib
    port, n = os.environ["PORT"], int(sys.argv[1])
    for i in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/probe.txt").read()
            break
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    sums = set()
    for i in range(n):
        body = urllib.request.urlopen(f"http://127.0.0.1:{port}/page.html").read()
        sums.add(hashlib.sha256(body).hexdigest())
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/missing.html")
    except urllib.error.HTTPError as e:
        print("missing gives", e.code)
    print(n, "requests,", len(sums), "different bodies", sorted(sums))
"""

GO_PROGRAM = """
    package main

    import (
        "fmt"
        "io"
        "net/http"
        "net/http/httptest"
        "os"
        "os/exec"
        "sync"
    )

    func main() {
        os.WriteFile("served.txt", []byte("served by go"), 0600)
        srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
            data, err := os.ReadFile("served.txt")
            if err != nil {
                http.Error(w, err.Error(), 500)
                return
            }
            w.Write(data)
        }))
        defer srv.Close()
        var wg sync.WaitGroup
        var mu sync.Mutex
        good := 0
        for i := 0; i < 20; i++ {
            wg.Add(1)
            go func() {
                defer wg.Done()
                for j := 0; j < 10; j++ {
                    resp, err := http.Get(srv.URL)
                    if err != nil {
                        fmt.Println(err)
                        continue
                    }
                    body, _ := io.ReadAll(resp.Body)
                    resp.Body.Close()
                    if string(body) == "served by go" {
                        mu.Lock()
                        good++
                        mu.Unlock()
                    }
                }
            }()
        }
        wg.Wait()
        fmt.Println(good, "good answers")
        for i := 0; i < 10; i++ {
            out, err := exec.Command("/bin/echo", "child", fmt.Sprint(i)).Output()
            fmt.Print(string(out))
            if err != nil {
                fmt.Println(err)
            }
        }
        err := exec.Command("/bin/false").Run()
        fmt.Println(err)
    }
"""

C_MAKEFILE = """
    OBJS = a.o b.o c.o d.o e.o f.o
    prog: $(OBJS)
    \t@$(CC) -o $@ $(OBJS)
    %.o: %.c
    \t@$(CC) -O1 -c -o $@ $<
"""


def c_files():
    files = {"Makefile": C_MAKEFILE}
    for name in "bcdef":
        files[name + ".c"] = f"#include <stdio.h>\nint {name}(void) {{ return '{name}'; }}\n"
    calls = "".join(f"int {n}(void);" for n in "bcdef")
    files["a.c"] = (
        f"#include <stdio.h>\n{calls}\n"
        'int main(void) { printf("%c%c%c%c%c\\n", b(), c(), d(), e(), f()); return 0; }\n'
    )
    return files


CASES = [
    Case(
        "bash-pipelines",
        ["bash", "sort", "awk", "sed"],
        """
        for i in $(seq 1 30); do
            seq 1 $((i * 10)) | sed 's/1/one/g' | sort -r | head -n 3 | tr '\\n' ' '
            echo
        done
        (cd / && pwd; exit 4); echo "subshell $?"
        cat <(echo substituted) <(ls /etc/hostname)
        awk 'BEGIN { while (("echo from awk" | getline line) > 0) print line; system("exit 3") }'
        false | true; echo "${PIPESTATUS[@]}"
        sleep 0.2 & wait $!; echo "waited $?"
        sh -c 'kill -TERM $$'; echo "killed $?"
        timeout 0.2 sleep 5; echo "timeout $?"
        yes | head -n 2; echo "yes ${PIPESTATUS[@]}"
        coproc cat; echo through >&${COPROC[1]}; read -r x <&${COPROC[0]}; echo "$x"
        exec {COPROC[1]}>&-; wait
        """,
        strace=["execve", "openat", "dup2", "chdir"],
        check=every(execs(31, "seq"), execs(31, "head"), all_have_ends),
    ),
    Case(
        "make-j2",
        ["gcc", "make"],
        """
        make -s -j2 prog && ./prog
        touch c.c && make -s -j2 prog && ./prog
        echo 'int broken(' > c.c; make -s -j2 prog 2>/dev/null; echo "broken $?"
        """,
        files=c_files(),
        strace=["execve", "unlink", "vfork", "chmod"],
        check=every(execs(8, "cc1"), execs(2, "prog"), all_have_ends),
    ),
    Case(
        "git-clone",
        ["git"],
        """
        export GIT_AUTHOR_DATE='2020-01-01T00:00:00Z' GIT_COMMITTER_DATE='2020-01-01T00:00:00Z'
        git config --global user.name n; git config --global user.email e@example.org
        git config --global init.defaultBranch main; git config --global protocol.file.allow always
        git init -q origin && cd origin
        for i in 1 2 3 4 5; do echo "$i" > "file$i"; git add .; git commit -q -m "commit $i"; done
        cd ..
        git clone -q "file://$PWD/origin" copy && cd copy && git log --oneline && git fsck --no-progress
        git clone -q --depth 1 "file://$PWD/../origin" ../shallow && ls ../shallow
        git clone -q /no/such/place x 2>/dev/null; echo "missing $?"
        """,
        strace=["execve", "rename", "symlink", "mkdir", "link"],
        check=all_have_ends,
    ),
    Case(
        "python-http",
        ["python3"],
        """
        echo probe > probe.txt; head -c 100000 /dev/zero > page.html
        python3 -m http.server --bind 127.0.0.1 "$PORT" >server.log 2>&1 & server=$!
        python3 client.py 30
        kill "$server"; wait "$server"; echo "server $?"
        """,
        files={"client.py": HTTP_CLIENT},
        check=every(
            count(30, "opens of page.html", type="openat", arg_pathname=ends("/page.html"), res=good),
            count(32, "accepted connections", type="accept4", res=good),
            all_have_ends,
        ),
    ),
    Case(
        "python-processes",
        ["python3"],
        """
        python3 prog.py
        """,
        files={
            "prog.py": """
                import asyncio, multiprocessing, os, subprocess, threading

                def square(x):
                    return x * x

                async def sleepy(n):
                    await asyncio.sleep(0.01)
                    p = await asyncio.create_subprocess_exec("/bin/echo", "async", str(n),
                                                             stdout=subprocess.PIPE)
                    out, _ = await p.communicate()
                    return out.decode().strip()

                async def several():
                    return await asyncio.gather(*[sleepy(i) for i in range(5)])

                if __name__ == "__main__":
                    with multiprocessing.Pool(3) as pool:
                        print(pool.map(square, range(20)))
                    print(asyncio.run(several()))
                    for i in range(10):
                        subprocess.run(["/bin/true"], check=True)
                    print(subprocess.run(["/bin/sh", "-c", "kill -9 $$"]).returncode)
                    seen = []
                    threads = [threading.Thread(target=lambda: seen.append(os.listdir("/etc/ssl")))
                               for _ in range(20)]
                    for t in threads:
                        t.start()
                    for t in threads:
                        t.join()
                    print(len(seen))
                    try:
                        subprocess.run(["/nonexistent"])
                    except FileNotFoundError as e:
                        print(e)
            """
        },
        check=every(execs(10, "true"), execs(5, "echo"), all_have_ends),
    ),
    Case(
        "nginx",
        ["nginx", "curl"],
        """
        sed -i "s/PORT/$PORT/" nginx.conf; echo load > load.txt; echo exact > exact.txt
        nginx -p "$PWD/" -c nginx.conf -g 'daemon off;' & server=$!
        for i in $(seq 200); do [ -s nginx.pid ] && break; sleep 0.05; done; sleep 0.2
        for i in $(seq 25); do curl -s "http://127.0.0.1:$PORT/exact.txt"; done | sort | uniq -c
        curl -s -o /dev/null -w '%{http_code}\\n' "http://127.0.0.1:$PORT/missing.txt"
        if command -v wrk >/dev/null; then
            wrk -t2 -c8 -d1s "http://127.0.0.1:$PORT/load.txt" | grep -i 'non-2xx\\|socket errors'
        fi
        kill -QUIT "$server"; wait "$server"; echo "nginx $?"
        grep -c exact access.log; grep -c ' 404 ' access.log
        grep -c load access.log >&2
        """,
        files={"nginx.conf": NGINX_CONF},
        drop=r"nginx: \[",
        check=every(
            count(25, "opens of exact.txt", type=lambda t: t in ("open", "openat"),
                  arg_pathname=ends("/exact.txt"), res=good),
            execs(26, "curl"),
            all_have_ends,
        ),
    ),
    Case(
        "redis",
        ["redis-server", "redis-benchmark", "redis-cli"],
        """
        redis-server --port "$PORT" --save '' --daemonize no --logfile redis.log --dir "$PWD" & server=$!
        for i in $(seq 200); do redis-cli -p "$PORT" ping 2>/dev/null | grep -q PONG && break; sleep 0.05; done
        redis-benchmark -p "$PORT" -q -n 3000 -c 10 -t set,get,incr | tr '\\r' '\\n' |
            grep -o '^[A-Z]*: .*per second' | sed 's/[0-9.]* requests/N requests/'
        for i in 1 2 3 4 5; do redis-cli -p "$PORT" incr counter; done
        redis-cli -p "$PORT" bgsave >/dev/null
        for i in $(seq 100); do [ -s dump.rdb ] && break; sleep 0.05; done; ls dump.rdb
        redis-cli -p "$PORT" shutdown nosave; wait "$server"; echo "redis $?"
        """,
        drop=r"^$",
        check=all_have_ends,
    ),
    Case(
        "node",
        ["node"],
        "node prog.js; echo \"node $?\"\n",
        files={
            "prog.js": """
                const fs = require('fs'), http = require('http'), cp = require('child_process');
                fs.writeFileSync('data.txt', 'from node');
                const server = http.createServer((req, res) => {
                    fs.readFile('data.txt', (e, data) => res.end(e ? String(e) : data));
                });
                server.listen(0, '127.0.0.1', async () => {
                    const port = server.address().port;
                    let good = 0;
                    const get = () => new Promise(done => {
                        http.get({ port, host: '127.0.0.1', agent: false }, res => {
                            let body = '';
                            res.on('data', d => body += d);
                            res.on('end', () => { good += body === 'from node'; done(); });
                        });
                    });
                    for (let i = 0; i < 40; i++)
                        await get();
                    console.log(good, 'good answers');
                    for (let i = 0; i < 5; i++)
                        console.log(cp.execFileSync('/bin/echo', ['child', String(i)]).toString().trim());
                    const r = cp.spawnSync('/bin/sh', ['-c', 'exit 6']);
                    console.log('status', r.status);
                    server.close();
                    process.exitCode = 3;
                });
            """
        },
        check=every(
            execs(5, "echo"),
            # one of them by writeFileSync
            count(41, "opens of data.txt", type=lambda t: t in ("open", "openat"), arg_pathname="data.txt",
                  res=good),
            all_have_ends,
        ),
    ),
    Case(
        "go",
        ["go"],
        '"$KEPT/prog"; echo "go $?"\n',
        files={"prog.go": GO_PROGRAM},
        build='HOME=$KEPT GOCACHE=$KEPT/cache GOFLAGS=-mod=mod CGO_ENABLED=0 go build -o "$KEPT/prog" prog.go',
        check=every(
            execs(10, "echo"),
            # one of them by WriteFile
            count(201, "opens of served.txt", type="openat", arg_pathname="served.txt", res=good),
            all_have_ends,
        ),
        limit=300,
    ),
    Case(
        "postgres",
        ["/usr/lib/postgresql/*/bin/initdb", "runuser"],
        """
        bin=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
        cat > pg.sh <<'EOF'
        bin=$1; port=$2; cd "$3"
        "$bin/initdb" -D data -A trust --no-sync >init.log 2>&1; echo "initdb $?"
        "$bin/pg_ctl" -D data -w -s -l log -o "-p $port -k $PWD -c listen_addresses=127.0.0.1 -c fsync=off" start
        echo "start $?"
        q() { "$bin/psql" -h 127.0.0.1 -p "$port" -d postgres -Atc "$1"; }
        q 'create table t as select g as id, md5(g::text) as h from generate_series(1, 5000) g'
        q 'select count(*), min(h), max(h) from t'
        q 'select nonsense' 2>/dev/null; echo "error $?"
        "$bin/pg_ctl" -D data -w -s -m fast stop; echo "stop $?"
        grep -c 'database system is shut down' log
        EOF
        sed -i 's/^        //' pg.sh
        chmod 755 .; runuser -u postgres -- bash pg.sh "$bin" "$PORT" "$PWD"
        """,
        owner="postgres",
        check=every(execs(3, "psql"), execs(1, "initdb"), execs(2, "pg_ctl"), all_have_ends),
        limit=180,
    ),
    Case(
        "strace-inside",
        ["strace"],
        """
        strace -f -o log -e trace=openat,execve sh -c 'cat /etc/hostname >/dev/null; exit 3'; echo "strace $?"
        grep -c 'execve("' log; grep -c '/etc/hostname' log; grep -c 'exited with' log
        strace -c -o log sh -c 'kill -9 $$'; echo "strace $?"
        sleep 5 & strace -p $! -o log & sleep 0.3; kill %2; wait %2 2>/dev/null; kill %1; wait %1 2>/dev/null
        grep -c 'SIGTERM' log; exit 0
        """,
        check=seen_or_said(execs(1, "cat")),
    ),
    Case(
        "gdb-inside",
        ["gdb", "gcc"],
        """
        gcc -g -O0 -o prog prog.c
        gdb -q -batch -nx -ex 'set debuginfod enabled off' -ex 'break inner' -ex run -ex 'print n' \\
            -ex 'set var n = 5' -ex finish -ex continue ./prog 2>/dev/null
        echo "gdb $?"
        """,
        files={
            "prog.c": """
                #include <stdio.h>
                static int inner(int n)
                {
                    return n * 2;
                }
                int main(void)
                {
                    printf("inner gives %d\\n", inner(21));
                    fflush(stdout);
                    return 4;
                }
            """
        },
        replace=((r"process \d+", "process N"), (r"0x[0-9a-f]+", "0xN"), (r"pid \d+", "pid N")),
        check=seen_or_said(count(1, "exec of prog", kind="exec", exe=ends("/work/prog"))),
    ),
    Case(
        "namespaces",
        ["unshare", "nsenter", "mount"],
        """
        unshare --pid --fork --mount-proc --mount sh -c 'echo "I am $$"; echo /proc/[0-9]*; exit 5'
        echo "unshare $?"
        unshare --user --map-root-user --mount sh -c 'id -u; mount -t tmpfs t /mnt && touch /mnt/x && ls /mnt'
        echo "user $?"
        """,
        check=all_have_ends,
    ),
    Case(
        "runc",
        ["runc", "gcc"],
        """
        mkdir -p b/rootfs/etc; echo x > b/rootfs/etc/inside
        gcc -static -O1 -o b/rootfs/prog prog.c
        cd b; runc spec; python3 ../spec.py; runc run "holter-live-$PORT"; echo "runc $?"
        """,
        files={
            "prog.c": """
                #include <fcntl.h>
                #include <stdio.h>
                #include <sys/stat.h>
                #include <unistd.h>
                int main(void)
                {
                    printf("process %d, user %d\\n", getpid(), getuid());
                    printf("file %s\\n", open("/etc/inside", O_RDONLY) >= 0 ? "yes" : "no");
                    printf("outside %s\\n", open("/etc/hostname", O_RDONLY) >= 0 ? "yes" : "no");
                    printf("mkdir %d\\n", mkdir("/proc/none", 0700));
                    return 9;
                }
            """,
            "spec.py": """
                import json
                c = json.load(open("config.json"))
                c["process"]["args"] = ["/prog"]
                c["process"]["terminal"] = False
                c["linux"]["seccomp"] = {
                    "defaultAction": "SCMP_ACT_ALLOW",
                    "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1}],
                }
                json.dump(c, open("config.json", "w"))
            """,
        },
        check=every(
            count(1, "exec of prog", kind="exec", exe=ends("/prog")),
            count(1, "opens of /etc/inside", type="openat", arg_pathname="/etc/inside", res=good),
            all_have_ends,
        ),
    ),
    Case(
        "files",
        ["tar", "find", "grep", "sha256sum"],
        """
        mkdir tree; for i in $(seq 50); do echo "content $i" > "tree/f$i"; done
        tar cf tree.tar tree; mkdir out; tar xf tree.tar -C out
        find out -type f | sort | xargs sha256sum | sha256sum
        grep -rl 'content 7' out | sort
        mv out/tree out/moved; ln -s moved out/link; chmod 600 out/moved/*; rm -r tree; ls out
        """,
        strace=["execve", "openat", "unlinkat", "mkdir", "mkdirat", "symlinkat", "fchmodat", "renameat2", "open"],
        check=all_have_ends,
    ),
    Case(
        "signals-in-shell",
        ["bash"],
        """
        trap 'echo usr1' USR1; trap 'echo exit trap' EXIT
        for i in 1 2 3; do kill -USR1 $$; done
        (trap '' TERM; kill -TERM $BASHPID; echo "ignored TERM")
        set -m; sleep 5 & kill -STOP %1; sleep 0.1; jobs | sed 's/ \\+/ /g'; kill -CONT %1; sleep 0.1
        jobs | sed 's/ \\+/ /g'; kill %1; wait %1 2>/dev/null; echo "job $?"
        (sleep 0.1; kill -ALRM $$) & trap 'echo alarm' ALRM; sleep 0.4; wait; echo end
        """,
        check=all_have_ends,
    ),
]
