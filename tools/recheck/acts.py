"""Acts as they stand: which are live, in which order, and what they carry. Read from docs, not from src/."""
import collections
import datetime
import json
import re
from fractions import Fraction

from days import instant

TRUTH = {"yes": True, "true": True, "是": True, "no": False, "false": False, "否": False}
BLANK = object()  # looked at and found empty; a field that is not there at all is None


class NotChecked(Exception):
    """A form of the law, or of the acts, that this checker does not read."""


class Natural:
    """An id in natural order: runs of digits as numbers."""

    def __init__(self, text):
        self.parts, self.text = re.findall(r"[0-9]+|[^0-9]+", text), text

    def __lt__(self, other):
        for a, b in zip(self.parts, other.parts):
            if a.isdigit() and b.isdigit():
                if int(a) != int(b):
                    return int(a) < int(b)
            elif a != b:
                return a.encode() < b.encode()
        return (len(self.parts), self.text.encode()) < (len(other.parts), other.text.encode())

    def __eq__(self, other):
        return self.text == other.text


class Act:
    def __init__(self, line):
        self.id, self.type, self.case = line["id"], line["type"], line.get("case", "")
        self.at = instant(line["at"])
        self.offset = datetime.datetime.fromisoformat(line["at"].replace("Z", "+00:00")).utcoffset()
        self.recorded = instant(line["recorded"]) if "recorded" in line else None
        self.agency = line.get("agency", "")
        self.by = [(p["id"], p.get("role", "")) for p in line.get("by", [])]
        self.on = [(p["id"], p.get("role", "")) for p in line.get("on", [])]
        self.data = line.get("data", {})
        self.documents = [d.get("kind", "") for d in line.get("docs", [])]
        self.corrects, self.annuls = line.get("corrects"), line.get("annuls")
        self.root = self


def read(paths):
    """{id: Act}; of two contents of one id the one with the smaller (recorded, bytes)."""
    kept = {}
    for path in paths:
        with open(path, encoding="utf-8") as lines:
            for text in lines:
                if not text.strip():
                    continue
                try:
                    line = json.loads(text, parse_float=str)
                    act = Act(line)
                except (ValueError, KeyError, TypeError, AttributeError):
                    continue  # heng refuses such lines and says so
                order = (act.recorded or act.at, json.dumps(line, sort_keys=True))
                if act.id not in kept or order < kept[act.id][0]:
                    kept[act.id] = (order, act)
    return {name: act for name, (_, act) in kept.items()}


def place(act, acts, seen=()):
    """Where an act stands in the record; just after the act it names if it does not say. None: names itself in a ring."""
    target = acts.get(act.corrects or act.annuls)
    if act.recorded is not None or target is None or target.case != act.case:
        return ((act.recorded if act.recorded is not None else act.at, Natural(act.id)),)
    if act.id in seen:
        return None
    before = place(target, acts, (*seen, act.id))
    return before and (*before, (before[-1][0], Natural(act.id)))


def timeline(case_acts):
    """The live acts of one case in order."""
    acts = {act.id: act for act in case_acts}
    places = {act.id: place(act, acts) for act in case_acts}

    def names(act):
        return act.corrects or act.annuls

    bad = {a.id for a in case_acts if places[a.id] is None
           or (names(a) and (names(a) not in acts or places[names(a)] is None or not places[names(a)] < places[a.id]))}
    good = sorted((a for a in case_acts if a.id not in bad), key=lambda a: places[a.id], reverse=True)
    annulled = set()  # by annulments that are live themselves; those placed later are looked at first
    for act in good:
        if act.annuls and act.id not in annulled:
            annulled.add(act.annuls)
    dead, replaced = set(annulled), set()
    for act in reversed(good):  # what hangs on an annulled act falls with it
        if act.corrects and act.corrects in dead:
            dead.add(act.id)
    beaten = set()
    for act in good:  # the last placed correction stands
        if act.corrects and act.id not in dead:
            if act.corrects in replaced:
                beaten.add(act.id)
            replaced.add(act.corrects)
    for act in reversed(good):  # and one it took the place of falls with its own corrections
        if act.corrects in beaten:
            beaten.add(act.id)
    dead |= beaten
    out = []
    for act in good:
        if act.id in dead or act.id in replaced or act.annuls:
            continue
        act.root = act
        while act.root.corrects and act.root.corrects in acts:
            act.root = acts[act.root.corrects]
        out.append(act)
    return sorted(out, key=lambda a: (a.at, places[a.root.id]))


