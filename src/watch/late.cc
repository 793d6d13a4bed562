#include "watch/late.h"

#include <algorithm>
#include <map>

#include "watch/needs.h"

namespace heng::watch {

LateReach::LateReach(const Plan& plan, const std::set<std::string>& only)
    : rules_(plan.acts.size() + 1, std::vector<bool>(plan.rules.size())),
      clocks_(plan.acts.size() + 1) {
  for (const ActType& type : plan.acts) else_latest_.insert(else_latest_.end(), type.else_latest.begin(), type.else_latest.end());
  const auto types_of = [&](const Needs& needs, const auto& each) {
    for (size_t type = 0; type < rules_.size(); ++type)
      if (needs.first_act() || needs.types().has(type + 1 == rules_.size() ? kUnknownType : static_cast<uint16_t>(type))) each(type);
  };
  // Versions of one rule, and of one clock, are looked at together: a finding does not say whose it is.
  std::map<std::pair<std::string, std::string>, Needs> by_name;
  for (const Rule& rule : plan.rules) by_name.try_emplace({rule.rule, rule.part}, plan).first->second.rule(rule);
  for (size_t i = 0; i < plan.rules.size(); ++i)
    types_of(by_name.at({plan.rules[i].rule, plan.rules[i].part}), [&](size_t type) { rules_[type][i] = true; });
  for (const std::vector<int32_t>& versions : plan.groups) {
    Needs needs(plan);
    for (const int32_t one : versions) needs.clock(plan.clocks[static_cast<size_t>(one)]);
    types_of(needs, [&](size_t type) { clocks_[type].insert(clocks_[type].end(), versions.begin(), versions.end()); });
  }
  for (std::vector<int32_t>& one : clocks_) {
    std::erase_if(one, [&](int32_t index) {
      const Clock& clock = plan.clocks[static_cast<size_t>(index)];
      return clock.across || (!only.empty() && !only.contains(clock.rule));
    });
    std::sort(one.begin(), one.end());
  }
}

bool LateReach::bounded(const Scope& scope, uint32_t rank) const {
  for (const Datum& datum : scope.history().data(scope.act(rank)))
    if (std::find(else_latest_.begin(), else_latest_.end(), datum.field) != else_latest_.end()) return false;
  return !scope.names_first(rank);
}

}  // namespace heng::watch
