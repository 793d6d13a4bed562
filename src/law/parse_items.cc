#include "law/parse_declarations.h"

namespace heng::law {
namespace {

// cites, severity, binds, in force; false if the clause is none of them.
bool meta_item(Meta& meta, std::string_view clause, LineParser& line) {
  if (clause == "cites") {
    meta.cites = line.cite_list();
  } else if (clause == "severity") {
    static constexpr const char* kWords[] = {"low", "medium", "high", "critical"};
    for (size_t i = 0; i < std::size(kWords); ++i) {
      if (line.accept(kWords[i])) meta.severity = static_cast<Severity>(i + 1);
    }
    if (meta.severity == Severity::none) line.fail("`low`, `medium`, `high` or `critical`");
  } else if (clause == "binds") {
    meta.binds = line.names("a kind of agency");
  } else if (clause == "in force") {
    if (line.accept("from")) meta.from = line.date("a date");
    if (!line.failed() && line.accept("until")) meta.until = line.date("a date");
    if (!meta.from && !meta.until) line.fail("`from` or `until` and a date");
  } else {
    return false;
  }
  return true;
}

For key_item(LineParser& line) {
  line.expect("each");
  return line.failed() ? For{} : line.for_each();
}

Event on_event(LineParser& line) {
  line.expect("on");
  return line.failed() ? Event{} : line.event();
}

// NAME [ labels ] { "," NAME [ labels ] }
void labelled_names(LineParser& line, const char* wanted, std::vector<Name>& names, std::vector<Labels>& labels) {
  do {
    names.push_back(line.name(wanted));
    labels.push_back(line.failed() ? Labels{} : line.labels());
  } while (!line.failed() && line.accept_sign(",", true));
}

Type field_type(LineParser& line) {
  struct Simple {
    const char* words;
    Type::Kind kind;
  };
  static constexpr Simple kSimple[] = {{"number", Type::Kind::number}, {"money", Type::Kind::money},
                                       {"text", Type::Kind::text},     {"date", Type::Kind::date},
                                       {"time", Type::Kind::time},     {"clock time", Type::Kind::clock_time},
                                       {"level", Type::Kind::level},   {"yes or no", Type::Kind::yes_no},
                                       {"people", Type::Kind::people}};
  Type out;
  const size_t first = line.position();
  const auto simple = [&]() -> const Simple* {
    for (const Simple& type : kSimple) {
      if (line.accept(type.words, WordRole::type)) return &type;
    }
    return nullptr;
  };
  if (const Simple* type = simple()) {
    out.kind = type->kind;
  } else if (line.accept("one of", WordRole::type)) {
    out.kind = Type::Kind::one_of;
    labelled_names(line, "a code", out.codes, out.code_labels);
    out.and_more = !line.failed() && line.accept("and more", WordRole::type);
  } else if (line.accept("list of", WordRole::type)) {
    out.kind = Type::Kind::list;
    const size_t element = line.position();
    if (const Simple* member = simple()) {
      out.element = Name{member->words, line.span_from(element)};
    } else {
      out.element = line.name("a type");
    }
  } else {
    line.fail("a type",
              "types are number, money, text, date, time, clock time, level, yes or no, people, one of …, "
              "list of …");
  }
  out.span = line.span_from(first);
  return out;
}

Cell table_cell(LineParser& line) {
  Cell out;
  const size_t first = line.position();
  const auto bound = [&](Cell::Kind kind) {
    out.kind = kind;
    out.values.push_back(line.value());
  };
  if (line.accept("any")) {
  } else if (line.accept("under")) {
    bound(Cell::Kind::under);
  } else if (line.accept("before")) {
    bound(Cell::Kind::before);
  } else if (line.is_sign("(")) {
    out.kind = Cell::Kind::values;
    out.values = line.values();
  } else if (line.is_kind(TokenKind::number) && line.is("to", 1)) {
    bound(Cell::Kind::between);
    line.accept("to");
    out.values.push_back(line.value());
  } else if (line.is_kind(TokenKind::number) && line.is("or more", 1)) {
    bound(Cell::Kind::or_more);
    line.accept("or more");
  } else if (line.is_kind(TokenKind::date) && line.is("or later", 1)) {
    bound(Cell::Kind::or_later);
    line.accept("or later");
  } else if (line.is_kind(TokenKind::number) || (line.is_name() && !line.is("yes") && !line.is("no"))) {
    Quantity quantity = line.quantity();
    const bool plain_path = quantity.path && !quantity.path->call && quantity.path->rest.empty();
    if (quantity.unit || (quantity.path && !plain_path)) {
      out.kind = Cell::Kind::quantity;
      out.quantity = std::move(quantity);
    } else {
      out.kind = Cell::Kind::values;
      Factor value;
      value.span = line.span_from(first);
      if (quantity.number) {
        value.number = *quantity.number;
      } else {
        value.kind = Factor::Kind::path;
        value.path = std::move(quantity.path);
      }
      out.values.push_back(std::move(value));
    }
  } else {
    bound(Cell::Kind::values);
  }
  out.span = line.span_from(first);
  return out;
}

template <typename F>
void arrow_row(LineParser& line, F&& cell_into) {
  bool out = false;
  do {
    cell_into(out);
    if (line.failed()) return;
    if (line.accept_sign(",", true)) continue;
    if (out || !line.is_sign("->")) break;
    line.column();
    line.accept_sign("->");
    out = true;
  } while (true);
  if (!out) line.fail("`,` or `->`");
}

PowerDecl::Holder holder(LineParser& line) {
  PowerDecl::Holder out;
  const size_t first = line.position();
  if (line.accept("anybody")) {
    out.anybody = true;
  } else {
    out.role = line.name("a role or `anybody`");
  }
  if (!line.failed() && line.accept("of")) out.agency = line.name("a kind of agency");
  if (!line.failed() && line.accept("at")) {
    out.level = line.name("a level");
    out.or_above = !line.failed() && line.accept("or above");
  }
  if (!line.failed() && line.is("when")) {
    line.column();
    line.accept("when");
    out.when = line.all_of();
  }
  out.span = line.span_from(first);
  return out;
}

WatchDecl::Unit watch_unit(LineParser& line) {
  using Unit = WatchDecl::Unit;
  Unit out;
  const size_t first = line.position();
  if (line.accept("level", WordRole::type)) {
    out.kind = Unit::Kind::level;
  } else if (line.accept("agency", WordRole::none)) {
    out.kind = Unit::Kind::agency;
  } else {
    out.kind = Unit::Kind::role;
    out.of = line.name("`agency`, `level` or, in a pairing, a role");
  }
  if (out.kind != Unit::Kind::role && !line.failed() && line.accept("of")) out.of = line.name("a role or an act type");
  out.span = line.span_from(first);
  return out;
}

WatchDecl::Measure watch_measure(LineParser& line) {
  using Kind = WatchDecl::Measure::Kind;
  WatchDecl::Measure out;
  const size_t first = line.position();
  const auto within = [&] {
    if (!line.failed() && line.expect("within")) out.within = line.quantity();
  };
  if (line.accept("share")) {
    if (line.accept("where")) {
      out.kind = Kind::share;
      out.where = line.all_of();
    } else if (line.accept("followed by") || line.is("not followed by")) {
      out.kind = line.accept("not followed by") ? Kind::not_followed : Kind::followed;
      out.pattern = line.pattern();
      within();
    } else {
      line.fail("`where`, `followed by` or `not followed by`");
    }
  } else if (line.accept("count")) {
    out.kind = Kind::count;
  } else if (line.accept("rate to")) {
    out.kind = Kind::rate;
    out.pattern = line.pattern();
  } else if (line.accept("distinct")) {
    out.kind = Kind::distinct;
    out.operand = line.operand();
  } else if (line.accept("quantile")) {
    if (auto percent = line.percent()) out.percent = *percent;
    if (!line.failed() && line.expect("of")) {
      if (line.accept("time until")) {
        out.kind = Kind::time_until;
        out.pattern = line.pattern();
        within();
      } else if (line.accept("time since")) {
        out.kind = Kind::time_since;
        out.pattern = line.pattern();
      } else {
        out.kind = Kind::quantile;
        out.operand = line.operand();
      }
    }
  } else {
    line.fail("`share`, `count`, `rate to`, `distinct` or `quantile`");
  }
  out.span = line.span_from(first);
  return out;
}

}  // namespace

void parse_item(PackDecl& decl, std::string_view clause, LineParser& line) {
  if (clause == "uses") {
    decl.uses = line.dotted_name("a pack's name");
  } else if (clause == "zone") {
    decl.zone = line.string("a time zone as a string, such as \"Asia/Shanghai\"");
  } else if (clause == "holidays") {
    decl.holidays = line.name("a calendar's name");
  } else if (clause == "levels") {
    labelled_names(line, "a level", decl.levels, decl.level_labels);
  } else if (clause == "words") {
    const Name words = line.name("`zh` or `en`");
    decl.words = words.text;
    if (!line.failed() && words.text != "zh" && words.text != "en") line.fail("`zh` or `en` before this");
  } else {
    const bool yes = line.accept("yes", WordRole::value);
    if (yes || line.expect("no", WordRole::value)) decl.reviewed = yes;
  }
}

void parse_item(ActDecl& decl, std::string_view clause, LineParser& line) {
  const size_t first = line.position();
  if (clause == "by") {
    decl.by = line.names("a role");
  } else if (clause == "on") {
    decl.on = line.names("a subject");
  } else if (clause == "data") {
    FieldDecl field;
    field.name = line.name("a field's name");
    if (!line.failed()) field.labels = line.labels();
    if (!line.failed() && line.expect_sign(":", true)) field.type = field_type(line);
    field.else_latest = !line.failed() && line.accept("else latest");
    field.span = line.span_from(first);
    if (field.name) decl.fields.push_back(std::move(field));
  } else {
    SpanDecl span;
    span.name = line.name("a span's name");
    if (!line.failed()) span.labels = line.labels();
    if (!line.failed() && line.expect("from")) span.from = line.name("a field");
    if (!line.failed() && line.expect("to")) span.to = line.name("a field");
    if (!line.failed() && line.accept("less")) span.less = line.name("a field");
    span.span = line.span_from(first);
    if (span.name) decl.spans.push_back(std::move(span));
  }
}

void parse_item(FieldNameDecl& decl, std::string_view, LineParser& line) {
  const size_t first = line.position();
  FieldNameDecl::Code code;
  if (line.is_kind(TokenKind::string)) {
    code.name.text = line.string("a code");
    code.name.span = line.span_from(first);
  } else {
    code.name = line.name("a code");
  }
  if (!line.failed()) code.labels = line.labels();
  if (!line.failed() && code.labels.zh.empty()) line.fail("what the code is called, as a string");
  if (!line.failed()) decl.codes.push_back(std::move(code));
}

void parse_item(PeriodDecl& decl, std::string_view clause, LineParser& line) {
  if (clause == "cites") {
    decl.cites = line.cite_list();
  } else if (clause == "counts") {
    decl.working = line.accept("working");
    static constexpr const char* kWords[] = {"hours", "days", "months", "years"};
    for (size_t i = 0; i < std::size(kWords); ++i) {
      if (!line.accept(kWords[i], WordRole::unit)) continue;
      decl.counts = static_cast<UnitBase>(i);
      return;
    }
    line.fail("`hours`, `days`, `months` or `years`");
  } else if (clause == "starts") {
    if (line.accept("at the act")) {
      decl.starts = PeriodDecl::Starts::at_act;
    } else if (line.accept("the next full hour")) {
      decl.starts = PeriodDecl::Starts::next_full_hour;
    } else if (!line.accept("the day after")) {
      line.fail("`at the act`, `the next full hour` or `the day after`");
    }
  } else if (clause == "ends") {
    decl.ends_day_before = line.expect("the day before");
  } else if (clause == "rolls") {
    decl.rolls = line.expect("to the next working day");
    if (!line.failed() && line.accept("unless")) decl.unless_state = line.name("a state");
  } else if (clause == "strictly") {
    decl.strictly = line.unit();
    if (!decl.strictly) line.fail("a unit such as `exact hours`");
  } else if (line.expect("at")) {
    decl.warns_percent = line.percent();
  }
}

void parse_item(TableDecl& decl, std::string_view clause, LineParser& line) {
  const size_t first = line.position();
  if (clause == "cites") {
    decl.cites = line.cite_list();
  } else if (clause == "columns") {
    arrow_row(line,
              [&](bool out) { (out ? decl.outputs : decl.inputs).push_back(line.name("a column's name")); });
  } else {
    TableDecl::Row row;
    arrow_row(line, [&](bool out) { (out ? row.out : row.in).push_back(table_cell(line)); });
    row.span = line.span_from(first);
    if (!line.failed()) decl.rows.push_back(std::move(row));
  }
}

void parse_item(StateDecl& decl, std::string_view clause, LineParser& line) {
  if (clause == "cites") {
    decl.cites = line.cite_list();
  } else if (clause == "for") {
    decl.key = key_item(line);
  } else if (clause == "begins" && line.accept("the day after")) {
    decl.day_after = true;
    decl.begins.push_back(line.event());
  } else {
    Event event = on_event(line);
    (clause == "begins" ? decl.begins : decl.ends).push_back(std::move(event));
  }
}

void parse_item(FactDecl& decl, std::string_view clause, LineParser& line) {
  if (clause == "cites") {
    decl.cites = line.cite_list();
  } else if (clause == "for") {
    decl.key = key_item(line);
  } else {
    decl.when.push_back(line.condition());
  }
}

void parse_item(RuleDecl& decl, std::string_view clause, LineParser& line) {
  if (meta_item(decl.meta, clause, line)) return;
  const size_t first = line.position();
  if (clause == "for") {
    decl.key = key_item(line);
  } else if (clause == "on") {
    RuleDecl::On on;
    on.pattern = line.pattern();
    if (!line.failed()) on.cites = line.cites();
    decl.on.push_back(std::move(on));
  } else if (clause == "given") {
    Given given;
    given.alias = line.name("a name for the act");
    if (!line.failed()) line.expect_sign(":", true);
    given.first = line.accept("first");
    if (!given.first && !line.failed()) line.expect("last");
    if (!line.failed()) given.pattern = line.pattern();
    if (!line.failed() && line.accept("before")) given.before = line.name("the name of an act given above");
    given.span = line.span_from(first);
    decl.given.push_back(std::move(given));
  } else if (clause == "when") {
    decl.when.push_back(line.condition());
  } else if (clause == "unless") {
    decl.unless.push_back(line.condition());
  } else if (clause == "forbid") {
    decl.forbid = true;
  } else {
    decl.advise = clause == "advise";
    decl.require.push_back(line.condition());
  }
}

void parse_item(ClockDecl& decl, std::string_view clause, LineParser& line) {
  if (meta_item(decl.meta, clause, line)) return;
  if (clause == "for") {
    decl.key = key_item(line);
  } else if (clause == "starts") {
    // `on` is left out before a quantity
    const bool on = line.accept("on");
    Event event = line.event();
    if (!on && !line.failed() && event.kind != Event::Kind::before_end) {
      line.fail("`on` before the act that starts the clock");
    }
    decl.starts.push_back(std::move(event));
  } else if (clause == "when") {
    decl.when.push_back(line.condition());
  } else if (clause == "unless") {
    decl.unless.push_back(line.condition());
  } else if (clause == "allows") {
    decl.allows.push_back(line.step());
  } else if (clause == "pauses") {
    if (line.expect("while")) decl.pauses.push_back(line.name("a state"));
  } else if (clause == "restarts") {
    decl.restarts.push_back(on_event(line));
  } else if (clause == "lapses") {
    decl.lapses.push_back(on_event(line));
  } else if (clause == "warns") {
    decl.warns.push_back(line.warning());
  } else {
    decl.may = clause == "may";
    decl.met_by.push_back(line.pattern());
  }
}

void parse_item(SeparationDecl& decl, std::string_view clause, LineParser& line) {
  if (meta_item(decl.meta, clause, line)) return;
  if (clause == "for") {
    decl.key = key_item(line);
  } else if (clause == "apart") {
    decl.apart = line.names("a role or an act type");
  } else {
    decl.unless.push_back(line.condition());
  }
}

void parse_item(PowerDecl& decl, std::string_view clause, LineParser& line) {
  if (meta_item(decl.meta, clause, line)) return;
  if (clause == "lets") {
    if (line.accept("correcting")) {
      decl.lets = PowerDecl::Lets::correcting;
    } else if (line.accept("annulling")) {
      decl.lets = PowerDecl::Lets::annulling;
    }
    decl.pattern = line.pattern();
  } else {
    decl.held_by.push_back(holder(line));
  }
}

void parse_item(ConsequenceDecl& decl, std::string_view clause, LineParser& line) {
  if (meta_item(decl.meta, clause, line)) return;
  if (clause == "on") {
    decl.on = line.event();
  } else if (line.accept("this")) {
    decl.voids_this = true;
  } else {
    decl.voids = line.pattern();
  }
}

void parse_item(WatchDecl& decl, std::string_view clause, LineParser& line) {
  if (meta_item(decl.meta, clause, line)) return;
  if (clause == "for") {
    decl.key = key_item(line);
  } else if (clause == "on") {
    decl.on.push_back(line.pattern());
  } else if (clause == "when") {
    decl.when.push_back(line.condition());
  } else if (clause == "per") {
    decl.per.push_back(watch_unit(line));
    if (!line.failed() && line.accept("with")) decl.per.push_back(watch_unit(line));
  } else if (clause == "measures") {
    decl.measure = watch_measure(line);
  } else if (clause == "over") {
    if (line.accept("the last")) {
      if (const auto days = line.whole("a number of days")) decl.last_days = *days;
      if (!line.failed()) line.expect("days", WordRole::unit);
      return;
    }
    if (!line.expect("every")) return;
    for (const char* word : {"week", "month", "quarter", "year"})
      if (line.accept(word)) decl.every = word;
    if (decl.every.empty()) line.fail("`week`, `month`, `quarter` or `year`");
  } else if (clause == "peers") {
    decl.same_kind = decl.same_level = false;
    if (line.accept("any")) return;
    if (!line.expect("of the same")) return;
    do {
      if (line.accept("kind")) {
        decl.same_kind = true;
      } else if (line.accept("level", WordRole::type)) {
        decl.same_level = true;
      } else {
        line.fail("`kind` or `level`");
      }
    } while (!line.failed() && line.accept("and"));
  } else if (clause == "flags") {
    if (line.accept("above or below")) {
      decl.above = decl.below = true;
    } else if (line.accept("above")) {
      decl.above = true;
    } else if (line.expect("below")) {
      decl.below = true;
    }
    if (!line.failed() && line.accept("by at least")) decl.margin = line.percent();
  } else if (clause == "needs") {
    if (line.expect("at least")) decl.needs = line.whole("a number of acts");
  } else {
    decl.false_discovery = line.percent();
  }
}

}  // namespace heng::law
