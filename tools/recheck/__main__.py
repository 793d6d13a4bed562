"""recheck: findings of Heng, confirmed or refuted from the acts, the law text and the calendar alone.

It shares no code with the engine. What it does not read it says, and counts.

  python3 tools/recheck --acts acts.ndjson --pack packs/cn/criminal --findings findings.ndjson

Exit codes: 0 nothing refuted, 1 something refuted, 2 usage, 3 an input that cannot be read.
"""
import argparse
import collections
import datetime
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import law as reading  # noqa: E402
from acts import Case, NotChecked, read  # noqa: E402
from clocks import Clocks  # noqa: E402
from conditions import Conditions, both  # noqa: E402
from days import DAY, Holidays, Zone, instant  # noqa: E402
from figures import Figures  # noqa: E402


class Refuted(Exception):
    pass


def refute_unless(good, why):
    if not good:
        raise Refuted(why)


class Checker:
    def __init__(self, acts, law, now):
        self.acts, self.law, self.now = acts, law, now
        self.zone, self.holidays = Zone(law.zone), Holidays(law.holidays_path)
        self.by_case = collections.defaultdict(list)
        for act in acts.values():
            if act.at <= now:
                self.by_case[act.case].append(act)
        self.cases, self.flags = {}, None

    def case(self, name):
        if name not in self.cases:
            case = Case(self.by_case[name], self.law)
            conditions = Conditions(self.law, case, self.zone, self.holidays, self.now)
            self.cases[name] = (case, conditions, Clocks(conditions), {a.id: i for i, a in enumerate(case.acts)})
        return self.cases[name]

    def check(self, finding):
        """Returns if it is confirmed; raises Refuted or NotChecked."""
        if finding["kind"] == "flag":
            return self.flag(finding)
        if finding["kind"] not in ("breach", "late", "warn"):
            raise NotChecked(f"findings of kind `{finding['kind']}`")
        declared = self.law.judged.get((finding["rule"], finding.get("part", "")))
        refute_unless(declared, f"no rule `{finding['rule']}` is in the packs")
        refute_unless(any(d.cites() == finding["cites"] for d in declared),
                      f"the rule cites {'; '.join(', '.join(d.cites()) for d in declared)}")
        for declaration in declared:
            declaration.subject()  # across cases: not re-checked, and its acts are of many
        _, _, _, ranks = self.case(finding["case"])
        for name in finding["acts"]:
            refute_unless(name in self.acts, f"no act `{name}` is in the history")
            refute_unless(self.acts[name].case == finding["case"], f"the act `{name}` is of another case")
            refute_unless(name in ranks, f"the act `{name}` is not live: corrected, annulled, or of bad reference")
        kinds = {d.kind for d in declared}
        if kinds == {"clock"}:
            return self.clock(finding, declared)
        if kinds == {"rule"}:
            return self.rule(finding, declared)
        if kinds == {"separation"}:
            return self.separation(finding, declared)
        if kinds == {"power"}:
            return self.power(finding, declared)
        raise NotChecked(f"findings of a {'/'.join(sorted(kinds))}")

    # -- figures over all cases

    def flag(self, finding):
        if self.flags is None:
            figures = Figures(self.law, self.zone, self.holidays, self.now, list(self.by_case), lambda name: self.case(name)[:2])
            self.flags = figures.flags()
        declared = [d for d in self.law.watches if d.pack + "/" + d.name == finding["rule"]]
        refute_unless(declared, f"no watch `{finding['rule']}` is in the packs")
        refute_unless(declared[0].cites() == finding["cites"], f"the watch cites {', '.join(declared[0].cites())}")
        refute_unless(not finding.get("case"), "a flag is of no case")
        found = next((f for f in self.flags if (f.rule, f.key) == (finding["rule"], finding["key"])), None)
        others = "; ".join(", ".join(f.key.values()) for f in self.flags if f.rule == finding["rule"])
        refute_unless(found, f"it does not stand out by this watch, but {others or 'nobody'} does")
        refute_unless(instant(finding["at"]) == found.at, f"its window is settled at {self.zone.show(found.at)}")
        refute_unless(finding["acts"] == found.acts, f"the acts that show it are {', '.join(found.acts[:5])} …")

    def key_of(self, finding, declaration):
        subject, key = declaration.subject(), finding.get("key", {})
        refute_unless((subject is None) or subject in key, f"the rule is for each {subject}, and the finding names none")
        return None if subject is None else (subject, key[subject])

    # -- clocks

    def clock(self, finding, declared):
        case, _, clocks, ranks = self.case(finding["case"])
        refute_unless(finding["acts"], "a clock starts on an act, and none is named")
        start = finding["acts"][0]
        at, due = instant(finding["at"]), instant(finding["due"]) if "due" in finding else None
        said = []
        for declaration in declared:
            key = self.key_of(finding, declaration)
            for running in clocks.runnings(declaration, key):
                if running.rank is None or case.acts[running.rank].id != start:
                    continue
                try:
                    return self.running(finding, running, clocks, case, at, due)
                except Refuted as why:
                    said.append(str(why))
        raise Refuted("; ".join(said) or f"`{start}` starts no such clock")

    def running(self, finding, running, clocks, case, at, due):
        show = self.zone.show
        end = running.last.end
        if running.doubts:
            raise NotChecked("a sum that rests on unknown values: " + running.doubts[0])
        if due is not None and end is not None:
            refute_unless(due == end, f"the sum gives {show(end)}, not {show(due)}")
        if finding["kind"] == "warn":
            self.ledger(finding, running, case)
            rungs = clocks.rungs(running)
            others = ", ".join(map(show, rungs)) or "none"
            refute_unless(at in rungs, f"no warning falls on {show(at)}, but on {others}")
            return
        refute_unless(not running.clock.items("may"), "the end of a right breaches nothing")
        refute_unless(end is not None, "the clock is paused")
        refute_unless(due is not None, "a clock's finding says when its time ran out")
        true = max(end, running.last.known) if running.past else end
        refute_unless(at == true, f"its time ran out at {show(true)}, not {show(at)}")
        refute_unless(end < self.now, f"the time runs until {show(end)}")
        refute_unless(not running.waiting, f"the act `{running.waiting}` may have met it in time")
        if running.over:
            refute_unless(not running.last.in_time(running.over_at),
                          f"it was {running.over} in time, at {show(running.over_at)}")
        refute_unless((finding["kind"] == "late") == (running.over == "met"),
                      "it was done afterwards" if running.over == "met" else "no act met it")
        if finding["kind"] == "late":
            late = duration(finding["late_by"])
            refute_unless(late == running.over_at - end, f"it was late by {(running.over_at - end) // 1_000_000} s")
        self.ledger(finding, running, case)

    def ledger(self, finding, running, case):
        """The acts named are those of the sum: what started, extended, paused, restarted, met or lapsed it."""
        named = {case.acts[r].id for r in running.acts if r is not None}
        extra = [a for a in finding["acts"] if a not in named]
        refute_unless(not extra, f"`{extra[0] if extra else ''}` is no act of this clock's ledger")

    # -- rules

    def rule(self, finding, declared):
        case, conditions, _, ranks = self.case(finding["case"])
        refute_unless(finding["acts"], "a rule judges an act, and none is named")
        rank = ranks[finding["acts"][0]]
        act = case.acts[rank]
        refute_unless(instant(finding["at"]) == act.at, f"the judged act was done at {self.zone.show(act.at)}")
        said, unread = [], []
        for rule in declared:
            if not self.law.binds(rule, self.zone.date(act.at)):
                said.append("it was not in force")
                continue
            try:
                return self.broken(finding, rule, self.key_of(finding, rule), rank, conditions)
            except Refuted as why:
                said.append(str(why))
            except NotChecked as why:
                unread.append(why)
        if unread:
            raise unread[0]
        raise Refuted("; ".join(said))

    def broken(self, finding, rule, key, rank, conditions):
        view = conditions.view(rule, key, rank)
        matched = []
        for pattern in rule.read("on", reading.Parser.on_pattern):
            one = conditions.match(pattern, rank, view)
            matched.append(one)
            if one is True and pattern["as"]:
                view.aliases[pattern["as"]] = rank
            if one is True:
                break
        refute_unless(True in matched, f"the rule does not judge `{finding['acts'][0]}`")
        for item in rule.items("given"):
            parser = reading.Parser(item)
            name = parser.word()
            parser.need(":")
            first = parser.word() == "first"
            pattern = parser.pattern()
            limit = view.aliases[parser.word()] if parser.take("before") else view.limit
            order = range(limit) if first else reversed(range(limit))
            found = next(((r, m) for r in order if (m := conditions.match(pattern, r, view)) is not False), None)
            refute_unless(found and found[1], f"`given {name}` is not found for certain")
            view.aliases[name] = found[0]
            if pattern["as"]:
                view.aliases[pattern["as"]] = found[0]
        when = True
        for item in rule.read("when", reading.Parser.condition):
            when = both(when, conditions.line(item, view))
        refute_unless(when is True, "its `when` does not hold" if when is False else "its `when` is not known to hold")
        for item in rule.read("unless", reading.Parser.condition):
            refute_unless(conditions.line(item, view) is not True, "an exception applies")
        refute_unless((finding["kind"] == "warn") == bool(rule.items("advise")),
                      "a line of `advise` warns, one of `require` breaches")
        if "forbid" in rule.clauses:
            return
        unread, results = None, []
        for words in rule.items("require") or rule.items("advise"):
            try:
                results.append(conditions.line(reading.Parser(words).condition(), view))
            except NotChecked as why:
                unread = why
            if results and results[-1] is False:
                return
        if unread:
            raise unread
        raise Refuted("every line holds" if all(results) else "no line is false for certain")

    # -- people kept apart, powers

    def separation(self, finding, declared):
        case, conditions, _, ranks = self.case(finding["case"])
        rule = declared[0]
        apart = [w for item in rule.items("apart") for w in item if w != ","]
        key = self.key_of(finding, rule)
        rank = ranks[finding["acts"][0]]
        act = case.acts[rank]
        refute_unless(instant(finding["at"]) == act.at, "not at the act that breaks it")
        refute_unless(self.law.binds(rule, self.zone.date(act.at)), "it was not in force")
        upto = [case.acts[r] for r in range(rank + 1) if conditions.case.stands(r, key) is True]
        if apart[0] in self.law.acts:
            types = {a.kind for a in upto if a.kind in apart}
            refute_unless(act.kind in apart and len(types) > 1, "only one of the acts is there")
        else:
            person = finding.get("key", {}).get("person_in_office")
            roles = {role for a in upto for who, role in a.by if who == person and role in apart}
            refute_unless(len(roles) > 1, f"`{person}` acted as {', '.join(roles) or 'none of them'}")
        view = conditions.view(rule, key, rank)
        for item in rule.read("unless", reading.Parser.condition):
            refute_unless(conditions.line(item, view) is not True, "an exception applies")

    def power(self, finding, declared):
        case, conditions, _, ranks = self.case(finding["case"])
        rank = ranks[finding["acts"][0]]
        act = case.acts[rank]
        refute_unless(instant(finding["at"]) == act.at, "not at the judged act")
        listed = False
        for ds in self.law.judged.values():
            for power in ds:
                if power.kind != "power" or not self.law.binds(power, self.zone.date(act.at)):
                    continue
                words = power.items("lets")[0]
                if words[0] in ("correcting", "annulling"):
                    continue
                view = conditions.view(power, None, rank)
                if conditions.match(reading.Parser(words).pattern(), rank, view) is not True:
                    continue
                listed = True
                for item in power.items("held by"):
                    parser = reading.Parser(item)
                    role = parser.word()
                    agency = parser.word() if parser.take("of") else None
                    level = parser.word() if parser.take("at") else None
                    above = parser.take("or", "above")
                    when = parser.atoms() if parser.take("when") else []
                    if role != "anybody" and not any(r == role for _, r in act.by):
                        continue
                    if agency and agency not in (self.law.agency_kind(act.agency), act.agency):
                        continue
                    if level:
                        own = self.law.offices.get(act.agency, {}).get("at")
                        refute_unless(own, "the agency's level is not known")
                        own, level = self.law.levels.index(own), self.law.levels.index(level)
                        if not (own >= level if above else own == level):
                            continue
                    refute_unless(conditions.all(when, view) is False, f"{role} holds the power")
        refute_unless(listed, "no power lets this act")


