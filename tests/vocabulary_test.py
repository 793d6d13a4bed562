#!/usr/bin/env python3
"""The vocabulary of packs/cn/base names every act type and every fixed field of shared/law/cn/acts.yaml.

Acceptance histories use exactly these names, so a missing one is a silent hole in the packs.
Skips, with a printed reason, where the shared material is not there.
"""

import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = pathlib.Path(os.environ.get("HENG_SHARED", ROOT.parent / "shared"))
KINDS = {
    "boolean": {"yes or no"},
    "number": {"number", "money"},
    "date": {"date"},
    "time": {"time"},
    "clock time": {"clock time"},
    "text": {"text", "level"},
    "list of text": {"list of text", "people"},
}


def declared_acts(folder):
    """{act: {field: type}} of every *.law file of the folder."""
    acts = {}
    for path in sorted(folder.glob("*.law")):
        act, clause = None, ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if head := re.match(r"act (\w+)", line):
                act, clause = acts.setdefault(head.group(1), {}), ""
                continue
            if not line.startswith("  "):
                act = None
            if act is None:
                continue
            clause = line[2:12].strip() or clause
            if clause == "data" and ":" in line:
                name, kind = re.sub(r'"[^"]*"', "", line[12:]).split(":", 1)
                act[name.strip()] = kind.strip().removesuffix(" else latest")
    return acts


def fixed_acts(path):
    """{act: {field: kind}} of the shared vocabulary; its lines are flow mappings, one act to a line."""
    acts = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        head = re.match(r"  (\w+): \{(.*)\}$", line)
        if not head:
            continue
        fields = re.search(r"(?<!_)fields: \{(.*?)\}(?:, candidate_fields|, rules|$)", head.group(2))
        found = re.findall(r'(\w+): "([^"]*)"', fields.group(1)) if fields else []
        acts[head.group(1)] = {name: kind.split(" [")[0] for name, kind in found}
    return acts


def main():
    vocabulary = SHARED / "law" / "cn" / "acts.yaml"
    if not vocabulary.exists():
        print(f"skipped: {vocabulary} is not there (set HENG_SHARED)")
        return 0
    ours = declared_acts(ROOT / "packs" / "cn" / "base")
    wrong = []
    fixed = fixed_acts(vocabulary)
    for act, fields in fixed.items():
        if act not in ours:
            wrong.append(f"act {act} is not declared")
            continue
        for field, kind in fields.items():
            if kind.startswith("record"):
                continue  # a map of opinions: no rule reads it, the language has no type for it
            if field not in ours[act]:
                wrong.append(f"{act}: field {field} is not declared")
            elif ours[act][field] not in KINDS[kind]:
                wrong.append(f"{act}.{field}: declared {ours[act][field]}, the histories carry {kind}")
    for line in wrong:
        print(line)
    print(f"{len(fixed)} act types checked, {len(wrong)} wrong")
    return 1 if wrong or not fixed else 0


if __name__ == "__main__":
    sys.exit(main())
