#!/usr/bin/env python3
"""Every pack is laid out as `heng law fmt` lays it out, lint has nothing to say of any, alone or all together, and turning the
words of the language to Chinese and back changes neither the text nor what lint says."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parent.parent
program = pathlib.Path(os.environ.get("HENG", root / "build/release/heng")).resolve()
if not program.exists():
    sys.exit(f"{program} is missing: run ./run --build-only")
failures = []


def heng(packs, *arguments):
    return subprocess.run([program, *map(str, arguments)], env=dict(os.environ, HENG_PACKS=str(packs), NO_COLOR="1"),
                          capture_output=True, text=True, timeout=300)


def lint(packs, *names):
    done = heng(packs, "law", "lint", "--format", "gnu", *names)
    said = [line for line in done.stdout.splitlines() if ": note: " not in line]  # that no lawyer has reviewed it yet
    if done.returncode != 0 or said:
        failures.append(f"heng law lint {' '.join(names)} (exit {done.returncode}):\n" + "\n".join(said[:10]) + done.stderr)


files = sorted((root / "packs").rglob("*.law"))
done = heng(root / "packs", "law", "fmt", "--check", *files)
if done.returncode != 0:
    failures.append("not laid out (run `heng law fmt`):\n" + done.stdout + done.stderr)
lint(root / "packs")
names = [".".join(path.parent.relative_to(root / "packs").parts) for path in files if path.name == "pack.law"]
for name in names:
    lint(root / "packs", name)

with tempfile.TemporaryDirectory() as folder:
    turned = pathlib.Path(folder) / "packs"
    shutil.copytree(root / "packs", turned)
    for words in ("zh", "en"):
        done = heng(turned, "law", "fmt", "--words", words, turned)
        if done.returncode != 0:
            failures.append(f"turning to {words}: {done.stderr}")
        if heng(turned, "law", "fmt", "--check", turned).returncode != 0:
            failures.append(f"turned to {words}, formatting again changes it")
        lint(turned)
        for path in files:
            text = (turned / path.relative_to(root / "packs")).read_text()
            if words == "zh" and text == path.read_text():
                failures.append(f"{path.name}: not turned")
            if words == "en" and text.replace("  words     en\n", "") != path.read_text():
                failures.append(f"{path.relative_to(root)}: not the same after turning to Chinese and back")
print("\n".join(failures) or f"{len(names)} packs in {len(files)} files: laid out and silent under lint")
sys.exit(1 if failures or len(names) < 10 else 0)
