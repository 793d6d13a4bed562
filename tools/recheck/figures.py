"""Watches: which units stand out from their peers, worked out anew over all cases (docs/language.md, "Watches").

Chances by Fisher's exact test are counted in whole numbers; Hoeffding's and Chernoff's bounds in floating point.
"""
import collections
import dataclasses
import datetime
import math
from fractions import Fraction

import law as reading
from acts import BLANK, NotChecked
from conditions import both, either, plain, text
from days import DAY, add_months, plus_days, sum_of

NAMED = 200        # acts named in one flag, at most
FEWEST_PEERS = 2
INFINITE = float("inf")


@dataclasses.dataclass
class Sample:
    """One act that counts for one unit."""
    act: object
    key: str
    unit: tuple
    peers: tuple          # kind and level
    first: bool = True    # of the act's several pairs
    hit: bool = False
    unclear: bool = False
    value: object = None


@dataclasses.dataclass
class Compared:
    p: float
    mine: tuple           # marked, all
    peers: tuple
    exposure: int


@dataclasses.dataclass
class Flag:
    rule: str
    key: dict
    at: int
    acts: list
    place: tuple          # peers, first day, unit
    p: float
    side: str
    figures: tuple        # of the unit and of its peers


class Watch:
    def __init__(self, d, law):
        self.declaration, self.name = d, d.pack + "/" + d.name
        one = {clause: items[0] for clause, items in d.clauses.items() if items}
        self.units, now = [], []
        for word in [*one["per"], "with"]:
            if word == "with":
                self.units.append(now)
                now = []
            else:
                now.append(word)
        self.measure, self.where, self.pattern, self.within, self.operand, self.quantile = None, [], None, None, None, None
        p = reading.Parser(one["measures"])
        if p.take("share"):
            if p.take("where"):
                self.measure, self.where = "share", p.atoms()
            else:
                self.measure = "not followed" if p.take("not") else "followed"
                p.need("followed", "by")
                self.pattern = p.pattern()
                p.need("within")
                self.within = p.quantity()
        elif p.take("count"):
            self.measure = "count"
        elif p.take("rate", "to"):
            self.measure, self.pattern = "rate", p.pattern()
        elif p.take("distinct"):
            self.measure, self.operand = "distinct", p.operand()
        elif p.take("quantile"):
            self.quantile = float(p.peek().rstrip("%")) / 100
            p.at += 1
            p.need("of")
            if p.take("time", "until"):
                self.measure, self.pattern = "time until", p.pattern()
                p.need("within")
                self.within = p.quantity()
            elif p.take("time", "since"):
                self.measure, self.pattern = "time since", p.pattern()
            else:
                self.measure, self.operand = "quantile", p.operand()
        p.end()
        over = one["over"]
        self.every = over[1] if over[0] == "every" else None
        self.last_days = 0 if self.every else int(over[2])
        peers = one.get("peers", ["of", "the", "same", "kind", "and", "level"])
        self.same_kind, self.same_level = "kind" in peers, "level" in peers
        flags = one["flags"]
        self.sides = [side for side in ("above", "below") if side in flags]
        self.margin = float(flags[-1].rstrip("%")) / 100 if flags[-1].endswith("%") else 0.0
        self.needs = int(one["needs"][-1]) if "needs" in one else 30
        self.rate = float(one["false discovery"][-1].rstrip("%")) / 100 if "false discovery" in one else 0.05
        self.on = d.read("on", reading.Parser.on_pattern)
        if any(pattern["for"] for pattern in self.on):
            raise NotChecked("a watch `for` another field")
        self.roles_or_acts = law.acts

    @property
    def pairing(self):
        return len(self.units) == 2


