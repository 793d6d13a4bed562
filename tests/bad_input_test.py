#!/usr/bin/env python3
"""Bad input, as a user meets it: every reader and the law's front end are given files cut off, bytes flipped, one endless line,
a million open elements, random bytes. Wanted: an exit code of the contract (0, 1, 3, 5), a message with a mend on standard error
where something was refused, no crash, no hang, and little memory.

    tests/bad_input_test.py            some seconds a reader
    tests/bad_input_test.py --full     the endless lines are 1 GB long, ten times as many cuts and flips
    HENG_SEED=7 tests/bad_input_test.py   repeats the flips of a run that said "seed 7"; HENG_SEED=random looks for others
"""
import gzip
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading

root = pathlib.Path(__file__).resolve().parent.parent
program = pathlib.Path(os.environ.get("HENG", root / "build/release/heng")).resolve()
if not program.exists():
    sys.exit(f"{program} is missing: run ./run --build-only")
full = "--full" in sys.argv
asked = os.environ.get("HENG_SEED", "20260301")  # the same flips in every run; "random" looks for new ones
seed = random.SystemRandom().randrange(1 << 32) if asked == "random" else int(asked)
endless = (1 << 30) if full else (96 << 20)
memory_limit = 160 << 10  # kB; nothing here may keep what it reads
tries = 400 if full else 40
failures = []
runs = 0
environment = dict(os.environ, HENG_PACKS=str(root / "packs"), LC_ALL="C.UTF-8", TZ="UTC")


def feed(pipe, pieces):
    try:
        for piece in pieces:
            pipe.write(piece)
        pipe.close()
    except (BrokenPipeError, ValueError):  # the program had seen enough
        pass


def heng(name, arguments, wanted, pieces=None, seconds=120, limit=None, says=None):
    """Runs it and holds it to the exit codes wanted; a refusal must name a mend."""
    global runs
    runs += 1
    with tempfile.TemporaryFile() as err:
        process = subprocess.Popen([program, *map(str, arguments)], stdin=subprocess.PIPE if pieces else subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=err, env=environment)
        if pieces:
            feeder = threading.Thread(target=feed, args=(process.stdin, pieces), daemon=True)
            feeder.start()
        alarm = threading.Timer(seconds, process.kill)
        alarm.start()
        _, status, usage = os.wait4(process.pid, 0)
        alarm.cancel()
        process.returncode = code = os.waitstatus_to_exitcode(status)
        err.seek(0)
        text = err.read().decode("utf-8", "replace")
    problems = []
    if code == -9:
        problems.append(f"does not end within {seconds} s")
    elif code not in wanted:
        problems.append(f"exits with {code}, not {' or '.join(map(str, wanted))}")
    if code == 3 and "help: " not in text and "lint" not in arguments:  # lint's answer is on standard output
        problems.append("refuses without saying how to mend it")
    if says and says not in text:
        problems.append(f"does not say `{says}`")
    if usage.ru_maxrss > (limit or memory_limit):
        problems.append(f"takes {usage.ru_maxrss >> 10} MB")
    if problems:
        failures.append(f"{name}: {'; '.join(problems)}\n    heng {' '.join(map(str, arguments))}\n    {text[-300:].strip()}")
    return code


