#include "law/parse_declarations.h"

namespace heng::law {
namespace {

// Names of declarations are free but for the words that begin declarations.
void declared_name(DeclBase& decl, LineParser& line, bool with_part, bool is_id = false) {
  if (line.is_kind(TokenKind::word)) {
    for (const std::string& word : declaration_words()) {
      if (!line.is(word)) continue;
      if (Diagnostic* d =
              line.report(Kind::reserved_name, "`" + word + "` begins declarations and cannot be declared")) {
        d->help = "choose another name";
      }
      return;
    }
  }
  decl.name = is_id ? line.id("a name") : line.name("a name");
  if (with_part && !line.failed() && line.accept_sign(".", true))
    decl.part = line.name("a part's name after `.`");
}

void name_and_labels(DeclBase& decl, LineParser& line, bool with_part = false) {
  declared_name(decl, line, with_part);
  if (!line.failed()) decl.labels = line.labels();
}

}  // namespace

void parse_header(PackDecl& decl, LineParser& line) {
  decl.name = line.dotted_name("a pack's name");
  if (!line.failed()) decl.labels = line.labels();
}

// A source is called by the id its readers use, which may hold a hyphen (GTZ2015-32).
void parse_header(SourceDecl& decl, LineParser& line) {
  declared_name(decl, line, false, true);
  if (!line.failed()) decl.labels = line.labels();
  if (!line.failed() && decl.labels.zh.empty()) line.fail("the source's title");
  if (line.is_kind(TokenKind::date)) decl.dated = line.date("a date");
  if (!line.failed() && line.accept("from")) decl.from = line.date("a date");
  if (!line.failed() && line.accept("until")) decl.until = line.date("a date");
}

void parse_header(RoleDecl& decl, LineParser& line) { name_and_labels(decl, line); }
void parse_header(AgencyDecl& decl, LineParser& line) { name_and_labels(decl, line); }

void parse_header(OfficeDecl& decl, LineParser& line) {
  decl.name = line.id("an agency's id");
  if (!line.failed()) decl.labels = line.labels();
  if (!line.failed() && line.expect("of")) decl.kind = line.name("a kind of agency");
  if (!line.failed() && line.accept("at")) decl.level = line.name("a level");
  if (!line.failed() && line.accept("under")) decl.under = line.id("an agency's id");
}

void parse_header(SubjectDecl& decl, LineParser& line) {
  name_and_labels(decl, line);
  if (line.failed() || !line.expect("is")) return;
  decl.each_of = line.accept("each of");
  do decl.paths.push_back(line.path());
  while (!line.failed() && line.accept_sign(",", true));
}

void parse_header(SettingDecl& decl, LineParser& line) {
  name_and_labels(decl, line);
  if (!line.failed() && line.expect("is")) decl.quantity = line.quantity();
}

void parse_header(ActDecl& decl, LineParser& line) {
  name_and_labels(decl, line);
  if (!line.failed() && line.accept("named"))
    decl.named = line.string("the name in foreign logs, as a string");
}

// A field may be called what it likes, as in `data`.
void parse_header(FieldNameDecl& decl, LineParser& line) {
  decl.name = line.name("a field's name");
  if (!line.failed()) decl.labels = line.labels();
  if (!line.failed() && decl.labels.zh.empty()) line.fail("what the field is called, as a string");
}

void parse_header(PeriodDecl& decl, LineParser& line) {
  const size_t first = line.position();
  if (auto unit = line.unit()) {
    decl.unit = std::move(*unit);
  } else {
    line.fail("a unit such as `custody days`");
    return;
  }
  static constexpr const char* kMany[] = {"hours", "days", "months", "years"};
  const std::string& qualifier = decl.unit.qualifier;
  decl.name.text = (qualifier.empty() ? "" : qualifier + " ") + kMany[static_cast<size_t>(decl.unit.base)];
  decl.name.span = line.span_from(first);
  decl.labels = line.labels();
}

void parse_header(TableDecl& decl, LineParser& line) { name_and_labels(decl, line); }
void parse_header(StateDecl& decl, LineParser& line) { name_and_labels(decl, line); }
void parse_header(FactDecl& decl, LineParser& line) { name_and_labels(decl, line); }
void parse_header(RuleDecl& decl, LineParser& line) { name_and_labels(decl, line, true); }
void parse_header(ClockDecl& decl, LineParser& line) { name_and_labels(decl, line, true); }
void parse_header(SeparationDecl& decl, LineParser& line) { name_and_labels(decl, line, true); }
void parse_header(PowerDecl& decl, LineParser& line) { name_and_labels(decl, line, true); }
void parse_header(ConsequenceDecl& decl, LineParser& line) { name_and_labels(decl, line, true); }
void parse_header(WatchDecl& decl, LineParser& line) { name_and_labels(decl, line, true); }
void parse_header(TestDecl& decl, LineParser& line) { declared_name(decl, line, true); }

}  // namespace heng::law
