#!/usr/bin/env python3
"""Simulated histories against the checker: everything planted is found, nothing else is raised, at every disorder.

Also: a history without violations stays clean however late it is looked at, and every violation the simulator knows
is found at least once.
"""
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parent.parent
heng = os.environ.get("HENG_BINARY", str(root / "build/release/heng"))
packs = str(root / "packs")
work = pathlib.Path(tempfile.mkdtemp(prefix="heng-sim-"))
failures = 0


def check(name, good, why=""):
    global failures
    if not good:
        failures += 1
    print(f"{'ok  ' if good else 'FAIL'} {name}" + (f"\n{why}" if why and not good else ""))


def simulate(*arguments):
    acts, truth = work / "acts.ndjson", work / "truth.ndjson"
    subprocess.run([heng, "sim", *arguments, "--out", acts, "--truth", truth], check=True, stderr=subprocess.DEVNULL)
    return acts, truth


def judge(acts, *arguments):
    findings = work / "findings.ndjson"
    done = subprocess.run([heng, "check", acts, "--packs", packs, "--format", "ndjson", "--no-missing", "--out", findings,
                           *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"heng check ended with {done.returncode}: {done.stderr}")
    return findings, done.stderr


def score(truth, findings):
    done = subprocess.run([heng, "sim", "score", "--truth", truth, "--findings", findings], stdout=subprocess.PIPE, text=True)
    return done.returncode, done.stdout


for disorder in range(4):
    for seed in (1, 2 + disorder):
        acts, truth = simulate("--seed", str(seed), "--cases", "300", "--violations", "0.5", "--disorder", str(disorder),
                               "--corrections", "0.03", "--annulments", "0.02", "--late", "0.02")
        findings, _ = judge(acts)
        code, text = score(truth, findings)
        check(f"seed {seed}, disorder {disorder}: {text.splitlines()[-1]}", code == 0, text[-3000:])

acts, truth = simulate("--seed", "11", "--cases", "400", "--violations", "0")
findings, notes = judge(acts, "--now", "2032-01-01")
raised = [json.loads(line) for line in findings.read_text().splitlines()]
bad = collections.Counter(f["rule"] for f in raised if f["kind"] in ("breach", "late"))
check("a lawful history is clean, long afterwards too", not bad and truth.read_text() == "", str(bad))
check("every act type is in the vocabulary", "no pack here knows" not in notes, notes)

# Every violation that can be planted, with the truth of each case that carries it.
listed = subprocess.run([heng, "sim", "--list"], check=True, stdout=subprocess.PIPE, text=True).stdout
plants = {line.split()[0] for line in listed.splitlines() if line.startswith("  ")}
acts, truth = simulate("--seed", "5", "--cases", "30000", "--violations", "1")
planted = {json.loads(line)["plant"] for line in truth.read_text().splitlines()}
rules = {json.loads(line)["rule"] for line in truth.read_text().splitlines()}
check(f"all {len(plants)} violations were planted", plants <= planted, str(sorted(plants - planted)))
check(f"at least 400 rules are broken ({len(rules)})", len(rules) >= 400)
named = {pack["name"] for pack in json.loads(subprocess.run([heng, "law", "list", "--packs", packs, "--format", "json"], check=True,
                                                        stdout=subprocess.PIPE, text=True).stdout)
         if pack["rules"] and pack["name"].startswith("cn.") and pack["name"] != "cn.watches"}  # figures breach nothing
check("rules of every Chinese pack are among them", named == {rule.split("/")[0] for rule in rules}, str(named))
findings, _ = judge(acts)
code, text = score(truth, findings)
check(f"each is found: {text.splitlines()[-1]}", code == 0, text[-3000:])

sys.exit(1 if failures else 0)
