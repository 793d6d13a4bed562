// What conditions that all hold say of single values, as far as it can be seen without running them: enough
// to prove that two of them exclude each other, never more. "Not proven" is the answer in every doubt.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/decimal.h"
#include "law/ast.h"

namespace heng::law {

class Claims {
 public:
  // Words for the fields of the act spoken of; `this.x` counts as `x` if `judged` (outside of `where` they
  // are one).
  explicit Claims(bool judged) : judged_(judged) {}

  void add(const Atom& atom);
  void add(const std::vector<Atom>& all);
  void add(const std::vector<Condition>& all);  // lines joined by `or`, or limited by `if`, claim nothing

  // Proven: no act makes all of this true.
  bool impossible() const { return impossible_; }
  // Proven: nothing makes both true.
  bool exclude(const Claims& other) const;
  // Proven: whatever makes this true makes the atom true.
  bool imply(const Atom& atom) const;

 private:
  struct Value {
    std::optional<std::set<std::string>> among;  // one of these
    std::set<std::string> none_of;
    std::optional<Decimal> low;
    std::optional<Decimal> high;
    bool low_open = false;
    bool high_open = false;
    std::optional<bool> given;
    bool contradicts() const;
  };
  void narrow(const std::string& key, const Value& claim);
  void flag(const std::string& key, bool value);
  std::string key_of(const Operand& operand) const;

  bool judged_;
  bool impossible_ = false;
  std::map<std::string, Value> values_;
  std::map<std::string, bool> flags_;  // atoms that hold or do not
};

}  // namespace heng::law
