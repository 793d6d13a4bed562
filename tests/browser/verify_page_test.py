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
    yield "empty", "", policy
    yield "rubbish", "{}", policy


def main():
    with tempfile.TemporaryDirectory(prefix="heng-verify-") as folder, Browser() as browser:
        os.chdir(folder)
        browser.page.open(ROOT / "web/verify.html", "")
        count = 0
        for name, text, policy in files():
            pathlib.Path("policy").write_text(policy)
            pathlib.Path("file").write_text(text)
            done = subprocess.run([verify, "--policy", "policy", "--lang", "en", "file"], capture_output=True, text=True)
            said = done.stdout.splitlines()[0]
            code = said.split("(")[1].rstrip(")") if "(" in said else ""
            page = browser.page.run(f"(() => {{ const v = verifyText({json.dumps(text)}, {json.dumps(policy)}); show(v); return JSON.stringify([v.exit, v.failure || '']); }})()")
            assert json.loads(page) == [done.returncode, code], f"{name}: page {page}, heng-verify {done.returncode} {code}\n{done.stdout}"
            count += 1
        os.chdir("/")
        print(f"{count} files get the same verdict from the page and from heng-verify")


main()
