"""The law text as far as findings need it: lines, clauses and the sentences in them. Its own reading of docs/language.md."""
import datetime
import pathlib
import re
from fractions import Fraction

from acts import NotChecked

TOKEN = re.compile(
    r'\s*("[^"\n]*"|\d{4}-\d\d-\d\d|\d\d?:\d\d|\d+(?:\.\d+)?%?|[^\W\d]\w*(?:-[^\W_]\w*)*|!=|<=|>=|->|[=<>(),.:+*\-])')
BASES = {word + s: word for word in ("hour", "day", "month", "year") for s in ("", "s")}
DECLARATIONS = {"pack", "source", "role", "agency", "office", "subject", "act", "period", "setting", "table", "state",
                "fact", "rule", "clock", "separation", "power", "consequence", "test", "watch", "field"}
TWO_WORDS = {("met", "by"), ("in", "force"), ("held", "by"), ("false", "discovery")}


def tokens(line):
    out, at = [], 0
    line = line.rstrip()
    while at < len(line):
        if line[at:].lstrip().startswith("#"):
            break
        found = TOKEN.match(line, at)
        if not found:
            raise NotChecked(f"the line `{line.strip()}`")
        out.append(found[1])
        at = found.end()
    return out


class Declaration:
    def __init__(self, pack, kind, head):
        self.pack, self.kind, self.head = pack, kind, head
        self.name, self.part, rest = head[1], "", 2
        if kind in ("rule", "clock", "separation", "power", "consequence") and len(head) > 3 and head[2] == ".":
            self.part, rest = head[3], 4
        self.rest = [t for t in head[rest:] if not t.startswith('"')]
        self.clauses = {}
        self.parsed = {}

    def items(self, clause):
        return self.clauses.get(clause, [])

    def cites(self):
        return [cite for item in self.items("cites") for cite in cite_texts(item)]

    def subject(self):
        """The name after `for each`; None: the case."""
        for item in self.items("for"):
            if "across" in item:
                raise NotChecked("across cases")
            return item[1]
        return None

    def read(self, clause, how):
        """The items of a clause as `how` parses them, once."""
        if clause not in self.parsed:
            self.parsed[clause] = [how(Parser(item)) for item in self.items(clause)]
        return self.parsed[clause]


def cite_texts(item):
    out, now = [], []
    for token in [*item, ","]:
        if token == ",":
            if now:
                out.append(now[0] + (" " + "".join(now[1:]) if now[1:] else ""))
            now = []
        else:
            now.append(token)
    return out


def declarations(path):
    """Declarations of one file: column 0 begins one, two spaces a clause, more an item; a line that ends in a comma, `or` or
    `and` goes on."""
    out, clause, going, story = [], None, None, False
    for line in path.read_text(encoding="utf-8-sig").splitlines():
        if line[:1].strip():
            story = line.startswith("test ")
        words = [] if story else tokens(line)
        if not words:
            continue
        indent = len(line) - len(line.lstrip(" "))
        if going is not None:
            going += words
        elif indent == 0:
            if words[0] not in DECLARATIONS:
                raise NotChecked(f"{path}: a declaration that begins with `{words[0]}`")
            going, clause = words, None
            out.append(going)
        elif indent <= 2:
            size = 2 if tuple(words[:2]) in TWO_WORDS else 1
            clause, going = " ".join(words[:size]), words[size:]
            out.append((clause, going))
        else:
            going = words
            out.append((clause, going))
        if going[-1:] not in ([","], ["or"], ["and"]):
            going = None
    return out


class Unit:
    def __init__(self, declaration):
        words = declaration.head[1:]
        words = words[:next((i for i, w in enumerate(words) if w.startswith('"')), len(words))]
        self.name = (" ".join(words[:-1]), BASES[words[-1]])
        text = {c: " ".join(i[0]) for c, i in declaration.clauses.items() if i}
        counts = text.get("counts", "").split()
        self.working, self.base = "working" in counts, BASES[counts[-1]]
        self.starts, self.ends_before = text["starts"], "ends" in text
        rolls = text.get("rolls", "").split()
        self.rolls, self.unless = bool(rolls), rolls[-1] if "unless" in rolls else None
        strict = text.get("strictly", "").split()
        self.strict = (" ".join(strict[:-1]), BASES[strict[-1]]) if strict else None
        self.warns = text.get("warns", "").removeprefix("at ").rstrip("%")


