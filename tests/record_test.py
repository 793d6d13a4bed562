#!/usr/bin/env python3
"""The record with real processes on loopback: five witnesses of different institutions, a mirror, and people who cheat.

Each part says what somebody does and what must be noticed: a fork, an old backup, an act left out, a changed order, a
colluding minority of witnesses, a witness killed at the wrong moment.
"""
import contextlib
import http.server
import json
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import urllib.request

root = pathlib.Path(__file__).resolve().parent.parent
heng = os.environ.get("HENG_BINARY", str(root / "build/release/heng"))
verify = os.environ.get("HENG_VERIFY_BINARY", str(pathlib.Path(heng).parent / "heng-verify"))
work = pathlib.Path(tempfile.mkdtemp(prefix="heng-record-"))
os.chdir(work)
processes = {}
checks = 0


def run(*words, code=0, text=None):
    done = subprocess.run([heng, "record", *map(str, words)], capture_output=True, text=True, input=text)
    expect(done.returncode == code, f"{words}: exit {done.returncode}, not {code}\n{done.stdout}{done.stderr}")
    return done


def check(file, *more, code=0, failure=None, policy="policy"):
    done = subprocess.run([verify, "--policy", policy, "--lang", "en", *map(str, more), str(file)], capture_output=True, text=True)
    expect(done.returncode == code, f"verify {file}: exit {done.returncode}, not {code}\n{done.stdout}{done.stderr}")
    if failure:
        expect(f"({failure})" in done.stdout, f"verify {file}: not {failure}\n{done.stdout}")
    return done.stdout


def expect(holds, message):
    global checks
    checks += 1
    if not holds:
        raise AssertionError(message)


def start(name, *words):
    process = subprocess.Popen([heng, "record", *map(str, words)], stdout=subprocess.PIPE, text=True)
    processes[name] = process
    return process.stdout.readline().split(" at ")[1].strip()


def stop(name, how=signal.SIGTERM):
    process = processes.pop(name)
    process.send_signal(how)
    process.wait()


def act(number, case, kind="interrogation", at="2025-03-03T09:00:00+08:00"):
    return json.dumps({"id": f"a-{number}", "type": kind, "at": at, "case": case, "agency": "police",
                       "by": [{"id": "p1", "role": "investigator"}], "data": {"place": "station", "count": number}})


def write_policy(urls):
    lines = [log_line]
    for name in names:
        lines.append(f"witness {name} {vkeys[name]} {urls.get(name, '')}".rstrip())
    lines += ["group state 2 own court procuratorate", "group outside any bar press", "group everyone all state outside",
              "quorum everyone", "#! operator own", agency_line]
    text = "\n".join(lines) + "\n"
    pathlib.Path("policy").write_text(text)
    pathlib.Path("rec/policy").write_text(text)


def segment_types(elf):
    """Types of an ELF file's program headers; 3 asks for a dynamic linker."""
    offset, size, count = struct.unpack_from("<Q", elf, 32)[0], *struct.unpack_from("<HH", elf, 54)
    return [struct.unpack_from("<I", elf, offset + i * size)[0] for i in range(count)]


def edited(source, target, change):
    dossier = json.loads(pathlib.Path(source).read_text())
    change(dossier)
    pathlib.Path(target).write_text(json.dumps(dossier, ensure_ascii=False))


@contextlib.contextmanager
def between(url, meddled):
    """A server that passes on what another one says, but for a byte of what begins with `meddled`."""
    class Between(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            with urllib.request.urlopen(url.rstrip("/") + self.path) as answer:
                body = bytearray(answer.read())
            if meddled and self.path.startswith(meddled):
                body[-1] ^= 1
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Between)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()


def crc32c(data, value=0):
    value ^= 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