def repeated(head, piece, size, tail=b""):
    yield head
    block = piece * max(1, (1 << 20) // len(piece))
    left = size
    while left > 0:
        yield block[:left]
        left -= len(block)
    yield tail


def spoiled(folder, name, good, arguments, wanted, whole):
    """The file `good` cut at many places and with bytes flipped. `whole`: every cut must be seen (the format has an end)."""
    bytes_ = good.read_bytes()
    path = folder / f"spoiled{''.join(good.suffixes)}"
    step = max(1, len(bytes_) // tries)
    for at in range(0, len(bytes_), step):
        path.write_bytes(bytes_[:at])
        ends = whole and 0 < at < len(bytes_.rstrip())
        heng(f"{name} cut at {at}", [*arguments, path], (3,) if ends else wanted)
    chance = random.Random(seed)
    for _ in range(tries):
        flipped = bytearray(bytes_)
        places = [chance.randrange(len(flipped)) for _ in range(chance.choice((1, 1, 1, 3, 20)))]
        for at in places:
            flipped[at] ^= 1 << chance.randrange(8)
        path.write_bytes(flipped)
        heng(f"{name} flipped at {places} (seed {seed})", [*arguments, path], wanted)


OCEL1 = {
    "ocel:global-event": {"ocel:activity": "x"}, "ocel:global-object": {"ocel:type": "x"},
    "ocel:global-log": {"ocel:version": "1.0", "ocel:ordering": "timestamp", "ocel:attribute-names": [], "ocel:object-types": ["case"]},
    "ocel:events": {f"e{i}": {"ocel:activity": "拘留", "ocel:timestamp": f"2026-03-{i:02}T09:00:00+08:00", "ocel:omap": ["c1", "p1"],
                              "ocel:vmap": {"sum": i, "note": "<&>"}} for i in range(1, 9)},
    "ocel:objects": {"c1": {"ocel:type": "case", "ocel:ovmap": {}}, "p1": {"ocel:type": "person", "ocel:ovmap": {"name": "王"}}}}

with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    acts = folder / "acts.ndjson"
    lines = [json.dumps({"id": f"a-{i}", "type": "detention_executed", "at": f"2026-03-{1 + i % 28:02}T09:00:00+08:00", "case": f"C-{i % 5}",
                         "agency": "police-X1", "by": [{"id": "p1", "role": "investigator"}], "on": [{"id": "s1", "role": "person"}],
                         "data": {"ground": "flagrant", "list": [1, {"a": None}], "名": "王"}}, ensure_ascii=False) for i in range(12)]
    acts.write_text("\n".join(lines) + "\n")
    samples = {"ndjson": acts}
    for form, file in (("xes", "acts.xes"), ("ocel", "acts.jsonocel"), ("ocel-xml", "acts.xmlocel"), ("ocel-sqlite", "acts.sqlite")):
        if heng(f"export {form}", ["export", acts, "--to", form, "-o", folder / file], (0,)) == 0:
            samples[form] = folder / file
    samples["csv"] = folder / "acts.csv"
    samples["csv"].write_text('案号,动作,时间,单位,民警,金额,备注\n' + "".join(
        f'C-{i % 3},拘留,2026-03-0{1 + i} 09:00,police-X1,p{i},{i}.50,"一, ""二""\n三"\n' for i in range(8)))
    mapping = folder / "map.json"
    mapping.write_text(json.dumps({"zone": "Asia/Shanghai", "case": "案号", "type": {"column": "动作", "values": {"拘留": "detention_executed"}},
                                   "at": {"column": "时间", "format": "%Y-%m-%d %H:%M"}, "agency": "单位",
                                   "by": [{"column": "民警", "role": "investigator"}], "fields": {"金额": {"name": "sum", "as": "number"}}}))
    samples["ocel1"] = folder / "one.json"
    samples["ocel1"].write_text(json.dumps(OCEL1, ensure_ascii=False))
    for form, file in (("ndjson", "acts.ndjson.gz"), ("xes", "acts.xes.gz")):
        samples[form + ".gz"] = folder / file
        samples[form + ".gz"].write_bytes(gzip.compress(samples[form].read_bytes()))

    # Cut off and flipped.
    for form, good in samples.items():
        arguments = ["import", *(["--map", mapping] if form == "csv" else [])]
        heng(f"{form} as it is", [*arguments, good], (0,))
        # A line-based file cut at a line's end is a shorter file; everything else has an end of its own.
        spoiled(folder, form, good, arguments, (0, 3), whole=form not in ("ndjson", "csv"))
    spoiled(folder, "check", acts, ["check", "--pack", "it.traffic_fines"], (0, 1, 3), whole=False)
    spoiled(folder, "mapping", mapping, ["import", samples["csv"], "--map"], (0, 3, 5), whole=True)  # 5: no such zone

    # One endless line or value.
    endless_inputs = {
        "ndjson": (b'{"id":"', b"a", b'"}\n'),
        "ndjson of spaces": (b"", b" ", b"\n"),
        "csv header": (b"", b"a,", b"\n"),
        "csv cell": ("案号,动作,时间,单位,民警,金额,备注\n1,".encode(), b"a", b"\n"),
        "csv open quote": ("案号,动作,时间,单位,民警,金额,备注\n1,\"".encode(), b"a\n", b""),
        "xes value": (b'<log><trace><event><string key="k" value="', b"a", b'"/></event></trace></log>'),
        "xes text": (b"<log>", b"a", b"</log>"),
        "xes comment": (b"<log><!--", b"a", b"--></log>"),
        "xes element name": (b"<log><", b"a", b"/></log>"),
        "xes declaration": (b"<?xml ", b"a", b"?><log/>"),
        "ocel2 json": (b'{"objectTypes":["', b"a", b'"]}'),
        "ocel1 json": (b'{"ocel:events":{"', b"a", b'":{}}}'),
        "nothing known": (b"", b"\x81", b""),
    }
    for name, (head, piece, tail) in endless_inputs.items():
        arguments = ["import", "-", *(["--map", mapping] if name.startswith("csv") else [])]
        heng(f"endless {name}", arguments, (0, 3) if name in ("ndjson of spaces", "xes text", "xes comment") else (3,),
             repeated(head, piece, endless, tail), seconds=300, limit=800 << 10 if name.startswith("ocel") else None)  # held whole, to a limit
    bomb = folder / "bomb.xes.gz"
    with gzip.open(bomb, "wb", compresslevel=1) as out:
        for piece in repeated(b'<log><trace><event><string key="k" value="', b"a", endless, b'"/></event></trace></log>'):
            out.write(piece)
    heng("endless value in gz", ["import", bomb], (3,))

    # A million open elements, arrays, objects.
    million = 1_000_000
    deep = {
        "xes elements": (b"<log><trace>", b"<a>", 3 * million),
        "xes attributes": (b"<log><trace><event>", b'<string key="k" value="v">', 26 * million),
        "xes lists": (b"<log><trace><event>", b'<list key="k"><values>', 22 * million),
        "xes traces": (b"<log>", b"<trace>", 7 * million),
        "ndjson arrays": (b'{"data":{"x":', b"[", million),
        "ndjson objects": (b'{"data":{"x":', b'{"a":', 5 * million),
        "ocel2 arrays": (b'{"events":', b"[", million),
        "ocel2 objects": (b'{"objectTypes":', b'{"a":', 5 * million),
        "ocel1 objects": (b'{"ocel:events":', b'{"a":', 5 * million),
        "ocel1 arrays": (b'{"ocel:events":', b"[", million),
    }
    for name, (head, piece, size) in deep.items():
        heng(f"a million {name}", ["import", "-"], (3,), repeated(head, piece, size), limit=256 << 10)
    attributes = b'<log><trace><event>' + b'<string key="k" value="v"/>' * million
    heng("a million attributes of one event", ["import", "-"], (3,), [attributes], limit=256 << 10)

    # Declarations and entities of XML that grow without bound.
    laughs = b'<!DOCTYPE l [<!ENTITY a "ha">' + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9)) + b"]><log>&j;</log>"
    for name, text in {"entities": laughs, "external entity": b'<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><log>&x;</log>'}.items():
        (folder / "laughs.xes").write_bytes(text)
        heng(f"xml {name}", ["import", folder / "laughs.xes"], (3,))

    # Random bytes and nothing at all, under every name.
    chance = random.Random(seed + 1)
    for suffix in (".ndjson", ".csv", ".xes", ".xes.gz", ".jsonocel", ".xmlocel", ".sqlite", ".json"):
        junk = folder / f"junk{suffix}"
        junk.write_bytes(chance.randbytes(5000))
        heng(f"random bytes as {suffix} (seed {seed})", ["import", junk], (3,))
        junk.write_bytes(b"\x1f\x8b" + chance.randbytes(5000))
        heng(f"random gz as {suffix} (seed {seed})", ["import", junk], (3,))
        junk.write_bytes(b"SQLite format 3\0" + chance.randbytes(5000))
        heng(f"random SQLite as {suffix} (seed {seed})", ["import", junk], (3,))
    heng("no such file", ["import", folder / "none.xes"], (5,))
    heng("a folder", ["import", folder], (3,))

    # The law: what is no law, half a law, a changed law, an endless one.
    law = folder / "pack.law"
    text = (root / "examples/desk/pack.law") if (root / "examples/desk/pack.law").exists() else (root / "packs/it/traffic_fines/pack.law")
    law.write_bytes(text.read_bytes())
    for verb in (["law", "lint", "--fail-on", "error"], ["law", "fmt", "--check"], ["law", "test"], ["check", acts, "--pack"], ["law", "docs"]):
        wanted = (0, 1, 3, 5)
        bytes_ = law.read_bytes()
        spoilt = folder / "spoilt.law"
        chance = random.Random(seed + 2)
        for i in range(tries // 2):
            spoilt.write_bytes(bytes_[: chance.randrange(len(bytes_))])
            heng(f"{' '.join(map(str, verb[:2]))}: a law cut off (seed {seed}, {i})", [*verb, spoilt], wanted, limit=256 << 10)
            flipped = bytearray(bytes_)
            for _ in range(chance.choice((1, 3, 30))):
                flipped[chance.randrange(len(flipped))] = chance.randrange(256)
            spoilt.write_bytes(flipped)
            heng(f"{' '.join(map(str, verb[:2]))}: a law with changed bytes (seed {seed}, {i})", [*verb, spoilt], wanted, limit=256 << 10)
        for i in range(5):
            spoilt.write_bytes(chance.randbytes(20_000))
            heng(f"{' '.join(map(str, verb[:2]))}: random bytes (seed {seed}, {i})", [*verb, spoilt], (3, 5), limit=256 << 10)
    head = b"pack x\n\nrule r\n  on        a\n  require   "
    nested = {
        "brackets": head + b"t(" * 1_000_000, "sums": head + b"a" + b" + a" * 900_000 + b" = 1\n", "conditions": head + b"a = 1 or " * 400_000,
        "dots": head + b"a" + b".b" * 1_000_000, "lines": b"pack x\n" + b"rule r\n" * 500_000, "one word": b"a" * 4_000_000,
        "items": head + b"a = 1\n            " * 200_000, "quotes": b'"' * 4_000_000, "comments": b"#\n" * 2_000_000, "wide": "，".encode() * 1_300_000,
    }
    for name, bytes_ in nested.items():
        (folder / "nested.law").write_bytes(bytes_)
        for verb in (["law", "lint"], ["law", "fmt", "--check"]):
            heng(f"{verb[1]}: a law of many {name}", [*verb, folder / "nested.law"], (0, 1, 3), limit=1024 << 10)
    heng("law fmt of an endless line", ["law", "fmt", "-"], (3,), repeated(b"rule ", b"a", endless), limit=128 << 10)
    with open(folder / "endless.law", "wb") as out:
        out.truncate(endless)
    heng("law lint of an endless file", ["law", "lint", folder / "endless.law"], (3,), limit=128 << 10)

print("\n".join(failures[:80]) or f"{runs} bad inputs met as they should be")
if failures:
    print(f"{len(failures)} of {runs} failed; seed {seed}: HENG_SEED={seed} tests/bad_input_test.py")
sys.exit(1 if failures else 0)