class ActType:
    def __init__(self, declaration):
        self.on = [t for item in declaration.items("on") for t in item if t != ","]
        self.fields, self.latest = {}, set()
        for item in declaration.items("data"):
            words = [t for t in item if not t.startswith('"')]
            kind = "number" if words[2] == "money" else words[2]
            self.fields[words[0]] = kind if kind in ("yes", "number", "date", "time", "clock", "people", "list") else "text"
            if words[-2:] == ["else", "latest"]:
                self.latest.add(words[0])


class Subject:
    def __init__(self, declaration):
        words = declaration.rest[1:]
        self.each = words[:2] == ["each", "of"]
        self.paths = []
        for part in " ".join(words[2 if self.each else 0:]).split(","):
            path = part.split()
            root = path[0]
            envelope = root in ("by", "on", "agency", "data")
            self.paths.append((root, path[2] if len(path) > 2 else "") if envelope else ("data", root))
        self.office = any(root in ("by", "agency") for root, _ in self.paths)


class Law:
    """Every declaration of the packs, and of those they use."""

    def __init__(self, folders):
        self.packs, self.acts, self.foreign, self.subjects = {}, {}, {}, {}
        self.judged, self.units, self.settings, self.states, self.facts, self.tables = {}, {}, {}, {}, {}, {}
        self.kinds, self.offices, self.levels, self.sources, self.types = set(), {}, [], {}, {}
        self.watches = []
        self.holidays_path, self.zone = None, "UTC"
        wanted = [pathlib.Path(f).resolve() for f in folders]
        roots = []
        for folder in wanted:
            self.load(folder, roots, wanted)

    def load(self, folder, roots, wanted):
        pack = None
        for path in sorted(folder.glob("*.law"), key=lambda p: (p.name != "pack.law", p.name)):
            now = None
            for entry in declarations(path):
                if isinstance(entry, tuple):
                    now.clauses.setdefault(entry[0], []).append(entry[1])
                    continue
                if entry[0] == "pack":
                    pack = "".join(t for t in entry[1:] if not t.startswith('"'))
                    if pack in self.packs:
                        return
                    self.packs[pack] = now = Declaration(pack, "pack", entry)
                else:
                    now = Declaration(pack, entry[0], entry)
                if entry[0] != "test":
                    self.waiting.append(now)
        own = "/" + pack.replace(".", "/")
        if str(folder).endswith(own):
            roots.append(pathlib.Path(str(folder)[:-len(own)]))
        declaration = self.packs[pack]
        for words in declaration.items("uses"):
            used = "".join(words)
            place = used.replace(".", "/")
            places = [p for p in wanted if str(p).endswith("/" + place)] + [r / place for r in roots]
            found = next((p for p in places if (p / "pack.law").exists()), None)
            if found is None:
                raise ValueError(f"the pack `{used}` that `{pack}` uses is nowhere; help: name its folder with --pack")
            self.load(found, roots, wanted)
        for words in declaration.items("holidays"):
            if (folder / f"{words[0]}.holidays").exists():
                self.holidays_path = folder / f"{words[0]}.holidays"
        for words in declaration.items("zone"):
            self.zone = words[0].strip('"')
        for words in declaration.items("levels"):
            self.levels = [w for w in words if w != ","]
        self.settle()

    waiting = []

    def settle(self):
        pending, self.waiting[:] = list(self.waiting), []
        for d in pending:
            if d.kind in ("rule", "clock", "separation", "power", "consequence"):
                self.judged.setdefault((d.pack + "/" + d.name, d.part), []).append(d)
            elif d.kind == "watch":
                self.watches.append(d)
            elif d.kind == "act":
                self.acts[d.name] = ActType(d)
                for field, kind in self.acts[d.name].fields.items():
                    self.types.setdefault(field, kind)
                if "named" in d.head:
                    self.foreign[d.head[d.head.index("named") + 1].strip('"')] = d.name
            elif d.kind == "period":
                unit = Unit(d)
                self.units[d.pack, *unit.name] = self.units.setdefault((*unit.name,), unit)
            elif d.kind == "subject":
                self.subjects[d.name] = Subject(d)
            elif d.kind == "agency":
                self.kinds.add(d.name)
            elif d.kind == "office":
                words = d.rest
                self.offices[d.name] = {words[i]: words[i + 1] for i in range(0, len(words) - 1, 2)}
            elif d.kind == "source":
                dates = [t for t in d.head if re.fullmatch(r"\d{4}-\d\d-\d\d", t)]
                limits = {w: d.head[d.head.index(w) + 1] for w in ("from", "until") if w in d.head}
                self.sources[d.name] = limits if dates else {}
            elif d.kind in ("setting", "state", "fact", "table"):
                getattr(self, d.kind + "s")[d.name] = d

    def act_name(self, name):
        return name if name in self.acts else self.foreign.get(name, name)

    def field_type(self, act, field):
        declared = self.acts.get(act)
        return declared.fields.get(field, self.types.get(field)) if declared else self.types.get(field)

    def agency_kind(self, agency):
        if agency in self.offices:
            return self.offices[agency].get("of", "")
        plain = agency.replace("-", "_") + "_"
        fits = [k for k in self.kinds if plain.startswith(k.replace("-", "_") + "_")]
        return max(fits, key=len, default="")

    def binds(self, declaration, date):
        """Whether it is in force on a day: by its own dates, else those of the first source it cites."""
        limits = {}
        for item in declaration.items("in force"):
            limits = {item[i]: item[i + 1] for i in range(0, len(item) - 1, 2)}
        if not declaration.items("in force") and declaration.cites():
            limits = self.sources.get(declaration.cites()[0].split()[0], {})
        first, last = limits.get("from"), limits.get("until")
        day = datetime.date.fromisoformat
        return (not first or day(first) <= date) and (not last or date <= day(last))

    def unit(self, name):
        if name not in self.units:
            raise NotChecked(f"the unit `{' '.join(name)}`")
        return self.units[name]


