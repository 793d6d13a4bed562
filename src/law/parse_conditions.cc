// Conditions: one line of `when`, `unless`, `require`, `advise`, and the atoms of `where` and `if`.
#include "law/line_parser.h"

namespace heng::law {

Condition LineParser::condition() {
  Condition out;
  const size_t first = at_;
  out.atoms.push_back(atom());
  if (!failed_ && (is("and") || is("or"))) {
    const bool all = is("and");
    const std::string join = all ? "and" : "or";
    const std::string other = all ? "or" : "and";
    out.join = all ? Condition::Join::all : Condition::Join::any;
    while (!failed_ && accept(join)) out.atoms.push_back(atom());
    if (!failed_ && is(other)) {
      if (Diagnostic* d = report(Kind::and_or_mixed, "`and` and `or` stand on one line",
                                 "after `" + join + "` before it")) {
        d->help = "split the line: the lines of a clause are joined already";
      }
    }
  }
  if (!failed_ && accept("if")) out.only_if = all_of();
  if (!failed_) out.cites = cites();
  out.span = span_from(first);
  return out;
}

std::vector<Atom> LineParser::all_of() {
  std::vector<Atom> out;
  do out.push_back(atom());
  while (!failed_ && accept("and"));
  return out;
}

bool LineParser::count_follows() const {
  if (is("no")) return true;
  if (is("at least") || is("at most")) return is_kind(TokenKind::number, 2);
  return (is("exactly") && is_kind(TokenKind::number, 1)) || is("an odd number");
}

Count LineParser::count() {
  Count out;
  const size_t first = at_;
  const auto number = [&] {
    if (const auto value = whole("a number")) out.numbers.push_back(*value);
  };
  if (accept("no")) {
    out.kind = Count::Kind::none;
  } else if (accept("an odd number")) {
    out.kind = Count::Kind::odd;
  } else if (accept("exactly")) {
    out.kind = Count::Kind::exactly;
    do number();
    while (!failed_ && accept_sign(",", true));
  } else {
    out.kind = is("at least") ? Count::Kind::at_least : Count::Kind::at_most;
    accept(out.kind == Count::Kind::at_least ? "at least" : "at most");
    number();
  }
  out.span = span_from(first);
  return out;
}

std::optional<Window> LineParser::window() {
  Window out;
  const size_t first = at_;
  if (accept("in this")) {
    out.kind = Window::Kind::in_this;
    if (accept("quarter")) {
      out.quarter = true;
    } else if (accept("month")) {
      out.period = UnitBase::month;
    } else if (accept("year")) {
      out.period = UnitBase::year;
    } else {
      expect("day");
    }
  } else if (is("within") || is("at least")) {
    out.kind = is("within") ? Window::Kind::within : Window::Kind::at_least;
    accept(out.kind == Window::Kind::within ? "within" : "at least");
    out.quantity = quantity();
    expect("before");
  } else {
    return std::nullopt;
  }
  out.span = span_from(first);
  return out;
}

Atom LineParser::atom() {
  Atom out;
  const Deeper deeper(*this);
  const size_t first = at_;
  if (is("no document") && is_name(2)) {
    accept("no document");
    out.kind = Atom::Kind::document;
    out.negated = true;
    out.names.push_back(name("a kind of document"));
  } else if (is("document") && is_name(1)) {
    accept("document");
    out.kind = Atom::Kind::document;
    out.names.push_back(name("a kind of document"));
  } else if (count_follows() || (is("earlier") && (is_name(1) || is("any act", 1)))) {
    if (!is("earlier")) out.count = count();
    if (!failed_ && accept("earlier")) {
      out.kind = Atom::Kind::earlier;
      out.pattern = std::make_shared<Pattern>(pattern());
      if (!failed_ && accept("since last")) out.since = std::make_shared<Pattern>(pattern());
      if (!failed_) out.window = window();
      if (!failed_) out.in_case = accept("in the case");
    } else if (!failed_) {
      out.kind = Atom::Kind::count_in;
      if (!is("in")) out.names = names("a role, a code or `earlier`");
      expect("in");
      out.left = operand();
    }
  } else if (is("not") && is_kind(TokenKind::word, 1)) {
    accept("not");
    out.negated = true;
    out.names.push_back(name("a state or a fact"));
  } else {
    out.left = operand();
    if (!failed_) comparison(out);
  }
  out.span = span_from(first);
  return out;
}

// Whether what comes next can begin an operand (and does not merely go on with the line).
bool LineParser::operand_follows() const {
  if (at_end() || is_kind(TokenKind::symbol) || is_kind(TokenKind::bad)) return false;
  if (!is_kind(TokenKind::word)) return true;
  return is_name() || is("at") || is("by");
}

// `x within 3 days before y` is a distance; after a state or a fact in a `where` it may be the window of the
// line's `earlier` (`earlier X where minor within 3 days before`). It is a distance if an operand stands at
// its end.
bool LineParser::speculate_distance(Atom& atom) {
  const bool alone = atom.left.factors.size() == 1 && atom.left.factors[0].kind == Factor::Kind::path &&
                     !atom.left.factors[0].path->call && atom.left.factors[0].path->rest.empty();
  if (!alone) return true;
  const size_t start = at_;
  ++speculating_;
  if (!accept("within")) accept("at least");
  quantity();
  const bool distance = !failed_ && (is("before") || is("after")) && (++at_, operand_follows());
  --speculating_;
  failed_ = false;
  at_ = start;
  return distance;
}

void LineParser::comparison(Atom& out) {
  struct Sign {
    const char* text;
    Atom::Compare compare;
  };
  static constexpr Sign kSigns[] = {{"=", Atom::Compare::eq}, {"!=", Atom::Compare::ne},
                                    {"<", Atom::Compare::lt}, {"<=", Atom::Compare::le},
                                    {">", Atom::Compare::gt}, {">=", Atom::Compare::ge}};
  for (const Sign& sign : kSigns) {
    if (!accept_sign(sign.text)) continue;
    out.kind = Atom::Kind::compare;
    out.compare = sign.compare;
    out.right = operand();
    return;
  }
  const auto right = [&](Atom::Kind kind) {
    out.kind = kind;
    out.right = operand();
  };
  if (is("not in") || is("in")) {
    if (is("in this") || is("in the case")) {  // the window of the line's `earlier`
    } else {
      out.negated = accept("not");
      accept("in");
      if (is_sign("(")) {
        out.kind = Atom::Kind::in;
        out.values = values();
        return;
      }
      return right(Atom::Kind::in);
    }
  }
  if (accept("is given")) {
    out.kind = Atom::Kind::is_given;
    return;
  }
  if (accept("is blank")) {
    out.kind = Atom::Kind::is_blank;
    return;
  }
  if (is("not among") || is("all among") || is("among")) {
    out.negated = accept("not");
    out.all = !out.negated && accept("all");
    accept("among");
    return right(Atom::Kind::among);
  }
  if (accept("shares nobody with")) return right(Atom::Kind::disjoint);
  if (accept("same as")) return right(Atom::Kind::same_as);
  if (accept("covers")) return right(Atom::Kind::covers);
  if (accept("overlaps")) return right(Atom::Kind::overlaps);
  const bool maybe_window = is("within") || is("at least");
  if ((maybe_window && speculate_distance(out)) || is("more than") || is("less than")) {
    out.kind = Atom::Kind::distance;
    if (accept("within")) {
      out.distance = Atom::Distance::within;
    } else if (accept("at least")) {
      out.distance = Atom::Distance::at_least;
    } else if (accept("more than")) {
      out.distance = Atom::Distance::more_than;
    } else {
      accept("less than");
      out.distance = Atom::Distance::less_than;
    }
    out.quantity = quantity();
    out.after = !failed_ && accept("after");
    if (!out.after && !failed_) expect("before");
    out.right = operand();
    return;
  }
  if (is("before") || is("after")) {
    out.after = is("after");
    accept(out.after ? "after" : "before");
    return right(Atom::Kind::order);
  }
  // Nothing compares it: the name of a state or a fact.
  const Factor& only = out.left.factors.front();
  if (out.left.factors.size() != 1 || only.kind != Factor::Kind::path || only.path->call ||
      !only.path->rest.empty()) {
    fail("a comparison (`=`, `in`, `is given`, `before`, …)");
    return;
  }
  out.kind = Atom::Kind::named;
  out.names.push_back(only.path->head);
  out.left = Operand{};
}

}  // namespace heng::law
