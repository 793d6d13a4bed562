#!/usr/bin/env python3
"""The house stands: no include upwards, no cycle between folders, every header compiles alone."""
import pathlib
import re
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parent.parent
floors = {}
for line in (root / "src/floors.txt").read_text().splitlines():
    if line and not line.startswith("#"):
        floor, folder = line.split()
        floors[folder] = int(floor)

problems = []
edges = {}
for path in sorted((root / "src").rglob("*.[hc]*")):
    if path.suffix not in {".h", ".cc"} or path.parent == root / "src":
        continue
    folder = path.relative_to(root / "src").parts[0]
    if folder not in floors:
        problems.append(f"{path}: folder `{folder}` is not in src/floors.txt")
        continue
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        found = re.match(r'\s*#\s*include\s+"([a-z_]+)/', line)
        if not found:
            continue
        other = found.group(1)
        if other == folder or other not in floors:
            continue
        edges.setdefault(folder, set()).add(other)
        if floors[other] >= floors[folder]:
            problems.append(f"{path.relative_to(root)}:{number}: `{folder}` (floor {floors[folder]}) includes "
                            f"`{other}` (floor {floors[other]})")

def reaches(start, goal, seen):
    for after in edges.get(start, ()):
        if after == goal or (after not in seen and reaches(after, goal, seen | {after})):
            return True
    return False

for folder in edges:
    if reaches(folder, folder, set()):
        problems.append(f"`{folder}` includes itself in a cycle")

# Every header alone: one translation unit each, syntax only, several at a time.
headers = [p for p in sorted((root / "src").rglob("*.h"))]
flags = ["-std=c++23", "-DHENG_SOURCE_DIR=\".\"", "-fsyntax-only", "-I" + str(root / "src"), "-Wall", "-Wextra", "-Wno-pragma-once-outside-header"]
jobs = []
with tempfile.TemporaryDirectory() as folder:
    running = []
    for index, header in enumerate(headers):
        unit = pathlib.Path(folder) / f"{index}.cc"
        unit.write_text(f'#include "{header.relative_to(root / "src")}"\n')
        running.append((header, subprocess.Popen(["g++", *flags, str(unit)], stderr=subprocess.PIPE, text=True)))
        if len(running) == 2 or index == len(headers) - 1:
            for name, process in running:
                error = process.communicate()[1]
                if process.returncode != 0:
                    problems.append(f"{name.relative_to(root)} does not compile alone:\n{error[:600]}")
            running = []

for problem in problems:
    print(problem)
print(f"{len(headers)} headers, {len(edges)} folders with includes, {len(problems)} problems")
sys.exit(1 if problems else 0)
