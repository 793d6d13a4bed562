// The statements of a test's story: acts with their time, people and data, and what follows from them.
#include "law/parse_declarations.h"

namespace heng::law {
namespace {

bool when_follows(const LineParser& line) {
  return line.is_kind(TokenKind::date) || line.is_kind(TokenKind::clock) || line.is_sign("+");
}

When parse_when(LineParser& line) {
  When out;
  const size_t first = line.position();
  if (line.is_kind(TokenKind::date)) {
    out.kind = When::Kind::date;
    out.date = line.date("a date").value_or(Date{});
  } else if (line.accept_sign("+")) {
    out.kind = When::Kind::plus;
    line.glue();
    out.plus_days = line.whole("a number of days").value_or(0);
  } else if (!line.is_kind(TokenKind::clock)) {
    line.fail("a time: `2026-03-01 14:25`, `+1 14:25` or `14:25`");
    return out;
  }
  if (line.is_kind(TokenKind::clock)) out.minutes = line.value().clock_minutes;
  out.span = line.span_from(first);
  return out;
}

// A value of an act: words are ids or codes, so hyphens are allowed.
Factor act_value(LineParser& line) {
  if (!line.is_kind(TokenKind::word) || line.is("yes") || line.is("no")) return line.value();
  Factor code;
  code.kind = Factor::Kind::path;
  code.path = Path{};
  if (line.is("blank")) {  // null: known to be nothing
    code.path->head = Name{"blank", line.here()};
    line.accept("blank", WordRole::value);
  } else {
    code.path->head = line.id("a value");
  }
  code.path->span = code.path->head.span;
  code.span = code.path->span;
  return code;
}

// value | DATE CLOCK | ( value, … )
Datum datum(LineParser& line) {
  Datum out;
  const size_t first = line.position();
  out.field = line.name("a field");
  if (line.failed()) return out;
  if (line.accept_sign("(")) {
    out.list = true;
    if (line.accept_sign(")", true)) return out;  // nobody, nothing: known to be empty
    do out.values.push_back(act_value(line));
    while (!line.failed() && line.accept_sign(",", true));
    line.expect_sign(")", true);
  } else {
    out.values.push_back(act_value(line));
    if (out.values.back().kind == Factor::Kind::date && line.is_kind(TokenKind::clock)) {
      out.values.push_back(line.value());  // a time: the date, then the time of day
    }
  }
  out.span = line.span_from(first);
  return out;
}

void data(Statement& statement, LineParser& line) {
  do statement.data.push_back(datum(line));
  while (!line.failed() && line.accept_sign(",", true));
}

bool suffix_follows(const LineParser& line) {
  return line.is("by") || line.is("in") || line.is("with") || line.is("as");
}

void act(Statement& statement, LineParser& line) {
  if (line.accept("annul")) {
    statement.kind = Statement::Kind::annul;
    statement.act = line.name("the name of an act above");
    if (!line.failed() && line.accept("with")) data(statement, line);
    return;
  }
  if (line.accept("correct")) {
    statement.kind = Statement::Kind::correct;
    statement.act = line.name("the name of an act above");
    if (!line.failed() && line.accept("with")) data(statement, line);
    return;
  }
  statement.kind = Statement::Kind::act;
  statement.act = line.name("an act type");
  while (!line.failed() && (line.is_kind(TokenKind::word) || line.is_kind(TokenKind::number)) &&
         !suffix_follows(line)) {
    statement.subjects.push_back(line.id("an id"));
  }
  while (!line.failed()) {  // usually in this order, each once
    if (statement.by.empty() && line.accept("by")) {
      do {
        Statement::By by;
        by.id = line.id("a person's id");
        if (!line.failed()) by.role = line.name("the person's role");
        if (!line.failed()) statement.by.push_back(std::move(by));
      } while (!line.failed() && line.accept_sign(",", true));
    } else if (!statement.agency && line.accept("in")) {
      statement.agency = line.id("an agency's id");
    } else if (statement.data.empty() && line.accept("with")) {
      data(statement, line);
    } else if (!statement.alias && line.accept("as")) {
      statement.alias = line.name("a name for the act");
    } else {
      break;
    }
  }
}

void outcome(Statement& statement, LineParser& line) {
  struct Word {
    const char* text;
    Statement::Kind kind;
  };
  static constexpr Word kWords[] = {
      {"breach", Statement::Kind::breach}, {"warn", Statement::Kind::warn}, {"late", Statement::Kind::late}, {"flag", Statement::Kind::flag}};
  if (line.accept("until")) {
    statement.kind = Statement::Kind::until;
    statement.when = parse_when(line);
    return;
  }
  if (line.accept("holds")) {
    statement.kind = Statement::Kind::holds;
    return;
  }
  if (line.accept("unknown")) {
    statement.kind = Statement::Kind::unknown;
    statement.field = line.name("a field");
    return;
  }
  for (const Word& word : kWords) {
    if (!line.accept(word.text)) continue;
    statement.kind = word.kind;
    while (!line.failed() && !line.at_end() && !line.is("at"))
      statement.subjects.push_back(line.id("an id or `at`"));
    if (!line.failed() && line.expect("at")) statement.when = parse_when(line);
    return;
  }
  line.fail("an act (its time first), `NUMBER cases`, or `holds`, `breach`, `late`, `warn`, `flag`, `unknown`, `until`");
}

}  // namespace

void parse_statements(Story& story, LineParser& line) {
  do {
    Statement statement;
    const size_t first = line.position();
    if (when_follows(line)) {
      statement.when = parse_when(line);
      if (!line.failed()) act(statement, line);
    } else if (line.is_kind(TokenKind::number)) {
      statement.kind = Statement::Kind::cases;
      statement.count = line.whole("how many cases").value_or(1);
      if (!line.failed()) line.expect("cases");
    } else {
      outcome(statement, line);
    }
    statement.span = line.span_from(first);
    if (!line.failed()) story.statements.push_back(std::move(statement));
  } while (!line.failed() && line.accept_sign(";", true));
}

}  // namespace heng::law
