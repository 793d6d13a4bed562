#include "law/claims.h"

#include <algorithm>

#include "law/canon.h"

namespace heng::law {
namespace {

Atom without_sign(const Atom& atom) {
  Atom out = atom;
  out.negated = false;
  if (out.count && out.count->kind == Count::Kind::none) out.count.reset();
  if (out.count && out.count->kind == Count::Kind::at_least &&
      out.count->numbers == std::vector<int64_t>{1}) {
    out.count.reset();
  }
  return out;
}

// A literal: a word, a string, a number, yes or no. Words and strings of one text are one code.
std::optional<std::string> literal(const Factor& factor) {
  switch (factor.kind) {
    case Factor::Kind::number:
      return factor.unit ? std::nullopt : std::optional(factor.number.text());
    case Factor::Kind::text:
      return factor.text;
    case Factor::Kind::yes_no:
      return factor.yes ? "yes" : "no";
    case Factor::Kind::path:
      if (!factor.path || factor.path->call || !factor.path->rest.empty()) return std::nullopt;
      return factor.path->head.text;
    default:
      return std::nullopt;
  }
}

std::optional<std::string> literal(const Operand& operand) {
  return operand.factors.size() == 1 ? literal(operand.factors.front()) : std::nullopt;
}

std::optional<Decimal> number(const Operand& operand) {
  if (operand.factors.size() != 1 || operand.factors.front().kind != Factor::Kind::number)
    return std::nullopt;
  return operand.factors.front().unit ? std::nullopt : std::optional(operand.factors.front().number);
}

}  // namespace

bool Claims::Value::contradicts() const {
  if (low && high && (*high < *low || (*high == *low && (low_open || high_open)))) return true;
  if (given && !*given && (among || low || high)) return true;
  if (!among) return false;
  return std::all_of(among->begin(), among->end(), [&](const std::string& value) {
    if (none_of.count(value) > 0) return true;
    const std::optional<Decimal> as_number = Decimal::parse(value);
    if (!as_number) return false;
    if (low && (*as_number < *low || (low_open && *as_number == *low))) return true;
    return high && (*high < *as_number || (high_open && *as_number == *high));
  });
}

std::string Claims::key_of(const Operand& operand) const {
  if (operand.factors.size() != 1) return {};
  const Factor& only = operand.factors.front();
  if (only.kind == Factor::Kind::latest) return canon(only);
  if (only.kind != Factor::Kind::path || !only.path || only.unit) return {};
  if (judged_ && only.path->head.text == "this" && only.path->rest.size() == 1)
    return only.path->rest.front().text;
  return canon(*only.path);
}

void Claims::narrow(const std::string& key, const Value& claim) {
  Value& value = values_[key];
  if (claim.among) {
    if (!value.among) {
      value.among = claim.among;
    } else {
      std::set<std::string> both;
      for (const std::string& each : *claim.among) {
        if (value.among->count(each) > 0) both.insert(each);
      }
      value.among = std::move(both);
    }
  }
  value.none_of.insert(claim.none_of.begin(), claim.none_of.end());
  if (claim.low && (!value.low || *value.low < *claim.low || (*value.low == *claim.low && claim.low_open))) {
    value.low = claim.low;
    value.low_open = claim.low_open;
  }
  if (claim.high &&
      (!value.high || *claim.high < *value.high || (*value.high == *claim.high && claim.high_open))) {
    value.high = claim.high;
    value.high_open = claim.high_open;
  }
  if (claim.given) {
    if (value.given && *value.given != *claim.given) impossible_ = true;
    value.given = claim.given;
  }
  if (value.contradicts()) impossible_ = true;
}

void Claims::flag(const std::string& key, bool value) {
  const auto [at, fresh] = flags_.emplace(key, value);
  if (!fresh && at->second != value) impossible_ = true;
}

void Claims::add(const Atom& atom) {
  const std::string key = key_of(atom.left);
  Value claim;
  switch (atom.kind) {
    case Atom::Kind::compare: {
      if (key.empty()) return;
      if (const auto bound = number(atom.right)) {
        switch (atom.compare) {
          case Atom::Compare::lt:
            claim.high = bound, claim.high_open = true;
            break;
          case Atom::Compare::le:
            claim.high = bound;
            break;
          case Atom::Compare::gt:
            claim.low = bound, claim.low_open = true;
            break;
          case Atom::Compare::ge:
            claim.low = bound;
            break;
          case Atom::Compare::eq:
            claim.among = std::set<std::string>{bound->text()};
            break;
          case Atom::Compare::ne:
            claim.none_of.insert(bound->text());
            break;
        }
        return narrow(key, claim);
      }
      const auto value = literal(atom.right);
      if (!value) return;
      if (atom.compare == Atom::Compare::eq) claim.among = std::set<std::string>{*value};
      if (atom.compare == Atom::Compare::ne) claim.none_of.insert(*value);
      return narrow(key, claim);
    }
    case Atom::Kind::in: {
      if (key.empty() || atom.values.empty()) return;
      std::set<std::string> values;
      for (const Factor& factor : atom.values) {
        const auto value = literal(factor);
        if (!value) return;
        values.insert(*value);
      }
      if (atom.negated) {
        claim.none_of = std::move(values);
      } else {
        claim.among = std::move(values);
      }
      return narrow(key, claim);
    }
    case Atom::Kind::is_given:
    case Atom::Kind::is_blank:
      if (key.empty()) return;
      claim.given = (atom.kind == Atom::Kind::is_given) != atom.negated;
      return narrow(key, claim);
    case Atom::Kind::named:
    case Atom::Kind::document:
      return flag(canon(without_sign(atom)), !atom.negated);
    case Atom::Kind::earlier: {
      const bool none = atom.count && atom.count->kind == Count::Kind::none;
      return flag(canon(without_sign(atom)), !none);
    }
    default:
      return;
  }
}

void Claims::add(const std::vector<Atom>& all) {
  for (const Atom& atom : all) add(atom);
}

void Claims::add(const std::vector<Condition>& all) {
  for (const Condition& condition : all) {
    if (condition.join != Condition::Join::any && condition.only_if.empty()) add(condition.atoms);
  }
}

bool Claims::exclude(const Claims& other) const {
  Claims both = *this;
  for (const auto& [key, value] : other.values_) both.narrow(key, value);
  for (const auto& [key, value] : other.flags_) both.flag(key, value);
  return both.impossible_;
}

bool Claims::imply(const Atom& atom) const {
  if (atom.kind == Atom::Kind::named || atom.kind == Atom::Kind::document ||
      atom.kind == Atom::Kind::earlier) {
    const auto at = flags_.find(canon(without_sign(atom)));
    if (at == flags_.end()) return false;
    const bool none = atom.kind == Atom::Kind::earlier && atom.count && atom.count->kind == Count::Kind::none;
    return at->second == !(atom.negated || none);
  }
  const auto at = values_.find(key_of(atom.left));
  if (at == values_.end() || !at->second.among) return false;
  Claims one(judged_);
  one.add(atom);
  const auto wanted = one.values_.find(at->first);
  if (wanted == one.values_.end() || !wanted->second.among) return false;
  return std::includes(wanted->second.among->begin(), wanted->second.among->end(), at->second.among->begin(),
                       at->second.among->end());
}

}  // namespace heng::law
