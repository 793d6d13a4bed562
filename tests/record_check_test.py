#!/usr/bin/env python3
"""Checking a record: findings carry proofs, are recorded once, every reading is recorded, and what is sealed is forgotten.

The record is read beside the processes that write it; the follower is killed and goes on where it was.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

root = pathlib.Path(__file__).resolve().parent.parent
heng = os.environ.get("HENG_BINARY", str(root / "build/release/heng"))
verify = os.environ.get("HENG_VERIFY_BINARY", str(pathlib.Path(heng).parent / "heng-verify"))
work = pathlib.Path(tempfile.mkdtemp(prefix="heng-check-"))
os.chdir(work)
law = ["--packs", str(root / "packs"), "--pack", "cn.criminal", "--no-missing"]
rule = "detention_family_notice_24h"
followers = []
checks = 0


def expect(holds, message):
    global checks
    checks += 1
    if not holds:
        raise AssertionError(message)


def run(*words, code=0, text=None):
    done = subprocess.run([heng, *map(str, words)], capture_output=True, text=True, input=text)
    expect(done.returncode == code, f"{words}: exit {done.returncode}, not {code}\n{done.stdout}{done.stderr}")
    return done


def act(number, case, kind, at, **more):
    return json.dumps({"id": f"a-{number}", "type": kind, "at": at, "case": case, "agency": "police",
                       "by": [{"id": "p1", "role": "investigator"}, {"id": "p2", "role": "investigator"}],
                       "on": [{"id": f"s-{case}", "role": "person"}], **more}) + "\n"


def entries(record="rec"):
    return run("record", "show", record).stdout.splitlines()


def recorded(record="rec"):
    """The findings that a record holds, as it lists them."""
    lines = run("record", "show", record, "--format", "ndjson").stdout.splitlines()
    return [each for each in map(json.loads, lines) if each["type"] == "heng.finding"]


class Follower:
    def __init__(self, *words, record="rec", by=law):
        self.out = open(f"follower-{len(followers)}.out", "w+")
        self.err = open(f"follower-{len(followers)}.err", "w+")
        self.process = subprocess.Popen([heng, "check", "--record", record, "--follow", *by, *map(str, words)],
                                        stdout=self.out, stderr=self.err)
        followers.append(self)

    def changes(self):
        # What is being written may end within a character.
        return [json.loads(line) for line in pathlib.Path(self.out.name).read_bytes().splitlines() if line.endswith(b"}")]

    def said(self):
        return pathlib.Path(self.err.name).read_text()

    def wait(self, holds, what):
        for _ in range(1200):
            if holds(self):
                break
            if self.process.poll() is not None:
                raise AssertionError(f"the follower ended: {self.said()}")
            time.sleep(0.05)
        expect(holds(self), f"{what}: {len(self.changes())} changes {self.said()}")

    def ready(self):
        self.wait(lambda it: "findings standing" in it.said(), "it began")
        return self

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait()


def of_rule(changes, case):
    return [(c["change"], c["finding"]["kind"]) for c in changes if c["finding"]["rule"].endswith(rule) and c["finding"]["case"] == case]


try:
    log_line, agency_line = run("record", "init", "rec", "--origin", "record.example/check", "--agency", "police",
                                "--segment", 2).stdout.splitlines()
    pathlib.Path("policy").write_text(f"{log_line}\nquorum none\n{agency_line}\n")
    run("record", "append", "rec", text=act(1, "GD-1", "detention_executed", "2025-03-03T09:00:00+08:00"))

    # Findings with the way from their acts to a checkpoint; without one it says so.
    early = json.loads(run("check", "--record", "rec", *law, "--rule", rule, "--format", "ndjson", "--now", "2025-03-10",
                           code=1).stdout.splitlines()[-1])
    expect(early["evidence"]["size"] == 0 and "path" not in early["evidence"]["entries"][0], f"no checkpoint, no path: {early}")
    run("record", "checkpoint", "rec")
    done = run("check", "--record", "rec", *law, "--rule", rule, "--format", "ndjson", "--now", "2025-03-10",
               "--proofs", "proofs", code=1)
    breach = json.loads(done.stdout.splitlines()[-1])
    evidence = breach["evidence"]
    expect(breach["kind"] == "breach" and evidence["origin"] == "record.example/check" and evidence["size"] >= 2, f"{breach}")
    place = evidence["entries"][0]
    expect(place["act"] == "a-1" and place["index"] == 1 and len(place["path"]) >= 1, f"{evidence}")
    proof = f"proofs/{place['index']}.tlog-proof"
    checked = subprocess.run([verify, "--policy", "policy", "--lang", "en", proof], capture_output=True, text=True)
    expect(checked.returncode == 0, checked.stdout)
    expect("record.example/check: a-1 #1" in run("check", "--record", "rec", *law, "--rule", rule, "--now", "2025-03-10",
                                                 "--lang", "en", code=1).stdout, "the report for people names the entry")
    files = run("check", "-", *law, "--rule", rule, "--format", "ndjson", "--now", "2025-03-10", code=1,
                text=run("record", "show", "rec", "--format", "ndjson").stdout)
    expect(json.loads(files.stdout.splitlines()[-1])["id"] == breach["id"], "the same finding as out of a file")
    run("check", *law, code=2)
    run("check", "acts.ndjson", "--record", "rec", *law, code=2)
    run("check", "acts.ndjson", "--record-findings", *law, code=2)

    # Every reading of bodies is an entry: who, what, why.
    before = sum("heng.read" in line for line in entries())
    run("check", "--record", "rec", *law, "--reader", "inspectorate", "--basis", "yearly review", code=1)
    leaves = [json.loads(line) for line in run("record", "show", "rec", "--format", "leaf").stdout.splitlines()]
    reads = [leaf["note"] for leaf in leaves if leaf["kind"] == "heng.read"]
    expect(len(reads) > before and any(note["reader"] == "inspectorate" and note["basis"] == "yearly review" and
                                       note["first"] == 1 for note in reads), f"{reads}")

    # Findings are recorded, once; a withdrawal too; each acknowledges the entries it rests on.
    on_time = ["--now", "2025-03-10", "--rule", rule, "--record-findings"]
    run("check", "--record", "rec", *law, *on_time, code=1)
    first = recorded()
    expect(first and all(each["data"]["change"] == "raised" for each in first), f"{first}")
    run("check", "--record", "rec", *law, *on_time, code=1)
    expect(recorded() == first, "a second run changes nothing")
    leaf = next(each for each in map(json.loads, run("record", "show", "rec", "--format", "leaf").stdout.splitlines())
                if each["kind"] == "heng.finding")
    expect(leaf["acks"] == [place["leaf"]], f"{leaf}")
    run("record", "append", "rec", text=act(2, "GD-1", "family_notified", "2025-03-04T08:00:00+08:00", data={"about": "detention"}))
    after = run("check", "--record", "rec", *law, *on_time, "--format", "ndjson")
    expect("breach" not in after.stdout, "notified in time: nothing is broken")
    last = {each["data"]["finding"]: each["data"]["change"] for each in recorded()}
    expect(last[breach["id"]] == "withdrawn", f"{last}")
    run("check", "--record", "rec", *law, "--now", "2025-03-10", "--rule", "detention_approval_and_warrant", "--record-findings", code=1)
    expect(sum(each["data"]["finding"] == breach["id"] for each in recorded()) == 2, "other rules leave it alone")
    run("record", "append", "rec", text=json.dumps({"id": "x", "type": "heng.finding", "at": "2025-03-04T08:00:00+08:00",
                                                    "case": "GD-1", "agency": "police"}) + "\n", code=7)
    run("record", "audit", "rec")

    # Following, beside writers; killed in between; nothing is told twice, nothing is lost.
    follower = Follower("--state", "state", "--record-findings").ready()
    run("record", "append", "rec", text=act(3, "GD-2", "detention_executed", "2025-03-03T09:00:00+08:00"))
    follower.wait(lambda it: ("raised", "breach") in of_rule(it.changes(), "GD-2"), "a breach is raised")
    told = next(c for c in follower.changes() if c["finding"]["case"] == "GD-2")
    place = told["finding"]["evidence"]["entries"][0]
    expect(place["act"] == "a-3", f"{told}")
    follower.wait(lambda it: int(pathlib.Path("state/record-told").read_text().split()[0]) > place["index"], "it notes what it told")
    follower.stop(signal.SIGKILL)
    run("record", "append", "rec", text=act(4, "GD-3", "detention_executed", "2025-03-03T09:00:00+08:00"))
    again = Follower("--state", "state", "--record-findings").ready()
    again.wait(lambda it: ("raised", "breach") in of_rule(it.changes(), "GD-3"), "what came while it was down is told")
    expect(not of_rule(again.changes(), "GD-2"), f"told already: {of_rule(again.changes(), 'GD-2')}")
    run("record", "append", "rec", text=act(5, "GD-3", "family_notified", "2025-03-04T08:00:00+08:00", data={"about": "detention"}))
    again.wait(lambda it: ("withdrawn", "breach") in of_rule(it.changes(), "GD-3"), "the withdrawal is told")
    busy = subprocess.run([heng, "check", "--record", "rec", "--follow", *law, "--state", "state"], capture_output=True, text=True)
    expect(busy.returncode == 7, f"one follower a state folder: {busy.stderr}")
    again.stop()
    rows = [each["data"] for each in recorded() if each["case"] == "GD-3" and each["data"]["rule"].endswith(rule)]
    expect([row["change"] for row in rows if row["kind"] == "breach"] == ["raised", "withdrawn"], f"{rows}")
    ids = [each["id"] for each in recorded()]
    expect(len(ids) == len(set(ids)), "each change is one act")

    # Other packs on the same folder: what they make different is told and recorded, with the packs as the cause.
    shutil.copytree(root / "packs", "packs")
    law_file = pathlib.Path("packs/cn/criminal/c_measures.law")
    text = law_file.read_text()
    law_file.write_text(text.replace("  allows    24 hours\n", "  allows    12 hours\n"))
    mine = [str(pathlib.Path("packs").resolve()) if word == str(root / "packs") else word for word in law]
    other = Follower("--state", "state", "--record-findings", by=mine).ready()
    other.wait(lambda it: ("raised", "late") in of_rule(it.changes(), "GD-3"), "twelve hours are over")
    expect(all(change["cause"] == "packs" for change in other.changes()), f"{other.changes()}")
    expect("declarations judged anew" in other.said(), other.said())
    other.stop()
    back = Follower("--state", "state", "--record-findings").ready()
    back.wait(lambda it: ("withdrawn", "late") in of_rule(it.changes(), "GD-3"), "and under the first packs they are not")
    back.stop()
    rows = [each["data"] for each in recorded() if each["case"] == "GD-3" and each["data"]["rule"].endswith(rule)]
    expect([row["change"] for row in rows if row["kind"] == "late"] == ["raised", "withdrawn"], f"{rows}")

    # A snapshot of another history is refused and made again.
    shutil.copytree("rec", "other")
    shutil.rmtree("other/state")
    other_log = run("record", "init", "fresh", "--origin", "record.example/check", "--agency", "police", "--segment", 2)
    for number in range(40):
        run("record", "append", "fresh", text=act(100 + number, "GD-9", "interrogation", "2025-03-03T09:00:00+08:00"))
    strange = Follower("--state", "state", record="fresh").ready()
    expect("made again from the record" in strange.said(), strange.said())
    strange.stop()

    # What is sealed is not read, and what was known of it goes.
    custodians = [run("record", "custodian", name, "-o", f"{name}.secret").stdout.strip() for name in ["court", "bar"]]
    words = [word for custodian in custodians for word in ("--custodian", custodian)]
    keeping = Follower("--state", "sealing").ready()
    keeping.stop()
    expect(b"a-3" in pathlib.Path("sealing/record-snapshot").read_bytes(), "the snapshot knows the act")
    keeping = Follower("--state", "sealing").ready()
    run("record", "seal", "rec", "--case", "GD-2", "--threshold", "2", *words, "--basis", "juvenile")
    keeping.wait(lambda it: "was sealed" in it.said(), "the follower notices")
    keeping.stop()
    expect(b"a-3" not in pathlib.Path("sealing/record-snapshot").read_bytes(), "the snapshot has forgotten the act")
    done = run("check", "--record", "rec", *law, "--now", "2025-03-10", "--format", "ndjson", "--record-findings", code=1)
    expect("GD-2" not in done.stdout and "sealed" in done.stderr, done.stderr)
    run("record", "audit", "rec")
    print(f"{checks} checks hold")
finally:
    for follower in followers:
        if follower.process.poll() is None:
            follower.stop(signal.SIGKILL)
    os.chdir("/")
    shutil.rmtree(work, ignore_errors=True)
