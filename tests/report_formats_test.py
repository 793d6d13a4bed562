#!/usr/bin/env python3
"""`heng check --format sarif` and `junit` on the example histories, held to the structure of their standards.

SARIF 2.1.0 (OASIS, errata 01) lists for each object what it must and what it may hold; nothing else is allowed but inside `properties`.
The table below is that list for the objects Heng writes. JUnit XML has no standard; what is held here is what Jenkins, GitLab and
surefire agree on: names, counters that are true, and the order of elements.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as xml

root = pathlib.Path(__file__).resolve().parent.parent
program = pathlib.Path(os.environ.get("HENG", root / "build/release/heng")).resolve()
if not program.exists():
    sys.exit(f"{program} is missing: run ./run --build-only")
failures = []
seen = 0

# object: (required, further allowed, {member: object it holds, or [object] for a list})
OBJECTS = {
    "log": ("version runs", "$schema inlineExternalProperties properties", {"runs": ["run"]}),
    "run": ("tool", "invocations results language columnKind automationDetails artifacts originalUriBaseIds taxonomies properties",
            {"tool": "tool", "invocations": ["invocation"], "results": ["result"]}),
    "tool": ("driver", "extensions properties", {"driver": "component", "extensions": ["component"]}),
    "component": ("name", "guid organization product shortDescription fullDescription fullName version semanticVersion releaseDateUtc downloadUri "
                  "informationUri notifications rules taxa language properties",
                  {"rules": ["rule"], "shortDescription": "text", "fullDescription": "text"}),
    "rule": ("id", "name shortDescription fullDescription defaultConfiguration helpUri help messageStrings relationships properties",
             {"shortDescription": "text", "fullDescription": "text", "help": "text", "defaultConfiguration": "configuration"}),
    "configuration": ("", "enabled level rank parameters properties", {}),
    "text": ("text", "markdown properties", {}),
    "message": ("text", "markdown id arguments properties", {}),
    "invocation": ("executionSuccessful", "commandLine arguments exitCode startTimeUtc endTimeUtc toolExecutionNotifications properties", {}),
    "result": ("message", "ruleId ruleIndex rule kind level locations relatedLocations partialFingerprints fingerprints guid rank baselineState "
               "suppressions properties", {"message": "message", "locations": ["location"], "relatedLocations": ["location"]}),
    "location": ("", "id physicalLocation logicalLocations message annotations relationships properties", {"logicalLocations": ["logical"]}),
    "logical": ("", "name index fullyQualifiedName decoratedName parentIndex kind properties", {}),
}
LEVELS = {"none", "note", "warning", "error"}
KINDS = {"notApplicable", "pass", "fail", "review", "open", "informational"}


def hold(value, kind, path):
    global seen
    seen += 1
    required, allowed, inner = OBJECTS[kind]
    if not isinstance(value, dict):
        failures.append(f"{path}: not an object")
        return
    for name in required.split():
        if name not in value:
            failures.append(f"{path}: `{name}` is missing")
    for name, member in value.items():
        if name not in required.split() + allowed.split():
            failures.append(f"{path}: `{name}` is no property of a SARIF {kind}")
        if name == "level" and member not in LEVELS or name == "kind" and kind == "result" and member not in KINDS:
            failures.append(f"{path}.{name}: `{member}`")
        if name in ("text", "id", "name", "ruleId", "version", "semanticVersion") and not (isinstance(member, str) and member) \
                and not (kind == "location" and name == "id" and isinstance(member, int) and member >= 0):
            failures.append(f"{path}.{name}: not text")
        if name in inner:
            of = inner[name]
            if isinstance(of, list):
                for i, each in enumerate(member):
                    hold(each, of[0], f"{path}.{name}[{i}]")
                if len({json.dumps(each, sort_keys=True) for each in member}) != len(member) and name != "results":
                    failures.append(f"{path}.{name}: two alike")  # uniqueItems
            else:
                hold(member, of, f"{path}.{name}")


def check(*arguments):
    done = subprocess.run([program, "check", *map(str, arguments)], env=dict(os.environ, HENG_PACKS=str(root / "packs"), TZ="UTC"),
                          capture_output=True, text=True, timeout=300)
    if done.returncode not in (0, 1):
        failures.append(f"heng check {' '.join(map(str, arguments))} exits with {done.returncode}: {done.stderr[-300:]}")
    return done.stdout


version = subprocess.run([program, "--version"], capture_output=True, text=True).stdout.strip()
examples = sorted((root / "examples").glob("*.ndjson"))
results = 0
for example in examples:
    for options in ([], ["--no-missing"], ["--now", "2020-01-01"]):
        findings = check(example, *options, "--format", "ndjson").splitlines()
        log = json.loads(check(example, *options, "--format", "sarif"))
        hold(log, "log", example.name)
        run = log["runs"][0]
        driver = run["tool"]["driver"]
        if log["version"] != "2.1.0" or len(log["runs"]) != 1:
            failures.append(f"{example.name}: not one run of version 2.1.0")
        if driver.get("version") != version or not re.fullmatch(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?", driver.get("semanticVersion", "")):
            failures.append(f"{example.name}: the driver's version is {driver.get('version')}, not {version}")
        if len(run["results"]) != len(findings):
            failures.append(f"{example.name}: {len(run['results'])} results of {len(findings)} findings")
        for result in run["results"]:
            results += 1
            if driver["rules"][result["ruleIndex"]]["id"] != result["ruleId"]:
                failures.append(f"{example.name}: ruleIndex and ruleId differ")
            if (result["kind"] == "fail") == (result["level"] == "none"):
                failures.append(f"{example.name}: kind {result['kind']} with level {result['level']} (3.27.10)")
            if not all(isinstance(value, str) for value in result["partialFingerprints"].values()):
                failures.append(f"{example.name}: a fingerprint is not text")

        suites = xml.fromstring(check(example, *options, "--format", "junit"))
        totals = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
        if suites.tag != "testsuites":
            failures.append(f"{example.name}: junit begins with {suites.tag}")
        for suite in suites:
            if suite.tag != "testsuite" or not suite.get("name") or "timestamp" not in suite.attrib or "time" not in suite.attrib:
                failures.append(f"{example.name}: a suite without name, time or timestamp")
            order = [child.tag for child in suite]
            if order != sorted(order, key=["properties", "testcase", "system-out", "system-err"].index):
                failures.append(f"{example.name}: elements of a suite are out of order: {order}")
            cases = suite.findall("testcase")
            counted = {"tests": len(cases), "failures": len(suite.findall("testcase/failure")), "errors": len(suite.findall("testcase/error")),
                       "skipped": len(suite.findall("testcase/skipped"))}
            for name, count in counted.items():
                totals[name] += count
                if suite.get(name) != str(count):
                    failures.append(f"{example.name}: suite {suite.get('name')} says {name}={suite.get(name)}, holds {count}")
            for case in cases:
                if not case.get("name") or not case.get("classname"):
                    failures.append(f"{example.name}: a test case without name or class")
                for verdict in (*case.findall("failure"), *case.findall("error")):
                    if not verdict.get("message") or not verdict.get("type"):
                        failures.append(f"{example.name}: a failure without message or type")
        for name, count in totals.items():
            if suites.get(name) != str(count):
                failures.append(f"{example.name}: testsuites says {name}={suites.get(name)}, holds {count}")
        if suites.find("testsuite/properties/property[@name='heng.version']").get("value") != version:
            failures.append(f"{example.name}: junit does not name version {version}")
print("\n".join(failures[:30]) or f"{results} SARIF results in {seen} objects and their JUnit reports: as they should be")
sys.exit(1 if failures or results < 20 else 0)
