#!/usr/bin/env python3
"""Writes docs/coverage.md: which pack, file and rule serves each rule of the shared catalogue and each mechanism.

    tools/coverage.py           writes the page
    tools/coverage.py --check   exit 1 if the page is not what would be written now

Reads ../shared (or HENG_SHARED): law/cn/catalogue.yaml and design/mechanisms.md. Exit 77 where they are missing.
"""

import collections
import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = pathlib.Path(os.environ.get("HENG_SHARED", ROOT.parent / "shared"))
PAGE = ROOT / "docs" / "coverage.md"
FORMS = ("rule", "clock", "separation", "power", "consequence", "state", "fact")
SKIPPED = 77  # what ctest takes for a skipped test


def catalogue(path):
    """[{"id", "section", "title", "seed"}] in the catalogue's order; the file keeps one field to a line."""
    rules = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if head := re.match(r"- id: (\w+)", line):
            rules.append({"id": head.group(1), "section": "", "title": "", "seed": []})
        elif rules and (field := re.match(r"  (section|title_en): \"?([^\"]*)\"?$", line)):
            rules[-1]["title" if field.group(1) == "title_en" else "section"] = field.group(2)
        elif rules and (seed := re.match(r"  seed: \[(.*)\]", line)):
            rules[-1]["seed"] = re.findall(r"M\d+", seed.group(1))
    return rules


def mechanisms(path):
    """[(code, name)] of the table rows that begin with a code."""
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if re.fullmatch(r"M\d+", cells[0]) and len(cells) >= 3:
            rows.append((cells[0], cells[2]))
    return rows


def packs(folder):
    """{id: {"pack", "files", "forms", "parts"}} of every declaration under the folder, parts and versions together."""
    found = {}
    for path in sorted(folder.rglob("*.law")):
        pack = ".".join(path.parent.relative_to(folder).parts)
        for line in path.read_text(encoding="utf-8").splitlines():
            head = re.match(r"(\w+) (\w+)(?:\.(\w+))?", line)
            if not head or head.group(1) not in FORMS:
                continue
            entry = found.setdefault(head.group(2), {"pack": pack, "files": [], "forms": [], "parts": []})
            for field, value in (("files", path.name), ("forms", head.group(1)), ("parts", head.group(3))):
                if value and value not in entry[field]:
                    entry[field].append(value)
    return found


def excused(path):
    return dict(re.findall(r"^(\w+): (\S.*)$", path.read_text(encoding="utf-8"), re.M))


def page(law, seeds, ours, reasons):
    serving = collections.defaultdict(list)
    for rule in law:
        for seed in rule["seed"]:
            serving[seed].append(rule["id"])
    served = lambda code: [rule for rule in serving[code] if rule in ours]
    checked = [rule for rule in law if rule["id"] in ours]
    named = [rule for rule in law if rule["id"] not in ours and rule["id"] in reasons]
    open_rules = [rule for rule in law if rule["id"] not in ours and rule["id"] not in reasons]
    without = [code for code, _ in seeds if not served(code)]

    out = [
        "# What the packs cover",
        "",
        "Written by `tools/coverage.py` from the packs and the catalogue of rules; `tests/coverage_test.py` holds it up to date.",
        "A rule may have limbs (`rule.part`) and versions for different dates; they count once. Its stories stand beside it in its file.",
        "",
        f"- {len(law)} rules of the catalogue: {len(checked)} checked by a pack, {len(named)} not checked for a stated reason,"
        f" {len(open_rules)} open.",
        f"- {len(seeds)} mechanisms: {len(seeds) - len(without)} served by at least one checked rule, {len(without)} by none.",
        "",
        "## Sections",
        "",
        "| section | rules | checked | limbs | packs |",
        "|---|---|---|---|---|",
    ]
    for section in dict.fromkeys(rule["section"] for rule in law):
        mine = [rule["id"] for rule in law if rule["section"] == section]
        have = [ours[rule] for rule in mine if rule in ours]
        names = sorted({entry["pack"] for entry in have})
        out.append(
            f"| {section} | {len(mine)} | {len(have)} | {sum(len(entry['parts']) for entry in have)} |"
            f" {', '.join(f'`{name}`' for name in names)} |"
        )
    out += ["", "## Gaps", ""]
    out += [f"- `{rule['id']}`: not checked: {reasons[rule['id']]}." for rule in named]
    out += [f"- `{rule['id']}`: open." for rule in open_rules]
    out += [
        "",
        "Mechanisms that no rule of the catalogue names: workflows, registers, figures, or rules that are not public.",
        "",
    ]
    out += [f"- {code} {name}" for code, name in seeds if code in without]
    out += ["", "## Mechanisms", "", "| code | mechanism | rules | served by |", "|---|---|---|---|"]
    for code, name in seeds:
        rules = served(code)
        groups = collections.defaultdict(list)
        for rule in rules:
            groups[ours[rule]["pack"]].append(rule)
        text = "; ".join(f"`{pack}`: {', '.join(names)}" for pack, names in sorted(groups.items()))
        out.append(f"| {code} | {name} | {len(rules)} | {text or '—'} |")
    out += ["", "## Rules", "", "| rule | what | where | form | limbs | mechanisms |", "|---|---|---|---|---|---|"]
    for rule in law:
        entry = ours.get(rule["id"])
        seeds_of = " ".join(rule["seed"]) or "—"
        if entry is None:
            out.append(f"| {rule['id']} | {rule['title']} | — | — | — | {seeds_of} |")
            continue
        where = " ".join(f"`{entry['pack'].replace('.', '/')}/{name}`" for name in entry["files"])
        out.append(
            f"| {rule['id']} | {rule['title']} | {where} | {', '.join(entry['forms'])} |"
            f" {', '.join(entry['parts']) or '—'} | {seeds_of} |"
        )
    return "\n".join(out) + "\n"


def main(arguments):
    sources = [SHARED / "law" / "cn" / "catalogue.yaml", SHARED / "design" / "mechanisms.md"]
    for source in sources:
        if not source.exists():
            print(f"skipped: {source} is not there (set HENG_SHARED)")
            return SKIPPED
    text = page(
        catalogue(sources[0]), mechanisms(sources[1]), packs(ROOT / "packs"), excused(ROOT / "packs" / "cn" / "not_checked.yaml")
    )
    if "--check" not in arguments:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text:
        print("docs/coverage.md is up to date")
        return 0
    print("docs/coverage.md is out of date: run tools/coverage.py")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