def number(value):
    try:
        return Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        return None


class Case:
    """The timeline of one case with what the packs say of its act types."""

    def __init__(self, acts, law):
        self.law, self.acts = law, timeline(acts)
        for act in self.acts:
            act.kind = law.act_name(act.type)
        self.carried = collections.defaultdict(dict)

    def raw(self, rank, field):
        """The value as it stands in the act, or where its type says so the one last stated before."""
        act = self.acts[rank]
        if field in act.data:
            return True, act.data[field]
        declared = self.law.acts.get(act.kind)
        if declared and field in declared.latest:
            for before in reversed(self.acts[:rank]):
                if field in before.data:
                    return True, before.data[field]
        return False, None

    def field(self, rank, field):
        there, value = self.raw(rank, field)
        return self.typed(rank, field, value) if there else None

    def typed(self, rank, field, value):
        kind = self.law.field_type(self.acts[rank].kind, field)
        if value is None:
            return BLANK
        if isinstance(value, list) or kind in ("people", "list"):
            items = value if isinstance(value, list) else [value]
            return [str(i.get("id")) if isinstance(i, dict) else symbol(i) for i in items]
        if kind == "number":
            return number(value) if number(value) is not None and not isinstance(value, bool) else symbol(value)
        if kind == "yes":
            return TRUTH.get(symbol(value), symbol(value))
        if kind in ("date", "time"):
            text = symbol(value)
            if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
                return datetime.date.fromisoformat(text)
            try:
                return Instant(instant(text))
            except ValueError:
                raise NotChecked("a time that is written without offset") from None
        if kind == "clock":
            found = re.fullmatch(r"(\d\d?):(\d\d)(:\d\d)?", symbol(value))
            return Minutes(int(found[1]) * 60 + int(found[2])) if found else symbol(value)
        if kind is None and isinstance(value, (int, bool)):  # a field no pack declares: as it is written
            return value if isinstance(value, bool) else Fraction(value)
        return symbol(value)

    # -- keys

    def carries(self, rank, subject):
        """The values of a subject an act names itself; the first path that gives any."""
        act, declared = self.acts[rank], self.law.acts.get(self.acts[rank].kind)
        for root, name in self.law.subjects[subject].paths:
            out = []
            if root in ("by", "on"):
                out = [who for who, role in getattr(act, root) if not name or role == name]
            elif root == "agency":
                out = [act.agency]
            elif declared and subject in declared.on:
                there, value = self.raw(rank, name)
                value = value if isinstance(value, list) else [value]
                out = [symbol(v) for v in value if there and v is not None]
            if out:
                return list(dict.fromkeys(out))
        return []

    def standing(self, subject):
        """For each act: the values it stands in, and whether for certain."""
        known = self.carried[subject]
        if "by rank" not in known:
            named, rows, decl = [], [], self.law.subjects[subject]
            for rank, act in enumerate(self.acts):
                own = self.carries(rank, subject)
                declared = self.law.acts.get(act.kind)
                if own:
                    rows.append((own, True))
                    named += [v for v in own if v not in named]
                elif declared and subject in declared.on:
                    if decl.each:
                        rows.append(([], True))
                    else:
                        rows.append((list(named), len(named) == 1))
                else:
                    rows.append(([] if decl.office else list(named), True))
            known["by rank"], known["named"] = rows, named
        return known["by rank"]

    def values(self, subject):
        self.standing(subject)
        return self.carried[subject]["named"]

    def stands(self, rank, key):
        if key is None:
            return True
        values, certain = self.standing(key[0])[rank]
        return (True if certain else None) if key[1] in values else False

    def role_of(self, person, rank):
        for act in reversed(self.acts[:rank + 1]):
            for who, role in act.by + act.on:
                if who == person and role:
                    return role
        return None


class Instant(int):
    pass


class Minutes(int):
    pass


def symbol(value):
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
