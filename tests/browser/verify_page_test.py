#!/usr/bin/env python3
"""The page web/verify.html against heng-verify: the same files, honest and spoiled, must get the same verdict from both."""
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE))
from chromium import Browser  # noqa: E402

heng = os.environ.get("HENG_BINARY", str(ROOT / "build/release/heng"))
verify = os.environ.get("HENG_VERIFY_BINARY", str(pathlib.Path(heng).parent / "heng-verify"))


def run(*words, text=None):
    return subprocess.run([heng, "record", *map(str, words)], capture_output=True, text=True, input=text, check=True).stdout


def act(number, case):
    return json.dumps({"id": f"a-{number}", "type": "interrogation", "at": "2025-03-03T09:00:00+08:00", "case": case, "agency": "police",
                       "by": [{"id": "p1", "role": "investigator"}], "data": {"place": "讯问室", "count": number}}, ensure_ascii=False)


def files():
    """(name, text, policy) of honest files and of what can be done to them."""
    log, agency = run("init", "rec", "--origin", "record.example/log", "--agency", "police", "--segment", 2).splitlines()
    policy = f"{log}\nquorum none\n{agency}\n"
    pathlib.Path("rec.policy").write_text(f"{log}\n")
    witness = run("witness", "init", "w", "--name", "witness.example/w").strip()
    demanding = f"{log}\nwitness w {witness}\nquorum w\n{agency}\n"
    run("append", "rec", "--sign", "batch", text="\n".join(act(i, f"C{i % 2}") for i in range(9)) + "\n")
    run("rotate", "rec")
    run("append", "rec", text="\n".join(act(i, f"C{i % 2}") for i in range(9, 14)) + "\n")
    run("manifest", "rec", "--case", "C1")
    run("checkpoint", "rec")
    proof = run("prove", "rec", "--id", "a-4")
    dossier = run("prove", "rec", "--case", "C1")
    redacted = run("disclose", "rec", "--id", "a-4", "--field", "data", "--basis", "test")
    yield "proof", proof, policy
    yield "dossier", dossier, policy
    yield "redacted", redacted, policy
    yield "unwitnessed", proof, demanding
    yield "unknown log", proof, f"witness w {witness}\nquorum none\n"
    edits = {
        "omitted": lambda d: d["acts"].pop(2), "reordered": lambda d: d["acts"].reverse(), "first gone": lambda d: d["acts"].pop(0),
        "end gone": lambda d: d["acts"].pop(), "keys gone": lambda d: d["keys"].clear(), "no acts": lambda d: d["acts"].clear(),
        "moved": lambda d: d["acts"][1].update(leaf=d["acts"][2]["leaf"]), "twice": lambda d: d["acts"].insert(1, d["acts"][1]),
    }
    for name, edit in edits.items():
        changed = json.loads(dossier)
        edit(changed)
        yield name, json.dumps(changed, ensure_ascii=False), policy
    seed = random.Random(3)
    for kind, text in (("proof", proof), ("dossier", dossier), ("redacted", redacted)):
        for i in range(25):
            at = seed.randrange(len(text))
            spoiled = text[:at] + chr(ord(text[at]) ^ 1 if ord(text[at]) < 128 else 63) + text[at + 1:]
            yield f"{kind} byte {at}", spoiled, policy
    receipt = receipt_of("rec", act(20, "C1"))
    yield "receipt", receipt, policy
    yield "receipt of an unknown log", receipt, f"witness w {witness}\nquorum none\n"
    for i in range(40):
        at = seed.randrange(len(receipt))
        spoiled = receipt[:at] + chr(ord(receipt[at]) ^ 1 if ord(receipt[at]) < 128 else 63) + receipt[at + 1:]
        yield f"receipt byte {at}", spoiled, policy
    for name, text in (("nothing promised", "heng.receipt/1\nrecord.example/log\n" + receipt[receipt.index("\n\n") + 1:]), ("no signature", receipt[:receipt.index("\n\n") + 1]),
                       ("only the name", "heng.receipt/1\n")):
        yield f"receipt, {name}", text, policy
    run("init", "twin", "--origin", "record.example/twin", "--agency", "police", "--segment", 2, "--twin", "sm3")
    run("append", "twin", text=act(0, "C1") + "\n")
    run("checkpoint", "twin")
    yield "twin proof", run("prove", "twin", "--index", 1, "--twin"), policy
    yield "empty", "", policy
    yield "rubbish", "{}", policy


def receipt_of(record, line):
    """The log's receipt for an act that is handed in over HTTP."""
    server = subprocess.Popen([heng, "record", "serve", record, "--append", "--unsigned", "--listen", "127.0.0.1:0", "--checkpoint-every", "0"],
                              stdout=subprocess.PIPE, text=True)
    try:
        url = server.stdout.readline().split()[-1]
        run("submit", url, "--receipts", f"{record}.receipt", text=line + "\n")
    finally:
        server.terminate()
        server.wait()
    return pathlib.Path(f"{record}.receipt").read_text()


