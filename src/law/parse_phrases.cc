// Cites, quantities, paths, operands, patterns, events, steps: the phrases that clauses are made of.
#include "law/line_parser.h"

namespace heng::law {
namespace {

struct UnitWord {
  std::string_view one;
  std::string_view many;
  UnitBase base;
};
constexpr UnitWord kUnits[] = {
    {"hour", "hours", UnitBase::hour},
    {"day", "days", UnitBase::day},
    {"month", "months", UnitBase::month},
    {"year", "years", UnitBase::year},
};
constexpr size_t kQualifierWords = 2;  // `custody days`; two leave room for a pack's own convention

}  // namespace

std::vector<Cite> LineParser::cites() {
  if (!is("cites")) return {};
  column();
  accept("cites");
  return cite_list();
}

// cite = NAME [ NUM [ "-" NUM ] { "." NUM } [ "(" NUM [ "-" NUM ] ")" [ "." NUM ] ] ]: digits, never
// decimals.
std::vector<Cite> LineParser::cite_list() {
  std::vector<Cite> out;
  const auto number = [&](bool glued) {
    if (!is_kind(TokenKind::number)) {
      fail("a number of an article, paragraph or item");
      return;
    }
    layout_.marks[items_[at_].token].glued = glued;
    ++at_;
  };
  const auto range = [&](bool glued) {
    number(glued);
    if (!failed_ && accept_sign("-", true)) number(true);
  };
  do {
    const size_t first = at_;
    Cite cite;
    cite.source = id("a source");
    if (is_kind(TokenKind::number)) {
      const size_t detail = at_;
      range(false);
      while (!failed_ && accept_sign(".", true)) number(true);
      if (!failed_ && accept_sign("(", true)) {
        range(true);
        expect_sign(")", true);
        while (!failed_ && accept_sign(".", true)) number(true);
      }
      for (size_t i = detail; i < at_ && !failed_; ++i)
        cite.detail += layout_.tokens.tokens[items_[i].token].text;
    }
    cite.span = span_from(first);
    if (!failed_) out.push_back(std::move(cite));
  } while (!failed_ && accept_sign(",", true));
  return out;
}

std::optional<Unit> LineParser::unit() {
  for (size_t words = 0; words <= kQualifierWords; ++words) {
    for (const UnitWord& word : kUnits) {
      if (!is(word.one, words) && !is(word.many, words)) continue;
      Unit out;
      const size_t first = at_;
      for (size_t i = 0; i < words; ++i) {
        out.qualifier += (i == 0 ? "" : " ") + name("a way of counting").text;
      }
      if (failed_) return std::nullopt;
      out.base = word.base;
      if (!accept(word.many, WordRole::unit)) accept(word.one, WordRole::unit);
      out.span = span_from(first);
      return out;
    }
    if (!is_name(words) || is("is", words)) return std::nullopt;
  }
  return std::nullopt;
}

Quantity LineParser::quantity() {
  Quantity out;
  const size_t first = at_;
  if (is_kind(TokenKind::number)) {
    out.number = decimal("a number");
  } else if (is_kind(TokenKind::word)) {
    out.path = path();
  } else {
    fail("a quantity such as `3 days`");
    return out;
  }
  out.unit = unit();
  if (!failed_ && is("plus") && is_kind(TokenKind::number, 1)) {
    accept("plus");
    out.plus = decimal("a number");
    out.plus_unit = unit();
    if (!out.plus_unit) fail("a unit such as `days`");
  }
  out.span = span_from(first);
  return out;
}

Path LineParser::path() {
  Path out;
  const Deeper deeper(*this);
  const size_t first = at_;
  if (is("this")) {
    out.head = Name{"this", here()};
    accept("this");
  } else {
    out.head = name("a name");
  }
  if (!failed_ && accept_sign("(", true)) {
    out.call = true;
    do out.arguments.push_back(operand());
    while (!failed_ && accept_sign(",", true));
    expect_sign(")", true);
  }
  while (!failed_ && accept_sign(".", true)) out.rest.push_back(name("a field after `.`"));
  out.span = span_from(first);
  return out;
}

Factor LineParser::value() {
  Factor out;
  const size_t first = at_;
  if (is_kind(TokenKind::number) || is_sign("-")) {
    const bool negative = accept_sign("-");
    if (negative) glue();
    out.kind = Factor::Kind::number;
    out.number = decimal("a number").value_or(Decimal{});
    if (negative) out.number.mantissa = -out.number.mantissa;
  } else if (is_kind(TokenKind::string)) {
    out.kind = Factor::Kind::text;
    out.text = string("a string");
  } else if (is_kind(TokenKind::date)) {
    out.kind = Factor::Kind::date;
    out.date = date("a date").value_or(Date{});
  } else if (is_kind(TokenKind::clock)) {
    out.kind = Factor::Kind::clock;
    out.clock_minutes = token()->value;
    ++at_;
  } else if (is("yes") || is("no")) {
    out.kind = Factor::Kind::yes_no;
    out.yes = is("yes");
    accept(out.yes ? "yes" : "no", WordRole::value);
  } else {
    out.kind = Factor::Kind::path;
    Path code;
    code.head = name("a value");
    code.span = code.head.span;
    out.path = std::move(code);
  }
  out.span = span_from(first);
  return out;
}

std::vector<Factor> LineParser::values() {
  std::vector<Factor> out;
  expect_sign("(");
  do out.push_back(value());
  while (!failed_ && accept_sign(",", true));
  expect_sign(")", true);
  return out;
}

Factor LineParser::factor() {
  Factor out;
  const size_t first = at_;
  const auto list = [&](Factor::Kind kind, const char* wanted) {
    out.kind = kind;
    out.names = names(wanted);
  };
  if (is("end of")) {
    accept("end of");
    out.kind = Factor::Kind::end_of;
    out.name = rule_name("a clock");
  } else if (is("latest") && is_name(1)) {
    accept("latest");
    out.kind = Factor::Kind::latest;
    out.name = name("a field");
  } else if (accept("those acting as")) {
    list(Factor::Kind::acting_as, "a role");
  } else if (accept("those who did")) {
    list(Factor::Kind::who_did, "an act type");
  } else if (accept("total of")) {
    out.name = name("a field");
    expect("in earlier");
    list(Factor::Kind::total_of, "an act type");
  } else if (is_kind(TokenKind::word) && !is("yes") && !is("no")) {
    out.kind = Factor::Kind::path;
    out.path = path();
  } else {
    if (at_end() || is_sign("-") || (is_kind(TokenKind::symbol))) {
      fail("a value or a field");
      return out;
    }
    out = value();
    if (out.kind == Factor::Kind::number) out.unit = unit();
  }
  out.span = span_from(first);
  return out;
}

Operand LineParser::operand() {
  Operand out;
  const size_t first = at_;
  out.factors.push_back(factor());
  while (!failed_) {
    char sign = 0;
    for (const char* candidate : {"+", "-", "*"}) {
      if (accept_sign(candidate)) sign = candidate[0];
    }
    if (sign == 0) break;
    out.operators.push_back(sign);
    out.factors.push_back(factor());
  }
  out.span = span_from(first);
  return out;
}

Pattern LineParser::pattern() {
  Pattern out;
  const Deeper deeper(*this);
  const size_t first = at_;
  if (accept("any act")) {
    out.any_act = true;
  } else {
    out.acts = names("an act type");
  }
  while (!failed_) {
    if (!out.key && accept("for")) {
      out.key = name("a field");
    } else if (out.roles.empty() && accept("by")) {
      out.roles = names("a role");
    } else if (!out.alias && accept("as")) {
      out.alias = name("a name for the act");
    } else {
      break;
    }
  }
  if (!failed_ && accept("where")) out.where = all_of();
  out.span = span_from(first);
  return out;
}

// `7 days before end of C`, `chain_gap before end of C`
bool LineParser::before_end_follows() {
  if (is_kind(TokenKind::number)) return true;
  if (!is_kind(TokenKind::word)) return false;
  const size_t start = at_;
  ++speculating_;
  quantity();
  const bool follows = !failed_ && is("before end of");
  --speculating_;
  failed_ = false;
  at_ = start;
  return follows;
}

Event LineParser::event() {
  Event out;
  const size_t first = at_;
  if (accept("end of every")) {
    out.kind = Event::Kind::end_of_every;
    for (const char* word : {"day", "week", "month", "quarter", "year"}) {
      if (accept(word)) out.every = word;
    }
    if (out.every.empty()) fail("`day`, `week`, `month`, `quarter` or `year`");
  } else if (accept("end of")) {
    out.kind = Event::Kind::end_of;
    out.clock = rule_name("a clock");
  } else if (accept("change of")) {
    out.kind = Event::Kind::change_of;
    out.clock = rule_name("a clock");
  } else if (accept("breach of")) {
    out.kind = Event::Kind::breach_of;
    out.clock = rule_name("a rule or clock");
  } else if (before_end_follows()) {
    out.kind = Event::Kind::before_end;
    out.quantity = quantity();
    expect("before end of");
    out.clock = rule_name("a clock");
  } else {
    out.pattern = pattern();
  }
  while (!failed_) {
    if (!out.from && accept("from")) {
      out.from = name("a field with a date");
    } else if (!out.at_most && is("at most")) {
      out.at_most = times();
    } else if (out.cites.empty() && is("cites")) {
      out.cites = cites();
    } else {
      break;
    }
  }
  out.span = span_from(first);
  return out;
}

For LineParser::for_each() {
  For out;
  const size_t first = at_;
  out.subject = name("a subject");
  out.across_cases = !failed_ && accept("across cases");
  out.span = span_from(first);
  return out;
}

Step LineParser::step() {
  Step out;
  const size_t first = at_;
  if (accept("at once")) {
    out.kind = Step::Kind::at_once;
  } else if (accept("until")) {
    out.kind = Step::Kind::until;
    out.until = operand();
  } else {
    if (accept("plus")) {
      out.kind = Step::Kind::plus;
    } else if (accept("minus")) {
      out.kind = Step::Kind::minus;
    }
    out.quantity = quantity();
    if (!failed_ && accept("up to")) out.up_to = whole("a number");
  }
  if (!failed_ && is("after")) {
    column();
    accept("after");
    out.after = pattern();
  }
  if (!failed_ && is("when")) {
    if (!out.after) column();
    accept("when");
    out.when = all_of();
  }
  if (!failed_ && is("at most")) {
    column();
    out.at_most = times();
  }
  if (!failed_ && (is("from") || is("until")) && is_kind(TokenKind::date, 1)) {
    column();
    const bool from = is("from");
    accept(from ? "from" : "until");
    (from ? out.from : out.until_date) = date("a date");
  }
  if (!failed_) out.cites = cites();
  out.span = span_from(first);
  return out;
}

Warning LineParser::warning() {
  Warning out;
  const size_t first = at_;
  if (accept("at")) {
    out.percent = percent().value_or(Decimal{});
  } else if (accept("after")) {
    out.kind = Warning::Kind::after;
    out.quantity = quantity();
  } else {
    out.kind = Warning::Kind::before;
    out.quantity = quantity();
    expect("before");
  }
  out.span = span_from(first);
  return out;
}

}  // namespace heng::law
