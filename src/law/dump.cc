// Every field of ast.h appears; a field left out here is one a formatter could lose unseen.
#include "law/dump.h"

#include <string_view>

namespace heng::law {
namespace {

// (name field field …); empty optional fields are left out.
class Out {
 public:
  std::string text;

  void open(std::string_view name) {
    text += text.empty() || text.back() == '\n' || text.back() == '(' ? "(" : " (";
    text += name;
  }
  void close() { text += ")"; }
  void word(std::string_view value) {
    text += ' ';
    text += value;
  }
  void quoted(std::string_view value) {
    text += " \"";
    text += value;
    text += '"';
  }
  void field(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    open(name);
    quoted(value);
    close();
  }
  void field(std::string_view name, const Name& value) { field(name, value.text); }
  void field(std::string_view name, const std::vector<Name>& values) {
    if (values.empty()) return;
    open(name);
    for (const Name& value : values) quoted(value.text);
    close();
  }
  void field(std::string_view name, const std::optional<Date>& value) {
    if (value) field(name, format_date(*value));
  }
  void flag(std::string_view name, bool value) {
    if (value) word(name);
  }
};

void put(Out& out, const Operand& operand);
void put(Out& out, const Atom& atom);

std::string_view text(UnitBase base) {
  static constexpr std::string_view kNames[] = {"hour", "day", "month", "year"};
  return kNames[static_cast<size_t>(base)];
}

void put(Out& out, const Unit& unit) {
  out.open("unit");
  if (!unit.qualifier.empty()) out.quoted(unit.qualifier);
  out.word(text(unit.base));
  out.close();
}

void put(Out& out, const std::vector<Cite>& cites) {
  for (const Cite& cite : cites) out.field("cite", cite.text());
}

void put(Out& out, const Path& path) {
  out.open("path");
  out.quoted(path.head.text);
  if (path.call) {
    out.open("call");
    for (const Operand& argument : path.arguments) put(out, argument);
    out.close();
  }
  for (const Name& name : path.rest) out.quoted(name.text);
  out.close();
}

void put(Out& out, const Quantity& quantity) {
  out.open("quantity");
  if (quantity.number) out.word(quantity.number->text());
  if (quantity.path) put(out, *quantity.path);
  if (quantity.unit) put(out, *quantity.unit);
  if (quantity.plus) out.field("plus", quantity.plus->text());
  if (quantity.plus_unit) put(out, *quantity.plus_unit);
  out.close();
}

void put(Out& out, const Factor& factor) {
  static constexpr std::string_view kKinds[] = {"number", "text",   "date",      "clock",   "yes_no",  "path",
                                                "end_of", "latest", "acting_as", "who_did", "total_of"};
  out.open(kKinds[static_cast<size_t>(factor.kind)]);
  if (factor.kind == Factor::Kind::number) out.word(factor.number.text());
  if (factor.kind == Factor::Kind::text) out.quoted(factor.text);
  if (factor.kind == Factor::Kind::date) out.word(format_date(factor.date));
  if (factor.kind == Factor::Kind::clock) out.word(std::to_string(factor.clock_minutes));
  if (factor.kind == Factor::Kind::yes_no) out.word(factor.yes ? "yes" : "no");
  if (factor.unit) put(out, *factor.unit);
  if (factor.path) put(out, *factor.path);
  out.field("name", factor.name);
  out.field("names", factor.names);
  out.close();
}

void put(Out& out, const Operand& operand) {
  for (size_t i = 0; i < operand.factors.size(); ++i) {
    if (i > 0) out.word(std::string_view(&operand.operators[i - 1], 1));
    put(out, operand.factors[i]);
  }
}

void put(Out& out, std::string_view name, const std::vector<Atom>& atoms) {
  if (atoms.empty()) return;
  out.open(name);
  for (const Atom& atom : atoms) put(out, atom);
  out.close();
}

void put(Out& out, const Pattern& pattern) {
  out.open("pattern");
  out.flag("any", pattern.any_act);
  out.field("acts", pattern.acts);
  out.field("key", pattern.key);
  out.field("roles", pattern.roles);
  out.field("alias", pattern.alias);
  put(out, "where", pattern.where);
  out.close();
}

void put(Out& out, const Atom& atom) {
  static constexpr std::string_view kKinds[] = {"earlier", "count_in", "document", "named",    "compare",
                                                "in",      "is_given", "is_blank", "among",    "disjoint",
                                                "same_as", "covers",   "overlaps", "distance", "order"};
  static constexpr std::string_view kCompare[] = {"=", "!=", "<", "<=", ">", ">="};
  static constexpr std::string_view kDistance[] = {"within", "at_least", "more_than", "less_than"};
  static constexpr std::string_view kCount[] = {"none", "at_least", "at_most", "exactly", "odd"};
  out.open(kKinds[static_cast<size_t>(atom.kind)]);
  out.flag("negated", atom.negated);
  out.flag("all", atom.all);
  out.flag("after", atom.after);
  out.flag("in_case", atom.in_case);
  if (atom.kind == Atom::Kind::compare) out.word(kCompare[static_cast<size_t>(atom.compare)]);
  if (atom.kind == Atom::Kind::distance) out.word(kDistance[static_cast<size_t>(atom.distance)]);
  if (atom.count) {
    out.open("count");
    out.word(kCount[static_cast<size_t>(atom.count->kind)]);
    for (const int64_t number : atom.count->numbers) out.word(std::to_string(number));
    out.close();
  }
  if (atom.pattern) put(out, *atom.pattern);
  if (atom.since) {
    out.open("since");
    put(out, *atom.since);
    out.close();
  }
  if (atom.window) {
    static constexpr std::string_view kWindow[] = {"within", "at_least", "in_this"};
    out.open("window");
    out.word(kWindow[static_cast<size_t>(atom.window->kind)]);
    if (atom.window->kind == Window::Kind::in_this) {
      out.word(atom.window->quarter ? "quarter" : text(atom.window->period));
    } else {
      put(out, atom.window->quantity);
    }
    out.close();
  }
  out.field("names", atom.names);
  if (!atom.left.factors.empty()) put(out, atom.left);
  if (atom.kind == Atom::Kind::distance) put(out, atom.quantity);
  if (!atom.right.factors.empty()) put(out, atom.right);
  for (const Factor& value : atom.values) put(out, value);
  out.close();
}

void put(Out& out, const Condition& condition) {
  static constexpr std::string_view kJoin[] = {"one", "all", "any"};
  out.open("condition");
  out.word(kJoin[static_cast<size_t>(condition.join)]);
  for (const Atom& atom : condition.atoms) put(out, atom);
  put(out, "if", condition.only_if);
  put(out, condition.cites);
  out.close();
}

void put(Out& out, std::string_view name, const std::vector<Condition>& conditions) {
  if (conditions.empty()) return;
  out.open(name);
  for (const Condition& condition : conditions) put(out, condition);
  out.close();
}

void put(Out& out, const Event& event) {
  static constexpr std::string_view kKinds[] = {"pattern",   "before_end", "end_of",
                                                "change_of", "breach_of",  "end_of_every"};
  out.open("event");
  out.word(kKinds[static_cast<size_t>(event.kind)]);
  if (event.kind == Event::Kind::pattern) put(out, event.pattern);
  if (event.kind == Event::Kind::before_end) put(out, event.quantity);
  out.field("clock", event.clock);
  out.field("every", event.every);
  out.field("from", event.from);
  put(out, event.cites);
  if (event.at_most) out.field("at_most", std::to_string(*event.at_most));
  out.close();
}

void put(Out& out, std::string_view name, const std::vector<Event>& events) {
  if (events.empty()) return;
  out.open(name);
  for (const Event& event : events) put(out, event);
  out.close();
}

void put(Out& out, const Step& step) {
  static constexpr std::string_view kKinds[] = {"total", "plus", "minus", "until", "at_once"};
  out.open("step");
  out.word(kKinds[static_cast<size_t>(step.kind)]);
  if (step.kind <= Step::Kind::minus) put(out, step.quantity);
  if (step.up_to) out.field("up_to", std::to_string(*step.up_to));
  put(out, step.until);
  if (step.after) put(out, *step.after);
  put(out, "when", step.when);
  if (step.at_most) out.field("at_most", std::to_string(*step.at_most));
  out.field("from", step.from);
  out.field("until", step.until_date);
  put(out, step.cites);
  out.close();
}

void put(Out& out, const Meta& meta) {
  put(out, meta.cites);
  if (meta.severity != Severity::none) out.field("severity", std::to_string(static_cast<int>(meta.severity)));
  out.field("binds", meta.binds);
  out.field("from", meta.from);
  out.field("until", meta.until);
}

void put(Out& out, const std::optional<For>& key) {
  if (!key) return;
  out.open("for");
  out.quoted(key->subject.text);
  out.flag("across_cases", key->across_cases);
  out.close();
}

void put(Out& out, const Labels& labels) {
  out.field("zh", labels.zh);
  out.field("en", labels.en);
}

void put(Out& out, const std::vector<Labels>& labels) {
  for (const Labels& one : labels) put(out, one);
}

void put(Out& out, const Type& type) {
  static constexpr std::string_view kKinds[] = {"number", "money",  "text",   "date",   "time", "clock_time",
                                                "level",  "yes_no", "people", "one_of", "list"};
  out.open(kKinds[static_cast<size_t>(type.kind)]);
  out.field("codes", type.codes);
  put(out, type.code_labels);
  out.flag("and_more", type.and_more);
  out.field("of", type.element);
  out.close();
}

void put(Out& out, const Cell& cell) {
  static constexpr std::string_view kKinds[] = {"any",     "values",  "quantity", "under",
                                                "between", "or_more", "before",   "or_later"};
  out.open(kKinds[static_cast<size_t>(cell.kind)]);
  for (const Factor& value : cell.values) put(out, value);
  if (cell.quantity) put(out, *cell.quantity);
  out.close();
}

void put(Out& out, const When& when) {
  out.open("when");
  if (when.kind == When::Kind::date) out.word(format_date(when.date));
  if (when.kind == When::Kind::plus) out.word("+" + std::to_string(when.plus_days));
  if (when.minutes) out.word(std::to_string(*when.minutes) + "min");
  out.close();
}

void put(Out& out, const Statement& statement) {
  static constexpr std::string_view kKinds[] = {"act",     "annul",  "correct", "until", "holds",
                                                "unknown", "breach", "warn",    "late",  "flag", "cases"};
  out.open(kKinds[static_cast<size_t>(statement.kind)]);
  if (statement.kind == Statement::Kind::cases) out.word(std::to_string(statement.count));
  put(out, statement.when);
  out.field("act", statement.act);
  out.field("subjects", statement.subjects);
  for (const Statement::By& by : statement.by) {
    out.open("by");
    out.quoted(by.id.text);
    out.quoted(by.role.text);
    out.close();
  }
  out.field("agency", statement.agency);
  for (const Datum& datum : statement.data) {
    out.open(datum.list ? "list" : "datum");
    out.quoted(datum.field.text);
    for (const Factor& value : datum.values) put(out, value);
    out.close();
  }
  out.field("alias", statement.alias);
  out.field("field", statement.field);
  out.close();
}

// -- declarations

void body(Out& out, const PackDecl& decl) {
  out.field("uses", decl.uses);
  out.field("zone", decl.zone);
  out.field("holidays", decl.holidays);
  out.field("levels", decl.levels);
  put(out, decl.level_labels);
  out.field("words", decl.words);
  if (decl.reviewed) out.field("reviewed", *decl.reviewed ? "yes" : "no");
}
void body(Out& out, const SourceDecl& decl) {
  out.field("dated", decl.dated);
  out.field("from", decl.from);
  out.field("until", decl.until);
}
void body(Out&, const RoleDecl&) {}
void body(Out&, const AgencyDecl&) {}
void body(Out& out, const OfficeDecl& decl) {
  out.field("kind", decl.kind);
  out.field("level", decl.level);
  out.field("under", decl.under);
}
void body(Out& out, const SubjectDecl& decl) {
  out.flag("each_of", decl.each_of);
  for (const Path& path : decl.paths) put(out, path);
}
void body(Out& out, const SettingDecl& decl) { put(out, decl.quantity); }
void body(Out& out, const ActDecl& decl) {
  out.field("named", decl.named);
  out.field("by", decl.by);
  out.field("on", decl.on);
  for (const FieldDecl& field : decl.fields) {
    out.open("data");
    out.quoted(field.name.text);
    put(out, field.labels);
    put(out, field.type);
    out.flag("else_latest", field.else_latest);
    out.close();
  }
  for (const SpanDecl& span : decl.spans) {
    out.open("span");
    out.quoted(span.name.text);
    put(out, span.labels);
    out.field("from", span.from);
    out.field("to", span.to);
    out.field("less", span.less);
    out.close();
  }
}
void body(Out& out, const FieldNameDecl& decl) {
  for (const FieldNameDecl::Code& code : decl.codes) {
    out.open("code");
    out.quoted(code.name.text);
    put(out, code.labels);
    out.close();
  }
}
void body(Out& out, const PeriodDecl& decl) {
  put(out, decl.unit);
  put(out, decl.cites);
  out.flag("working", decl.working);
  out.field("counts", text(decl.counts));
  out.field("starts", std::to_string(static_cast<int>(decl.starts)));
  out.flag("ends_day_before", decl.ends_day_before);
  out.flag("rolls", decl.rolls);
  out.field("unless", decl.unless_state);
  if (decl.strictly) put(out, *decl.strictly);
  if (decl.warns_percent) out.field("warns", decl.warns_percent->text());
}
void body(Out& out, const TableDecl& decl) {
  put(out, decl.cites);
  out.field("inputs", decl.inputs);
  out.field("outputs", decl.outputs);
  for (const TableDecl::Row& row : decl.rows) {
    out.open("row");
    for (const Cell& cell : row.in) put(out, cell);
    out.word("->");
    for (const Cell& cell : row.out) put(out, cell);
    out.close();
  }
}
void body(Out& out, const StateDecl& decl) {
  put(out, decl.cites);
  put(out, decl.key);
  out.flag("day_after", decl.day_after);
  put(out, "begins", decl.begins);
  put(out, "ends", decl.ends);
}
void body(Out& out, const FactDecl& decl) {
  put(out, decl.cites);
  put(out, decl.key);
  put(out, "when", decl.when);
}
void body(Out& out, const RuleDecl& decl) {
  put(out, decl.meta);
  put(out, decl.key);
  for (const RuleDecl::On& on : decl.on) {
    out.open("on");
    put(out, on.pattern);
    put(out, on.cites);
    out.close();
  }
  for (const Given& given : decl.given) {
    out.open("given");
    out.quoted(given.alias.text);
    out.word(given.first ? "first" : "last");
    put(out, given.pattern);
    out.field("before", given.before);
    out.close();
  }
  put(out, "when", decl.when);
  put(out, "unless", decl.unless);
  put(out, decl.advise ? "advise" : "require", decl.require);
  out.flag("forbid", decl.forbid);
}
void body(Out& out, const ClockDecl& decl) {
  put(out, decl.meta);
  put(out, decl.key);
  put(out, "starts", decl.starts);
  put(out, "when", decl.when);
  put(out, "unless", decl.unless);
  for (const Step& step : decl.allows) put(out, step);
  out.field("pauses", decl.pauses);
  put(out, "restarts", decl.restarts);
  for (const Pattern& pattern : decl.met_by) {
    out.open(decl.may ? "may" : "met_by");
    put(out, pattern);
    out.close();
  }
  put(out, "lapses", decl.lapses);
  for (const Warning& warning : decl.warns) {
    static constexpr std::string_view kKinds[] = {"at", "before", "after"};
    out.open("warns");
    out.word(kKinds[static_cast<size_t>(warning.kind)]);
    if (warning.kind == Warning::Kind::percent) {
      out.word(warning.percent.text());
    } else {
      put(out, warning.quantity);
    }
    out.close();
  }
}
void body(Out& out, const SeparationDecl& decl) {
  put(out, decl.meta);
  put(out, decl.key);
  out.field("apart", decl.apart);
  put(out, "unless", decl.unless);
}
void body(Out& out, const PowerDecl& decl) {
  static constexpr std::string_view kLets[] = {"act", "correcting", "annulling"};
  put(out, decl.meta);
  out.field("lets", kLets[static_cast<size_t>(decl.lets)]);
  put(out, decl.pattern);
  for (const PowerDecl::Holder& holder : decl.held_by) {
    out.open("holder");
    out.flag("anybody", holder.anybody);
    out.field("role", holder.role);
    out.field("agency", holder.agency);
    out.field("level", holder.level);
    out.flag("or_above", holder.or_above);
    put(out, "when", holder.when);
    out.close();
  }
}
void body(Out& out, const ConsequenceDecl& decl) {
  put(out, decl.meta);
  put(out, decl.on);
  out.flag("voids_this", decl.voids_this);
  if (!decl.voids_this) put(out, decl.voids);
}
void body(Out& out, const WatchDecl& decl) {
  static constexpr std::string_view kUnits[] = {"agency", "level", "role"};
  static constexpr std::string_view kMeasures[] = {"share",    "followed", "not_followed", "count",     "rate",
                                                   "distinct", "quantile", "time_until",   "time_since"};
  put(out, decl.meta);
  put(out, decl.key);
  for (const Pattern& pattern : decl.on) {
    out.open("on");
    put(out, pattern);
    out.close();
  }
  put(out, "when", decl.when);
  for (const WatchDecl::Unit& unit : decl.per) {
    out.open("per");
    out.word(kUnits[static_cast<size_t>(unit.kind)]);
    out.field("of", unit.of);
    out.close();
  }
  out.open("measures");
  out.word(kMeasures[static_cast<size_t>(decl.measure.kind)]);
  put(out, "where", decl.measure.where);
  if (decl.measure.pattern) put(out, *decl.measure.pattern);
  if (decl.measure.within) put(out, *decl.measure.within);
  if (!decl.measure.operand.factors.empty()) put(out, decl.measure.operand);
  out.word(decl.measure.percent.text());
  out.close();
  out.field("every", decl.every);
  out.field("last_days", std::to_string(decl.last_days));
  out.flag("same_kind", decl.same_kind);
  out.flag("same_level", decl.same_level);
  out.flag("above", decl.above);
  out.flag("below", decl.below);
  if (decl.margin) out.field("margin", decl.margin->text());
  if (decl.needs) out.field("needs", std::to_string(*decl.needs));
  if (decl.false_discovery) out.field("false_discovery", decl.false_discovery->text());
}
void body(Out& out, const TestDecl& decl) {
  for (const Story& story : decl.stories) {
    out.text += "\n  ";
    out.open(story.given ? "given" : "story");
    out.quoted(story.title);
    for (const Statement& statement : story.statements) put(out, statement);
    out.close();
  }
}

constexpr std::string_view kWords[] = {"pack", "source", "role",       "agency", "office",      "subject",
                                       "act",  "period", "setting",    "table",  "state",       "fact",
                                       "rule", "clock",  "separation", "power",  "consequence", "test", "watch",
                                       "field"};
static_assert(std::size(kWords) == std::variant_size_v<Decl>);

}  // namespace

std::string dump(const File& file) {
  Out out;
  for (const Decl& decl : file.declarations) {
    out.open(kWords[decl.index()]);
    std::visit(
        [&](const auto& d) {
          out.quoted(d.name.text);
          out.field("part", d.part);
          out.field("zh", d.labels.zh);
          out.field("en", d.labels.en);
          out.field("doc", d.doc);
          body(out, d);
        },
        decl);
    out.close();
    out.text += '\n';
  }
  return out.text;
}

std::string dump(const Condition& condition) {
  Out out;
  put(out, condition);
  return out.text;
}

}  // namespace heng::law