class Figures:
    """`case_of(name)` gives the (case, conditions) of a case of that name."""

    def __init__(self, law, zone, holidays, now, names, case_of):
        self.law, self.zone, self.holidays, self.now = law, zone, holidays, now
        self.names, self.case_of = names, case_of

    def flags(self):
        """All that stand out, over all watches of the packs."""
        families = []
        for d in self.law.watches:
            watch = Watch(d, self.law)
            samples = [s for name in self.names for s in self.samples(watch, name)]
            samples.sort(key=lambda s: (self.place(s.act), s.key, s.unit, s.hit))
            tests = self.tests(watch, samples, set())
            if tests:
                families.append((watch, samples, tests))
        out = []
        for watch, samples, tests in families:
            for flag in self.standing_out(watch, samples, tests, watch.rate / len(families)):
                mine, peers = flag.figures
                edge = peers * (1 + watch.margin if flag.side == "above" else 1 - watch.margin)
                far = mine >= edge if flag.side == "above" else mine <= edge
                if far or not watch.margin or watch.measure == "distinct":
                    out.append(flag)
        return out

    @staticmethod
    def place(act):
        from acts import Natural
        return (act.recorded if act.recorded is not None else act.at, Natural(act.id))

    # -- one case

    def samples(self, watch, name):
        case, conditions = self.case_of(name)
        out = []
        for rank in range(len(case.acts)):
            if self.law.binds(watch.declaration, self.zone.date(case.acts[rank].at)):
                out += self.of_act(watch, case, conditions, rank)
        return out

    def agency_of(self, case, unit, rank):
        if len(unit) == 1:
            return case.acts[rank].agency
        for act in reversed(case.acts[:rank + 1]):
            if act.kind == unit[2] or any(role == unit[2] for _, role in act.by):
                return act.agency
        return ""

    def values(self, case, unit, rank):
        if unit[0] not in ("agency", "level"):
            for act in reversed(case.acts[:rank + 1]):
                held = sorted({who for who, role in act.by + act.on if role == unit[0]})
                if held:
                    return held
            return []
        agency = self.agency_of(case, unit, rank)
        if unit[0] == "agency":
            return [agency] if agency else []
        level = self.law.offices.get(agency, {}).get("at")
        return [level] if level else []

    def of_act(self, watch, case, conditions, rank):
        act = case.acts[rank]
        first = self.values(case, watch.units[0], rank)
        units = [(a,) for a in first]
        if watch.pairing:
            units = [(a, b) for a in first for b in self.values(case, watch.units[1], rank) if a != b]
        if not units:
            return
        office = self.agency_of(case, watch.units[0], rank) if watch.units[0][0] in ("agency", "level") else act.agency
        peers = (self.law.agency_kind(office) if watch.same_kind else "",
                 self.law.offices.get(office, {}).get("at", "") if watch.same_level and watch.units[0][0] != "level" else "")
        subject = watch.declaration.subject()
        keys = [(subject, value) for value in case.values(subject)] if subject else [None]
        for key in keys:
            view = conditions.view(watch.declaration, key, rank)

            def add(**more):
                for i, unit in enumerate(units):
                    yield Sample(act, key[1] if key else "", unit, peers, first=i == 0, **more)

            if watch.measure == "rate" and conditions.match(watch.pattern, rank, view) is True:
                yield from add(hit=False)
            counts = False
            for pattern in watch.on:
                counts = either(counts, conditions.match(pattern, rank, view))
            for line in watch.declaration.read("when", reading.Parser.condition):
                counts = both(counts, conditions.line(line, view)) if counts is not False else False
            if counts is False:
                continue
            if counts is None:
                yield from add(hit=watch.measure == "rate", unclear=True)
                continue
            told = self.told(watch, case, conditions, rank, view)
            if told is not None:
                yield from add(**told)

    def told(self, watch, case, conditions, rank, view):
        """What the act says for the figure; None if nothing."""
        act = case.acts[rank]
        if watch.measure == "share":
            so = conditions.all(watch.where, view)
            return {"hit": so is True, "unclear": so is None}
        if watch.measure in ("followed", "not followed", "time until"):
            until = self.followed_until(watch, act.at, conditions, view)
            found, when = (None, None) if until is None else (False, None)
            for later in range(rank + 1, len(case.acts) if until is not None else 0):
                if case.acts[later].at >= until:
                    break
                match = conditions.match(watch.pattern, later, view)
                if match is True:
                    found, when = (None if found is None else True), case.acts[later].at
                    break
                found = either(found, match)
            if watch.measure == "time until":
                return {"unclear": found is None, "value": when - act.at if found is True else INFINITE}
            return {"hit": (found is True) == (watch.measure == "followed"), "unclear": found is None}
        if watch.measure == "time since":
            for before in reversed(range(rank)):
                match = conditions.match(watch.pattern, before, view)
                if match is not False:
                    return {"unclear": match is None, "value": act.at - case.acts[before].at}
            return None
        if watch.measure in ("quantile", "distinct"):
            value = conditions.value(watch.operand, view)
            if value is BLANK or value == []:
                return None
            if watch.measure == "distinct":
                value = value[0] if isinstance(value, list) else value
                return {"unclear": value is None, "value": None if value is None else text(value)}
            number = plain(value) if isinstance(value, Fraction) else None
            return {"unclear": number is None, "value": number}
        return {"hit": watch.measure == "rate"}

    def followed_until(self, watch, at, conditions, view):
        """Acts before it came in time. Without a time to follow: the instant itself."""
        if watch.within is None:
            return at
        measured = conditions.measure(watch.within, view)
        if measured is None:
            return None
        amount, unit = measured
        end, last = sum_of(self.zone, self.holidays, unit, at, amount, [], unit.rolls)
        return end if last is not None else end + 1

    # -- windows

    def settled(self, watch, to):
        _, conditions = self.case_of(self.names[0])
        end = self.zone.start(to)
        until = self.followed_until(watch, end - 1, conditions, None)
        if until is None:
            raise NotChecked("a time to follow that is not known")
        return max(end, until)

    def window(self, watch, day):
        """(first day, day after the last, its name) of a window `over every …`."""
        month = day.replace(day=1)
        if watch.every == "week":
            first = plus_days(day, -day.weekday())
            return first, plus_days(first, 7), "week of " + first.isoformat()
        if watch.every == "month":
            return month, add_months(month, 1), day.isoformat()[:-3]
        if watch.every == "quarter":
            first = month.replace(month=(day.month - 1) // 3 * 3 + 1)
            return first, add_months(first, 3), f"{day.year}-Q{(day.month - 1) // 3 + 1}"
        return month.replace(month=1), datetime.date(day.year + 1, 1, 1), str(day.year)

    def last_window(self, watch):
        to = plus_days(self.zone.date(self.now), 0)
        while self.settled(watch, to) > self.now:
            to = plus_days(to, -1)
        return to

    # -- units against their peers

    def tests(self, watch, samples, told):
        everywhere = watch.measure == "count" and not watch.pairing
        last = self.last_window(watch) if watch.last_days else None
        cells, windows = collections.defaultdict(lambda: collections.defaultdict(list)), {}
        unclear, out_of = collections.Counter(), collections.defaultdict(set)
        for s in samples:
            day = self.zone.date(s.act.at)
            if last:
                if day >= last:
                    continue
                back = ((last - day).days - 1) // watch.last_days
                if back and not everywhere:
                    continue
                to = plus_days(last, -back * watch.last_days)
                window = (plus_days(to, -watch.last_days), to, f"last {watch.last_days} days")
            else:
                window = self.window(watch, day)
            settled = self.settled(watch, window[1])
            if not last and settled > self.now:
                continue
            place = (s.peers, window[0])
            windows[place] = (window, settled)
            if (*place, s.unit) in told:
                out_of[place].add(s.unit)
                cells[place]
                continue
            units = cells[place]
            if s.unclear:
                unclear[place, s.unit] += 1
                units[s.unit]
            else:
                units[s.unit].append(s)
        all_of = collections.defaultdict(lambda: collections.defaultdict(collections.Counter))
        if everywhere:
            for (peers, _), units in cells.items():
                for unit, own in units.items():
                    for s in own:
                        all_of[peers][unit][s.act.case] += 1
            for (peers, first), units in cells.items():
                for unit in all_of[peers]:
                    if unit not in out_of[peers, first]:
                        units[unit]
        out = []
        for place in sorted(cells):
            units = cells[place]
            if last and windows[place][0][1] != last:
                continue
            for side in watch.sides:
                bench = Bench(watch, units, all_of[place[0]] if everywhere else None, side)
                for unit in sorted(units):
                    if (not units[unit] and not everywhere) or (everywhere and unit not in all_of[place[0]]):
                        continue
                    compared = bench.compare(unit)
                    if compared.exposure < watch.needs or compared.peers[1] < watch.needs or \
                            len(units) + len(out_of[place]) - 1 < FEWEST_PEERS:
                        continue
                    out.append((place, unit, side, compared, bench, windows[place]))
        return out

    def standing_out(self, watch, samples, tests, q):
        """In each window the one that stands out most, left out of the others' peers; then the rest anew."""
        out, told, ps = [], set(), []
        while True:
            found = discoveries(ps + [compared.p for _, _, _, compared, _, _ in tests], q)
            most = {}
            for test, good in zip(tests, found[len(ps):]):
                if good and (test[0] not in most or test[3].p < most[test[0]][3].p):
                    most[test[0]] = test
            if not most:
                return out
            for test in most.values():
                place, unit, side, compared, bench, (window, settled) = test
                told.add((*place, unit))
                ps.append(compared.p)
                names = [" ".join(words) for words in watch.units]
                if watch.pairing and names[0] == names[1]:
                    names[1] += " 2"
                key = {**dict(zip(names, unit)), "window": window[2], "side": side}
                shown = [s.act.id for s in bench.units[unit] if bench.shows(s)]
                out.append(Flag(watch.name, key, settled, list(dict.fromkeys(shown))[:NAMED], (*place, unit), compared.p, side,
                                bench.figures(unit, compared)))
            tests = self.tests(watch, samples, told)


class Bench:
    """The units of one window and one group of peers, set against one another in one direction."""

    def __init__(self, watch, units, all_of, side):
        self.watch, self.units, self.all_of, self.above = watch, units, all_of, side == "above"
        self.quantile = watch.quantile is not None
        if self.quantile:
            self.middle = quantile([s.value for own in units.values() for s in own if s.first], watch.quantile)

    def shows(self, s):
        if self.quantile:
            return s.value > self.middle if self.above else s.value < self.middle
        if self.watch.measure in ("count", "distinct"):
            return True
        return s.hit if self.watch.measure == "rate" else s.hit == self.above

    def clusters(self, unit, firsts=False):
        """[marked, all] by case."""
        out = collections.defaultdict(lambda: [0, 0])
        for s in self.units.get(unit, []):
            if firsts and not s.first:
                continue
            cluster = out[s.act.case]
            if self.watch.measure == "rate":
                cluster[0 if s.hit else 1] += 1
            else:
                cluster[1] += 1
                cluster[0] += self.shows(s)
        return out

    def compare(self, unit):
        if self.watch.measure == "distinct":
            return self.different(unit)
        if self.watch.measure == "count":
            return self.meetings(unit) if self.watch.pairing else self.in_window(unit)
        turned = self.watch.measure == "rate" and not self.above
        population = []
        for other in self.units:
            for marked, all_ in self.clusters(other, firsts=self.watch.pairing).values():
                population.append((all_, marked) if turned else (marked, all_))
        drawn = [(a, m) if turned else (m, a) for m, a in self.clusters(unit).values()]
        p = chance_of_more(population, drawn)
        mine = sums(self.clusters(unit).values())
        whole = sums(population)
        whole = whole[::-1] if turned else whole
        peers = (whole[0] - mine[0], whole[1] - mine[1])
        exposure = mine[1]
        if not self.above and not self.quantile and self.watch.measure != "rate":
            mine, peers = (mine[1] - mine[0], mine[1]), (peers[1] - peers[0], peers[1])
        return Compared(p, mine, peers, exposure)

    def in_window(self, unit):
        def of(one):
            here = self.clusters(one)
            return [(here[c][1] if self.above else n - here[c][1], n) for c, n in self.all_of[one].items()]
        population = [cluster for other in self.all_of for cluster in of(other)]
        drawn = of(unit)
        p = chance_of_more(population, drawn)
        whole, mine = sums(population), sums(drawn)
        if not self.above:
            whole, mine = (whole[1] - whole[0], whole[1]), (mine[1] - mine[0], mine[1])
        return Compared(p, mine, (whole[0] - mine[0], whole[1] - mine[1]), mine[1])

    def meetings(self, unit):
        cases = collections.defaultdict(set)
        for (a, b), own in self.units.items():
            for s in own:
                cases[a].add(s.act.case)
                cases[b].add(s.act.case)
        n = len({(s.act.case) for own in self.units.values() for s in own if s.first})
        a, b, met = len(cases[unit[0]]), len(cases[unit[1]]), len(self.clusters(unit))
        p = hypergeometric(n, b, a, met) if self.above else hypergeometric(n, n - b, a, a - met)
        return Compared(p, (met, a), (b - met, n - a), a)

    def different(self, unit):
        items = {one: {} for one in self.units}
        for one, own in self.units.items():
            for s in own:
                items[one].setdefault(s.act.case, s.value)
        times = collections.Counter(v for own in items.values() for v in own.values())
        n, whole = len(items[unit]), sum(times.values())
        seen = len(set(items[unit].values()))
        others = {v for one, own in items.items() if one != unit for v in own.values()}
        p = chance_of_distinct(list(times.values()), n, seen, not self.above)
        return Compared(p, (seen, n), (len(others), whole - n), n)

    def figures(self, unit, compared):
        if self.quantile:
            rest = [s.value for other, own in self.units.items() if other != unit for s in own if s.first or not self.watch.pairing]
            return (float(quantile([s.value for s in self.units[unit]], self.watch.quantile)),
                    float(quantile(rest, self.watch.quantile)))
        return tuple(one[0] / one[1] if one[1] else 0.0 for one in (compared.mine, compared.peers))


def sums(clusters):
    clusters = list(clusters)
    return sum(c[0] for c in clusters), sum(c[1] for c in clusters)


def quantile(values, q):
    values = sorted(values)
    return values[min(max(math.ceil(q * len(values)), 1), len(values)) - 1] if values else 0


def hypergeometric(N, K, n, k):
    """P(at least k marked among n drawn of N, of which K are marked)."""
    whole = math.comb(N, n)
    return float(Fraction(sum(math.comb(K, x) * math.comb(N - K, n - x) for x in range(max(k, 0), min(n, K) + 1)), whole))


def least(f):
    """The least value of a convex function with f(0) = 0, over t >= 0."""
    right = 1.0
    while right < 1024 and f(2 * right) < f(right):
        right *= 2
    low, high = 0.0, 2 * right
    for _ in range(100):
        a, b = low + (high - low) / 3, high - (high - low) / 3
        if f(a) < f(b):
            high = b
        else:
            low = a
    return min(0.0, f((low + high) / 2))


def chance_of_more(population, drawn):
    """Fisher's test where no case counts twice, else Hoeffding's bound for draws of whole cases."""
    kinds = collections.Counter(population)
    count = sum(kinds.values())
    marked, whole = sums(population)
    mine = sums(drawn)
    if all(a == 1 and m <= 1 for m, a in kinds):
        return hypergeometric(count, marked, len(drawn), mine[0])
    if not whole or not count:
        return 1.0
    share = marked / whole

    def excess(cluster):
        return cluster[0] - share * cluster[1]
    seen = excess(mine)
    if seen <= 0:
        return 1.0
    largest = max(0.0, max(map(excess, kinds)))

    def bound(t):
        mean = sum(times * math.exp(t * (excess(c) - largest)) for c, times in kinds.items()) / count
        return len(drawn) * (math.log(mean) + t * largest) - t * seen
    return math.exp(least(bound))


def chance_of_distinct(times, n, seen, fewer):
    N = sum(times)
    chances = [(1 - math.comb(N - each, n) / math.comb(N, n), values) for each, values in collections.Counter(times).items()]
    mean = sum(p * values for p, values in chances)
    if seen >= mean if fewer else seen <= mean:
        return 1.0
    sign = -1 if fewer else 1
    return math.exp(least(lambda t: -sign * t * seen + sum(v * math.log1p(p * math.expm1(sign * t)) for p, v in chances)))


def discoveries(p, q):
    order = sorted(range(len(p)), key=lambda i: p[i])
    last = 0
    for i, one in enumerate(order):
        if p[one] <= q * (i + 1) / len(p):
            last = i + 1
    return [i in set(order[:last]) for i in range(len(p))]
