// Two versions of the law over one history: which findings would appear, vanish or move.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "watch/finding.h"
#include "watch/plan.h"

namespace heng::watch {

// appeared: only the new version finds it; vanished: only the old one; moved: both do, with another kind, instant, end
// of time, lateness or severity. What is worded otherwise alone is the same.
enum class FindingChange : uint8_t { appeared, vanished, moved };
const char* name_of(FindingChange change);  // "appeared", …

struct ChangedFinding {
  FindingChange change = FindingChange::moved;
  const Finding* before = nullptr;  // into the findings compared; nullptr if appeared
  const Finding* after = nullptr;   // nullptr if vanished
  const Finding& shown() const { return after != nullptr ? *after : *before; }
};

struct RuleChanges {
  std::string rule;  // with part
  size_t before = 0;
  size_t after = 0;
  size_t appeared = 0;
  size_t vanished = 0;
  size_t moved = 0;
  bool any() const { return appeared + vanished + moved > 0; }
};

struct Backtest {
  std::vector<ChangedFinding> changes;  // by change, then in output order
  std::vector<RuleChanges> rules;       // every rule with a finding in either version, the most changed first
  size_t same = 0;
  size_t cases = 0;  // with a change
  size_t count(FindingChange change) const;
};

// Pairs findings by their id; both lists must outlive the result. An id met twice in one version (there is none
// unless two versions of a rule overlap) is paired in output order.
Backtest compare_findings(const std::vector<Finding>& before, const std::vector<Finding>& after);

// Lets the rules of pack `from` go by the name of pack `to`, so that ids, which hold the name, can be compared.
// To be called before anything is judged.
void rename_pack(Plan& plan, const std::string& from, const std::string& to);

}  // namespace heng::watch