def pairs():
    """(name, one, other, consistency proof or None, policy): what two files say together."""
    log, agency = run("init", "grown", "--origin", "record.example/grown", "--agency", "police", "--segment", 2).splitlines()
    policy = f"{log}\nquorum none\n{agency}\n"
    witness = run("witness", "init", "w2", "--name", "witness.example/w2").strip()
    proofs, heads, receipts = [], [], []
    for round in range(5):
        receipts.append(receipt_of("grown", act(round, "C1")))
        run("append", "grown", text="\n".join(act(10 * (round + 1) + i, "C1") for i in range(round)) + "\n")
        heads.append(run("checkpoint", "grown"))
        proofs.append(run("prove", "grown", "--id", f"a-{round}"))
    dossier = run("prove", "grown", "--case", "C1")
    sizes = [int(head.splitlines()[1]) for head in heads]
    links = {size: run("prove", "grown", "--consistency", size) for size in sizes}
    for i, one in enumerate(proofs):
        for k, other in enumerate(proofs):
            yield f"proofs {i} and {k}", one, other, None, policy
            if k == 4:
                yield f"proofs {i} and {k}, linked", one, other, links[sizes[i]], policy
        yield f"receipt {i} and its proof", receipts[i], one, None, policy
        yield f"proof {i} and its receipt", one, receipts[i], None, policy
        yield f"receipt {i} and another proof", receipts[i], proofs[i - 1], None, policy
        yield f"receipt {i} and the dossier", receipts[i], dossier, None, policy
        yield f"head {i} and the dossier", heads[i], dossier, links[sizes[i]], policy
        yield f"proof {i} without witnesses", one, dossier, links[sizes[i]], f"{log}\nwitness w {witness}\nquorum w\n"
        yield f"the wrong link {i}", one, dossier, links[sizes[i - 1]], policy
    seed = random.Random(5)
    for name, one, other, link in (("linked", proofs[1], proofs[4], links[sizes[1]]), ("promise", receipts[2], proofs[2], "")):
        for i in range(30):
            parts = [one, other, link]
            which = i % (3 if link else 2)
            at = seed.randrange(len(parts[which]))
            parts[which] = parts[which][:at] + chr(ord(parts[which][at]) ^ 1 if ord(parts[which][at]) < 128 else 63) + parts[which][at + 1:]
            yield f"{name} {which} byte {at}", parts[0], parts[1], parts[2] or None, policy
    # The same name and key with another history: a fork.
    for skey in ("log.skey", "police.skey"):
        pathlib.Path("keys").mkdir(exist_ok=True)
        pathlib.Path("keys", skey).write_text(pathlib.Path("grown/keys", skey).read_text())
    run("init", "forked", "--origin", "record.example/grown", "--agency", "police", "--segment", 2)
    for skey in ("log.skey", "police.skey"):
        pathlib.Path("forked/keys", skey).write_text(pathlib.Path("keys", skey).read_text())
    fork_receipt = receipt_of("forked", act(0, "C1"))
    run("checkpoint", "forked")
    fork_proof = run("prove", "forked", "--index", 1)
    yield "forked, one size", fork_proof, proofs[0], None, policy
    yield "a promise that another history breaks", fork_receipt, proofs[0], None, policy
    yield "a promise kept in its own history", fork_receipt, fork_proof, None, policy
    yield "forked, two sizes", fork_proof, proofs[4], links[sizes[0]], policy
    yield "of different logs", proofs[0], run("prove", "rec", "--id", "a-4"), None, policy + pathlib.Path("rec.policy").read_text()
    yield "rubbish and a proof", "{}", proofs[0], None, policy


def in_words(done):
    """What heng-verify says in English: exit code, failure, and the rows that failed or are proven, sorted."""
    first, *rows = done.stdout.splitlines()
    code = first.split("(")[1].rstrip(")") if "(" in first else ""
    return [done.returncode, code, sorted(row[4:].replace("`", "") for row in rows if row[:4] in ("  ✗ ", "  ✓ "))]


def main():
    with tempfile.TemporaryDirectory(prefix="heng-verify-") as folder, Browser() as browser:
        os.chdir(folder)
        browser.page.open(ROOT / "web/verify.html", "")
        words = "[v.exit, v.failure || '', v.rows.filter(r => r.mark !== 'unproven').map(r => r.en.replaceAll('`', ''))]"

        def check(name, expression, *arguments):
            done = subprocess.run([verify, "--policy", "policy", "--lang", "en", *arguments], capture_output=True, text=True)
            page = json.loads(browser.page.run(f"(() => {{ const v = {expression}; show(v); return JSON.stringify({words}); }})()"))
            said = in_words(done)
            assert page[:2] == said[:2], f"{name}: page {page}, heng-verify {said}"
            # Why something is malformed or changed is said by each parser in its own words.
            if said[1] not in ("malformed", "changed"):
                assert sorted(page[2]) == said[2], f"{name}:\n page {sorted(page[2])}\n heng-verify {said[2]}"

        count = 0
        for name, text, policy in files():
            pathlib.Path("policy").write_text(policy)
            pathlib.Path("file").write_text(text)
            check(name, f"verifyText({json.dumps(text)}, {json.dumps(policy)})", "file")
            count += 1
        compared = 0
        for name, one, other, link, policy in pairs():
            for path, text in (("policy", policy), ("one", one), ("other", other), ("link", link or "")):
                pathlib.Path(path).write_text(text)
            check(name, f"compareTexts({json.dumps(one)}, {json.dumps(other)}, {json.dumps(policy)}, {json.dumps(link)})",
                  "--compare", "one", "other", *(["--consistency", "link"] if link else []))
            compared += 1
        os.chdir("/")
        print(f"{count} files and {compared} pairs of files get the same verdict, in the same words, from the page and from heng-verify")


main()