def forge_body(path):
    """Another body for an entry that has one, in a frame whose checksum fits again."""
    segment = bytearray(pathlib.Path(path).read_bytes())
    at = 0
    while segment[at:at + 8] == b"HENGWAL1":
        size = struct.unpack_from("<I", segment, at + 20)[0]
        leaf, body = struct.unpack_from("<II", segment, at + 32)
        if body > 0:
            segment[at + 40 + leaf + body - 1] ^= 1
            struct.pack_into("<I", segment, at + 24, crc32c(segment[at + 32:at + 32 + size], crc32c(segment[at:at + 24])))
            pathlib.Path(path).write_bytes(segment)
            return
        at += (32 + size + 63) // 64 * 64
    raise AssertionError("no entry with a body")


names = ["own", "court", "procuratorate", "bar", "press"]
try:
    # A record and five witnesses.
    made = run("init", "rec", "--origin", "record.example/nanshan", "--agency", "police", "--segment", 2).stdout.splitlines()
    log_line, agency_line = made
    log_key = log_line.split()[1]
    vkeys, urls = {}, {}
    for name in names:
        vkeys[name] = run("witness", "init", f"w/{name}", "--name", f"witness.example/{name}").stdout.strip()
        run("witness", "add-log", f"w/{name}", "--origin", "record.example/nanshan", "--key", log_key)
        urls[name] = start(name, "witness", "serve", f"w/{name}", "--listen", "127.0.0.1:0")
    write_policy(urls)

    first = "\n".join(act(i, f"GD-{i % 3}") for i in range(20)) + "\n"
    receipts = run("append", "rec", text=first).stdout.splitlines()
    expect(len(receipts) == 20, "a receipt for each act")
    expect("not yet witnessed" in run("show", "rec").stdout, "before a checkpoint nothing is witnessed")
    run("checkpoint", "rec")
    expect("not yet witnessed" not in run("show", "rec").stdout, "all is witnessed")
    run("audit", "rec")
    program = pathlib.Path(verify).read_bytes()
    expect(len(program) < 2_000_000 and 3 not in segment_types(program), "heng-verify is static and under 2 MB")
    run("prove", "rec", "--id", "a-4", "-o", "a4.tlog-proof")
    said = check("a4.tlog-proof")
    expect("5 witnesses" in said and "signed by the agency police" in said, said)
    expect("█" in run("prove", "rec", "--id", "a-4", "--qr").stdout, "the proof with five cosignatures fits a QR code")

    for words in (["--id", "a-4", "--cose"], ["--timestamp", "sha256"], ["--timestamp", "sm3"]):
        run("prove", "rec", *words, "-o", "exported")
        expect(pathlib.Path("exported").stat().st_size > 50, f"{words}: a file was written")

    # Omission, order and a changed byte in a dossier.
    run("manifest", "rec", "--case", "GD-1")
    run("checkpoint", "rec")
    run("prove", "rec", "--case", "GD-1", "-o", "dossier")
    expect("complete up to" in check("dossier"), "a complete dossier")
    edited("dossier", "omitted", lambda d: d["acts"].pop(2))
    check("omitted", code=4, failure="incomplete-dossier")
    edited("dossier", "reordered", lambda d: d["acts"].insert(1, d["acts"].pop(3)))
    check("reordered", code=4, failure="wrong-order")
    edited("dossier", "changed", lambda d: d["acts"][1].update(leaf=d["acts"][1]["leaf"].replace("interrogation", "interrogatiom")))
    check("changed", code=4, failure="changed")

    # Back-dating: recorded, but the word of the agency alone supports the time.
    run("append", "rec", text=act(100, "GD-9", at="2024-01-01T00:00:00+08:00") + "\n")
    run("checkpoint", "rec")
    run("prove", "rec", "--id", "a-100", "-o", "late.tlog-proof")
    expect("nothing but the agency's word" in check("late.tlog-proof"), "a back-dated act is marked")

    # Two witnesses down: recording goes on, legal effect does not; a witness killed hard remembers.
    stop("court", signal.SIGKILL)
    stop("procuratorate", signal.SIGKILL)
    run("append", "rec", text=act(101, "GD-9") + "\n")
    expect("NOT YET WITNESSED" in run("checkpoint", "rec").stderr, "no quorum is said")
    run("prove", "rec", "--id", "a-101", "-o", "early.tlog-proof")
    check("early.tlog-proof", code=4, failure="not-witnessed")
    check("a4.tlog-proof")
    for name in ["court", "procuratorate"]:
        urls[name] = start(name, "witness", "serve", f"w/{name}", "--listen", "127.0.0.1:0")
    write_policy(urls)
    run("checkpoint", "rec")
    run("prove", "rec", "--id", "a-101", "-o", "now.tlog-proof")
    check("now.tlog-proof")

    # A mirror by HTTP; the public sees no entries; a restored log is the witnessed one.
    mirror_vkey = run("witness", "init", "mkey", "--name", "mirror.example/archive").stdout.strip()
    url = start("public", "serve", "rec", "--listen", "127.0.0.1:0")
    run("mirror", "mir", "--segment", 2, "--from", url, "--policy", "policy", code=8)
    stop("public")
    shutil.rmtree("mir", ignore_errors=True)
    url = start("private", "serve", "rec", "--listen", "127.0.0.1:0", "--entries")
    run("mirror", "mir", "--segment", 2, "--from", url, "--policy", "policy", "--key", "mkey/witness.skey")
    expect("mirror.example/archive" in pathlib.Path("mir/checkpoint").read_text(), "the mirror says that it holds the data")
    # Different bodies for one leaf: who shows one mirror other contents than were recorded is refused, and so is who
    # shows other entries; through the same server without meddling it goes well.
    for meddled, code in [(None, 0), ("/heng/bodies/", 4), ("/tile/entries/", 4)]:
        with between(url, meddled) as false_url:
            shutil.rmtree("mir2", ignore_errors=True)
            said = run("mirror", "mir2", "--segment", 2, "--from", false_url, "--policy", "policy", code=code)
            expect(code == 0 or "mirror-" in said.stderr, said.stderr)
    stop("private")
    shutil.copytree("rec", "bodies")
    forge_body("bodies/wal/00000000.wal")
    expect("body does not fit" in run("audit", "bodies", code=4).stderr, "another body under a good checksum is seen")
    restored = run("restore", "res", "--segment", 2, "--from", "mir", "--policy", "policy").stdout
    expect("witnessed by a quorum" in restored, restored)
    shutil.copytree("rec/keys", "res/keys")
    shutil.copytree("rec/vault", "res/vault")
    run("audit", "res")
    expect(run("show", "res", "--format", "ndjson").stdout == run("show", "rec", "--format", "ndjson").stdout, "the same acts")

    # An old backup: whoever restores it cannot sign on.
    shutil.copytree("rec", "backup")
    run("append", "rec", text=act(102, "GD-9") + "\n")
    run("checkpoint", "rec")
    run("append", "backup", text=act(103, "GD-9") + "\n")
    expect("log-" in run("checkpoint", "backup", code=4).stderr, "an old backup is refused by what the witnesses saw")
    rolled = pathlib.Path("rolled")
    shutil.copytree("rec", rolled)
    shutil.rmtree(rolled / "wal")
    shutil.copytree("res/wal", rolled / "wal")
    expect("log-rolled-back" in run("audit", "rolled", code=4).stderr, "the never-restored state catches an old log")

    # A fork behind the witnesses' backs, with a colluding minority: own and bar sign whatever they are shown.
    run("checkpoint", "rec")
    shutil.copytree("rec", "fork")
    for name in ["own", "bar"]:
        shutil.copytree(f"w/{name}", f"w/{name}-false")
    run("append", "rec", text=act(104, "GD-9") + "\n")
    run("checkpoint", "rec")
    run("append", "fork", text=act(104, "GD-9", kind="never_happened") + "\n")
    false_urls = {name: start(f"{name}-false", "witness", "serve", f"w/{name}-false", "--listen", "127.0.0.1:0") for name in ["own", "bar"]}
    honest = pathlib.Path("policy").read_text()
    lines = []
    for line in honest.splitlines():
        words = line.split()
        if words[0] == "witness":
            words = words[:3] + ([false_urls[words[1]]] if words[1] in false_urls else [])
        lines.append(" ".join(words))
    pathlib.Path("fork/policy").write_text("\n".join(lines) + "\n")
    expect("NOT YET WITNESSED" in run("checkpoint", "fork").stderr, "a minority is no quorum")
    run("prove", "fork", "--id", "a-104", "-o", "false.tlog-proof")
    run("prove", "rec", "--id", "a-104", "-o", "true.tlog-proof")
    check("true.tlog-proof")
    check("false.tlog-proof", code=4, failure="not-witnessed")
    done = subprocess.run([verify, "--policy", "policy", "--lang", "en", "--compare", "true.tlog-proof", "false.tlog-proof"], capture_output=True, text=True)
    expect(done.returncode == 4 and "forked-log" in done.stdout, done.stdout)
    shutil.copy("policy", "fork/policy")
    shutil.rmtree("fork/state")
    expect(run("checkpoint", "fork", code=4).returncode == 4, "honest witnesses refuse the fork")

    # Two honest files at different sizes need a consistency proof.
    size = int(pathlib.Path("a4.tlog-proof").read_text().split("record.example/nanshan\n")[1].split("\n")[0])
    run("prove", "rec", "--consistency", size, "-o", "link")
    subprocess_words = [verify, "--policy", "policy", "--compare", "a4.tlog-proof", "true.tlog-proof"]
    expect(subprocess.run(subprocess_words, capture_output=True).returncode == 10, "sizes differ: undecided")
    expect(subprocess.run([*subprocess_words, "--consistency", "link"], capture_output=True).returncode == 0, "one history")

    # Disclosure, erasure, sealing by custodians.
    run("disclose", "rec", "--id", "a-4", "--field", "data/place", "--basis", "defence counsel", "-o", "redacted")
    said = check("redacted")
    expect('field data/place = "station"' in said and "investigator" not in pathlib.Path("redacted").read_text(), said)
    run("shred", "rec", "--id", "a-5", "--basis", "court order")
    run("show", "rec", "--id", "a-5", code=5)
    custodians = [run("custodian", name, "-o", f"{name}.secret").stdout.strip() for name in ["court", "procuratorate", "bar"]]
    words = [word for custodian in custodians for word in ("--custodian", custodian)]
    run("seal", "rec", "--case", "GD-1", "--threshold", "2", *words, "--basis", "juvenile, CPL 286")
    run("show", "rec", "--id", "a-4", code=5)
    run("unseal", "rec", "--case", "GD-1", "--share", "bar=bar.secret", "--basis", "retrial", code=6)
    run("unseal", "rec", "--case", "GD-1", "--share", "bar=bar.secret", "--share", "court=court.secret", "--basis", "retrial")
    expect("a-4" in run("show", "rec", "--id", "a-4").stdout, "open again")
    run("rotate", "rec")
    run("append", "rec", text=act(105, "GD-1") + "\n")
    run("audit", "rec")
    run("checkpoint", "rec")
    run("prove", "rec", "--case", "GD-1", "-o", "dossier2")
    expect("each act is signed" in check("dossier2"), "the new key is vouched for by the old one")

    # Bad input and other people's files.
    pathlib.Path("rubbish").write_text("c2sp.org/tlog-proof@v1\nindex 0\n")
    check("rubbish", code=4)
    run("append", "rec", text="{}\n", code=3)
    run("append", "rec", text=act(1, "GD-1", kind="other") + "\n", code=7)
    print(f"{checks} checks hold")
finally:
    for name in list(processes):
        stop(name)
    os.chdir("/")
    shutil.rmtree(work, ignore_errors=True)