class Parser:
    """One line as a tree of tuples. What it does not read is NotChecked, never guessed."""

    def __init__(self, words):
        self.words, self.at = words, 0

    def peek(self, ahead=0):
        return self.words[self.at + ahead] if self.at + ahead < len(self.words) else ""

    def take(self, *words):
        if tuple(self.words[self.at:self.at + len(words)]) == words:
            self.at += len(words)
            return True
        return False

    def need(self, *words):
        if not self.take(*words):
            raise NotChecked(f"`{' '.join(self.words)}`")

    def word(self):
        word = self.peek()
        if not re.match(r"[^\W\d]", word):
            raise NotChecked(f"`{' '.join(self.words)}`")
        self.at += 1
        return word

    def names(self):
        out = [self.word()]
        while self.peek() == "," and self.take(","):
            out.append(self.word())
        return out

    def end(self):
        """Nothing is left but the articles."""
        if self.at < len(self.words) and self.peek() != "cites":
            raise NotChecked(f"`{' '.join(self.words[self.at:])}` in `{' '.join(self.words)}`")

    def condition(self):
        atoms, join, limits = [self.atom()], "and", []
        while self.peek() in ("and", "or"):
            join = self.word()
            atoms.append(self.atom())
        if self.take("if"):
            limits = self.atoms()
        self.end()
        return join, atoms, limits

    def atoms(self):
        out = [self.atom()]
        while self.take("and"):
            out.append(self.atom())
        return out

    def pattern(self):
        out = {"any": self.take("any", "act"), "for": None, "by": [], "as": None, "where": []}
        out["acts"] = [] if out["any"] else self.names()
        if self.take("for"):
            out["for"] = self.word()
        if self.take("by"):
            out["by"] = self.names()
        if self.take("as"):
            out["as"] = self.word()
        if self.take("where"):
            out["where"] = self.atoms()
        return out

    def on_pattern(self):
        self.take("on")
        out = self.pattern()
        self.end()
        return out

    def event(self):
        """(kind, pattern or clock, `from` field, at most); kind: pattern, day after, end of, change of, before end of."""
        self.take("on")
        if self.take("the", "day", "after"):
            kind, of = "day after", self.pattern()
        elif self.peek() == "end" and self.peek(1) == "of" and self.peek(2) != "every":
            self.at += 2
            kind, of = "end of", self.word()
        elif self.take("change", "of"):
            kind, of = "change of", self.word()
        elif re.match(r"\d", self.peek()):
            quantity = self.quantity()
            self.need("before", "end", "of")
            kind, of = "before end of", (quantity, self.word())
        elif self.words[self.at:self.at + 2] in (["breach", "of"], ["end", "of"]):
            raise NotChecked("`" + " ".join(self.words[self.at:]) + "`")
        else:
            kind, of = "pattern", self.pattern()
        field = self.word() if self.take("from") else None
        most = self.times()
        self.end()
        return kind, of, field, most

    def times(self):
        if self.take("at", "most"):
            number = int(self.peek())
            self.at += 2
            return number
        return None

    def cell(self):
        if self.take("any"):
            return [("any",)]
        if self.take("under"):
            return [("<", self.operand(right=True))]
        if self.take("before"):
            return [("<", self.operand(right=True))]
        if self.take("("):
            values = [self.operand(right=True)]
            while self.take(","):
                values.append(self.operand(right=True))
            self.need(")")
            return [("one of", values)]
        first = self.operand(right=True)
        if self.take("to"):
            return [(">=", first), ("<=", self.operand(right=True))]
        if self.take("or", "more") or self.take("or", "later"):
            return [(">=", first)]
        return [("=", first)]

    def row(self):
        """Cells of a row: those asked for, those given."""
        out = [[self.cell()], []]
        side = 0
        while self.peek() in (",", "->"):
            side = 1 if self.words[self.at] == "->" else side
            self.at += 1
            out[side].append(self.cell())
        self.end()
        return out

    def step(self):
        out = {"kind": "total", "quantity": None, "up to": None, "after": None, "from": None, "until": None}
        if self.take("at", "once"):
            out["quantity"] = (("path", ["at_once"]), None, None, None)
        elif self.peek() == "until" and not re.match(r"\d", self.peek(1)) and self.take("until"):
            out["kind"], out["bound"] = "until", self.operand()
        else:
            if self.peek() in ("plus", "minus"):
                out["kind"] = self.word()
            out["quantity"] = self.quantity()
            if self.take("up", "to"):
                out["up to"] = Fraction(self.peek())
                self.at += 1
        if self.take("after"):
            out["after"] = self.pattern()
        out["when"] = self.atoms() if self.take("when") else []
        out["most"] = self.times()
        for word in ("from", "until"):
            if self.peek() == word:
                self.at += 2
                out[word] = datetime.date.fromisoformat(self.words[self.at - 1])
        self.end()
        return out

    def warning(self):
        if self.take("at"):
            return "percent", Fraction(self.peek().rstrip("%")), None
        if self.take("after"):
            return "after", self.quantity(), None
        quantity = self.quantity()
        self.need("before")
        return "before", quantity, None

    def unit(self):
        for size in (0, 1, 2):
            if self.peek(size) in BASES and all(re.match(r"[^\W\d]", self.peek(i)) for i in range(size)):
                name = (" ".join(self.words[self.at:self.at + size]), BASES[self.peek(size)])
                self.at += size + 1
                return name
        return None

    def quantity(self):
        """(`number`, its value, unit, plus), or (a factor, None, unit, plus)."""
        if re.match(r"\d", self.peek()):
            what, value = "number", Fraction(self.peek())
            self.at += 1
        else:
            what, value = self.named(), None
        unit, plus = self.unit(), None
        if self.peek() == "plus" and re.match(r"\d", self.peek(1)):
            plus = (Fraction(self.peek(1)), None)
            self.at += 2
            plus = (plus[0], self.unit())
        return what, value, unit, plus

    def count(self):
        if self.take("no"):
            return "at most", [0]
        for words in (("at", "least"), ("at", "most"), ("exactly",)):
            if self.words[self.at:self.at + len(words)] == list(words) and re.fullmatch(r"\d+", self.peek(len(words))):
                self.at += len(words)
                numbers = [int(self.peek())]
                self.at += 1
                while words == ("exactly",) and self.peek() == "," and re.fullmatch(r"\d+", self.peek(1)):
                    numbers.append(int(self.peek(1)))
                    self.at += 2
                return " ".join(words), numbers
        if self.take("an", "odd", "number"):
            raise NotChecked("an odd number")
        return None

    def atom(self):
        count = self.count()
        if self.take("earlier"):
            out = {"count": count, "pattern": self.pattern(), "since": None, "window": None, "case": False}
            if self.take("since", "last"):
                out["since"] = self.pattern()
            if self.take("within"):
                out["window"] = ("within", self.quantity())
                self.need("before")
            elif self.take("at", "least"):
                out["window"] = ("at least", self.quantity())
                self.need("before")
            elif self.take("in", "this"):
                out["window"] = ("in this", self.word())
            out["case"] = self.take("in", "the", "case")
            return "earlier", out
        if count and self.peek() == "document":
            self.at += 1
            return "document", self.word(), False
        if count:
            names = [] if self.peek() == "in" else self.names()
            self.need("in")
            return "count", count, names, self.operand()
        if self.peek() == "document":
            self.at += 1
            return "document", self.word(), True
        if self.peek() == "not" and self.take("not"):
            return "named", self.word(), False
        left = self.operand()
        if self.peek() in ("=", "!=", "<", "<=", ">", ">="):
            self.at += 1
            return "compare", left, self.words[self.at - 1], self.operand(right=True)
        negated = self.peek() == "not" and self.take("not")
        if self.take("in"):
            if self.take("("):
                values = [self.operand(right=True)]
                while self.take(","):
                    values.append(self.operand(right=True))
                self.need(")")
                return "in", left, values, None, negated
            return "in", left, None, self.operand(), negated
        if self.take("is"):
            return "is", left, self.word()
        if self.take("all", "among"):
            return "among", left, self.operand(), False, True
        if self.take("among"):
            return "among", left, self.operand(), negated, False
        if self.take("shares", "nobody", "with"):
            return "disjoint", left, self.operand()
        if self.take("same", "as"):
            return "same", left, self.operand()
        if self.peek() in ("covers", "overlaps"):
            raise NotChecked(self.peek())
        for words in (("within",), ("at", "least"), ("more", "than"), ("less", "than")):
            if self.take(*words):
                quantity = self.quantity()
                after = self.word() == "after"
                return "distance", left, " ".join(words), quantity, after, self.operand()
        if self.peek() in ("before", "after"):
            after = self.word() == "after"
            return "order", left, after, self.operand()
        if len(left) == 1 and left[0][1][0] == "path" and len(left[0][1][1]) == 1:
            return "named", left[0][1][1][0], True
        raise NotChecked(f"`{' '.join(self.words)}`")

    def operand(self, right=False):
        """[(sign, factor)], left to right."""
        out = [("", self.factor(right))]
        while self.peek() in ("+", "-", "*"):
            self.at += 1
            out.append((self.words[self.at - 1], self.factor(right)))
        return out

    def factor(self, right=False):
        word = self.peek()
        if re.fullmatch(r"\d{4}-\d\d-\d\d", word):
            self.at += 1
            return "date", datetime.date.fromisoformat(word)
        if re.fullmatch(r"\d\d?:\d\d", word):
            self.at += 1
            return "clock", int(word.split(":")[0]) * 60 + int(word.split(":")[1])
        if re.match(r"\d", word):
            self.at += 1
            return "number", Fraction(word), self.unit()
        if word.startswith('"'):
            self.at += 1
            return "symbol", word[1:-1]
        if word in ("yes", "no") and self.peek(1) != ".":
            self.at += 1
            return "yes", word == "yes"
        if self.take("end", "of"):
            return "end of", self.word()
        if word == "latest" and re.match(r"[^\W\d]", self.peek(1)) and self.peek(1) not in ("in", "is", "not", "among"):
            self.at += 1
            return "latest", self.word()
        if self.take("those", "acting", "as"):
            return "acting as", self.names()
        if self.take("those", "who", "did"):
            return "who did", self.names()
        if word == "total" and self.peek(1) == "of":
            raise NotChecked("total of")
        if right and self.peek(1) != "." and self.peek(1) != "(":
            return "code", self.word()
        return self.named()

    def named(self):
        path = self.path()
        return path if isinstance(path, tuple) else ("path", path)

    def path(self):
        """[name, …]; of a table or age: ("call", name, arguments, column)."""
        out = [self.word()]
        if self.take("("):
            arguments = [self.operand()]
            while self.take(","):
                arguments.append(self.operand())
            self.need(")")
            return "call", out[0], arguments, self.word() if self.take(".") else None
        while self.peek() == "." and self.take("."):
            out.append(self.word())
        return out
