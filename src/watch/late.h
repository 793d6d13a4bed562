// What an act that comes late may change of what was said of the acts after it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "watch/scope.h"

namespace heng::watch {

// A rule or a clock that reads no act of the late one's type says the same as before, as long as the act gives no key a
// history it did not have and no field a latest value. Built once for a plan.
class LateReach {
 public:
  // `only`: full names of the rules looked at; empty: all.
  LateReach(const Plan& plan, const std::set<std::string>& only);

  // Whether what the act of this rank may change is bounded by its type; the scope is of one case, and no act makes
  // another void.
  bool bounded(const Scope& scope, uint32_t rank) const;
  // For an act of the type: by rule, whether it may say something else; and the clocks that may, sorted.
  const std::vector<bool>& rules(const StoredAct& act) const { return rules_[slot(act)]; }
  const std::vector<int32_t>& clocks(const StoredAct& act) const { return clocks_[slot(act)]; }

 private:
  size_t slot(const StoredAct& act) const { return act.type == kUnknownType ? rules_.size() - 1 : act.type; }

  std::vector<std::vector<bool>> rules_;  // by act type; last: types no pack declares
  std::vector<std::vector<int32_t>> clocks_;
  std::vector<Sym> else_latest_;
};

}  // namespace heng::watch