def duration(text):
    """ISO 8601, days and shorter, in microseconds."""
    found = re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?)?", text)
    if not found:
        raise Refuted(f"`{text}` is no duration")
    days, hours, minutes, seconds = (int(found[i] or 0) for i in range(1, 5))
    return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000_000 + int((found[5] or "0").ljust(6, "0")[:6])


def end_of_last_day(acts):
    """24:00 of the day of the last act, on that act's own clock, as heng check takes it."""
    last = max(acts.values(), key=lambda a: a.at)
    offset = last.offset // datetime.timedelta(microseconds=1)
    return (last.at + offset) // DAY * DAY + DAY - offset


def main():
    parser = argparse.ArgumentParser(
        prog="recheck", description="confirms findings from the acts, the law text and the calendar alone",
        epilog="exit codes: 0 nothing refuted, 1 something refuted, 2 usage, 3 an input that cannot be read")
    parser.add_argument("--acts", action="append", required=True, metavar="FILE", help="acts, NDJSON; may be given again")
    parser.add_argument("--pack", action="append", required=True, metavar="DIR", help="the folder of a pack; may be given again")
    parser.add_argument("--findings", required=True, metavar="FILE", help="heng check --format ndjson")
    parser.add_argument("--now", metavar="T", help="RFC 3339; default: 24:00 of the last act's day")
    parser.add_argument("--all", action="store_true", help="tell confirmed findings too")
    options = parser.parse_args()
    try:
        acts = read(options.acts)
        law = reading.Law(options.pack)
        with open(options.findings, encoding="utf-8") as lines:
            findings = [json.loads(line) for line in lines if line.strip()]
        now = instant(options.now) if options.now else end_of_last_day(acts) if acts else 0
    except (OSError, ValueError, NotChecked) as error:
        print(f"recheck: {error}", file=sys.stderr)
        return 3
    checker = Checker(acts, law, now)
    confirmed, refuted, unread = 0, 0, collections.Counter()
    for finding in findings:
        name = f"{finding['id']} {finding['rule']}{'.' + finding['part'] if 'part' in finding else ''} {finding['kind']}"
        try:
            checker.check(finding)
            confirmed += 1
            if options.all:
                print(f"confirmed       {name}")
        except Refuted as why:
            refuted += 1
            print(f"refuted         {name}: {why}")
        except NotChecked as why:
            unread[str(why)] += 1
            if options.all:
                print(f"not re-checked  {name}: {why}")
    for why, count in unread.most_common():
        print(f"not re-checked  {count} × {why}")
    print(f"{confirmed} confirmed, {refuted} refuted, {sum(unread.values())} not re-checked")
    return 1 if refuted else 0


if __name__ == "__main__":
    sys.exit(main())
