#!/usr/bin/env python3
"""Appending over HTTP with real processes: many clients, one commit for all that wait, receipts that are kept.

The server is killed while clients write: what a receipt promised is in the record, the rest can be handed in again.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

root = pathlib.Path(__file__).resolve().parent.parent
heng = os.environ.get("HENG_BINARY", str(root / "build/release/heng"))
work = pathlib.Path(tempfile.mkdtemp(prefix="heng-http-"))
os.chdir(work)
servers = []
checks = 0


def expect(holds, message):
    global checks
    checks += 1
    if not holds:
        raise AssertionError(message)


def run(*words, code=0, text=None):
    done = subprocess.run([heng, "record", *map(str, words)], capture_output=True, text=True, input=text)
    expect(done.returncode == code, f"{words}: exit {done.returncode}, not {code}\n{done.stdout}{done.stderr}")
    return done


def serve(*words):
    process = subprocess.Popen([heng, "record", *map(str, words)], stdout=subprocess.PIPE, text=True)
    servers.append(process)
    line = process.stdout.readline()
    if " at " not in line:
        raise AssertionError(f"the server did not begin: {words}")
    return process, line.split(" at ")[1].strip()


def end(process, how=signal.SIGTERM):
    process.send_signal(how)
    process.wait()
    servers.remove(process)
    return process.returncode


def acts(prefix, count, case="GD-1", agency="police"):
    return "".join(json.dumps({"id": f"{prefix}-{i}", "type": "interrogation", "at": "2025-03-03T09:00:00+08:00", "case": case,
                               "agency": agency, "data": {"count": i}}) + "\n" for i in range(count))


def post(url, body, **headers):
    request = urllib.request.Request(url + "api/v1/acts", data=body.encode(), headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def recorded():
    lines = run("show", "rec", "--format", "ndjson").stdout.splitlines()
    return {act["id"]: act for act in map(json.loads, lines)}


try:
    log_line, agency_line = run("init", "rec", "--origin", "record.example/http", "--agency", "police", "--segment", 2).stdout.splitlines()
    log_key = log_line.split()[1]
    witness_vkey = run("witness", "init", "w", "--name", "witness.example/court").stdout.strip()
    run("witness", "add-log", "w", "--origin", "record.example/http", "--key", log_key)
    witness, witness_url = serve("witness", "serve", "w", "--listen", "127.0.0.1:0")
    policy = f"{log_line}\nwitness court {witness_vkey} {witness_url}\nquorum court\n{agency_line}\n"
    pathlib.Path("policy").write_text(policy)
    pathlib.Path("rec/policy").write_text(policy)
    server, url = serve("serve", "rec", "--append", "--listen", "127.0.0.1:0", "--checkpoint-every", 100)

    # Who may hand in: an agency with its key, for its own acts.
    expect(post(url, acts("x", 1))[0] == 401, "unsigned acts are not taken")
    expect(post(url, acts("x", 1), **{"Heng-Agency": "police", "Heng-Signature": "AAAA"})[0] == 401, "nor badly signed ones")
    run("submit", url, text=acts("x", 1), code=6)
    shutil.copytree("w", "strange")
    run("init", "elsewhere", "--origin", "record.example/other", "--agency", "police", "--segment", 2)
    run("submit", url, "--key", "elsewhere/keys/police.skey", text=acts("x", 1), code=6)
    done = run("submit", url, "--key", "rec/keys/police.skey", "--receipts", "first.receipt", text=acts("one", 3))
    receipts = [json.loads(line) for line in done.stdout.splitlines()]
    expect([receipt["id"] for receipt in receipts] == ["one-0", "one-1", "one-2"], f"{receipts}")
    note = pathlib.Path("first.receipt").read_text().splitlines()
    expect(note[:2] == ["heng.receipt/1", "record.example/http"] and note[2] == f"{receipts[0]['index']} {receipts[0]['leaf']}", f"{note}")
    said = run("verify", "first.receipt", "--policy", "policy", "--lang", "en").stdout
    expect("promised" in said, said)
    pathlib.Path("forged.receipt").write_text(pathlib.Path("first.receipt").read_text().replace(f"\n{receipts[0]['index']} ", "\n77 ", 1))
    run("verify", "forged.receipt", "--policy", "policy", code=4)
    run("submit", url, "--key", "rec/keys/police.skey", text=acts("court", 1, agency="court"), code=7)
    again = run("submit", url, "--key", "rec/keys/police.skey", text=acts("one", 3)).stdout
    expect(again.count('"repeated":true') == 3, again)
    changed = acts("one", 1).replace("interrogation", "released")
    run("submit", url, "--key", "rec/keys/police.skey", text=changed, code=7)
    expect("act-conflict" in run("submit", url, "--key", "rec/keys/police.skey", text=changed, code=7).stderr, "another content is refused")
    run("submit", url, "--key", "rec/keys/police.skey", text="{}\n", code=3)

    # Many clients at once, signed one by one and in batches.
    def client(number):
        sign = "batch" if number % 2 else "each"
        run("submit", url, "--key", "rec/keys/police.skey", "--sign", sign, "--batch", 20, text=acts(f"c{number}", 200, case=f"GD-{number}"))
    threads = [threading.Thread(target=client, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    here = recorded()
    expect(all(f"c{number}-{i}" in here for number in range(6) for i in range(200)), "every act of every client")
    for _ in range(200):
        if b"court" in urllib.request.urlopen(url + "checkpoint").read() and "not yet witnessed" not in run("show", "rec").stdout.split("heng.read")[0]:
            break
        time.sleep(0.05)
    expect(witness_vkey.split("+")[0] in urllib.request.urlopen(url + "checkpoint").read().decode(), "the server has its states witnessed")
    expect(urllib.request.urlopen(url + "tile/0/000").status == 200, "tiles are served")

    # Somebody who reads beside it: the server records the reading.
    for _ in range(100):
        if any('"heng.read"' in line for line in run("show", "rec", "--format", "leaf").stdout.splitlines()):
            break
        time.sleep(0.05)
    expect(any('"heng.read"' in line for line in run("show", "rec", "--format", "leaf").stdout.splitlines()), "readings are recorded")
    run("append", "rec", text=acts("late", 1), code=7)  # one writer
    expect(end(server) == 0, "it ends well")
    run("audit", "rec")

    # Killed while clients write: every receipt is kept.
    kept = []
    for round_number in range(4):
        server, url = serve("serve", "rec", "--append", "--listen", "127.0.0.1:0", "--checkpoint-every", 50)

        def hurried(number):
            done = subprocess.run([heng, "record", "submit", url, "--key", "rec/keys/police.skey", "--batch", "7"],
                                  input=acts(f"k{round_number}-{number}", 3000, case=f"K-{number}"), capture_output=True, text=True)
            kept.extend(json.loads(line) for line in done.stdout.splitlines())
        threads = [threading.Thread(target=hurried, args=(number,)) for number in range(3)]
        for thread in threads:
            thread.start()
        time.sleep(0.3 + 0.2 * round_number)
        end(server, signal.SIGKILL)
        for thread in threads:
            thread.join()
        run("audit", "rec")
    here = recorded()
    leaves = run("show", "rec", "--format", "leaf").stdout.splitlines()
    expect(len(kept) > 20, f"there were receipts: {len(kept)}")
    expect(all(receipt["id"] in here for receipt in kept), "what was acknowledged is there")
    run("checkpoint", "rec")
    run("prove", "rec", "--index", receipts[0]["index"], "-o", "kept.proof")
    said = run("verify", "first.receipt", "--policy", "policy", "--lang", "en", "--compare", "kept.proof").stdout
    expect("kept" in said, said)
    print(f"{checks} checks hold, {len(kept)} receipts survived a kill")
finally:
    for server in list(servers):
        end(server, signal.SIGKILL)
    os.chdir("/")
    shutil.rmtree(work, ignore_errors=True)
