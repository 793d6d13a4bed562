// Findings against the ground truth: what was found, missed and falsely raised.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace heng::sim {

struct RuleScore {
  uint64_t found = 0;
  uint64_t missed = 0;
  uint64_t false_alarms = 0;
};

struct Score {
  RuleScore total;
  std::map<std::string, RuleScore> rules;  // `pack/rule.part`
  std::vector<std::string> missed;         // `case rule kind at`, at most kMostTold
  std::vector<std::string> false_alarms;
  static constexpr size_t kMostTold = 1000;

  double recall() const;     // 1 where nothing was to be found
  double precision() const;  // 1 where nothing was raised
  bool perfect() const { return total.missed == 0 && total.false_alarms == 0; }
};

// Both are NDJSON files. A finding is that of a truth if case, rule with part, kind and instant are the same.
// Findings of other kinds than breach and late are passed over. Errors: not_found where a file cannot be
// read; bad_input with the line.
Result<Score> score_files(const std::string& truth_path, const std::string& findings_path);

}  // namespace heng::sim
