#!/usr/bin/env python3
"""Runs the commands that the documents show.

Every ```sh block of README.md and of docs/ is run in a copy of the project's data and held to the ```text block below it. A line that
ends in "# exits N" says with what its block ends (otherwise 0). In a text block, `…` stands for lines left out; every other line must be
printed, in this order, and may go on. Blocks marked ```console are for people and are not run. README.zh.md shows the same tour as a
table: the commands of its cells are run, too. And every `heng …` that stands in the text of a document names a command and options that
there are.
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
failures = []
runs = 0


def fail(title, problems, output=""):
    failures.append("\n".join([f"--- {title.strip()}", *(f"    {problem}" for problem in problems),
                               *(f"    | {line}" for line in output.splitlines()[:25])]))


def shell(script, folder, environment):
    global runs
    runs += 1
    return subprocess.run(["bash", "-eu", "-o", "pipefail", "-c", script], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=600)


def prepared(folder):
    for name in ("examples", "packs"):
        shutil.copytree(root / name, pathlib.Path(folder) / name)
    tools = pathlib.Path(folder) / "bin"
    tools.mkdir()
    (tools / "heng").symlink_to(program)
    return dict(os.environ, PATH=f"{tools}:{os.environ['PATH']}", LC_ALL="C.UTF-8", TZ="UTC", HENG_PACKS=f"{folder}/packs", NO_COLOR="1")


def run_blocks(document, folder, environment):
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", document.read_text(), re.M | re.S)
    for index, (kind, script) in enumerate(blocks):
        if kind != "sh":
            continue
        wanted = [int(code) for code in re.findall(r"# exits (\d+)$", script, re.M)]
        done = shell(script, folder, environment)
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
            fail(f"{document.relative_to(root)}: {script}", problems, done.stdout + done.stderr)


with tempfile.TemporaryDirectory() as folder:
    environment = prepared(folder)
    run_blocks(root / "README.md", folder, environment)
    # The Chinese tour goes the same way, in what the English one left behind.
    shutil.rmtree(pathlib.Path(folder) / "draft", ignore_errors=True)
    shutil.rmtree(pathlib.Path(folder) / "record", ignore_errors=True)
    shutil.copy(root / "examples/criminal.ndjson", pathlib.Path(folder) / "行为.ndjson")
    table = re.findall(r"^\| .*? \| (.*) \|$", (root / "README.zh.md").read_text(), re.M)
    shown = [command for cell in table for command in re.findall(r"`((?:heng|cp) [^`]*)`", cell) if "…" not in command]
    for command in shown:
        if command.startswith("tail"):
            continue
        done = shell(command, folder, environment)
        if done.returncode not in (0, 1, 10):
            fail(f"README.zh.md: {command}", [f"exits with {done.returncode}"], done.stdout + done.stderr)
    if len(shown) < 12:
        fail("README.zh.md", [f"only {len(shown)} commands are found in its table"])

for document in sorted((root / "docs").rglob("*.md")):
    if "```sh" in document.read_text():
        with tempfile.TemporaryDirectory() as folder:
            run_blocks(document, folder, prepared(folder))

# Commands named in the text: the command is there, and so are its options.
helps = {}


def help_of(words):
    """The longest run of words that is a command, and its help."""
    if not words:
        return (), subprocess.run([program, "--help"], capture_output=True, text=True).stdout
    for size in range(min(3, len(words)), 0, -1):
        path = tuple(words[:size])
        if path not in helps:
            done = subprocess.run([program, *path, "--help"], capture_output=True, text=True, timeout=60)
            helps[path] = done.stdout if re.search(rf"^Usage: heng {' '.join(path)}(?: |$)", done.stdout, re.M) else None
        if helps[path]:
            return path, helps[path]
    return (), None


named = 0
for document in sorted([*root.glob("*.md"), *(root / "docs").rglob("*.md"), root / "examples/README.md", root / "packs/README.md"]):
    for command in re.findall(r"`heng ([^`\n]+)`", document.read_text()):
        parts = re.split(r"\s+", command.replace("\\|", " ").split(" | ")[0].strip())
        if not re.fullmatch(r"[a-z]+", parts[0]):
            continue  # `heng …`, `heng COMMAND`
        words = []
        for part in parts:
            if not re.fullmatch(r"[a-z-]+", part) or part.startswith("-"):
                break
            words.append(part)
        named += 1
        path, text = help_of(words)
        if text is None:
            fail(f"{document.relative_to(root)}: heng {command}", ["there is no such command"])
            continue
        for option in re.findall(r"(?<=\s)--?[a-z][a-z-]*", " " + command):
            if not re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", text):
                fail(f"{document.relative_to(root)}: heng {command}", [f"`heng {' '.join(path)}` has no option {option}"])
print("\n".join(failures))
print(f"{runs} commands and blocks of the documents run, {named} named, {len(failures)} failed")
sys.exit(1 if failures or runs < 25 or named < 40 else 0)
