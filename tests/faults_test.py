#!/usr/bin/env python3
"""Simulated histories with faults: acts in any order, delivered twice, the follower killed and started between any two,
its folder torn or damaged, the packs changed under it. What stands at the end is what one check of everything finds, and
every planted violation is found, nothing else raised.

HENG_FAULTS_SEED says where to begin (printed), HENG_FAULTS_ROUNDS how many rounds a disorder setting gets.
"""
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parent.parent
heng = os.environ.get("HENG_BINARY", str(root / "build/release/heng"))
packs = str(root / "packs")
work = pathlib.Path(tempfile.mkdtemp(prefix="heng-faults-"))
seed = int(os.environ.get("HENG_FAULTS_SEED", "1"))
rounds = int(os.environ.get("HENG_FAULTS_ROUNDS", "1"))
failures = 0


def check(name, good, why=""):
    global failures
    if not good:
        failures += 1
    print(f"{'ok  ' if good else 'FAIL'} {name}" + (f"\n{why}" if why and not good else ""))


class Follower:
    """Feeds lines to `heng check --follow`, keeps the table a reader would keep."""

    def __init__(self, state, *law):
        self.state, self.law, self.table, self.notes = state, law, {}, ""

    def feed(self, lines):
        process = subprocess.Popen([heng, "check", "-", "--follow", "--event-time", "--no-missing", "--state", str(self.state),
                                    *self.law], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        out, err = process.communicate("".join(lines))
        self.notes = err
        for line in out.splitlines():
            change = json.loads(line)
            if change["change"] == "withdrawn":
                self.table.pop(change["finding"]["id"], None)
            else:
                self.table[change["finding"]["id"]] = change["finding"]
        return process.returncode

    def standing(self):
        return sorted((f["id"], f["kind"], f["at"]) for f in self.table.values())


def found(acts, now, *law):
    out = work / "findings.ndjson"
    done = subprocess.run([heng, "check", acts, "--now", now, "--format", "ndjson", "--no-missing", "--out", out, *law],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"heng check ended with {done.returncode}: {done.stderr}")
    return out, sorted((f["id"], f["kind"], f["at"]) for f in map(json.loads, out.read_text().splitlines()))


print(f"seed {seed}")
law = ("--packs", packs)
for disorder in range(4):
    for number in range(rounds):
        dice = random.Random(f"{seed}/{disorder}/{number}")
        acts, truth = work / "acts.ndjson", work / "truth.ndjson"
        subprocess.run([heng, "sim", "--seed", str(dice.randrange(1, 10**6)), "--cases", "25", "--violations", "0.6",
                        "--disorder", str(disorder), "--corrections", "0.05", "--annulments", "0.03", "--late", "0.05",
                        "--out", acts, "--truth", truth], check=True, stderr=subprocess.DEVNULL)
        lines = [line + "\n" for line in acts.read_text().splitlines()]
        stream = list(lines)
        for line in dice.sample(lines, len(lines) // 20):  # delivered again, anywhere later
            stream.insert(dice.randrange(stream.index(line) + 1, len(stream) + 1), line)
        for _ in range(len(stream) // 20):  # overtaken by what came long after it
            stream.insert(dice.randrange(len(stream)), stream.pop(dice.randrange(len(stream))))
        state = work / f"state-{disorder}-{number}"
        follower = Follower(state, *law)
        cuts = sorted(dice.sample(range(1, len(stream)), 3))
        for part, (begin, end) in enumerate(zip([0, *cuts], [*cuts, len(stream)])):
            code = follower.feed(stream[begin:end])
            if code not in (0, 3):
                check(f"disorder {disorder}: the follower goes on", False, follower.notes)
            damage = dice.choice(["none", "torn act", "torn standing", "no standing"])
            if damage == "torn act":  # written in part when the power went
                with open(state / "acts.ndjson", "a") as file:
                    file.write(stream[end % len(stream)][: dice.randrange(1, 60)])
            if damage == "torn standing":
                with open(state / "standing", "a") as file:
                    file.write("+\tfff")
            if damage == "no standing":
                (state / "standing").unlink(missing_ok=True)
        # A last act far ahead, so that every deadline passes; it belongs to no case of the simulation.
        end = {"id": "the-end", "type": "case_filed", "at": "2032-01-01T00:00:00+08:00", "case": "THE-END", "agency": "police-0"}
        follower.feed([json.dumps(end) + "\n"])
        whole = work / "whole.ndjson"
        whole.write_text("".join(lines) + json.dumps(end) + "\n")
        findings, expected = found(whole, end["at"], *law)
        standing = [line for line in follower.standing()]
        check(f"disorder {disorder}: after faults and restarts {len(standing)} findings stand, as from the start", standing == expected,
              f"only live: {sorted(set(standing) - set(expected))[:5]}\nonly from the start: {sorted(set(expected) - set(standing))[:5]}")
        live = work / "live.ndjson"
        live.write_text("".join(json.dumps(f, ensure_ascii=False) + "\n" for f in follower.table.values()))
        done = subprocess.run([heng, "sim", "score", "--truth", truth, "--findings", live], stdout=subprocess.PIPE, text=True)
        check(f"disorder {disorder}: {done.stdout.splitlines()[-1]}", done.returncode == 0, done.stdout[-2000:])
        if follower.feed([]) not in (0, 3) or follower.standing() != standing:
            check(f"disorder {disorder}: nothing is told twice", False, follower.notes)

# Other packs on the same folder: the acts are kept, what differs is told, and it is what they find from the start.
dice = random.Random(seed)
mine = work / "packs"
shutil.copytree(root / "packs", mine)
other = ("--packs", str(mine))
state = work / "state-packs"
follower = Follower(state, *other)
follower.feed(lines)
law_file = mine / "cn/criminal/c_measures.law"
text = law_file.read_text()
changed = text.replace("  allows    24 hours\n", "  allows    12 hours\n")
check("a rule was changed", changed != text)
law_file.write_text(changed)
before = dict(follower.table)
follower.feed([])
again = Follower(work / "state-fresh", *other)
again.feed(lines)
check(f"a changed rule is judged anew over the acts kept: {len(set(before) ^ set(follower.table))} findings differ",
      follower.standing() == again.standing() and before != follower.table)
told = follower.standing()
law_file.write_text(text)
follower.feed([])
check("and back again", sorted((f["id"], f["kind"], f["at"]) for f in before.values()) == follower.standing())

# An act that can no longer be read is named, never passed over.
path = state / "acts.ndjson"
kept = path.read_text().splitlines()
kept[len(kept) // 2] = "#" + kept[len(kept) // 2][1:]
path.write_text("\n".join(kept) + "\n")
code = follower.feed([])
check("a damaged act is told, with its line", code == 4 and f"acts.ndjson:{len(kept) // 2 + 1}" in follower.notes, follower.notes)

sys.exit(1 if failures else 0)
