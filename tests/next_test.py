#!/usr/bin/env python3
"""`heng case next`: what an official may do now, with the running deadline first; and `heng case clocks` with its sums."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parent.parent
heng = os.environ.get("HENG_BINARY", str(root / "build/release/heng"))
work = pathlib.Path(tempfile.mkdtemp(prefix="heng-next-"))
failures = 0


def check(name, good, why=""):
    global failures
    if not good:
        failures += 1
    print(f"{'ok  ' if good else 'FAIL'} {name}" + (f"\n{why}" if why and not good else ""))


(work / "pack.law").write_text('''pack next "次" "next"
  zone      "Asia/Shanghai"
  reviewed  no

source CPL "刑事诉讼法" "Criminal Procedure Law" 2018-10-26
role investigator "侦查人员" "Investigator"
role prosecutor "检察官" "Prosecutor"
agency police "公安机关" "Police"
agency procuratorate "检察院" "Procuratorate"
subject person "人" "Person" is on.person

period hours "小时" "hours"
  counts    hours
  starts    at the act

act detained "拘留" "Detained"
  by        investigator
  on        person

act family_told "通知家属" "Family told"
  by        investigator
  on        person

act searched "搜查" "Searched"
  by        investigator
  on        person
  data      warrant: yes or no

act extended "延长" "Extended"
  by        investigator
  on        person

act charged "起诉" "Charged"
  on        person

clock tell_family "通知家属" "Tell the family"
  cites     CPL 85(2)
  severity  high
  for       each person
  starts    on detained
  allows    24 hours
  met by    family_told

rule search_warrant "搜查证" "A search needs a warrant"
  cites     CPL 138
  severity  high
  on        searched
  require   warrant = yes

rule extension_once "只延长一次" "Extended once"
  cites     CPL 91
  severity  high
  for       each person
  on        extended
  require   no earlier extended

power charging "起诉权" "To charge"
  cites     CPL 169
  severity  critical
  lets      charged
  held by   prosecutor of procuratorate
''')


def act(number, kind, at, person, agency="police-1"):
    return {"id": f"a{number}", "type": kind, "at": at, "case": "K1", "agency": agency,
            "by": [{"id": "O1", "role": "investigator"}], "on": [{"id": person, "role": "person"}]}


acts = [act(1, "detained", "2026-03-02T09:00:00+08:00", "P1"), act(2, "detained", "2026-03-02T07:00:00+08:00", "P2"),
        act(3, "extended", "2026-03-02T12:00:00+08:00", "P1")]
acts.append(dict(act(4, "detained", "2026-03-02T07:00:00+08:00", "P9"), case="K2"))
history = work / "acts.ndjson"
history.write_text("".join(json.dumps(a) + "\n" for a in acts))
base = ["--history", history, "--pack", work, "--now", "2026-03-02T20:00:00+08:00"]


def run(*arguments):
    return subprocess.run([heng, *map(str, arguments)], capture_output=True, text=True)


done = run("case", "next", "K1", "--role", "investigator", "--office", "police-1", *base, "--format", "json")
steps = json.loads(done.stdout)["steps"] if done.returncode == 0 else []
told = [(s["type"], s["on"].get("person"), s["answer"]) for s in steps]
check("the nearest deadline comes first", told[:2] == [("family_told", "P2", "allowed"), ("family_told", "P1", "allowed")],
      done.stdout + done.stderr)
check("it says which deadline it meets", bool(steps) and [c["rule"] for c in steps[0]["meets"]] == ["next/tell_family"])
answers = {(kind, person): answer for kind, person, answer in told}
check("allowed, and what it starts", answers.get(("detained", "P1")) == "allowed" and
      any(s["starts"] for s in steps if s["type"] == "detained"), str(told))
check("cannot tell, with the fact", answers.get(("searched", "P1")) == "cannot tell" and
      any(u["missing"] == ["warrant"] for s in steps if s["type"] == "searched" for u in s["unknown"]), str(told))
check("not allowed a second time", answers.get(("extended", "P1")) == "refused", str(told))
check("allowed for the other person", answers.get(("extended", "P2")) == "allowed", str(told))
check("refused comes last", told[-1][2] == "refused" if told else False, str(told))
check("no other case's people, no other role's acts",
      all(person in ("P1", "P2") and kind != "charged" for kind, person, _ in told), str(told))
refused = [s for s in steps if s["answer"] == "refused"]
check("a refusal names its article", all(f["cites"] == ["CPL 91"] for s in refused for f in s["against"]))

done = run("case", "next", "K1", "--role", "prosecutor", "--office", "procuratorate-1", *base, "--format", "json")
told = [(s["type"], s["answer"]) for s in json.loads(done.stdout)["steps"]] if done.returncode == 0 else []
check("a power gives its holder the act", set(told) == {("charged", "allowed")}, done.stdout + done.stderr)
done = run("case", "next", "K1", "--role", "prosecutor", "--office", "police-1", *base, "--format", "json")
told = [(s["type"], s["answer"]) for s in json.loads(done.stdout)["steps"]] if done.returncode == 0 else []
check("elsewhere it is no power", set(told) == {("charged", "refused")}, done.stdout + done.stderr)

for language, words in (("zh", ("可以实施", "履行", "不得实施")), ("en", ("allowed", "meets", "not allowed"))):
    done = run("case", "next", "K1", "--role", "investigator", "--office", "police-1", *base, "--lang", language)
    check(f"text, {language}", done.returncode == 0 and all(w in done.stdout for w in words), done.stdout + done.stderr)
done = run("case", "next", "K1", "--role", "investigator", *base, "--allowed", "--lang", "en")
check("--allowed leaves the rest out", "\nExtended (extended) P1" not in done.stdout and "Extended (extended) P2" in done.stdout, done.stdout)
check("no such case", run("case", "next", "K7", "--role", "investigator", *base).returncode == 5)
check("no such role", run("case", "next", "K1", "--role", "nobody", *base).returncode == 5)
check("--help has an example", "heng case next" in run("case", "next", "--help").stdout)

done = run("case", "clocks", "K1", *base, "--lang", "en")
check("case clocks shows the sum", done.returncode == 0 and "24 hours" in done.stdout and "2026-03-03 07:00" in done.stdout,
      done.stdout + done.stderr)
done = run("case", "clocks", "K1", *base, "--format", "json")
clocks = json.loads(done.stdout)["cases"][0]["clocks"] if done.returncode == 0 else []
check("as JSON too", len(clocks) == 2 and all(c["sum"] for c in clocks), done.stdout[:2000])

sys.exit(1 if failures else 0)
