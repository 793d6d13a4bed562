#include "watch/needs.h"

#include <map>

namespace heng::watch {

void Needs::pattern(const Pattern& pattern) {
  if (pattern.any_act) types_.add_all();
  for (const uint16_t type : pattern.types) types_.add(type);
  for (const Atom& one : pattern.where) atom(one);
}

void Needs::period(int32_t index) {
  for (size_t steps = 0; index != kNone && steps < plan_.periods.size(); ++steps) {
    const Period& period = plan_.periods[static_cast<size_t>(index)];
    state(period.unless_state);
    index = period.strict;
  }
}

void Needs::quantity(const Quantity& quantity) {
  period(quantity.period);
  period(quantity.plus_period);
  if (!quantity.operand) return;
  operand(*quantity.operand);
  // A table or a setting may give a quantity of any period.
  for (size_t i = 0; i < plan_.periods.size(); ++i) period(static_cast<int32_t>(i));
}

void Needs::operand(const Operand& operand) {
  for (const Factor& one : operand.factors) factor(one);
}

void Needs::factor(const Factor& factor) {
  using K = Factor::Kind;
  for (const Operand& argument : factor.arguments) operand(argument);
  for (const uint16_t type : factor.types) types_.add(type);
  switch (factor.kind) {
    case K::latest:
    case K::acting_as: types_.add_all(); break;
    case K::end_of: group(factor.index); break;
    case K::table:
      for (const Table::Row& row : plan_.tables[static_cast<size_t>(factor.index)].rows)
        for (const auto* cells : {&row.in, &row.out})
          for (const Table::Cell& cell : *cells)
            if (cell.quantity) quantity(*cell.quantity);
      break;
    case K::setting: quantity(plan_.settings[static_cast<size_t>(factor.index)].quantity); break;
    default: break;
  }
}

void Needs::atom(const Atom& atom) {
  if (atom.pattern) pattern(*atom.pattern);
  if (atom.since) pattern(*atom.since);
  if (atom.window) quantity(atom.window->quantity);
  quantity(atom.quantity);
  operand(atom.left);
  operand(atom.right);
  for (const Factor& value : atom.values) factor(value);
  // People are counted by the role last stated for them, in whatever act.
  if (atom.kind == law::Atom::Kind::count_in && !atom.names.empty()) types_.add_all();
  if (atom.kind != law::Atom::Kind::named || atom.index == kNone) return;
  if (!atom.is_fact) {
    state(atom.index);
  } else if (!facts_[static_cast<size_t>(atom.index)]) {
    facts_[static_cast<size_t>(atom.index)] = true;
    conditions(plan_.facts[static_cast<size_t>(atom.index)].when);
  }
}

void Needs::conditions(const std::vector<Condition>& lines) {
  for (const Condition& line : lines) {
    for (const Atom& one : line.atoms) atom(one);
    for (const Atom& one : line.only_if) atom(one);
  }
}

void Needs::state(int32_t index) {
  if (index == kNone || states_[static_cast<size_t>(index)]) return;
  states_[static_cast<size_t>(index)] = true;
  const State& state = plan_.states[static_cast<size_t>(index)];
  for (const auto* events : {&state.begins, &state.ends})
    for (const Event& one : *events) event(one);
}

void Needs::group(int32_t index) {
  if (index == kNone || groups_[static_cast<size_t>(index)]) return;
  groups_[static_cast<size_t>(index)] = true;
  for (const int32_t one : plan_.groups[static_cast<size_t>(index)]) clock(plan_.clocks[static_cast<size_t>(one)]);
}

void Needs::event(const Event& event) {
  if (event.kind == law::Event::Kind::end_of_every) first_act_ = true;
  pattern(event.pattern);
  quantity(event.quantity);
  group(event.group);
  if (event.rule == kNone || rules_[static_cast<size_t>(event.rule)]) return;
  rules_[static_cast<size_t>(event.rule)] = true;
  rule(plan_.rules[static_cast<size_t>(event.rule)]);
}

void Needs::rule(const Rule& rule) {
  for (const Pattern& one : rule.on) pattern(one);
  for (const Given& given : rule.given) pattern(given.pattern);
  for (const auto* lines : {&rule.when, &rule.unless, &rule.require}) conditions(*lines);
}

void Needs::clock(const Clock& clock) {
  for (const auto* events : {&clock.starts, &clock.restarts, &clock.lapses})
    for (const Event& one : *events) event(one);
  conditions(clock.when);
  conditions(clock.unless);
  for (const Step& step : clock.steps) {
    quantity(step.quantity);
    operand(step.until);
    if (step.after) pattern(*step.after);
    for (const Atom& one : step.when) atom(one);
  }
  for (const int32_t pause : clock.pauses) state(pause);
  for (const Pattern& one : clock.met_by) pattern(one);
  for (const Quantity& one : clock.warn_quantities) quantity(one);
}

void Needs::separation(const Separation& separation) {
  for (const uint16_t type : separation.types) types_.add(type);
  if (!separation.roles.empty()) types_.add_all();  // a role is held by any act
  conditions(separation.unless);
}

std::vector<AcrossSubject> across_subjects(const Plan& plan, const std::set<std::string>& only) {
  std::map<int32_t, Needs> found;
  const auto collect = [&](const Head& head, const auto& add) {
    if (!head.across || head.subject == kNone || (!only.empty() && !only.contains(head.rule))) return;
    add(found.try_emplace(head.subject, plan).first->second);
  };
  for (const Rule& rule : plan.rules) collect(rule, [&](Needs& needs) { needs.rule(rule); });
  for (const Clock& clock : plan.clocks) collect(clock, [&](Needs& needs) { needs.clock(clock); });
  for (const Separation& one : plan.separations) collect(one, [&](Needs& needs) { needs.separation(one); });
  std::vector<AcrossSubject> out;
  for (const auto& [subject, needs] : found) out.push_back({subject, needs.types(), needs.first_act()});
  return out;
}

}  // namespace heng::watch
