#include "law/canon.h"

#include "law/symbols.h"

namespace heng::law {
namespace {

std::string joined(const std::vector<Name>& names) {
  std::string out;
  for (const Name& name : names) out += (out.empty() ? "" : ",") + name.text;
  return out;
}

std::string joined(const std::vector<Atom>& atoms, const char* word) {
  std::string out;
  for (const Atom& atom : atoms) out += (out.empty() ? "" : word) + canon(atom);
  return out;
}

const char* sign(Atom::Compare compare) {
  static constexpr const char* kSigns[] = {"=", "!=", "<", "<=", ">", ">="};
  return kSigns[static_cast<size_t>(compare)];
}

std::string canon_count(const Count& count) {
  static constexpr const char* kWords[] = {"no", "at least", "at most", "exactly", "odd"};
  std::string out = kWords[static_cast<size_t>(count.kind)];
  for (const int64_t number : count.numbers) out += " " + std::to_string(number);
  return out;
}

std::string canon_window(const Window& window) {
  if (window.kind == Window::Kind::in_this) {
    return "in this " + (window.quarter ? std::string("quarter") : unit_name(Unit{"", window.period, {}}));
  }
  return (window.kind == Window::Kind::within ? "within " : "at least ") + canon(window.quantity) + " before";
}

}  // namespace

std::string canon(const Path& path) {
  std::string out = path.head.text;
  if (path.call) {
    out += "(";
    for (size_t i = 0; i < path.arguments.size(); ++i) out += (i == 0 ? "" : ",") + canon(path.arguments[i]);
    out += ")";
  }
  for (const Name& name : path.rest) out += "." + name.text;
  return out;
}

std::string canon(const Factor& factor) {
  switch (factor.kind) {
    case Factor::Kind::number:
      return factor.number.text() + (factor.unit ? " " + unit_name(*factor.unit) : std::string());
    case Factor::Kind::text:
      return "\"" + factor.text + "\"";
    case Factor::Kind::date:
      return format_date(factor.date);
    case Factor::Kind::clock:
      return std::to_string(factor.clock_minutes) + "min";
    case Factor::Kind::yes_no:
      return factor.yes ? "yes" : "no";
    case Factor::Kind::path:
      return factor.path ? canon(*factor.path) : std::string();
    case Factor::Kind::end_of:
      return "end of " + factor.name.text;
    case Factor::Kind::latest:
      return "latest " + factor.name.text;
    case Factor::Kind::acting_as:
      return "acting as " + joined(factor.names);
    case Factor::Kind::who_did:
      return "who did " + joined(factor.names);
    case Factor::Kind::total_of:
      return "total of " + factor.name.text + " in " + joined(factor.names);
  }
  return {};
}

std::string canon(const Operand& operand) {
  std::string out;
  for (size_t i = 0; i < operand.factors.size(); ++i) {
    if (i > 0) out += std::string(" ") + operand.operators[i - 1] + " ";
    out += canon(operand.factors[i]);
  }
  return out;
}

std::string canon(const Quantity& quantity) {
  std::string out;
  if (quantity.number) out += quantity.number->text();
  if (quantity.path) out += canon(*quantity.path);
  if (quantity.unit) out += " " + unit_name(*quantity.unit);
  if (quantity.plus) out += " plus " + quantity.plus->text();
  if (quantity.plus_unit) out += " " + unit_name(*quantity.plus_unit);
  return out;
}

std::string canon(const Atom& atom) {
  std::string out;
  if (atom.negated) out += "not ";
  if (atom.count) out += canon_count(*atom.count) + " ";
  switch (atom.kind) {
    case Atom::Kind::earlier:
      out += "earlier " + (atom.pattern ? canon(*atom.pattern) : std::string());
      if (atom.since) out += " since last " + canon(*atom.since);
      if (atom.window) out += " " + canon_window(*atom.window);
      if (atom.in_case) out += " in the case";
      return out;
    case Atom::Kind::count_in:
      return out + joined(atom.names) + " in " + canon(atom.left);
    case Atom::Kind::document:
      return out + "document " + joined(atom.names);
    case Atom::Kind::named:
      return out + joined(atom.names);
    case Atom::Kind::compare:
      return out + canon(atom.left) + sign(atom.compare) + canon(atom.right);
    case Atom::Kind::in:
      out += canon(atom.left) + " in (";
      for (const Factor& value : atom.values) out += canon(value) + ",";
      return out + canon(atom.right) + ")";
    case Atom::Kind::is_given:
      return out + canon(atom.left) + " given";
    case Atom::Kind::is_blank:
      return out + canon(atom.left) + " blank";
    case Atom::Kind::among:
      return out + canon(atom.left) + (atom.all ? " all" : "") + " among " + canon(atom.right);
    case Atom::Kind::disjoint:
      return out + canon(atom.left) + " disjoint " + canon(atom.right);
    case Atom::Kind::same_as:
      return out + canon(atom.left) + " same " + canon(atom.right);
    case Atom::Kind::covers:
      return out + canon(atom.left) + " covers " + canon(atom.right);
    case Atom::Kind::overlaps:
      return out + canon(atom.left) + " overlaps " + canon(atom.right);
    case Atom::Kind::distance:
      return out + canon(atom.left) + " distance " + std::to_string(static_cast<int>(atom.distance)) + " " +
             canon(atom.quantity) + (atom.after ? " after " : " before ") + canon(atom.right);
    case Atom::Kind::order:
      return out + canon(atom.left) + (atom.after ? " after " : " before ") + canon(atom.right);
  }
  return out;
}

std::string canon(const Pattern& pattern) {
  std::string out = pattern.any_act ? "any act" : joined(pattern.acts);
  if (pattern.key) out += " for " + pattern.key.text;
  if (!pattern.roles.empty()) out += " by " + joined(pattern.roles);
  if (!pattern.where.empty()) out += " where " + joined(pattern.where, " and ");
  return out;
}

std::string canon(const Condition& condition) {
  std::string out = joined(condition.atoms, condition.join == Condition::Join::any ? " or " : " and ");
  if (!condition.only_if.empty()) out += " if " + joined(condition.only_if, " and ");
  return out;
}

}  // namespace heng::law
