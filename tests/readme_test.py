#!/usr/bin/env python3
"""Runs every ```sh block of README.md in a copy of the project's data and holds its output to the ```text block below it.

A line that ends in "# exits N" says with what its block ends (otherwise 0). In a text block, `…` stands for lines left out; every
other line must be printed, in this order, and may go on. Blocks marked ```console are for people and are not run.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parent.parent
program = pathlib.Path(os.environ.get("HENG", root / "build/release/heng")).resolve()
if not program.exists():
    sys.exit(f"{program} is missing: run ./run --build-only")
blocks = re.findall(r"^```(\w+)\n(.*?)^```$", (root / "README.md").read_text(), re.M | re.S)
failures = 0
runs = 0
with tempfile.TemporaryDirectory() as folder:
    for name in ("examples", "packs"):
        shutil.copytree(root / name, pathlib.Path(folder) / name)
    tools = pathlib.Path(folder) / "bin"
    tools.mkdir()
    (tools / "heng").symlink_to(program)
    environment = dict(os.environ, PATH=f"{tools}:{os.environ['PATH']}", LC_ALL="C.UTF-8", TZ="UTC",
                       HENG_PACKS=f"{folder}/packs", NO_COLOR="1")
    for index, (kind, script) in enumerate(blocks):
        if kind != "sh":
            continue
        runs += 1
        wanted = [int(code) for code in re.findall(r"# exits (\d+)$", script, re.M)]
        done = subprocess.run(["bash", "-eu", "-o", "pipefail", "-c", script], cwd=folder, env=environment, capture_output=True,
                              text=True, timeout=600)
        problems = []
        if done.returncode != (wanted[-1] if wanted else 0):
            problems.append(f"exits with {done.returncode}, not {wanted[-1] if wanted else 0}")
        expected = blocks[index + 1][1] if index + 1 < len(blocks) and blocks[index + 1][0] == "text" else ""
        printed = iter((done.stdout + done.stderr).splitlines())
        for line in expected.splitlines():
            if line.strip() == "…":
                continue
            if not any(candidate.startswith(line) for candidate in printed):
                problems.append(f"does not print (in its place): {line}")
                break
        if problems:
            failures += 1
            print(f"--- {script.strip()}")
            print("\n".join(f"    {problem}" for problem in problems))
            print("\n".join(f"    | {line}" for line in (done.stdout + done.stderr).splitlines()[:25]))
print(f"{runs} blocks of README.md run, {failures} failed")
sys.exit(1 if failures or runs < 10 else 0)
