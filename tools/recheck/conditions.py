"""Conditions over a timeline: True, False, or None for unknown (Kleene)."""
import dataclasses
import datetime
from fractions import Fraction

import law as reading
from acts import BLANK, TRUTH, Instant, Minutes, NotChecked, number
from days import Amount, HOUR, add_months, plus_days, sum_of


@dataclasses.dataclass
class View:
    """From where a line is read."""
    head: object       # the declaration
    key: tuple         # (subject, value), or None: the case
    self: int          # the judged or starting act
    spoken: int        # the act bare words speak of
    limit: int         # acts before it are earlier
    at: int
    aliases: dict

    def of(self, **changes):
        return dataclasses.replace(self, **changes)


def both(a, b):
    return False if a is False or b is False else None if a is None or b is None else True


def either(a, b):
    return True if a is True or b is True else None if a is None or b is None else False


def opposite(a):
    return None if a is None else not a


class Conditions:
    def __init__(self, law, case, zone, holidays, now):
        self.law, self.case, self.zone, self.holidays, self.now = law, case, zone, holidays, now
        self.end_of = None    # set by clocks: (view, name) -> the end of the clock's last running
        self.spans_of = {}

    def view(self, head, key, rank):
        return View(head, key, rank, rank, rank, self.case.acts[rank].at, {})

    # -- patterns

    def match(self, pattern, rank, view):
        act, case = self.case.acts[rank], self.case
        if not pattern["any"] and act.kind not in pattern["acts"]:
            return False
        result = True
        if pattern["for"] and view.key:
            value = case.field(rank, pattern["for"])
            if value is None:
                result = None
            elif view.key[1] not in (value if isinstance(value, list) else [value]):
                return False
        else:
            result = case.stands(rank, view.key)
        if result is False or (pattern["by"] and not any(role in pattern["by"] for _, role in act.by)):
            return False
        return both(result, self.all(pattern["where"], view.of(spoken=rank)))

    def all(self, atoms, view):
        result = True
        for atom in atoms:
            result = both(result, self.atom(atom, view))
            if result is False:
                break
        return result

    def line(self, condition, view):
        join, atoms, limits = condition
        limited = self.all(limits, view)
        if limited is False:
            return True
        if join == "or":
            result = False
            for atom in atoms:
                result = either(result, self.atom(atom, view))
                if result is True:
                    break
        else:
            result = self.all(atoms, view)
        return result if limited is True or result is True else None

    # -- atoms

    def atom(self, atom, view):
        return getattr(self, "atom_" + atom[0])(view, *atom[1:])

    def counted(self, count, least, most):
        kind, numbers = count or ("at least", [1])
        if kind == "at least":
            return True if least >= numbers[0] else False if most < numbers[0] else None
        if kind == "at most":
            return True if most <= numbers[0] else False if least > numbers[0] else None
        if not any(least <= n <= most for n in numbers):
            return False
        return True if least == most else None

    def atom_earlier(self, view, what):
        past = view.of(key=None) if what["case"] else view
        limit = min(view.limit, view.spoken) if view.spoken != view.self and view.spoken is not None else view.limit
        least = most = 0
        opened = True
        for rank in reversed(range(limit)):
            found = self.match(what["pattern"], rank, past)
            if found is not False and what["window"]:
                found = both(found, self.window(what["window"], rank, past))
            found = both(found, opened)
            least += found is True
            most += found is not False
            if what["since"]:
                opened = both(opened, opposite(self.match(what["since"], rank, past)))
                if opened is False:
                    break
        return self.counted(what["count"], least, most)

    def window(self, window, rank, view):
        then, now = self.case.acts[rank].at, view.at
        if window[0] == "in this":
            a, b = self.zone.date(then), self.zone.date(now)
            size = {"year": 1, "month": 2, "day": 3}.get(window[1])
            if size is None:
                return a.year == b.year and (a.month - 1) // 3 == (b.month - 1) // 3
            return a.timetuple()[:size] == b.timetuple()[:size]
        return self.apart(then, window[0], window[1], False, now, view)

    def atom_count(self, view, count, names, operand):
        factor = operand[0][1]
        if factor[0] == "path" and factor[1][-1] in ("by", "on") and len(factor[1]) <= 2:
            rank = self.rank_of(factor[1][:-1], view)
            if rank is None:
                return None
            people = {who for who, role in getattr(self.case.acts[rank], factor[1][-1]) if not names or role in names}
            return self.counted(count, len(people), len(people))
        members = self.set(operand, view)
        if members is None:
            return None
        members = set(members)
        if not names:
            return self.counted(count, len(members), len(members))
        if factor[0] == "path" and self.law.types.get(factor[1][-1]) != "people":
            found = len(members & set(names))
            return self.counted(count, found, found)
        roles = [self.case.role_of(m, view.self if view.self is not None else view.limit - 1) for m in members]
        least = sum(role in names for role in roles)
        return self.counted(count, least, least + roles.count(None))

    def atom_document(self, view, kind, wanted):
        return (kind in self.case.acts[view.spoken].documents) is wanted

    def atom_named(self, view, name, wanted):
        if name in self.law.facts:
            fact = self.law.facts[name]
            key = view.key if fact.subject() and view.key and view.key[0] == fact.subject() else None
            if fact.subject() and key is None:
                raise NotChecked("a fact of another subject")
            result = True
            for condition in fact.read("when", reading.Parser.condition):
                result = both(result, self.line(condition, view.of(key=key, aliases={})))
        elif name in self.law.states:
            result = self.state(name, view.key, view.limit, view.at)
        else:
            raise NotChecked(f"the name `{name}`")
        return result if wanted else opposite(result)

    def atom_compare(self, view, left, sign, right):
        return self.compare(self.value(left, view), sign, self.value(right, view))

    def atom_in(self, view, left, values, operand, negated):
        value = self.value(left, view)
        if value is None:
            return None
        if value is BLANK:
            return negated
        if values is None:
            other = self.value(operand, view)
            if other is None:
                return None
            options = other if isinstance(other, list) else [other]
        else:
            options = [self.value(v, view) for v in values]
        result = False
        for option in options:
            result = either(result, self.compare(value, "=", option))
        return opposite(result) if negated else result

    def atom_is(self, view, left, word):
        value = self.value(left, view)
        return None if value is None else (value is BLANK) == (word == "blank")

    def atom_among(self, view, left, right, negated, every):
        value = self.value(left, view)
        if value is None:
            return None
        if value is BLANK:
            return negated
        members = self.set(right, view)
        if members is None:
            return None
        inside = [v in members for v in (value if isinstance(value, list) else [text(value)])]
        return all(inside) if every else any(inside) != negated

    def atom_disjoint(self, view, left, right):
        a, b = self.set(left, view), self.set(right, view)
        return None if a is None or b is None else not set(a) & set(b)

    def atom_same(self, view, left, right):
        a, b = self.set(left, view), self.set(right, view)
        return None if a is None or b is None else set(a) == set(b)

    def atom_distance(self, view, left, how, quantity, after, right):
        a, b = self.value(left, view), self.value(right, view)
        if BLANK in (a, b):
            return False
        a, b = self.moment(a), self.moment(b)
        return None if a is None or b is None else self.apart(a, how, quantity, after, b, view)

    def atom_order(self, view, left, after, right):
        a, b = self.value(left, view), self.value(right, view)
        if a is BLANK or b is BLANK:
            return False
        if a is None or b is None:
            return None
        if isinstance(a, datetime.date) or isinstance(b, datetime.date):
            a, b = self.day(a), self.day(b)
        else:
            a, b = self.moment(a), self.moment(b)
        if a is None or b is None:
            return None
        if right[0][1][0] == "end of":  # in its time; not in it
            return a > b if after else a <= b
        return a > b if after else a < b

    # -- distances

    def moment(self, value):
        if isinstance(value, datetime.date):
            return self.zone.start(value)
        return value if isinstance(value, Instant) else None

    def day(self, value):
        if isinstance(value, Instant):
            return self.zone.date(value)
        return value if isinstance(value, datetime.date) else None

    def apart(self, a, how, quantity, after, b, view):
        """a lies so long before (after) b."""
        measured = self.measure(quantity, view)
        if measured is None:
            return None
        amount, unit = measured
        first, second = (b, a) if after else (a, b)
        sign = {"within": "<=", "at least": ">=", "more than": ">", "less than": "<"}[how]
        bounded = sign in ("<=", "<")
        if unit.base == "hour":
            return ordered(second, sign, first + amount.hours * HOUR) and (first <= second or not bounded)
        start, end = self.zone.date(first), self.zone.date(second)
        if after and how == "within":
            rolls = self.rolls(unit, view.key, second, view.limit, view.at)
            return start <= end and second < sum_of(self.zone, self.holidays, unit, first, amount, [], rolls)[0]
        if unit.working and amount.days:
            begin = add_months(plus_days(start, 1) if after else start, amount.months)
            return ordered(self.holidays.between(begin, end if after else plus_days(end, -1)), sign, amount.days) and (
                start <= end or not bounded)
        mark = plus_days(add_months(start, amount.months), amount.days)
        return ordered(end, sign, mark) and (start <= end or not bounded)

    def rolls(self, unit, key, at, limit, seen):
        if not unit.rolls or not unit.unless:
            return unit.rolls
        moment = min(at, seen)
        until = sum(a.at <= moment for a in self.case.acts)
        return self.state(unit.unless, key, min(limit, until), moment) is not True

    def measure(self, quantity, view):
        """(Amount, Unit), or None if the number is not known."""
        what, value, unit, plus = quantity
        if what != "number":
            value = self.factor(what, view)
            if isinstance(value, Measured):
                unit = unit or value.unit
            value = plain(value)
            if value is None:
                return None
        if unit is None:
            raise NotChecked("a quantity whose unit another line gives")
        unit = self.law.unit(unit)
        amount = Amount.of(Fraction(value), unit.base)
        if amount is None:
            return None
        if plus:
            amount = amount.plus(Amount.of(plus[0], plus[1][1]))
        return amount, unit

    # -- values

    def rank_of(self, path, view):
        if not path:
            return view.spoken
        if path[0] == "this":
            return view.self
        return view.aliases.get(path[0])

    def value(self, operand, view):
        out = self.factor(operand[0][1], view)
        for sign, factor in operand[1:]:
            other = self.factor(factor, view)
            if out is None or other is None:
                return None
            if out is BLANK or other is BLANK:
                return BLANK
            if isinstance(out, (datetime.date, Instant)) and isinstance(other, (Fraction, Measured)) and sign != "*":
                count, base = (other.number, other.unit[1]) if isinstance(other, Measured) else (other, "day")
                amount = Amount.of(count, base)
                way = -1 if sign == "-" else 1
                if isinstance(out, Instant) and base == "hour":
                    out = Instant(out + way * amount.hours * HOUR)
                    continue
                day = out if isinstance(out, datetime.date) else self.zone.date(out)
                moved = plus_days(add_months(day, way * amount.months), way * amount.days)
                out = moved if isinstance(out, datetime.date) else Instant(self.zone.start(moved) + out - self.zone.start(day))
            elif isinstance(out, datetime.date) and isinstance(other, datetime.date) and sign == "-":
                out = Fraction((out - other).days)
            elif isinstance(out, Instant) and isinstance(other, Instant) and sign == "-":
                out = Fraction((self.zone.date(out) - self.zone.date(other)).days)
            else:
                a, b = plain(out), plain(other)
                if a is None or b is None:
                    return None
                out = a + b if sign == "+" else a - b if sign == "-" else a * b
        return out

    def factor(self, factor, view):
        kind = factor[0]
        if kind == "number":
            return Measured(factor[1], factor[2]) if factor[2] else factor[1]
        if kind in ("symbol", "date", "yes"):
            return factor[1]
        if kind == "clock":
            return Minutes(factor[1])
        if kind == "code":
            if factor[1] not in self.law.settings:
                return factor[1]
            _, value, unit, plus = reading.Parser(self.law.settings[factor[1]].rest[1:]).quantity()
            if value is None or plus:
                raise NotChecked(f"the setting `{factor[1]}`")
            return Measured(value, unit) if unit else value
        if kind == "call":
            return self.call(view, *factor[1:])
        if kind == "end of":
            return self.end_of(view, factor[1])
        if kind == "latest":
            newest = view.limit if view.self is None else min(len(self.case.acts), view.self + 1)
            for rank in reversed(range(newest)):
                if self.case.stands(rank, view.key) is True and factor[1] in self.case.acts[rank].data:
                    return self.case.typed(rank, factor[1], self.case.acts[rank].data[factor[1]])
            return None
        if kind in ("acting as", "who did"):
            out = []
            for rank in range(len(self.case.acts)):
                if rank >= view.limit and not (kind == "acting as" and rank == view.self):
                    continue
                if self.case.stands(rank, view.key) is False:
                    continue
                act = self.case.acts[rank]
                if kind == "who did" and act.kind not in factor[1]:
                    continue
                out += [who for who, role in act.by if kind == "who did" or role in factor[1]]
            return list(dict.fromkeys(out))
        return self.path(factor[1], view)

    def call(self, view, name, arguments, column):
        values = [self.value(a, view) for a in arguments]
        if name == "age":
            born = values[0]
            if born is None or born is BLANK:
                return born
            born = born if isinstance(born, datetime.date) else self.zone.date(born)
            today = self.zone.date(view.at)
            return Fraction(today.year - born.year - ((today.month, today.day) < (born.month, born.day)))
        if name not in self.law.tables:
            raise NotChecked(f"{name}(…)")
        table = self.law.tables[name]
        head = " ".join(table.items("columns")[0]).split("->")[1].replace(",", " ").split()
        for asked, given in table.read("row", reading.Parser.row):
            fit = True
            for cells, value in zip(asked, values):
                for test in cells:
                    if test[0] == "one of":
                        one = False
                        for option in test[1]:
                            one = either(one, self.compare(value, "=", self.value(option, view)))
                        fit = both(fit, one)
                    elif test[0] != "any":
                        fit = both(fit, self.compare(value, test[0], self.value(test[1], view)))
            if fit is None:
                return None
            if fit:
                out = given[head.index(column) if column else 0][0]
                return [text(self.value(v, view)) for v in out[1]] if out[0] == "one of" else self.value(out[1], view)
        return None

    def path(self, path, view):
        if len(path) == 1 and path[0] in view.aliases and view.aliases[path[0]] is not None:
            return Instant(self.case.acts[view.aliases[path[0]]].at)
        if path == ["this"]:
            return Instant(view.at if view.self is None else self.case.acts[view.self].at)
        named = len(path) > 1 and (path[0] == "this" or path[0] not in ("by", "on", "data"))
        rank, rest = (self.rank_of(path, view), path[1:]) if named else (view.spoken, path)
        if rank is None:
            return None
        act, name = self.case.acts[rank], rest[0]
        if name == "data":
            return self.case.field(rank, rest[1])
        if name in ("by", "on"):
            return [who for who, role in getattr(act, name) if len(rest) == 1 or role == rest[1]]
        if name == "at":
            return Instant(act.at)
        if name == "entered":
            return Instant(act.root.at if act.root.recorded is None else act.root.recorded)
        if name == "agency":
            return Agency(act.agency, self.law.agency_kind(act.agency))
        if name == "case":
            return act.case
        if name in self.law.subjects:
            if view.key and view.key[0] == name and rank == view.self and not (named and path[0] != "this"):
                return view.key[1]
            carried = self.case.carries(rank, name)
            if not carried:
                values, certain = self.case.standing(name)[rank]
                declared = self.law.acts.get(act.kind)
                carried = values if certain and declared and name in declared.on else []
            if carried:
                return carried[0] if len(carried) == 1 else carried
        if name in self.law.settings and len(path) == 1 and self.case.field(rank, name) is None:
            return self.factor(("code", name), view)
        return self.case.field(rank, name)

    def set(self, operand, view):
        value = self.value(operand, view)
        if value is BLANK:
            return []
        return value if isinstance(value, list) else [str(value)] if isinstance(value, str) else None

    def compare(self, a, sign, b):
        if a is None or b is None:
            return None
        if a is BLANK or b is BLANK:
            return sign == "!="
        if isinstance(a, list) or isinstance(b, list):
            if isinstance(a, list) and isinstance(b, list):
                equal = sorted(a) == sorted(b)
            else:
                many, one = (a, b) if isinstance(a, list) else (b, a)
                equal = text(one) in many
            return equal if sign == "=" else not equal if sign == "!=" else None
        if isinstance(a, Agency) or isinstance(b, Agency):
            a, b = (v.against(o) if isinstance(v, Agency) else v for v, o in ((a, b), (b, a)))
        if any(isinstance(v, (Fraction, Measured)) for v in (a, b)):
            a, b = plain(a), plain(b)
        elif isinstance(a, bool) or isinstance(b, bool):
            a, b = (TRUTH.get(v) if isinstance(v, str) else v if isinstance(v, bool) else None for v in (a, b))
        elif isinstance(a, str) and isinstance(b, str):
            if sign not in ("=", "!="):
                a, b = (self.law.levels.index(v) if v in self.law.levels else None for v in (a, b))
                return None if a is None or b is None else ordered(a, sign, b)
        elif isinstance(a, Minutes) or isinstance(b, Minutes):
            def minutes(v):
                if isinstance(v, Minutes):
                    return v
                local = self.zone.local(v) if isinstance(v, Instant) else None
                return local and local.hour * 60 + local.minute
            a, b = minutes(a), minutes(b)
        elif isinstance(a, datetime.date) or isinstance(b, datetime.date):
            a, b = self.day(a), self.day(b)
        elif type(a) is not type(b):
            a = None
        if a is None or b is None:
            return {"=": False, "!=": True}.get(sign)
        return ordered(a, sign, b)

    # -- states

    def spans(self, name, key):
        """[(from, begin, begin rank, end, end rank)] of a state; end None while it lasts."""
        if (name, key) in self.spans_of:
            return self.spans_of[name, key]
        state, out, open_ = self.law.states[name], [], None
        begins = state.read("begins", reading.Parser.event)
        ends = state.read("ends", reading.Parser.event)
        if any(e[0] not in ("pattern", "day after") for e in begins + ends):
            raise NotChecked("a state that follows the end of a clock")
        for rank, act in enumerate(self.case.acts):
            view = self.view(state, key, rank)
            if open_ is not None:
                if any(self.match(e[1], rank, view) is True for e in ends):
                    out.append((*open_, act.at, rank))
                    open_ = None
                continue
            for kind, pattern, field, _ in begins:
                if self.match(pattern, rank, view) is not True:
                    continue
                begin = act.at if kind == "pattern" else self.zone.start(plus_days(self.zone.date(act.at), 1))
                since = self.moment(self.case.field(rank, field)) if field else None
                open_ = (begin if since is None else min(since, begin)), begin, rank
                break
        if open_ is not None:
            out.append((*open_, None, None))
        self.spans_of[name, key] = out
        return out

    def state(self, name, key, limit, at):
        own = self.law.states[name].subject()
        key = None if own is None else key if key and key[0] == own else (own, None)
        for _, begin, begin_rank, end, end_rank in self.spans(name, key):
            if begin_rank < limit and begin <= at and not (end is not None and end_rank < limit):
                return True
        return False


@dataclasses.dataclass
class Measured:
    """A number with its unit."""
    number: Fraction
    unit: tuple


class Agency(str):
    """An agency: its kind beside the name of a kind, else its id."""

    def __new__(cls, name, kind):
        out = super().__new__(cls, name)
        out.kind = kind
        return out

    def against(self, other):
        return str(self) if isinstance(other, Agency) or other == str(self) else self.kind or str(self)


def text(value):
    return str(value) if not isinstance(value, bool) else "yes" if value else "no"


def plain(value):
    if isinstance(value, Measured):
        return value.number
    if isinstance(value, str):
        return number(value)
    return value if isinstance(value, Fraction) else None


def ordered(a, sign, b):
    return {"=": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[sign]
