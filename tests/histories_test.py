#!/usr/bin/env python3
"""Whole histories against all packs: every breach at its minute, and no other breach of any rule.

tests/histories/NAME.acts.ndjson is a case with several faults in the middle of ordinary acts; NAME.expected.json lists all
breaches, each one read against the law when it was written down. Each is judged as it stands and with its lines in reverse.
"""
import json
import os
import pathlib
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parent.parent
heng = os.environ.get("HENG", str(root / "build/release/heng"))
if not pathlib.Path(heng).exists():
    print(f"skipped: {heng} is not there (set HENG)")
    sys.exit(77)
failures = 0


def judge(lines):
    done = subprocess.run([heng, "check", "-", "--input-format", "ndjson", "--packs", root / "packs", "--format", "ndjson"],
                          input="\n".join(lines), capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"heng check ended with {done.returncode}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def named(finding):
    return finding["rule"] + ("." + finding["part"] if finding.get("part") else "")


def check(name, good, why=""):
    global failures
    failures += not good
    print(f"{'ok  ' if good else 'FAIL'} {name}" + (f"\n{why}" if why and not good else ""))


histories = sorted((root / "tests/histories").glob("*.acts.ndjson"))
check("there are histories", len(histories) > 20)
for path in histories:
    expected = json.loads(path.with_name(path.name.replace(".acts.ndjson", ".expected.json")).read_text())
    want = {(one["rule"], one["kind"], one["at"]) for one in expected["expected"]}
    lines = path.read_text().splitlines()
    for how, order in (("as it stands", lines), ("in reverse", lines[::-1])):
        got = {(named(f), f["kind"], f["at"]) for f in judge(order) if f["kind"] in ("breach", "late")}
        check(f"{path.name.split('.')[0]} {how}: {len(want)} breaches", got == want,
              "\n".join([f"  missed: {one}" for one in sorted(want - got)] + [f"  not expected: {one}" for one in sorted(got - want)]))

# A case that says it is no criminal one leaves nothing of criminal procedure undecided, whatever else it does not say.
hearing = {"id": "H-1", "type": "hearing_held", "at": "2026-03-02T09:00:00+08:00", "case": "H", "agency": "police-X1",
           "by": [{"id": "O1", "role": "officer"}], "on": [{"id": "P1", "role": "person"}],
           "data": {"domain": "public_order", "person": "P1"}}
undecided = [named(f) for f in judge([json.dumps(hearing)]) if f["kind"] == "missing"]
check("a public-order hearing is no trial", not [rule for rule in undecided if "indictment" in rule or "defender" in rule], str(undecided))
hearing["data"].pop("domain")
undecided = [named(f) for f in judge([json.dumps(hearing)]) if f["kind"] == "missing"]
check("a hearing that says nothing may be one", "cn.trial/indictment_copy_10d.served" in undecided, str(undecided))
sys.exit(1 if failures else 0)
