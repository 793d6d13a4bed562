#!/usr/bin/env python3
"""Simulated histories with faults: acts in any order, delivered twice, the follower killed and started between any two,
its folder torn or damaged, its snapshot cut or flipped at any byte, the clock set forward and back, the packs changed under
it. What stands at the end is what one check of everything finds, and every planted violation is found, nothing else raised.

HENG_FAULTS_SEED says where to begin (printed), HENG_FAULTS_ROUNDS how many rounds a disorder setting gets.
"""
import datetime
import json
import os
import pathlib
import random
import re
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

    def feed(self, lines, by_wall_clock=None):
        """Gives the exit code; what was told is in `told`, what was said on standard error in `notes`."""
        timing, environment = (["--event-time"], None) if by_wall_clock is None else (
            [], {**os.environ, "LD_PRELOAD": str(shim), "CLOCK_AT": str(by_wall_clock)})
        process = subprocess.Popen([heng, "check", "-", "--follow", *timing, "--no-missing", "--state", str(self.state), *self.law],
                                   env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        out, err = process.communicate("".join(lines))
        self.notes, self.told = err, out
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


def damage(path, dice):
    """Cuts the file anywhere, or turns one bit anywhere over; says which."""
    whole = path.read_bytes()
    at = dice.randrange(len(whole))
    if dice.random() < 0.3:
        path.write_bytes(whole[:at])
        return f"cut at {at} of {len(whole)}"
    path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << dice.randrange(8)]) + whole[at + 1 :])
    return f"flipped at {at} of {len(whole)}"


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
            fault = dice.choice(["none", "torn act", "torn standing", "no standing", "snapshot", "no snapshot"])
            if fault == "snapshot":
                damage(state / "snapshot", dice)
            if fault == "no snapshot":
                (state / "snapshot").unlink()
            if fault == "torn act":  # written in part when the power went
                with open(state / "acts.ndjson", "a") as file:
                    file.write(stream[end % len(stream)][: dice.randrange(1, 60)])
            if fault == "torn standing":
                with open(state / "standing", "a") as file:
                    file.write("+\tfff")
            if fault == "no standing":
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

# A snapshot cut or flipped anywhere is refused with its place, its cause and the mend, made again from the acts, and nothing is
# lost or told twice.
dice = random.Random(f"{seed}/snapshot")
state = work / "state-3-0"
for number in range(12):
    what = damage(state / "snapshot", dice)
    code = follower.feed([])
    said = f"{state}/snapshot" in follower.notes and "made again from the acts" in follower.notes
    check(f"a snapshot {what} is refused and made again", code in (0, 3) and said and not follower.told and follower.standing() == standing,
          follower.notes + follower.told)
follower.feed([])
check("what was made again is good", "left aside" not in follower.notes and not follower.told, follower.notes)
snapshot = (state / "snapshot").read_bytes()
other = Follower(work / "state-other", *law)
other.feed(lines[:50])
(work / "state-other/snapshot").write_bytes(snapshot)
table = other.standing()
other.feed([])
check("a snapshot of other acts is refused", "of other acts" in other.notes and not other.told and other.standing() == table, other.notes)

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


def under(law_text, name):
    """The same acts followed from the start under this text of the law file."""
    law_file.write_text(law_text)
    fresh = Follower(work / f"state-{name}", *other)
    fresh.feed(lines)
    return fresh.standing()


def judged_anew(notes):
    found = re.search(r"the packs changed: (\d+) of (\d+) declarations judged anew", notes)
    return (int(found[1]), int(found[2])) if found else (0, 0)


before = dict(follower.table)
changed = text.replace("  allows    24 hours\n", "  allows    12 hours\n")
expected = under(changed, "fresh")
follower.feed([])
few, every = judged_anew(follower.notes)
check(f"{few} of {every} declarations are judged anew over the acts kept: {len(set(before) ^ set(follower.table))} findings differ",
      follower.standing() == expected and before != follower.table and 0 < few < every / 10, follower.notes)
check("each change names the packs", all(json.loads(line)["cause"] == "packs" for line in follower.told.splitlines()))
law_file.write_text(text)
(state / "snapshot").unlink()
follower.feed([])
check("and back again, without the snapshot", judged_anew(follower.notes) == (0, 0) and
      sorted((f["id"], f["kind"], f["at"]) for f in before.values()) == follower.standing(), follower.notes)
