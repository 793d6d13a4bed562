"""Every running of a clock, added up again: start + base + ledger → last day → roll → end."""
import dataclasses
import datetime

import law as reading
from acts import Instant, NotChecked
from conditions import View, both
from days import Amount, DAY, HOUR, add_months, plus_days, sum_of

MINUTE = HOUR // 60


@dataclasses.dataclass
class Segment:
    """An end the clock had, from when it was known until it was superseded."""
    anchor: int
    end: int = 0            # None: paused without end
    last: object = None     # the last day, where days are counted
    unit: object = None
    amount: object = None
    pauses: list = dataclasses.field(default_factory=list)
    known: int = 0
    until: int = None
    by: int = None          # the ledger act that set it

    def in_time(self, at):
        return at < self.end if self.last is not None else at <= self.end


@dataclasses.dataclass
class Running:
    clock: object
    key: tuple
    rank: int               # the starting act; None for none
    start: int
    segments: list
    acts: set               # what stands in its ledger
    over: str = ""          # "met" or "lapsed"
    over_at: int = None
    doubts: list = dataclasses.field(default_factory=list)   # unknown values that could have changed it
    waiting: str = ""       # an act that may have met it in time
    past: bool = False

    @property
    def last(self):
        return self.segments[-1]


class Clocks:
    def __init__(self, conditions):
        self.c, self.law, self.case, self.zone = conditions, conditions.law, conditions.case, conditions.zone
        conditions.end_of = self.end_of
        self.depth = 0

    def of_name(self, pack_rule):
        return self.law.judged.get(pack_rule, [])

    def find(self, name):
        """The clocks a text calls `name` (or name.part)."""
        found = [d for (rule, part), ds in self.law.judged.items() for d in ds
                 if d.kind == "clock" and rule.split("/")[1] == name.split(".")[0] and part == (name.split(".") + [""])[1]]
        if not found:
            raise NotChecked(f"the clock `{name}`")
        return found

    def end_of(self, view, name):
        """`end of C` as a value: of the last running started before."""
        last = None
        for clock in self.find(name):
            own = clock.subject()
            key = None if own is None else view.key if view.key and view.key[0] == own else (own, None)
            for running in self.runnings(clock, key, view.limit, view.at):
                if running.rank is not None and running.rank >= view.limit:
                    continue
                if running.doubts:
                    raise NotChecked("an end that rests on unknown values")
                if last is None or last.start <= running.start:
                    last = running
        if last is None or last.last.end is None:
            return None
        return last.last.last if last.last.last is not None else Instant(last.last.end)

    def runnings(self, clock, key, limit=None, now=None):
        """Every running in the world of acts before `limit`, up to `now`."""
        limit, now = len(self.case.acts) if limit is None else limit, self.c.now if now is None else now
        self.depth += 1
        if self.depth > 8:
            raise NotChecked("clocks on clocks on clocks")
        out = []
        try:
            for rank, at, start_limit, by_act, void_from in self.starts(clock, key, limit, now):
                if not self.law.binds(clock, self.zone.date(self.case.acts[rank].at if by_act else at)):
                    continue
                view = View(clock, key, rank, rank, start_limit, at, {})
                when = True
                for condition in clock.read("when", reading.Parser.condition):
                    when = both(when, self.c.line(condition, view))
                if when is not True:
                    continue
                if any(self.c.line(u, view) is True for u in clock.read("unless", reading.Parser.condition)):
                    continue
                running = self.run(clock, key, rank, at, view, by_act, limit, now, void_from)
                if running.over != "void":
                    out.append(running)
        finally:
            self.depth -= 1
        return out

    def starts(self, clock, key, limit, now):
        out = []
        for kind, of, field, _ in clock.read("starts", reading.Parser.event):
            if kind in ("end of", "change of", "before end of"):
                out += self.starts_by_clock(kind, of, key, limit, now)
                continue
            for rank in range(limit):
                act = self.case.acts[rank]
                if act.at > now:
                    break
                view = self.c.view(clock, key, rank)
                if self.c.match(of, rank, view) is not True:
                    continue
                at = act.at
                if field:
                    value = self.case.field(rank, field)
                    if value is None:
                        continue
                    moment = self.c.moment(value)
                    at = act.at if moment is None else moment
                out.append((rank, at, rank, True, None))
        return sorted(dict.fromkeys(out), key=lambda s: (s[1], s[2]))

    def starts_by_clock(self, kind, of, key, limit, now):
        out = []
        quantity, name = of if kind == "before end of" else (None, of)
        for other in self.find(name):
            own = other.subject()
            other_key = None if own is None else key if key and key[0] == own else (own, None)
            for running in self.runnings(other, other_key, limit, now):
                if running.doubts:
                    raise NotChecked("a start by a clock that rests on unknown values")
                last = running.last
                if kind == "end of":
                    if last.end is not None and last.end <= now and not (running.over and last.in_time(running.over_at)):
                        out.append((running.rank, last.end, self.before(last.end, limit), False, None))
                elif kind == "change of":
                    out += [(s.by, self.case.acts[s.by].at, s.by, True, None) for s in running.segments
                            if s.by is not None and self.case.acts[s.by].at <= now]
                else:
                    for i, segment in enumerate(running.segments):
                        gone = running.over or i + 1 < len(running.segments)
                        rank = running.rank
                        fires = self.ahead(segment, quantity, View(other, other_key, rank, rank, rank, segment.known, {}))
                        if fires is None or fires > now or (gone and segment.until <= fires):
                            continue
                        void_from = segment.until if gone else None
                        out.append((rank, fires, self.before(fires, limit), False, void_from))
        return out

    def before(self, at, limit):
        return min(limit, sum(a.at <= at for a in self.case.acts))

    def ahead(self, segment, quantity, view):
        """The start of the day so long before an end, or when the end became known if that is later."""
        measured = None if segment.end is None else self.c.measure(quantity, view)
        if measured is None:
            return None
        amount, unit = measured
        if unit.base == "hour":
            return max(segment.end - amount.hours * HOUR, segment.known)
        last = segment.last or self.zone.date(segment.end)
        if unit.working:
            day = self.c.holidays.step(last, -amount.days)
        else:
            day = plus_days(add_months(last, -amount.months), -amount.days)
        return max(self.zone.start(day), segment.known)

    def run(self, clock, key, rank, start, view, by_act, limit, now, void_from=None):
        steps = clock.read("allows", reading.Parser.step)
        for kind, of, _, _ in clock.read("starts", reading.Parser.event):
            if kind == "pattern" and of["as"]:
                view.aliases[of["as"]] = rank
        out = Running(clock, key, rank, start, [], {rank})
        day = self.zone.date(start)
        granted, pauses, paused_from = [], [], None
        anchor = start
        uses = [0] * len(steps)
        from_end = any(e[0] == "end of" for e in clock.read("starts", reading.Parser.event))

        def holds(step, of):
            if (step["from"] and day < step["from"]) or (step["until"] and step["until"] < day):
                return False
            when = self.c.all(step["when"], of)
            if when is None:
                out.doubts.append("the `when` of a step")
            return when

        def measured(step, of):
            got = self.c.measure(step["quantity"], of)
            if got is None and step["up to"] is not None and step["quantity"][2]:
                got = Amount.of(step["up to"], step["quantity"][2][1]), self.law.unit(step["quantity"][2])
            if got is None:
                out.doubts.append("the number of a step")
            return got

        def added(seen_limit, seen):
            """The sum as it stands."""
            segment = Segment(anchor, known=seen)
            base, own = None, []
            for step in steps:
                if step["after"]:
                    continue
                if holds(step, view) is not True:
                    continue
                if step["kind"] in ("plus", "minus"):
                    own.append((step, measured(step, view)))
                else:
                    base = step
            if base is None:
                raise NotChecked("a clock without a base that holds")
            total = None if base["kind"] == "until" else measured(base, view)
            for step, amount in own + granted:
                if amount is None:
                    continue
                if step["kind"] == "total":
                    total, base = amount, step
                elif step["kind"] == "until":
                    total, base = None, step
                elif total is not None:
                    total = (total[0].plus(amount[0], 1 if step["kind"] == "plus" else -1), total[1])
            if base["kind"] == "until":
                ends = base["bound"][0][1][0] == "end of"  # a clock that goes on: as it stands when it is asked
                value = self.c.value(base["bound"],
                                     View(clock, key, None, rank, seen_limit, seen, view.aliases) if ends else view)
                if isinstance(value, datetime.date):
                    segment.last, segment.end = value, self.zone.start(plus_days(value, 1))
                elif isinstance(value, Instant):
                    segment.end = int(value)
                else:
                    out.doubts.append("the day of `until`")
                return segment
            if total is None:
                return segment
            segment.amount, segment.unit, segment.pauses = total[0], total[1], list(pauses)
            begin = anchor
            if from_end and anchor == start and total[1].base != "hour" and start == self.zone.start(day):
                begin = anchor - 1  # days are counted from the last day of the clock that ended
            end, _ = sum_of(self.zone, self.c.holidays, total[1], begin, total[0], pauses, False)
            rolls = self.c.rolls(total[1], key, end, seen_limit, seen)
            segment.end, segment.last = sum_of(self.zone, self.c.holidays, total[1], begin, total[0], pauses, rolls)
            return segment

        def opened(seen_limit, seen, by=None):
            if out.segments:
                out.segments[-1].until = seen
            segment = added(seen_limit, seen)
            segment.known, segment.by = seen, by
            if paused_from is not None:
                segment.end = None
            out.segments.append(segment)

        def in_time(at_rank, at):
            return paused_from is not None or added(at_rank, at).in_time(at)

        # Pauses as events: (at, rank, 1 begin or 0 end, from)
        events = []
        for item in clock.items("pauses"):
            name = item[-1]
            own = self.law.states[name].subject()
            state_key = None if own is None else key if key and key[0] == own else (own, None)
            for since, begin, begin_rank, end, end_rank in self.c.spans(name, state_key):
                if begin_rank < limit and begin <= now:
                    events.append((begin, begin_rank, 1, since, name))
                    if end is not None and end_rank < limit and end <= now:
                        events.append((end, end_rank, 0, since, name))
        events.sort(key=lambda e: (e[0], e[1]))
        depth, skipped = 0, set()

        def pause(until, until_rank, begins_here):
            nonlocal depth, paused_from
            while events:
                at, at_rank, begin, since, name = events[0]
                if (at, at_rank) > (until, until_rank) or (begin and at_rank == until_rank and not begins_here):
                    return
                events.pop(0)
                quiet = not out.segments
                if begin:
                    if not quiet and at > start and depth == 0 and not in_time(at_rank, at):
                        skipped.add((name, since))  # what has run out is not paused, and its end ends nothing
                        continue
                    depth += 1
                    if depth == 1:
                        paused_from = max(since, anchor)
                        if not quiet:
                            out.acts.add(at_rank)
                            opened(at_rank, max(at, start), at_rank)
                elif (name, since) in skipped:
                    skipped.discard((name, since))
                elif depth:
                    depth -= 1
                    if depth == 0:
                        span, paused_from = (paused_from, at), None
                        if at >= start and not quiet:
                            pauses.append(span)
                            out.acts.add(at_rank)
                            opened(at_rank, at, at_rank)

        pause(start, rank if by_act else -1, True)
        if paused_from is not None:
            paused_from = max(paused_from, start)
        opened(view.limit, start)
        wanted = clock.read("met by" if clock.items("met by") else "may", reading.Parser.on_pattern)
        met = [False] * len(wanted)
        lapses = clock.read("lapses", reading.Parser.event)
        restarts = clock.read("restarts", reading.Parser.event)
        if any(e[0] != "pattern" for e in lapses + restarts):
            raise NotChecked("a clock that another clock's end lapses or restarts")
        restart_uses = [0] * len(restarts)
        for now_rank in range(limit):
            at = self.case.acts[now_rank].at
            if at < start or (by_act and now_rank == rank):
                continue
            if at > now:
                break
            if void_from is not None and at >= void_from and (out.last.end is None or out.last.end > void_from):
                out.over = "void"
                break
            pause(at, now_rank, False)
            seen = View(clock, key, rank, rank, now_rank, at, dict(view.aliases))
            for i, pattern in enumerate(wanted):
                if met[i]:
                    continue
                matches = self.c.match(pattern, now_rank, seen)
                met[i] = matches is True
                if matches is None and in_time(now_rank, at):
                    out.waiting = self.case.acts[now_rank].id
            if wanted and all(met):
                out.over, out.over_at = "met", at
                out.acts.add(now_rank)
                break
            for _, pattern, _, _ in lapses:
                matches = self.c.match(pattern, now_rank, seen)
                if matches is True:
                    out.over, out.over_at = "lapsed", at
                elif matches is None and in_time(now_rank, at):
                    out.waiting = self.case.acts[now_rank].id
            if out.over:
                out.acts.add(now_rank)
                break
            for i, (_, pattern, field, most) in enumerate(restarts):
                matches = self.c.match(pattern, now_rank, seen)
                too_often = most is not None and restart_uses[i] >= most
                if matches is False or not in_time(now_rank, at) or too_often:
                    continue
                if matches is None:
                    out.doubts.append("a restart")
                restart_uses[i] += 1
                fresh = self.c.moment(self.case.field(now_rank, field)) if field else None
                anchor = fresh if fresh is not None and anchor <= fresh <= at else at
                granted, pauses = [], []
                uses = [0] * len(steps)
                if paused_from is not None:
                    paused_from = max(paused_from, anchor)
                out.acts.add(now_rank)
                opened(now_rank, at, now_rank)
                break
            for i, step in enumerate(steps):
                if not step["after"]:
                    continue
                of = View(clock, key, rank, rank, now_rank, at, dict(view.aliases))
                if step["after"]["as"]:
                    of.aliases[step["after"]["as"]] = now_rank
                opens = self.c.match(step["after"], now_rank, of)
                opens = False if opens is False else both(opens, holds(step, of))
                too_often = step["most"] is not None and uses[i] >= step["most"]
                if opens is False or not in_time(now_rank, at) or too_often:
                    continue
                if opens is None:
                    out.doubts.append("an extension")
                uses[i] += 1
                granted.append((step, None if step["kind"] == "until" else measured(step, of)))
                out.acts.add(now_rank)
                opened(now_rank, at, now_rank)
                if step["kind"] == "minus" and out.last.end is not None and out.last.end < at:
                    out.past = True
                break
            pause(at, now_rank, True)
        if not out.over:
            pause(now, len(self.case.acts), True)
            if void_from is not None and void_from <= now and (out.last.end is None or out.last.end > void_from):
                out.over = "void"
        known, by = out.last.known, out.last.by
        if out.last.end is not None:
            fresh = added(*((now_rank, out.over_at) if out.over_at is not None else (limit, now)))
            out.segments[-1] = dataclasses.replace(fresh, known=known, by=by)
        out.last.until = out.over_at if out.over else now
        return out

    # -- warnings: every instant at which one may have been due

    def soft_end(self, running, segment, unit, amount):
        rolls = self.c.rolls(unit, running.key, segment.end, len(self.case.acts), self.c.now)
        return sum_of(self.zone, self.c.holidays, unit, segment.anchor, amount, segment.pauses, rolls)[0]

    def rungs(self, running):
        clock, out = running.clock, {}
        warns = clock.read("warns", reading.Parser.warning)
        for segment in running.segments:
            if segment.end is None:
                continue
            soft = []
            percents = [w[1] for w in warns if w[0] == "percent"]
            if not warns and segment.unit and segment.unit.warns:
                percents = [reading.Fraction(segment.unit.warns)]
            for percent in percents:
                timed = segment.unit is not None and segment.last is None and not segment.amount.months
                whole = segment.amount.hours * HOUR + segment.amount.days * DAY if timed else segment.end - segment.anchor
                soft.append((f"at {percent}%", int(segment.anchor + whole * percent / 100) // MINUTE * MINUTE))
            view = View(clock, running.key, running.rank, running.rank, running.rank or 0, running.start, {})
            for kind, quantity, _ in warns:
                if kind == "percent":
                    continue
                amount, unit = self.c.measure(quantity, view) or (None, None)
                if amount is None:
                    continue
                if kind == "after":
                    soft.append(("soft limit", self.soft_end(running, segment, unit, amount)))
                else:
                    soft.append(("before", self.ahead(segment, quantity, view)))
            if segment.unit and segment.unit.strict:
                unit = self.law.unit(segment.unit.strict)
                end = self.soft_end(running, segment, unit, segment.amount)
                if end < segment.end:
                    soft.append(("strictly", end))
            for name, when in soft:
                when = max(when, segment.known)
                # Reached while this end stood: at the last instant of a day's end it still did.
                if when <= self.c.now and when <= segment.until:
                    out[when] = name
        return out
