#!/usr/bin/env python3
"""Every rule of a section of the shared catalogue that the packs have begun is in a pack, or in
packs/cn/not_checked.yaml with its reason.

A rule of a pack that bears an id of the catalogue carries its severity and, over its parts and versions together,
its citations. Skips, with a printed reason, where the shared material is not there.
"""

import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = pathlib.Path(os.environ.get("HENG_SHARED", ROOT.parent / "shared"))
FORMS = "rule|clock|separation|power|consequence|state|fact"


def catalogue_rules(path):
    """{id: {"severity", "cites", "section"}} read line by line: the file keeps one field to a line."""
    rules, rule = {}, None
    for line in path.read_text(encoding="utf-8").splitlines():
        if head := re.match(r"- id: (\w+)", line):
            rule = rules.setdefault(head.group(1), {"severity": "", "cites": set(), "section": ""})
        elif rule is None:
            continue
        elif field := re.match(r"  (severity|section): \"?([^\"]*)\"?$", line):
            rule[field.group(1)] = field.group(2)
        elif source := re.match(r"  - \{source: \"([^\"]+)\"(.*)\}", line):
            rule["cites"] |= cites_of(source.group(1), source.group(2))
    return rules


def cites_of(source, rest):
    """The catalogue's article, paragraph and item in the language's spelling: CPL 91(1-2), CPLI 94.2."""
    part = dict(re.findall(r"(article|para|item): \"?([^\",}]+)\"?", rest))
    text = source.replace("-", "_")
    if "article" in part:
        text += " " + part["article"]
    if "para" in part:
        text += f"({part['para']})"
    if "item" not in part:
        return {text}
    first, _, last = part["item"].partition("-")
    if last and first.isdigit():  # the language cites one item at a time
        return {f"{text}.{item}" for item in range(int(first), int(last) + 1)}
    return {f"{text}.{part['item']}"}


def pack_rules(folder):
    """{id: {"severities", "cites"}} of all rules under the folder, parts and versions together."""
    rules = {}
    for path in sorted(folder.rglob("*.law")):
        rule, clause = None, ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if line and not line[0].isspace():
                head = re.match(rf"(?:{FORMS}) (\w+)", line)
                rule = rules.setdefault(head.group(1), {"severities": set(), "cites": set()}) if head else None
                continue
            if rule is None:
                continue
            clause = line[2:12].strip() or clause
            if clause == "severity":
                rule["severities"].add(line[12:].strip())
            cited = line[12:] if clause == "cites" else line.partition(" cites ")[2]
            rule["cites"] |= {cite.strip() for cite in cited.split(",") if cite.strip()}
    return rules


def main():
    source = SHARED / "law" / "cn" / "catalogue.yaml"
    if not source.exists():
        print(f"skipped: {source} is not there (set HENG_SHARED)")
        return 0
    law = catalogue_rules(source)
    packs = pack_rules(ROOT / "packs" / "cn")
    reasons = (ROOT / "packs" / "cn" / "not_checked.yaml").read_text(encoding="utf-8")
    excused = set(re.findall(r"^(\w+): \S", reasons, re.M))
    wrong = []
    begun = {law[rule]["section"] for rule in law if rule in packs}
    for rule in law:
        if rule not in packs and rule not in excused and law[rule]["section"] in begun:
            wrong.append(f"{rule} (section {law[rule]['section'][:1]}) is in no pack and in not_checked.yaml neither")
    for section in sorted({law[rule]["section"] for rule in law} - begun):
        print(f"no rule yet of section {section}")
    for rule in sorted(set(packs) & set(law)):
        if packs[rule]["severities"] - {law[rule]["severity"]}:
            wrong.append(f"{rule}: severity {packs[rule]['severities']}, the catalogue says {law[rule]['severity']}")
        if missing := law[rule]["cites"] - packs[rule]["cites"]:
            wrong.append(f"{rule}: does not cite {', '.join(sorted(missing))}")
    for rule in sorted(excused & set(packs)):
        wrong.append(f"{rule} is checked, yet not_checked.yaml lists it")
    for line in wrong:
        print(line)
    print(f"{len(law)} rules of the catalogue, {len(set(packs) & set(law))} in packs, {len(wrong)} wrong")
    return 1 if wrong or not law else 0


if __name__ == "__main__":
    sys.exit(main())
