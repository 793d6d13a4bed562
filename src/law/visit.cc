#include "law/visit.h"

namespace heng::law {
namespace {

struct Walk {
  Visitor& to;

  void operand(const Operand& value) {
    to.operand(value);
    for (const Factor& each : value.factors) factor(each);
  }
  void factor(const Factor& value) {
    to.factor(value);
    if (value.unit) to.unit(*value.unit);
    if (value.path) path(*value.path);
  }
  void path(const Path& value) {
    to.path(value);
    for (const Operand& argument : value.arguments) operand(argument);
  }
  void quantity(const Quantity& value) {
    to.quantity(value);
    if (value.path) path(*value.path);
    if (value.unit) to.unit(*value.unit);
    if (value.plus_unit) to.unit(*value.plus_unit);
  }
  void pattern(const Pattern& value, PatternRole role) {
    to.pattern(value, role);
    atoms(value.where);
  }
  void atoms(const std::vector<Atom>& values) {
    for (const Atom& each : values) atom(each);
  }
  void atom(const Atom& value) {
    to.atom(value);
    if (value.pattern) pattern(*value.pattern, PatternRole::earlier);
    if (value.since) pattern(*value.since, PatternRole::since);
    if (value.window && value.window->kind != Window::Kind::in_this) quantity(value.window->quantity);
    operand(value.left);
    operand(value.right);
    for (const Factor& each : value.values) factor(each);
    if (value.kind == Atom::Kind::distance) quantity(value.quantity);
  }
  void condition(const Condition& value) {
    atoms(value.atoms);
    atoms(value.only_if);
    cites(value.cites);
  }
  void conditions(const std::vector<Condition>& values) {
    for (const Condition& each : values) condition(each);
  }
  void event(const Event& value, PatternRole role) {
    to.event(value, role);
    if (value.kind == Event::Kind::pattern) pattern(value.pattern, role);
    if (value.kind == Event::Kind::before_end) quantity(value.quantity);
    cites(value.cites);
  }
  void events(const std::vector<Event>& values, PatternRole role) {
    for (const Event& each : values) event(each, role);
  }
  void cites(const std::vector<Cite>& values) {
    for (const Cite& each : values) to.cite(each);
  }
  void step(const Step& value) {
    to.step(value);
    if (value.kind == Step::Kind::until) {
      operand(value.until);
    } else if (value.kind != Step::Kind::at_once) {
      quantity(value.quantity);
    }
    if (value.after) pattern(*value.after, PatternRole::extension);
    atoms(value.when);
    cites(value.cites);
  }

  void operator()(const PackDecl&) {}
  void operator()(const SourceDecl&) {}
  void operator()(const RoleDecl&) {}
  void operator()(const FieldNameDecl&) {}
  void operator()(const AgencyDecl&) {}
  void operator()(const OfficeDecl&) {}
  void operator()(const SubjectDecl&) {}
  void operator()(const ActDecl&) {}
  void operator()(const TestDecl&) {}
  void operator()(const SettingDecl& value) { quantity(value.quantity); }
  void operator()(const PeriodDecl& value) {
    cites(value.cites);
    if (value.strictly) to.unit(*value.strictly);
  }
  void operator()(const TableDecl& value) {
    cites(value.cites);
    for (const TableDecl::Row& row : value.rows) {
      for (const std::vector<Cell>* cells : {&row.in, &row.out}) {
        for (const Cell& cell : *cells) {
          for (const Factor& each : cell.values) factor(each);
          if (cell.quantity) quantity(*cell.quantity);
        }
      }
    }
  }
  void operator()(const StateDecl& value) {
    cites(value.cites);
    events(value.begins, PatternRole::start);
    events(value.ends, PatternRole::lapse);
  }
  void operator()(const FactDecl& value) {
    cites(value.cites);
    conditions(value.when);
  }
  void operator()(const RuleDecl& value) {
    cites(value.meta.cites);
    for (const RuleDecl::On& on : value.on) {
      pattern(on.pattern, PatternRole::on);
      cites(on.cites);
    }
    for (const Given& given : value.given) pattern(given.pattern, PatternRole::given);
    conditions(value.when);
    conditions(value.unless);
    conditions(value.require);
  }
  void operator()(const ClockDecl& value) {
    cites(value.meta.cites);
    events(value.starts, PatternRole::start);
    conditions(value.when);
    conditions(value.unless);
    for (const Step& each : value.allows) step(each);
    events(value.restarts, PatternRole::restart);
    for (const Pattern& each : value.met_by) pattern(each, PatternRole::met);
    events(value.lapses, PatternRole::lapse);
    for (const Warning& warning : value.warns) {
      if (warning.kind != Warning::Kind::percent) quantity(warning.quantity);
    }
  }
  void operator()(const SeparationDecl& value) {
    cites(value.meta.cites);
    conditions(value.unless);
  }
  void operator()(const PowerDecl& value) {
    cites(value.meta.cites);
    pattern(value.pattern, PatternRole::lets);
    for (const PowerDecl::Holder& holder : value.held_by) atoms(holder.when);
  }
  void operator()(const ConsequenceDecl& value) {
    cites(value.meta.cites);
    event(value.on, PatternRole::on);
    if (!value.voids_this) pattern(value.voids, PatternRole::voids);
  }
  void operator()(const WatchDecl& value) {
    cites(value.meta.cites);
    for (const Pattern& each : value.on) pattern(each, PatternRole::on);
    conditions(value.when);
    atoms(value.measure.where);
    if (value.measure.pattern) pattern(*value.measure.pattern, PatternRole::counted);
    if (value.measure.within) quantity(*value.measure.within);
    operand(value.measure.operand);
  }
};

}  // namespace

void visit(const Decl& decl, Visitor& visitor) { std::visit(Walk{visitor}, decl); }
void visit(const Atom& atom, Visitor& visitor) { Walk{visitor}.atom(atom); }
void visit(const Pattern& pattern, PatternRole role, Visitor& visitor) {
  Walk{visitor}.pattern(pattern, role);
}

}  // namespace heng::law
