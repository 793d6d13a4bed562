#!/usr/bin/env python3
"""Shell scripts and JSON files read as what they are; text files are tidy; examples are acts."""
import json
import pathlib
import re
import shutil
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parent.parent
files = [root / name for name in subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True).stdout.split("\n") if name]
if not files:  # an unpacked copy without git
    files = [p for p in root.rglob("*") if p.is_file() and "build" not in p.relative_to(root).parts[:1]]
failures = []
scripts = []
parsed = 0
for path in files:
    if not path.is_file():
        continue
    name = path.relative_to(root)
    raw = path.read_bytes()
    first = raw.split(b"\n", 1)[0]
    if path.suffix == ".sh" or (first.startswith(b"#!") and b"sh" in first.rsplit(b"/", 1)[-1]):
        scripts.append(path)
        if not path.stat().st_mode & 0o100:
            failures.append(f"{name}: not executable")
    if path.suffix == ".json":
        json.loads(raw)
        parsed += 1
    if path.suffix == ".ndjson":
        for number, line in enumerate(raw.decode().splitlines(), 1):
            act = json.loads(line)
            parsed += 1
            for field in ("id", "type", "at", "case", "agency"):
                if field not in act:
                    failures.append(f"{name}:{number}: an act without `{field}`")
    if path.suffix in (".md", ".py", ".sh", ".law", ".txt", ".cmake", ".json"):  # clang-format sees to the rest
        text = raw.decode()
        for number, line in enumerate(text.splitlines(), 1):
            if line != line.rstrip():
                failures.append(f"{name}:{number}: spaces at the end of the line")
            if "\t" in line and path.suffix in (".py", ".law"):
                failures.append(f"{name}:{number}: a tab")
for path in scripts:
    done = subprocess.run(["bash", "-n", str(path)], capture_output=True, text=True)
    if done.returncode != 0:
        failures.append(done.stderr.strip())
    if shutil.which("shellcheck"):
        done = subprocess.run(["shellcheck", "-S", "warning", "-e", "SC2046,SC2164", str(path)], capture_output=True, text=True)
        if done.returncode != 0:
            failures.append(done.stdout.strip())
# A link in a document leads to a file.
for path in files:
    if path.suffix == ".md" and path.is_file():
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text()):
            if "://" not in target and not (path.parent / target).exists():
                failures.append(f"{path.relative_to(root)}: the link `{target}` leads nowhere")
print("\n".join(failures) or f"{len(scripts)} scripts, {parsed} JSON texts, {len(files)} files: tidy")
sys.exit(1 if failures or len(scripts) < 4 or parsed < 40 else 0)
