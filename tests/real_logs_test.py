#!/usr/bin/env python3
"""Every real log under $HENG_SHARED/data imports by command, and each writer's file reads back as the same acts.

The acts of a log are compared whole, as canonical lines; only their order may differ. The logs are not the project's to
keep, so where they are missing nothing is tested and the reason is printed.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parent.parent
program = pathlib.Path(os.environ.get("HENG", root / "build/release/heng")).resolve()
data = pathlib.Path(os.environ.get("HENG_SHARED", root / "../shared")) / "data"
logs = sorted((data / "logs").glob("*")) if (data / "logs").is_dir() else []
if not logs:
    print(f"skipped: no logs at {data / 'logs'}")
    sys.exit(77)
if not program.exists():
    sys.exit(f"{program} is missing: run ./run --build-only")

# Which logs write times without an offset, and the clock they are read by here.
NAIVE = {"ocel20_example.ocel2.sqlite": "Europe/Berlin", "pm4py_ocel20_example.xmlocel": "Europe/Berlin"}
# cases, acts: counted by other means (zcat | grep -c '<trace', '<event'); OCEL examples have events without cases.
COUNTS = {
    "road_traffic_fines.xes.gz": (150370, 561470),
    "br_tjpr_colombo_fazenda_publica.xes.gz": (316, 8661),
    "bpic20_DomesticDeclarations.xes.gz": (10500, 56437),
}
WRITERS = ["ndjson", "csv", "xes", "ocel", "ocel-xml", "ocel-sqlite"]
failures = []


def heng(*arguments, output=None):
    with open(output or os.devnull, "wb") as out:
        return subprocess.run([program, *map(str, arguments)], stdout=out, stderr=subprocess.PIPE, timeout=900)


def acts(path):
    with open(path, "rb") as lines:
        return sorted(lines.read().splitlines())



runs = 0
with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    for log in logs:
        zone = ["--zone", NAIVE[log.name]] if log.name in NAIVE else []
        if zone:
            done = heng("import", log, output=folder / "none")
            if done.returncode != 3 or b"--zone" not in done.stderr:
                failures.append(f"{log.name}: times without offset must be refused, with the mend (exit {done.returncode})")
        first = folder / "first.ndjson"
        report = folder / "report.json"
        done = heng("import", log, *zone, "--report", report, output=first)
        if done.returncode != 0:
            failures.append(f"{log.name}: import exits with {done.returncode}: {done.stderr.decode()[-300:]}")
            continue
        before = acts(first)
        told = json.loads(report.read_text())
        if told["refused"] != 0 or told["kept"] != len(before) or not before:
            failures.append(f"{log.name}: {len(before)} acts, but the report says {told['acts']}, refused {told['refused']}")
        if log.name in COUNTS and (told["cases"], told["kept"]) != COUNTS[log.name]:
            failures.append(f"{log.name}: {told['cases']} cases, {told['acts']} acts, not {COUNTS[log.name]}")
        # The pack is made for another vocabulary (but for the fines): what counts is that checking ends in an answer.
        case = []
        if "ocel" in log.name:  # the objects of one type are the cases; events without one are refused, and told
            (folder / "map.json").write_text('{"ocel_case": "Purchase Order"}')
            case = ["--map", folder / "map.json"]
        done = heng("check", log, *zone, *case, "--pack", "it.traffic_fines", "--format", "ndjson", "--no-missing", output=folder / "none")
        if done.returncode not in ((3,) if case else (0, 1)) or (case and b"`ocel_case`" not in done.stderr):
            failures.append(f"{log.name}: check exits with {done.returncode}: {done.stderr.decode()[-300:]}")
        if len(before) > 100_000 and "--all" not in sys.argv:  # the biggest log: two writers; --all for the rest
            writers = ["csv", "xes"]
        else:
            writers = WRITERS
        for writer in writers:
            runs += 1
            written = folder / f"written.{writer}"
            written.unlink(missing_ok=True)
            done = heng("export", first, "--to", writer, "-o", written)
            if done.returncode != 0:
                failures.append(f"{log.name} → {writer}: export exits with {done.returncode}: {done.stderr.decode()[-300:]}")
                continue
            back = folder / "back.ndjson"
            done = heng("import", written, output=back)
            after = acts(back)
            if done.returncode != 0 or after != before:
                odd = next(((a, b) for a, b in zip(before, after) if a != b), (b"", b""))
                failures.append(f"{log.name} → {writer}: {len(before)} acts became {len(after)} (exit {done.returncode}):\n"
                                f"    {odd[0].decode()[:300]}\n    {odd[1].decode()[:300]}\n    {done.stderr.decode()[-200:]}")
    # The same process serialised by two tools.
    pair = [log for log in logs if log.name in ("receipt_wabo.xes.gz", "env_permit.xes.gz")]
    if len(pair) == 2:
        sides = []
        for log in pair:
            heng("import", log, output=folder / "side")
            sides.append(acts(folder / "side"))
        if sides[0] != sides[1]:
            failures.append("receipt_wabo and env_permit are the same process and import differently")
print("\n".join(failures) or f"{len(logs)} logs import, {runs} round trips lose nothing")
sys.exit(1 if failures else 0)