def without(text, name):
    """Without the rule and the tests of it."""
    return re.sub(rf"(?ms)^(rule|test) {re.escape(name)}(?![\w.]).*?(?=^\w|\Z)", "", text)


name = "detention_approval_and_warrant.warrant"
removed = without(text, name)
expected = under(removed, "removed")
follower.feed([])
few, every = judged_anew(follower.notes)
check(f"without {name}: {few} judged anew", removed != text and few == 1 and follower.standing() == expected, follower.notes)
law_file.write_text(text)
follower.feed([])
check("and with it again", sorted((f["id"], f["kind"], f["at"]) for f in before.values()) == follower.standing(), follower.notes)
# Acts that the packs have stored otherwise are replayed, and the folder says why.
acts_file = mine / "cn/base/acts_criminal.law"
acts_file.write_text(re.sub(r"(?m)^(act detention_executed .*)$", r'\1 named "Detention"', acts_file.read_text()))
follower.feed([])
check("an act type that is stored otherwise has the acts replayed",
      "stored otherwise" in follower.notes and "detention_executed" in follower.notes and not follower.told, follower.notes)

# An act that can no longer be read is named, never passed over.
path = state / "acts.ndjson"
kept = path.read_text().splitlines()
kept[len(kept) // 2] = "#" + kept[len(kept) // 2][1:]
path.write_text("\n".join(kept) + "\n")
code = follower.feed([])
check("a damaged act is told, with its line", code == 4 and f"acts.ndjson:{len(kept) // 2 + 1}" in follower.notes, follower.notes)

# The wall clock jumps: forward, so that deadlines pass that have not, and back again. What was told stands as of the latest
# instant reached, nothing is told twice, acts go on being judged, and as time comes there again it is as from the start.
shim = work / "clock.so"
source = work / "clock.c"
source.write_text("""#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
int clock_gettime(clockid_t id, struct timespec *out) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  int result = real(id, out);
  if (id == CLOCK_REALTIME && getenv("CLOCK_AT")) { out->tv_sec = atoll(getenv("CLOCK_AT")); out->tv_nsec = 0; }
  return result;
}
""")
subprocess.run(["cc", "-shared", "-fPIC", "-o", shim, source, "-ldl"], check=True)
state = work / "state-clock"
live = Follower(state, "--pack", "cn.criminal", *law)
START = 1777600800  # 2026-05-01T10:00:00+08:00


def act(number, kind, hours):
    at = datetime.datetime.fromtimestamp(START + hours * 3600, datetime.timezone(datetime.timedelta(hours=8))).isoformat()
    return json.dumps({"id": f"c-{number}", "type": kind, "at": at, "recorded": at, "case": "CLOCK", "agency": "police-0",
                       "by": [{"id": "O1", "role": "investigator"}], "on": [{"id": "S1", "role": "person"}]}) + "\n"


def at(hours, *acts):
    """The follower runs while the machine's clock says so many hours after the start."""
    code = live.feed(acts, by_wall_clock=START + hours * 3600)
    check(f"the clock at {hours} h: the follower goes on", code == 0, live.notes)
    return [(change["change"], change["finding"]["rule"].split("/")[1], change["finding"]["kind"]) for change in map(json.loads, live.told.splitlines())]


notice = "detention_family_notice_24h"
told = at(1, act(1, "detention_executed", 0))
check("in time nothing is late", not any(rule == notice and kind == "breach" for _, rule, kind in told), live.told)
told = at(240)
check("ten days forward: the notice is overdue", ("raised", notice, "breach") in told, live.told)
check("and back: nothing is taken back, nothing told twice", at(2) == [], live.told)
told = at(3, act(2, "family_notified", 2))
check("an act done meanwhile is judged: the notice was in time after all", ("withdrawn", notice, "breach") in told, live.told)
at(241)
whole = work / "clock.ndjson"
whole.write_text(act(1, "detention_executed", 0) + act(2, "family_notified", 2))
_, expected = found(whole, datetime.datetime.fromtimestamp(START + 241 * 3600, datetime.timezone.utc).isoformat(), "--pack", "cn.criminal", *law)
check("as time comes there again it is as from the start", live.standing() == expected,
      f"only live: {set(live.standing()) - set(expected)}\nonly from the start: {set(expected) - set(live.standing())}")

sys.exit(1 if failures else 0)
