#!/usr/bin/env python3
"""Watches by the program: a planted office is flagged, in every format, and a flag never fails a check.

Also: the flags of --follow, with restarts in between, are those of one check of everything; no label, no flag.
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
work = pathlib.Path(tempfile.mkdtemp(prefix="heng-watch-"))
failures = 0
ZONE = datetime.timezone(datetime.timedelta(hours=8))
FIRST = datetime.datetime(2025, 1, 6, 9, tzinfo=ZONE)
NOW = "2025-12-31T00:00:00+08:00"


def check(name, good, why=""):
    global failures
    if not good:
        failures += 1
    print(f"{'ok  ' if good else 'FAIL'} {name}" + (f"\n{why}" if why and not good else ""))


def run(*arguments, feed=None):
    return subprocess.run([heng, *map(str, arguments)], input=feed, capture_output=True, text=True)


def made_up(seed, odd_share):
    """A year of detentions by eight offices; one of them lets its share of them end in nothing."""
    dice, acts = random.Random(seed), []
    for number in range(1200):
        office = f"police-{dice.randrange(8)}"
        at = FIRST + datetime.timedelta(minutes=dice.randrange(170 * 1440))

        def act(kind, moment):
            acts.append({"id": f"c{number}-{kind}", "type": kind, "at": moment.isoformat(), "case": f"C{number}",
                         "agency": office, "on": [{"id": f"P{number}", "role": "person"}]})

        act("detention_executed", at)
        if dice.random() >= (odd_share if office == "police-5" else 0.2):
            act("prosecution_transferred", at + datetime.timedelta(days=dice.randrange(3, 30)))
    return sorted(acts, key=lambda a: a["at"])


def write(acts, name):
    path = work / name
    path.write_text("".join(json.dumps(a, ensure_ascii=False) + "\n" for a in acts))
    return path


def flags(text):
    found = [json.loads(line) for line in text.splitlines()]
    return [f for f in found if f["kind"] == "flag"]


planted = write(made_up(1, 0.75), "planted.ndjson")
base = ["--packs", packs, "--pack", "cn.watches", "--now", NOW]
done = run("check", planted, *base, "--format", "ndjson", "--fail-on", "warn")
found = flags(done.stdout)
of_rule = [f for f in found if f["rule"] == "cn.watches/detention_without_prosecution"]
check("flags never fail a check", done.returncode == 0, done.stderr)
check("the planted office is flagged in both quarters",
      [(f["key"]["agency"], f["key"]["window"]) for f in of_rule] == [("police-5", "2025-Q1"), ("police-5", "2025-Q2")],
      done.stdout[:3000])
check("nobody else is", all(f["key"].get("agency") == "police-5" for f in found), done.stdout[:3000])
check("no case is blamed", all(f["case"] == "" for f in found))
steps = [line["step"] for line in of_rule[0]["why"]] if of_rule else []
check("a flag tells figure, peers, test, bound and limits", steps == ["figure", "peers", "test", "bound", "limit"], str(steps))
check("nothing stands out where nothing was planted",
      not flags(run("check", write(made_up(2, 0.2), "plain.ndjson"), *base, "--format", "ndjson").stdout))

for form in ("text", "json", "sarif", "junit", "html"):
    done = run("check", planted, *base, "--format", form)
    check(f"{form} tells it", done.returncode == 0 and "detention_without_prosecution" in done.stdout, done.stderr[-2000:])
alone = run("check", planted, *base, "--format", "ndjson", "--rule", "detention_without_prosecution")
check("--rule names a watch", len(flags(alone.stdout)) == 2, alone.stderr)
jobs = {run("check", planted, *base, "--format", "ndjson", "--jobs", n).stdout for n in (1, 2, 5)}
check("the number of threads changes nothing", len(jobs) == 1)

if of_rule:
    for language, word in (("zh", "误报控制"), ("en", "error bound")):
        told = run("finding", "explain", of_rule[0]["id"], "--history", planted, *base, "--lang", language)
        check(f"finding explain, {language}", told.returncode == 0 and word in told.stdout, told.stdout + told.stderr)
told = run("law", "explain", "judge_defender_meetings", "--packs", packs, "--pack", "cn.watches")
check("law explain", told.returncode == 0 and "pairing" in told.stdout + "组合", told.stdout + told.stderr)
# Stories of watches: told of many cases at once, in either spelling, and they can fail.
mine = work / "mine"
shutil.copytree(root / "packs", mine)
told = run("law", "test", "cn.watches", "--packs", mine)
check("every watch has stories, and they hold", told.returncode == 0 and "21 passed, 0 failed" in told.stdout, told.stdout + told.stderr)
law_file = mine / "cn/watches/pack.law"
text = law_file.read_text()
for name, before, after, says in (
    ("a flag that does not come", "flag court-A at 2026-10-01", "flag court-B at 2026-10-01", "which did not follow"),
    ("a flag that is not named", "flag prison-A at 2026-01-01", "holds", "not expected: flag"),
):
    law_file.write_text(text.replace(before, after))
    told = run("law", "test", "cn.watches", "--packs", mine)
    check(f"{name} fails the story", before in text and told.returncode == 1 and says in told.stdout, told.stdout + told.stderr)
law_file.write_text(re.sub(r'(?m)^  "none is refused".*\n.*\n', "", text))
told = run("law", "lint", "cn.watches", "--packs", mine)
check("a watch without a story that holds is warned of", "law-no-story" in told.stdout + told.stderr, told.stdout + told.stderr)
law_file.write_text(text)
run("law", "fmt", "--words", "zh", law_file)
chinese = law_file.read_text()
told = run("law", "test", "cn.watches", "--packs", mine)
check("in Chinese words they say the same", "20 案；" in chinese or "20 案;" in chinese, chinese[:2000])
check("and hold", "21 passed" in told.stdout, told.stdout + told.stderr)
run("law", "fmt", "--words", "en", law_file)
check("and back", law_file.read_text().replace("  words     en\n", "") == text)

book = work / "book"
done = run("law", "docs", "cn.watches", "--packs", packs, "--out", book)
pages = "".join(p.read_text(errors="replace") for p in (book.rglob("*.html") if book.is_dir() else [book] if book.exists() else []))
check("law docs prints a watch", "reversal_rate" in pages + done.stdout, done.stderr)

# A stream, ended and taken up again in many places.
lines = [json.dumps(a) + "\n" for a in made_up(1, 0.75)]
lines.append(json.dumps({"id": "end", "type": "case_filed", "at": NOW, "case": "END", "agency": "police-0"}) + "\n")
state, standing = work / "state", {}
cuts = [0, 1, 400, 401, 1500, len(lines) - 1, len(lines)]
for begin, end in zip(cuts, cuts[1:]):
    done = run("check", "-", "--follow", "--event-time", "--state", state, "--packs", packs, "--pack", "cn.watches",
               feed="".join(lines[begin:end]))
    for line in done.stdout.splitlines():
        change = json.loads(line)
        if change["finding"]["kind"] != "flag":
            continue
        if change["change"] == "withdrawn":
            standing.pop(change["finding"]["id"])
        else:
            check("told once", change["change"] == "changed" or change["finding"]["id"] not in standing, line)
            standing[change["finding"]["id"]] = change["finding"]["message"]
check("--follow with restarts tells the same flags", standing == {f["id"]: f["message"] for f in found},
      f"{sorted(standing)} {sorted(f['id'] for f in found)}")

sys.exit(1 if failures else 0)
