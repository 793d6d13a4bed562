#!/usr/bin/env python3
"""Every code that an Error, a note or a diagnostic can carry has a page docs/explain/<code>.md, and no page is left over.

A code is a string such as "wal-corrupt". It stands behind an ErrorKind, or is handed to a helper that makes
the Error (`fail("gz-corrupt", …)`, `{"act-no-case", …}` in a list of notes), or is a kind of src/law/kinds.def.
"""
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parent.parent
# threats.md is no page of a code: it says what the record promises to whom, and what it cannot.
pages = {page.stem: page for page in (root / "docs/explain").glob("*.md") if page.stem != "threats"}
code = r'"([a-z0-9]+(?:-[a-z0-9]+)*)"'
kebab = r'"([a-z][a-z0-9]*(?:-[a-z0-9]+)+)"'
makes_error = [
    re.compile(r"ErrorKind::\w+,\s*" + code),
    re.compile(r"\b(?:fail|failed|bad|refused|broken|note|malformed)\(\s*" + kebab),
    re.compile(r"\bnote\(\s*[\w().]+,\s*" + kebab),
    re.compile(r"\bfailed\([^;]*?,\s*" + kebab + r"\)"),
    re.compile(r"push_back\(\{\s*" + kebab),
    re.compile(r"\berror\.code = " + code),
    re.compile(r'missing \? ErrorKind::\w+ : ErrorKind::\w+, missing \? ' + kebab),
]
used = {}
for source in sorted(root.glob("src/**/*.cc")) + sorted(root.glob("src/**/*.h")):
    if source.name.endswith(("_test.cc", "_test.h", "_fuzz.cc")):
        continue
    text = source.read_text()
    for pattern in makes_error:
        for found in pattern.findall(text):
            used.setdefault(found, source.relative_to(root))
    # The ways a check of the record can fail are codes too (record/verdict.cc).
    table = re.search(r"failure_code\(Failure.*?\{(.*?)\n\}", text, re.S)
    if table:
        for found in re.findall(code, table.group(1)):
            used.setdefault(found, source.relative_to(root))

kinds = root / "src/law/kinds.def"
for found in re.findall(r"HENG_LAW_KIND\((\w+),", kinds.read_text()):
    used.setdefault("law-" + found.replace("_", "-"), kinds.relative_to(root))
used.pop("ok", None)  # no failure

failures = []
for name, source in sorted(used.items()):
    if name not in pages:
        failures.append(f"{source}: `{name}` has no page docs/explain/{name}.md")
everything = "\n".join(p.read_text() for p in root.glob("src/**/*") if p.suffix in (".cc", ".h", ".def", ".py"))
for name, page in sorted(pages.items()):
    text = page.read_text()
    if not text.startswith(f"# {name}\n"):
        failures.append(f"{page.relative_to(root)}: does not begin with `# {name}`")
    if len(text.split()) < 12:
        failures.append(f"{page.relative_to(root)}: says too little: what is wrong, and how it is mended")
    if name not in used and f'"{name}"' not in everything:
        failures.append(f"{page.relative_to(root)}: nothing in src says `{name}`")
print("\n".join(failures) or f"{len(used)} codes, each with its page")
sys.exit(1 if failures or len(used) < 50 else 0)
