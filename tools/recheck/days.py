"""Civil dates, working days and the sum of a period, written without a look at src/calendar."""
import calendar
import datetime
import zoneinfo

HOUR = 3_600_000_000
DAY = 24 * HOUR
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def instant(text):
    """RFC 3339 to microseconds since 1970, UTC."""
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00").replace("z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError(f"`{text}` has no offset")
    return (moment - EPOCH) // datetime.timedelta(microseconds=1)


def add_months(date, months):
    """The same day number; a month's last day to the last day; a day that is missing to the last one."""
    count = date.year * 12 + date.month - 1 + months
    year, month = divmod(count, 12)
    last = calendar.monthrange(year, month + 1)[1]
    from_last = date.day == calendar.monthrange(date.year, date.month)[1]
    return datetime.date(year, month + 1, last if from_last else min(date.day, last))


def plus_days(date, days):
    return date + datetime.timedelta(days=days)


class Zone:
    def __init__(self, name):
        self.name = name
        self.zone = zoneinfo.ZoneInfo(name)

    def local(self, us):
        return (EPOCH + datetime.timedelta(microseconds=us)).astimezone(self.zone)

    def date(self, us):
        return self.local(us).date()

    def start(self, date):
        moment = datetime.datetime(date.year, date.month, date.day, tzinfo=self.zone)
        return (moment.astimezone(datetime.timezone.utc) - EPOCH) // datetime.timedelta(microseconds=1)

    def show(self, us):
        return self.local(us).isoformat()


class Holidays:
    """off and work days of a *.holidays file; every other day follows the weekend."""

    def __init__(self, path=None):
        self.off, self.work = set(), set()
        if path is None:
            return
        for line in path.read_text(encoding="utf-8").splitlines():
            words = line.split("#")[0].split()
            if len(words) < 2 or words[0] not in ("off", "work"):
                continue
            first, _, last = words[1].partition("..")
            date, end = datetime.date.fromisoformat(first), datetime.date.fromisoformat(last or first)
            while date <= end:
                (self.off if words[0] == "off" else self.work).add(date)
                date = plus_days(date, 1)

    def working(self, date):
        return date in self.work or (date.weekday() < 5 and date not in self.off)

    def next_working(self, date):
        while not self.working(date):
            date = plus_days(date, 1)
        return date

    def step(self, date, count):
        """`count` working days on (or back)."""
        way = 1 if count > 0 else -1
        while count:
            date = plus_days(date, way)
            count -= way * self.working(date)
        return date

    def between(self, first, last):
        """Working days from first to last, both counted."""
        return sum(self.working(plus_days(first, i)) for i in range((last - first).days + 1))


class Amount:
    """Months, days and hours; what a number of a unit comes to."""

    def __init__(self, months=0, days=0, hours=0):
        self.months, self.days, self.hours = months, days, hours

    @staticmethod
    def of(number, base):
        half = number % 1
        if half and not (half * 2 == 1 and base in ("month", "year")):
            return None
        whole = int(number - half)
        if base == "hour":
            return Amount(hours=whole)
        if base == "day":
            return Amount(days=whole)
        if base == "month":
            return Amount(months=whole, days=15 if half else 0)
        return Amount(months=whole * 12 + (6 if half else 0))

    def plus(self, other, sign=1):
        return Amount(self.months + sign * other.months, self.days + sign * other.days, self.hours + sign * other.hours)


def merged(pauses):
    """Spans joined where they touch, in order."""
    out = []
    for begin, end in sorted(pauses):
        if out and begin <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((begin, end))
    return out


def sum_of(zone, holidays, unit, start, amount, pauses, roll):
    """(end, last day or None): the instant time runs out; a last day where it is counted in days."""
    if unit.base == "hour":
        begin = start
        if unit.starts == "the next full hour":
            local = zone.local(start)
            begin = start - (local.minute * 60 + local.second) * 1_000_000 - local.microsecond + HOUR
        elif unit.starts == "the day after":
            begin = zone.start(plus_days(zone.date(start), 1))
        end = begin + amount.hours * HOUR + amount.days * DAY
        for a, b in merged(pauses):
            end += max(0, b - max(a, begin))
        return end, None
    day = zone.date(start)
    last = add_months(day, amount.months)
    days = amount.days + -(-amount.hours // 24)
    whole = amount.months or days
    if whole and (unit.starts == "at the act" or unit.ends_before):
        last = plus_days(last, -1)
    last = holidays.step(last, days) if unit.working else plus_days(last, days)
    first = day if unit.starts == "at the act" else plus_days(day, 1)
    excluded = set()
    for a, b in pauses:
        date = max(zone.date(a), first)
        while date <= zone.date(b):
            excluded.add(date)
            date = plus_days(date, 1)
    if unit.working:
        last = holidays.step(last, sum(holidays.working(date) for date in excluded))
    else:
        last = plus_days(last, len(excluded))
    if roll:
        last = holidays.next_working(last)
    return zone.start(plus_days(last, 1)), last
