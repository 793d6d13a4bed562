#!/usr/bin/env python3
"""The seven rules of it.traffic_fines on the real log, counted a second time, without the engine.

Reads the log with a pattern over its text and counts by the facts of law in the data's README: a finding for each
act (or case) that breaks a rule. Compares case, rule and instant with what `heng check` says.
"""
import datetime
import gzip
import json
import os
import pathlib
import re
import subprocess
import sys
import zoneinfo

root = pathlib.Path(__file__).resolve().parent.parent
shared = pathlib.Path(os.environ.get("HENG_SHARED", root.parent / "shared"))
log = shared / "data/logs/road_traffic_fines.xes.gz"
heng = os.environ.get("HENG_BINARY", root / "build/release/heng")
if not log.exists():
    print(f"skipped: {log} is not here")
    sys.exit(0)

rome = zoneinfo.ZoneInfo("Europe/Rome")
attribute = re.compile(r'<(?:string|date|float|int|boolean) key="([^"]+)" value="([^"]*)"')


def events():
    """(case, [(activity, instant, civil date, attributes)]) in file order."""
    with gzip.open(log, "rt", encoding="utf-8") as text:
        case, rows, current, inside = None, [], {}, False
        for line in text:
            if "<event" in line:
                inside, current = True, {}
            elif "</event" in line:
                inside = False
                moment = datetime.datetime.fromisoformat(current["time:timestamp"])
                rows.append((current["concept:name"], moment, moment.astimezone(rome).date(), current))
            elif "<trace" in line:
                case, rows = None, []
            elif "</trace" in line:
                yield case, rows
            else:
                found = attribute.search(line)
                if found and inside:
                    current[found.group(1)] = found.group(2)
                elif found and found.group(1) == "concept:name":
                    case = found.group(2)


def cents(text):
    return round(float(text) * 100)


expected = set()
for case, rows in events():
    rows = sorted(rows, key=lambda row: row[1])  # file order breaks ties
    add = lambda rule, row: expected.add((rule, case, row[1].timestamp()))
    created = notified = prefect = None
    amount = expense = None
    paid = None
    appeals = []
    for row in rows:
        name, _, day, data = row
        if name == "Create Fine":
            created = day if created is None else created
            amount = cents(data["amount"]) if "amount" in data else amount
        elif name == "Send Fine":
            expense = cents(data["expense"]) if "expense" in data else expense
        elif name == "Insert Fine Notification":
            if created is not None:
                limit = 150 if created < datetime.date(2010, 8, 13) else 90
                if (day - created).days > limit:
                    add("notified_in_time", row)
            notified = day if notified is None else notified
        elif name == "Add penalty":
            if notified is None or (day - notified).days < 60:
                add("penalty_not_early", row)
            amount = cents(data["amount"]) if "amount" in data else amount
        elif name == "Insert Date Appeal to Prefecture":
            if notified is not None and (day - notified).days > 60:
                add("prefect_appeal_in_time", row)
            prefect = day
            appeals.append(("prefect", row))
        elif name == "Send Appeal to Prefecture":
            if prefect is not None and (day - prefect).days > 60:
                add("appeal_forwarded_in_time", row)
        elif name == "Appeal to Judge":
            if notified is not None:
                limit = 60 if day < datetime.date(2011, 10, 6) else 30
                if (day - notified).days > limit:
                    add("judge_appeal_in_time", row)
            appeals.append(("judge", row))
        elif name == "Payment":
            paid = cents(data["totalPaymentAmount"])
        elif name == "Send for Credit Collection":
            if paid is not None and amount is not None and expense is not None and paid >= amount + expense:
                add("collection_only_if_unpaid", row)
    first_kind = appeals[0][0] if appeals else None
    for kind, row in appeals:
        if kind != first_kind:
            add("one_appeal_only", row)
            break

run = subprocess.run([heng, "check", str(log), "--pack", "it.traffic_fines", "--format", "ndjson", "--no-missing"],
                     capture_output=True, text=True)
assert run.returncode == 1, (run.returncode, run.stderr)
judged = {rule for rule, _, _ in expected} | {"penalty_not_early"}
found, double = set(), 0
for line in run.stdout.splitlines():
    finding = json.loads(line)
    rule = finding["rule"].split("/")[1]
    if rule in judged and finding["kind"] in ("breach", "late"):
        key = (rule, finding["case"], datetime.datetime.fromisoformat(finding["at"]).timestamp())
        double += key in found
        found.add(key)
for rule in sorted(judged):
    here = {key for key in expected if key[0] == rule}
    there = {key for key in found if key[0] == rule}
    print(f"{rule}: {len(there)} found, {len(here)} counted, {len(here - there)} missed, {len(there - here)} too many")
    for key in sorted(here ^ there)[:3]:
        print("   differs:", key, "found" if key in there else "counted")
sys.exit(0 if found == expected else 1)
