#!/usr/bin/env python3
"""heng law diff on changed copies of a pack: what the text says differently and which findings that moves."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parent.parent
heng = os.environ.get("HENG_BINARY", str(root / "build/release/heng"))
problems = []


def check(what, good, said=""):
    if not good:
        problems.append(what)
        print(f"FAILED {what}\n{said}")


def run(*arguments, code=None):
    done = subprocess.run([heng, "law", "diff", *map(str, arguments)], capture_output=True, text=True,
                          env={**os.environ, "HENG_PACKS": str(root / "packs"), "LC_ALL": "en_US.UTF-8"})
    if code is not None:
        check(f"{' '.join(map(str, arguments[-4:]))}: exit {done.returncode}, not {code}", done.returncode == code,
              done.stdout + done.stderr)
    return done


def act(number, kind, at, case, **data):
    return {"id": f"{case}-{number}", "type": kind, "at": at, "case": case, "agency": "police-X1",
            "by": [{"id": "O1", "role": "investigator"}], "on": [{"id": "P1", "role": "person"}],
            "data": {"person": "P1", **data}}


def copy_of(folder, name, *edits):
    """packs/cn/criminal under another folder, with (file, old, new) put in."""
    target = folder / name
    shutil.copytree(root / "packs/cn/criminal", target)
    for file, old, new in edits:
        path = target / file
        text = path.read_text(encoding="utf-8")
        assert old in text, (file, old)
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return target


def clock(text, rule):
    """The whole declaration of a clock."""
    begin = text.index(f"clock {rule} ")
    return text[begin:text.index("\n\n", begin)]


measures = (root / "packs/cn/criminal/c_measures.law").read_text(encoding="utf-8")
family = clock(measures, "detention_family_notice_24h")

with tempfile.TemporaryDirectory() as temporary:
    folder = pathlib.Path(temporary)
    history = folder / "acts.ndjson"
    acts = [
        # A: told after 20 hours. B: told after 30 hours. C: never told. D: told after 2 hours.
        act(1, "detention_executed", "2026-03-03T08:00:00+08:00", "A"),
        act(2, "family_notified", "2026-03-04T04:00:00+08:00", "A"),
        act(1, "detention_executed", "2026-03-03T08:00:00+08:00", "B"),
        act(2, "family_notified", "2026-03-04T14:00:00+08:00", "B"),
        act(1, "detention_executed", "2026-03-03T08:00:00+08:00", "C"),
        act(1, "detention_executed", "2026-03-03T08:00:00+08:00", "D"),
        act(2, "family_notified", "2026-03-03T10:00:00+08:00", "D"),
    ]
    history.write_text("".join(json.dumps(one) + "\n" for one in acts))
    judged = ["--history", history, "--now", "2026-03-20", "--no-missing"]

    def lines(*arguments, code=1):
        out = [json.loads(line) for line in run(*arguments, "--format", "ndjson", code=code).stdout.splitlines()]
        check("every line names the schema", all(line["schema"] == "heng/lawdiff/v1" for line in out))
        return out

    def of(out, what):
        return [line for line in out if line["what"] == what]

    # Nothing differs: an untouched copy, and one with remarks and other spaces.
    untouched = copy_of(folder, "untouched")
    run("cn.criminal", untouched, code=0)
    run("cn.criminal", untouched, *judged, code=0)
    remarks = copy_of(folder, "remarks", ("c_measures.law", family, family.replace(
        "  allows    24 hours", "  allows  24 hours  # twenty-four").replace("\n  met", "\n  # a line\n  met")))
    run("cn.criminal", remarks, *judged, code=0)

    # 24 hours → 12: A becomes late, B later, C is over earlier, D stays.
    shorter = copy_of(folder, "shorter", ("c_measures.law", family, family.replace("24 hours\n", "12 hours\n")))
    out = lines("cn.criminal", shorter, *judged)
    declarations = of(out, "declaration")
    check("one declaration changed", [(d["change"], d["kind"], d["name"]) for d in declarations]
          == [("changed", "clock", "detention_family_notice_24h")], declarations)
    findings = [f for f in of(out, "finding") if (f.get("after") or f["before"])["kind"] != "warn"]
    got = {(f["case"], f["change"], f.get("before", {}).get("kind"), f.get("before", {}).get("due"),
            f.get("after", {}).get("kind"), f.get("after", {}).get("due")) for f in findings}
    # Hours are counted from the next full hour.
    check("who is touched", got == {
        ("A", "appeared", None, None, "late", "2026-03-03T21:00:00+08:00"),
        ("B", "moved", "late", "2026-03-04T09:00:00+08:00", "late", "2026-03-03T21:00:00+08:00"),
        ("C", "moved", "breach", "2026-03-04T09:00:00+08:00", "breach", "2026-03-03T21:00:00+08:00"),
    }, got)
    rules = of(out, "rule")
    check("one rule, with its cause", [(r["rule"], r["causes"]) for r in rules] == [
        ("cn.criminal/detention_family_notice_24h", ["clock detention_family_notice_24h"])], rules)
    summary = of(out, "summary")[0]
    check("the summary counts", (summary["appeared"], summary["vanished"], summary["moved"]) == tuple(
        len([f for f in of(out, "finding") if f["change"] == c]) for c in ("appeared", "vanished", "moved")), summary)

    # The other way round, what appeared vanishes.
    back = of(lines(shorter, "cn.criminal", *judged), "finding")
    check("the mirror", {(f["id"], f["change"]) for f in back} == {
        (f["id"], {"appeared": "vanished", "vanished": "appeared", "moved": "moved"}[f["change"]])
        for f in of(out, "finding")}, back)

    # The same as one document, and as text.
    document = json.loads(run("cn.criminal", shorter, *judged, "--format", "json", code=1).stdout)
    check("json says what ndjson says",
          [f["id"] for f in document["findings"]] == [f["id"] for f in of(out, "finding")]
          and document["summary"]["moved"] == summary["moved"])
    text = run("cn.criminal", shorter, *judged, "--limit", "1", "--lang", "en", code=1).stdout
    moved = summary["moved"]
    check("text counts by rule and cuts to the limit",
          "cn.criminal/detention_family_notice_24h" in text and f"… {moved - 1} more" in text, text)

    # One finding explained: both sums, and the line that changed. Every moved finding can be asked for.
    late = next(f for f in findings if f["case"] == "B")
    said = run("cn.criminal", shorter, *judged, "--explain", late["id"], "--lang", "en", code=1).stdout
    check("the explanation shows both versions and the text", all(part in said for part in (
        "the old version", "the new version", "-   allows    24 hours", "+   allows    12 hours", "2026-03-04 09:00",
        "2026-03-03 21:00")), said)
    stays = run("cn.criminal", untouched, *judged, "--explain", late["id"], "--lang", "en", code=0).stdout
    check("a finding that stays is said to stay", "both versions say the same" in stays, stays)
    run("cn.criminal", shorter, *judged, "--explain", "zz", code=5)
    run("cn.criminal", shorter, "--explain", late["id"], code=2)

    # A clock taken away: its findings vanish; one that is added: they appear.
    gone = copy_of(folder, "gone", ("c_measures.law", family, "# no such clock"))
    for path in gone.glob("*.law"):  # with its tests
        blocks = path.read_text(encoding="utf-8").split("\n\n")
        path.write_text("\n\n".join(b for b in blocks if not b.startswith("test detention_family_notice_24h\n")), encoding="utf-8")
    out = lines("cn.criminal", gone, *judged)
    check("it vanishes", {f["change"] for f in of(out, "finding")} == {"vanished"}
          and {f["case"] for f in of(out, "finding")} >= {"B", "C"}, out)
    check("the clock is removed", ("removed", "clock", "detention_family_notice_24h")
          in [(d["change"], d["kind"], d["name"]) for d in of(out, "declaration")])
    out = lines(gone, "cn.criminal", *judged)
    check("it appears", {f["change"] for f in of(out, "finding")} == {"appeared"}, out)

    # Another severity alone moves the finding.
    graver = copy_of(folder, "graver", ("c_measures.law", family, family.replace("severity  high", "severity  low")))
    out = of(lines("cn.criminal", graver, *judged), "finding")
    check("severity", {(f["change"], f["before"]["severity"], f["after"]["severity"]) for f in out} == {("moved", "high", "low")}, out)

    # A pack of another name is compared by the names of its rules.
    renamed = copy_of(folder, "renamed", ("c_measures.law", family, family.replace("24 hours\n", "12 hours\n")),
                      ("pack.law", "pack cn.criminal", "pack cn.criminal_draft"))
    out = lines("cn.criminal", renamed, *judged)
    check("only the clock differs", [d["name"] for d in of(out, "declaration")] == ["detention_family_notice_24h"], out)
    check("the same findings move", sorted(f["id"] for f in of(out, "finding")) == sorted(
        f["id"] for f in of(lines("cn.criminal", shorter, *judged), "finding")))

    # A changed copy of a whole tree: what the pack uses is read beside it.
    shutil.copytree(root / "packs", folder / "tree")
    base = folder / "tree/cn/base/pack.law"
    text = base.read_text(encoding="utf-8")
    at = text.index("setting chain_gap")
    line = text[at:text.index("\n", at)]
    base.write_text(text.replace(line, line.rsplit(" is ", 1)[0] + " is 48 exact hours"), encoding="utf-8")
    summons = folder / "summons.ndjson"
    summons.write_text("".join(json.dumps(one) + "\n" for one in [
        act(1, "summons_started", "2026-03-03T08:00:00+08:00", "S", domain="criminal"),
        act(2, "summons_ended", "2026-03-03T12:00:00+08:00", "S", domain="criminal"),
        act(3, "summons_started", "2026-03-04T18:00:00+08:00", "S", domain="criminal"),
    ]))
    out = lines("cn.criminal", folder / "tree/cn/criminal", "--history", summons, "--no-missing")
    check("the setting differs", [(d["pack"], d["name"]) for d in of(out, "declaration")] == [("cn.base", "chain_gap")], out)
    check("a rule is moved by what it names", [(r["rule"], r["appeared"], r["causes"]) for r in of(out, "rule")] == [
        ("cn.criminal/summons_no_chaining", 1, ["setting chain_gap"])], of(out, "rule"))

    # What cannot be compared.
    run("cn.criminal", code=2)
    run("cn.criminal", "cn.nowhere", code=5)
    run("cn.criminal", shorter, "--history", folder / "none.ndjson", code=5)
    run("cn.criminal", shorter, "--history", "-", code=2)
    broken = copy_of(folder, "broken", ("c_measures.law", family, family.replace("allows    24 hours", "allows    24 moons")))
    run("cn.criminal", broken, code=3)
    (folder / "bad.ndjson").write_text(history.read_text() + "{]\n")
    run("cn.criminal", shorter, "--history", folder / "bad.ndjson", "--now", "2026-03-20", code=3)

print("law diff: " + ("holds" if not problems else f"{len(problems)} problems"))
sys.exit(1 if problems else 0)
