#!/usr/bin/env python3
"""Every command says what it does, shows an example, and its examples run as written.

The commands are found by asking each for its --help. The lines of a help that begin with "  heng " (or "  tail ") are run in one folder,
command by command in the order of the help, with the files they name made ready first.
"""
import gzip
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
commands = []
# Examples that wait for something by their nature (a network, a stream without end) are not run.
WAITS = re.compile(r"^tail -f|--follow|--record records/|record (serve|submit|witness serve)|https?://")
# What an example is meant to answer, where it is not 0.
ANSWERS = {"check": (0, 1), "gate": (0, 1, 10), "law diff": (0, 1), "sim score": (0, 1), "law lint": (0, 1)}


def run(line, folder, environment):
    return subprocess.run(["bash", "-eu", "-o", "pipefail", "-c", line], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=300)


def walk(path):
    done = subprocess.run([program, *path, "--help"], capture_output=True, text=True, timeout=60)
    name = "heng " + " ".join(path)
    if done.returncode != 0:
        failures.append(f"{name} --help exits with {done.returncode}")
    found = re.search(r"^Subcommands:\n(.*?)(?:\n\n|\Z)", done.stdout, re.M | re.S)
    inner = re.findall(r"^  (\S+) +\S", found.group(1), re.M) if found else []
    if path:
        commands.append((" ".join(path), done.stdout, bool(inner)))
    # An option or positional without a word about it, on its line or the next.
    for bare in re.findall(r"^  (-\S+|[A-Z]\w+)(?: [A-Z]+)?(?::\S+)?(?: \.\.\.)?(?: REQUIRED)?\s*\n(?! {20})", done.stdout, re.M):
        failures.append(f"{name} --help says nothing about `{bare}`")
    for each in inner:
        walk([*path, each])


walk([])
ran = 0


def prepared(folder):
    """What the examples name."""
    (folder / "bin").mkdir()
    (folder / "bin/heng").symlink_to(program)
    shutil.copy(root / "examples/criminal.ndjson", folder / "acts.ndjson")
    shutil.copy(root / "examples/search_act.json", folder / "act.json")
    shutil.copy(root / "examples/custody.csv", folder / "custody.csv")
    shutil.copy(root / "examples/custody.map.json", folder / "custody.map.json")
    shutil.copytree(root / "packs/cn/criminal", folder / "draft/criminal")
    (folder / "my.law").write_text((root / "packs/it/traffic_fines/pack.law").read_text())
    (folder / "fines.xes.gz").write_bytes(gzip.compress(
        b'<log><trace><string key="concept:name" value="A1"/><event><string key="concept:name" value="Create Fine"/>'
        b'<date key="time:timestamp" value="2006-07-24T00:00:00.000+02:00"/></event></trace></log>'))
    return dict(os.environ, PATH=f"{folder}/bin:{os.environ['PATH']}", HENG_PACKS=str(root / "packs"), LC_ALL="C.UTF-8", TZ="UTC")


with tempfile.TemporaryDirectory() as record:  # the record's examples go on from one another
    record = pathlib.Path(record)
    walking = prepared(record)
    for name, text, group in commands:
        examples = re.findall(r"^  ((?:heng|tail) .*)$", text, re.M)
        if not group and not examples:
            failures.append(f"heng {name} --help shows no example")
        with tempfile.TemporaryDirectory() as own:
            own = pathlib.Path(own)
            folder, environment = (record, walking) if name.startswith("record") else (own, prepared(own))
            if any(" 3f9a" in line for line in examples):
                listed = run("heng finding list --history acts.ndjson --pack cn.criminal", folder, environment).stdout
                examples = [line.replace(" 3f9a", f" {listed[:6]}") for line in examples]
            for line in examples:
                if WAITS.search(line) or (group and name != "sim"):
                    continue
                done = run(line, folder, environment)
                ran += 1
                words = line.split()
                if done.returncode not in ANSWERS.get(" ".join(words[1:3]), ANSWERS.get(words[1], (0,))):
                    failures.append(f"{line}\n    exits with {done.returncode}: {done.stderr.strip()[-300:]}")
                if not done.stdout and not done.stderr and not re.search(r" -o | --out | > | fmt", line):
                    failures.append(f"{line}\n    prints nothing")
print("\n".join(failures) or f"{len(commands)} commands, {ran} examples run")
sys.exit(1 if failures or ran < 40 else 0)
